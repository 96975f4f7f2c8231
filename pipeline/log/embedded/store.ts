/** The embedded log as a Store: what tables.ts draws, read and changed. Whatever writes is one transaction. */

import { emptyGroup, fence, type GroupState } from '../group.ts';
import {
  type LogRecord,
  type NewRecord,
  type Position,
  type TopicPartition,
  type TopicSpec,
  UnknownTopicError,
} from '../port.ts';
import type { Bounds, Store } from '../store.ts';
import { checkPartition, checkSameCount } from '../stored.ts';
import { Wakeups } from '../wakeups.ts';
import { failureOf } from './disk.ts';
import { decodeRecord, encodeRecord, timestampOf } from './record.ts';
import type { EmbeddedLogOptions, Tables } from './tables.ts';

/** Removing in pieces lets appends in between; 2,000 removals take a few ms. */
const REMOVED_PER_TRANSACTION = 2000;

interface Topic {
  readonly id: number;
  readonly partitions: number;
  readonly retentionMs?: number;
}

export class EmbeddedStore implements Store {
  readonly wakeups = new Wakeups();
  readonly pollMsMax = 50;
  readonly heartbeats = true;
  readonly leaseMs: number;
  readonly now: () => number;
  readonly #tables: Tables;
  readonly #directory: string;
  /** A topic's id and count never change, so what was once read stays true. */
  readonly #topics = new Map<string, Topic>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(tables: Tables, options: EmbeddedLogOptions) {
    this.#tables = tables;
    this.#directory = options.directory;
    this.now = options.now ?? Date.now;
    this.leaseMs = options.leaseMs ?? 10_000;
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    await this.transact(() => {
      const topics = this.#storedTopics();
      for (const spec of specs) {
        const existing = topics[spec.topic];
        if (existing !== undefined) checkSameCount(spec, existing.partitions);
      }
      let id = Object.keys(topics).length;
      for (const { topic, partitions, retentionMs } of specs) {
        if (topics[topic] !== undefined) continue;
        topics[topic] = { id: id++, partitions, ...(retentionMs === undefined ? {} : { retentionMs }) };
      }
      this.#tables.meta.put(['topics'], topics);
    });
  }

  partitionCount(topic: string): number | undefined {
    return this.#topic(topic)?.partitions;
  }

  topicOf(at: TopicPartition): Topic {
    const topic = this.#topic(at.topic);
    if (topic === undefined) throw new UnknownTopicError(at.topic);
    checkPartition(at, topic.partitions);
    return topic;
  }

  async append(records: readonly NewRecord[]): Promise<number[]> {
    const offsets = await this.transact(() => {
      const nowMs = this.now();
      const ends = new Map<number, { first: number; end: number; lastMs: number }>();
      const given = records.map((record) => {
        const { id } = this.topicOf(record);
        const lane = laneOf(id, record.partition);
        const held = ends.get(lane) ?? this.#held(lane);
        ends.set(lane, held);
        held.lastMs = Math.max(held.lastMs, nowMs);
        this.#tables.records.put(keyOf(lane, held.end), encodeRecord(record, held.lastMs));
        return held.end++;
      });
      for (const [lane, { first, end, lastMs }] of ends) {
        this.#tables.bounds.put(lane, Buffer.from(new Float64Array([first, end, lastMs]).buffer));
      }
      return given;
    });
    this.wakeups.wake();
    return offsets;
  }

  bounds(at: TopicPartition): Bounds {
    const { id } = this.topicOf(at);
    return this.#held(laneOf(id, at.partition));
  }

  scan(at: TopicPartition, offset: number, max: number, bytesMax: number): LogRecord[] {
    const lane = laneOf(this.topicOf(at).id, at.partition);
    const found: LogRecord[] = [];
    let bytes = 0;
    // Ends within this turn of the event loop: a read transaction left open would stop the reuse of pages.
    for (const { value } of this.#tables.records.getRange({
      start: keyOf(lane, offset),
      end: keyOf(lane + 1, 0),
      limit: max,
    })) {
      const record = decodeRecord(value, at, offset + found.length);
      found.push(record);
      bytes += record.value.length;
      if (bytes >= bytesMax) break;
    }
    return found;
  }

  offsetAt(at: TopicPartition, timestampMs: number): number {
    const lane = laneOf(this.topicOf(at).id, at.partition);
    const { first, end } = this.#held(lane);
    let low = first;
    let high = end;
    // Timestamps never fall, so halving finds the first that is late enough.
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (timestampOf(this.#tables.records.getBinaryFast(keyOf(lane, middle))!) < timestampMs)
        low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async sweep(): Promise<number> {
    let removed = 0;
    for (const [topic, { partitions, retentionMs }] of Object.entries(this.#storedTopics())) {
      if (retentionMs === undefined) continue;
      for (let partition = 0; partition < partitions; partition++) {
        const at = { topic, partition };
        removed += await this.dropBefore(at, this.offsetAt(at, this.now() - retentionMs));
      }
    }
    return removed;
  }

  async dropBefore(at: TopicPartition, offset: number): Promise<number> {
    const lane = laneOf(this.topicOf(at).id, at.partition);
    let removed = 0;
    while (this.#held(lane).first < Math.min(offset, this.#held(lane).end)) {
      removed += await this.transact(() => {
        const { first, end, lastMs } = this.#held(lane);
        const newFirst = Math.min(offset, end, first + REMOVED_PER_TRANSACTION);
        for (let gone = first; gone < newFirst; gone++) this.#tables.records.remove(keyOf(lane, gone));
        if (newFirst <= first) return 0;
        this.#tables.bounds.put(lane, Buffer.from(new Float64Array([newFirst, end, lastMs]).buffer));
        return newFirst - first;
      });
    }
    return removed;
  }

  groupVersion(group: string): number {
    this.#tables.root.resetReadTxn();
    return this.#group(group).version;
  }

  async changeGroup<T>(group: string, change: (state: GroupState) => T): Promise<T> {
    return this.transact(() => {
      const state = this.#group(group);
      // A throw in `change` leaves what was stored: the state is a copy until here.
      const result = change(state);
      this.#tables.meta.put(['group', group], state);
      return result;
    });
  }

  async commit(group: string, member: string, positions: readonly Position[]): Promise<void> {
    for (const position of positions) this.topicOf(position);
    await this.transact(() => {
      fence(this.#group(group), member, positions);
      for (const { topic, partition, offset } of positions) {
        this.#tables.meta.put(['commit', group, topic, partition], offset);
      }
    });
  }

  committed(group: string, at: TopicPartition): number | undefined {
    this.#tables.root.resetReadTxn();
    return this.#tables.meta.get(['commit', group, at.topic, at.partition]) as number | undefined;
  }

  /** Everything that writes goes through here; resolves when it has reached the disk. */
  async transact<T>(action: () => T): Promise<T> {
    const running = this.#tables.root.transaction(action);
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw await failureOf(error, this.#directory);
    } finally {
      this.#running.delete(running);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#tables.root.close();
  }

  #topic(name: string): Topic | undefined {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const topic = this.#storedTopics()[name];
    if (topic !== undefined) this.#topics.set(name, topic);
    return topic;
  }

  #storedTopics(): Record<string, Topic> {
    return (this.#tables.meta.get(['topics']) as Record<string, Topic> | undefined) ?? {};
  }

  #group(group: string): GroupState {
    return (this.#tables.meta.get(['group', group]) as GroupState | undefined) ?? emptyGroup();
  }

  #held(lane: number): { first: number; end: number; lastMs: number } {
    const stored = this.#tables.bounds.get(lane);
    if (stored === undefined) return { first: 0, end: 0, lastMs: 0 };
    return { first: stored.readDoubleLE(0), end: stored.readDoubleLE(8), lastMs: stored.readDoubleLE(16) };
  }
}

function laneOf(topicId: number, partition: number): number {
  return topicId * 0x10000 + partition;
}

function keyOf(lane: number, offset: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(lane, 0);
  key.writeUIntBE(offset, 4, 6);
  return key;
}
