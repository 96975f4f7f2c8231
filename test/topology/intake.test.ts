/** Frames that are pushed: which are taken, where they go, and what is listed as refused. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { cameraKey, type Frame } from '../../pipeline/model.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { Intake } from '../../pipeline/topology/intake.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import {
  decodeFrameBatch,
  decodePushRequestLenient,
  decodeRejected,
  encodePushRequest,
} from '../../proto/messages.ts';
import { frameOf } from '../support/frames.ts';
import { walkedSite } from '../support/walker.ts';

const NOW = 1_790_000_000_000;
const [quai, , hall] = walkedSite('gare', ['quai', 'voie', 'hall']).cameras.map(
  ({ source: _, ...one }) => one,
);
const site = {
  ...walkedSite('gare', ['quai']),
  cameras: [quai!, hall!, { ...quai!, id: 'own', source: 'scene:platform' }],
};

let log: Log;
let fails = 0;
let stop: AbortController;
beforeEach(async () => {
  fails = 0;
  stop = new AbortController();
  log = openMemoryLog({
    faults: {
      append() {
        if (fails-- > 0) throw new Error('the log is away');
      },
    },
  });
  await createTopics(log);
});
afterEach(() => log.close());

function intake() {
  const tally = new Tally(site);
  const common = { log, site, partitions: PARTITIONS_DEFAULT, nowMs: () => NOW, signal: stop.signal, tally };
  return { tally, intake: new Intake(common) };
}

const frame = (camera: string, number: number, more: Partial<Frame> = {}) =>
  frameOf(camera, number, { capturedAtMs: NOW - 100, ...more });

function request(sequence: number, frames: readonly Frame[], more = new Uint8Array(0)) {
  const message = Buffer.concat([encodePushRequest({ sequence, frames }), more]);
  return { ...decodePushRequestLenient(message), message };
}

async function onLog() {
  const found: { partition: number; frames: readonly Frame[] }[] = [];
  await readThrough(log, partitionsOf(TOPICS.frames, PARTITIONS_DEFAULT), ({ partition, value }) =>
    found.push({ partition, ...decodeFrameBatch(value) }),
  );
  return found;
}

async function refused() {
  const found: ReturnType<typeof decodeRejected>[] = [];
  await readThrough(log, [{ topic: TOPICS.rejected, partition: 0 }], ({ value }) =>
    found.push(decodeRejected(value)),
  );
  return found;
}
const all = () => true;

describe('what is pushed', () => {
  it('lies in the partition of its camera, in order, with the time at which it came', async () => {
    const { intake: at, tally } = intake();
    const answers = await at.take(
      [request(1, [frame('quai', 1), frame('hall', 1)]), request(2, [frame('quai', 2)])],
      all,
    );
    expect(answers).toEqual([
      { sequence: 1, accepted: 2, rejections: [] },
      { sequence: 2, accepted: 1, rejections: [] },
    ]);
    for (const { partition, frames } of await onLog()) {
      for (const one of frames) {
        expect(partition).toBe(partitionFor(cameraKey('gare', one.camera), PARTITIONS_DEFAULT));
        expect(one).toEqual(frame(one.camera, one.number, { receivedAtMs: NOW }));
      }
    }
    const quais = (await onLog()).flatMap(({ frames }) => frames.filter(({ camera }) => camera === 'quai'));
    expect(quais.map(({ number }) => number)).toEqual([1, 2]);
    expect(tally.cameras.get('quai')?.taken).toBe(2);
    expect(await refused()).toEqual([]);
  });

  const STRANGE: readonly (readonly [string, Frame, string])[] = [
    ['of a camera that the site does not have', frame('nobody', 1), 'unknown_camera'],
    ['of another site', frame('quai', 1, { site: 'other' }), 'unknown_camera'],
    ['of a camera that Vigie watches itself', frame('own', 1), 'camera_has_source'],
    ['from beyond tomorrow', frame('quai', 1, { capturedAtMs: NOW + 86_400_001 }), 'time_in_future'],
  ];
  it.each(STRANGE)('is refused %s, and its neighbours are taken', async (_, strange, code) => {
    const { intake: at, tally } = intake();
    const asked = request(7, [frame('quai', 1), strange, frame('quai', 2)]);
    const [answer] = await at.take([asked], all);
    expect(answer).toMatchObject({ sequence: 7, accepted: 2, rejections: [{ index: 1, code }] });
    expect((await onLog()).flatMap(({ frames }) => frames.map(({ number }) => number))).toEqual([1, 2]);
    expect(await refused()).toMatchObject([
      {
        code,
        topic: 'grpc.push',
        offset: 7,
        length: asked.message.length,
        sha256: createHash('sha256').update(asked.message).digest('hex'),
        atMs: NOW,
        site: strange.site,
        camera: strange.camera,
      },
    ]);
    expect(tally.rejected.get(code)).toBe(1);
  });

  it('is refused outside the scope of whoever pushes', async () => {
    const { intake: at } = intake();
    const [answer] = await at.take([request(1, [frame('quai', 1)])], (name) => name !== 'gare');
    expect(answer).toMatchObject({ accepted: 0, rejections: [{ index: 0, code: 'outside_scope' }] });
    expect(await onLog()).toEqual([]);
  });

  it('and unreadable is answered at its place; many of one kind are one line among the refused', async () => {
    const { intake: at, tally } = intake();
    const bad = Buffer.from([0x12, 2, 0x0a, 9]);
    const [answer] = await at.take([request(3, [frame('quai', 1)], Buffer.concat([bad, bad, bad]))], all);
    expect(answer?.rejections.map(({ index, code }) => `${index} ${code}`)).toEqual([
      '1 garbage',
      '2 garbage',
      '3 garbage',
    ]);
    expect(answer?.accepted).toBe(1);
    const lines = await refused();
    expect(lines).toHaveLength(1);
    expect(lines[0]?.detail).toContain('and 2 more of this kind');
    expect(tally.rejected.get('garbage')).toBe(3);
  });

  it('is written anew: nobody can hide a picture in a field that nobody knows', async () => {
    const { intake: at } = intake();
    const hidden = Buffer.from('\u0000a picture\u0000');
    const plain = encodePushRequest({ sequence: 1, frames: [frame('quai', 1)] });
    // Field 200, wire type 2, at the end of the frame: its length grows by as much. sequence takes 2 bytes, tag 1.
    const field = Buffer.concat([Buffer.from([0xc2, 0x0c, hidden.length]), hidden]);
    const grown = Buffer.concat([plain, field]);
    grown[3] = grown[3]! + field.length;
    const { frames, indices, faults, sequence } = decodePushRequestLenient(grown);
    expect(faults).toEqual([]);
    await at.take([{ frames, indices, faults, sequence, message: grown }], all);
    const values: Uint8Array[] = [];
    await readThrough(log, partitionsOf(TOPICS.frames, PARTITIONS_DEFAULT), ({ value }) =>
      values.push(value),
    );
    expect(values).toHaveLength(1);
    expect(Buffer.from(values[0]!).includes('a picture')).toBe(false);
  });

  it('is not acknowledged before it is stored, however often the log fails', async () => {
    const { intake: at, tally } = intake();
    fails = 3;
    const answer = at.take([request(1, [frame('quai', 1)])], all);
    await expect.poll(() => tally.outages.get('push')?.attempt).toBeGreaterThan(1);
    expect(await onLog()).toEqual([]);
    expect((await answer)[0]?.accepted).toBe(1);
    expect((await onLog()).length).toBe(1);
    expect(tally.outages.size).toBe(0);
  });

  it('is not acknowledged when it was stopped before that', async () => {
    const { intake: at } = intake();
    fails = Number.POSITIVE_INFINITY;
    const answer = at.take([request(1, [frame('quai', 1)])], all);
    setTimeout(() => stop.abort(), 50);
    await expect(answer).rejects.toThrow('stopped before');
  });
});
