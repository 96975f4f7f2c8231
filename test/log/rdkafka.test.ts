import { openRdkafkaLog } from '../../pipeline/log/rdkafka/rdkafka.ts';
import { haveRdkafka } from '../support/require.ts';
import { kafkaContract } from './kafka-contract.ts';

if (haveRdkafka()) kafkaContract('rdkafka', openRdkafkaLog);
