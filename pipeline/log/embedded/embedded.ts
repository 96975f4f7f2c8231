/**
 * The log of one machine: durable, crash-safe, no set-up. What lies where: tables.ts.
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
  type Consumer,
  type GroupOptions,
  LogClosedError,
  LogFailure,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
} from '../port.ts';
import type { SweptLog } from '../store.ts';
import { checkRecord, checkTopic, StoreReaders } from '../stored.ts';
import { EmbeddedStore } from './store.ts';
import { type EmbeddedLogOptions, openTables } from './tables.ts';

export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<SweptLog> {
  return new EmbeddedLog(await openStore(options));
}

class EmbeddedLog implements SweptLog {
  readonly #store: EmbeddedStore;
  readonly #readers: StoreReaders;
  #closing: Promise<void> | undefined;

  constructor(store: EmbeddedStore) {
    this.#store = store;
    this.#readers = new StoreReaders(store);
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

async function openStore(options: EmbeddedLogOptions): Promise<EmbeddedStore> {
  const tables = openTables(options);
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
