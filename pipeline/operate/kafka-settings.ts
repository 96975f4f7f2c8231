/**
 * How to reach Kafka, from options and the environment, checked as a whole: every fault at once, before any broker is
 * asked. A password comes from a file or from KAFKA_PASSWORD, never from the command line, where others could read it.
 */
import { readFileSync } from 'node:fs';
import { type Fault, fault, InputError } from '../errors.ts';
import {
  type KafkaOptions,
  SASL_MECHANISMS,
  type SaslMechanism,
  type SaslOptions,
  type TlsOptions,
} from '../log/kafka-options.ts';

export const KAFKA_CLIENTS = ['rdkafka', 'kafkajs'] as const;
export type KafkaClient = (typeof KAFKA_CLIENTS)[number];

/** As they stand on the command line; commander names each after its option and fills it from its variable. */
export interface KafkaWords {
  /** --kafka-client, VIGIE_KAFKA_CLIENT. Absent: rdkafka where it can be loaded, else kafkajs. */
  readonly kafkaClient?: string;
  /** --kafka-tls, KAFKA_TLS. Implied by the three files. */
  readonly kafkaTls?: boolean;
  /** PEM files: --kafka-ca, KAFKA_CA and so on. */
  readonly kafkaCa?: string;
  readonly kafkaCert?: string;
  readonly kafkaKey?: string;
  /** --kafka-sasl, KAFKA_SASL: a mechanism. */
  readonly kafkaSasl?: string;
  readonly kafkaUser?: string;
  readonly kafkaPasswordFile?: string;
}

export interface KafkaSettings {
  readonly client: KafkaClient | undefined;
  readonly options: KafkaOptions;
}

/** `password`: what KAFKA_PASSWORD holds. Throws InputError with every fault. */
export function kafkaSettings(
  brokers: readonly string[],
  words: KafkaWords,
  password = process.env.KAFKA_PASSWORD,
): KafkaSettings {
  const faults: Fault[] = [];
  checkBrokers(brokers, faults);
  const client = oneOf(KAFKA_CLIENTS, words.kafkaClient, '--kafka-client', faults);
  const tls = tlsFrom(words, faults);
  const sasl = saslFrom(words, password, faults);
  if (faults.length > 0) throw new InputError(faults);
  return {
    client,
    options: { brokers, ...(tls !== undefined && { tls }), ...(sasl !== undefined && { sasl }) },
  };
}

function checkBrokers(brokers: readonly string[], faults: Fault[]): void {
  const hint = 'for example --brokers 127.0.0.1:9092';
  if (brokers.length === 0) faults.push(fault('no_brokers', '--brokers', 'names no broker', hint));
  for (const broker of brokers) {
    const port = Number(/^(?:\[[0-9a-f:]+\]|[^\s:/@]+):(\d{1,5})$/i.exec(broker)?.[1]);
    if (port >= 1 && port <= 65_535) continue;
    faults.push(fault('bad_broker', '--brokers', `'${broker}' is not host:port`, hint));
  }
}

function tlsFrom(words: KafkaWords, faults: Fault[]): TlsOptions | undefined {
  const { kafkaTls = false, kafkaCa, kafkaCert, kafkaKey } = words;
  if (!kafkaTls && kafkaCa === undefined && kafkaCert === undefined && kafkaKey === undefined)
    return undefined;
  if ((kafkaCert === undefined) !== (kafkaKey === undefined)) {
    const [given, missing] =
      kafkaCert === undefined ? ['--kafka-key', '--kafka-cert'] : ['--kafka-cert', '--kafka-key'];
    faults.push(fault('tls_pair_incomplete', given, `is given without ${missing}`, 'they belong together'));
  }
  const ca = pem(kafkaCa, '--kafka-ca', 'CERTIFICATE', faults);
  const cert = pem(kafkaCert, '--kafka-cert', 'CERTIFICATE', faults);
  const key = pem(kafkaKey, '--kafka-key', 'PRIVATE KEY', faults);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function saslFrom(
  words: KafkaWords,
  passwordGiven: string | undefined,
  faults: Fault[],
): SaslOptions | undefined {
  const { kafkaSasl, kafkaUser, kafkaPasswordFile } = words;
  if (kafkaSasl === undefined) {
    if (kafkaUser !== undefined || kafkaPasswordFile !== undefined) {
      const hint = `one of ${SASL_MECHANISMS.join(', ')}`;
      faults.push(
        fault('sasl_mechanism_missing', '--kafka-sasl', 'a user or password is given without it', hint),
      );
    }
    return undefined;
  }
  const mechanism = oneOf<SaslMechanism>(SASL_MECHANISMS, kafkaSasl.toLowerCase(), '--kafka-sasl', faults);
  if (kafkaUser === undefined || kafkaUser === '') {
    faults.push(fault('sasl_user_missing', '--kafka-user', 'is needed with --kafka-sasl'));
  }
  const password =
    kafkaPasswordFile === undefined
      ? passwordGiven
      : text(kafkaPasswordFile, '--kafka-password-file', faults)?.replace(/\r?\n$/, '');
  if (kafkaPasswordFile === undefined ? !password : password === '') {
    faults.push(
      fault(
        'sasl_password_missing',
        '--kafka-password-file',
        'there is no password for --kafka-sasl',
        'name a file that holds it, or set KAFKA_PASSWORD',
      ),
    );
  }
  if (mechanism === undefined || !kafkaUser || !password) return undefined;
  return { mechanism, user: kafkaUser, password };
}

function oneOf<T extends string>(
  known: readonly T[],
  given: string | undefined,
  at: string,
  faults: Fault[],
): T | undefined {
  const found = known.find((one) => one === given);
  if (found === undefined && given !== undefined) {
    faults.push(fault('unknown_choice', at, `'${given}', expected one of ${known.join(', ')}`));
  }
  return found;
}

function pem(file: string | undefined, at: string, what: string, faults: Fault[]): string | undefined {
  const found = file === undefined ? undefined : text(file, at, faults);
  if (found === undefined || new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(found)) return found;
  faults.push(fault('not_pem', at, `${file} holds no ${what.toLowerCase()} in PEM`));
  return undefined;
}

function text(file: string, at: string, faults: Fault[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    faults.push(fault('file_unreadable', at, `${file} cannot be read: ${(error as Error).message}`));
    return undefined;
  }
}
