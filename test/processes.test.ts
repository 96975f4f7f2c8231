/**
 * More than one machine, on one: two of each part as processes of their own over a real Kafka. What one sees another
 * measures, an agent at one server decides and a subscriber at the other hears; a worker that is killed in the middle
 * of a claim is replaced by one that goes on with it.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKafkaLog } from '../pipeline/log/kafkajs/kafkajs.ts';
import { partitionFor } from '../pipeline/log/partition.ts';
import type { Log } from '../pipeline/log/port.ts';
import { type Candidate, cameraKey, type Frame } from '../pipeline/model.ts';
import { Observer } from '../pipeline/observe/observer.ts';
import { type Delivery, openClient } from '../pipeline/serve/client/client.ts';
import { createTopics, TOPICS } from '../pipeline/topics.ts';
import { readThrough } from '../pipeline/topology/history.ts';
import { decodeCandidate, encodeFrameBatch } from '../proto/messages.ts';
import { haveKafka, type RunningKafka, startKafka } from './support/kafka/broker.ts';
import { havePart } from './support/require.ts';
import { lastView, type RunningVigie, spawnVigie } from './support/station.ts';
import { walker } from './support/walker.ts';

const PARTITIONS = 6;
const SITE = 'gare';
/** Rendered, and watched by the two ingest processes. */
const RENDERED = ['quai', 'hall', 'couloir', 'passage'];
/** Its frames are put on the log by this test. */
const WALKED = 'pont';

const YAML = [
  `site: ${SITE}`,
  'cameras:',
  ...RENDERED.flatMap((camera, i) => [
    `  - id: ${camera}`,
    `    source: scene:corridor?seed=${3 + i}&type=wrong_way&events=loop&period=40&people=0.3`,
    '    zones:',
    '      - { id: all, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }',
    '    rules:',
    '      - { id: any, event: forbidden_zone, zone: all }',
  ]),
  `  - id: ${WALKED}`,
  '    zones:',
  '      - { id: tracks, polygon: [[0, 0], [0.45, 0], [0.45, 1], [0, 1]] }',
  '    rules:',
  '      - { id: no-tracks, event: forbidden_zone, zone: tracks, for: 1s }',
].join('\n');

/** A group finds out after 10 s that a member was killed. */
const SOON = { timeout: 40_000, interval: 100 };

const found = haveKafka();
describe.runIf(havePart('kafka', found.present, found.why))(
  'processes over Kafka',
  { timeout: 90_000 },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'vigie-processes-'));
    const site = join(directory, 'site.yaml');
    const started: RunningVigie[] = [];
    let kafka: RunningKafka;
    let log: Log;
    const workers: RunningVigie[] = [];
    const ingests: RunningVigie[] = [];
    const servers: RunningVigie[] = [];

    function run(part: string, ...more: string[]): RunningVigie {
      const brokers = kafka.brokers.join(',');
      const running = spawnVigie([part, site, '--dev', '--brokers', brokers, '--data', directory, ...more]);
      started.push(running);
      return running;
    }
    const worker = () => run('worker', '--json');
    const serve = () => run('serve', '--grpc', '127.0.0.1:0');

    beforeAll(async () => {
      writeFileSync(site, YAML);
      kafka = await startKafka();
      log = await openKafkaLog({ brokers: kafka.brokers });
      await createTopics(log, { partitions: PARTITIONS });
      workers.push(worker(), worker());
      servers.push(serve(), serve());
      ingests.push(run('ingest', '--share', '1/2', '--json'), run('ingest', '--share', '2/2', '--json'));
    }, 90_000);

    afterAll(async () => {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
      await log?.close();
      await kafka?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, 60_000);

    it('share the cameras and the partitions without gap or overlap', async () => {
      await expect.poll(() => ingests.flatMap(live).sort(), SOON).toEqual([...RENDERED].sort());
      expect(ingests.every((one) => live(one).length > 0)).toBe(true);
      await expect.poll(() => workers.flatMap(measured).sort(), SOON).toEqual([...RENDERED, WALKED].sort());
      const rates = () => workers.flatMap((one) => lastView(one)?.cameras ?? []);
      await expect
        .poll(() => rates().filter(({ framesPerSecond }) => framesPerSecond > 0).length, SOON)
        .toBe(RENDERED.length);
    });

    it('let an agent decide at one server what a subscriber hears at the other', async () => {
      const [atA, atB] = await Promise.all(servers.map(async ({ address }) => openClient(await address)));
      const stop = new AbortController();
      const heard: Delivery[] = [];
      const listening = (async () => {
        for await (const delivery of atB!.subscribe({ sites: [SITE], signal: stop.signal }))
          heard.push(delivery);
      })();
      // Cameras of every ingest process have something to decide.
      await expect
        .poll(
          async () => new Set((await atA!.listCandidates()).map(({ candidate }) => candidate.camera)).size,
          SOON,
        )
        .toBe(RENDERED.length);
      const waiting = (await atA!.listCandidates()).map(({ candidate }) => candidate);
      const chosen = RENDERED.map((camera) => waiting.find((one) => one.camera === camera)!);
      for (const { id } of chosen) {
        const by = { name: 'A. Martin', role: 'agent' } as const;
        const answered = await atA!.decide({ id: randomUUID(), candidate: id, by, act: { kind: 'confirm' } });
        expect(answered.state.kind).toBe('confirmed');
      }
      const verified = () =>
        heard.flatMap((one) =>
          one.kind === 'event' && one.event.change === 'verified' ? [one.event.id] : [],
        );
      const ids = chosen.map(({ id }) => id).sort();
      await expect.poll(() => verified().sort(), SOON).toEqual(ids);
      // What was decided there is decided here, and no more than that was told.
      const open = (await atB!.listCandidates()).map(({ candidate }) => candidate.id);
      expect(open.filter((id) => ids.includes(id))).toEqual([]);
      stop.abort();
      await listening;
      atA!.close();
      atB!.close();
    });

    it('go on with a claim under its id when the worker that made it is killed', async () => {
      const frames = await walked();
      await put(frames.slice(0, 75));
      await expect.poll(async () => (await claims()).length, SOON).toBeGreaterThan(0);
      const owner = workers.find((one) => measured(one).includes(WALKED))!;
      const other = workers.find((one) => one !== owner)!;
      workers.splice(workers.indexOf(owner), 1);
      owner.child.kill('SIGKILL');
      await owner.ended;
      await put(frames.slice(75));
      await expect.poll(() => measured(other).sort(), SOON).toEqual([...RENDERED, WALKED].sort());
      await expect.poll(async () => (await claims()).at(-1)?.phase, SOON).toBe('end');
      const all = await claims();
      expect([...new Set(all.map(({ id }) => id))]).toHaveLength(1);
      expect(all[0]!.phase).toBe('begin');
      // It ended because the walker left, and not because nobody knew how it went on.
      expect(all.at(-1)!.explanation).not.toMatch(/interrupted/);
      expect(all.at(-1)!.frame).toBeGreaterThan(100);
    });

    it('hand partitions to workers that join, and take them back when they leave', async () => {
      const more = [worker(), worker()];
      workers.push(...more);
      const everything = [...RENDERED, WALKED].sort();
      await expect.poll(() => more.flatMap(measured).length, SOON).toBeGreaterThan(0);
      await expect.poll(() => workers.flatMap(measured).sort(), SOON).toEqual(everything);
      for (const one of more) {
        one.child.kill('SIGINT');
        expect(await one.ended).toEqual({ code: 0, signal: null });
        workers.splice(workers.indexOf(one), 1);
      }
      await expect.poll(() => workers.flatMap(measured).sort(), SOON).toEqual(everything);
      const rejected: string[] = [];
      await readThrough(log, [{ topic: TOPICS.rejected, partition: 0 }], ({ value }) =>
        rejected.push(Buffer.from(value).toString('latin1')),
      );
      expect(rejected).toEqual([]);
    });

    async function put(frames: readonly Frame[]): Promise<void> {
      const partition = partitionFor(cameraKey(SITE, WALKED), PARTITIONS);
      await log.append([{ topic: TOPICS.frames, partition, value: encodeFrameBatch({ frames }) }]);
    }

    async function claims(): Promise<Candidate[]> {
      const partition = partitionFor(cameraKey(SITE, WALKED), PARTITIONS);
      const all: Candidate[] = [];
      await readThrough(log, [{ topic: TOPICS.candidates, partition }], ({ value }) =>
        all.push(decodeCandidate(value)),
      );
      return all.filter(({ camera }) => camera === WALKED);
    }
  },
);

async function walked(): Promise<Frame[]> {
  const epoch = Date.now();
  const observer = new Observer({ site: SITE, camera: WALKED, epoch, width: 160, height: 90 });
  const frames: Frame[] = [];
  for await (const picture of walker(epoch).pictures())
    frames.push(observer.observe(picture, picture.capturedAtMs));
  observer.close();
  return frames;
}

const live = (running: RunningVigie) =>
  (lastView(running)?.cameras ?? []).filter(({ source }) => source === 'live').map(({ camera }) => camera);

const measured = (running: RunningVigie) => (lastView(running)?.cameras ?? []).map(({ camera }) => camera);
