/** Where the log is, as every command that opens it is told. */
import path from 'node:path';
import { SASL_MECHANISMS } from '../log/kafka-options.ts';
import { KAFKA_CLIENTS, type KafkaWords } from '../operate/kafka-settings.ts';
import { LOG_KINDS, type LogChoice, type LogKind } from '../operate/log.ts';
import { listed, Option, type Words } from './command.ts';

export interface LogWords extends KafkaWords {
  readonly log: LogKind;
  readonly data: string;
  readonly brokers: string;
}

/** For commands that run alone. */
export const logOptions: Words = (one) => withLog(one, 'embedded');

/** For commands that work with other processes. */
export const sharedLogOptions: Words = (one) => withLog(one, 'kafka');

function withLog(one: Parameters<Words>[0], kind: LogKind) {
  return one
    .addOption(new Option('--log <kind>', 'where records are kept').choices(LOG_KINDS).default(kind))
    .addOption(
      new Option('--data <dir>', 'data directory: the embedded log, and frames that wait for Kafka')
        .env('VIGIE_DATA_DIR')
        .default('.vigie'),
    )
    .addOption(
      new Option('--brokers <host:port,...>', 'with --log kafka')
        .env('KAFKA_BROKERS')
        .default('127.0.0.1:9092'),
    )
    .addOption(
      new Option('--kafka-client <name>', 'rdkafka where it could be built, else kafkajs')
        .env('VIGIE_KAFKA_CLIENT')
        .choices(KAFKA_CLIENTS),
    )
    .addOption(new Option('--kafka-tls', 'encrypt the connection to Kafka').env('KAFKA_TLS'))
    .addOption(
      new Option('--kafka-ca <file>', "PEM: who vouches for the brokers; else the system's").env('KAFKA_CA'),
    )
    .addOption(new Option('--kafka-cert <file>', 'PEM: our certificate').env('KAFKA_CERT'))
    .addOption(new Option('--kafka-key <file>', 'PEM: its private key').env('KAFKA_KEY'))
    .addOption(
      new Option('--kafka-sasl <mechanism>', `name and password: ${SASL_MECHANISMS.join(', ')}`).env(
        'KAFKA_SASL',
      ),
    )
    .addOption(new Option('--kafka-user <name>', 'with --kafka-sasl').env('KAFKA_USER'))
    .addOption(
      new Option('--kafka-password-file <file>', 'with --kafka-sasl; or KAFKA_PASSWORD holds it').env(
        'KAFKA_PASSWORD_FILE',
      ),
    );
}

export function logFrom({ log, data, brokers, ...kafka }: LogWords): LogChoice {
  return { kind: log, data: path.resolve(data), brokers: listed(brokers), kafka };
}
