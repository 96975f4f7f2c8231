/**
 * How far the partitions of one consumer are done with, and when that is committed: after every batch, or for work that
 * keeps a state at checkpoints only, together with where the checkpoint lies.
 */
import {
  type Consumer,
  type Log,
  type Position,
  StaleGenerationError,
  type TopicPartition,
} from './log/port.ts';
import { type Patience, waitOut } from './patience.ts';
import type { Work } from './work.ts';

export interface Keeping extends Patience {
  readonly log: Log;
  readonly nowMs: () => number;
  /**
   * false: the group says who owns what, but every owner folds its partitions from the first offset, and nothing is
   * committed. Default true.
   */
  readonly commits?: boolean;
  /** Between two checkpoints of a partition. Default 4 s. */
  readonly saveMs?: number;
}

const COMMIT_ATTEMPTS = 8;
/** What a crash makes its successor step again; shorter intervals write more. */
const SAVE_MS = 4_000;
/**
 * The first checkpoint of an owner comes after an eighth of the interval, the next after twice as long, until they are
 * the interval apart: a process that dies every second gets on all the same. Partitions save one after the other
 * within each, not all at once.
 */
const SAVE_FIRST = 1 / 8;
const SAVE_STEPS = 16;

/** What is owned of one partition, and how far it is done. */
export interface Owned {
  readonly at: TopicPartition;
  readonly work: Work;
  /** Next offset to step; undefined: nothing was stepped yet. */
  next: number | undefined;
  /** What was committed by this owner last. */
  done: number | undefined;
  saveAtMs: number;
  saveEveryMs: number;
  paused: boolean;
}

export class Owners extends Map<string, Owned> {
  /** Everything that was stepped is on the log: only then may a state be saved. */
  sound = true;
}

export function ownedOf(at: TopicPartition, work: Work, { saveMs = SAVE_MS, nowMs }: Keeping): Owned {
  const saveEveryMs = saveMs * SAVE_FIRST;
  const saveAtMs = nowMs() + saveEveryMs * (1 + (at.partition % SAVE_STEPS) / SAVE_STEPS);
  return { at, work, next: undefined, done: undefined, saveAtMs, saveEveryMs, paused: false };
}

/** Undefined while nothing was stepped. */
export function positionOf({ at, work, next }: Owned): Position | undefined {
  return next === undefined ? undefined : { ...at, offset: work.resumeAt?.() ?? next };
}

/** After a batch, for work that keeps no checkpoints. False: the consumer is of no more use. */
export async function commitSteps(consumer: Consumer, owners: Owners, options: Keeping): Promise<boolean> {
  const moved = [...owners.values()].flatMap((owned) => {
    const position = owned.work.save === undefined ? positionOf(owned) : undefined;
    if (position === undefined || position.offset === owned.done) return [];
    owned.done = position.offset;
    return [position];
  });
  return commit(consumer, moved, options);
}

/** Gives up after a while: then the consumer is of no more use. */
export async function commit(
  consumer: Consumer,
  positions: readonly Position[],
  options: Keeping,
): Promise<boolean> {
  if (options.commits === false) return true;
  const owned = new Set(consumer.assigned().map(keyOf));
  const still = positions.filter((position) => owned.has(keyOf(position)));
  if (still.length === 0) return true;
  // Given up, it costs the state of all partitions, so a short outage is worth waiting for.
  for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt++) {
    try {
      await consumer.commit(still);
      return true;
    } catch (error) {
      // Another member owns them by now and starts from the older offset; this one goes on with what it has.
      if (error instanceof StaleGenerationError) return true;
      await waitOut('commit', error, attempt, options);
      if (options.signal.aborted) return false;
    }
  }
  return false;
}

/** One partition at a time, so that what arrives meanwhile waits for one and not for all. */
export async function saveDue(consumer: Consumer, owners: Owners, options: Keeping): Promise<void> {
  const nowMs = options.nowMs();
  const due = [...owners.values()].filter(
    (owned) => owned.work.save !== undefined && (isDue(owned, nowMs) || owned.work.isHeavy?.() === true),
  );
  const [first] = due.sort((a, b) => a.saveAtMs - b.saveAtMs);
  if (first === undefined) return;
  first.saveEveryMs = Math.min(2 * first.saveEveryMs, options.saveMs ?? SAVE_MS);
  first.saveAtMs = nowMs + first.saveEveryMs;
  try {
    const positions = await checkpoint(first, options.log);
    if (positions === undefined) return;
    await consumer.commit(positions);
    first.done = positions[0]!.offset;
  } catch (error) {
    // The state is at hand, and the next checkpoint does as well as this one.
    if (!(error instanceof StaleGenerationError)) await waitOut('commit', error, 1, options);
  }
}

/** Further ahead than it was ever set: the clock was set back, and would hold the next checkpoint up for as long. */
function isDue({ saveAtMs, saveEveryMs }: Owned, nowMs: number): boolean {
  return saveAtMs <= nowMs || saveAtMs - nowMs > 2 * saveEveryMs;
}

/** What others take over, or this process on its next start: one attempt, because whoever takes over is waiting. */
export async function handOver(
  lost: readonly TopicPartition[],
  consumer: Consumer,
  owners: Owners,
  options: Keeping,
): Promise<void> {
  try {
    for (const at of lost) {
      const owned = owners.get(keyOf(at));
      if (owned?.work.save === undefined) continue;
      const positions = await checkpoint(owned, options.log);
      if (positions !== undefined) await consumer.commit(positions);
    }
  } catch {
    // The last checkpoint stands, and what came after it is stepped again.
  }
}

/** The positions to commit, in one request: that of the input, and that of the state that belongs to it. */
async function checkpoint(owned: Owned, log: Log): Promise<readonly Position[] | undefined> {
  const position = positionOf(owned);
  if (position === undefined || position.offset === owned.done) return undefined;
  const records = (await owned.work.save?.(position.offset)) ?? [];
  const offsets = await log.append(records);
  const [first] = records;
  if (first === undefined) return [position];
  const { topic, partition } = first;
  return [position, { topic, partition, offset: offsets[0]! }];
}

export function keyOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
