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
  /** Records stepped between two commits at most. */
  readonly batchMax?: number;
}

const BATCH_MAX = 512;
const WAIT_MS = 100;
const COMMIT_ATTEMPTS = 8;

type Works = Map<string, { readonly at: TopicPartition; readonly work: Work }>;

/** Until `signal` aborts; finishes the batch in hand. Rejects on a programmer's error and on what no waiting mends. */
export async function drive(options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    const works: Works = new Map();
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
    try {
      await turn(opened.value, works, options);
    } finally {
      await opened.value.close().catch(() => undefined);
      // State belongs to what this consumer delivered: the next one starts again from what was committed.
      for (const { at } of [...works.values()]) drop(at);
    }
  }
}

/** Returns when stopped, or when the consumer broke and a new one is needed. */
async function turn(consumer: Consumer, works: Works, options: DriveOptions): Promise<void> {
  while (!options.signal.aborted) {
    let records: readonly LogRecord[];
    const askedAtMs = options.nowMs();
    try {
      records = await consumer.read(options.batchMax ?? BATCH_MAX, WAIT_MS);
    } catch (error) {
      if (error instanceof OffsetGoneError) await passOver(error, consumer, options);
      else await waitOut('read', error, 1, options);
      return;
    }
    const { appends, positions, rejected, read } = stepAll(records, works, options);
    if (options.onTick !== undefined) appends.push(...options.onTick(askedAtMs, records.length === 0));
    if ((await persist(options.log, appends, options)) === undefined) return;
    const committed = await commit(consumer, positions, options);
    options.onProgress?.({ read, appended: appends.length - rejected, rejected });
    if (!committed) return;
  }
}

/** Retention took what was not read yet. Said aloud, and then on from the oldest that is left. */
async function passOver(gone: OffsetGoneError, consumer: Consumer, options: DriveOptions): Promise<void> {
  const record = options.toRejected(goneOf(gone, options.nowMs()));
  if ((await persist(options.log, [record], options)) === undefined) return;
  await commit(consumer, [{ ...gone.at, offset: gone.first }], options);
}

function stepAll(
  records: readonly LogRecord[],
  works: Works,
  options: DriveOptions,
): { appends: NewRecord[]; positions: readonly Position[]; read: number; rejected: number } {
  const appends: NewRecord[] = [];
  const positions = new Map<string, Position>();
  let read = 0;
  let rejected = 0;
  for (const record of records) {
    const work = works.get(keyOf(record))?.work;
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

/** false: the consumer is of no more use. */
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

function keyOf(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}
