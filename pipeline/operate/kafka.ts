/** Opens Kafka with the client that is wanted, or with the better of those that are here. */
import { fault, InputError } from '../errors.ts';
import { type Log, LogFailure } from '../log/port.ts';
import type { KafkaSettings } from './kafka-settings.ts';

export interface OpenKafka {
  readonly log: Log;
  /** Which client, and why where it was not chosen: one line. */
  readonly client: string;
}

/** Only who uses Kafka loads a client. Throws InputError when the one that was asked for cannot be loaded. */
export async function openKafka({ client, options }: KafkaSettings): Promise<OpenKafka> {
  if (client !== 'kafkajs') {
    try {
      const { openRdkafkaLog } = await import('../log/rdkafka/rdkafka.ts');
      return { log: await openRdkafkaLog(options), client: 'rdkafka' };
    } catch (error) {
      if (!(error instanceof LogFailure && error.code === 'rdkafka_missing')) throw error;
      if (client === 'rdkafka') throw missing(error);
      const { openKafkaLog } = await import('../log/kafkajs/kafkajs.ts');
      return { log: await openKafkaLog(options), client: `kafkajs, because ${error.message}` };
    }
  }
  const { openKafkaLog } = await import('../log/kafkajs/kafkajs.ts');
  return { log: await openKafkaLog(options), client: 'kafkajs' };
}

function missing(error: LogFailure): InputError {
  const hint =
    'npm rebuild node-rdkafka builds it (a C++ compiler is needed); --kafka-client kafkajs needs no build';
  return new InputError([fault(error.code, '--kafka-client', error.message, hint)]);
}
