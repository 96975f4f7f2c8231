import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { cameraKey, type Rejected } from '../../pipeline/model.ts';
import { type Replayed, replay } from '../../pipeline/operate/rejected/replay.ts';
import { type Selection, selected } from '../../pipeline/operate/rejected/select.ts';
import type { Site } from '../../pipeline/site/site.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { toRejected } from '../../pipeline/topology/common.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { startMiddle } from '../../pipeline/topology/middle.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { encodeFrameBatch } from '../../proto/messages.ts';
import { frameOf } from '../support/frames.ts';
import { walkedSite } from '../support/walker.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const bytes = (text: string) => new TextEncoder().encode(text);

function rejectionOf(offset: number, value: Uint8Array, change: Partial<Rejected> = {}): Rejected {
  return {
    code: 'garbage',
    detail: 'not a batch',
    topic: TOPICS.frames,
    partition: 0,
    offset,
    length: value.length,
    sha256: createHash('sha256').update(value).digest('hex'),
    atMs: 1_000 + offset,
    ...change,
  };
}

async function fresh(now: () => number = Date.now) {
  const log = openMemoryLog({ now });
  await createTopics(log);
  return log;
}

async function list(log: Log, selection: Partial<Selection> = {}) {
  const found: Rejected[] = [];
  for await (const one of selected(log, { codes: [], cameras: [], ...selection })) found.push(one);
  return found;
}

async function outcomes(log: Log, places: readonly Rejected[], dryRun = false) {
  const found: Replayed[] = [];
  for await (const one of replay(log, places, dryRun)) found.push(one);
  return found.map(({ rejected, outcome }) => `${rejected.topic}/${rejected.offset} ${outcome}`);
}

describe('the list of what was put aside', () => {
  it('is chosen by reason, camera and time', async () => {
    let now = 1_000;
    const log = await fresh(() => now);
    const put = async (code: string, site?: string, camera?: string) => {
      now += 1_000;
      const whose = { ...(site !== undefined && { site }), ...(camera !== undefined && { camera }) };
      await log.append([toRejected(rejectionOf(now, bytes('x'), { code, ...whose }))]);
    };
    await put('garbage');
    await put('unknown_camera', 'gare', 'hall');
    await put('unknown_camera', 'port', 'hall');
    await put('bad_grid', 'gare', 'quai');
    // What cannot be read itself must not keep the rest from being seen.
    await log.append([{ topic: TOPICS.rejected, partition: 0, value: bytes('garbage') }]);
    const codes = async (selection: Partial<Selection>) =>
      (await list(log, selection)).map(({ code, site }) => (site === undefined ? code : `${code} ${site}`));
    expect(await codes({})).toEqual([
      'garbage',
      'unknown_camera gare',
      'unknown_camera port',
      'bad_grid gare',
    ]);
    expect(await codes({ codes: ['garbage', 'bad_grid'] })).toEqual(['garbage', 'bad_grid gare']);
    expect(await codes({ cameras: ['hall'] })).toEqual(['unknown_camera gare', 'unknown_camera port']);
    expect(await codes({ cameras: ['port/hall'] })).toEqual(['unknown_camera port']);
    expect(await codes({ sinceMs: 4_000 })).toEqual(['unknown_camera port', 'bad_grid gare']);
    expect(await codes({ sinceMs: 9_000 })).toEqual([]);
  });
});

describe('putting through again', () => {
  const values = ['a', 'b', 'c', 'd'].map(bytes);

  async function framesAs(log: Log): Promise<string[]> {
    const found: string[] = [];
    await readThrough(log, [{ topic: TOPICS.frames, partition: 0 }], ({ value }) =>
      found.push(new TextDecoder().decode(value)),
    );
    return found;
  }

  it('appends the bytes that were refused, unchanged, and says what it could not', async () => {
    const log = await fresh();
    await log.append(values.map((value) => ({ topic: TOPICS.frames, partition: 0, key: 'k', value })));
    await log.dropBefore({ topic: TOPICS.frames, partition: 0 }, 1);
    const places = [
      rejectionOf(3, values[3]!),
      rejectionOf(0, values[0]!),
      rejectionOf(1, values[1]!),
      rejectionOf(2, bytes('another')),
      rejectionOf(900, values[0]!),
      rejectionOf(5, values[0]!, { topic: TOPICS.verdicts }),
    ];
    const expected = [
      `${TOPICS.verdicts}/5 not_frames`,
      `${TOPICS.frames}/0 gone`,
      `${TOPICS.frames}/1 replayed`,
      `${TOPICS.frames}/2 changed`,
      `${TOPICS.frames}/3 replayed`,
      `${TOPICS.frames}/900 gone`,
    ];
    expect(await outcomes(log, places, true)).toEqual(expected);
    expect(await framesAs(log)).toEqual(['b', 'c', 'd']);
    expect(await outcomes(log, places)).toEqual(expected);
    expect(await framesAs(log)).toEqual(['b', 'c', 'd', 'b', 'd']);
  });

  it('reaches far apart records', async () => {
    const log = await fresh();
    await log.append(
      Array.from({ length: 5_000 }, (_, i) => ({ topic: TOPICS.frames, partition: 0, value: bytes(`${i}`) })),
    );
    const places = [0, 1, 4_998, 2_000].map((offset) => rejectionOf(offset, bytes(`${offset}`)));
    await outcomes(log, places);
    expect((await framesAs(log)).slice(5_000)).toEqual(['0', '1', '2000', '4998']);
  });

  it('lets frames of a camera in that was declared too late', async () => {
    const log = await fresh();
    const frames = Array.from({ length: 10 }, (_, number) => frameOf('hall', number));
    const partition = partitionFor(cameraKey('gare', 'hall'), PARTITIONS_DEFAULT);
    await log.append([{ topic: TOPICS.frames, partition, value: encodeFrameBatch({ frames }) }]);

    const before = await measured(log, walkedSite('gare', ['quai']));
    await expect.poll(() => before.tally.rejected.get('unknown_camera')).toBe(10);
    await before.stop();
    const places = await list(log, { codes: ['unknown_camera'] });
    expect(places).toMatchObject([{ site: 'gare', camera: 'hall' }]);

    const after = await measured(log, walkedSite('gare', ['quai', 'hall']));
    expect(await outcomes(log, places)).toEqual([`${TOPICS.frames}/0 replayed`]);
    await expect.poll(() => after.tally.cameras.get('hall')!.frames).toBe(10);
    // Once more changes nothing: the frames are known by their numbers.
    await outcomes(log, places);
    await expect.poll(() => after.tally.cameras.get('hall')!.repeats).toBe(10);
    let observed = 0;
    await readThrough(log, partitionsOf(TOPICS.rejected, 1), () => observed++);
    expect(observed).toBe(1);
  });

  async function measured(log: Log, site: Site) {
    const tally = new Tally(site, new Set());
    const middle = startMiddle({
      log,
      site,
      partitions: PARTITIONS_DEFAULT,
      tally,
      shared: false,
      nowMs: Date.now,
    });
    closing.push(middle.stop);
    return { tally, stop: middle.stop };
  }
});
