/** Three nodes, of which one dies while records are appended and read: nothing is lost, order is kept. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KafkaOptions } from '../../pipeline/log/kafka-options.ts';
import { openKafkaLog } from '../../pipeline/log/kafkajs/kafkajs.ts';
import { type Log, LogFailure, type LogRecord } from '../../pipeline/log/port.ts';
import { openRdkafkaLog } from '../../pipeline/log/rdkafka/rdkafka.ts';
import { haveKafka, type RunningKafka, startKafka } from '../support/kafka/broker.ts';
import { havePart, haveRdkafka } from '../support/require.ts';

const require = createRequire(import.meta.url);
const { Kafka, KafkaJSProtocolError, logLevel } = require('kafkajs') as typeof import('kafkajs');

const PARTITIONS = 6;
const CALLS = 60;
const KILLED_AT = 15;
const BACK_AT = 40;

const { present, why } = haveKafka();
const kafka = havePart('kafka', present, why);
const CLIENTS: [string, (options: KafkaOptions) => Promise<Log>, boolean][] = [
  ['rdkafka', openRdkafkaLog, haveRdkafka()],
  ['kafkajs', openKafkaLog, true],
];

describe.runIf(kafka)('three nodes', () => {
  let nodes: RunningKafka;
  beforeAll(async () => {
    nodes = await startKafka({ nodes: 3 });
  }, 200_000);
  afterAll(async () => {
    await nodes?.stop();
  });

  for (const [i, [name, open, isHere]] of CLIENTS.entries()) {
    test.runIf(isHere)(
      `${name}: a node that dies takes nothing with it`,
      async () => {
        const log = await open({ brokers: nodes.brokers });
        const topic = `three-${randomUUID()}`;
        await log.createTopics([{ topic, partitions: PARTITIONS, replication: 3 }]);
        const made = await described(nodes.brokers, topic);
        expect(made).toEqual({ copies: Array(PARTITIONS).fill(3), 'min.insync.replicas': '2' });
        const consumer = await log.consumer({ group: topic, topics: [topic] });
        const got: LogRecord[] = [];
        let written = 0;
        let appending = true;
        const append = async () => {
          for (let call = 0; call < CALLS; call++) {
            if (call === KILLED_AT) await nodes.killNode(i);
            if (call === BACK_AT) await nodes.startNode(i);
            const records = Array.from({ length: PARTITIONS }, (_, partition) => ({
              topic,
              partition,
              value: Buffer.from(`${call}`),
            }));
            await insisting(() => log.append(records));
            written += PARTITIONS;
          }
          appending = false;
        };
        const read = async () => {
          const seen = new Set<string>();
          while (appending || seen.size < written) {
            const records = await insisting(() => consumer.read(100, 500));
            got.push(...records);
            for (const { partition, value } of records) seen.add(`${partition} ${text(value)}`);
          }
        };
        await Promise.all([append(), read()]);
        for (let partition = 0; partition < PARTITIONS; partition++) {
          const mine = got.filter((record) => record.partition === partition);
          // A member that had to join again is given what was not committed once more: by offset each is one record.
          const byOffset = new Map(mine.map(({ offset, value }) => [offset, Number(text(value))]));
          const values = [...byOffset].sort(([a], [b]) => a - b).map(([, value]) => value);
          expect([...values].sort((a, b) => a - b)).toEqual(values);
          expect([...new Set(values)]).toEqual(Array.from({ length: CALLS }, (_, call) => call));
        }
        await insisting(() => consumer.commit([{ topic, partition: 0, offset: CALLS }]));
        expect(await log.committed(topic, { topic, partition: 0 })).toBe(CALLS);
        await log.close();
      },
      180_000,
    );
  }
});

/** What a stage does in an outage: asks again for as long as asking may help. */
async function insisting<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const mayPass =
        (error instanceof LogFailure && error.transient) ||
        (error instanceof KafkaJSProtocolError && error.retriable);
      if (!mayPass) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** As the brokers have it, once every one of them has heard of the topic. */
async function described(brokers: string[], name: string) {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { topics } = await insisting(() => admin.fetchTopicMetadata({ topics: [name] }));
  const asked = { type: 2, name, configNames: ['min.insync.replicas'] };
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [asked] });
  await admin.disconnect();
  return {
    copies: topics[0]!.partitions.map(({ replicas }) => replicas.length),
    'min.insync.replicas': resources[0]!.configEntries[0]!.configValue,
  };
}

function text(value: Uint8Array): string {
  return Buffer.from(value).toString();
}
