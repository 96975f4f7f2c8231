/**
 * The only loop: read, step, append, then commit.
 *
 * An offset is committed only when everything derived from its record is durable. Bad input becomes a record of
 * `rail.rejected` and the loop goes on; an outage of the log is waited out. When partitions are lost their state
 * is dropped; whoever owns them next starts from the committed offset, so a record may be stepped twice: what
 * follows from it carries derived ids, and a repeat is harmless.
 */
import { createHash } from 'node:crypto';
import { InputError } from './errors.ts';
import {
  type Consumer,
  type Log,
  type LogRecord,
  type NewRecord,
  OffsetGoneError,
  type Position,
  type Reader,
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
  | { readonly kind: 'reject'; readonly refusal: Refusal };

/** Decodes, steps, encodes. Throws InputError when the record as a whole cannot be understood. */
export type Work = Stage<LogRecord, Effect>;

export interface Progress {
  /** Records stepped, appended and put aside since the last report. */
  readonly read: number;
  readonly appended: number;
  readonly rejected: number;
}

interface LoopOptions extends Patience {
  readonly log: Log;
  readonly toRejected: (rejected: Rejected) => NewRecord;
  readonly nowMs: () => number;
  /** After every batch, also an empty one: then the log is well and has nothing new. */
  readonly onProgress?: (progress: Progress) => void;
  /** Records stepped between two commits at most. */
  readonly batchMax?: number;
}

export interface DriveOptions extends LoopOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** State for a partition that was just assigned. */
  readonly workFor: (at: TopicPartition) => Promise<Work> | Work;
  readonly onDropped?: (at: TopicPartition) => void;
}

export interface FollowOptions extends LoopOptions {
  readonly from: readonly Position[];
  readonly work: Work;
  /** What follows from the passing of time alone; asked after every batch, also an empty one. */
  readonly onTick?: (nowMs: number) => readonly Effect[];
}

const BATCH_MAX = 512;
const WAIT_MS = 100;
const COMMIT_ATTEMPTS = 8;

/** As a member of a group, until `signal` aborts; finishes the batch in hand. Rejects on a programmer's error. */
export async function drive(options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    const works = new Map<string, { readonly at: TopicPartition; readonly work: Work }>();
    const drop = (at: TopicPartition) => {
      if (works.delete(keyOf(at))) options.onDropped?.(at);
    };
    const opened = await patiently('read', options, () =>
      options.log.consumer({
        group: options.group,
        topics: options.topics,
        onAssigned: async (owned) => {
          for (const at of owned) {
            const made = await patiently('read', options, async () => options.workFor(at));
            if (made !== undefined) works.set(keyOf(at), { at, work: made.value });
          }
        },
        onRevoked: (lost) => lost.forEach(drop),
      }),
    );
    if (opened === undefined) return;
    const consumer = opened.value;
    try {
      await turn(consumer, options, {
        workOf: (record) => works.get(keyOf(record))?.work,
        settle: (positions) => commit(consumer, positions, options),
      });
    } finally {
      await consumer.close().catch(() => undefined);
      // State belongs to what this consumer delivered: the next one starts again from what was committed.
      for (const { at } of [...works.values()]) drop(at);
    }
  }
}

/** From stated positions, in no group, committing nothing: for a fold that is rebuilt at every start. */
export async function follow(options: FollowOptions): Promise<void> {
  const positions = new Map(options.from.map((position) => [keyOf(position), position]));
  const { onTick } = options;
  while (!options.signal.aborted) {
    const opened = await patiently('read', options, () => options.log.reader([...positions.values()]));
    if (opened === undefined) return;
    try {
      await turn(opened.value, options, {
        workOf: () => options.work,
        settle: async (reached) => {
          for (const position of reached) positions.set(keyOf(position), position);
          return true;
        },
        ...(onTick === undefined ? {} : { onTick }),
      });
    } finally {
      await opened.value.close().catch(() => undefined);
    }
  }
}

interface Turn {
  readonly workOf: (record: LogRecord) => Work | undefined;
  /** Everything derived up to these positions is durable. false: the reader is of no more use. */
  readonly settle: (positions: readonly Position[]) => Promise<boolean>;
  readonly onTick?: (nowMs: number) => readonly Effect[];
}

/** Returns when stopped, or when the reader broke and a new one is needed. */
async function turn(reader: Reader, options: LoopOptions, { workOf, settle, onTick }: Turn): Promise<void> {
  while (!options.signal.aborted) {
    let records: readonly LogRecord[];
    try {
      records = await reader.read(options.batchMax ?? BATCH_MAX, WAIT_MS);
    } catch (error) {
      if (!(error instanceof OffsetGoneError)) {
        await waitOut('read', error, 1, options);
        return;
      }
      // Retention took what was not read yet. Said aloud, and then on from the oldest that is left.
      const gone = options.toRejected(goneOf(error, options.nowMs()));
      if ((await persist(options.log, [gone], options)) === undefined) return;
      await settle([{ ...error.at, offset: error.first }]);
      return;
    }
    const { appends, positions, rejected, read } = stepAll(records, workOf, options);
    for (const effect of onTick?.(options.nowMs()) ?? []) {
      if (effect.kind === 'append') appends.push(effect.record);
    }
    if ((await persist(options.log, appends, options)) === undefined) return;
    const settled = await settle(positions);
    options.onProgress?.({ read, appended: appends.length - rejected, rejected });
    if (!settled) return;
  }
}

function stepAll(
  records: readonly LogRecord[],
  workOf: (record: LogRecord) => Work | undefined,
  options: LoopOptions,
): { appends: NewRecord[]; positions: readonly Position[]; read: number; rejected: number } {
  const appends: NewRecord[] = [];
  const positions = new Map<string, Position>();
  let read = 0;
  let rejected = 0;
  for (const record of records) {
    const work = workOf(record);
    // Lost between the read and now: its next owner reads it again.
    if (work === undefined) continue;
    read += 1;
    for (const effect of effectsOf(work, record)) {
      if (effect.kind === 'append') {
        appends.push(effect.record);
      } else {
        appends.push(options.toRejected(rejectedOf(effect.refusal, record, options.nowMs())));
        rejected += 1;
      }
    }
    const { topic, partition } = record;
    positions.set(keyOf(record), { topic, partition, offset: record.offset + 1 });
  }
  return { appends, positions: [...positions.values()], read, rejected };
}

function effectsOf(work: Work, record: LogRecord): readonly Effect[] {
  try {
    return work.step(record);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ kind: 'reject', refusal: { code: error.code, detail: error.message } }];
  }
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
  log: Log,
  records: readonly NewRecord[],
  patience: Patience,
): Promise<readonly number[] | undefined> {
  if (records.length === 0) return [];
  return (await patiently('append', patience, () => log.append(records)))?.value;
}

async function commit(
  consumer: Consumer,
  positions: readonly Position[],
  patience: Patience,
): Promise<boolean> {
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
      await waitOut('commit', error, attempt, patience);
      if (patience.signal.aborted) return false;
    }
  }
  return false;
}

function keyOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
