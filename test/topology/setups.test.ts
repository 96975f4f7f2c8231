/** rail.rules as a process follows it, and workers that take up what is set. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive } from '../../pipeline/drive.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import type { Candidate, Frame, Observation } from '../../pipeline/model.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { toRejected } from '../../pipeline/topology/common.ts';
import { readThrough } from '../../pipeline/topology/history.ts';
import { SetupRoom } from '../../pipeline/topology/setup-room.ts';
import { SetupLog } from '../../pipeline/topology/setups.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { frameWork } from '../../pipeline/topology/worker.ts';
import {
  decodeCandidate,
  decodeObservation,
  encodeCameraSetup,
  encodeFrameBatch,
} from '../../proto/messages.ts';
import { NO_TRACKS, savedSetup, TRACKS } from '../support/setups.ts';
import { walked } from '../support/walked.ts';
import { walkedSite } from '../support/walker.ts';

const EPOCH = 1_700_000_000_000;
const site = walkedSite('gare', ['quai', 'voie']);
const seen = await walked(EPOCH);

let log: Log;
let stop: AbortController;
beforeEach(async () => {
  log = openMemoryLog({ now: () => EPOCH });
  stop = new AbortController();
  await createTopics(log, { partitions: 1 });
});
afterEach(async () => {
  stop.abort();
  await log.close();
});

function follow(tally = new Tally(site)) {
  const common = { log, site, partitions: 1, nowMs: () => EPOCH, signal: stop.signal, tally };
  const setups = new SetupLog(common, 'setups');
  void setups.run();
  return { setups, tally };
}
const put = (...values: readonly Uint8Array[]) =>
  log.append(values.map((value) => ({ topic: TOPICS.rules, partition: 0, value })));

describe('following', () => {
  it('counts what cannot be read or may not be, and goes on', async () => {
    const { setups, tally } = follow();
    const first = savedSetup('quai', 1, EPOCH, {});
    const { author: _, ...unsigned } = { ...first, version: 2 };
    await put(Uint8Array.of(9, 9), encodeCameraSetup(first), encodeCameraSetup(first));
    await put(
      encodeCameraSetup({ ...first, savedAtMs: 1 }),
      encodeCameraSetup(unsigned),
      encodeCameraSetup(savedSetup('quai', 2, EPOCH, { rules: [NO_TRACKS] })),
      encodeCameraSetup(savedSetup('gone', 1, EPOCH, {})),
      encodeCameraSetup({ ...first, site: 'elsewhere' }),
    );
    await setups.current();
    expect(Object.fromEntries(tally.rejected)).toEqual({
      setup_unreadable: 1,
      setup_overtaken: 1,
      setup_unsigned: 1,
      setup_unfit: 1,
      setup_unknown_camera: 1,
    });
    expect(setups.setups.at('quai', EPOCH)?.version).toBe(1);
    expect(setups.setups.last('quai')?.version).toBe(2);
  });

  it('of two that are saved at once the log has the first, and the other is told', async () => {
    const [one, other] = [follow(), follow()];
    const told: string[] = [];
    one.setups.watch((camera) => told.push(camera));
    const saved = savedSetup('quai', 1, EPOCH, {});
    const both = [one.setups.append(saved), other.setups.append({ ...saved, savedAtMs: 1 })];
    expect(await Promise.all(both)).toEqual([true, false]);
    expect(told).toEqual(['quai']);
    expect(one.setups.setups.last('quai')).toEqual(other.setups.setups.last('quai'));
  });

  it('waits for what is on the log, and no longer than until the stop', async () => {
    await put(
      ...Array.from({ length: 40 }, (_, i) => encodeCameraSetup(savedSetup('quai', i + 1, EPOCH, {}))),
    );
    const { setups } = follow();
    expect(setups.setups.last('quai')?.version).toBe(0);
    await setups.current();
    expect(setups.setups.last('quai')?.version).toBe(40);
    const about = { log, site, partitions: 1, nowMs: () => EPOCH, tally: new Tally(site) };
    const listed = await new SetupRoom({ ...about, setups }).versions('gare', 'quai');
    expect(listed.map(({ version }) => version)).toEqual(Array.from({ length: 41 }, (_, i) => 40 - i));
    const common = {
      log,
      site,
      partitions: 1,
      nowMs: () => EPOCH,
      signal: stop.signal,
      tally: new Tally(site),
    };
    const idle = new SetupLog(common, 'never runs');
    const waiting = idle.current();
    stop.abort();
    await waiting;
  });

  it('holds from some seconds later on, and not before the one that holds next', async () => {
    const { setups } = follow();
    expect(setups.holdsFromMs('quai', EPOCH)).toBe(EPOCH + 2_000);
    await put(encodeCameraSetup(savedSetup('quai', 1, EPOCH + 5_000, {})));
    await setups.current();
    expect(setups.holdsFromMs('quai', EPOCH)).toBe(EPOCH + 5_000);
    await put(encodeCameraSetup(savedSetup('quai', 2, EPOCH + 1e9, {})));
    await setups.current();
    expect(setups.holdsFromMs('quai', EPOCH)).toBe(EPOCH + 60_000);
  });
});

/** A worker over what is on the log; `before`: after so many records of frames were read. */
async function work(
  frames: readonly Frame[],
  setups: SetupLog,
  tally: Tally,
  before?: [number, () => Promise<void>],
) {
  await log.append(
    frames.map((frame) => ({
      topic: TOPICS.frames,
      partition: 0,
      value: encodeFrameBatch({ frames: [frame] }),
    })),
  );
  const done = new AbortController();
  let read = 0;
  const common = { log, site, group: 'workers', writer: 'w', partitions: 1, build: 'b', shared: false };
  await drive({
    ...{ log, group: 'workers', topics: [TOPICS.frames], toRejected, nowMs: () => EPOCH },
    ...{ signal: done.signal, batchMax: 1 },
    workFor: async (at) => {
      const made = await frameWork(at, { ...common, tally, setups });
      const step = made.step.bind(made);
      return Object.assign(made, {
        step: (record: Parameters<typeof step>[0]) => {
          read += 1;
          if (read === before?.[0]) void before[1]();
          return step(record);
        },
      });
    },
    onProgress: (progress) => progress.read === 0 && done.abort(),
  });
}

async function claims(): Promise<Candidate[]> {
  const found: Candidate[] = [];
  await readThrough(log, [{ topic: TOPICS.candidates, partition: 0 }], ({ value }) =>
    found.push(decodeCandidate(value)),
  );
  return found;
}
const words = ({ camera, phase, ruleVersion, place }: Candidate) =>
  `${camera} ${phase} ${ruleVersion} ${place}`;
const both = seen.flatMap((frame) => ['quai', 'voie'].map((camera) => ({ ...frame, camera })));

describe('a worker', () => {
  it('goes on with an open claim under another version, and ends that of a rule that is gone', async () => {
    const { setups, tally } = follow();
    await put(
      encodeCameraSetup(
        savedSetup('quai', 1, EPOCH + 15_000, { zones: [TRACKS], rules: [{ ...NO_TRACKS, version: 2 }] }),
      ),
      encodeCameraSetup(savedSetup('quai', 2, EPOCH + 18_000, { zones: [{ ...TRACKS, id: 'other' }] })),
    );
    await work(both, setups, tally);
    const told = await claims();
    const ofQuai = told.filter(({ camera }) => camera === 'quai');
    expect(new Set(ofQuai.map(({ id }) => id)).size).toBe(1);
    expect(words(ofQuai[0]!)).toBe('quai begin 1 tracks');
    expect(ofQuai.some((one) => words(one) === 'quai update 2 tracks')).toBe(true);
    const end = ofQuai.at(-1)!;
    expect(words(end)).toBe('quai end 2 tracks');
    expect(end.atMs).toBeGreaterThan(EPOCH + 17_000);
    expect(end.atMs).toBeLessThan(EPOCH + 18_000);
    expect(told.filter(({ phase, camera }) => phase === 'end' && camera === 'voie')).toMatchObject([
      { ruleVersion: 1 },
    ]);
    expect([...tally.cameras.get('quai')!.people.keys()]).toEqual(['other']);
    expect([...tally.cameras.get('voie')!.people.keys()]).toEqual(['tracks']);
    const zones = new Set<string>();
    await readThrough(log, [{ topic: TOPICS.observations, partition: 0 }], ({ value }) => {
      const { camera, atMs, zones: observed }: Observation = decodeObservation(value);
      zones.add(
        `${camera} ${atMs < EPOCH + 18_000 ? 'before' : 'after'} ${observed.map(({ zone }) => zone)}`,
      );
    });
    expect([...zones].sort()).toEqual([
      'quai after other',
      'quai before tracks',
      'voie after tracks',
      'voie before tracks',
    ]);
    expect(tally.rejected.size).toBe(0);
  });

  it('takes up what it learned too late with the next frame, and says so', async () => {
    const { setups, tally } = follow();
    const late = encodeCameraSetup(savedSetup('quai', 1, EPOCH + 1_000, { zones: [TRACKS] }));
    await work(both, setups, tally, [150, async () => void (await put(late))]);
    expect(tally.rejected.get('setup_late')).toBe(1);
    const told = (await claims()).map(({ camera, phase }) => `${camera} ${phase}`);
    expect(told.filter((one) => one.startsWith('quai')).at(-1)).toBe('quai end');
  });
});

it('a line that is moved away from under people is passed by nobody', async () => {
  const gate = (x: number) => ({
    id: 'gate',
    points: [
      [x, 0.2],
      [x, 0.98],
    ],
  });
  // The walker shuffles to the left over the first line, and is half over it when the line is somewhere else.
  for (const x of [0.19, 0.195, 0.2, 0.205, 0.21]) {
    log = openMemoryLog({ now: () => EPOCH });
    await createTopics(log, { partitions: 1 });
    const { setups, tally } = follow();
    await put(
      encodeCameraSetup(savedSetup('quai', 1, EPOCH, { lines: [gate(x)] })),
      encodeCameraSetup(savedSetup('quai', 2, EPOCH + 19_000, { lines: [gate(0.6)] })),
    );
    await work(both.slice(0, 2 * 5 * 22), setups, tally);
    const late: string[] = [];
    await readThrough(log, [{ topic: TOPICS.observations, partition: 0 }], ({ value }) => {
      for (const { direction, atMs } of decodeObservation(value).crossings)
        if (atMs >= EPOCH + 19_000) late.push(direction);
    });
    expect(late, `line at ${x}`).toEqual([]);
  }
});
