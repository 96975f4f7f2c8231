/** Where the log is, as every command that opens it is told. */
import path from 'node:path';
import { LOG_KINDS, type LogChoice, type LogKind } from '../operate/log.ts';
import { listed, Option, type Words } from './command.ts';

export interface LogWords {
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
    );
}

export function logFrom({ log, data, brokers }: LogWords): LogChoice {
  return { kind: log, data: path.resolve(data), brokers: listed(brokers) };
}
