/**
 * A broker that is away does not cost a frame: a real ingest process holds what it sees on disk, also through kill -9,
 * waits for the broker when it starts without one, and then sends everything in order.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKafkaLog } from '../pipeline/log/kafkajs/kafkajs.ts';
import type { Log } from '../pipeline/log/port.ts';
import type { Frame } from '../pipeline/model.ts';
import type { View } from '../pipeline/operate/look.ts';
import { createTopics, TOPICS } from '../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../pipeline/topology/history.ts';
import { decodeFrameBatch } from '../proto/messages.ts';
import { haveKafka, type RunningKafka, startKafka } from './support/kafka/broker.ts';
import { havePart } from './support/require.ts';
import { lastView, type RunningVigie, spawnVigie } from './support/station.ts';

const PARTITIONS = 4;
const CAMERAS = ['quai', 'hall'];
const YAML = [
  'site: gare',
  'cameras:',
  ...CAMERAS.flatMap((camera, i) => [
    `  - id: ${camera}`,
    `    source: scene:corridor?seed=${3 + i}&events=quiet`,
    '    zones:',
    '      - { id: all, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }',
    '    rules:',
    '      - { id: full, event: density, zone: all, limit: { people: 50 } }',
  ]),
].join('\n');

const SOON = { timeout: 40_000, interval: 100 };
/** More than the frames that are gathered or on their way in memory. */
const HELD = 15;

const found = haveKafka();
describe.runIf(havePart('kafka', found.present, found.why))(
  'an outage of Kafka',
  { timeout: 120_000 },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'vigie-outage-'));
    const site = join(directory, 'site.yaml');
    const started: RunningVigie[] = [];
    let kafka: RunningKafka;
    let log: Log;

    const ingest = (): RunningVigie => {
      const brokers = kafka.brokers.join(',');
      const words = ['ingest', site, '--dev', '--json', '--brokers', brokers, '--data', directory];
      const running = spawnVigie(words);
      started.push(running);
      return running;
    };

    beforeAll(async () => {
      writeFileSync(site, YAML);
      kafka = await startKafka({ directory: join(directory, 'kafka') });
      log = await openKafkaLog({ brokers: kafka.brokers });
      await createTopics(log, { partitions: PARTITIONS });
    }, 90_000);

    afterAll(async () => {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
      await log?.close();
      await kafka?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, 60_000);

    it('costs no frame that was held, neither in the middle nor at the start nor through kill -9', async () => {
      const first = ingest();
      await expect
        .poll(async () => Math.min(...CAMERAS.map((one) => taken(first, one))), SOON)
        .toBeGreaterThan(5);
      await expect.poll(async () => (await frames()).length, SOON).toBeGreaterThan(0);

      await kafka.killNode(0);
      const awayMs = Date.now();
      await expect
        .poll(() => Math.min(...CAMERAS.map((one) => spooled(first, one))), SOON)
        .toBeGreaterThan(HELD);
      expect(lastView(first)?.outages.join()).toMatch(/^ingest: cannot append, attempt \d+: ./);
      const held = new Map(CAMERAS.map((one) => [one, spooled(first, one)]));
      first.child.kill('SIGKILL');
      await first.ended;

      const second = ingest();
      await expect.poll(() => second.printed(), SOON).toMatch(/the log does not answer: .*trying again in/);
      expect(second.child.exitCode).toBeNull();

      await kafka.startNode(0);
      // What the second one sees goes behind what the first one left.
      await expect.poll(epochCounts, SOON).toEqual([2, 2]);
      await expect.poll(() => CAMERAS.map((one) => spooled(second, one)), SOON).toEqual([0, 0]);
      second.child.kill('SIGINT');
      expect(await second.ended).toEqual({ code: 0, signal: null });
      expect(lastView(second)?.cameras.map(({ dropped }) => dropped)).toEqual([0, 0]);

      const all = await frames();
      for (const camera of CAMERAS) {
        const epoch = Math.min(...all.filter((one) => one.camera === camera).map((one) => one.epoch));
        const mine = all.filter((one) => one.camera === camera && one.epoch === epoch);
        // In order and without a gap, once what was sent twice is counted once.
        const numbers = [...new Set(mine.map(({ number }) => number))];
        expect(numbers).toEqual(numbers.map((_, i) => i));
        const inOutage = mine.filter(({ receivedAtMs }) => receivedAtMs > awayMs);
        expect(new Set(inOutage.map(({ number }) => number)).size).toBeGreaterThanOrEqual(
          held.get(camera)! - HELD,
        );
        // The next process began an epoch of its own, after everything of this one.
        const epochs = all.filter((one) => one.camera === camera).map((one) => one.epoch);
        expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
      }
    });

    async function epochCounts(): Promise<number[]> {
      const all = await frames();
      return CAMERAS.map(
        (camera) => new Set(all.filter((one) => one.camera === camera).map((one) => one.epoch)).size,
      );
    }

    async function frames(): Promise<Frame[]> {
      const all: Frame[] = [];
      await readThrough(log, partitionsOf(TOPICS.frames, PARTITIONS), ({ value }) =>
        all.push(...decodeFrameBatch(value).frames),
      );
      return all;
    }
  },
);

const cameraOf = (running: RunningVigie, id: string): View['cameras'][number] | undefined =>
  lastView(running)?.cameras.find(({ camera }) => camera === id);
const spooled = (running: RunningVigie, id: string) => cameraOf(running, id)?.spooled ?? -1;
/** Frames that this process has seen, by its rate: it says nothing else of them. */
const taken = (running: RunningVigie, id: string) => (cameraOf(running, id)?.framesPerSecond ?? 0) * 4;
