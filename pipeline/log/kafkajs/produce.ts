/**
 * Appending to Kafka: acks from all replicas in sync, one request under way at a time, and numbered batches, so that a
 * request which is sent again after a broken connection is kept once and in its place.
 *
 * The numbers are only good while every batch reaches the log: after one that was given up, a broker could take the
 * next batch for it. So a failed request ends the numbering, and the next begins with a new producer id.
 */

import { LogFailure, type NewRecord, UnknownTopicError } from '../port.ts';
import { checkPartition, checkRecord } from '../stored.ts';
import { type Connection, isMoved } from './connection.ts';
import { byTopic, failureOf, typeOf } from './wire.ts';

/** A broker takes batches of up to 1,048,588 bytes by default; a larger record travels alone. */
const BATCH_BYTES_MAX = 1_000_000;
const REQUEST_BYTES_MAX = 8 * 1024 * 1024;
/** Lengths, deltas and attributes of one record, at most. */
const RECORD_HEAD_BYTES = 32;
const ATTEMPTS = 4;
const RETRY_MS = 100;
const ACK_MS = 10_000;
const SEQUENCE_SPAN = 2 ** 31;

interface Item {
  readonly record: NewRecord;
  readonly value: Buffer;
  readonly bytes: number;
  offset: number | undefined;
}

interface Call {
  readonly items: readonly Item[];
  resolve(offsets: readonly number[]): void;
  reject(error: Error): void;
}

interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly items: Item[];
  firstSequence: number;
  bytes: number;
}

interface Identity {
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly sequences: Map<string, number>;
}

export class Producer {
  readonly #connection: Connection;
  readonly #queue: Call[] = [];
  #sending = false;
  #identity: Identity | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    const counts = new Map<string, number>();
    for (const record of records) {
      const count = counts.get(record.topic) ?? (await this.#connection.knownCount(record.topic));
      counts.set(record.topic, count);
      checkPartition(record, count);
      checkRecord(record);
    }
    if (records.length === 0) return [];
    return new Promise((resolve, reject) => {
      this.#queue.push({ items: records.map(itemOf), resolve, reject });
      void this.#drain();
    });
  }

  /** Calls that come while a request is under way travel together in the next. */
  async #drain(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#queue.length > 0) await this.#send(this.#queue.splice(0));
    this.#sending = false;
  }

  async #send(calls: readonly Call[]): Promise<void> {
    let failure: Error | undefined;
    try {
      await this.#rounds(calls.flatMap(({ items }) => items).filter(({ offset }) => offset === undefined));
    } catch (error) {
      failure = failureOf(error);
      this.#identity = undefined;
    }
    const open = calls.filter(({ items }) => items.some(({ offset }) => offset === undefined));
    for (const call of calls) {
      if (!open.includes(call)) call.resolve(call.items.map(({ offset }) => offset!));
    }
    if (failure === undefined) return;
    // What is wrong with one call is not the others' fault.
    const isOwnFault = !(failure instanceof LogFailure && failure.transient);
    if (open.length > 1 && isOwnFault) for (const call of open) await this.#send([call]);
    else for (const call of open) call.reject(failure);
  }

  async #rounds(items: readonly Item[]): Promise<void> {
    let rest = items;
    while (rest.length > 0) {
      const { batches, later } = roundOf(rest);
      await this.#produce(batches);
      rest = later;
    }
  }

  async #produce(batches: readonly Batch[]): Promise<void> {
    const identity = await this.#identify();
    for (const batch of batches) {
      const key = `${batch.topic}/${batch.partition}`;
      batch.firstSequence = identity.sequences.get(key) ?? 0;
      identity.sequences.set(key, (batch.firstSequence + batch.items.length) % SEQUENCE_SPAN);
    }
    let open = batches;
    for (let attempt = 1; open.length > 0; attempt++) {
      const leaders = await this.#connection.byLeader(open);
      const asked = await Promise.allSettled(
        [...leaders].map(([leader, led]) => this.#ask(leader, led, identity)),
      );
      open = open.filter(({ items }) => items[0]!.offset === undefined);
      const failed = asked.find((one) => one.status === 'rejected');
      if (failed !== undefined) await this.#recover(failed.reason, attempt);
    }
  }

  async #ask(leader: number, batches: readonly Batch[], identity: Identity): Promise<void> {
    const topics = byTopic(batches);
    const answer = await this.#connection.broker(leader, (broker) =>
      broker.produce({
        producerId: identity.producerId,
        producerEpoch: identity.producerEpoch,
        acks: -1,
        timeout: ACK_MS,
        topicData: [...topics].map(([topic, ofTopic]) => ({
          topic,
          partitions: ofTopic.map(({ partition, firstSequence, items }) => ({
            partition,
            firstSequence,
            messages: items.map(({ record, value }) => ({
              key: record.key,
              value,
              headers: record.headers ?? {},
            })),
          })),
        })),
      }),
    );
    for (const { topicName, partitions } of answer.topics) {
      for (const { partition, baseOffset } of partitions) {
        const batch = topics.get(topicName)?.find((one) => one.partition === partition);
        batch?.items.forEach((item, i) => {
          item.offset = Number(baseOffset) + i;
        });
      }
    }
  }

  /** Throws what another attempt with the same numbers would not mend. */
  async #recover(error: unknown, attempt: number): Promise<void> {
    const failure = failureOf(error);
    const isUnknown = typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION' || failure instanceof UnknownTopicError;
    const isWorthIt = failure instanceof LogFailure && failure.transient && !NUMBERING.has(typeOf(error));
    if (!isWorthIt && !isUnknown) throw failure;
    if (attempt >= ATTEMPTS) throw failure;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** (attempt - 1)));
    // A topic that is really gone is named by the next look-up of its leader.
    if (isUnknown || isMoved(error)) await this.#connection.refresh();
  }

  async #identify(): Promise<Identity> {
    if (this.#identity !== undefined) return this.#identity;
    const { producerId, producerEpoch } = await this.#connection.producerId();
    this.#identity = { producerId, producerEpoch, sequences: new Map() };
    return this.#identity;
  }
}

const NUMBERING = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'DUPLICATE_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
]);

function itemOf(record: NewRecord): Item {
  const { value, key = '', headers = {} } = record;
  let bytes = value.length + 3 * key.length + RECORD_HEAD_BYTES;
  for (const [name, text] of Object.entries(headers)) bytes += 3 * (name.length + text.length) + 4;
  return {
    record,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    bytes,
    offset: undefined,
  };
}

/** As much as one request may carry: at most one batch per partition, every partition's records in their order. */
function roundOf(items: readonly Item[]): { batches: readonly Batch[]; later: readonly Item[] } {
  const batches = new Map<string, Batch>();
  const full = new Set<string>();
  const later: Item[] = [];
  let total = 0;
  for (const item of items) {
    const { topic, partition } = item.record;
    const key = `${topic}/${partition}`;
    const batch = batches.get(key);
    const isFull = batch !== undefined && batch.bytes + item.bytes > BATCH_BYTES_MAX;
    if (full.has(key) || isFull || (total > 0 && total + item.bytes > REQUEST_BYTES_MAX)) {
      full.add(key);
      later.push(item);
      continue;
    }
    total += item.bytes;
    if (batch === undefined) {
      batches.set(key, { topic, partition, items: [item], firstSequence: 0, bytes: item.bytes });
    } else {
      batch.items.push(item);
      batch.bytes += item.bytes;
    }
  }
  return { batches: [...batches.values()], later };
}
