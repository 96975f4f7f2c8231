/**
 * `node dist/bench/restore.js [CAMERAS]`: how long a worker that takes over CAMERAS busy cameras (500) needs to its
 * first new frame, on the embedded log, and what a checkpoint costs; beside it the other way, stepping the frames of
 * the last twenty seconds once more. Exit code 1 when an answer is wrong: a camera that was not restored, or candidates that
 * differ from those of a worker that went on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drive } from '../pipeline/drive.ts';
import { openEmbeddedLog } from '../pipeline/log/embedded/embedded.ts';
import { partitionFor } from '../pipeline/log/partition.ts';
import type { Log, NewRecord } from '../pipeline/log/port.ts';
import { cameraKey, type Frame } from '../pipeline/model.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../pipeline/topics.ts';
import { toRejected } from '../pipeline/topology/common.ts';
import { partitionsOf, readThrough } from '../pipeline/topology/history.ts';
import { Tally } from '../pipeline/topology/tally.ts';
import { frameWork } from '../pipeline/topology/worker.ts';
import { decodeCandidate, encodeFrameBatch } from '../proto/messages.ts';
import { busyFrames, busySite } from '../test/support/busy.ts';

const CAMERAS = Number(process.argv[2] ?? 500);
/** Before the takeover, and after it: twenty seconds, and two, at 5 frames a second. */
const [BEFORE, AFTER] = [100, 10];
const FRESH = 'rewound';

const one = busySite().cameras[0]!;
const site = {
  ...busySite(),
  cameras: Array.from({ length: CAMERAS }, (_, i) => ({ ...one, id: `camera-${i}` })),
};
/** Of the first seed whose camera keeps its plane: frames of another one would be refused. */
const frames = framesFrom(7);
const cut = Math.round((frames.length * BEFORE) / (BEFORE + AFTER));

function framesFrom(seed: number): readonly Frame[] {
  const found = busyFrames(seed, BEFORE + AFTER).filter(({ camera }) => camera === one.id);
  const steady = found.every(({ planeWidth }) => planeWidth === found[0]!.planeWidth);
  return steady ? found : framesFrom(seed + 1);
}

function records(from: number, to: number): NewRecord[] {
  return frames.slice(from, to).flatMap((frame) => {
    const batches = new Map<number, (typeof frame)[]>();
    for (const { id } of site.cameras) {
      const partition = partitionFor(cameraKey(site.id, id), PARTITIONS_DEFAULT);
      const batch = batches.get(partition) ?? [];
      batches.set(partition, batch);
      batch.push({ ...frame, site: site.id, camera: id });
    }
    return [...batches].map(([partition, batch]) => ({
      topic: TOPICS.frames,
      partition,
      value: encodeFrameBatch({ frames: batch }),
    }));
  });
}

/** Until nothing is left; ms until the first frame that had not been measured before, and in all. */
async function work(log: Log, group: string, isNew: (tally: Tally) => boolean) {
  const tally = new Tally(site);
  const stop = new AbortController();
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  let firstMs: number | undefined;
  let firstCpuMs = Number.NaN;
  await drive({
    log,
    group,
    topics: [TOPICS.frames],
    toRejected,
    nowMs: Date.now,
    signal: stop.signal,
    // Few, so that the first new frame is not timed together with thousands that follow it.
    batchMax: 8,
    saveMs: Number.POSITIVE_INFINITY,
    workFor: (at) =>
      frameWork(at, {
        ...{ log, site, group, partitions: PARTITIONS_DEFAULT, build: 'bench', shared: false, tally },
        writer: `${group}/${startMs}`,
      }),
    onProgress: ({ read }) => {
      if (firstMs === undefined && isNew(tally)) {
        firstMs = performance.now() - startMs;
        firstCpuMs = process.cpuUsage(cpu).user / 1_000;
      }
      const waits = [...tally.cameras.values()].some(({ waiting }) => waiting > 0);
      if (read === 0 && !waits) stop.abort();
    },
  });
  return { tally, firstCpuMs, firstMs: firstMs ?? Number.NaN, ms: performance.now() - startMs };
}

const measured = (tally: Tally) => [...tally.cameras.values()].reduce((sum, { frames }) => sum + frames, 0);

async function bytesOf(log: Log, topic: string): Promise<number> {
  let bytes = 0;
  await readThrough(log, partitionsOf(topic, PARTITIONS_DEFAULT), ({ value }) => {
    bytes += value.length;
  });
  return bytes;
}

const directory = mkdtempSync(join(tmpdir(), 'vigie-restore-'));
const log = await openEmbeddedLog({ directory });
try {
  await createTopics(log);
  for (const record of records(0, cut)) await log.append([record]);
  const before = await work(log, 'kept', () => false);
  const checkpointBytes = await bytesOf(log, TOPICS.checkpoints);
  for (const record of records(cut, frames.length)) await log.append([record]);

  const restored = await work(log, 'kept', (tally) => measured(tally) > 0);
  const unfit = [...restored.tally.restored.values()].reduce((sum, found) => sum + found.unfit, 0);
  const kept = [...restored.tally.restored.values()].reduce((sum, found) => sum + found.cameras, 0);
  const claims = new Map<string, Set<string>>();
  const claimsOf = async (name: string) => {
    const found = new Set<string>();
    await readThrough(log, partitionsOf(TOPICS.candidates, PARTITIONS_DEFAULT), ({ value }) => {
      const { id, phase, revision } = decodeCandidate(value);
      found.add(`${id} ${phase} ${revision}`);
    });
    claims.set(name, found);
  };
  await claimsOf('kept');
  // The same frames from the beginning with no state: what rewinding would cost, and the answer to compare.
  const again = await work(log, FRESH, (tally) => measured(tally) > measured(before.tally));
  await claimsOf(FRESH);

  const rows = {
    'cameras restored': kept,
    'checkpoint, KB a camera': checkpointBytes / 1024 / CAMERAS,
    'restored: first new frame, ms': restored.firstMs,
    'the same, ms of processor': restored.firstCpuMs,
    'rewound by 20 s: first new frame, ms': again.firstMs,
    'the same for it, ms of processor': again.firstCpuMs,
    'measured before, frames/s': measured(before.tally) / (before.ms / 1_000),
  };
  for (const [name, value] of Object.entries(rows))
    console.log(`${name.padEnd(44)}${value.toFixed(1).padStart(12)}`);
  const wrong = [
    ...(kept === CAMERAS && unfit === 0
      ? []
      : [`${kept} cameras restored, ${unfit} unfit, expected ${CAMERAS} and 0`]),
    ...(measured(restored.tally) > 0 &&
    measured(restored.tally) === measured(again.tally) - measured(before.tally)
      ? []
      : ['frames were lost or stepped twice']),
    ...(claims.get('kept')!.size === claims.get(FRESH)!.size && claims.get(FRESH)!.size > 0
      ? []
      : [
          `${claims.get('kept')!.size} records of claims, ${claims.get(FRESH)!.size} when nothing was interrupted`,
        ]),
  ];
  for (const fault of wrong) console.error(`wrong: ${fault}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await log.close();
  rmSync(directory, { recursive: true, force: true });
}
