/**
 * The log's contract over a real broker, and what only a broker can do: die, put a member out, be read by a client that
 * is not ours. Both clients pass it.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KafkaOptions } from '../../pipeline/log/kafka-options.ts';
import type { Cluster } from '../../pipeline/log/kafkajs/wire.ts';
import { type Log, LogFailure, StaleGenerationError } from '../../pipeline/log/port.ts';
import { haveKafka, type RunningKafka, startKafka } from '../support/kafka/broker.ts';
import { havePart } from '../support/require.ts';
import { logContract } from './contract.ts';

const require = createRequire(import.meta.url);
const { Kafka, logLevel } = require('kafkajs') as typeof import('kafkajs');
const KafkaCluster = require('kafkajs/src/cluster') as new (options: object) => Cluster;

export function kafkaContract(name: string, open: (options: KafkaOptions) => Promise<Log>): void {
  const { present, why } = haveKafka();
  const kafka = havePart('kafka', present, why);

  let broker: RunningKafka | undefined;
  beforeAll(async () => {
    if (kafka) broker = await startKafka();
  });
  afterAll(async () => {
    await broker?.stop();
  });

  describe.runIf(kafka)(`${name} on a real broker`, () => {
    logContract(name, async () => {
      const { brokers } = broker!;
      const log = await open({ brokers });
      const other = await open({ brokers, clientId: 'vigie-other' });
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      return {
        log,
        other,
        async dropBefore({ topic, partition }, offset) {
          // Loads what the next call looks things up in.
          await admin.fetchTopicOffsets(topic);
          await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: `${offset}` }] });
        },
        async cleanup() {
          await admin.disconnect();
          await Promise.all([log.close(), other.close()]);
        },
      };
    });

    test('a member that was taken for dead is refused, told what it lost, and comes back', async () => {
      const { brokers } = broker!;
      const log = await open({ brokers });
      const topic = `dead-${randomUUID()}`;
      const at = { topic, partition: 0 };
      await log.createTopics([{ topic, partitions: 1 }]);
      await log.append(['0', '1', '2'].map((text) => ({ ...at, value: Buffer.from(text) })));
      const told: string[] = [];
      const consumer = await log.consumer({
        group: topic,
        topics: [topic],
        onAssigned: () => void told.push('+'),
        onRevoked: () => void told.push('-'),
      });
      const read = async (count: number) => {
        const got: number[] = [];
        while (got.length < count) got.push(...(await consumer.read(1, 1_000)).map(({ offset }) => offset));
        return got;
      };
      expect(await read(2)).toEqual([0, 1]);
      await consumer.commit([{ ...at, offset: 1 }]);
      await expel(brokers, topic);
      await expect(consumer.commit([{ ...at, offset: 2 }])).rejects.toThrow(StaleGenerationError);
      // As any next owner: from what was committed. What had been fetched before is dropped.
      expect(await read(2)).toEqual([1, 2]);
      expect(told).toEqual(['+', '-', '+']);
      await consumer.commit([{ ...at, offset: 3 }]);
      expect(await log.committed(topic, at)).toBe(3);
      await log.close();
    });

    const kcat = havePart('kcat', spawnSync('kcat', ['-V']).status === 0, 'kcat is not installed');
    test.runIf(kcat)('a client that is not ours reads what was written, key, headers and time', async () => {
      const log = await open({ brokers: broker!.brokers });
      const topic = `foreign-${randomUUID()}`;
      await log.createTopics([{ topic, partitions: 2 }]);
      const value = new TextEncoder().encode('{"quai":"é"}');
      const beforeMs = Date.now();
      await log.append([{ topic, partition: 1, key: 'gare/quai-é', value, headers: { codec: 'frame/1' } }]);
      const { stdout } = spawnSync('kcat', ['-b', broker!.brokers[0]!, '-C', '-t', topic, '-e', '-q', '-J'], {
        encoding: 'utf8',
      });
      const record = JSON.parse(stdout) as Record<string, unknown>;
      expect(record).toMatchObject({
        partition: 1,
        offset: 0,
        tstype: 'logappend',
        key: 'gare/quai-é',
        payload: '{"quai":"é"}',
        headers: ['codec', 'frame/1'],
      });
      expect(record.ts).toBeGreaterThanOrEqual(beforeMs);
      await log.close();
    });
  });

  describe.runIf(kafka)(`${name} when the broker goes away`, () => {
    let proxy: Awaited<ReturnType<typeof cutter>>;
    let node: RunningKafka;
    let log: Log;
    beforeAll(async () => {
      proxy = await cutter();
      node = await startKafka({ advertise: proxy.port });
      proxy.target = Number(node.brokers[0]!.split(':')[1]);
      log = await open({ brokers: [`127.0.0.1:${proxy.port}`] });
    });
    afterAll(async () => {
      await log?.close();
      await proxy?.close();
      await node?.stop();
    });

    test('cut connections neither lose nor repeat what was being appended, nor what was being read', async () => {
      const topic = `cut-${randomUUID()}`;
      await log.createTopics([{ topic, partitions: 1 }]);
      const reader = await log.reader([{ topic, partition: 0, offset: 0 }]);
      const offsets: number[] = [];
      const got: number[] = [];
      for (let i = 0; i < 300; i++) {
        const call = log.append([{ topic, partition: 0, value: Buffer.from(`${i}`) }]);
        if (i % 50 === 25) setTimeout(() => proxy.cut(), (i / 50) % 3);
        offsets.push(...(await call));
        got.push(...(await reader.read(10, 0)).map(({ value }) => Number(Buffer.from(value).toString())));
      }
      const all = Array.from({ length: 300 }, (_, i) => i);
      expect(offsets).toEqual(all);
      while (got.length < 300) {
        got.push(
          ...(await reader.read(100, 10_000)).map(({ value }) => Number(Buffer.from(value).toString())),
        );
      }
      expect(got).toEqual(all);
      await reader.close();
    });

    test('a killed broker is waited for: what it acknowledged is there, the group goes on', async () => {
      const topic = `killed-${randomUUID()}`;
      await log.createTopics([{ topic, partitions: 2 }]);
      const consumer = await log.consumer({ group: `killed-${topic}`, topics: [topic] });
      const got: string[] = [];
      const until = async (count: number) => {
        while (new Set(got).size < count) {
          try {
            const records = await consumer.read(100, 1_000);
            got.push(...records.map(({ value }) => Buffer.from(value).toString()));
          } catch (error) {
            expect(error).toMatchObject({ transient: true });
          }
        }
      };
      const append = async (from: number) => {
        for (let i = from; i < from + 10; i++) {
          const record = { topic, partition: i % 2, value: Buffer.from(`${i}`) };
          while (
            !(await log.append([record]).then(
              () => true,
              (error) => !isTransient(error),
            ))
          );
        }
      };
      await append(0);
      await until(10);
      await node.killNode(0);
      await expect(log.append([{ topic, partition: 0, value: Buffer.from('0') }])).rejects.toMatchObject({
        transient: true,
      });
      const [, , back] = await Promise.all([append(10), until(20), node.startNode(0)]);
      expect(back).toBeUndefined();
      expect([...new Set(got)].map(Number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, i) => i),
      );
      await consumer.commit([{ topic, partition: 0, offset: 5 }]);
      expect(await log.committed(`killed-${topic}`, { topic, partition: 0 })).toBe(5);
      await consumer.close();
    }, 120_000);
  });

  test(`${name}: a broker that is not there is an outage that may pass, and closing does not wait for it`, async () => {
    const told: string[] = [];
    const log = await open({ brokers: ['127.0.0.1:1'], onStatus: (message) => told.push(message) });
    const call = log.partitionCount('t');
    await expect(call).rejects.toThrow(LogFailure);
    await expect(call).rejects.toMatchObject({ transient: true });
    expect(told.join('\n')).toContain('127.0.0.1:1');
    await log.close();
  });
}

/** Has the coordinator put every member out, as it does when one was silent for a session. */
async function expel(brokers: string[], group: string): Promise<void> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const [described] = (await admin.describeGroups([group])).groups;
  await admin.disconnect();
  const cluster = new KafkaCluster({
    logger: kafka.logger(),
    brokers,
    socketFactory: ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }) =>
      connect({ host, port }, onConnect),
    connectionTimeout: 3_000,
  });
  await cluster.connect();
  await cluster.refreshMetadata();
  const coordinator = await cluster.findGroupCoordinator({ groupId: group });
  for (const { memberId } of described!.members) await coordinator.leaveGroup({ groupId: group, memberId });
  await cluster.disconnect();
}

function isTransient(error: unknown): boolean {
  return error instanceof LogFailure && error.transient;
}

/** Passes bytes on to the broker, and cuts on demand. */
async function cutter() {
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect(passing.target, '127.0.0.1');
    for (const [one, two] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      one.pipe(two);
      one.on('error', () => undefined).on('close', () => two.destroy() && open.delete(one));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const passing = {
    target: 0,
    port: (server.address() as { port: number }).port,
    cut() {
      for (const socket of open) socket.destroy();
    },
    async close() {
      passing.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return passing;
}
