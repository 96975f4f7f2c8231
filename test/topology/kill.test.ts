/**
 * Workers that are killed at any instant: whoever takes over goes on with every open claim under the same id, and
 * what is on the log in the end is what one worker that nobody disturbed would have written, byte for byte.
 */
import { describe, expect, it } from 'vitest';
import { drive } from '../../pipeline/drive.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log, NewRecord } from '../../pipeline/log/port.ts';
import { cameraKey } from '../../pipeline/model.ts';
import { Setups } from '../../pipeline/setup/setups.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { toRejected } from '../../pipeline/topology/common.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { frameWork } from '../../pipeline/topology/worker.ts';
import { decodeCandidate, decodeObservation, encodeFrameBatch } from '../../proto/messages.ts';
import { mortal } from '../support/mortal.ts';
import { type Chance, random } from '../support/random.ts';
import { NO_TRACKS, savedSetup, TRACKS } from '../support/setups.ts';
import { walked } from '../support/walked.ts';
import { walkedSite } from '../support/walker.ts';

const PARTITIONS = 2;
const CAMERAS = ['one', 'two', 'three', 'four'];
const EPOCH = 1_700_000_000_000;
const EPOCH_MS = 40_000;
const LEASE_MS = 1_000_000;
const GROUP = 'workers';
const site = walkedSite('gare', CAMERAS);

/**
 * What somebody set meanwhile: a rule that goes while its claim is open and comes back, a zone that moves, a line that
 * comes. The other two cameras watch as the site file says.
 */
const setups = new Setups(site);
for (const setup of [
  savedSetup('two', 1, EPOCH + 12_000, { zones: [TRACKS], rules: [{ ...NO_TRACKS, for: '2s', version: 2 }] }),
  savedSetup('two', 2, EPOCH + 16_000, { zones: [TRACKS] }),
  savedSetup('two', 3, EPOCH + 19_000, { zones: [TRACKS], rules: [{ ...NO_TRACKS, version: 3 }] }),
  savedSetup('three', 1, EPOCH + 15_000, {
    zones: [{ ...TRACKS, polygon: TRACKS.polygon.map(([x, y]) => [x! / 2, y]) }],
    lines: [
      {
        id: 'gate',
        points: [
          [0.3, 0.2],
          [0.3, 0.98],
        ],
      },
    ],
    rules: [
      { ...NO_TRACKS, version: 2 },
      { id: 'out', event: 'wrong_way', line: 'gate', allowed: 'left_to_right' },
    ],
  }),
  savedSetup('three', 2, EPOCH + EPOCH_MS + 5_000, {
    zones: [TRACKS],
    rules: [NO_TRACKS, { id: 'busy', event: 'density', zone: 'tracks', limit: { people: 0.5 }, for: '1s' }],
  }),
])
  setups.take(setup);

/** Two walks of one camera, an epoch each. */
const seen = [...(await walked(EPOCH)), ...(await walked(EPOCH + EPOCH_MS))];

/**
 * What a busy network makes of four cameras: they take turns irregularly, some records overtake others, some come
 * twice, some never; the fourth camera comes out of a tunnel with everything at once.
 */
function stream(chance: Chance): NewRecord[] {
  const left = CAMERAS.map((camera, index) =>
    seen.map((frame) => ({ ...frame, camera, capturedAtMs: frame.capturedAtMs - index * 700 })),
  );
  const records: NewRecord[] = [];
  while (left.some((frames) => frames.length > 0)) {
    const index = chance.below(CAMERAS.length);
    const frames = left[index]!;
    const inTunnel = index === 3 && left.slice(0, 3).some((others) => others.length > 150);
    if (frames.length === 0 || inTunnel) continue;
    const batch = frames.splice(0, index === 3 ? 40 : 1 + chance.below(4));
    if (chance.unit() < 0.02) continue;
    const partition = partitionFor(cameraKey('gare', CAMERAS[index]!), PARTITIONS);
    const record = { topic: TOPICS.frames, partition, value: encodeFrameBatch({ frames: batch }) };
    records.push(record);
    if (chance.unit() < 0.05) records.push(record);
  }
  for (let i = 1; i < records.length; i++) {
    if (chance.unit() < 0.05) [records[i - 1], records[i]] = [records[i]!, records[i - 1]!];
  }
  return records;
}

interface Scene {
  readonly log: Log;
  readonly chance: Chance;
  /** Frames that are still to come. */
  readonly coming: NewRecord[];
  nowMs: number;
}

async function sceneOf(seed: number): Promise<Scene> {
  const scene = { chance: random(seed), nowMs: EPOCH, coming: stream(random(seed)) };
  const log = openMemoryLog({ now: () => scene.nowMs, leaseMs: LEASE_MS });
  await createTopics(log, { partitions: PARTITIONS });
  return Object.assign(scene, { log });
}

let writers = 0;

/** One worker process: until it is killed on its `operations`th operation, or until nothing is left to do. */
async function live(scene: Scene, operations: number, tally: Tally): Promise<void> {
  const stop = new AbortController();
  const { log, died, isDead } = mortal(scene.log, operations, scene.chance, async () => {
    scene.nowMs += 1;
    const next = scene.coming.splice(0, scene.chance.below(6));
    if (next.length > 0) await scene.log.append(next);
  });
  let idle = 0;
  const working = drive({
    log,
    group: GROUP,
    topics: [TOPICS.frames],
    toRejected,
    nowMs: () => scene.nowMs,
    signal: stop.signal,
    retryMs: 1,
    saveMs: 10,
    batchMax: 1 + scene.chance.below(8),
    workFor: (at) =>
      frameWork(at, {
        log,
        site,
        group: GROUP,
        partitions: PARTITIONS,
        build: 'b',
        shared: false,
        tally,
        setups: { setups, current: async () => undefined },
        writer: `w${writers++}`,
      }),
    onProgress: ({ read }) => {
      // An empty read has waited; without that a lease that nobody keeps up would never be over.
      if (read === 0) scene.nowMs += LEASE_MS / 4;
      idle = read === 0 && scene.coming.length === 0 ? idle + 1 : 0;
      if (idle > 20) stop.abort();
    },
  });
  await Promise.race([died, working]);
  // The others learn that it is dead when its lease is over.
  if (isDead()) scene.nowMs += LEASE_MS + 1;
}

async function written(log: Log) {
  const candidates = new Map<string, string>();
  const rules = new Set<string>();
  const differing: string[] = [];
  await readThrough(log, partitionsOf(TOPICS.candidates, PARTITIONS), ({ value }) => {
    const { id, phase, revision, camera, rule, ruleVersion } = decodeCandidate(value);
    rules.add(`${camera} ${rule} ${ruleVersion} ${phase}`);
    const key = `${id} ${phase} ${revision}`;
    const bytes = Buffer.from(value).toString('base64');
    if ((candidates.get(key) ?? bytes) !== bytes) differing.push(key);
    candidates.set(key, bytes);
  });
  const observations = new Map<string, string>();
  await readThrough(log, partitionsOf(TOPICS.observations, PARTITIONS), ({ value }) => {
    const { camera, epoch, frame } = decodeObservation(value);
    const key = `${camera} ${epoch} ${frame}`;
    const bytes = Buffer.from(value).toString('base64');
    if ((observations.get(key) ?? bytes) !== bytes) differing.push(key);
    observations.set(key, bytes);
  });
  return { candidates, observations, differing, rules };
}

async function undisturbed(seed: number) {
  const scene = await sceneOf(seed);
  await live(scene, Number.POSITIVE_INFINITY, new Tally(site));
  return written(scene.log);
}

const FIRST = Number(process.env.VIGIE_SEED ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env.VIGIE_ROUNDS ?? 8);

/** Worker processes one after the other, most of them killed, the last one left alone. */
async function lives(scene: Scene, count: number): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (let life = 0; life <= count; life++) {
    const tally = new Tally(site);
    tallies.push(tally);
    await live(scene, life === count ? Number.POSITIVE_INFINITY : 2 + scene.chance.below(120), tally);
  }
  return tallies;
}

describe('a worker that is killed', () => {
  it.each([
    ['one after the other', 1, 12],
    ['two at a time, where the dead and the living are taken for each other', 2, 6],
  ])(
    `is succeeded by one that goes on as it would have: %s, ${ROUNDS} seeds from ${FIRST}`,
    async (_, at, each) => {
      let restored = 0;
      let records = 0;
      for (let seed = FIRST; seed < FIRST + ROUNDS; seed++) {
        const expected = await undisturbed(seed);
        for (const rule of [
          'two no-tracks 2 end',
          'two no-tracks 3 begin',
          'three no-tracks 2 update',
          'three busy 1 begin',
        ])
          expect([...expected.rules], `seed ${seed}`).toContain(rule);
        expect(expected.candidates.size, `seed ${seed}`).toBeGreaterThan(20);
        records += expected.candidates.size;
        const scene = await sceneOf(seed);
        const tallies = (await Promise.all(Array.from({ length: at }, () => lives(scene, each)))).flat();
        for (const { kind, unfit } of tallies.flatMap((tally) => [...tally.restored.values()])) {
          expect(unfit).toBe(0);
          if (kind === 'restored') restored += 1;
        }
        const found = await written(scene.log);
        expect(found.differing, `seed ${seed}`).toEqual([]);
        expect([...found.candidates.keys()].sort(), `seed ${seed}`).toEqual(
          [...expected.candidates.keys()].sort(),
        );
        expect(found, `seed ${seed}`).toEqual(expected);
      }
      const kills = ROUNDS * at * each;
      expect(restored).toBeGreaterThan(kills);
      console.log(
        `kill: ${ROUNDS} seeds from ${FIRST}, ${kills} kills, ${restored} partitions restored, ` +
          `${records} records of claims`,
      );
    },
    300_000,
  );

  it('is dead as well when the last thing that it asks for is refused', async () => {
    let nowMs = 0;
    const log = openMemoryLog({ now: () => nowMs, leaseMs: LEASE_MS });
    await log.createTopics([{ topic: 't', partitions: 1 }]);
    const happens = { below: () => 0, unit: () => 0 };
    const { log: seenByIt, died } = mortal(log, 2, happens, async () => undefined);
    const group = { group: GROUP, topics: ['t'] };
    const dying = await seenByIt.consumer(group);
    await dying.read(1, 0);
    nowMs += LEASE_MS + 1;
    await (await log.consumer(group)).read(1, 0);
    const commit = dying.commit([{ topic: 't', partition: 0, offset: 0 }]);
    const heard = commit.then(
      () => 'committed',
      (error) => error,
    );
    expect(await Promise.race([died.then(() => 'nothing'), heard])).toBe('nothing');
  });
});
