/** The part of a Log that follows from a Store, and the checks both stored logs make on what comes in. */
import { openMember } from './member.ts';
import { OpenReaders } from './open-readers.ts';
import {
  type Consumer,
  type GroupOptions,
  LogFailure,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
} from './port.ts';
import { StoreReader } from './reader.ts';
import { type Store, VALUE_BYTES_MAX } from './store.ts';

/** What a log over a Store gives out to be read from. */
export class StoreReaders {
  readonly #store: Store;
  readonly #open = new OpenReaders();

  constructor(store: Store) {
    this.#store = store;
  }

  reader(from: readonly Position[]): Reader {
    return this.#open.add(new StoreReader(this.#store, from));
  }

  async consumer(options: GroupOptions): Promise<Consumer> {
    return this.#open.add(await openMember(this.#store, options));
  }

  /** Ends every read that still waits. */
  close(): Promise<void> {
    return this.#open.close();
  }
}

export function checkPartition(at: TopicPartition, count: number): void {
  if (Number.isInteger(at.partition) && at.partition >= 0 && at.partition < count) return;
  throw new RangeError(`partition ${at.partition} of '${at.topic}', expected 0 to ${count - 1}`);
}

export function checkRecord(record: NewRecord): void {
  if (record.value.length <= VALUE_BYTES_MAX) return;
  throw new LogFailure(
    'record_too_large',
    `a record of ${record.value.length} bytes for ${record.topic}/${record.partition}, at most ${VALUE_BYTES_MAX}`,
    { transient: false },
  );
}

/** Kafka's rule for names; the partition count's limit keeps offsets and keys within their fields. */
export function checkTopic(spec: TopicSpec): void {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(spec.topic)) {
    throw new RangeError(`topic name '${spec.topic}', expected 1 to 249 of A-Z a-z 0-9 . _ -`);
  }
  if (!Number.isInteger(spec.partitions) || spec.partitions < 1 || spec.partitions > 0xffff) {
    throw new RangeError(`${spec.partitions} partitions for '${spec.topic}', expected 1 to 65535`);
  }
}

/** Creating a topic again is harmless; changing its partition count would move every camera. */
export function checkSameCount(spec: TopicSpec, existing: number): void {
  if (spec.partitions === existing) return;
  throw new LogFailure(
    'partition_count_differs',
    `topic '${spec.topic}' has ${existing} partitions, ${spec.partitions} were asked for: the count cannot change`,
    { transient: false },
  );
}
