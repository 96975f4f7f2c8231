/** How an installation does: what is known of each camera, what is not, and the whole over a real server. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { cameraKey, type Frame, type Observation } from '../../pipeline/model.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { openClient } from '../../pipeline/serve/client/client.ts';
import type { CameraSeen } from '../../pipeline/serve/observations.ts';
import type { Served } from '../../pipeline/serve/port.ts';
import { createTopics, partitionsByCamera, TOPICS } from '../../pipeline/topics.ts';
import { workerGroup } from '../../pipeline/topology/common.ts';
import { Standing } from '../../pipeline/topology/standing.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { startStation } from '../../pipeline/topology.ts';
import type { WatchResponse } from '../../proto/messages.ts';
import { scriptedReview } from '../serve/world.ts';
import { walkedSite, walker } from '../support/walker.ts';
import { candidate } from './rooms.ts';

const NOW = 1_790_000_000_000;
const site = { ...walkedSite('gare', ['quai', 'voie']), name: 'Gare d’Exemple' };

let log: Log;
beforeEach(async () => {
  log = openMemoryLog();
  await createTopics(log);
});
afterEach(() => log.close());

function seen(
  camera: string,
  heardAtMs: number,
  framesPerSecond: number | undefined,
): [string, { seen: CameraSeen }] {
  const observation: Observation = {
    site: 'gare',
    camera,
    epoch: 1,
    frame: 5,
    atMs: heardAtMs - 80,
    view: 'dark',
    zones: [{ zone: 'tracks', people: 2.5 }],
    crossings: [],
  };
  const known = { observation, bytes: new Uint8Array(0), heardAtMs, framesPerSecond: () => framesPerSecond };
  return [cameraKey('gare', camera), { seen: known }];
}
const served = (cameras: Served['cameras']): Served => ({ subscribers: 3, verified: () => 12, cameras });

async function standing() {
  const tally = new Tally(site);
  const review = scriptedReview();
  const options = { log, site, partitions: await partitionsByCamera(log), nowMs: () => NOW, tally, review };
  return { tally, review, standing: new Standing(options) };
}

describe('how an installation does', () => {
  it('says what is known', async () => {
    const { tally, review, standing: at } = await standing();
    tally.cameras.get('quai')!.source = { kind: 'failed', code: 'x', why: 'no such file' };
    tally.cameras.get('quai')!.late = 4;
    tally.refuse('late', 4);
    review.put({ candidate: candidate(1), state: { kind: 'waiting' } });
    const by = { name: 'A. Martin', role: 'agent' } as const;
    review.put({ candidate: candidate(2), state: { kind: 'claimed', by, untilMs: NOW } });
    review.put({ candidate: candidate(3, { site: 'other' }), state: { kind: 'waiting' } });
    const status = await at.status(served(new Map([seen('quai', NOW - 500, 5), seen('voie', NOW - 500, 4)])));
    expect(status).toMatchObject({
      site: 'gare',
      siteName: 'Gare d’Exemple',
      siteKind: 'station',
      atMs: NOW,
      framesPerSecond: 9,
      lagRecords: 0,
      waiting: 1,
      claimed: 1,
      verified: 12,
      subscribers: 3,
      rejected: [{ code: 'late', count: 4 }],
    });
    expect(status.cameras[0]).toEqual({
      camera: 'quai',
      source: 'failed',
      why: 'no such file',
      view: 'dark',
      framesPerSecond: 5,
      observedAtMs: NOW - 580,
      zones: [{ zone: 'tracks', people: 2.5 }],
      repeats: 0,
      late: 4,
      skipped: 0,
      spooled: 0,
      dropped: 0,
    });
  });

  it('leaves out what is not known: a silent camera has no view and no people, and a log that is away no lag', async () => {
    const { standing: at } = await standing();
    const silent = await at.status(served(new Map([seen('quai', NOW - 10_001, 0)])));
    expect(silent.cameras[0]).toMatchObject({ framesPerSecond: 0, zones: [{ zone: 'tracks' }] });
    expect(silent.cameras[0]).not.toHaveProperty('view');
    expect(silent.cameras[0]?.zones[0]).not.toHaveProperty('people');
    expect(silent.cameras[1]).not.toHaveProperty('framesPerSecond');
    const { standing: other } = await standing();
    await log.close();
    log = openMemoryLog();
    const away = await other.status(served(undefined));
    expect(away.cameras.map(({ framesPerSecond }) => framesPerSecond)).toEqual([undefined, undefined]);
    expect(away).not.toHaveProperty('framesPerSecond');
  });

  it('counts what is not measured yet, from what was committed or from what is measured here', async () => {
    const { tally, standing: at } = await standing();
    const frames = { topic: TOPICS.frames, value: new Uint8Array(1) };
    await log.append([0, 0, 0, 3].map((partition) => ({ ...frames, partition })));
    const consumer = await log.consumer({ group: workerGroup(site), topics: [TOPICS.frames] });
    await consumer.read(10, 0);
    await consumer.commit([{ topic: TOPICS.frames, partition: 0, offset: 1 }]);
    await consumer.close();
    expect((await at.status(served(undefined))).lagRecords).toBe(3);
    tally.stepped.set(3, 1);
    const { standing: anew } = await standing();
    expect((await anew.status(served(undefined))).lagRecords).toBe(3);
    // Asked again within a second, it is the same answer.
    await log.append([{ ...frames, partition: 1 }]);
    expect((await anew.status(served(undefined))).lagRecords).toBe(3);
  });
});

it('pushed frames are measured, claimed, decided and listed, and the status says so', {
  timeout: 120_000,
}, async () => {
  const bus = {
    ...walkedSite('car-12', ['porte']),
    name: 'Car 12',
    kind: 'coach' as const,
    cameras: walkedSite('car-12', ['porte']).cameras.map(({ source: _, ...one }) => ({
      ...one,
      vehicle: { id: '12' },
    })),
  };
  const station = await startStation({
    log,
    site: bus,
    pace: 'real',
    loop: false,
    shared: false,
    host: '127.0.0.1',
    port: 0,
  });
  const client = openClient(station.serving.address);
  try {
    const stop = new AbortController();
    const watched: WatchResponse[] = [];
    const watching = (async () => {
      for await (const one of client.watchObservations({ signal: stop.signal })) watched.push(one);
    })();
    const there = { id: '12', trip: 'ligne 7', position: { latitude: 48.8, longitude: 2.4 } };
    const startMs = Date.now() - 40_000;
    const source = walker(startMs);
    const observer = new Observer({
      site: 'car-12',
      camera: 'porte',
      epoch: startMs,
      width: 160,
      height: 90,
    });
    const frames: Frame[] = [];
    for await (const picture of source.pictures()) {
      frames.push({ ...observer.observe(picture, picture.capturedAtMs), vehicle: there });
    }
    observer.close();
    const stream = client.openPush();
    let accepted = 0;
    for (let at = 0; at < frames.length; at += 16) {
      accepted += (await stream.push(frames.slice(at, at + 16))).accepted;
    }
    expect(accepted).toBe(frames.length);
    // Pushed again, as after a broken connection: nothing comes of it twice.
    await stream.push(frames.slice(-16));
    await stream.close();

    await expect.poll(async () => (await client.listCandidates()).length, { timeout: 20_000 }).toBe(1);
    const [waiting] = await client.listCandidates();
    expect((await client.status()).waiting).toBe(1);
    const by = { name: 'A. Martin', role: 'agent' } as const;
    await client.decide({ id: randomUUID(), candidate: waiting!.candidate.id, by, act: { kind: 'confirm' } });
    await expect.poll(async () => (await client.listEvents()).events.length, { timeout: 20_000 }).toBe(1);
    await expect.poll(async () => (await client.getEvent(waiting!.candidate.id)).state).toBe('ended');
    const { event, endedAtMs } = await client.getEvent(waiting!.candidate.id);
    expect(event.candidate).toMatchObject({ siteName: 'Car 12', siteKind: 'coach', vehicle: there });
    expect(endedAtMs).toBe(event.candidate.atMs);

    await expect.poll(async () => (await client.status()).lagRecords).toBe(0);
    const status = await client.status();
    expect(status).toMatchObject({ site: 'car-12', siteKind: 'coach', waiting: 0, verified: 1, outages: [] });
    expect(status.cameras).toMatchObject([{ camera: 'porte', source: 'external', repeats: 16 }]);
    expect(watched.length).toBeGreaterThan(0);
    expect(watched.at(-1)?.observation.camera).toBe('porte');
    stop.abort();
    await watching;
  } finally {
    client.close();
    await station.stop();
  }
});
