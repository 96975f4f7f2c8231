/**
 * What is used of kafkajs below its public consumer and producer, as types: one method per request of the protocol.
 *
 * The public consumer resets a lost offset by itself, hands partitions over while nobody reads, and joins a group only
 * to read a partition; the public producer copies a batch once per record. The port promises otherwise, so requests
 * are made here and only connections, metadata and encodings are left to the package.
 */
import { LogFailure, UnknownTopicError } from '../port.ts';

export interface PartitionMetadata {
  readonly partitionId: number;
  /** -1 while there is none. */
  readonly leader: number;
}

export interface Message {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[] | null>>;
  readonly offset: string;
  readonly timestamp: string;
  readonly isControlRecord: boolean;
}

interface OfTopic<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

interface Responses<P> {
  readonly responses: readonly OfTopic<P>[];
}

export interface GroupMember {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

/** One broker. Every method is one request and its answer. */
export interface Broker {
  metadata(topics: readonly string[]): Promise<{
    readonly topicMetadata: readonly { readonly partitionMetadata: readonly PartitionMetadata[] }[];
  }>;
  initProducerId(request: {
    transactionTimeout: number;
  }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  produce(request: {
    topicData: readonly OfTopic<{
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly {
        readonly key: string | undefined;
        readonly value: Buffer;
        readonly headers: Readonly<Record<string, string>>;
      }[];
    }>[];
    producerId: string;
    producerEpoch: number;
    acks: -1;
    timeout: number;
  }): Promise<{
    readonly topics: readonly {
      readonly topicName: string;
      readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[];
    }[];
  }>;
  fetch(request: {
    isolationLevel: 0;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: readonly OfTopic<{ partition: number; fetchOffset: string; maxBytes: number }>[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
    }[];
  }>;
  listOffsets(request: {
    isolationLevel: 0;
    topics: readonly OfTopic<{ partition: number; timestamp: string }>[];
  }): Promise<Responses<{ readonly partition: number; readonly offset: string }>>;
  joinGroup(request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { name: string; metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    /** Only told to the leader. */
    readonly members: readonly GroupMember[];
  }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: readonly OfTopic<{ partition: number; offset: string }>[];
  }): Promise<unknown>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly OfTopic<{ partition: number }>[];
  }): Promise<Responses<{ readonly partition: number; readonly offset: string }>>;
  createTopics(request: {
    topics: readonly {
      topic: string;
      numPartitions: number;
      replicationFactor: number;
      configEntries: readonly { name: string; value: string }[];
    }[];
    timeout: number;
  }): Promise<unknown>;
  disconnect(): Promise<void>;
}

export interface Cluster {
  readonly targetTopics: Set<string>;
  readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  findBroker(of: { nodeId: number }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findGroupCoordinator(of: { groupId: string }): Promise<Broker>;
}

/** Encodings of what members of a group tell each other through the coordinator. */
export interface Codec {
  readonly MemberMetadata: {
    encode(metadata: { version: number; topics: readonly string[]; userData: Buffer }): Buffer;
    decode(buffer: Buffer): { readonly topics: readonly string[]; readonly userData: Buffer };
  };
  readonly MemberAssignment: {
    encode(assignment: {
      version: number;
      assignment: Record<string, readonly number[]>;
      userData: Buffer;
    }): Buffer;
    decode(buffer: Buffer): { readonly userData: Buffer } | null;
  };
}

/** The protocol's name of an error (NOT_LEADER_FOR_PARTITION), or '' where it is none of the protocol's. */
export function typeOf(error: unknown): string {
  const { type, cause, originalError, errors } = (error ?? {}) as {
    type?: unknown;
    cause?: unknown;
    originalError?: unknown;
    errors?: readonly unknown[];
  };
  if (typeof type === 'string') return type;
  const below = cause ?? originalError ?? errors?.[0];
  return below === undefined || below === error ? '' : typeOf(below);
}

/** What no waiting mends. Everything else may pass: brokers restart, leaders move, networks come back. */
const FOR_GOOD = new Set([
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'UNSUPPORTED_VERSION',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_CONFIG',
  'INVALID_RECORD',
  'MESSAGE_TOO_LARGE',
  'POLICY_VIOLATION',
  'RECORD_LIST_TOO_LARGE',
]);

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** What the package threw, as the port's error. Errors of the port pass as they are. */
export function failureOf(error: unknown): Error {
  if (error instanceof LogFailure || error instanceof UnknownTopicError) return error;
  const type = typeOf(error);
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const code = TOO_LARGE.has(type)
    ? 'record_too_large'
    : `kafka_${type === '' ? wordsOf(name) : type.toLowerCase()}`;
  // A compression or a message format that the package cannot read stays so.
  const forGood = FOR_GOOD.has(type) || /NotImplemented|UnsupportedMagicByte|SASLAuthentication/.test(name);
  return new LogFailure(code, `Kafka: ${message}`, { transient: !forGood, cause: error });
}

/** KafkaJSConnectionError -> connection_error. */
function wordsOf(name: string): string {
  return name
    .replace(/^KafkaJS/, '')
    .replace(/(?<=[a-z])[A-Z]/g, '_$&')
    .toLowerCase();
}

/** In order of first appearance. */
export function byTopic<T extends { readonly topic: string }>(items: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const ofTopic = found.get(item.topic);
    if (ofTopic === undefined) found.set(item.topic, [item]);
    else ofTopic.push(item);
  }
  return found;
}
