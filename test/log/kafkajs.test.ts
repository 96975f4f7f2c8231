import { describe } from 'vitest';
import { openKafkaLog } from '../../pipeline/log/kafkajs.ts';
import { startKafka } from '../support/kafka/broker.ts';
import { whyNoKafka } from '../support/kafka/jars.ts';
import { havePart } from '../support/require.ts';
import { logContract } from './contract.ts';

const why = whyNoKafka();

describe.runIf(havePart('kafka', why === '', why))('kafkajs', () => {
  logContract('kafkajs', async () => {
    const kafka = await startKafka();
    const [log, other] = await Promise.all([
      openKafkaLog({ brokers: kafka.brokers }),
      openKafkaLog({ brokers: kafka.brokers, clientId: 'vigie-other' }),
    ]);
    return {
      log,
      other,
      dropBefore: (at, offset) => log.dropBefore(at, offset),
      cleanup: async () => {
        await Promise.all([log.close(), other.close()]);
        await kafka.stop();
      },
    };
  });
});
