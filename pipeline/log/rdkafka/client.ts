/**
 * The one file that knows node-rdkafka, which may be absent: it is built from source when it is installed, and where
 * that failed nothing else must. So it is loaded when asked for, and what is used of it is written down here as types.
 *
 * Every call that waits does so on one of Node's four pool threads, on which files are read too. So at most two wait
 * at a time (`Turns`), and records are fetched without waiting (pump.ts).
 */
import { createRequire } from 'node:module';
import { CLIENT_ID_DEFAULT, type KafkaOptions } from '../kafka-options.ts';
import { LogClosedError, LogFailure, type Position, type TopicPartition } from '../port.ts';
import { failureOf } from './errors.ts';

type Done<T> = (error: Error | null | undefined, value: T) => void;
export type NativeConfig = Record<string, unknown>;

export interface NativeMessage extends Position {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly Readonly<Record<string, Buffer>>[];
  readonly timestamp: number;
}

export interface NativeReport {
  readonly offset: number;
  readonly opaque: number;
}

export interface NativeMetadata {
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly id: number; readonly leader: number }[];
  }[];
}

export interface NativeClient {
  connect(options: { topic: ''; allTopics: false; timeout: number }, done: Done<NativeMetadata>): unknown;
  disconnect(done: () => void): unknown;
  getMetadata(
    options: { topic: string; allTopics: false; timeout: number },
    done: Done<NativeMetadata>,
  ): unknown;
  queryWatermarkOffsets(
    topic: string,
    partition: number,
    timeout: number,
    done: Done<{ lowOffset: number; highOffset: number }>,
  ): unknown;
  offsetsForTimes(at: readonly Position[], timeout: number, done: Done<readonly Position[]>): unknown;
  on(event: 'event.error', listener: (error: Error) => void): unknown;
  on(event: 'event.log', listener: (line: NativeLogLine) => void): unknown;
}

export interface NativeLogLine {
  /** As syslog's: 3 and less are errors. */
  readonly severity: number;
  readonly message: string;
}

export interface NativeConsumer extends NativeClient {
  assign(at: readonly Position[]): unknown;
  incrementalAssign(at: readonly Position[]): unknown;
  incrementalUnassign(at: readonly TopicPartition[]): unknown;
  subscribe(topics: readonly string[]): unknown;
  setDefaultConsumeTimeout(ms: number): void;
  consume(max: number, done: Done<readonly NativeMessage[]>): void;
  pause(at: readonly TopicPartition[]): unknown;
  resume(at: readonly TopicPartition[]): unknown;
  commit(at: readonly Position[]): unknown;
  committed(
    at: readonly TopicPartition[],
    timeout: number,
    done: Done<readonly Partial<Position>[]>,
  ): unknown;
}

export interface NativeProducer extends NativeClient {
  produce(
    topic: string,
    partition: number,
    value: Buffer,
    key: Buffer | string | null,
    timestamp: undefined,
    opaque: number,
    headers: readonly Readonly<Record<string, string>>[] | undefined,
  ): unknown;
  poll(): unknown;
  on(event: 'event.error', listener: (error: Error) => void): unknown;
  on(event: 'event.log', listener: (line: NativeLogLine) => void): unknown;
  on(event: 'delivery-report', listener: (error: Error | null, report: NativeReport) => void): unknown;
}

export interface NativeAdmin {
  createTopic(
    topic: {
      topic: string;
      num_partitions: number;
      replication_factor: number;
      config: Readonly<Record<string, string>>;
    },
    timeout: number,
    done: (error?: Error) => void,
  ): void;
  disconnect(): void;
}

export interface Rdkafka {
  readonly KafkaConsumer: new (config: NativeConfig, topicConfig: NativeConfig) => NativeConsumer;
  readonly Producer: new (config: NativeConfig, topicConfig: NativeConfig) => NativeProducer;
  readonly AdminClient: { create(config: NativeConfig): NativeAdmin };
  readonly librdkafkaVersion: string;
}

/** Throws LogFailure where the package is not installed or could not be built. */
export function loadRdkafka(): Rdkafka {
  const require = createRequire(import.meta.url);
  try {
    return require('node-rdkafka') as Rdkafka;
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new LogFailure('rdkafka_missing', `node-rdkafka cannot be loaded: ${why}`, {
      transient: false,
      cause: error,
    });
  }
}

const CONNECT_MS = 3_000;
const ERROR_SEVERITY = 3;
export const ASK_MS = 5_000;

export function commonConfig(options: KafkaOptions): NativeConfig {
  const { brokers, clientId = CLIENT_ID_DEFAULT, tls, sasl } = options;
  const transport = tls === undefined ? 'plaintext' : 'ssl';
  return {
    'metadata.broker.list': brokers.join(','),
    'client.id': clientId,
    'socket.keepalive.enable': true,
    'socket.connection.setup.timeout.ms': CONNECT_MS,
    // A broker that froze is given up in time for another to be asked.
    'socket.timeout.ms': 10_000,
    'reconnect.backoff.ms': 100,
    'reconnect.backoff.max.ms': 1_000,
    'topic.metadata.refresh.interval.ms': 60_000,
    'security.protocol': sasl === undefined ? transport : `sasl_${transport}`,
    ...(tls?.ca !== undefined && { 'ssl.ca.pem': tls.ca }),
    ...(tls?.cert !== undefined && { 'ssl.certificate.pem': tls.cert }),
    ...(tls?.key !== undefined && { 'ssl.key.pem': tls.key }),
    ...(sasl !== undefined && {
      'sasl.mechanism': sasl.mechanism.toUpperCase(),
      'sasl.username': sasl.user,
      'sasl.password': sasl.password,
    }),
  };
}

/** A client that is made and connected when first used. What it says of its connections is kept for error messages. */
export class Client<N extends NativeClient> {
  readonly #make: () => N;
  readonly #onStatus: ((message: string) => void) | undefined;
  readonly #turns = new Turns();
  #ready: Promise<N> | undefined;
  #closed = false;
  #heard = '';

  constructor(make: () => N, onStatus: ((message: string) => void) | undefined) {
    this.#make = make;
    this.#onStatus = onStatus;
  }

  /** What the client last complained of; '' while it is well. */
  get heard(): string {
    return this.#heard;
  }

  /** What was complained of is over. */
  forget(): void {
    this.#heard = '';
  }

  /** Connected. Throws the port's errors only. */
  use(): Promise<N> {
    if (this.#closed) throw new LogClosedError('this log was closed');
    this.#ready ??= this.#connect().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /** One question that waits on a pool thread. Throws the port's errors only. */
  async ask<T>(question: (client: N, done: Done<T>) => void): Promise<T> {
    const client = await this.use();
    return this.#turns.take(async () => {
      if (this.#closed) throw new LogClosedError('this log was closed');
      try {
        const answer = await new Promise<T>((resolve, reject) => {
          question(client, (error, value) => (error ? reject(error) : resolve(value)));
        });
        this.#heard = '';
        return answer;
      } catch (error) {
        throw this.failure(error);
      }
    });
  }

  failure(error: unknown): Error {
    return this.#closed ? new LogClosedError('this log was closed') : failureOf(error, this.#heard);
  }

  /** Whatever has to be done for a connected client now and then; nothing for one that is not. */
  serve(work: (client: N) => void): void {
    if (this.#closed) return;
    this.#ready?.then((client) => {
      if (!this.#closed) work(client);
    }, ignore);
  }

  /** The client is of no use any more; the next use makes a new one. */
  drop(): void {
    const dropped = this.#ready;
    this.#ready = undefined;
    void dropped?.then(ended, ignore);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#ready?.catch(() => undefined);
    if (client !== undefined) await ended(client);
  }

  async #connect(): Promise<N> {
    const client = this.#make();
    client.on('event.log', ({ severity, message }) => {
      if (severity > ERROR_SEVERITY) return;
      // '[thrd:host:port/bootstrap]: host:port/bootstrap: Connect to ... failed: Connection refused (after ...)'
      const words = message.replace(/^\[thrd:[^\]]*\]: /, '').replace(/ \(after .*$/, '');
      if (words !== this.#heard) this.#onStatus?.(words);
      this.#heard = words;
    });
    await new Promise<void>((resolve, reject) => {
      client.connect({ topic: '', allTopics: false, timeout: CONNECT_MS }, (error) =>
        error ? reject(this.failure(error)) : resolve(),
      );
    });
    return client;
  }
}

function ignore(): void {}

function ended(client: NativeClient): Promise<void> {
  return new Promise((resolve) => client.disconnect(() => resolve()));
}

/** At most so many at once, in the order in which they came. */
const TURNS = 2;

class Turns {
  readonly #waiting: (() => void)[] = [];
  #free = TURNS;

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
