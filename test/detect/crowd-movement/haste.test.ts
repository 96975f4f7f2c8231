import { describe, expect, test } from 'vitest';
import { Haste } from '../../../pipeline/detect/crowd-movement/haste.ts';
import type { Mover } from '../../../pipeline/model.ts';
import {
  AT,
  area,
  claimed,
  EVERY_WAY,
  firstSeenS,
  LIMITS,
  lastSeenMs,
  leaving,
  type Place,
  regions,
  turning,
} from './crowd-places.ts';

/** A view that nobody calibrated and that shows half of the speed: a walk of 0.6 m/s, a run from 1.2. */
const SEEN = { ...LIMITS, speed: 1.2 };

/** People who walk about; of some no flow is found. */
const walking: Place = (_, picture) => [
  ...area(14, picture % 2 === 0 ? 0.5 : 0.7, EVERY_WAY),
  ...area(4, 0.1, EVERY_WAY),
];
const running: Place = (_, picture) => [
  ...area(8, picture % 2 === 0 ? 1.6 : 2.4, EVERY_WAY),
  ...area(8, 0.8, EVERY_WAY),
];
const then = (after: Place, before: Place = walking) => turning(after, before);

function watching(movers: readonly Mover[] = regions(6, 1.5)) {
  const haste = new Haste();
  return { step: (now: number, motion: ReturnType<Place>) => haste.step(now, motion, movers, SEEN) };
}

describe.each([
  ['at 5 pictures a second', 200],
  ['at 10', 100],
  ['at 25', 40],
])('%s', (_, stepMs) => {
  test.each<[string, Place]>([
    ['people who walked run every way', then(running)],
    ['who stood', then(running, () => area(16, 0.1, EVERY_WAY))],
    ['some go on walking', then((ms, n) => [...running(ms, n), ...area(3, 0.6, EVERY_WAY)])],
    ['they leave the view', then((ms, n) => running(ms, n).filter((__, k) => k % 16 >= ms / 200))],
  ])('is one: %s', (__, place) => {
    const delayS = firstSeenS(watching(), place, stepMs);
    expect(delayS).toBeGreaterThanOrEqual(0.5);
    expect(delayS).toBeLessThanOrEqual(1.5);
  });

  test.each<[string, Place]>([
    ['people who walk about', walking],
    ['who stood set off to walk, every way', then(walking, () => area(16, 0.1, EVERY_WAY))],
    [
      'who stood set off briskly',
      then(
        () => area(16, 0.85, EVERY_WAY),
        () => area(16, 0.1, EVERY_WAY),
      ),
    ],
    [
      'brisk walkers go half as fast again',
      then(
        () => area(16, 1.25, EVERY_WAY),
        () => area(16, 0.8, EVERY_WAY),
      ),
    ],
    [
      'some run through a crowd that stands',
      then(
        () => [...area(5, 2, EVERY_WAY), ...area(11, 0.1)],
        () => area(16, 0.1),
      ),
    ],
    ['they walk half as fast again', then(() => area(16, 0.9, EVERY_WAY))],
    [
      'a place in which they run now and then',
      (ms, n) => (ms % 4_000 < 1_500 ? running(ms, n) : walking(ms, n)),
    ],
    ['traffic begins to flow', then(() => area(16, 2.5))],
    [
      'traffic comes, both ways',
      then((ms, n) => [...walking(ms, n), ...area(8, 4), ...area(8, 4, 0.3, Math.PI)]),
    ],
    [
      'the camera is knocked: all goes one way, and back',
      then((ms) => area(16, 2.5, 0.3, Math.floor(ms / 400) * Math.PI)),
    ],
    ['four of them run', then(() => [...area(4, 2.5, EVERY_WAY), ...area(12, 0.6, EVERY_WAY)])],
    [
      'the light steps, gone in a picture',
      then((ms, n) => (ms < stepMs ? area(16, 5, EVERY_WAY) : walking(ms, n))),
    ],
    ['rain: much is faster than anybody', then(() => [...area(9, 3, EVERY_WAY), ...area(5, 12, EVERY_WAY)])],
  ])('is none: %s', (__, place) => {
    expect(firstSeenS(watching(), place, stepMs)).toBeUndefined();
  });
});

test('one region that goes every way is somebody close who waves', () => {
  expect(firstSeenS(watching(regions(1, 2)), then(running))).toBeUndefined();
  expect(firstSeenS(watching(regions(2, 2)), then(running))).toBeDefined();
  expect(firstSeenS(watching(regions(9, 0.7)), then(running))).toBeUndefined();
});

test('it ends by itself', () => {
  expect(lastSeenMs(watching(), then(running))).toBeLessThanOrEqual(9_500);
});

test('what is kept is bounded, at any rate of pictures, and nothing is known of a view that came back', () => {
  const haste = new Haste();
  for (let ms = 0; ms < 60_000; ms += 17) haste.step(ms, walking(ms, 0), [], SEEN);
  expect(haste.save().sudden.looks.length).toBeLessThanOrEqual(61);
  haste.forget();
  for (let ms = 0; ms < 3_000; ms += 200)
    expect(haste.step(70_000 + ms, running(ms, ms / 200), regions(6, 1.5), SEEN)).toBeUndefined();
});

/** Wide regions: of whom nobody is counted one by one. */
function groups(speed: number): readonly Mover[] {
  return regions(5, speed).map((mover) => ({ ...mover, people: 3, wide: 1.2 }));
}

test('the rule claims it without knowing how tall people are, against the usual pace of the place', () => {
  const movers = (ms: number) => groups(ms < AT ? 0.6 : 1.6);
  const surge = leaving(then(running));
  expect(claimed(surge, { calibrated: false, movers })[0]).toMatch(
    /people began to run every way at once, limit 5 people: \d\.\d times as fast as before, limit 1\.8 times/,
  );
  // It stays where it was, or nothing shows that people here walk at half the speed that they do.
  expect(claimed(then(running), { calibrated: false, movers })).toEqual([]);
  expect(claimed(surge, { calibrated: false, movers: (ms) => groups(ms < AT ? 0.2 : 1.6) })).toEqual([]);
});

test('where trains pass the place as a whole goes faster when one more comes', () => {
  const spread = (cells: ReturnType<Place>, left: number, wide = 0.4): ReturnType<Place> =>
    cells.map((cell, k) => {
      const part = (times: number) => ((k * times) % cells.length) / cells.length;
      return { ...cell, x: left + wide * part(7), y: 0.4 + 0.2 * part(5) };
    });
  /** A train passes from `left` on, then people come who run later. */
  const afterTrain =
    (left: number): Place =>
    (ms, n) => {
      if (ms < 1_400) return [];
      if (ms < 3_600) return spread(area(160, 6), left, 0.54);
      const later = ms - 4_000;
      if (later >= AT) return leaving((_, picture) => spread(running(ms, picture), 0.5))(later, n);
      return spread(walking(ms, n), 0.5).slice(0, Math.max(0, ms - 5_000) / 70);
    };
  const movers = (ms: number) => groups(ms < AT + 4_000 ? 0.6 : 1.6);
  expect(claimed(afterTrain(0), { movers })[0]).toMatch(/as fast as before/);
  expect(claimed(afterTrain(0.45), { movers })).toEqual([]);
});
