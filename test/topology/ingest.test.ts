import { afterEach, describe, expect, it } from 'vitest';
import { fault, InputError } from '../../pipeline/errors.ts';
import type { PictureSource } from '../../pipeline/ingest/picture.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Frame } from '../../pipeline/model.ts';
import type { Camera } from '../../pipeline/site/site.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { FrameBatches } from '../../pipeline/topology/batches.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { ingest, type Pace } from '../../pipeline/topology/ingest.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { decodeFrameBatch } from '../../proto/messages.ts';
import { walkedSite, walker } from '../support/walker.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

interface Run {
  readonly cameras?: readonly string[];
  readonly pace?: Pace;
  readonly loop?: boolean;
  readonly open: (camera: Camera, startMs: number) => Promise<PictureSource>;
  readonly nowMs?: () => number;
  readonly asSet?: (camera: Camera) => Camera;
}

async function run({ cameras = ['quai'], pace = 'fast', loop = false, open, nowMs = Date.now, asSet }: Run) {
  const site = walkedSite('gare', cameras);
  const log = openMemoryLog();
  await createTopics(log);
  const stop = new AbortController();
  stops.push(stop);
  const tally = new Tally(site);
  const batches = new FrameBatches(log, PARTITIONS_DEFAULT, { signal: stop.signal });
  const how = { site, open, batches, pace, loop, nowMs, ...(asSet && { asSet }) };
  const done = ingest({ ...how, signal: stop.signal, tally }).then(() => batches.flush());
  const frames = async (camera = 'quai') => {
    const found: Frame[] = [];
    await readThrough(log, partitionsOf(TOPICS.frames, PARTITIONS_DEFAULT), ({ value }) =>
      found.push(...decodeFrameBatch(value).frames),
    );
    return found.filter((frame) => frame.camera === camera);
  };
  return { done, stop, tally, frames };
}

/** Gives a picture between every two. */
function withMore(source: PictureSource): PictureSource {
  return {
    ...source,
    async *pictures() {
      for await (const picture of source.pictures()) {
        yield picture;
        yield { ...picture, capturedAtMs: picture.capturedAtMs + 100, between: true };
      }
    },
  };
}

/** Breaks after `seconds`. */
function breaking(startMs: number, seconds: number): PictureSource {
  const whole = walker(startMs, seconds);
  return {
    ...whole,
    async *pictures() {
      yield* whole.pictures();
      throw new InputError([fault('source_truncated', 'clip.mp4', 'is cut off')]);
    },
  };
}

describe('ingest', () => {
  it('opens a source anew when it is set to be watched for fire, which takes other pictures', async () => {
    const opened: boolean[] = [];
    let asked = 0;
    const fire = {
      id: 'fire',
      event: 'fire',
      version: 1,
      severity: 'high',
      sensitivity: 'medium',
      forMs: 1_500,
    } as const;
    const { frames, stop, done } = await run({
      loop: true,
      asSet: (camera) => (++asked > 5 ? { ...camera, rules: [fire] } : camera),
      async open({ rules }, startMs) {
        opened.push(rules.some(({ event }) => event === 'fire'));
        if (opened.length === 3) stop.abort();
        return walker(startMs, 2);
      },
    });
    await done;
    expect(opened.slice(0, 2)).toEqual([false, true]);
    const found = await frames();
    const first = found.filter(({ epoch }) => epoch === found[0]!.epoch);
    // Asked once to open it and once a picture.
    expect(first.map(({ view }) => view).filter((view) => view !== 'lost')).toHaveLength(4);
    expect(first.at(-1)?.view).toBe('lost');
  });

  it('ends a stream with a frame that says that the view is lost', async () => {
    const { done, frames, tally } = await run({ open: async (_, startMs) => walker(startMs, 2) });
    await done;
    const found = await frames();
    expect(found.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(found.at(-1)).toMatchObject({ view: 'lost', blobs: [] });
    expect(found.at(-1)!.cells).toBeUndefined();
    expect(tally.cameras.get('quai')!.source).toEqual({ kind: 'ended' });
  });

  it('makes no frames of pictures between the analysed ones', async () => {
    const { done, frames } = await run({ open: async (_, startMs) => withMore(walker(startMs, 2)) });
    const plain = await run({ open: async (_, startMs) => walker(startMs, 2) });
    await Promise.all([done, plain.done]);
    const numbers = (found: readonly Frame[]) => found.map(({ number, intervalMs }) => [number, intervalMs]);
    expect(numbers(await frames())).toEqual(numbers(await plain.frames()));
  });

  it('takes the time of a picture for that of its receipt when it runs faster than time', async () => {
    const { done, frames } = await run({ open: async (_, startMs) => walker(startMs, 2) });
    await done;
    const found = await frames();
    expect(found.every((frame) => frame.receivedAtMs === frame.capturedAtMs && frame.epoch > 0)).toBe(true);
    expect(found[5]!.capturedAtMs).toBe(found[0]!.epoch + 1_000);
  });

  it('waits for a picture until it was taken, at the pace of time', async () => {
    const { done, frames } = await run({ pace: 'real', open: async (_, startMs) => walker(startMs, 0.6) });
    await done;
    for (const frame of (await frames()).slice(0, -1)) {
      expect(frame.receivedAtMs).toBeGreaterThanOrEqual(frame.capturedAtMs - 2);
    }
  });

  it('survives a source that breaks: what came before it is kept, the others go on', async () => {
    const { done, frames, tally } = await run({
      cameras: ['quai', 'hall', 'toit'],
      open: async ({ id }, startMs) => {
        if (id === 'toit') throw new InputError([fault('source_unreadable', 'toit.mp4', 'no such file')]);
        return id === 'quai' ? breaking(startMs, 1) : walker(startMs, 2);
      },
    });
    await done;
    expect(await frames('quai')).toHaveLength(6);
    expect((await frames('quai')).at(-1)!.view).toBe('lost');
    expect(await frames('hall')).toHaveLength(11);
    expect(await frames('toit')).toEqual([]);
    expect([...tally.cameras].map(([id, { source }]) => [id, source])).toMatchObject([
      ['quai', { kind: 'failed', code: 'source_truncated' }],
      ['hall', { kind: 'ended' }],
      ['toit', { kind: 'failed', code: 'source_unreadable', why: expect.stringContaining('no such file') }],
    ]);
  });

  it('begins again as a new epoch, also when the clock stands still', async () => {
    let opened = 0;
    const { done, stop, frames } = await run({
      loop: true,
      nowMs: () => 1_000,
      open: async (_, startMs) => {
        opened += 1;
        if (opened === 3) stop.abort();
        return walker(startMs, 1);
      },
    });
    await done;
    const epochs = [...new Set((await frames()).map(({ epoch }) => epoch))];
    expect(epochs).toEqual([1_000, 1_001]);
  });

  it('says that the view is lost when it is stopped', async () => {
    const { done, stop, frames } = await run({ pace: 'real', open: async (_, startMs) => walker(startMs) });
    await expect.poll(async () => (await frames()).length).toBeGreaterThan(1);
    stop.abort();
    await done;
    expect((await frames()).at(-1)!.view).toBe('lost');
  });

  it('hands on a bug instead of hiding it', async () => {
    const { done } = await run({
      open: async () => {
        throw new TypeError('a bug');
      },
    });
    await expect(done).rejects.toThrow('a bug');
  });
});
