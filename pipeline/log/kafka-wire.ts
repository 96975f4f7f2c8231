/**
 * What the Kafka log needs of a client that speaks the protocol, below consumers and producers. kafkajs.ts supplies
 * it; readers (kafka-fetch.ts) and group members (kafka-member.ts) are written on it.
 *
 * Why not kafkajs's own consumer: it answers an offset that retention has taken by silently committing the default
 * one, takes partitions away at any moment rather than between two reads, stops heartbeats while a batch is worked
 * on, and cannot read partitions without a group. Its brokers and its cluster, one level down, do just what they say.
 */
import { LogFailure } from './port.ts';
import type { Wakeups } from './wakeups.ts';

/** One connected view of the cluster; readers and members each have their own, for a long poll blocks its connection. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** Makes the metadata below know these topics. */
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(where: { readonly nodeId: number }): Promise<Broker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      /** ms since the Unix epoch, or one of OFFSET_OF. */
      readonly fromTimestamp: number;
    }[],
  ): Promise<readonly { readonly partitions: readonly { readonly offset: string }[] }[]>;
  readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
}

/** Timestamps with a meaning of their own in a ListOffsets request. */
export const OFFSET_OF = { first: -2, end: -1 } as const;

export interface Broker {
  metadata(topics: readonly string[]): Promise<{
    readonly brokers: readonly unknown[];
    readonly topicMetadata: readonly { readonly partitionMetadata: readonly unknown[] }[];
  }>;
  fetch(request: FetchRequest): Promise<{ readonly responses: readonly FetchedTopic[] }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly TopicPartitions<{ readonly partition: number }>[];
  }): Promise<{
    readonly responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[];
  }>;
}

export interface TopicPartitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

export interface FetchRequest {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly TopicPartitions<{
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }>[];
}

export interface FetchedTopic {
  readonly topicName: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly messages: readonly FetchedMessage[];
  }[];
}

export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  /** Markers of transactions; they take an offset but are nobody's record. */
  readonly isControlRecord: boolean;
}

/** What readers and members share. */
export interface Wire {
  newCluster(): Cluster;
  /** Outages and their end, for people. */
  readonly onStatus: (status: string) => void;
}

/** The protocol's name of an error ('OFFSET_OUT_OF_RANGE'), wherever in the chain of causes it is; else ''. */
export function protocolError(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('type' in at && typeof at.type === 'string') return at.type;
  }
  return '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function byTopic<P>(
  places: readonly { readonly topic: string; readonly partition: number }[],
  partition: (at: { topic: string; partition: number }, index: number) => P,
): TopicPartitions<P>[] {
  const topics = new Map<string, P[]>();
  for (const [i, at] of places.entries()) {
    const partitions = topics.get(at.topic) ?? [];
    partitions.push(partition(at, i));
    topics.set(at.topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

/** Errors that will not pass by waiting. Everything else is an outage: leader moving, coordinator loading, no network. */
const LASTING = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
  'OFFSET_OUT_OF_RANGE',
  'MESSAGE_TOO_LARGE',
  'INVALID_REPLICATION_FACTOR',
  'TOPIC_ALREADY_EXISTS',
  'POLICY_VIOLATION',
]);

export function isLasting(error: unknown): boolean {
  return LASTING.has(protocolError(error));
}

/** Tries for about a minute at most: 0.1 + 0.2 + ... + 5 + 5 s. */
const ATTEMPTS_MAX = 16;

/** Repeats `action` through an outage, with back-off; what lasts is thrown at once, an outage in the end. */
export async function throughOutage<T>(
  wire: Pick<Wire, 'onStatus'>,
  wakeups: Wakeups,
  isClosed: () => boolean,
  action: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (isLasting(error) || error instanceof RangeError) throw error;
      if (isClosed() || attempt === ATTEMPTS_MAX) throw outage(error);
      if (attempt === 3) wire.onStatus(`Kafka does not answer, trying again: ${messageOf(error)}`);
      await backOff(wakeups, isClosed, attempt);
    }
  }
}

export function outage(error: unknown): LogFailure {
  if (error instanceof LogFailure) return error;
  return new LogFailure('kafka_unavailable', `Kafka: ${messageOf(error)}`, { transient: true, cause: error });
}

/** 0.1 s doubling to 5 s; ends at once on close. */
export async function backOff(wakeups: Wakeups, isClosed: () => boolean, attempt: number): Promise<void> {
  const until = performance.now() + Math.min(5000, 50 * 2 ** attempt);
  while (!isClosed()) {
    const leftMs = until - performance.now();
    if (leftMs <= 0) return;
    await wakeups.sleep(wakeups.count, leftMs);
  }
}

/** Disconnecting must not hold up a shutdown: the broker may not answer any more. */
export async function disconnected(cluster: Cluster): Promise<void> {
  await atMost(
    2000,
    cluster.disconnect().catch(() => {}),
  );
}

export async function atMost(waitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
