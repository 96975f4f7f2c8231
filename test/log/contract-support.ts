/** What the tests of the log's contract share: the two ways into one log, topics of their own, patience. */
import type { Log, LogRecord, Reader, TopicPartition } from '../../pipeline/log/port.ts';

export interface OpenedLog {
  readonly log: Log;
  /** A second way into the same data, as another process would have it. May be the same object. */
  readonly other: Log;
  /** Makes retention remove everything before `offset` of this partition, by whatever means the log has. */
  dropBefore(at: TopicPartition, offset: number): Promise<void>;
  cleanup(): Promise<void>;
}

/** The group's hand-over takes a session on Kafka, a moment elsewhere: wait for what must come, not for a time. */
export const SETTLE_MS = 30_000;

/** The opened log, once it is open, and short words for what most tests begin with. */
export class Given {
  opened: OpenedLog | undefined;
  #topicsMade = 0;

  get log(): Log {
    return this.opened!.log;
  }

  get other(): Log {
    return this.opened!.other;
  }

  dropBefore(at: TopicPartition, offset: number): Promise<void> {
    return this.opened!.dropBefore(at, offset);
  }

  async newTopic(partitions = 1, retentionMs?: number): Promise<string> {
    const topic = `contract-${++this.#topicsMade}`;
    await this.log.createTopics([
      { topic, partitions, ...(retentionMs === undefined ? {} : { retentionMs }) },
    ]);
    return topic;
  }

  fill(topic: string, partition: number, texts: readonly string[]): Promise<readonly number[]> {
    return this.log.append(texts.map((text) => ({ topic, partition, value: bytes(text) })));
  }
}

export async function readCount(reader: Reader, count: number, max = 1000): Promise<LogRecord[]> {
  const got: LogRecord[] = [];
  const deadline = performance.now() + SETTLE_MS;
  while (got.length < count) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw new Error(`${got.length} records came, expected ${count}`);
    got.push(...(await reader.read(max, leftMs)));
  }
  return got;
}

export function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function text(record: LogRecord): string {
  return new TextDecoder().decode(record.value);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
