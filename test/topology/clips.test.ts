/** From a candidate on the log to a clip at an agent's client: cut beside the camera, handed over by dialling out. */
import { afterEach, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { openClient } from '../../pipeline/serve/client/client.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { CLIP_SPACE, cutClips, deliverClips, openClips } from '../../pipeline/topology/clips.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { encodeCandidate } from '../../proto/messages.ts';
import { all, claim, NEVER, SIZE, T0 } from '../clips/build.ts';
import { ledgerReview, openWorld, type World } from '../serve/world.ts';
import { frameOf } from '../support/frames.ts';
import { walkedSite } from '../support/walker.ts';
import { partitionOf } from './rooms.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function openEdge(bytesMax = CLIP_SPACE.bytesMax) {
  const site = walkedSite('gare', ['quai', 'hall']);
  const log = openMemoryLog();
  await createTopics(log);
  const stop = new AbortController();
  const tally = new Tally(site);
  const common = { log, site, partitions: PARTITIONS_DEFAULT, tally, nowMs: () => T0, signal: stop.signal };
  const clips = openClips({ ...common, space: { ...CLIP_SPACE, bytesMax } });
  const cutting = cutClips({ ...common, clips });
  ending.push(() => log.close());
  ending.push(async () => {
    stop.abort();
    await cutting;
  });
  const planes = { luma: new Uint8Array(128), u: new Uint8Array(32), v: new Uint8Array(32) };
  for (let ms = 0; ms <= 10_000; ms += 200) {
    clips.take(SIZE, planes, frameOf('quai', ms / 200, { epoch: T0, capturedAtMs: T0 + ms }));
  }
  return { log, clips, tally, stop };
}

async function serving(candidate: ReturnType<typeof claim>, port = 0): Promise<World> {
  const review = ledgerReview();
  review.hear(candidate);
  const world = await openWorld({ review, port, now: () => T0 });
  ending.push(() => world.close());
  return world;
}

async function untilShown(address: string, candidate: string) {
  const client = openClient(address);
  ending.push(() => client.close());
  for (;;) {
    try {
      return await all(client.getClip({ candidate, why: '' }));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

it('cuts what a candidate on the log asks for, passes over what cannot be read, and hands it over', async () => {
  const { log, clips, stop } = await openEdge();
  const one = claim(T0 + 5_000);
  const asked = all(clips.clip(one.id, NEVER));
  const at = { topic: TOPICS.candidates, partition: partitionOf('quai') };
  // The tail begins at the end that it finds.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await log.append([
    { ...at, value: Uint8Array.of(0xff) },
    { ...at, value: encodeCandidate(one) },
  ]);
  expect((await asked).pictures).toHaveLength(51);
  const told: string[] = [];
  const world = await serving(one);
  const { address, port } = world.serving;
  const delivering = deliverClips({ address }, clips, stop.signal, (line) => told.push(line));
  ending.push(() => delivering);
  expect((await untilShown(address, one.id)).pictures).toHaveLength(51);
  // The server goes, and another comes in its place: the edge dials again.
  await world.serving.close(100);
  await serving(one, port);
  expect((await untilShown(address, one.id)).header.candidate).toBe(one.id);
  expect(told[0]).toBe(`clips: ${address}: connected`);
  expect(told.at(-1)).toBe(`clips: ${address}: connected`);
  expect(told.length).toBeGreaterThanOrEqual(3);
  stop.abort();
});

it('tells the status how many clips found no room', async () => {
  const { log, clips, tally } = await openEdge(20_000);
  // The tail begins at the end that it finds.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const at = { topic: TOPICS.candidates, partition: partitionOf('quai') };
  const claims = [3_000, 5_000, 7_000].map((ms) => claim(T0 + ms));
  await log.append(claims.map((one) => ({ ...at, value: encodeCandidate(one) })));
  await expect.poll(() => tally.clipsDropped, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(tally.clipsDropped).toBe(clips.dropped);
});
