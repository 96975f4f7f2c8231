/** What is on the log already, read once: from the oldest kept to where the log ended when it was asked. */
import type { Log, LogRecord, Position, TopicPartition } from '../log/port.ts';

const BATCH_MAX = 1_024;
const WAIT_MS = 1_000;

export interface From extends TopicPartition {
  /** Where to begin; default, and where that is gone, with the oldest kept. */
  readonly offset?: number;
}

/**
 * Hands every record to `onRecord`, in offset order per partition, and returns where to go on. Throws what the log
 * throws; asking again begins anew.
 */
export async function readThrough(
  log: Log,
  partitions: readonly From[],
  onRecord: (record: LogRecord) => void,
): Promise<readonly Position[]> {
  const spans = await Promise.all(
    partitions.map(async ({ topic, partition, offset = 0 }) => {
      const at = { topic, partition };
      return { ...at, offset: Math.max(offset, await log.firstOffset(at)), end: await log.endOffset(at) };
    }),
  );
  for (const span of spans) {
    if (span.offset >= span.end) continue;
    const reader = await log.reader([span]);
    try {
      while (span.offset < span.end) {
        for (const record of await reader.read(BATCH_MAX, WAIT_MS)) {
          if (record.offset < span.end) onRecord(record);
          span.offset = record.offset + 1;
        }
      }
    } finally {
      await reader.close();
    }
  }
  return spans.map(({ topic, partition, end }) => ({ topic, partition, offset: end }));
}

export function partitionsOf(topic: string, count: number): readonly TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
}
