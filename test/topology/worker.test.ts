/** What becomes of frames that no camera of ours would send: put aside with a reason, counted, nothing else lost. */
import { describe, expect, it } from 'vitest';
import { drive } from '../../pipeline/drive.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { cameraKey, type Frame } from '../../pipeline/model.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { toRejected } from '../../pipeline/topology/common.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { frameWork } from '../../pipeline/topology/worker.ts';
import { decodeObservation, decodeRejected, encodeFrameBatch } from '../../proto/messages.ts';
import { walkedSite } from '../support/walker.ts';

const site = walkedSite('gare', ['quai']);
const EPOCH = 1_700_000_000_000;
const partition = partitionFor(cameraKey('gare', 'quai'), PARTITIONS_DEFAULT);

function frame(number: number, change: Partial<Frame> = {}): Frame {
  const capturedAtMs = EPOCH + number * 200;
  return {
    site: 'gare',
    camera: 'quai',
    epoch: EPOCH,
    number,
    capturedAtMs,
    receivedAtMs: capturedAtMs,
    intervalMs: 200,
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

/** Runs what is on `rail.frames` through a worker until nothing is left. */
async function work(log: Log, shared = false): Promise<Tally> {
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
        log,
        site,
        group: 'worker',
        writer: 'worker',
        partitions: PARTITIONS_DEFAULT,
        build: 'test',
        shared,
        tally,
      }),
    onProgress: ({ read }) => read === 0 && stop.abort(),
  });
  return tally;
}

async function rejected(log: Log) {
  const found: ReturnType<typeof decodeRejected>[] = [];
  await readThrough(log, [{ topic: TOPICS.rejected, partition: 0 }], ({ value }) =>
    found.push(decodeRejected(value)),
  );
  return found;
}

async function logOf(...values: Uint8Array[]): Promise<Log> {
  const log = openMemoryLog({ now: () => EPOCH });
  await createTopics(log);
  await log.append(values.map((value) => ({ topic: TOPICS.frames, partition, value })));
  return log;
}

/** A NaN where a confidence belongs: what the encoder would refuse, patched into its bytes. */
function notANumber(): Uint8Array {
  const box = { x0: 0, y0: 0, x1: 1, y1: 1 };
  const value = encodeFrameBatch({
    frames: [frame(1, { objects: [{ class: 'person', box, confidence: 0.123 }] })],
  });
  const bytes = new DataView(value.buffer, value.byteOffset, value.length);
  for (let at = 0; at + 4 <= value.length; at++) {
    if (Math.abs(bytes.getFloat32(at, true) - 0.123) < 1e-6) bytes.setFloat32(at, Number.NaN, true);
  }
  return value;
}

describe('a worker', () => {
  const garbage = new TextEncoder().encode('this is no batch');
  const cases: readonly [string, Uint8Array, code: string][] = [
    ['garbage', garbage, 'garbage'],
    ['an empty record', new Uint8Array(0), 'missing_field'],
    ['a number that is none', notANumber(), 'bad_number'],
    [
      'a camera nobody declared',
      encodeFrameBatch({ frames: [frame(1, { camera: 'toit' })] }),
      'unknown_camera',
    ],
    ['a site nobody declared', encodeFrameBatch({ frames: [frame(1, { site: 'port' })] }), 'unknown_camera'],
    ['a grid of the wrong size', encodeFrameBatch({ frames: [frame(1, { planeWidth: 150 })] }), 'bad_grid'],
    [
      'a time in the future',
      encodeFrameBatch({ frames: [frame(1, { capturedAtMs: EPOCH + 2 * 86_400_000 })] }),
      'time_in_future',
    ],
  ];

  it.each(cases)('puts %s aside and goes on', async (_, bad, code) => {
    const log = await logOf(
      encodeFrameBatch({ frames: [frame(0)] }),
      bad,
      // Enough of them that nobody waits any longer for a frame that may have been in the bad record.
      encodeFrameBatch({ frames: [frame(2), frame(3), frame(4), frame(5)] }),
    );
    const tally = await work(log);
    expect(await rejected(log)).toMatchObject([
      { code, topic: TOPICS.frames, partition, offset: 1, length: bad.length, atMs: EPOCH },
    ]);
    expect([...tally.rejected]).toEqual([[code, 1]]);
    expect(tally.cameras.get('quai')).toMatchObject({ frames: 5 });
    expect(await log.committed('worker', { topic: TOPICS.frames, partition })).toBe(3);
  });

  it('refuses one frame of a batch and takes its neighbours', async () => {
    const frames = [frame(0), frame(1, { camera: 'toit' }), frame(2, { camera: 'toit' }), frame(1)];
    const log = await logOf(encodeFrameBatch({ frames }));
    const tally = await work(log);
    expect(tally.cameras.get('quai')).toMatchObject({ frames: 2 });
    expect([...tally.rejected]).toEqual([['unknown_camera', 2]]);
    // One record for both: a flood of bad frames is no flood of refusals.
    expect(await rejected(log)).toMatchObject([
      { code: 'unknown_camera', camera: 'toit', detail: expect.stringContaining('1 more of this kind') },
    ]);
  });

  it('takes a repeated batch once, and counts the repeats', async () => {
    const batch = encodeFrameBatch({ frames: [frame(0), frame(1)] });
    const log = await logOf(batch, batch);
    const tally = await work(log);
    expect(tally.cameras.get('quai')).toMatchObject({ frames: 2, repeats: 2 });
    expect(await rejected(log)).toEqual([]);
  });

  it('leaves other sites on a shared log to their own workers', async () => {
    const log = await logOf(encodeFrameBatch({ frames: [frame(0), frame(1, { site: 'port' })] }));
    const tally = await work(log, true);
    expect(tally.foreign).toBe(1);
    expect(await rejected(log)).toEqual([]);
  });

  it('writes observations to the partition of the camera, in its order', async () => {
    const log = await logOf(encodeFrameBatch({ frames: Array.from({ length: 30 }, (_, i) => frame(i)) }));
    await work(log);
    const found: ReturnType<typeof decodeObservation>[] = [];
    await readThrough(log, partitionsOf(TOPICS.observations, PARTITIONS_DEFAULT), (record) => {
      expect([record.partition, record.key]).toEqual([partition, 'gare/quai']);
      found.push(decodeObservation(record.value));
    });
    expect(found.length).toBeGreaterThan(3);
    expect(found.map(({ frame }) => frame)).toEqual(found.map(({ frame }) => frame).sort((a, b) => a - b));
  });
});
