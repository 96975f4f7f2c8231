/** What a worker makes of a train that comes out of a tunnel, of clocks that are wrong and of too much at once. */
import { describe, expect, it } from 'vitest';
import { drive } from '../../pipeline/drive.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import type { Candidate, Frame } from '../../pipeline/model.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { toRejected } from '../../pipeline/topology/common.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import type { Overload } from '../../pipeline/topology/turns.ts';
import { frameWork } from '../../pipeline/topology/worker.ts';
import { decodeCandidate, decodeObservation, encodeFrameBatch } from '../../proto/messages.ts';
import { walked } from '../support/walked.ts';
import { walkedSite } from '../support/walker.ts';

const EPOCH = 1_700_000_000_000;
const TEN_MINUTES = 3_000;
const site = walkedSite('gare', ['train', 'quai']);

/** Nobody is there; `cells` of an empty view. */
function frame(camera: string, number: number, change: Partial<Frame> = {}): Frame {
  const capturedAtMs = EPOCH + number * 200;
  return {
    site: 'gare',
    camera,
    epoch: EPOCH,
    number,
    capturedAtMs,
    receivedAtMs: capturedAtMs,
    intervalMs: number === 0 ? 0 : 200,
    planeWidth: 160,
    planeHeight: 90,
    view: 'ok',
    cells: {
      columns: 40,
      rows: 23,
      bitmap: new Uint8Array(115),
      occupancy: new Uint8Array(0),
      flowX: new Uint8Array(0),
      flowY: new Uint8Array(0),
    },
    blobs: [],
    objects: [],
    statics: [],
    ...change,
  };
}

async function logOf(frames: readonly (readonly Frame[])[]): Promise<Log> {
  const log = openMemoryLog({ now: () => EPOCH });
  await createTopics(log, { partitions: 1 });
  await log.append(
    frames.map((batch) => ({
      topic: TOPICS.frames,
      partition: 0,
      value: encodeFrameBatch({ frames: batch }),
    })),
  );
  return log;
}

function batches(frames: readonly Frame[]): Frame[][] {
  return Array.from({ length: Math.ceil(frames.length / 64) }, (_, i) => frames.slice(i * 64, i * 64 + 64));
}

async function work(log: Log, overload: Overload = 'keep_all'): Promise<Tally> {
  const tally = new Tally(site);
  const stop = new AbortController();
  await drive({
    log,
    group: 'worker',
    topics: [TOPICS.frames],
    toRejected,
    nowMs: () => EPOCH,
    signal: stop.signal,
    workFor: (at) =>
      frameWork(at, {
        ...{ log, site, group: 'worker', partitions: 1, build: 'b', shared: false, tally, overload },
        writer: 'w',
      }),
    onProgress: ({ read, positions }) => {
      if (read === 0 && positions[0]?.offset !== undefined && isIdle(tally)) stop.abort();
    },
  });
  return tally;
}

const isIdle = (tally: Tally) => [...tally.cameras.values()].every(({ waiting }) => waiting === 0);

async function written(log: Log) {
  const order: string[] = [];
  await readThrough(log, partitionsOf(TOPICS.observations, 1), ({ value }) => {
    const { camera, frame: number } = decodeObservation(value);
    order.push(`${camera} ${number}`);
  });
  const candidates: Candidate[] = [];
  await readThrough(log, partitionsOf(TOPICS.candidates, 1), ({ value }) =>
    candidates.push(decodeCandidate(value)),
  );
  return { order, candidates };
}

describe('ten minutes of a train that arrive at once', () => {
  const receivedAtMs = EPOCH + 600_000;
  const train = Array.from({ length: TEN_MINUTES }, (_, i) => frame('train', i, { receivedAtMs }));
  const quai = Array.from({ length: 20 }, (_, i) => frame('quai', i));

  it('are measured in order and raise nothing, and the other camera of the partition goes on at once', async () => {
    const log = await logOf([...batches(train), quai]);
    const tally = await work(log);
    expect(tally.cameras.get('train')).toMatchObject({
      frames: TEN_MINUTES,
      late: 0,
      repeats: 0,
      stepped: 0,
    });
    const { order, candidates } = await written(log);
    expect(candidates).toEqual([]);
    const own = order.filter((one) => one.startsWith('train')).map((one) => Number(one.slice(6)));
    expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(own.length).toBeGreaterThanOrEqual(600);
    // What came last on the log is through before a tenth of the burst is.
    const last = order.findLastIndex((one) => one.startsWith('quai'));
    expect(order.slice(0, last).filter((one) => one.startsWith('train')).length).toBeLessThan(60);
  });

  it('are passed over up to the last seconds where fresh is kept, and counted, but for what says that it is blind', async () => {
    const lost = train.map((one, i) => (i === 1_500 ? { ...one, view: 'lost' as const } : one));
    const tally = await work(await logOf([...batches(lost), quai]), 'keep_fresh');
    const { frames, skipped, late } = tally.cameras.get('train')!;
    expect(frames + skipped).toBe(TEN_MINUTES);
    expect(skipped).toBeGreaterThan(1_500);
    expect(late).toBe(0);
    expect(tally.cameras.get('quai')).toMatchObject({ frames: 20, skipped: 0 });
  });
});

describe('a claim that is open', async () => {
  const there = await walked(EPOCH, 'quai');
  /** In the middle of the claim. */
  const during = 105;

  /** The records of claims of `frames`, without what a wrong clock may change. */
  async function claims(frames: readonly Frame[]) {
    const log = await logOf([frames]);
    const tally = await work(log);
    const { candidates } = await written(log);
    return {
      tally,
      claims: candidates.map(({ id, phase, revision, frame }) => ({ id, phase, revision, frame })),
    };
  }

  it('is not ended by a late frame of an older epoch', async () => {
    const undisturbed = await claims(there);
    const [begun] = undisturbed.claims;
    expect(begun!.frame).toBeLessThan(during);
    expect(undisturbed.claims.at(-1)!.frame).toBeGreaterThan(during);
    const older = frame('quai', 500, { epoch: EPOCH - 1_000 });
    const found = await claims([...there.slice(0, during), older, ...there.slice(during)]);
    expect(found.claims).toEqual(undisturbed.claims);
    expect([...found.tally.rejected]).toEqual([['epoch_ended', 1]]);
  });

  it.each([
    ['set back by an hour', -3_600_000],
    ['set forward by an hour', 3_600_000],
  ])('goes on when the clock is %s', async (_, wrongMs) => {
    const undisturbed = await claims(there);
    const wrong = there.map((one, i) =>
      i < during ? one : { ...one, capturedAtMs: one.capturedAtMs + wrongMs },
    );
    const found = await claims(wrong);
    expect(found.claims).toEqual(undisturbed.claims);
    expect(found.tally.cameras.get('quai')).toMatchObject({ frames: there.length, stepped: 1 });
    expect(found.tally.rejected.size).toBe(0);
  });
});
