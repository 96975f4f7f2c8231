/**
 * How to reach a Kafka cluster, as both clients take it. Secrets are values here, never names of files: who read them
 * (operate/kafka-settings.ts) has checked them, and nothing below logs them.
 */
import { LogFailure, type TopicSpec } from './port.ts';

export interface KafkaOptions {
  /** host:port of some brokers; they name the others. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** Absent: the connection is in the clear. */
  readonly tls?: TlsOptions;
  readonly sasl?: SaslOptions;
  /** What the client says about its connections: a broker that does not answer, one that went away. */
  readonly onStatus?: (message: string) => void;
}

/** PEM texts. Without `ca` the authorities that the system trusts. `cert` and `key` come together. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export interface SaslOptions {
  readonly mechanism: SaslMechanism;
  readonly user: string;
  readonly password: string;
}

export const CLIENT_ID_DEFAULT = 'vigie';

/**
 * Timestamps are the log's own (promise 6).
 *
 * Nothing is compressed, and what other producers compressed is kept unpacked, because each client must read what the
 * other wrote and gzip is all that both know. Measured on records of 64 rendered frames (43.7 KB), with librdkafka, of
 * size and CPU per MB appended: none 1.00, 3.6 ms; lz4 .39, 7.0 ms; snappy .40, 8.5 ms; gzip .29, 50 ms. gzip would
 * cost 14 times the CPU; lz4 is worth its price only where the network is dearer, and kafkajs cannot read it.
 *
 * Three copies or more: an append is acknowledged by two, so that one machine may go for ever without a record.
 */
export function topicConfigOf({ retentionMs, replication }: TopicSpec): Record<string, string> {
  return {
    'retention.ms': `${retentionMs ?? -1}`,
    // Whole segments are removed, and one is closed when it is full or this old: a week by default.
    ...(retentionMs !== undefined && { 'segment.ms': `${segmentMs(retentionMs)}` }),
    'message.timestamp.type': 'LogAppendTime',
    'compression.type': 'uncompressed',
    ...(replication !== undefined && { 'min.insync.replicas': replication >= 3 ? '2' : '1' }),
  };
}

const HOUR_MS = 3_600_000;

function segmentMs(retentionMs: number): number {
  return Math.max(HOUR_MS / 6, Math.min(24 * HOUR_MS, Math.floor(retentionMs / 8)));
}

/** A broker lets into a group only who knows a way of sharing partitions that all its members know. */
export function mixedClients(group: string, mine: 'rdkafka' | 'kafkajs', cause: unknown): LogFailure {
  const theirs = mine === 'rdkafka' ? 'kafkajs' : 'rdkafka';
  return new LogFailure(
    'kafka_group_mixed_clients',
    `group '${group}' has members that use another Kafka client than ${mine}: all members of a group must use the ` +
      `same (--kafka-client ${theirs} here, or --kafka-client ${mine} on all of them)`,
    { transient: false, cause },
  );
}
