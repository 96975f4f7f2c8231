/**
 * The log on Kafka, without a native build. Opening asks no broker: connections are made when first needed, a broker
 * that is away makes an operation fail with a transient LogFailure, and whoever asked waits and asks again.
 *
 * Members of one group must all be of this kind (assign.ts) and subscribe to the same topics. Transactions of
 * other producers are read as they come, committed or not: nothing here rests on them.
 *
 * Files of kafkajs below its public face are used (wire.ts says why), so its version is pinned.
 */
import { createRequire } from 'node:module';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import { CLIENT_ID_DEFAULT, type KafkaOptions, type TlsOptions, topicConfigOf } from '../kafka-options.ts';
import { OpenReaders } from '../open-readers.ts';
import {
  type Consumer,
  type GroupOptions,
  type Log,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  UnknownTopicError,
} from '../port.ts';
import { checkPartition, checkSameCount, checkTopic } from '../stored.ts';
import { Connection, ON_PURPOSE } from './connection.ts';
import { KafkaConsumer, KafkaReader } from './consumer.ts';
import { Producer } from './produce.ts';
import { type Cluster, type Codec, failureOf, typeOf } from './wire.ts';

const require = createRequire(import.meta.url);
const KafkaCluster = require('kafkajs/src/cluster') as new (options: object) => Cluster;
const codec = require('kafkajs/src/consumer/assignerProtocol') as Codec;

const CONNECT_MS = 3_000;
const REQUEST_MS = 15_000;
const METADATA_MS = 60_000;
const CREATE_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** Tried again by whoever waits for the log, who also says so. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 2 };
const LEADERS_ATTEMPTS = 100;
const LEADERS_RETRY_MS = 50;

export async function openKafkaLog(options: KafkaOptions): Promise<Log> {
  return new KafkaLog(options);
}

class KafkaLog implements Log {
  readonly #options: KafkaOptions;
  /** Metadata, offsets, commits, topics: nothing that waits. */
  readonly #control: Connection;
  readonly #producing: Connection;
  readonly #producer: Producer;
  readonly #readers = new OpenReaders();
  #closed = false;

  constructor(options: KafkaOptions) {
    this.#options = options;
    this.#control = this.#connection();
    this.#producing = this.#connection();
    this.#producer = new Producer(this.#producing);
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    for (const spec of topics) {
      checkTopic(spec);
      await this.#create(spec);
    }
  }

  async partitionCount(topic: string): Promise<number | undefined> {
    return this.#control.count(topic);
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    return this.#producer.append(records);
  }

  async firstOffset(at: TopicPartition): Promise<number> {
    await this.#check(at);
    return this.#control.listOffset(at, -2);
  }

  async endOffset(at: TopicPartition): Promise<number> {
    await this.#check(at);
    return this.#control.listOffset(at, -1);
  }

  async offsetAt(at: TopicPartition, timestampMs: number): Promise<number> {
    await this.#check(at);
    const found = await this.#control.listOffset(at, Math.max(0, Math.ceil(timestampMs)));
    return found === -1 ? this.#control.listOffset(at, -1) : found;
  }

  async reader(from: readonly Position[]): Promise<Reader> {
    for (const position of from) await this.#check(position);
    return this.#readers.add(new KafkaReader(this.#connection(), from));
  }

  async consumer(group: GroupOptions): Promise<Consumer> {
    const counts = new Map<string, number>();
    for (const topic of group.topics) {
      const count = await this.#control.count(topic);
      if (count === undefined) throw new UnknownTopicError(topic);
      counts.set(topic, count);
    }
    const consumer = new KafkaConsumer(
      {
        group,
        codec,
        connection: this.#connection(),
        fetching: this.#connection(),
        control: this.#control,
        check: (at) => this.#check(at),
        startOf: async (at) =>
          (await this.committed(group.group, at)) ?? (await this.#control.listOffset(at, -2)),
      },
      counts,
    );
    return this.#readers.add(consumer);
  }

  async committed(group: string, { topic, partition }: TopicPartition): Promise<number | undefined> {
    const { responses } = await this.#control.coordinator(group, (broker) =>
      broker.offsetFetch({ groupId: group, topics: [{ topic, partitions: [{ partition }] }] }),
    );
    const offset = Number(responses[0]?.partitions[0]?.offset ?? -1);
    return offset < 0 ? undefined : offset;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#readers.close();
    await Promise.all([this.#control.close(), this.#producing.close()]);
  }

  async #check(at: TopicPartition): Promise<void> {
    checkPartition(at, await this.#control.knownCount(at.topic));
  }

  async #create(spec: TopicSpec): Promise<void> {
    let existing = await this.#control.count(spec.topic);
    if (existing === undefined) {
      await this.#control.use(async (cluster) => {
        await cluster.refreshMetadata();
        const broker = await cluster.findControllerBroker();
        const topics = [
          {
            topic: spec.topic,
            numPartitions: spec.partitions,
            replicationFactor: spec.replication ?? -1,
            configEntries: Object.entries(topicConfigOf(spec)).map(([name, value]) => ({ name, value })),
          },
        ];
        try {
          await broker.createTopics({ topics, timeout: CREATE_MS });
        } catch (error) {
          // Another process was quicker.
          if (typeOf(error) !== 'TOPIC_ALREADY_EXISTS') throw error;
        }
      });
      existing = await this.#led(spec);
    }
    checkSameCount(spec, existing);
  }

  /** A topic is of use when its partitions have leaders. */
  async #led(spec: TopicSpec): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        const count = await this.#control.count(spec.topic);
        if (count !== undefined) return count;
      } catch (error) {
        if (attempt >= LEADERS_ATTEMPTS) throw failureOf(error);
      }
      if (attempt >= LEADERS_ATTEMPTS) throw new UnknownTopicError(spec.topic);
      await new Promise((resolve) => setTimeout(resolve, LEADERS_RETRY_MS));
    }
  }

  #connection(): Connection {
    const { brokers, clientId = CLIENT_ID_DEFAULT, tls, sasl, onStatus } = this.#options;
    // The public face supplies the logger that everything below it asks for.
    const logger = new Kafka({
      brokers: [...brokers],
      clientId,
      logLevel: onStatus === undefined ? logLevel.NOTHING : logLevel.ERROR,
      logCreator:
        () =>
        ({ log }) => {
          if (!log.message.includes(ON_PURPOSE)) onStatus?.(log.message);
        },
    }).logger();
    return new Connection(
      (onSocket) =>
        new KafkaCluster({
          logger,
          brokers: [...brokers],
          clientId,
          ...(tls !== undefined && { ssl: tls }),
          ...(sasl !== undefined && {
            sasl: { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password },
          }),
          socketFactory: socketsTold(onSocket),
          connectionTimeout: CONNECT_MS,
          authenticationTimeout: CONNECT_MS,
          requestTimeout: REQUEST_MS,
          enforceRequestTimeout: true,
          metadataMaxAge: METADATA_MS,
          allowAutoTopicCreation: false,
          retry: RETRY,
        }),
    );
  }
}

interface SocketRequest {
  readonly host: string;
  readonly port: number;
  readonly ssl?: TlsOptions | null;
  readonly onConnect: () => void;
}

function socketsTold(onSocket: (socket: Socket) => void) {
  return ({ host, port, ssl, onConnect }: SocketRequest): Socket => {
    // A certificate names a host, never an address.
    const named = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      ssl === undefined || ssl === null
        ? connect({ host, port }, onConnect)
        : connectTls({ host, port, ...named, ...ssl }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    // A request is smaller than a packet more often than not, and its answer is waited for.
    socket.setNoDelay(true);
    onSocket(socket);
    return socket;
  };
}
