/**
 * Connections to the brokers of one cluster, made when first needed and made anew after they broke. What reads and what
 * belongs to a group has one of its own: a broker answers the requests of one connection in turn, and both wait there.
 */
import type { Socket } from 'node:net';
import { LogClosedError, LogFailure, type TopicPartition, UnknownTopicError } from '../port.ts';
import { type Broker, type Cluster, failureOf, typeOf } from './wire.ts';

export type MakeCluster = (onSocket: (socket: Socket) => void) => Cluster;

/** No news for whoever is told of the connections' troubles. */
export const ON_PURPOSE = 'closed on purpose';

/** How long a broker may take to say goodbye. */
const GOODBYE_MS = 1_000;
const COORDINATOR_ATTEMPTS = 40;
const COORDINATOR_RETRY_MS = 250;
const LEADER_ATTEMPTS = 20;
const LEADER_RETRY_MS = 100;

export class Connection {
  readonly #make: MakeCluster;
  readonly #sockets = new Set<Socket>();
  #cluster: Cluster | undefined;
  #closed = false;

  constructor(make: MakeCluster) {
    this.#make = make;
  }

  /** Runs requests; throws the port's errors only. */
  async use<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    if (this.#closed) throw new LogClosedError('this log was closed');
    this.#cluster ??= this.#make((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const cluster = this.#cluster;
    try {
      await cluster.connect();
      return await work(cluster);
    } catch (error) {
      if (this.#closed) throw new LogClosedError('this log was closed');
      if (error instanceof LogClosedError || error instanceof RangeError) throw error;
      // Not an answer of a broker: begin again with fresh connections.
      if (typeOf(error) === '' && !(error instanceof UnknownTopicError) && this.#cluster === cluster) {
        this.#cluster = undefined;
        void goodbye(cluster);
      }
      throw failureOf(error);
    }
  }

  /** Partition count as a broker knows it now. */
  async count(topic: string): Promise<number | undefined> {
    return this.use(async (cluster) => {
      const broker = await cluster.brokerPool.findConnectedBroker();
      try {
        const { topicMetadata } = await broker.metadata([topic]);
        return topicMetadata[0]?.partitionMetadata.length;
      } catch (error) {
        if (isUnknownTopic(error)) return undefined;
        throw error;
      }
    });
  }

  /** Partition count as last heard of. Throws UnknownTopicError. */
  async knownCount(topic: string): Promise<number> {
    return this.use(async (cluster) => {
      await know(cluster, [topic]);
      return cluster.findTopicPartitionMetadata(topic).length;
    });
  }

  /** The same places, by the broker that leads them. Throws UnknownTopicError. */
  async byLeader<T extends TopicPartition>(places: readonly T[]): Promise<Map<number, T[]>> {
    return this.use(async (cluster) => {
      await know(cluster, [...new Set(places.map(({ topic }) => topic))]);
      const found = new Map<number, T[]>();
      for (const place of places) {
        const { topic, partition } = place;
        const leader = cluster
          .findTopicPartitionMetadata(topic)
          .find((one) => one.partitionId === partition)?.leader;
        if (leader === undefined || leader < 0) throw leaderless(place);
        const led = found.get(leader);
        if (led === undefined) found.set(leader, [place]);
        else led.push(place);
      }
      return found;
    });
  }

  /** Leaders moved, topics came or went: ask again. */
  async refresh(): Promise<void> {
    await this.use(async (cluster) => {
      try {
        await cluster.refreshMetadata();
      } catch (error) {
        if (!isUnknownTopic(error)) throw error;
        // One that was deleted must not stand in the way of the others.
        cluster.targetTopics.clear();
        await cluster.refreshMetadata();
      }
    });
  }

  async broker<T>(nodeId: number, work: (broker: Broker) => Promise<T>): Promise<T> {
    return this.use(async (cluster) => work(await cluster.findBroker({ nodeId })));
  }

  coordinator<T>(groupId: string, work: (broker: Broker) => Promise<T>): Promise<T> {
    return this.#onceReady(async (cluster) => work(await cluster.findGroupCoordinator({ groupId })));
  }

  /** From any broker: ids are given by all of them. */
  producerId(): Promise<{ readonly producerId: string; readonly producerEpoch: number }> {
    return this.#onceReady(async (cluster) =>
      (await cluster.brokerPool.findConnectedBroker()).initProducerId({ transactionTimeout: 0 }),
    );
  }

  /** A young broker has to find its coordinators first. */
  async #onceReady<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.use(work);
      } catch (error) {
        if (!isComing(error) || attempt >= COORDINATOR_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, COORDINATOR_RETRY_MS));
      }
    }
  }

  /** `time`: ms since the epoch, -1 for the end, -2 for the first that is kept. -1 when no record is that young. */
  async listOffset(at: TopicPartition, time: number): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const [leader] = (await this.byLeader([at])).keys();
      try {
        const { responses } = await this.broker(leader!, (broker) =>
          broker.listOffsets({
            isolationLevel: 0,
            topics: [{ topic: at.topic, partitions: [{ partition: at.partition, timestamp: `${time}` }] }],
          }),
        );
        return Number(responses[0]!.partitions[0]!.offset);
      } catch (error) {
        // A leader that was just chosen may not know it yet.
        const isPassing = isMoved(error) || isUnknownTopic(error);
        if (!isPassing || attempt >= LEADER_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, LEADER_RETRY_MS));
        await this.refresh();
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const cluster = this.#cluster;
    this.#cluster = undefined;
    // Requests may still wait at the broker: an error, unlike an end, tells whoever waits for them here.
    for (const socket of this.#sockets) socket.destroy(new Error(ON_PURPOSE));
    if (cluster !== undefined) await goodbye(cluster);
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Makes the cluster's metadata speak of these topics. Throws UnknownTopicError. */
async function know(cluster: Cluster, topics: readonly string[]): Promise<void> {
  try {
    await cluster.addMultipleTargetTopics(topics);
  } catch (error) {
    if (!isUnknownTopic(error)) throw error;
    const broker = await cluster.brokerPool.findConnectedBroker();
    for (const topic of topics) {
      await broker.metadata([topic]).catch((reason) => {
        throw isUnknownTopic(reason) ? new UnknownTopicError(topic) : reason;
      });
    }
    throw error;
  }
}

async function goodbye(cluster: Cluster): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS);
  });
  await Promise.race([cluster.disconnect().catch(() => undefined), enough]);
  clearTimeout(timer);
}

function leaderless({ topic, partition }: TopicPartition): LogFailure {
  return new LogFailure('kafka_leader_not_available', `Kafka: ${topic}/${partition} has no leader`, {
    transient: true,
  });
}

function isUnknownTopic(error: unknown): boolean {
  return typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

const MOVED = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'FENCED_LEADER_EPOCH']);

/** Another broker leads the partition, or will. */
export function isMoved(error: unknown): boolean {
  return MOVED.has(typeOf(error));
}

const COMING = new Set([
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
]);

function isComing(error: unknown): boolean {
  if (!(error instanceof LogFailure)) return false;
  return COMING.has(typeOf(error)) || error.code === 'kafka_group_coordinator_not_found';
}
