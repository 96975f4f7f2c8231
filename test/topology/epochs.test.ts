/** A camera is seen again at once, however wrong the clock of the process that goes on watching it. */
import { expect, it } from 'vitest';
import { drive } from '../../pipeline/drive.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import type { Frame } from '../../pipeline/model.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { toRejected, workerGroup } from '../../pipeline/topology/common.ts';
import { startEdge } from '../../pipeline/topology/edge.ts';
import { lastEpochs } from '../../pipeline/topology/epochs.ts';
import { readThrough } from '../../pipeline/topology/history.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { frameWork } from '../../pipeline/topology/worker.ts';
import { decodeFrameBatch } from '../../proto/messages.ts';
import { walkedSite, walker } from '../support/walker.ts';

const NOW_MS = 1_700_000_000_000;
const BACK_MS = 600_000;
const site = walkedSite('gare', ['quai', 'hall']);
const cameras = site.cameras.map(({ id }) => id);
const known = (log: Log) => lastEpochs({ log, site, partitions: 1, cameras });

async function openLog() {
  const log = openMemoryLog({ now: () => NOW_MS });
  await createTopics(log, { partitions: 1 });
  return log;
}

/** An ingest process by whose clock it is `nowMs`; two seconds of every camera. */
async function watch(log: Log, nowMs: number): Promise<void> {
  const tally = new Tally(site);
  const open = async (_: unknown, startMs: number) => walker(startMs, 2);
  const common = { log, site, partitions: 1, tally, nowMs: () => nowMs };
  await startEdge({ ...common, open, pace: 'fast', loop: false }).ingested;
}

async function measured(log: Log): Promise<Tally> {
  const tally = new Tally(site);
  const stop = new AbortController();
  const group = workerGroup(site);
  await drive({
    log,
    group,
    topics: [TOPICS.frames],
    toRejected,
    nowMs: () => NOW_MS,
    signal: stop.signal,
    workFor: (at) =>
      frameWork(at, { log, site, group, writer: 'w', partitions: 1, build: 'b', shared: false, tally }),
    onProgress: ({ read }) => read === 0 && stop.abort(),
  });
  return tally;
}

async function framesOf(log: Log): Promise<Frame[]> {
  const frames: Frame[] = [];
  await readThrough(log, [{ topic: TOPICS.frames, partition: 0 }], ({ value }) => {
    frames.push(...decodeFrameBatch(value).frames);
  });
  return frames;
}

it('takes every frame of a process whose clock was set back', async () => {
  const log = await openLog();
  await watch(log, NOW_MS);
  await watch(log, NOW_MS - BACK_MS);
  await watch(log, NOW_MS - 2 * BACK_MS);
  const { rejected, cameras: tallies } = await measured(log);
  expect([...rejected]).toEqual([]);
  expect([...tallies.values()].map(({ frames }) => frames)).toEqual([33, 33]);
});

it('tells times by the clock all the same', async () => {
  const log = await openLog();
  await watch(log, NOW_MS);
  await watch(log, NOW_MS - BACK_MS);
  const later = (await framesOf(log)).filter(({ epoch }) => epoch > NOW_MS);
  expect(later).toHaveLength(22);
  expect(new Set(later.map(({ epoch }) => epoch))).toEqual(new Set([NOW_MS + 1]));
  expect(Math.min(...later.map(({ capturedAtMs }) => capturedAtMs))).toBe(NOW_MS - BACK_MS);
});

it('knows a camera from the checkpoint when its frames are gone', async () => {
  const log = await openLog();
  await watch(log, NOW_MS);
  await measured(log);
  const at = { topic: TOPICS.frames, partition: 0 };
  await log.dropBefore(at, await log.endOffset(at));
  expect(await known(log)).toEqual(new Map(cameras.map((id) => [id, NOW_MS])));
});

it('knows nothing on an empty log, and passes over what cannot be read', async () => {
  const log = await openLog();
  expect(await known(log)).toEqual(new Map());
  await log.append([{ topic: TOPICS.frames, partition: 0, value: Uint8Array.of(255, 1, 2) }]);
  await watch(log, NOW_MS);
  expect((await known(log)).size).toBe(2);
});
