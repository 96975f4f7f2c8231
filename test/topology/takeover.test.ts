/** Taking a partition over when an owner that was taken for dead spoke up meanwhile. */
import { expect, it } from 'vitest';
import { drive } from '../../pipeline/drive.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log, LogRecord } from '../../pipeline/log/port.ts';
import type { Frame } from '../../pipeline/model.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { toRejected } from '../../pipeline/topology/common.ts';
import { readThrough } from '../../pipeline/topology/history.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { frameWork } from '../../pipeline/topology/worker.ts';
import { decodeCandidate, encodeCandidate, encodeFrameBatch } from '../../proto/messages.ts';
import { walked } from '../support/walked.ts';
import { walkedSite } from '../support/walker.ts';

const EPOCH = 1_700_000_000_000;
const GROUP = 'workers';
const site = walkedSite('gare', ['quai', 'voie']);
const seen = (await walked(EPOCH)).map((frame) => ({ ...frame, camera: 'quai' }));

/** A worker from its start to its clean stop, when nothing is left to read. */
async function live(log: Log, writer: string): Promise<Tally> {
  const tally = new Tally(site);
  const stop = new AbortController();
  await drive({
    log,
    group: GROUP,
    topics: [TOPICS.frames],
    toRejected,
    nowMs: () => EPOCH,
    signal: stop.signal,
    workFor: (at) =>
      frameWork(at, { log, site, group: GROUP, writer, partitions: 1, build: 'b', shared: false, tally }),
    onProgress: ({ read }) => read === 0 && stop.abort(),
  });
  return tally;
}

async function append(log: Log, frames: readonly Frame[]): Promise<void> {
  await log.append([{ topic: TOPICS.frames, partition: 0, value: encodeFrameBatch({ frames }) }]);
}

async function claimed(log: Log): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  await readThrough(log, [{ topic: TOPICS.candidates, partition: 0 }], (record) => records.push(record));
  return records;
}

/** A first owner's whole walk, with everything that it claimed over and saved. */
async function walkedLog(): Promise<{ log: Log; claims: readonly LogRecord[] }> {
  const log = openMemoryLog({ now: () => EPOCH });
  await createTopics(log, { partitions: 1 });
  await append(log, seen);
  await live(log, 'first');
  const claims = await claimed(log);
  const phases = claims.map(({ value }) => decodeCandidate(value).phase);
  expect([phases[0], phases.at(-1)]).toEqual(['begin', 'end']);
  return { log, claims };
}

it('leaves a claim ended that somebody began once more after the checkpoint', async () => {
  const { log, claims } = await walkedLog();
  await log.append([{ topic: TOPICS.candidates, partition: 0, value: claims[0]!.value }]);
  await append(log, [{ ...seen[0]!, number: seen.at(-1)!.number + 1, intervalMs: 0 }]);
  const tally = await live(log, 'second');
  expect(tally.restored.get(0)).toMatchObject({ kind: 'restored' });
  expect(await claimed(log)).toHaveLength(claims.length + 1);
});

it('ends a claim that only that other owner made', async () => {
  const { log, claims } = await walkedLog();
  const other = decodeCandidate(claims[0]!.value);
  const id = `${other.id}0`;
  const value = encodeCandidate({ ...other, id });
  await log.append([{ topic: TOPICS.candidates, partition: 0, value }]);
  await append(log, [{ ...seen[0]!, number: seen.at(-1)!.number + 1, intervalMs: 0 }]);
  await live(log, 'second');
  const since = (await claimed(log)).slice(claims.length + 1).map(({ value }) => decodeCandidate(value));
  expect(since).toMatchObject([{ id, phase: 'end', revision: other.revision + 1 }]);
});

it('misses no state of a camera that the last owner had claims of and no frames', async () => {
  const { log, claims } = await walkedLog();
  const other = { ...decodeCandidate(claims[0]!.value), id: 'of-an-owner-that-died', camera: 'voie' };
  await log.append([{ topic: TOPICS.candidates, partition: 0, value: encodeCandidate(other) }]);
  const more = (number: number) => ({ ...seen[0]!, number: seen.at(-1)!.number + number, intervalMs: 0 });
  await append(log, [more(1)]);
  await live(log, 'second');
  await append(log, [{ ...more(2), camera: 'voie' }]);
  const tally = await live(log, 'third');
  expect(tally.restored.get(0)).toMatchObject({ kind: 'restored', cameras: 2, unfit: 0 });
  expect(tally.rejected.get('checkpoint_unfit')).toBeUndefined();
  const last = decodeCandidate((await claimed(log)).at(-1)!.value);
  expect(last).toMatchObject({ id: other.id, phase: 'end', revision: other.revision + 1 });
});
