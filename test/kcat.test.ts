/**
 * The topics are plain Kafka: a tool that knows nothing of Vigie reads them, and what it writes is processed or, when
 * it is no frame, put aside with its reason.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKafkaLog } from '../pipeline/log/kafkajs/kafkajs.ts';
import { partitionFor } from '../pipeline/log/partition.ts';
import { cameraKey } from '../pipeline/model.ts';
import { createTopics, TOPICS } from '../pipeline/topics.ts';
import { type Middle, startMiddle } from '../pipeline/topology/middle.ts';
import { Tally } from '../pipeline/topology/tally.ts';
import { decodeFrameBatch, decodeObservation, decodeRejected, encodeFrameBatch } from '../proto/messages.ts';
import { frameOf } from './support/frames.ts';
import { haveKafka, type RunningKafka, startKafka } from './support/kafka/broker.ts';
import { havePart } from './support/require.ts';
import { walkedSite } from './support/walker.ts';

const SOON = { timeout: 30_000, interval: 200 };
const PARTITIONS = 4;
const PARTITION = partitionFor(cameraKey('gare', 'quai'), PARTITIONS);

const kafkaThere = haveKafka();
const kcatThere = spawnSync('kcat', ['-V'], { stdio: 'ignore' }).status === 0;
const both =
  havePart('kafka', kafkaThere.present, kafkaThere.why) &&
  havePart('kcat', kcatThere, 'kcat is not installed (apt-get install kcat)');

describe.runIf(both)('kcat', { timeout: 60_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-kcat-'));
  const site = walkedSite('gare', ['quai']);
  const tally = new Tally(site, new Set());
  let kafka: RunningKafka;
  let middle: Middle;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    kafka = await startKafka();
    closing.push(kafka.stop);
    const log = await openKafkaLog({ brokers: kafka.brokers });
    closing.push(() => log.close());
    await createTopics(log, { partitions: PARTITIONS });
    middle = startMiddle({ log, site, partitions: PARTITIONS, tally, shared: true, nowMs: Date.now });
    closing.push(middle.stop);
  }, 90_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  async function kcat(...words: string[]): Promise<Buffer> {
    const { stdout } = await promisify(execFile)('kcat', ['-q', '-b', kafka.brokers.join(','), ...words], {
      encoding: 'buffer',
      timeout: 20_000,
    });
    return stdout;
  }

  /** One record whose value is the file. */
  async function write(name: string, value: Uint8Array): Promise<void> {
    const file = join(directory, name);
    writeFileSync(file, value);
    await kcat('-P', '-t', TOPICS.frames, '-p', `${PARTITION}`, file);
  }

  /** The first record of a partition, as kcat gives it. */
  const first = (topic: string, partition: number) =>
    kcat('-C', '-t', topic, '-p', `${partition}`, '-o', 'beginning', '-c', '1', '-e', '-f', '%s');

  it('lists the topics', async () => {
    const printed = (await kcat('-L')).toString();
    for (const topic of Object.values(TOPICS)) expect(printed).toContain(`topic "${topic}"`);
    expect(printed).toContain(`topic "${TOPICS.frames}" with ${PARTITIONS} partitions`);
  });

  it('writes frames that are measured as any other', async () => {
    const frames = Array.from({ length: 30 }, (_, number) =>
      frameOf('quai', number, {
        epoch: 7,
        capturedAtMs: 1_000 + number * 200,
        receivedAtMs: 1_000 + number * 200,
      }),
    );
    const batch = encodeFrameBatch({ frames });
    await write('frames', batch);
    await expect.poll(() => tally.cameras.get('quai')!.frames, SOON).toBe(30);
    const read = await first(TOPICS.frames, PARTITION);
    expect(decodeFrameBatch(read).frames.map(({ number }) => number)).toEqual(
      frames.map(({ number }) => number),
    );
    await expect
      .poll(async () => (await first(TOPICS.observations, PARTITION)).length, SOON)
      .toBeGreaterThan(0);
    expect(decodeObservation(await first(TOPICS.observations, PARTITION))).toMatchObject({
      site: 'gare',
      camera: 'quai',
    });
  });

  it('writes garbage that is put aside with its reason, and stops nothing', async () => {
    const before = tally.cameras.get('quai')!.frames;
    await write('garbage', Buffer.from('this is no frame'));
    await expect.poll(async () => (await first(TOPICS.rejected, 0)).length, SOON).toBeGreaterThan(0);
    expect(decodeRejected(await first(TOPICS.rejected, 0))).toMatchObject({
      code: 'garbage',
      topic: TOPICS.frames,
      partition: PARTITION,
      length: 16,
    });
    const after = frameOf('quai', 30, { epoch: 7, capturedAtMs: 7_000, receivedAtMs: 7_000 });
    await write('after', encodeFrameBatch({ frames: [after] }));
    await expect.poll(() => tally.cameras.get('quai')!.frames, SOON).toBe(before + 1);
  });
});
