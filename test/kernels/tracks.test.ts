import { describe, expect, it } from 'vitest';
import { instantiate } from '../../pipeline/kernels.ts';
import type { Sighting } from '../../pipeline/measure/sightings.ts';
import { SIGHTINGS_MAX, TRACKS_MAX, type Tracked, Tracker } from '../../pipeline/measure/tracker.ts';
import { expectSame } from '../support/bytes.ts';
import { type Chance, random, SEED } from '../support/random.ts';
import { TrackerTwin } from '../support/twins/tracks.ts';

const STEP_MS = 200;

/** One person of height `size` whose foot is at x, y. */
function person(x: number, y: number, size = 20, people = 1): Sighting {
  const box = { x0: x - size / 6, x1: x + size / 6, y0: y - size, y1: y };
  const rest = { areaPx: size * size * 0.25, flowX: 0, flowY: 0, stillMs: 0, divided: false };
  return { ...box, footX: x, footY: y, size, people, ...rest };
}

function numbers(tracks: readonly Tracked[]): Float64Array {
  return Float64Array.from(
    tracks
      .flatMap((t) => [t.id, t.x, t.y, t.vx, t.vy, t.x0, t.y0, t.x1, t.y1, t.size, t.people, t.bornAtMs])
      .concat(tracks.flatMap((t) => [t.seenAtMs, t.hits, t.stillMs, Number(t.seen), t.surprise])),
  );
}

/** Both over the same pictures; returns how many tracks there were in each. */
function compare(pictures: readonly { atMs: number; found: readonly Sighting[] }[], what: string): number[] {
  const tracker = new Tracker();
  const twin = new TrackerTwin();
  return pictures.map(({ atMs, found }, n) => {
    const tracks = numbers(tracker.step(found, atMs));
    expectSame(tracks, numbers(twin.step(found, atMs)), `${what}, picture ${n}`);
    return tracks.length / 17;
  });
}

/** People who walk across, miss pictures, stand in each other's way, and clutter that comes and goes. */
function scene(chance: Chance, walkers: number, pictures: number) {
  const people = Array.from({ length: walkers }, () => ({
    x: chance.unit() * 160,
    y: 20 + chance.unit() * 70,
    vx: (chance.unit() - 0.5) * 60,
    vy: (chance.unit() - 0.5) * 20,
    size: 8 + chance.unit() * 22,
  }));
  let atMs = 1_700_000_000_000;
  return Array.from({ length: pictures }, () => {
    // Sometimes the same time again, a step back, or a gap in the stream.
    const dtMs = [200, 200, 200, 200, 67, 133, 0, -100, 1000, 2500][chance.below(10)]!;
    atMs += dtMs;
    for (const one of people) {
      one.x += (one.vx * dtMs) / 1000;
      one.y += (one.vy * dtMs) / 1000;
      if (one.x < 0 || one.x > 160) one.vx = -one.vx;
      if (one.y < 20 || one.y > 90) one.vy = -one.vy;
    }
    const found = people
      .filter(() => chance.below(6) > 0)
      .map(({ x, y, size }) => ({
        ...person(x + chance.unit() * 2, y + chance.unit() * 2, size, chance.below(5) === 0 ? 2.5 : 1),
        stillMs: chance.below(3) * 200,
      }));
    const clutter = Array.from({ length: chance.below(4) }, () =>
      person(chance.unit() * 160, chance.unit() * 90, 5 + chance.unit() * 20),
    );
    return { atMs, found: chance.below(15) === 0 ? [] : [...clutter, ...found] };
  });
}

describe(`tracks and their twin (seed ${SEED})`, () => {
  it.each([0, 1, 2, 7, 30, 90, 140, 300])('follow %i walkers alike, to the last bit', (walkers) => {
    const counts = compare(scene(random(SEED + walkers), walkers, walkers > 90 ? 40 : 200), `${walkers}`);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(Math.min(walkers, TRACKS_MAX));
  });

  it('settle equal costs by order: people on a grid, several at the same spot', () => {
    const chance = random(SEED);
    const pictures = Array.from({ length: 60 }, (_, n) => ({
      atMs: n * STEP_MS,
      found: Array.from({ length: 40 }, () => person(10 * chance.below(8), 30 + 10 * chance.below(3), 16)),
    }));
    compare(pictures, 'grid');
  });

  it(`look at ${SIGHTINGS_MAX} sightings and follow ${TRACKS_MAX}, in order`, () => {
    const crowd = Array.from({ length: SIGHTINGS_MAX + 40 }, (_, i) =>
      person((i % 32) * 30, 30 + 30 * (i >> 5)),
    );
    expect(compare([{ atMs: 0, found: crowd }], 'first')).toEqual([TRACKS_MAX]);
    // Those at the end of the list are found again, unless they come after the last that is looked at.
    const tracker = new Tracker();
    tracker.step(crowd.slice(SIGHTINGS_MAX - 10, SIGHTINGS_MAX + 10), 0);
    const tracks = tracker.step(crowd, 100);
    expect(tracks.slice(0, 20).map((track) => track.seen)).toEqual(
      Array.from({ length: 20 }, (_, i) => i < 10),
    );
  });
});

describe('the state', () => {
  it('is as large as drawn, and neither it nor scratch is left', () => {
    const sizes = instantiate(0).exports;
    const stateBytes = sizes.tracksBytes();
    expect(stateBytes).toBe(64 + TRACKS_MAX * 17 * 8);
    const scratchBytes = sizes.tracksScratchBytes();
    const sightingBytes = SIGHTINGS_MAX * 72;
    const { exports, memory, base } = instantiate(192 + stateBytes + sightingBytes + scratchBytes);
    const state = base + 64;
    const scratch = state + stateBytes + 64;
    const sightings = scratch + scratchBytes + 64;
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0xa5, base).fill(0, state, state + stateBytes);
    const rows = new Float64Array(memory.buffer, sightings, SIGHTINGS_MAX * 9);
    for (let s = 0; s < SIGHTINGS_MAX; s++) rows.set([s, 10, s + 5, 30, s + 2, 30, 20, 1, 0], 9 * s);
    for (const count of [SIGHTINGS_MAX, 1_000_000, -1])
      expect(exports.tracksStep(state, sightings, count, 5, scratch)).toBe(TRACKS_MAX);
    for (const guard of [base, state + stateBytes, scratch + scratchBytes])
      expectSame(bytes.subarray(guard, guard + 64), new Uint8Array(64).fill(0xa5), 'guard');
  });

  it('of one camera knows nothing of the other', () => {
    const [a, b] = [scene(random(SEED + 1), 20, 50), scene(random(SEED + 2), 5, 50)];
    const trackers = [new Tracker(), new Tracker()] as const;
    const twins = [new TrackerTwin(), new TrackerTwin()] as const;
    a.forEach((picture, n) => {
      const other = b[n]!;
      [picture, other].forEach(({ found, atMs }, i) => {
        const want = numbers(twins[i]!.step(found, atMs));
        expectSame(numbers(trackers[i]!.step(found, atMs)), want, `camera ${i}, picture ${n}`);
      });
    });
  });
});

/** Ids and places of whoever is followed, one list per picture. */
function follow(pictures: readonly (readonly Sighting[])[], tracker = new Tracker()): Tracked[][] {
  return pictures.map((found, n) => tracker.step(found, n * STEP_MS).map((track) => ({ ...track })));
}

describe('somebody who is followed', () => {
  it('keeps the id across the view, and is known by place and speed', () => {
    const walk = Array.from({ length: 25 }, (_, n) => [person(10 + 6 * n, 60)]);
    const steps = follow(walk);
    expect(new Set(steps.flat().map((track) => track.id))).toEqual(new Set([1]));
    const last = steps.at(-1)![0]!;
    expect(last.vx).toBeCloseTo(30, 1);
    expect(last.vy).toBe(0);
    expect(last.x).toBeCloseTo(10 + 6 * 24, 1);
    expect(last.hits).toBe(25);
  });

  it.each([0, 3, 6])('keeps it when another comes the other way, %i pixels nearer', (dy) => {
    // In either order in the list, as regions come.
    const steps = follow(
      Array.from({ length: 25 }, (_, n) => {
        const pair = [person(10 + 6 * n, 60), person(157 - 6 * n, 60 + dy)];
        return n % 2 === 0 ? pair : pair.reverse();
      }),
    );
    const last = steps.at(-1)!;
    expect(last.map((track) => track.id)).toEqual([1, 2]);
    expect(last[0]!.x).toBeGreaterThan(140);
    expect(last[1]!.x).toBeLessThan(30);
  });

  it('is carried on for two seconds while unseen, and found again', () => {
    const walk = Array.from({ length: 6 }, (_, n) => [person(10 + 4 * n, 60)]);
    const tracker = new Tracker();
    const seen = follow(walk, tracker).at(-1)![0]!;
    const carried = { ...tracker.step([], seen.seenAtMs + 2000)[0]! };
    expect(carried).toMatchObject({ id: 1, seen: false, hits: 6 });
    expect(carried.x - seen.x).toBeCloseTo(2 * seen.vx, 9);
    expect(tracker.step([person(carried.x + 3, 60)], seen.seenAtMs + 2200)).toMatchObject([
      { id: 1, seen: true },
    ]);
    expect(tracker.step([], seen.seenAtMs + 4200)).toHaveLength(1);
    expect(tracker.step([], seen.seenAtMs + 4201)).toEqual([]);
  });

  it('is given up after 0.4 s when hardly known', () => {
    const tracker = new Tracker();
    tracker.step([person(50, 50)], 0);
    expect(tracker.step([], 400)).toHaveLength(1);
    expect(tracker.step([], 401)).toEqual([]);
  });

  it('merges with another into one region and comes out of it with the id from before', () => {
    const steps = follow(
      Array.from({ length: 20 }, (_, n) => {
        const x = 20 + 5 * n;
        const apart = Math.abs(n - 10) * 2;
        // A second is spent side by side as one region of two people.
        return apart < 6 ? [person(x, 60, 20, 2)] : [person(x - apart / 2, 60), person(x + apart / 2, 60)];
      }),
    );
    expect(
      steps
        .at(-1)!
        .map((track) => track.id)
        .sort(),
    ).toEqual([1, 2]);
    expect(steps.at(-1)!.every((track) => track.seen)).toBe(true);
  });

  it('gets an id between 1 and 65535, and after the last the first again', () => {
    const tracker = new Tracker();
    const ids: number[] = [];
    // Everybody is new in every picture: far from where anybody was, after everybody was given up.
    for (let n = 0; ids.length <= 65_536; n++) {
      const crowd = Array.from({ length: TRACKS_MAX }, (_, i) => person(i * 100, (n % 2) * 10_000, 10));
      ids.push(...tracker.step(crowd, n * 1000).map((track) => track.id));
    }
    expectSame(
      Float64Array.from(ids),
      Float64Array.from(ids, (_, i) => (i % 65_535) + 1),
      'id',
    );
  });
});
