/**
 * Where on the log records lie of which the broker said only that it has them.
 *
 * A numbered batch whose answer was lost is sent again, and the broker that knows it says so, or answers a later one and
 * with it all before: librdkafka then reports it as kept, at no offset. Callers commit offsets and wait for them, so they
 * are read back, from the last one known of the partition.
 */
import { LogFailure, type LogRecord, type NewRecord, type Reader, type TopicPartition } from '../port.ts';

const READ_MAX = 500;
const WAIT_MS = 5_000;
/** The log ends later than what was read: a broker that has none for so many waits on end is not well. */
const WAITS_MAX = 3;

/**
 * Offsets of records of one partition, in their order, as found by a reader of it that begins before the first. `end`: the
 * log's end since they were acknowledged. Throws LogFailure `kafka_offset_unknown`, which may pass, where one is missing.
 */
export async function locate(
  reader: Pick<Reader, 'read'>,
  at: TopicPartition,
  records: readonly NewRecord[],
  end: number,
): Promise<readonly number[]> {
  const offsets: number[] = [];
  for (let next = 0, waits = 0; next < end && offsets.length < records.length && waits < WAITS_MAX; ) {
    const read = await reader.read(READ_MAX, WAIT_MS);
    waits = read.length === 0 ? waits + 1 : 0;
    for (const record of read) {
      next = record.offset + 1;
      const awaited = records[offsets.length];
      if (awaited !== undefined && isSame(record, awaited)) offsets.push(record.offset);
    }
  }
  if (offsets.length === records.length) return offsets;
  const where = `${at.topic}/${at.partition}`;
  throw new LogFailure(
    'kafka_offset_unknown',
    `Kafka keeps ${records.length} records of ${where} and does not say where; ${offsets.length} were found before ${end}`,
    { transient: true },
  );
}

function isSame(record: LogRecord, { key, value }: NewRecord): boolean {
  return record.key === key && Buffer.compare(record.value, value) === 0;
}
