/**
 * How long a region of cameras waits when the worker that owns them is killed: once with another worker that shares the
 * region with it and takes its half over, once with one that is started in its place, once with one that is started
 * when the group has noticed. From the kill to the first frame that was put on the log after it and is measured, and to the
 * first such frame of every partition; divided into the session's time-out, restoring and stepping again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openKafkaLog } from '../../pipeline/log/kafkajs/kafkajs.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf } from '../../pipeline/topology/history.ts';
import { startKafka } from '../support/kafka/broker.ts';
import { comesTrue, sleep } from './wait.ts';
import type { Told } from './watched-worker.ts';

export interface Restore {
  readonly how: How;
  /** Cameras whose state was found and fits. */
  readonly cameras: number;
  /** From the kill until the successor was given the first partition. */
  readonly groupMs: number;
  /** From the successor's start until then; absent when it was there before. */
  readonly joinMs?: number;
  /** From the first partition until the state of all partitions was restored. */
  readonly restoreMs: number;
  /** From the kill until the first frame is measured that came after it, and until there was one of each partition. */
  readonly firstMs: number;
  readonly allMs: number;
  /** From the first partition until the first such frame: what a restore costs, whoever noticed the kill how soon. */
  readonly assignedToFirstMs: number;
  readonly assignedToAllMs: number;
}

type How = 'another takes over' | 'started at once' | 'started when the group has noticed';
const WAYS: readonly How[] = ['another takes over', 'started at once', 'started when the group has noticed'];

const FPS = 5;
const SCENES = 6;
/** So that what is saved is the state of cameras that have been seen for a while. */
const SETTLED_MS = 15_000;
const UP_MS_MAX = 90_000;
/** The session's time-out, and some. */
const NOTICED_MS = 12_000;
const FEED_S = 600;
/** Records: half a second's. */
const BEHIND_MAX = 100;

export async function restoreTest(
  cameras: number,
  partitions: number,
  say: (line: string) => void,
): Promise<readonly Restore[]> {
  const kafka = await startKafka();
  const log = await openKafkaLog({ brokers: kafka.brokers });
  const started: Child[] = [];
  const endAll = () => {
    for (const { process } of started) process.kill('SIGKILL');
  };
  const worker = () => {
    const words = ['--cameras', `${cameras}`, '--scenes', `${SCENES}`, '--brokers', kafka.brokers.join()];
    const child = childOf('./watched-worker.js', words);
    started.push(child);
    return child;
  };
  process.on('exit', endAll);
  try {
    await createTopics(log, { partitions });
    const sizes = ['--cameras', `${cameras}`, '--fps', `${FPS}`, '--seconds', `${FEED_S}`, '--every', '5'];
    const where = ['--scenes', `${SCENES}`, '--brokers', kafka.brokers.join()];
    started.push(childOf('../../bench/network/feed.js', [...sizes, ...where]));
    let owner = worker();
    const results: Restore[] = [];
    for (const how of WAYS) {
      await must('the owner is up to date', () => isUpToDate(log, partitions, owner));
      await sleep(SETTLED_MS);
      const other = how === 'another takes over' ? worker() : undefined;
      if (other !== undefined)
        await must('both are up to date', () => isUpToDate(log, partitions, owner, other));
      const had = other === undefined ? [] : owned(other);
      owner.process.kill('SIGKILL');
      const killedMs = Date.now();
      const ends = await endsOf(log, partitions);
      if (how === 'started when the group has noticed') await sleep(NOTICED_MS);
      const successor = other ?? worker();
      await must(
        'new frames of every partition are measured',
        () => newAt(successor, ends, killedMs).length === used(ends) - had.length,
      );
      const result = resultOf(how, successor, ends, killedMs);
      results.push(result);
      say(lineOf(result));
      owner = successor;
    }
    return results;
  } finally {
    process.off('exit', endAll);
    endAll();
    await Promise.all(started.map(({ ended }) => ended));
    await log.close();
    await kafka.stop();
  }
}

interface Child {
  readonly process: ChildProcess;
  readonly told: Told[];
  readonly ended: Promise<void>;
}

function childOf(file: string, words: readonly string[]): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: Told[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line) as Told));
  return { process: child, told, ended: new Promise((resolve) => child.on('close', () => resolve())) };
}

/** Partitions that it measures, by what it told last. */
function owned({ told }: Child): readonly (readonly [number, number])[] {
  const last = told.findLast((one) => one.kind === 'measured');
  return last?.kind === 'measured' ? last.next : [];
}

/** Together they own every partition, one owner each, and are behind by what is on its way. */
async function isUpToDate(log: Log, partitions: number, ...workers: readonly Child[]): Promise<boolean> {
  const all = workers.flatMap(owned);
  if (workers.some((worker) => owned(worker).length === 0)) return false;
  const next = new Map(all);
  const ends = await endsOf(log, partitions);
  const behind = ends.reduce((sum, end, partition) => sum + end - (next.get(partition) ?? 0), 0);
  return all.length === next.size && next.size === used(ends) && behind <= BEHIND_MAX;
}

/** Few cameras leave partitions without any. */
function used(ends: readonly number[]): number {
  return ends.filter((end) => end > 0).length;
}

function endsOf(log: Log, partitions: number): Promise<readonly number[]> {
  return Promise.all(partitionsOf(TOPICS.frames, partitions).map((at) => log.endOffset(at)));
}

/** When the first frame that came after the kill was measured, for every partition that changed hands, in order. */
function newAt({ told }: Child, ends: readonly number[], killedMs: number): readonly number[] {
  const given = new Set<number>();
  const first = new Map<number, number>();
  for (const one of told) {
    if (one.atMs <= killedMs) continue;
    if (one.kind === 'assigned') for (const partition of one.partitions) given.add(partition);
    if (one.kind !== 'measured') continue;
    for (const [partition, next] of one.next)
      if (given.has(partition) && next > ends[partition]! && !first.has(partition))
        first.set(partition, one.atMs);
  }
  return [...first.values()].sort((a, b) => a - b);
}

function resultOf(how: How, successor: Child, ends: readonly number[], killedMs: number): Restore {
  const since = successor.told.filter(({ atMs }) => atMs > killedMs);
  const began = since.find(({ kind }) => kind === 'began');
  const assigned = since.find((one) => one.kind === 'assigned' && one.partitions.length > 0)!.atMs;
  const restores = since.filter((one) => one.kind === 'restored');
  const restored = restores.at(-1)!.atMs;
  const times = newAt(successor, ends, killedMs);
  const [first, all] = [times[0]!, times.at(-1)!];
  return {
    how,
    cameras: restores.reduce((sum, one) => sum + (one.kind === 'restored' ? one.cameras : 0), 0),
    groupMs: assigned - killedMs,
    ...(began === undefined ? {} : { joinMs: assigned - began.atMs }),
    restoreMs: restored - assigned,
    firstMs: first - killedMs,
    allMs: all - killedMs,
    assignedToFirstMs: first - assigned,
    assignedToAllMs: all - assigned,
  };
}

function lineOf(one: Restore): string {
  const s = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const join = one.joinMs === undefined ? '' : ` (${s(one.joinMs)} after its start)`;
  return [
    `${one.how}, ${one.cameras} cameras:`,
    `  from the kill until partitions were given  ${s(one.groupMs)}${join}`,
    `  state restored in                          ${s(one.restoreMs)}`,
    `  from the giving until the first new frame  ${s(one.assignedToFirstMs)}, of every partition ${s(one.assignedToAllMs)}`,
    `  from the kill until the first new frame    ${s(one.firstMs)}, of every partition ${s(one.allMs)}`,
  ].join('\n');
}

async function must(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  if (!(await comesTrue(holds, UP_MS_MAX, 100)))
    throw new Error(`not within ${UP_MS_MAX / 1_000} s: ${what}`);
}
