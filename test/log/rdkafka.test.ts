import { openRdkafkaLog } from '../../pipeline/log/rdkafka.ts';
import { loadRdkafka } from '../../pipeline/log/rdkafka-client.ts';
import { havePart } from '../support/require.ts';
import { kafkaContract } from './kafka-contract.ts';

if (havePart('node-rdkafka', ...loaded())) kafkaContract('rdkafka', openRdkafkaLog);

function loaded(): [present: boolean, why: string] {
  try {
    loadRdkafka();
    return [true, ''];
  } catch (error) {
    return [false, (error as Error).message];
  }
}
