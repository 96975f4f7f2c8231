/**
 * The log in memory, for tests and simulation: the whole port, nothing survives the process.
 * Copies what it is given, so that a caller may reuse its buffers as it may with the other logs.
 */
import { emptyGroup, fence, type GroupState, placeOf } from './group.ts';
import {
  type Consumer,
  type GroupOptions,
  LogClosedError,
  type LogRecord,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  UnknownTopicError,
} from './port.ts';
import type { Bounds, Store, SweptLog } from './store.ts';
import { checkPartition, checkRecord, checkSameCount, checkTopic, StoreReaders } from './stored.ts';
import { Wakeups } from './wakeups.ts';

/** Called before the operation takes effect: may delay it, or throw to make it fail without effect. */
export interface Faults {
  append?(records: readonly NewRecord[]): Promise<void> | void;
  commit?(group: string, positions: readonly Position[]): Promise<void> | void;
  /** May repeat, hold back or cut what a read is about to give. Holding back must keep each partition's order. */
  deliver?(records: LogRecord[]): LogRecord[];
}

export interface MemoryLogOptions {
  /** Append time, ms since the Unix epoch. */
  readonly now?: () => number;
  /** A member that has not read for so long by `now` is taken for dead. Default: never. */
  readonly leaseMs?: number;
  /** Ids for group members, for runs that must repeat. Default: chance. */
  readonly memberId?: () => string;
  readonly faults?: Faults;
}

export function openMemoryLog(options: MemoryLogOptions = {}): SweptLog {
  return new MemoryLog(options);
}

interface Partition {
  first: number;
  /** records[i] has offset first + i. */
  records: LogRecord[];
  lastMs: number;
}

interface Topic {
  readonly retentionMs: number;
  readonly partitions: readonly Partition[];
}

class MemoryLog implements SweptLog {
  readonly #store: MemoryStore;
  readonly #readers: StoreReaders;
  readonly #faults: Faults;
  #closed = false;

  constructor(options: MemoryLogOptions) {
    this.#store = new MemoryStore(options);
    this.#readers = new StoreReaders(this.#store);
    this.#faults = options.faults ?? {};
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    for (const spec of topics) this.#store.create(spec);
  }

  async partitionCount(topic: string): Promise<number | undefined> {
    return this.#store.partitionCount(topic);
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    if (this.#closed) throw new LogClosedError('this log was closed');
    for (const record of records) this.#store.check(record);
    await this.#faults.append?.(records);
    return this.#store.append(records);
  }

  async firstOffset(at: TopicPartition): Promise<number> {
    return this.#store.bounds(at).first;
  }

  async endOffset(at: TopicPartition): Promise<number> {
    return this.#store.bounds(at).end;
  }

  async offsetAt(at: TopicPartition, timestampMs: number): Promise<number> {
    return this.#store.offsetAt(at, timestampMs);
  }

  async reader(from: readonly Position[]): Promise<Reader> {
    if (this.#closed) throw new LogClosedError('this log was closed');
    return this.#readers.reader(from);
  }

  async consumer(options: GroupOptions): Promise<Consumer> {
    if (this.#closed) throw new LogClosedError('this log was closed');
    return this.#readers.consumer(options);
  }

  async committed(group: string, at: TopicPartition): Promise<number | undefined> {
    return this.#store.committed(group, at);
  }

  async sweep(): Promise<number> {
    return this.#store.sweep();
  }

  async dropBefore(at: TopicPartition, offset: number): Promise<number> {
    return this.#store.dropBefore(at, offset);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#readers.close();
  }
}

class MemoryStore implements Store {
  readonly wakeups = new Wakeups();
  readonly pollMsMax = Number.POSITIVE_INFINITY;
  readonly heartbeats = false;
  readonly leaseMs: number;
  readonly memberId?: () => string;
  readonly now: () => number;
  readonly #faults: Faults;
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, GroupState>();
  readonly #committed = new Map<string, number>();

  constructor(options: MemoryLogOptions) {
    this.now = options.now ?? Date.now;
    this.leaseMs = options.leaseMs ?? Number.POSITIVE_INFINITY;
    if (options.memberId !== undefined) this.memberId = options.memberId;
    this.#faults = options.faults ?? {};
  }

  create(spec: TopicSpec): void {
    checkTopic(spec);
    const existing = this.#topics.get(spec.topic);
    if (existing !== undefined) {
      checkSameCount(spec, existing.partitions.length);
      return;
    }
    this.#topics.set(spec.topic, {
      retentionMs: spec.retentionMs ?? Number.POSITIVE_INFINITY,
      partitions: Array.from({ length: spec.partitions }, () => ({ first: 0, records: [], lastMs: 0 })),
    });
  }

  partitionCount(topic: string): number | undefined {
    return this.#topics.get(topic)?.partitions.length;
  }

  partition(at: TopicPartition): Partition {
    const topic = this.#topics.get(at.topic);
    if (topic === undefined) throw new UnknownTopicError(at.topic);
    checkPartition(at, topic.partitions.length);
    return topic.partitions[at.partition]!;
  }

  check(record: NewRecord): void {
    this.partition(record);
    checkRecord(record);
  }

  append(records: readonly NewRecord[]): number[] {
    const nowMs = this.now();
    const offsets = records.map((record) => {
      const partition = this.partition(record);
      partition.lastMs = Math.max(partition.lastMs, nowMs);
      const offset = partition.first + partition.records.length;
      partition.records.push(kept(record, offset, partition.lastMs));
      return offset;
    });
    this.wakeups.wake();
    return offsets;
  }

  bounds(at: TopicPartition): Bounds {
    const { first, records } = this.partition(at);
    return { first, end: first + records.length };
  }

  scan(at: TopicPartition, offset: number, max: number, bytesMax: number): LogRecord[] {
    const { first, records } = this.partition(at);
    const found: LogRecord[] = [];
    let bytes = 0;
    for (let i = offset - first; i < records.length && found.length < max && bytes < bytesMax; i++) {
      found.push(records[i]!);
      bytes += records[i]!.value.length;
    }
    return this.#faults.deliver?.(found) ?? found;
  }

  groupVersion(group: string): number {
    return this.#groups.get(group)?.version ?? 0;
  }

  async changeGroup<T>(group: string, change: (state: GroupState) => T): Promise<T> {
    const state = this.#groups.get(group) ?? emptyGroup();
    this.#groups.set(group, state);
    return change(state);
  }

  async commit(group: string, member: string, positions: readonly Position[]): Promise<void> {
    for (const position of positions) this.partition(position);
    await this.#faults.commit?.(group, positions);
    fence(this.#groups.get(group) ?? emptyGroup(), member, positions);
    for (const position of positions) this.#committed.set(`${group} ${placeOf(position)}`, position.offset);
  }

  committed(group: string, at: TopicPartition): number | undefined {
    return this.#committed.get(`${group} ${placeOf(at)}`);
  }

  offsetAt(at: TopicPartition, timestampMs: number): number {
    const { first, records } = this.partition(at);
    // Timestamps never fall, so halving finds the first that is late enough.
    let low = 0;
    let high = records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (records[middle]!.timestampMs < timestampMs) low = middle + 1;
      else high = middle;
    }
    return first + low;
  }

  sweep(): number {
    let removed = 0;
    for (const [topic, { retentionMs, partitions }] of this.#topics) {
      for (let partition = 0; partition < partitions.length; partition++) {
        const at = { topic, partition };
        removed += this.dropBefore(at, this.offsetAt(at, this.now() - retentionMs));
      }
    }
    return removed;
  }

  dropBefore(at: TopicPartition, offset: number): number {
    const partition = this.partition(at);
    const gone = Math.min(Math.max(0, offset - partition.first), partition.records.length);
    partition.records.splice(0, gone);
    partition.first += gone;
    return gone;
  }
}

function kept(record: NewRecord, offset: number, timestampMs: number): LogRecord {
  const { topic, partition, key } = record;
  return {
    topic,
    partition,
    offset,
    ...(key === undefined ? {} : { key }),
    // Not slice: on a Buffer that would be a view.
    value: new Uint8Array(record.value),
    headers: { ...record.headers },
    timestampMs,
  };
}
