/**
 * The log on Kafka through librdkafka: the default where it could be built (client.ts), several times as fast
 * as JavaScript and cooperative when members come and go. Opening asks no broker: clients connect when first needed, a
 * broker that is away makes an operation fail with a transient LogFailure, and whoever asked waits and asks again.
 *
 * Members of one group must all be of this kind and subscribe to the same topics.
 */
import { CLIENT_ID_DEFAULT, type KafkaOptions, topicConfigOf } from '../kafka-options.ts';
import { OpenReaders } from '../open-readers.ts';
import {
  type Consumer,
  type GroupOptions,
  type Log,
  LogClosedError,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
  UnknownTopicError,
} from '../port.ts';
import { checkPartition, checkRecord, checkSameCount, checkTopic } from '../stored.ts';
import {
  ASK_MS,
  Client,
  commonConfig,
  loadRdkafka,
  type NativeConfig,
  type NativeConsumer,
  type NativeMetadata,
  type Rdkafka,
} from './client.ts';
import { failureOf, nameOf } from './errors.ts';
import { locate } from './locate.ts';
import { RdkafkaMember } from './member.ts';
import { type Find, RdkafkaProducer } from './producer.ts';
import { CONSUMER_TOPIC_CONFIG, consumerConfig } from './pump.ts';
import { RdkafkaReader } from './reader.ts';

const CREATE_MS = 10_000;
const LED_ATTEMPTS = 100;
const LED_RETRY_MS = 50;
const MOVING_ATTEMPTS = 20;
const MOVING_RETRY_MS = 100;
/** A member that does not answer for so long is taken for dead. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 500;
/** The broker's clock may be behind ours by so much where what was appended is looked for by its time. */
const SKEW_MS = 600_000;
/** So long a member may go without a read. */
const SILENT_MS_MAX = 300_000;

/** Throws LogFailure `rdkafka_missing` where the package is not installed or was not built. */
export async function openRdkafkaLog(options: KafkaOptions): Promise<Log> {
  return new RdkafkaLog(loadRdkafka(), options);
}

class RdkafkaLog implements Log {
  readonly #rdkafka: Rdkafka;
  readonly #options: KafkaOptions;
  /** Metadata and offsets. A consumer, because a producer's questions may create topics. */
  readonly #control: Client<NativeConsumer>;
  readonly #producer: RdkafkaProducer;
  readonly #readers = new OpenReaders();
  /** A topic's count never changes, so what was once read stays true. */
  readonly #counts = new Map<string, number>();
  readonly #housekeeping: NodeJS.Timeout;
  #closed = false;

  constructor(rdkafka: Rdkafka, options: KafkaOptions) {
    this.#rdkafka = rdkafka;
    this.#options = options;
    const { clientId = CLIENT_ID_DEFAULT } = options;
    this.#control = this.#client(`${clientId}-control`);
    this.#producer = new RdkafkaProducer(rdkafka, options, this.#find);
    // Words on connections pile up in a client that nobody fetches from.
    this.#housekeeping = setInterval(() => this.#control.serve(serveOne), 1_000);
    this.#housekeeping.unref();
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    for (const spec of topics) {
      checkTopic(spec);
      await this.#create(spec);
    }
  }

  async partitionCount(topic: string): Promise<number | undefined> {
    return (await this.#leaders(topic))?.length;
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    if (this.#closed) throw new LogClosedError('this log was closed');
    for (const record of records) {
      await this.#check(record);
      checkRecord(record);
    }
    return records.length === 0 ? [] : this.#producer.append(records);
  }

  async firstOffset(at: TopicPartition): Promise<number> {
    await this.#check(at);
    return (await this.#span(at)).lowOffset;
  }

  async endOffset(at: TopicPartition): Promise<number> {
    await this.#check(at);
    return (await this.#span(at)).highOffset;
  }

  async offsetAt(at: TopicPartition, timestampMs: number): Promise<number> {
    await this.#check(at);
    const { topic, partition } = at;
    const asked = [{ topic, partition, offset: Math.max(0, Math.ceil(timestampMs)) }];
    const [found] = await this.#whileMoving(() =>
      this.#control.ask<readonly Position[]>((client, done) => client.offsetsForTimes(asked, ASK_MS, done)),
    );
    // -1 and no offset: no record is that young.
    return found?.offset !== undefined && found.offset >= 0
      ? found.offset
      : (await this.#span(at)).highOffset;
  }

  async reader(from: readonly Position[]): Promise<Reader> {
    for (const position of from) await this.#check(position);
    const reader = new RdkafkaReader({
      client: this.#client(`${this.#options.clientId ?? CLIENT_ID_DEFAULT}-reader`),
      from,
      firstOffset: (at) => this.firstOffset(at),
      probe: () => this.#probe(),
    });
    return this.#readers.add(reader);
  }

  async consumer(group: GroupOptions): Promise<Consumer> {
    const counts = new Map<string, number>();
    for (const topic of group.topics) counts.set(topic, await this.#count(topic));
    const member = new RdkafkaMember({
      client: (callbacks) => this.#client(group.group, { ...MEMBER, ...callbacks }),
      group,
      counts,
      firstOffset: (at) => this.firstOffset(at),
      check: (at) => this.#check(at),
      probe: () => this.#probe(),
    });
    await member.enter();
    return this.#readers.add(member);
  }

  async committed(group: string, { topic, partition }: TopicPartition): Promise<number | undefined> {
    const client = this.#client(group);
    try {
      const [found] = await client.ask<readonly Partial<Position>[]>((consumer, done) =>
        consumer.committed([{ topic, partition }], ASK_MS, done),
      );
      return found?.offset === undefined || found.offset < 0 ? undefined : found.offset;
    } finally {
      await client.close();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#housekeeping);
    await this.#readers.close();
    await Promise.all([this.#control.close(), this.#producer.close()]);
  }

  /** Whose offsets no report told. */
  readonly #find: Find = async (at, records, { after, sinceMs }) => {
    const end = await this.endOffset(at);
    const offset = after === undefined ? await this.offsetAt(at, sinceMs - SKEW_MS) : after + 1;
    const reader = await this.reader([{ ...at, offset }]);
    try {
      return await locate(reader, at, records, end);
    } finally {
      await reader.close();
    }
  };

  async #check(at: TopicPartition): Promise<void> {
    checkPartition(at, this.#counts.get(at.topic) ?? (await this.#count(at.topic)));
  }

  async #count(topic: string): Promise<number> {
    const count = await this.partitionCount(topic);
    if (count === undefined) throw new UnknownTopicError(topic);
    this.#counts.set(topic, count);
    return count;
  }

  /** By partition; -1 while there is none. Undefined: no such topic. */
  async #leaders(topic: string): Promise<readonly number[] | undefined> {
    const { topics } = await this.#control.ask<NativeMetadata>((client, done) =>
      client.getMetadata({ topic, allTopics: false, timeout: ASK_MS }, done),
    );
    const partitions = topics.find(({ name }) => name === topic)?.partitions ?? [];
    return partitions.length === 0 ? undefined : partitions.map(({ leader }) => leader);
  }

  #span({ topic, partition }: TopicPartition): Promise<{ lowOffset: number; highOffset: number }> {
    return this.#whileMoving(() =>
      this.#control.ask<{ lowOffset: number; highOffset: number }>((client, done) =>
        client.queryWatermarkOffsets(topic, partition, ASK_MS, done),
      ),
    );
  }

  /** A leader that was just chosen may not know it yet, nor the client a partition that was just made. */
  async #whileMoving<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (!MOVING.has(nameOf((error as Error).cause)) || attempt >= MOVING_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, MOVING_RETRY_MS));
      }
    }
  }

  #probe(): Promise<unknown> {
    return this.#control.ask<NativeMetadata>((client, done) =>
      client.getMetadata({ topic: '', allTopics: false, timeout: ASK_MS }, done),
    );
  }

  async #create(spec: TopicSpec): Promise<void> {
    let leaders = await this.#leaders(spec.topic);
    if (leaders === undefined) {
      await this.#make(spec);
      leaders = await this.#led(spec.topic);
    }
    checkSameCount(spec, leaders.length);
  }

  async #make(spec: TopicSpec): Promise<void> {
    const admin = this.#rdkafka.AdminClient.create(commonConfig(this.#options));
    const topic = {
      topic: spec.topic,
      num_partitions: spec.partitions,
      replication_factor: spec.replication ?? -1,
      config: topicConfigOf(spec),
    };
    try {
      await new Promise<void>((resolve, reject) => {
        admin.createTopic(topic, CREATE_MS, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      // Another process was quicker.
      if (nameOf(error) !== 'topic_already_exists') throw failureOf(error, this.#control.heard);
    } finally {
      admin.disconnect();
    }
  }

  /** A topic is of use when its partitions have leaders. */
  async #led(topic: string): Promise<readonly number[]> {
    for (let attempt = 1; ; attempt++) {
      const leaders = await this.#leaders(topic);
      if (leaders?.every((leader) => leader >= 0)) return leaders;
      if (attempt >= LED_ATTEMPTS) throw new UnknownTopicError(topic);
      await new Promise((resolve) => setTimeout(resolve, LED_RETRY_MS));
    }
  }

  #client(group: string, more: NativeConfig = {}): Client<NativeConsumer> {
    return new Client(
      () =>
        new this.#rdkafka.KafkaConsumer(
          { ...consumerConfig(this.#options, group), ...more },
          CONSUMER_TOPIC_CONFIG,
        ),
      this.#options.onStatus,
    );
  }
}

const MEMBER: NativeConfig = {
  'partition.assignment.strategy': 'cooperative-sticky',
  'session.timeout.ms': SESSION_MS,
  'heartbeat.interval.ms': HEARTBEAT_MS,
  'max.poll.interval.ms': SILENT_MS_MAX,
};

const MOVING = new Set([
  'unknown_topic',
  'unknown_partition',
  'unknown_topic_or_partition',
  'leader_not_available',
  'not_leader_for_partition',
]);

function serveOne(client: NativeConsumer): void {
  client.setDefaultConsumeTimeout(0);
  client.consume(1, () => undefined);
}
