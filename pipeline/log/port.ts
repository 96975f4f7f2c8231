/**
 * The log port: what Vigie asks of Kafka, kept so small that an embedded log can promise the same.
 *
 * Promises (test/log/contract.ts runs them against every implementation):
 *  1. `append` resolves once every record is durable and readable; offsets of one partition are dense or at
 *     least strictly increasing in append order; the records of one call keep their order per partition.
 *  2. A reader sees a partition's records in offset order, nothing skipped, from the offset it asked for.
 *  3. A group gives every partition to exactly one live member; what a member committed is where the next
 *     owner starts; a commit by a member that lost the partition is refused (`StaleGenerationError`).
 *  4. `pause` stops delivery of a partition without losing it; `resume` goes on from where it stopped.
 *  5. Retention removes the oldest records only, and `firstOffset` then says so: a read from before it fails
 *     with `OffsetGoneError` that names the first offset, never a silent skip. A group member goes on after it by
 *     committing the position from which it wants to.
 *  6. A record's timestamp is the log's append time in ms and never falls within a partition.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface NewRecord extends TopicPartition {
  readonly key?: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LogRecord extends TopicPartition {
  readonly offset: number;
  readonly key?: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Append time, ms since the Unix epoch. */
  readonly timestampMs: number;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Absent: kept for ever. */
  readonly retentionMs?: number;
  /** Kafka only; 1 elsewhere. */
  readonly replication?: number;
}

export interface Position extends TopicPartition {
  /** Next offset to read. */
  readonly offset: number;
}

/** Reads partitions it was told to read. Belongs to no group, commits nothing. */
export interface Reader {
  /**
   * Up to `max` records, waiting at most `waitMs` for the first. Empty when none came in time, or when closed
   * meanwhile. One read at a time; on a closed reader it throws `LogClosedError`.
   */
  read(max: number, waitMs: number): Promise<readonly LogRecord[]>;
  close(): Promise<void>;
}

export interface GroupOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Called before the first record of newly owned partitions is delivered; may prepare state. */
  readonly onAssigned?: (owned: readonly TopicPartition[]) => Promise<void> | void;
  /**
   * Called when partitions were lost or are handed back; state for them must be dropped. Until it returns, positions of
   * what is handed back may still be committed; of what was lost they are refused.
   */
  readonly onRevoked?: (lost: readonly TopicPartition[]) => Promise<void> | void;
}

/**
 * A member of a consumer group. Partitions change hands only inside `read`, which calls onRevoked and onAssigned;
 * between two reads a member owns what it owned, unless it was silent so long that it was taken for dead. Partition n
 * of all the group's topics has one owner. Without a committed position a partition is read from its oldest record.
 */
export interface Consumer extends Reader {
  assigned(): readonly TopicPartition[];
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Hands everything back: onRevoked is called, others take over at once. Commits nothing. */
  close(): Promise<void>;
  /**
   * Next offset to read, per partition: all of them or none. Fenced by partition number: a member that owns number n of
   * its group's topics may commit for n of any topic, so what it keeps about n elsewhere (a checkpoint) moves together
   * with what it has read of it. Refused with `StaleGenerationError` when one of the numbers is no longer owned; a topic
   * or a partition that does not exist is named as everywhere, and nothing is committed.
   */
  commit(positions: readonly Position[]): Promise<void>;
}

export interface Log {
  createTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** Partition count, or undefined when the topic does not exist. */
  partitionCount(topic: string): Promise<number | undefined>;
  /** Resolves when durable; gives each record's offset, in order. */
  append(records: readonly NewRecord[]): Promise<readonly number[]>;
  /** Oldest offset still held (equals endOffset when empty). */
  firstOffset(at: TopicPartition): Promise<number>;
  /** Offset that the next record will get. */
  endOffset(at: TopicPartition): Promise<number>;
  /** First offset whose timestamp is >= timestampMs; endOffset when there is none. */
  offsetAt(at: TopicPartition, timestampMs: number): Promise<number>;
  reader(from: readonly Position[]): Promise<Reader>;
  consumer(options: GroupOptions): Promise<Consumer>;
  /** What a group committed last, or undefined. */
  committed(group: string, at: TopicPartition): Promise<number | undefined>;
  close(): Promise<void>;
}

export class OffsetGoneError extends Error {
  readonly at: TopicPartition;
  readonly asked: number;
  readonly first: number;

  constructor(at: TopicPartition, asked: number, first: number) {
    super(`offset ${asked} of ${at.topic}/${at.partition} is gone, the oldest kept is ${first}`);
    this.name = 'OffsetGoneError';
    this.at = at;
    this.asked = asked;
    this.first = first;
  }
}

export class StaleGenerationError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'StaleGenerationError';
  }
}

/** Used after `close`. */
export class LogClosedError extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'LogClosedError';
  }
}

/**
 * The log itself failed: a broker, a disk, a file. `code` is stable; `transient` says that trying again may help.
 */
export class LogFailure extends Error {
  readonly code: string;
  readonly transient: boolean;

  constructor(code: string, what: string, options: { transient: boolean; cause?: unknown }) {
    super(what, { cause: options.cause });
    this.name = 'LogFailure';
    this.code = code;
    this.transient = options.transient;
  }
}

export class UnknownTopicError extends Error {
  readonly topic: string;

  constructor(topic: string) {
    super(`topic '${topic}' does not exist; create it with: vigie topics --create`);
    this.name = 'UnknownTopicError';
    this.topic = topic;
  }
}
