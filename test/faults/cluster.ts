/** Three brokers, of which one at a time may be away. */
import { createRequire } from 'node:module';
import type { RunningKafka } from '../support/kafka/broker.ts';
import { comesTrue } from './wait.ts';

const require = createRequire(import.meta.url);
const { Kafka, logLevel } = require('kafkajs') as typeof import('kafkajs');

const START_ATTEMPTS = 5;
const IN_SYNC_MS_MAX = 90_000;

/** Starts a node and waits until every copy of every partition is up to date, so that the next one may go. */
export async function bringBack(kafka: RunningKafka, node: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await kafka.startNode(node);
      break;
    } catch (error) {
      // Its former life may still be registered.
      if (attempt >= START_ATTEMPTS) throw error;
    }
  }
  const others = kafka.brokers.filter((_, i) => i !== node);
  if (!(await comesTrue(() => isInSync(others), IN_SYNC_MS_MAX, 500)))
    throw new Error(`node ${node + 1} was not in sync within ${IN_SYNC_MS_MAX / 1_000} s`);
}

async function isInSync(brokers: string[]): Promise<boolean> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 1 } }).admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata();
    return topics.every(({ partitions }) =>
      partitions.every(({ isr, replicas, leader }) => leader >= 0 && isr.length === replicas.length),
    );
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
