/**
 * The only loop: read, step, append, then commit.
 *
 * An offset is committed only when everything derived from its record is durable. Bad input becomes a record of
 * `rail.rejected` and the loop goes on; an outage of the log is waited out.
 *
 * Work whose state is worth keeping says so with `save`: its partition is then committed at checkpoints only (every
 * few seconds, on a clean stop and when the partition is handed over), together with where the checkpoint lies, in one
 * request. Other work is committed after every batch. When partitions are lost their state is dropped; whoever owns
 * them next starts from what was committed, so a record may be stepped twice: what follows from it carries derived
 * ids, and a repeat is harmless.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InputError } from './errors.ts';
import {
  type Consumer,
  type Log,
  type LogRecord,
  type NewRecord,
  OffsetGoneError,
  type Position,
  StaleGenerationError,
  type TopicPartition,
} from './log/port.ts';
import type { Rejected } from './model.ts';
import { type Patience, patiently, waitOut } from './patience.ts';
import type { Stage } from './stage.ts';

/** Why a record, or a part of it, was put aside. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly site?: string;
  readonly camera?: string;
}

/** What follows from one record. */
export type Effect =
  | { readonly kind: 'append'; readonly record: NewRecord }
  /** `record`: what was refused, where it is not the record at hand. */
  | { readonly kind: 'reject'; readonly refusal: Refusal; readonly record?: LogRecord };

/**
 * Decodes, steps, encodes. `step` throws InputError when the record as a whole cannot be understood; it may leave some
 * of it for later, and the rest of the interface is for work that does, or that outlives the process.
 */
export interface Work extends Stage<LogRecord, Effect> {
  /** Goes on with a bounded amount of what was left for later. */
  turn?(): readonly Effect[];
  isWaiting?(): boolean;
  /** So much waits that no more should be read. */
  isFull?(): boolean;
  /** The first offset that is not done with; undefined: everything that was stepped is. */
  resumeAt?(): number | undefined;
  /** The state, as records of one partition that nothing else is written to meanwhile; `resumeAt` belongs to it. */
  save?(resumeAt: number): readonly NewRecord[];
}

export interface Progress {
  /** Records stepped, appended and put aside since the last report. */
  readonly read: number;
  readonly appended: number;
  readonly rejected: number;
  /** How far the partitions are done with, whether it is committed or not. */
  readonly positions: readonly Position[];
}

export interface DriveOptions extends Patience {
  readonly log: Log;
  readonly group: string;
  readonly topics: readonly string[];
  /** State for a partition that was just assigned. */
  readonly workFor: (at: TopicPartition) => Promise<Work> | Work;
  readonly onDropped?: (at: TopicPartition) => void;
  /**
   * false: the group says who owns what, but every owner folds its partitions from the first offset, and nothing is
   * committed. Default true.
   */
  readonly commits?: boolean;
  /** What follows from the passing of time alone; asked after every batch. `idle`: the batch was empty. */
  readonly onTick?: (nowMs: number, idle: boolean) => readonly NewRecord[];
  readonly toRejected: (rejected: Rejected) => NewRecord;
  readonly nowMs: () => number;
  /** After every batch, also an empty one: then the log is well and has nothing new. */
  readonly onProgress?: (progress: Progress) => void;
  /** Records stepped between two appends at most. */
  readonly batchMax?: number;
  /** Between two checkpoints of a partition. Default 4 s. */
  readonly saveMs?: number;
}

const BATCH_MAX = 512;
const WAIT_MS = 100;
const COMMIT_ATTEMPTS = 8;
/** What a crash makes its successor step again; shorter intervals write more. */
const SAVE_MS = 4_000;
/** Partitions save one after the other within the interval, not all at once. */
const SAVE_STEPS = 16;

/** What is owned of one partition, and how far it is done. */
interface Owned {
  readonly at: TopicPartition;
  readonly work: Work;
  /** Next offset to step; undefined: nothing was stepped yet. */
  next: number | undefined;
  /** What was committed by this owner last. */
  done: number | undefined;
  saveAtMs: number;
  paused: boolean;
}

class Owners extends Map<string, Owned> {
  /** Everything that was stepped is on the log: only then may a state be saved. */
  sound = true;
}

/** Until `signal` aborts; finishes the batch in hand. Rejects on a programmer's error and on what no waiting mends. */
export async function drive(options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    const owners = new Owners();
    let consumer: Consumer | undefined;
    const drop = (at: TopicPartition) => {
      if (owners.delete(keyOf(at))) options.onDropped?.(at);
    };
    const opened = await patiently('read', options, () =>
      options.log.consumer({
        group: options.group,
        topics: options.topics,
        onAssigned: async (owned) => {
          for (const at of owned) {
            const made = await patiently('read', options, async () => options.workFor(at));
            if (made !== undefined) owners.set(keyOf(at), ownedOf(at, made.value, options));
          }
        },
        onRevoked: async (lost) => {
          if (consumer !== undefined && owners.sound) await handOver(lost, consumer, owners, options);
          lost.forEach(drop);
        },
      }),
    );
    if (opened === undefined) return;
    consumer = opened.value;
    try {
      await turn(consumer, owners, options);
    } finally {
      owners.sound = false;
      await consumer.close().catch(() => undefined);
      // State belongs to what this consumer delivered: the next one starts again from what was committed.
      for (const { at } of [...owners.values()]) drop(at);
    }
  }
}

function ownedOf(at: TopicPartition, work: Work, { saveMs = SAVE_MS, nowMs }: DriveOptions): Owned {
  const share = ((at.partition % SAVE_STEPS) + 1) / SAVE_STEPS;
  return { at, work, next: undefined, done: undefined, saveAtMs: nowMs() + saveMs * share, paused: false };
}

/** Returns when stopped, or when the consumer broke and a new one is needed. */
async function turn(consumer: Consumer, owners: Owners, options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    let records: readonly LogRecord[];
    const askedAtMs = options.nowMs();
    const waiting = [...owners.values()].some(({ work }) => work.isWaiting?.() === true);
    try {
      // A log that answers at once would keep the process from everything else while something waits.
      if (waiting) await nextTurn();
      records = await consumer.read(options.batchMax ?? BATCH_MAX, waiting ? 0 : WAIT_MS);
    } catch (error) {
      if (error instanceof OffsetGoneError) await passOver(error, consumer, options);
      else await waitOut('read', error, 1, options);
      return;
    }
    owners.sound = false;
    const { appends, rejected, read } = stepAll(records, owners, options);
    if (options.onTick !== undefined) appends.push(...options.onTick(askedAtMs, records.length === 0));
    if ((await persist(options.log, appends, options)) === undefined) return;
    owners.sound = true;
    const committed = await commitSteps(consumer, owners, options);
    const positions = [...owners.values()].flatMap((owned) => positionOf(owned) ?? []);
    options.onProgress?.({ read, appended: appends.length - rejected, rejected, positions });
    if (!committed) return;
    holdBack(consumer, owners);
    if (!(await saveDue(consumer, owners, options))) return;
  }
  await handOver(
    [...owners.values()].map(({ at }) => at),
    consumer,
    owners,
    options,
  );
}

function stepAll(
  records: readonly LogRecord[],
  owners: Owners,
  options: DriveOptions,
): { appends: NewRecord[]; read: number; rejected: number } {
  const appends: NewRecord[] = [];
  let read = 0;
  let rejected = 0;
  const take = (effects: readonly Effect[], record?: LogRecord) => {
    for (const effect of effects) {
      const of = effect.kind === 'reject' ? (effect.record ?? record) : undefined;
      if (effect.kind === 'append') {
        appends.push(effect.record);
      } else if (of !== undefined) {
        appends.push(options.toRejected(rejectedOf(effect.refusal, of, options.nowMs())));
        rejected += 1;
      }
    }
  };
  for (const record of records) {
    const owned = owners.get(keyOf(record));
    // Lost between the read and now: its next owner reads it again.
    if (owned === undefined) continue;
    read += 1;
    take(effectsOf(owned.work, record), record);
    owned.next = record.offset + 1;
  }
  for (const { work } of owners.values()) if (work.isWaiting?.() === true) take(work.turn?.() ?? []);
  return { appends, read, rejected };
}

function effectsOf(work: Work, record: LogRecord): readonly Effect[] {
  try {
    return work.step(record);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ kind: 'reject', refusal: { code: error.code, detail: error.message } }];
  }
}

/** Undefined while nothing was stepped. */
function positionOf({ at, work, next }: Owned): Position | undefined {
  return next === undefined ? undefined : { ...at, offset: work.resumeAt?.() ?? next };
}

/** Memory is bounded: what is full is not read until there is room. */
function holdBack(consumer: Consumer, owners: Owners): void {
  for (const owned of owners.values()) {
    const full = owned.work.isFull?.() === true;
    if (full === owned.paused) continue;
    owned.paused = full;
    if (full) consumer.pause([owned.at]);
    else consumer.resume([owned.at]);
  }
}

/** Retention took what was not read yet. Said aloud, and then on from the oldest that is left. */
async function passOver(gone: OffsetGoneError, consumer: Consumer, options: DriveOptions): Promise<void> {
  const record = options.toRejected(goneOf(gone, options.nowMs()));
  if ((await persist(options.log, [record], options)) === undefined) return;
  await commit(consumer, [{ ...gone.at, offset: gone.first }], options);
}

/** What is kept about a bad record: never its bytes, they could be a picture. */
export function rejectedOf(refusal: Refusal, record: LogRecord, atMs: number): Rejected {
  return {
    ...refusal,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    length: record.value.length,
    sha256: createHash('sha256').update(record.value).digest('hex'),
    atMs,
  };
}

function goneOf({ at, asked, first, message }: OffsetGoneError, atMs: number): Rejected {
  const nothing = { ...at, offset: asked, value: new Uint8Array(0), headers: {}, timestampMs: atMs };
  return rejectedOf(
    { code: 'offset_gone', detail: `${message}: ${first - asked} records were lost` },
    nothing,
    atMs,
  );
}

/** Appends, however long the log is away. Undefined when stopped before it worked. */
export async function persist(
  log: Pick<Log, 'append'>,
  records: readonly NewRecord[],
  patience: Patience,
): Promise<readonly number[] | undefined> {
  if (records.length === 0) return [];
  return (await patiently('append', patience, () => log.append(records)))?.value;
}

/** After a batch, for work that keeps no checkpoints. False: the consumer is of no more use. */
async function commitSteps(consumer: Consumer, owners: Owners, options: DriveOptions): Promise<boolean> {
  const moved = [...owners.values()].flatMap((owned) => {
    const position = owned.work.save === undefined ? positionOf(owned) : undefined;
    if (position === undefined || position.offset === owned.done) return [];
    owned.done = position.offset;
    return [position];
  });
  return commit(consumer, moved, options);
}

/** Gives up after a while: then the consumer is of no more use. */
async function commit(
  consumer: Consumer,
  positions: readonly Position[],
  options: DriveOptions,
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

/** One partition at a time, so that what arrives meanwhile waits for one and not for all. False: stopped in an outage. */
async function saveDue(consumer: Consumer, owners: Owners, options: DriveOptions): Promise<boolean> {
  const nowMs = options.nowMs();
  const due = [...owners.values()].filter(
    ({ work, saveAtMs }) => work.save !== undefined && saveAtMs <= nowMs,
  );
  const [first] = due.sort((a, b) => a.saveAtMs - b.saveAtMs);
  if (first === undefined) return true;
  first.saveAtMs = nowMs + (options.saveMs ?? SAVE_MS);
  const positions = await checkpoint(first, (records) => persist(options.log, records, options));
  if (positions === undefined) return !options.signal.aborted;
  try {
    await consumer.commit(positions);
    first.done = positions[0]!.offset;
  } catch (error) {
    // The state is at hand and the next checkpoint does as well as this one.
    if (!(error instanceof StaleGenerationError)) await waitOut('commit', error, 1, options);
  }
  return true;
}

/** What others take over, or this process on its next start: one attempt, because whoever takes over is waiting. */
async function handOver(
  lost: readonly TopicPartition[],
  consumer: Consumer,
  owners: Owners,
  options: DriveOptions,
): Promise<void> {
  try {
    for (const at of lost) {
      const owned = owners.get(keyOf(at));
      if (owned?.work.save === undefined) continue;
      const positions = await checkpoint(owned, (records) => options.log.append(records));
      if (positions !== undefined) await consumer.commit(positions);
    }
  } catch {
    // The last checkpoint stands, and what came after it is stepped again.
  }
}

/** The positions to commit, in one request: that of the input, and that of the state that belongs to it. */
async function checkpoint(
  owned: Owned,
  append: (records: readonly NewRecord[]) => Promise<readonly number[] | undefined>,
): Promise<readonly Position[] | undefined> {
  const position = positionOf(owned);
  if (position === undefined || position.offset === owned.done) return undefined;
  const records = owned.work.save?.(position.offset) ?? [];
  const offsets = await append(records);
  if (offsets === undefined) return undefined;
  const [first] = records;
  if (first === undefined) return [position];
  const { topic, partition } = first;
  return [position, { topic, partition, offset: offsets[0]! }];
}

function keyOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
