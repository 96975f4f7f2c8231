/**
 * Appending through node-rdkafka: acknowledged by all replicas in sync, numbered batches (a request that is sent again
 * is kept once and in its place), a report for every record awaited. Of what was sent again a report may not tell the
 * offset: it is looked for (locate.ts).
 */
import type { KafkaOptions } from '../kafka-options.ts';
import { LogFailure, type NewRecord, type TopicPartition } from '../port.ts';
import { Client, commonConfig, type NativeConfig, type NativeProducer, type Rdkafka } from './client.ts';
import { failureOf, nameOf } from './errors.ts';
import { keyOf } from './inbox.ts';

/** Sent and not yet acknowledged, at most; what comes beyond waits here as the callers' own buffers. */
const BYTES_IN_FLIGHT_MAX = 32 * 1024 * 1024;
/** Reports are asked for so often while any is awaited. */
const REPORTS_MS = 1;
/** How long a record is tried: longer than a broker's death takes to be noticed and a new leader to be chosen. */
const TRIED_MS = 15_000;

function producerConfig(options: KafkaOptions): NativeConfig {
  return {
    ...commonConfig(options),
    'enable.idempotence': true,
    'retry.backoff.ms': 100,
    // What is appended was gathered before: waiting for more only costs time.
    'linger.ms': 0,
    'batch.size': 1_000_000,
    // A value of VALUE_BYTES_MAX with its key and headers; the broker's own limit is 1,048,588.
    'message.max.bytes': 1_048_000,
    'queue.buffering.max.kbytes': (2 * BYTES_IN_FLIGHT_MAX) / 1024,
    dr_cb: true,
  };
}

const TOPIC_CONFIG: NativeConfig = { acks: -1, 'message.timeout.ms': TRIED_MS };

/**
 * Finds records of one partition, in their order: after the offset `after`, or where that is unknown, among those kept
 * since `sinceMs`.
 */
export type Find = (
  at: TopicPartition,
  records: readonly NewRecord[],
  from: { readonly after: number | undefined; readonly sinceMs: number },
) => Promise<readonly number[]>;

interface Call {
  readonly records: readonly NewRecord[];
  readonly offsets: number[];
  /** Index of the first record that was not handed over yet. */
  next: number;
  /** Handed over and not reported. */
  open: number;
  /** When it was made, ms since the Unix epoch. */
  readonly atMs: number;
  /**
   * By partition, the last offset reported there before the first of its records was handed over: all of them lie after
   * that one, whatever is reported first.
   */
  readonly after: Map<string, number | undefined>;
  /** Partitions of records that are kept, nobody says where. */
  readonly lost: Map<string, TopicPartition>;
  failure: Error | undefined;
  resolve(offsets: readonly number[]): void;
  reject(error: Error): void;
}

export class RdkafkaProducer {
  readonly #client: Client<NativeProducer>;
  readonly #find: Find;
  /** The last offset reported, by partition. */
  readonly #reached = new Map<string, number>();
  readonly #waiting: Call[] = [];
  /** By the number that a report brings back. */
  readonly #sent = new Map<number, { readonly call: Call; readonly index: number; readonly bytes: number }>();
  #lastNumber = 0;
  #bytes = 0;
  #busy = false;
  #listening: NativeProducer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(rdkafka: Rdkafka, options: KafkaOptions, find: Find) {
    this.#find = find;
    this.#client = new Client(
      () => new rdkafka.Producer(producerConfig(options), TOPIC_CONFIG),
      options.onStatus,
    );
  }

  /** The records were checked: their partitions exist. */
  append(records: readonly NewRecord[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const offsets = new Array<number>(records.length);
      this.#waiting.push({
        records,
        offsets,
        next: 0,
        open: 0,
        atMs: Date.now(),
        after: new Map(),
        lost: new Map(),
        failure: undefined,
        resolve,
        reject,
      });
      void this.#hand();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#client.close();
    this.#fail(this.#client.failure(new Error('closed')));
  }

  /** Hands over what there is room for, in the order of the calls. */
  async #hand(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#waiting.length > 0) {
        const producer = await this.#client.use();
        this.#listen(producer);
        if (!this.#handTo(producer)) break;
      }
    } catch (error) {
      const failure = failureOf(error);
      for (const call of this.#waiting.splice(0)) this.#settle(call, failure);
    } finally {
      this.#busy = false;
      this.#ask();
    }
  }

  /** False when there is no room for more. */
  #handTo(producer: NativeProducer): boolean {
    for (let call = this.#waiting[0]; call !== undefined; call = this.#waiting[0]) {
      for (; call.next < call.records.length && call.failure === undefined; call.next++) {
        const record = call.records[call.next]!;
        const bytes = record.value.length;
        if (this.#bytes > 0 && this.#bytes + bytes > BYTES_IN_FLIGHT_MAX) return false;
        const number = ++this.#lastNumber;
        try {
          produce(producer, record, number);
        } catch (error) {
          if (nameOf(error) === 'queue_full' && this.#sent.size > 0) return false;
          call.failure = this.#client.failure(error);
          break;
        }
        const key = keyOf(record);
        if (!call.after.has(key)) call.after.set(key, this.#reached.get(key));
        this.#sent.set(number, { call, index: call.next, bytes });
        this.#bytes += bytes;
        call.open++;
      }
      this.#waiting.shift();
      this.#settle(call);
    }
    return true;
  }

  #listen(producer: NativeProducer): void {
    if (this.#listening === producer) return;
    this.#listening = producer;
    producer.on('delivery-report', (error, { opaque, offset }) => this.#report(opaque, error, offset));
    producer.on('event.error', (error) => {
      if (nameOf(error) === 'fatal') this.#begin(error);
    });
  }

  /** Its numbering is broken for good: no report will come, and the next append has a new producer. */
  #begin(error: Error): void {
    this.#client.drop();
    this.#listening = undefined;
    this.#fail(this.#client.failure(error));
  }

  #report(number: number, error: Error | null, offset: number): void {
    const sent = this.#sent.get(number);
    if (sent === undefined) return;
    this.#sent.delete(number);
    const { call, index, bytes } = sent;
    this.#bytes -= bytes;
    call.open--;
    call.offsets[index] = offset;
    if (error) call.failure ??= this.#client.failure(error);
    else this.#note(call, call.records[index]!, offset);
    this.#settle(call);
    if (error !== null && nameOf(error) === 'fatal') this.#begin(error);
    if (this.#waiting.length > 0) void this.#hand();
  }

  #note({ lost }: Call, { topic, partition }: NewRecord, offset: number): void {
    const at = { topic, partition };
    const key = keyOf(at);
    if (offset >= 0) this.#reached.set(key, offset);
    else lost.set(key, at);
  }

  /** A call is over when every record of it was handed over and reported, or none of the rest will be. */
  #settle(call: Call, failure = call.failure): void {
    call.failure = failure;
    const isHanded = call.next === call.records.length || failure !== undefined;
    if (!isHanded || call.open > 0) return;
    if (failure !== undefined) call.reject(failure);
    else if (call.lost.size === 0) call.resolve(call.offsets);
    else this.#findLost(call).then(() => call.resolve(call.offsets), call.reject);
  }

  /** Fills in the offsets that no report told. */
  async #findLost({ records, offsets, after, lost, atMs }: Call): Promise<void> {
    for (const [key, at] of lost) {
      const indices = offsets.flatMap((offset, i) => (offset < 0 && keyOf(records[i]!) === key ? [i] : []));
      const found = await this.#seek(
        at,
        indices.map((i) => records[i]!),
        { after: after.get(key), sinceMs: atMs },
      );
      for (const [k, i] of indices.entries()) offsets[i] = found[k]!;
    }
  }

  /** Once more among all that was kept since, up to where the log ends by then: giving up makes a writer write twice. */
  async #seek(...[at, records, from]: Parameters<Find>): Promise<readonly number[]> {
    try {
      return await this.#find(at, records, from);
    } catch (error) {
      if (!(error instanceof LogFailure && error.code === 'kafka_offset_unknown')) throw error;
      return this.#find(at, records, { ...from, after: undefined });
    }
  }

  #fail(failure: Error): void {
    const calls = new Set([...this.#waiting.splice(0), ...[...this.#sent.values()].map(({ call }) => call)]);
    this.#sent.clear();
    this.#bytes = 0;
    for (const call of calls) {
      call.open = 0;
      this.#settle(call, failure);
    }
  }

  /** Reports, and words on connections, come only when they are asked for. */
  #ask(): void {
    if (this.#timer !== undefined || this.#sent.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#listening?.poll();
      } catch {
        // Closed or dropped meanwhile: what is open is failed there.
      }
      this.#ask();
    }, REPORTS_MS);
  }
}

function produce(producer: NativeProducer, record: NewRecord, number: number): void {
  const { topic, partition, key, value, headers = {} } = record;
  const named = Object.entries(headers).map(([name, text]) => ({ [name]: text }));
  producer.produce(
    topic,
    partition,
    Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    // An empty buffer would be taken for no key, and a text ends at its first NUL.
    key === undefined ? null : key === '' ? '' : Buffer.from(key),
    undefined,
    number,
    named.length === 0 ? undefined : named,
  );
}
