/**
 * `node dist/bench/region-worker.js [CAMERAS] [SECONDS]`: what a worker that has a whole region (2,300 cameras, 24 s) pays
 * for a frame, µs of processor time: decoding, admitting, measuring, judging, encoding, and a checkpoint of every
 * camera every four seconds. Nothing goes through a log, and cameras take turns as they do in a region, so caches are
 * as cold and objects as old as they are there. Exit code 1 when a frame was not measured.
 */

import { openMemoryLog } from '../pipeline/log/memory.ts';
import { partitionFor } from '../pipeline/log/partition.ts';
import { cameraKey } from '../pipeline/model.ts';
import { createTopics, TOPICS } from '../pipeline/topics.ts';
import { Tally } from '../pipeline/topology/tally.ts';
import { frameWork } from '../pipeline/topology/worker.ts';
import type { Work } from '../pipeline/work.ts';
import { encodeFrameBatch } from '../proto/messages.ts';
import { idOf, regionFrames, regionSite } from './network/region.ts';

const CAMERAS = Number(process.argv[2] ?? 2_300);
const SECONDS = Number(process.argv[3] ?? 24);
const [SCENES, PARTITIONS, FPS] = [24, 32, 5];
/** Records are gathered over 40 ms; a partition is saved every 100 of those. */
const [TICK_MS, SAVE_TICKS] = [40, 100];
const TICKS_A_PICTURE = 1_000 / FPS / TICK_MS;
const EPOCH = 1_790_000_000_000;

const site = regionSite(CAMERAS, SCENES);
const shown = regionFrames(SCENES);
const log = openMemoryLog();
await createTopics(log, { partitions: PARTITIONS });
const tally = new Tally(site);
const works = await Promise.all(
  Array.from({ length: PARTITIONS }, (_, partition) =>
    frameWork(
      { topic: TOPICS.frames, partition },
      { log, site, group: 'bench', partitions: PARTITIONS, build: 'b', shared: false, tally, writer: 'w' },
    ),
  ),
);

const us: number[] = [];
let sent = 0;
let spent = 0;
for (let tick = 0; tick < SECONDS * FPS * TICKS_A_PICTURE; tick++) {
  const records = recordsOf(tick);
  const before = process.cpuUsage();
  for (const [partition, value] of records) step(works[partition]!, partition, tick, value);
  for (const [partition, { save }] of works.entries())
    if ((tick + 3 * partition) % SAVE_TICKS === 0) await save?.call(works[partition], tick);
  const { user, system } = process.cpuUsage(before);
  spent += user + system;
  if ((tick + 1) % SAVE_TICKS !== 0) continue;
  us.push(spent / sent);
  [sent, spent] = [0, 0];
}
// The first four seconds are spent on compiling.
const steady = us.slice(1).sort((a, b) => a - b);
console.log(
  `${CAMERAS} cameras, µs of processor time a frame, every 4 s: ${us.map((one) => one.toFixed(1)).join(' ')}`,
);
console.log(`median ${steady[steady.length >> 1]?.toFixed(1)}`);
const wanted = CAMERAS * FPS * SECONDS;
const measured = [...tally.cameras.values()].reduce((sum, { frames }) => sum + frames, 0);
if (measured !== wanted) console.error(`wrong: ${measured} frames measured, expected ${wanted}`);
process.exitCode = measured === wanted ? 0 : 1;

/** What a region's cameras, out of step with each other, send within 40 ms: a record a partition. */
function recordsOf(tick: number): ReadonlyMap<number, Uint8Array> {
  const gathered = new Map<number, Parameters<typeof encodeFrameBatch>[0]['frames'][number][]>();
  const number = Math.floor(tick / TICKS_A_PICTURE);
  const atMs = EPOCH + tick * TICK_MS;
  for (let camera = tick % TICKS_A_PICTURE; camera < CAMERAS; camera += TICKS_A_PICTURE) {
    const scene = shown[camera % SCENES]!;
    const partition = partitionFor(cameraKey(site.id, idOf(camera)), PARTITIONS);
    const frames = gathered.get(partition) ?? [];
    gathered.set(partition, frames);
    frames.push({
      ...scene[(number + 37 * camera) % scene.length]!,
      ...{ site: site.id, camera: idOf(camera), epoch: EPOCH, number },
      ...{ capturedAtMs: atMs, receivedAtMs: atMs, intervalMs: 1_000 / FPS },
    });
    sent++;
  }
  return new Map([...gathered].map(([partition, frames]) => [partition, encodeFrameBatch({ frames })]));
}

function step(work: Work, partition: number, offset: number, value: Uint8Array): void {
  work.step({ topic: TOPICS.frames, partition, offset, value, headers: {}, timestampMs: 0 });
  while (work.isWaiting?.() === true) work.turn?.();
}
