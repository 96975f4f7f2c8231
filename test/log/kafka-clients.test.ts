/** What the two clients must agree on, because both may be at work on one cluster. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KafkaOptions } from '../../pipeline/log/kafka-options.ts';
import { openKafkaLog } from '../../pipeline/log/kafkajs/kafkajs.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Consumer, Log, LogRecord, Reader } from '../../pipeline/log/port.ts';
import { openRdkafkaLog } from '../../pipeline/log/rdkafka/rdkafka.ts';
import { BY_CAMERA, createTopics, partitionsByCamera, TOPICS, topicSpecs } from '../../pipeline/topics.ts';
import { haveKafka, type RunningKafka, startKafka } from '../support/kafka/broker.ts';
import { havePart, haveRdkafka } from '../support/require.ts';

const require = createRequire(import.meta.url);
const { Kafka, logLevel } = require('kafkajs') as typeof import('kafkajs');

type Name = 'rdkafka' | 'kafkajs';
const OPEN: Record<Name, (options: KafkaOptions) => Promise<Log>> = {
  rdkafka: openRdkafkaLog,
  kafkajs: openKafkaLog,
};
const BOTH_WAYS: [Name, Name][] = [
  ['rdkafka', 'kafkajs'],
  ['kafkajs', 'rdkafka'],
];

const { present, why } = haveKafka();
const here = havePart('kafka', present, why) && haveRdkafka();
const openssl = spawnSync('openssl', ['version']).status === 0;
const USER = 'vigie';
const PASSWORD = 'a secret that is long';

describe.runIf(here)('two Kafka clients', () => {
  let kafka: RunningKafka;
  let keys: string;
  const opened: Log[] = [];

  async function open(name: Name, more: Partial<KafkaOptions> = {}): Promise<Log> {
    const log = await OPEN[name]({ brokers: kafka.brokers, ...more });
    opened.push(log);
    return log;
  }

  beforeAll(async () => {
    keys = mkdtempSync(path.join(tmpdir(), 'vigie-keys-'));
    kafka = await startKafka(openssl ? { secure: { ...made(keys), user: USER, password: PASSWORD } } : {});
  });
  afterAll(async () => {
    await Promise.all(opened.map((log) => log.close()));
    await kafka?.stop();
    rmSync(keys, { recursive: true, force: true });
  });

  test.each(BOTH_WAYS)('%s writes, %s reads: the same records in the same partitions', async (one, two) => {
    const writer = await open(one);
    const reading = await open(two);
    const topic = `cross-${randomUUID()}`;
    await writer.createTopics([{ topic, partitions: 5 }]);
    const sent = ['gare/quai-é', '日本/🚆', '', ...Array.from({ length: 40 }, () => randomUUID())].map(
      (key, i) => ({
        topic,
        partition: partitionFor(key, 5),
        key,
        value: Uint8Array.from({ length: i * 37 }, (_, at) => (at * 31 + i) & 0xff),
        headers: i % 2 === 0 ? { codec: 'frame/1', 'x-ü': `ÿ日${i}` } : {},
      }),
    );
    const keyless = { topic, partition: 0, value: new Uint8Array([1]) };
    const beforeMs = Date.now();
    const offsets = await writer.append([...sent, keyless]);
    const afterMs = Date.now();
    const reader = await reading.reader(
      [0, 1, 2, 3, 4].map((partition) => ({ topic, partition, offset: 0 })),
    );
    const got = await readCount(reader, sent.length + 1);
    for (const [i, record] of [...sent, keyless].entries()) {
      const found = got.find(
        ({ partition, offset }) => partition === record.partition && offset === offsets[i],
      );
      expect(found).toMatchObject({ topic, headers: 'headers' in record ? record.headers : {} });
      expect(found?.key).toBe('key' in record ? record.key : undefined);
      expect(Buffer.compare(found!.value, record.value)).toBe(0);
      expect(found!.timestampMs).toBeGreaterThanOrEqual(beforeMs - 1);
      expect(found!.timestampMs).toBeLessThanOrEqual(afterMs + 1);
    }
  });

  test.each(BOTH_WAYS)('a group of %s refuses a member of %s in words', async (one, two) => {
    const topic = `mixed-${randomUUID()}`;
    const first = await open(one);
    await first.createTopics([{ topic, partitions: 2 }]);
    const member = await first.consumer({ group: topic, topics: [topic] });
    while (member.assigned().length === 0) await member.read(1, 100);
    const intruder = await (await open(two)).consumer({ group: topic, topics: [topic] });
    const refused = await failureOf(intruder);
    expect(refused).toMatchObject({ code: 'kafka_group_mixed_clients', transient: false });
    expect(refused.message).toContain(`--kafka-client ${one} here`);
    // Who was there goes on.
    await first.append([{ topic, partition: 0, value: Buffer.from('x') }]);
    expect(await readCount(member, 1)).toHaveLength(1);
    await Promise.all([member.close(), intruder.close()]);
  });

  test.each(Object.keys(OPEN) as Name[])('%s makes topics as they are specified', async (name) => {
    const log = await open(name);
    const kept = { topic: `kept-${randomUUID()}`, partitions: 3, retentionMs: 86_400_000, replication: 1 };
    const forEver = { topic: `ever-${randomUUID()}`, partitions: 1 };
    await log.createTopics([kept, forEver]);
    expect(await configOf(kept.topic)).toMatchObject({
      'retention.ms': '86400000',
      'segment.ms': `${86_400_000 / 8}`,
      'message.timestamp.type': 'LogAppendTime',
      'min.insync.replicas': '1',
    });
    expect(await configOf(forEver.topic)).toMatchObject({ 'retention.ms': '-1' });
    expect(await log.partitionCount(kept.topic)).toBe(3);
    const tooMany = log.createTopics([{ topic: `far-${randomUUID()}`, partitions: 1, replication: 3 }]);
    await expect(tooMany).rejects.toMatchObject({
      code: 'kafka_invalid_replication_factor',
      transient: false,
    });
  });

  test.each(Object.keys(OPEN) as Name[])(
    '%s: topics that are missing, or whose counts differ, are said in words',
    async (name) => {
      // One set of names: the second client finds what the first made.
      const log = await open(name);
      if ((await log.partitionCount(TOPICS.frames)) === undefined) {
        await expect(partitionsByCamera(log)).rejects.toThrow(
          `${TOPICS.frames}: the topic does not exist (create it with: vigie topics --create)`,
        );
        await createTopics(log, { partitions: 4, replication: 1 });
      }
      expect(await partitionsByCamera(log)).toBe(4);
      for (const { topic, partitions, retentionMs = -1 } of topicSpecs({ partitions: 4 })) {
        expect(await log.partitionCount(topic)).toBe(partitions);
        expect(await configOf(topic)).toMatchObject({ 'retention.ms': `${retentionMs}` });
      }
      const count = (topic: string) =>
        topic === BY_CAMERA[1] ? Promise.resolve(5) : log.partitionCount(topic);
      await expect(partitionsByCamera({ ...log, partitionCount: count })).rejects.toThrow(
        `${BY_CAMERA[1]}: has 5 partitions, expected 4 as in ${TOPICS.frames}`,
      );
    },
  );

  describe.runIf(openssl)('behind TLS and a password', () => {
    const secure = (password: string, ca?: string): KafkaOptions => ({
      brokers: kafka.secureBrokers,
      tls: { ca: ca ?? readFileSync(path.join(keys, 'cert.pem'), 'utf8') },
      sasl: { mechanism: 'plain', user: USER, password },
    });

    test.each(Object.keys(OPEN) as Name[])('%s comes in', async (name) => {
      const log = await open(name, secure(PASSWORD));
      const topic = `secure-${randomUUID()}`;
      await log.createTopics([{ topic, partitions: 1 }]);
      await log.append([{ topic, partition: 0, value: Buffer.from('x') }]);
      const member = await log.consumer({ group: topic, topics: [topic] });
      expect(await readCount(member, 1)).toHaveLength(1);
      await member.commit([{ topic, partition: 0, offset: 1 }]);
      await member.close();
    });

    test.each(Object.keys(OPEN) as Name[])(
      '%s says that it is refused, and not the password',
      async (name) => {
        const told: string[] = [];
        const log = await open(name, { ...secure('wrong-password'), onStatus: (line) => told.push(line) });
        const refused = await log.partitionCount('t').then(
          () => undefined,
          (error: unknown) => error as Error,
        );
        expect(refused).toMatchObject({ transient: false });
        expect(refused!.message).toMatch(/authentication/i);
        expect([refused!.message, ...told].join(' ')).not.toContain('wrong-password');
      },
    );
  });

  async function configOf(name: string): Promise<Record<string, string>> {
    const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    // 2: a topic.
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name }],
    });
    await admin.disconnect();
    return Object.fromEntries(
      resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
  }
});

async function failureOf(member: Consumer): Promise<Error> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    try {
      await member.read(1, 500);
    } catch (error) {
      return error as Error;
    }
  }
  throw new Error('the member was not refused');
}

async function readCount(reader: Reader, count: number): Promise<LogRecord[]> {
  const got: LogRecord[] = [];
  const deadline = performance.now() + 20_000;
  while (got.length < count) {
    if (performance.now() > deadline) throw new Error(`${got.length} records came, expected ${count}`);
    got.push(...(await reader.read(1000, 1000)));
  }
  return got;
}

/** A certificate for 127.0.0.1 that vouches for itself. */
function made(directory: string): { cert: string; key: string } {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(directory, name));
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const run = spawnSync('openssl', [
    ...words,
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    key!,
    '-out',
    cert!,
  ]);
  if (run.status !== 0) throw new Error(run.stderr.toString());
  return { cert: readFileSync(cert!, 'utf8'), key: readFileSync(key!, 'utf8') };
}
