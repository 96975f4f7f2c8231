/**
 * A topic read as it grows, through outages: every record of every partition, in offset order, from where it was told to
 * begin. What retention takes before it was read is passed over.
 */
import { type Log, type LogRecord, OffsetGoneError, UnknownTopicError } from '../log/port.ts';
import { type Patience, patiently, waitOut } from '../patience.ts';
import { everyPartition, positions } from './follow.ts';

export interface TailOptions {
  readonly log: Log;
  readonly topic: string;
  readonly from: 'first' | 'end';
  readonly patience: Patience;
  readonly onRecord: (record: LogRecord) => void;
  /** Everything that was there at the beginning has been read. */
  readonly onCaughtUp: () => void;
  /** The log answers. */
  readonly onWell?: () => void;
}

const BATCH_RECORDS = 512;
const WAIT_MS = 250;

/** Until the patience's signal aborts. Throws what waiting cannot mend. */
export async function tail(options: TailOptions): Promise<void> {
  const { log, patience, onRecord, onCaughtUp, onWell } = options;
  const { signal } = patience;
  const begun = await patiently('read', patience, () => begin(options));
  if (begun === undefined) return;
  const { cursor, ends } = begun.value;
  let behind = true;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const reader = await log.reader(positions(options.topic, cursor));
      try {
        while (!signal.aborted) {
          if (behind && ends.every((end, partition) => cursor[partition]! >= end)) {
            behind = false;
            onCaughtUp();
          }
          for (const record of await reader.read(BATCH_RECORDS, WAIT_MS)) {
            onRecord(record);
            cursor[record.partition] = record.offset + 1;
          }
          failures = 0;
          onWell?.();
        }
      } finally {
        await reader.close().catch(() => undefined);
      }
    } catch (error) {
      if (error instanceof OffsetGoneError) cursor[error.at.partition] = error.first;
      else if (!signal.aborted) await waitOut('read', error, ++failures, patience);
    }
  }
}

async function begin({ log, topic, from }: TailOptions): Promise<{ cursor: number[]; ends: number[] }> {
  const count = await log.partitionCount(topic);
  if (count === undefined) throw new UnknownTopicError(topic);
  const ends = await everyPartition(topic, count, (at) => log.endOffset(at));
  if (from === 'end') return { cursor: [...ends], ends };
  return { cursor: await everyPartition(topic, count, (at) => log.firstOffset(at)), ends };
}
