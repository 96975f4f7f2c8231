/** Trying a draft within bounds; that it claims what a live chain claims is seen at a station (serve/setups.test.ts). */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { tryOut } from '../../pipeline/topology/preview.ts';
import { encodeFrameBatch } from '../../proto/messages.ts';
import { walked } from '../support/walked.ts';
import { walkedSite } from '../support/walker.ts';

const EPOCH = 1_700_000_000_000;
const WALKS = 4;
const WALK_MS = 60_000;
const site = walkedSite('gare', ['one']);
const walk = await walked(EPOCH);

let log: Log;
beforeEach(async () => {
  let nowMs = EPOCH;
  log = openMemoryLog({ now: () => nowMs });
  await createTopics(log, { partitions: 1 });
  for (let n = 0; n < WALKS; n++) {
    for (const frame of walk) {
      const later = n * WALK_MS;
      nowMs = frame.capturedAtMs + later;
      const moved = { ...frame, epoch: EPOCH + later, capturedAtMs: nowMs, receivedAtMs: nowMs };
      const value = encodeFrameBatch({ frames: [moved] });
      await log.append([{ topic: TOPICS.frames, partition: 0, value }]);
    }
  }
});
afterEach(() => log.close());

const about = (msMax: number, signal = new AbortController().signal) => ({
  ...{ log, site, partitions: 1, camera: site.cameras[0]!, fromMs: EPOCH, signal, msMax },
});
const LAST_MS = EPOCH + (WALKS - 1) * WALK_MS + walk.at(-1)!.capturedAtMs - EPOCH;

it('tries everything when there is time', async () => {
  const tried = await tryOut(about(60_000));
  expect(tried).toMatchObject({ frames: WALKS * walk.length, fromMs: EPOCH, untilMs: LAST_MS });
  expect(tried?.candidates).toHaveLength(WALKS);
});

it('tries the newest when there is not, and begins to count when it has seen something', async () => {
  let clock = 0;
  // Every look at it takes a ms: two or so a record, of which there are 724.
  const tried = await tryOut(about(1_000), () => ++clock);
  console.log(clock, tried?.frames, (tried?.fromMs ?? 0) - EPOCH, (tried?.untilMs ?? 0) - EPOCH);
  expect(tried?.untilMs).toBe(LAST_MS);
  expect(tried?.fromMs).toBeGreaterThan(EPOCH + WALK_MS);
  expect(tried?.candidates.length).toBeGreaterThan(0);
  expect(tried?.candidates.length).toBeLessThan(WALKS);
  for (const { beganAtMs } of tried!.candidates) expect(beganAtMs).toBeGreaterThanOrEqual(tried!.fromMs!);
});

it('is given up when nobody waits any more, and has nothing to say of a camera without frames', async () => {
  const gone = new AbortController();
  gone.abort();
  expect(await tryOut(about(60_000, gone.signal))).toBeUndefined();
  const other = walkedSite('gare', ['two']);
  const none = await tryOut({ ...about(60_000), site: other, camera: other.cameras[0]! });
  expect(none).toEqual({ candidates: [], frames: 0 });
});
