/**
 * What node-rdkafka reports, as the port's errors. It gives numbers for some errors and only words for others, so both
 * lead to the protocol's name, from which our code is made: UNKNOWN_MEMBER_ID -> kafka_unknown_member_id.
 * Numbers from -1 down are the library's own (rdkafka.h, rd_kafka_resp_err_t), the others the broker's.
 */
import {
  LogClosedError,
  LogFailure,
  OffsetGoneError,
  StaleGenerationError,
  UnknownTopicError,
} from '../port.ts';

interface Known {
  readonly code: number;
  readonly name: string;
  /** As librdkafka words it, in lower case, without its "broker: " or "local: ". */
  readonly words: string;
  /** No waiting mends it. Everything else may pass: brokers restart, leaders move, networks come back. */
  readonly forGood?: true;
}

const KNOWN: readonly Known[] = [
  { code: -150, name: 'fatal', words: 'fatal error' },
  { code: -169, name: 'authentication', words: 'authentication failure', forGood: true },
  { code: -181, name: 'ssl', words: 'ssl error', forGood: true },
  { code: -184, name: 'queue_full', words: 'queue full' },
  { code: -185, name: 'timed_out', words: 'timed out' },
  { code: -186, name: 'invalid_arg', words: 'invalid argument or configuration', forGood: true },
  { code: -187, name: 'all_brokers_down', words: 'all broker connections are down' },
  { code: -188, name: 'unknown_topic', words: 'unknown topic' },
  { code: -190, name: 'unknown_partition', words: 'unknown partition' },
  { code: -192, name: 'msg_timed_out', words: 'message timed out' },
  { code: -195, name: 'transport', words: 'broker transport failure' },
  { code: 3, name: 'unknown_topic_or_partition', words: 'unknown topic or partition' },
  { code: 5, name: 'leader_not_available', words: 'leader not available' },
  { code: 6, name: 'not_leader_for_partition', words: 'not leader for partition' },
  { code: 10, name: 'msg_size_too_large', words: 'message size too large', forGood: true },
  { code: 16, name: 'not_coordinator', words: 'not coordinator' },
  { code: 17, name: 'invalid_topic_exception', words: 'invalid topic', forGood: true },
  {
    code: 18,
    name: 'record_list_too_large',
    words: 'message batch larger than configured server segment size',
    forGood: true,
  },
  { code: 19, name: 'not_enough_replicas', words: 'not enough in-sync replicas' },
  { code: 22, name: 'illegal_generation', words: 'specified group generation id is not valid' },
  { code: 23, name: 'inconsistent_group_protocol', words: 'inconsistent group protocol', forGood: true },
  { code: 24, name: 'invalid_group_id', words: 'invalid group.id', forGood: true },
  { code: 25, name: 'unknown_member_id', words: 'unknown member' },
  { code: 27, name: 'rebalance_in_progress', words: 'group rebalance in progress' },
  { code: 29, name: 'topic_authorization_failed', words: 'topic authorization failed', forGood: true },
  { code: 30, name: 'group_authorization_failed', words: 'group authorization failed', forGood: true },
  { code: 31, name: 'cluster_authorization_failed', words: 'cluster authorization failed', forGood: true },
  { code: 33, name: 'unsupported_sasl_mechanism', words: 'unsupported sasl mechanism', forGood: true },
  { code: 36, name: 'topic_already_exists', words: 'topic already exists' },
  { code: 37, name: 'invalid_partitions', words: 'invalid number of partitions', forGood: true },
  { code: 38, name: 'invalid_replication_factor', words: 'invalid replication factor', forGood: true },
  { code: 40, name: 'invalid_config', words: 'configuration is invalid', forGood: true },
  { code: 44, name: 'policy_violation', words: 'policy violation', forGood: true },
  {
    code: 82,
    name: 'fenced_instance_id',
    words: 'static consumer fenced by other consumer with same group.instance.id',
  },
  { code: 87, name: 'invalid_record', words: 'broker failed to validate record', forGood: true },
];

const BY_CODE = new Map(KNOWN.map((one) => [one.code, one]));
const BY_WORDS = new Map(KNOWN.map((one) => [one.words, one]));
const TOO_LARGE = new Set(['msg_size_too_large', 'record_list_too_large']);
/** Said of a connection, by a client that goes on trying; who asked is told that time ran out. */
const REFUSED = /authentication|sasl|certificate|ssl/i;
const OURS = [
  LogFailure,
  LogClosedError,
  OffsetGoneError,
  StaleGenerationError,
  UnknownTopicError,
  RangeError,
];

/** The protocol's name of an error in lower case, '' for what is not known. */
export function nameOf(error: unknown): string {
  return known(error)?.name ?? '';
}

/** `heard`: what the client last said of its connections. */
export function failureOf(error: unknown, heard = ''): Error {
  if (error instanceof Error && OURS.some((kind) => error instanceof kind)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const one = known(error);
  const name = one?.name ?? 'failure';
  if (TOO_LARGE.has(name)) {
    return new LogFailure('record_too_large', `Kafka: ${message}`, { transient: false, cause: error });
  }
  const isRefused = REFUSED.test(heard) && !/certificate revocation/i.test(heard);
  return new LogFailure(
    isRefused ? 'kafka_refused' : `kafka_${name}`,
    `Kafka: ${heard === '' || heard === message ? message : `${message} (${heard})`}`,
    { transient: !isRefused && one?.forGood !== true, cause: error },
  );
}

function known(error: unknown): Known | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const byCode = typeof code === 'number' ? BY_CODE.get(code) : undefined;
  if (byCode !== undefined || typeof message !== 'string') return byCode;
  return BY_WORDS.get(message.toLowerCase().replace(/^(broker|local): /, ''));
}
