/**
 * The tutorial: pictures go in, a person is claimed to be on the tracks, an agent confirms it, and only then does a
 * subscriber hear of it.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { openMemoryLog } from '../pipeline/log/memory.ts';
import type { Log, LogRecord } from '../pipeline/log/port.ts';
import { type Delivery, openClient } from '../pipeline/serve/client/client.ts';
import { createTopics, partitionsByCamera, TOPICS } from '../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../pipeline/topology/history.ts';
import { type Station, startStation } from '../pipeline/topology.ts';
import { decodeCandidate, decodeEvent, decodeFrameBatch, decodeObservation } from '../proto/messages.ts';
import { haveKafka, startKafka } from './support/kafka/broker.ts';
import { havePart } from './support/require.ts';
import { walkedSite, walker } from './support/walker.ts';

/** A broker takes its time to give partitions to a new member. */
const SOON = { timeout: 20_000 };

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function begin(log: Log, site: string, shared = false): Promise<Station> {
  await createTopics(log);
  const station = await startStation({
    log,
    site: walkedSite(site, ['quai']),
    // Event time runs as fast as the pictures can be drawn.
    pace: 'fast',
    loop: false,
    shared,
    host: '127.0.0.1',
    port: 0,
    open: async (_, startMs) => walker(startMs),
  });
  closing.push(() => station.stop());
  return station;
}

async function records(log: Log, topic: string): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  const partitions = partitionsOf(topic, await partitionsByCamera(log));
  await readThrough(log, partitions, (record) => found.push(record));
  return found;
}

it('a frame goes in, a verified event comes out', async () => {
  const log = openMemoryLog();
  closing.push(() => log.close());
  await story(log, 'gare', false);
});

const asked = process.env.KAFKA_BROKERS;
const found = asked === undefined ? haveKafka() : { present: true, why: '' };

it.runIf(havePart('kafka', found.present, found.why))(
  'the same over Kafka',
  { timeout: 120_000 },
  async () => {
    const brokers = asked?.split(',') ?? (await ownBroker());
    const { openKafkaLog } = await import('../pipeline/log/kafkajs/kafkajs.ts');
    const log = await openKafkaLog({ brokers });
    closing.push(() => log.close());
    await story(log, `gare-${randomUUID()}`, true);
  },
);

async function ownBroker(): Promise<string[]> {
  const kafka = await startKafka();
  closing.push(() => kafka.stop());
  return kafka.brokers;
}

it('what was decided is still decided after a restart, and nothing is told twice', async () => {
  const log = openMemoryLog();
  closing.push(() => log.close());
  const first = await begin(log, 'gare');
  const client = openClient(first.serving.address);
  await expect.poll(async () => (await client.listCandidates()).length, SOON).toBe(1);
  const { candidate } = (await client.listCandidates())[0]!;
  await client.decide({
    id: 'v1',
    candidate: candidate.id,
    by: { name: 'A. Martin', role: 'agent' },
    act: { kind: 'reject', reason: 'test' },
  });
  await client.decide({
    id: 'v2',
    candidate: candidate.id,
    by: { name: 'B. Petit', role: 'supervisor' },
    act: { kind: 'reverse', of: 'v1' },
  });
  await client.decide({
    id: 'v3',
    candidate: candidate.id,
    by: { name: 'B. Petit', role: 'supervisor' },
    act: { kind: 'confirm' },
  });
  await first.ingested;
  client.close();
  await first.stop();
  const told = (await records(log, TOPICS.events)).length;

  const second = await begin(log, 'gare');
  expect(second.review.find(candidate.id)?.state).toMatchObject({ kind: 'confirmed', verdict: { id: 'v3' } });
  // The camera began a new epoch and the same walk makes a claim of its own.
  await expect.poll(() => second.review.list({ statuses: ['waiting'], sites: [] }).length, SOON).toBe(1);
  await second.stop();
  expect((await records(log, TOPICS.events)).length).toBe(told);
});

async function story(log: Log, site: string, shared: boolean): Promise<void> {
  const station = await begin(log, site, shared);
  // On a broker that others use too, only what is of this site is ours.
  const ours = async <T>(topic: string, decode: (value: Uint8Array) => T, siteOf: (value: T) => string) =>
    (await records(log, topic)).map(({ value }) => decode(value)).filter((value) => siteOf(value) === site);
  const client = openClient(station.serving.address);
  closing.push(() => client.close());

  // Everything that was seen is on the log as metadata: no picture, but what moved, and where.
  await station.ingested;
  const frames = (await records(log, TOPICS.frames)).flatMap(
    (record) => decodeFrameBatch(record.value).frames,
  );
  expect(frames.length).toBe(181);
  expect(frames.at(-1)!.view).toBe('lost');

  // The worker claims that somebody was on the tracks. A claim is advisory: it waits for an agent.
  await expect.poll(async () => (await client.listCandidates()).length, SOON).toBe(1);
  await expect.poll(() => station.lag(), SOON).toBe(0);
  const [waiting] = await client.listCandidates();
  expect(waiting!.state.kind).toBe('waiting');
  expect(waiting!.candidate).toMatchObject({
    site,
    camera: 'quai',
    type: 'forbidden_zone',
    rule: 'no-tracks',
    place: 'tracks',
  });
  const claims = await ours(TOPICS.candidates, decodeCandidate, (claim) => claim.site);
  expect(claims.map(({ phase }) => phase)).toMatchObject({ 0: 'begin', [claims.length - 1]: 'end' });
  const observed = await ours(TOPICS.observations, decodeObservation, (observation) => observation.site);
  expect(observed.length).toBeGreaterThan(20);

  // Subscribers hear nothing of it.
  expect(await ours(TOPICS.events, decodeEvent, ({ candidate }) => candidate.site)).toEqual([]);
  const stop = new AbortController();
  closing.push(() => stop.abort());
  const heard: Delivery[] = [];
  const listening = (async () => {
    for await (const delivery of client.subscribe({ sites: [site], signal: stop.signal }))
      heard.push(delivery);
  })();
  // On a busy machine there may be more than one word of progress before anybody looks.
  await expect.poll(() => [...new Set(heard.map(({ kind }) => kind))], SOON).toEqual(['progress']);

  // An agent, by name, confirms. The answer comes when the verdict was read back from the log.
  const verdict = {
    id: randomUUID(),
    candidate: waiting!.candidate.id,
    by: { name: 'A. Martin', role: 'agent' },
    act: { kind: 'confirm' },
  } as const;
  expect((await client.decide(verdict)).state.kind).toBe('confirmed');
  // Asked twice, it is one act.
  expect((await client.decide(verdict)).state.kind).toBe('confirmed');

  const events = () => heard.flatMap((delivery) => (delivery.kind === 'event' ? [delivery.event] : []));
  await expect.poll(() => events().map(({ change }) => change), SOON).toEqual(['verified', 'ended']);
  expect(events()[0]).toMatchObject({
    id: waiting!.candidate.id,
    candidate: { camera: 'quai', type: 'forbidden_zone' },
    verdict: { by: { name: 'A. Martin' }, act: { kind: 'confirm' } },
  });
  expect(await client.listCandidates()).toEqual([]);
  stop.abort();
  await listening;
}
