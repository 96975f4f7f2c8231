/**
 * The log on Kafka, in pure JavaScript. The only file that knows kafkajs: its producer and its administration as
 * published, and below its consumer its cluster and brokers (kafka-wire.ts says why). Those are not part of its
 * published interface, so its version is pinned; the contract suite would show a difference.
 *
 * Topics are created with message.timestamp.type=LogAppendTime, so that timestamps are the broker's, as the port
 * promises. Kafka removes whole segments: a record may outlive its age limit by segment.ms, a quarter of the limit.
 * The records of one append call are durable together when it resolves, but a failed call may have left some of them.
 */
import { createRequire } from 'node:module';
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import { Appender, type Sender } from './kafka-append.ts';
import { KafkaReader, offsetOf } from './kafka-fetch.ts';
import { committedOf, type GroupCodec, KafkaMember } from './kafka-member.ts';
import {
  atMost,
  backOff,
  type Cluster,
  disconnected,
  isLasting,
  messageOf,
  OFFSET_OF,
  outage,
  protocolError,
  throughOutage,
  type Wire,
} from './kafka-wire.ts';
import {
  type Consumer,
  type GroupOptions,
  type Log,
  LogClosedError,
  LogFailure,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  UnknownTopicError,
} from './port.ts';
import { checkPartition, checkRecord, checkSameCount, checkTopic } from './stored.ts';
import { Wakeups } from './wakeups.ts';

export interface KafkaLogOptions {
  /** host:port; one is enough to find the others. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** Hears of outages and of their end. */
  readonly onStatus?: (status: string) => void;
  /** How long to try to reach a broker on opening. Default: for ever where somebody hears of it, else 15,000. */
  readonly openMsMax?: number;
  /** Ends the wait on opening. */
  readonly signal?: AbortSignal;
}

export interface KafkaLog extends Log {
  /** Removes every record of a partition before `offset`. */
  dropBefore(at: TopicPartition, offset: number): Promise<void>;
}

/** Throws LogFailure 'kafka_unavailable' when no broker answers in time. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  const log = new KafkaJsLog(options);
  try {
    await log.open(options);
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** kafkajs tries this often within one request; longer outages are waited out in one place, throughOutage. */
const RETRY = { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 };
/** An idempotent producer may repeat a batch: for about 20 s. */
const PRODUCER_RETRY = { retries: 8, initialRetryTime: 200, maxRetryTime: 5000 };
const SEGMENT_MS = { min: 60_000, max: 7 * 86_400_000 };
const HOLD_MS_DEFAULT = 15_000;

class KafkaJsLog implements KafkaLog {
  readonly #wire: Wire;
  readonly #kafka: Kafka;
  readonly #cluster: Cluster;
  readonly #admin: Admin;
  readonly #appender: Appender;
  readonly #wakeups = new Wakeups();
  readonly #counts = new Map<string, number>();
  readonly #open = new Set<Reader>();
  #closing: Promise<void> | undefined;

  constructor({ brokers, clientId = 'vigie', onStatus = () => {} }: KafkaLogOptions) {
    this.#kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      retry: RETRY,
      // Everything it would print comes back as an error or is an outage that onStatus tells.
      logLevel: logLevel.NOTHING,
    });
    this.#wire = { newCluster: () => newCluster(brokers, clientId), onStatus };
    this.#cluster = this.#wire.newCluster();
    this.#admin = this.#kafka.admin();
    this.#appender = new Appender(() => new IdempotentSender(this.#kafka));
  }

  async open({ brokers, onStatus, openMsMax, signal }: KafkaLogOptions): Promise<void> {
    const untilMs =
      performance.now() +
      (openMsMax ?? (onStatus === undefined ? HOLD_MS_DEFAULT : Number.POSITIVE_INFINITY));
    const stop = () => this.#wakeups.wake();
    signal?.addEventListener('abort', stop);
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          await this.#cluster.connect();
          await this.#admin.connect();
          if (attempt > 1) this.#wire.onStatus(`connected to Kafka on ${brokers.join(', ')}`);
          return;
        } catch (error) {
          if (isLasting(error) || signal?.aborted || performance.now() > untilMs) {
            throw new LogFailure(
              'kafka_unavailable',
              `no Kafka broker answers on ${brokers.join(', ')}: ${messageOf(error)}`,
              { transient: true, cause: error },
            );
          }
          if (attempt === 1)
            this.#wire.onStatus(`no Kafka broker answers on ${brokers.join(', ')}, trying again`);
          await backOff(this.#wakeups, () => signal?.aborted === true, attempt);
        }
      }
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<void> {
    this.#assertOpen();
    const missing: TopicSpec[] = [];
    for (const spec of specs) {
      checkTopic(spec);
      const existing = await this.partitionCount(spec.topic);
      if (existing === undefined) missing.push(spec);
      else checkSameCount(spec, existing);
    }
    if (missing.length === 0) return;
    await this.#retrying(() => this.#create(missing)).catch((error: unknown) => {
      throw isLasting(error)
        ? new LogFailure('topic_refused', `Kafka refuses to create topics: ${messageOf(error)}`, {
            transient: false,
            cause: error,
          })
        : error;
    });
    for (const spec of missing) {
      // Another process may have made it meanwhile, with another count.
      const count = await this.#soonCounted(spec.topic);
      checkSameCount(spec, count);
    }
  }

  async partitionCount(topic: string): Promise<number | undefined> {
    this.#assertOpen();
    const known = this.#counts.get(topic);
    if (known !== undefined) return known;
    try {
      const { topicMetadata } = await this.#retrying(async () =>
        (await this.#cluster.brokerPool.findConnectedBroker()).metadata([topic]),
      );
      const count = topicMetadata[0]?.partitionMetadata.length ?? 0;
      if (count === 0) return undefined;
      this.#counts.set(topic, count);
      return count;
    } catch (error) {
      if (protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
      throw error;
    }
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    this.#assertOpen();
    for (const record of records) {
      // Asking for the count is only worth a turn of the loop the first time.
      const count = this.#counts.get(record.topic) ?? (await this.#countOf(record.topic));
      checkPartition(record, count);
      checkRecord(record);
    }
    return records.length === 0 ? [] : this.#appender.append(records);
  }

  async firstOffset(at: TopicPartition): Promise<number> {
    return this.#offsetOf(at, OFFSET_OF.first);
  }

  async endOffset(at: TopicPartition): Promise<number> {
    return this.#offsetOf(at, OFFSET_OF.end);
  }

  async offsetAt(at: TopicPartition, timestampMs: number): Promise<number> {
    const offset = await this.#offsetOf(at, Math.max(0, Math.ceil(timestampMs)));
    return offset >= 0 ? offset : this.endOffset(at);
  }

  async reader(from: readonly Position[]): Promise<Reader> {
    for (const at of from) await this.#check(at);
    return this.#track(new KafkaReader(this.#wire, from));
  }

  async consumer(options: GroupOptions): Promise<Consumer> {
    for (const topic of options.topics) await this.#countOf(topic);
    return this.#track(new KafkaMember(this.#wire, codec, options));
  }

  async committed(group: string, at: TopicPartition): Promise<number | undefined> {
    await this.#check(at);
    const committed = await this.#retrying(async () =>
      committedOf(await this.#cluster.findGroupCoordinator({ groupId: group }), group, [at]),
    );
    return committed.get(`${at.topic}/${at.partition}`);
  }

  async dropBefore(at: TopicPartition, offset: number): Promise<void> {
    await this.#check(at);
    const partitions = [{ partition: at.partition, offset: `${offset}` }];
    await this.#retrying(() => this.#admin.deleteTopicRecords({ topic: at.topic, partitions }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#wakeups.wake();
    await Promise.all([...this.#open].map((reader) => reader.close()));
    await atMost(2000, this.#appender.close());
    await atMost(
      2000,
      this.#admin.disconnect().catch(() => {}),
    );
    await disconnected(this.#cluster);
  }

  async #create(specs: readonly TopicSpec[]): Promise<void> {
    const { brokers } = await (await this.#cluster.brokerPool.findConnectedBroker()).metadata([]);
    try {
      await this.#admin.createTopics({
        waitForLeaders: true,
        topics: specs.map(({ topic, partitions, retentionMs, replication }) => {
          const replicationFactor = replication ?? Math.min(3, brokers.length);
          return {
            topic,
            numPartitions: partitions,
            replicationFactor,
            configEntries: Object.entries(configOf(retentionMs, replicationFactor)).map(([name, value]) => ({
              name,
              value,
            })),
          };
        }),
      });
    } catch (error) {
      const faults = error instanceof Error && 'errors' in error ? (error.errors as unknown[]) : [error];
      const other = faults.find((one) => protocolError(one) !== 'TOPIC_ALREADY_EXISTS');
      if (other !== undefined) throw other;
    }
  }

  /** A topic just made is not known to every broker at once. */
  async #soonCounted(topic: string): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const count = await this.partitionCount(topic);
      if (count !== undefined) return count;
      if (attempt === 8) throw new UnknownTopicError(topic);
      await backOff(this.#wakeups, () => this.#closing !== undefined, attempt);
    }
  }

  async #countOf(topic: string): Promise<number> {
    const count = await this.partitionCount(topic);
    if (count === undefined) throw new UnknownTopicError(topic);
    return count;
  }

  async #check(at: TopicPartition): Promise<void> {
    checkPartition(at, await this.#countOf(at.topic));
  }

  async #offsetOf(at: TopicPartition, when: number): Promise<number> {
    await this.#check(at);
    return this.#retrying(() => offsetOf(this.#cluster, at, when));
  }

  /** Metadata grows old when leaders move, so every further attempt begins with new metadata. */
  #retrying<T>(action: () => Promise<T>): Promise<T> {
    let first = true;
    return throughOutage(
      this.#wire,
      this.#wakeups,
      () => this.#closing !== undefined,
      async () => {
        if (!first) {
          await this.#cluster.connect();
          await this.#cluster.refreshMetadata();
        }
        first = false;
        return action();
      },
    );
  }

  #track<T extends Reader>(reader: T): T {
    const close = reader.close.bind(reader);
    reader.close = async () => {
      this.#open.delete(reader);
      await close();
    };
    this.#open.add(reader);
    return reader;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new LogClosedError('this log was closed');
  }
}

function configOf(retentionMs: number | undefined, replication: number): Record<string, string> {
  const segmentMs = Math.min(SEGMENT_MS.max, Math.max(SEGMENT_MS.min, Math.floor((retentionMs ?? 0) / 4)));
  return {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'LogAppendTime',
    'retention.ms': `${retentionMs ?? -1}`,
    ...(retentionMs === undefined ? {} : { 'segment.ms': `${segmentMs}` }),
    // With three replicas one may be down and a write is still on two.
    ...(replication >= 3 ? { 'min.insync.replicas': '2' } : {}),
  };
}

class IdempotentSender implements Sender {
  readonly #producer: Producer;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#producer = kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      retry: PRODUCER_RETRY,
      // Never asked: every record names its partition.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
  }

  async send(records: readonly NewRecord[]): Promise<readonly number[]> {
    this.#connected ??= this.#producer.connect();
    await this.#connected;
    const messages = new Map<
      string,
      { partition: number; key: string | null; value: Buffer; headers: Headers }[]
    >();
    for (const { topic, partition, key = null, value, headers = {} } of records) {
      const ofTopic = messages.get(topic) ?? [];
      messages.set(topic, ofTopic);
      ofTopic.push({ partition, key, value: viewOf(value), headers: { ...headers } });
    }
    const answers = await this.#producer.sendBatch({
      acks: -1,
      topicMessages: [...messages].map(([topic, ofTopic]) => ({ topic, messages: ofTopic })),
    });
    const next = new Map<string, number>();
    for (const { topicName, partition, baseOffset } of answers) {
      next.set(`${topicName}/${partition}`, Number(baseOffset));
    }
    return records.map(({ topic, partition }) => {
      const place = `${topic}/${partition}`;
      const offset = next.get(place);
      if (offset === undefined) throw outage(new Error(`no answer for ${place}`));
      next.set(place, offset + 1);
      return offset;
    });
  }

  async close(): Promise<void> {
    await atMost(
      2000,
      this.#producer.disconnect().catch(() => {}),
    );
  }
}

type Headers = Record<string, string>;

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// What kafkajs keeps below its published interface, version 2.2.4.
const require = createRequire(import.meta.url);
const KafkaCluster = require('kafkajs/src/cluster') as new (options: unknown) => Cluster;
const { createLogger } = require('kafkajs/src/loggers') as { createLogger(options: unknown): unknown };
const newSocketFactory = require('kafkajs/src/network/socketFactory') as () => unknown;
const { MemberMetadata, MemberAssignment } = require('kafkajs/src/consumer/assignerProtocol') as {
  MemberMetadata: {
    encode(member: { version: number; topics: readonly string[]; userData: Buffer }): Buffer;
    decode(bytes: Buffer): { topics: string[]; userData: Buffer };
  };
  MemberAssignment: {
    encode(assignment: { version: number; assignment: unknown }): Buffer;
    /** null for an empty field. */
    decode(bytes: Buffer): { assignment: Record<string, number[]> } | null;
  };
};

const codec: GroupCodec = {
  encodeMember: ({ topics, userData }) => MemberMetadata.encode({ version: 0, topics, userData }),
  decodeMember: (bytes) => MemberMetadata.decode(bytes),
  encodeAssignment: (assignment) => MemberAssignment.encode({ version: 0, assignment }),
  decodeAssignment: (bytes) => MemberAssignment.decode(bytes)?.assignment ?? {},
};

function newCluster(brokers: readonly string[], clientId: string): Cluster {
  return new KafkaCluster({
    logger: createLogger({ level: logLevel.NOTHING, logCreator: () => () => {} }),
    socketFactory: newSocketFactory(),
    brokers: [...brokers],
    clientId,
    retry: RETRY,
    connectionTimeout: 1000,
    authenticationTimeout: 10_000,
    reauthenticationThreshold: 10_000,
    requestTimeout: 30_000,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
  });
}
