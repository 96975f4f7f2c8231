/** What is cut, when it is there, and that it is there no longer than it may be. */
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { clipsInMemory, clipsOnDisk } from '../../pipeline/clips/files.ts';
import { all, claim, NEVER, openClips, PLANE_BYTES, T0, valueAt } from './build.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});
function directory() {
  const made = mkdtempSync(join(tmpdir(), 'vigie-clips-'));
  directories.push(made);
  return made;
}
const gone = { code: 'clip_gone' };
const times = (pictures: readonly { readonly capturedAtMs: number }[]) =>
  pictures.map(({ capturedAtMs }) => capturedAtMs - T0);
const steps = (fromMs: number, untilMs: number) =>
  Array.from({ length: (untilMs - fromMs) / 200 + 1 }, (_, n) => fromMs + n * 200);

describe('a clip', () => {
  it('holds the pictures from 10 s before to 10 s after, as they were, and says while it grows', async () => {
    const { clips, film } = openClips();
    film(T0, T0 + 20_000);
    const one = claim(T0 + 20_000);
    clips.hear(one);
    const young = await all(clips.clip(one.id, NEVER));
    expect(young.header).toMatchObject({ growing: true, pictures: 51, width: 16, height: 8, kind: 'plane' });
    film(T0 + 20_200, T0 + 45_000);
    const { header, pictures } = await all(clips.clip(one.id, NEVER));
    expect(header).toMatchObject({
      growing: false,
      pictures: 101,
      mediaType: 'video/raw',
      candidate: one.id,
    });
    expect(times(pictures)).toEqual(steps(10_000, 30_000));
    for (const { data, capturedAtMs, frame } of pictures) {
      expect(data).toEqual(new Uint8Array(PLANE_BYTES).fill(valueAt(capturedAtMs)));
      expect(frame.capturedAtMs).toBe(capturedAtMs);
    }
  });

  it.each([
    ['an update 4 s after', 4_000, 10_000],
    ['an update 17 s after', 17_000, 17_000],
    ['an update a minute after', 60_000, 30_000],
  ])('goes on while the claim does, to a bound: %s', async (_, lateMs, reachesMs) => {
    const { clips, film } = openClips();
    film(T0, T0 + 20_000);
    const one = claim(T0 + 20_000);
    clips.hear(one);
    film(T0 + 20_200, T0 + 20_000 + Math.min(lateMs, 32_000));
    clips.hear({ ...one, phase: 'update', atMs: one.beganAtMs + lateMs });
    film(T0 + 20_200 + lateMs, T0 + 60_000 + lateMs);
    const { header, pictures } = await all(clips.clip(one.id, NEVER));
    expect(header.untilMs - one.beganAtMs).toBe(reachesMs);
    expect(times(pictures)).toEqual(steps(10_000, 20_000 + reachesMs));
  });

  it('is not cut unless a candidate of this camera begins', async () => {
    const { clips, film, files } = openClips();
    film(T0, T0 + 20_000);
    clips.hear(claim(T0 + 10_000, { phase: 'update' }));
    clips.hear(claim(T0 + 10_000, { camera: 'hall' }));
    clips.hear(claim(T0 + 10_000, { site: 'autre' }));
    expect(files.list()).toEqual([]);
  });

  it('holds no picture of another session', async () => {
    const { clips, film } = openClips();
    film(T0, T0 + 5_000);
    film(T0 + 5_200, T0 + 12_000, { epoch: T0 + 5_200 });
    const one = claim(T0 + 8_000, { epoch: T0 + 5_200 });
    clips.hear(one);
    const { pictures } = await all(clips.clip(one.id, NEVER));
    expect(times(pictures)).toEqual(steps(5_200, 12_000));
  });

  it('holds no picture at all where none may be shown, and still what was seen', async () => {
    const { clips, film } = openClips({ kind: 'none' });
    film(T0, T0 + 10_000);
    const one = claim(T0 + 5_000);
    clips.hear(one);
    const { header, pictures } = await all(clips.clip(one.id, NEVER));
    expect(header).toMatchObject({ kind: 'none', mediaType: '', width: 0, height: 0 });
    expect(pictures).toHaveLength(51);
    expect(pictures.every(({ data, frame }) => data.length === 0 && frame.camera === 'quai')).toBe(true);
    expect((await all(clips.picture('quai'))).pictures[0]!.data).toHaveLength(0);
  });

  it('waits for a candidate that others have read a moment sooner', async () => {
    const { clips, film } = openClips();
    film(T0, T0 + 10_000);
    const one = claim(T0 + 5_000);
    const asked = all(clips.clip(one.id, NEVER));
    clips.hear(one);
    expect((await asked).header.candidate).toBe(one.id);
  });

  it('is not cut twice when the log is read again', async () => {
    const { clips, film } = openClips();
    film(T0, T0 + 10_000);
    const one = claim(T0 + 5_000);
    for (let times = 0; times < 3; times++) clips.hear(one);
    expect((await all(clips.clip(one.id, NEVER))).pictures).toHaveLength(51);
  });
});

describe('a train', () => {
  it('finds its pictures when its frames come minutes late after a tunnel', async () => {
    let isHeld = false;
    const { clips, film } = openClips({ isHeld: () => isHeld });
    film(T0, T0 + 30_000);
    isHeld = true;
    film(T0 + 30_200, T0 + 630_000);
    isHeld = false;
    // Back for half a minute, and only now is it measured what was seen nine minutes ago.
    film(T0 + 630_200, T0 + 660_000);
    const one = claim(T0 + 90_000);
    clips.hear(one);
    const { header, pictures } = await all(clips.clip(one.id, NEVER));
    expect(header.growing).toBe(false);
    expect(times(pictures)).toEqual(steps(80_000, 100_000));
    // Judged; the ring lets go.
    film(T0 + 660_200, T0 + 760_000);
    const late = claim(T0 + 95_000);
    clips.hear(late);
    expect((await all(clips.clip(late.id, NEVER))).pictures).toEqual([]);
  });
});

describe('the time that a clip is kept', () => {
  it.each([
    ['in memory', () => clipsInMemory()],
    ['on disk', () => clipsOnDisk(directory())],
  ])('ends to the ms, %s', async (_, make) => {
    const { clips, clock, film, files } = openClips({ files: make() });
    film(T0, T0 + 60_000);
    const one = claim(T0 + 50_000);
    clips.hear(one);
    const until = T0 + 60_000 + 3_600_000;
    clock.nowMs = until - 1;
    clips.tick();
    expect((await all(clips.clip(one.id, NEVER))).header.keptUntilMs).toBe(until);
    clock.nowMs = until;
    // Before anything has deleted it, and after.
    await expect(all(clips.clip(one.id, NEVER))).rejects.toMatchObject(gone);
    expect(files.list()).toHaveLength(1);
    clips.tick();
    expect(files.list()).toEqual([]);
    // What the claim says later brings nothing back.
    clips.hear({ ...one, phase: 'end', atMs: one.beganAtMs + 20_000 });
    expect(files.list()).toEqual([]);
  });

  it('goes on through a restart, and what has expired meanwhile is deleted at the start', async () => {
    const place = directory();
    const first = openClips({ files: clipsOnDisk(place) });
    first.film(T0, T0 + 10_000);
    const one = claim(T0 + 5_000);
    first.clips.hear(one);
    const again = () => {
      const made = openClips({ files: clipsOnDisk(place), nowMs: () => clock.nowMs });
      return made.clips;
    };
    const clock = { nowMs: T0 + 10_000 + 3_600_000 - 1 };
    const { header, pictures } = await all(again().clip(one.id, NEVER));
    expect([header.growing, pictures.length]).toEqual([false, 51]);
    clock.nowMs += 1;
    const late = again();
    expect(readdirSync(place)).toEqual([]);
    const asked = new AbortController();
    asked.abort();
    await expect(all(late.clip(one.id, asked.signal))).rejects.toMatchObject(gone);
  });

  it('does not lengthen while it still grows', async () => {
    const { clips, clock, film, files } = openClips({ keptMs: 2_000 });
    film(T0, T0 + 10_000);
    clips.hear(claim(T0 + 10_000));
    film(T0 + 10_200, T0 + 13_000);
    clock.nowMs = T0 + 12_000;
    clips.tick();
    film(T0 + 13_200, T0 + 20_000);
    expect(files.list()).toEqual([]);
  });
});

describe('on disk', () => {
  it('names say nothing, only the owner may read, and a file cut off by a crash gives what it has', async () => {
    const place = directory();
    const { clips, film } = openClips({ files: clipsOnDisk(place) });
    film(T0, T0 + 10_000);
    const one = claim(T0 + 5_000);
    clips.hear(one);
    const [name] = readdirSync(place);
    expect(name).toMatch(/^[0-9a-f]{32}\.clip$/);
    const path = join(place, name!);
    expect(statSync(path).mode & 0o077).toBe(0);
    truncateSync(path, statSync(path).size - 10);
    expect((await all(clips.clip(one.id, NEVER))).pictures).toHaveLength(50);
  });

  it('full, it gives up the oldest, and counts them', async () => {
    const { clips, film } = openClips({ files: clipsOnDisk(directory()), bytesMax: 60_000 });
    film(T0, T0 + 20_000);
    const claims = [4_000, 6_000, 8_000, 10_000].map((ms) => claim(T0 + ms));
    for (const one of claims) {
      clips.hear(one);
      film(T0 + 20_200, T0 + 20_200);
    }
    expect(clips.bytes).toBeLessThanOrEqual(60_000);
    expect(clips.dropped).toBeGreaterThan(0);
    const asked = new AbortController();
    asked.abort();
    await expect(all(clips.clip(claims[0]!.id, asked.signal))).rejects.toMatchObject(gone);
    expect((await all(clips.clip(claims[3]!.id, NEVER))).header.candidate).toBe(claims[3]!.id);
  });
});
