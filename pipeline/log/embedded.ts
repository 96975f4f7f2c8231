/**
 * The log of one machine: durable, crash-safe, no set-up. The only file that knows lmdb.
 *
 * In the directory lies one LMDB environment of three tables:
 *
 *   records   topic id u16 | partition u16 | offset u48, big-endian     the record (record.ts draws it)
 *   bounds    topic id u16 | partition u16 as u32                       first, end, last append time: 3 x f64
 *   meta      ['format'] ['topics'] ['group', g] ['commit', g, t, p]    JSON
 *
 * An append is one LMDB transaction: the call's records and the bounds they move, all or none. LMDB writes copies of
 * pages and turns to them by one checked page at the end, so a process killed at any moment leaves the last complete
 * transaction, without repair. lmdb's overlapping sync is off: a commit has reached the disk before any reader sees it.
 *
 * Several processes may open one directory, read, append and share groups; LMDB's lock takes one writer at a time and
 * frees itself when its holder dies. A reader hears of its own process's appends at once and looks for others' at
 * least every 50 ms. Limits: one machine and a local disk (LMDB's lock lies in shared memory), one open per process
 * and directory, at most 65,535 topics; the file keeps its largest size and reuses what retention frees.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { emptyGroup, fence, type GroupState } from './group.ts';
import {
  type Consumer,
  type GroupOptions,
  LogClosedError,
  LogFailure,
  type LogRecord,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  UnknownTopicError,
} from './port.ts';
import { decodeRecord, encodeRecord, timestampOf } from './record.ts';
import type { Bounds, Store, SweptLog } from './store.ts';
import { checkPartition, checkRecord, checkSameCount, checkTopic, OpenReaders } from './stored.ts';
import { Wakeups } from './wakeups.ts';

export interface EmbeddedLogOptions {
  /** Made when missing. */
  readonly directory: string;
  /** Append time and leases, ms since the Unix epoch. */
  readonly now?: () => number;
  /** false: do not wait for the disk. A crash of the machine may then lose or damage the log; for benchmarks. */
  readonly sync?: boolean;
  /** A member silent for so long is taken for dead. A process that ended is noticed at once. Default 10,000. */
  readonly leaseMs?: number;
}

export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<SweptLog> {
  return new EmbeddedLog(await openStore(options));
}

class EmbeddedLog implements SweptLog {
  readonly #store: EmbeddedStore;
  readonly #readers: OpenReaders;
  #closing: Promise<void> | undefined;

  constructor(store: EmbeddedStore) {
    this.#store = store;
    this.#readers = new OpenReaders(store);
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#assertOpen();
    for (const spec of topics) checkTopic(spec);
    await this.#store.createTopics(topics);
  }

  async partitionCount(topic: string): Promise<number | undefined> {
    this.#assertOpen();
    return this.#store.partitionCount(topic);
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    this.#assertOpen();
    for (const record of records) {
      this.#store.topicOf(record);
      checkRecord(record);
    }
    return records.length === 0 ? [] : this.#store.append(records);
  }

  async firstOffset(at: TopicPartition): Promise<number> {
    this.#assertOpen();
    return this.#store.bounds(at).first;
  }

  async endOffset(at: TopicPartition): Promise<number> {
    this.#assertOpen();
    return this.#store.bounds(at).end;
  }

  async offsetAt(at: TopicPartition, timestampMs: number): Promise<number> {
    this.#assertOpen();
    return this.#store.offsetAt(at, timestampMs);
  }

  async reader(from: readonly Position[]): Promise<Reader> {
    this.#assertOpen();
    return this.#readers.reader(from);
  }

  async consumer(options: GroupOptions): Promise<Consumer> {
    this.#assertOpen();
    return this.#readers.consumer(options);
  }

  async committed(group: string, at: TopicPartition): Promise<number | undefined> {
    this.#assertOpen();
    return this.#store.committed(group, at);
  }

  async sweep(): Promise<number> {
    this.#assertOpen();
    return this.#store.sweep();
  }

  async dropBefore(at: TopicPartition, offset: number): Promise<number> {
    this.#assertOpen();
    return this.#store.dropBefore(at, offset);
  }

  close(): Promise<void> {
    this.#closing ??= this.#readers.close().then(() => this.#store.close());
    return this.#closing;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new LogClosedError('this log was closed');
  }
}

const FORMAT = 1;
/** Removing in pieces lets appends in between; 2,000 removals take a few ms. */
const REMOVED_PER_TRANSACTION = 2000;

interface Topic {
  readonly id: number;
  readonly partitions: number;
  readonly retentionMs?: number;
}

type Tables = ReturnType<typeof openTables>;

async function openStore(options: EmbeddedLogOptions): Promise<EmbeddedStore> {
  const tables = opening(options.directory, () => openTables(options));
  const format = tables.meta.get(['format']) as number | undefined;
  if (format !== undefined && format !== FORMAT) {
    await tables.root.close();
    throw new LogFailure(
      'log_format_unknown',
      `the log in ${options.directory} has format ${format}, this release knows ${FORMAT}`,
      { transient: false },
    );
  }
  const store = new EmbeddedStore(tables, options);
  if (format === undefined) await store.transact(() => tables.meta.put(['format'], FORMAT));
  return store;
}

function openTables(options: EmbeddedLogOptions) {
  mkdirSync(options.directory, { recursive: true });
  assertUsable(options.directory);
  const root: RootDatabase = open({
    path: options.directory,
    // Otherwise a dot in the directory's name would make lmdb take it for a file.
    noSubdir: false,
    overlappingSync: false,
    noSync: options.sync === false,
    maxDbs: 4,
  });
  return {
    root,
    records: root.openDB<Buffer, Buffer>('records', { encoding: 'binary', keyEncoding: 'binary' }),
    bounds: root.openDB<Buffer, number>('bounds', { encoding: 'binary', keyEncoding: 'uint32' }),
    meta: root.openDB<unknown, (string | number)[]>('meta', { encoding: 'json' }),
  };
}

function opening<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const why = isFile(directory) ? 'it is a file, not a directory' : messageOf(error);
    throw new LogFailure('log_directory_unusable', `cannot open the log in ${directory}: ${why}`, {
      transient: false,
      cause: error,
    });
  }
}

/** lmdb ends the process on a file it cannot read or that is not its own, so both are looked at first. */
function assertUsable(directory: string): void {
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  for (const name of ['data.mdb', 'lock.mdb']) {
    const file = join(directory, name);
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  }
  const file = join(directory, 'data.mdb');
  if (!existsSync(file) || statSync(file).size === 0) return;
  // Both of its first two pages say what they are: magic and version behind a page head of 24 bytes.
  const head = Buffer.alloc(32);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  const magic = head.readUInt32LE(24);
  if (magic !== 0xbeefc0de) {
    throw new Error(`data.mdb is not a log: it begins with 0x${magic.toString(16)}, expected 0xbeefc0de`);
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

class EmbeddedStore implements Store {
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

/** Our own refusals pass; what LMDB or the disk said becomes a coded failure. */
async function failureOf(error: unknown, directory: string): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  // lmdb tells the reason in a promise of its own, which must be taken up or it ends the process.
  const reason = await Promise.resolve(error.commitError).catch((inner: unknown) => inner);
  const words = messageOf(reason);
  if (/no space left|quota|MDB_MAP_FULL/i.test(words) || hasNoRoom(directory)) {
    return new LogFailure('disk_full', `no room to append to the log in ${directory}: ${words}`, {
      transient: true,
      cause: error,
    });
  }
  return new LogFailure('disk_failed', `the log in ${directory} could not be written: ${words}`, {
    transient: true,
    cause: error,
  });
}

/** LMDB calls a write that was cut short for want of room an input/output error, so the disk is asked. */
function hasNoRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < 4 * 1024 * 1024;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
