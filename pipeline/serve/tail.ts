/**
 * A topic read as it grows, through outages: every record of every partition, in offset order, from where it was told to
 * begin. What retention takes before it was read is passed over.
 */
import { type Log, type LogRecord, OffsetGoneError, type Reader, UnknownTopicError } from '../log/port.ts';
import { type Patience, patiently, waitOut } from '../patience.ts';
import { everyPartition, positions } from './events/cursor.ts';

export interface TailOptions {
  readonly log: Log;
  readonly topic: string;
  readonly from: 'first' | 'end';
  readonly patience: Patience;
  readonly onRecord: (record: LogRecord) => void;
  readonly now?: () => number;
  /** About once a second: whatever was on the log at this time has been read. */
  readonly onCurrent?: (atMs: number) => void;
  /** The log answers. */
  readonly onWell?: () => void;
}

const BATCH_RECORDS = 512;
const WAIT_MS = 250;
/** On Kafka a mark is a question a partition. */
const MARK_MS = 1_000;

/** Until the patience's signal aborts. Throws what waiting cannot mend. */
export async function tail(options: TailOptions): Promise<void> {
  const { log, topic, patience } = options;
  const { signal } = patience;
  const begun = await patiently('read', patience, () => begin(options));
  if (begun === undefined) return;
  const cursor = begun.value;
  const progress: Progress = { failures: 0, markedAtMs: Number.NEGATIVE_INFINITY, mark: undefined };
  while (!signal.aborted) {
    try {
      const reader = await log.reader(positions(topic, cursor));
      try {
        await follow(reader, cursor, options, progress);
      } finally {
        await reader.close().catch(() => undefined);
      }
    } catch (error) {
      if (error instanceof OffsetGoneError) cursor[error.at.partition] = error.first;
      else if (!signal.aborted) await waitOut('read', error, ++progress.failures, patience);
    }
  }
}

/** Outlives a reader that broke: what was noted stays true. */
interface Progress {
  /** In a row. */
  failures: number;
  markedAtMs: number;
  /** Where the log ended at a time, until that has been read. */
  mark: { readonly atMs: number; readonly ends: readonly number[] } | undefined;
}

async function follow(
  reader: Reader,
  cursor: number[],
  options: TailOptions,
  progress: Progress,
): Promise<void> {
  const { log, topic, patience, onRecord, onCurrent, onWell, now = Date.now } = options;
  while (!patience.signal.aborted) {
    // The time is taken before the ends: what is appended in between is younger than what is claimed.
    if (onCurrent !== undefined && !progress.mark && Math.abs(now() - progress.markedAtMs) >= MARK_MS) {
      progress.markedAtMs = now();
      const ends = await everyPartition(topic, cursor.length, (at) => log.endOffset(at));
      progress.mark = { atMs: progress.markedAtMs, ends };
    }
    if (progress.mark?.ends.every((end, partition) => cursor[partition]! >= end)) {
      onCurrent?.(progress.mark.atMs);
      progress.mark = undefined;
    }
    for (const record of await reader.read(BATCH_RECORDS, WAIT_MS)) {
      onRecord(record);
      cursor[record.partition] = record.offset + 1;
    }
    progress.failures = 0;
    onWell?.();
  }
}

async function begin({ log, topic, from }: TailOptions): Promise<number[]> {
  const count = await log.partitionCount(topic);
  if (count === undefined) throw new UnknownTopicError(topic);
  return everyPartition(topic, count, (at) => (from === 'end' ? log.endOffset(at) : log.firstOffset(at)));
}
