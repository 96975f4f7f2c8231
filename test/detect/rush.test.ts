import { describe, expect, test } from 'vitest';
import { Rush } from '../../pipeline/detect/rush.ts';
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
  turning,
} from './crowd-places.ts';

const standing: Place = () => area(14, 0.2);
const walking: Place = () => area(14, 1.3, EVERY_WAY);
const then = (after: Place, before: Place = standing) => turning(after, before);

describe.each([
  ['at 5 pictures a second', 200],
  ['at 10', 100],
  ['at 25', 40],
])('%s', (_, stepMs) => {
  test.each<[string, Place]>([
    ['all who stood run one way', then(() => area(14, 3.5))],
    ['who walked', then(() => area(14, 3.5), walking)],
    ['a dense crowd that comes apart as it runs', then((ms) => area(Math.min(25, 14 + ms / 100), 3.5))],
    ['some go on standing', then(() => [...area(10, 3.5), ...area(5, 0.1)])],
    [
      'they run every way, and of many no flow is seen',
      then(() => [...area(7, 3.2, EVERY_WAY), ...area(14, 0.6)]),
    ],
  ])('is one: %s', (_, place) => {
    const delayS = firstSeenS(new Rush(), place, stepMs);
    expect(delayS).toBeGreaterThanOrEqual(0.3);
    expect(delayS).toBeLessThanOrEqual(0.8);
  });

  test.each<[string, Place]>([
    ['people who stand', standing],
    ['people who walk', walking],
    ['all begin to walk', then(walking)],
    ['some of many run every way', then(() => [...area(5.5, 3.5, EVERY_WAY), ...area(14, 0.2)])],
    ['four of them run', then(() => [...area(4, 3.5), ...area(10, 0.2)])],
    ['somebody is always fast: a road beside', () => [...area(6, 6), ...area(14, 0.3)]],
    ['a train comes while people stand', then(() => [...area(30, 5), ...area(14, 0.2)])],
    [
      'a train comes into an empty place',
      then(
        () => area(30, 5),
        () => [],
      ),
    ],
    ['a train comes, and half of it shows no flow', then(() => [...area(25, 5), ...area(25, 0.4)])],
    [
      'a train that stood departs, a third of which shows flow: a metre per second faster every second',
      then(
        (ms) => [...area(14, Math.min(9, ms / 1000)), ...area(30, 0.3)],
        () => area(44, 0),
      ),
    ],
    [
      'the camera is knocked: everything moves, to and fro',
      then((ms, picture) =>
        ms < 1_500 ? area(14, 4, 0.1, picture % 2 === 0 ? 0 : Math.PI) : standing(ms, picture),
      ),
    ],
    [
      'the camera trembles: everything moves in every second picture',
      then((ms, picture) => (picture % 2 === 0 ? area(14, 4, 0.1) : standing(ms, picture))),
    ],
    [
      'a step of light, gone in a picture',
      then((ms, picture) => (ms < stepMs ? area(14, 4) : standing(ms, picture))),
    ],
    ['light that sweeps: much is faster than anybody', then(() => [...area(9, 4), ...area(5, 12)])],
  ])('is none: %s', (_, place) => {
    expect(firstSeenS(new Rush(), place, stepMs)).toBeUndefined();
  });
});

test('it ends when fewer than half of them run, and by itself after a while', () => {
  const last = (place: Place) => lastSeenMs(new Rush(), place);
  expect(last(then((ms, n) => (ms < 3_000 ? area(14, 3.5) : standing(ms, n))))).toBeCloseTo(3_000, -3);
  expect(last(then(() => area(14, 3.5)))).toBeLessThanOrEqual(9_000);
});

test('nothing is known before something was seen for three seconds', () => {
  const rush = new Rush();
  const place = (ms: number) => (ms < 2_000 ? area(14, 0.2) : area(14, 3.5));
  for (let ms = 0; ms < 4_000; ms += 200) expect(rush.step(ms, place(ms), LIMITS)).toBeUndefined();
  for (let ms = 0; ms < AT; ms += 200) rush.step(5_000 + ms, area(14, 0.2), LIMITS);
  rush.forget();
  for (let ms = 0; ms < 2_000; ms += 200)
    expect(rush.step(20_000 + ms, area(14, 3.5), LIMITS)).toBeUndefined();
});

test('what is kept is bounded, at any rate of pictures', () => {
  const rush = new Rush();
  for (let ms = 0; ms < 60_000; ms += 17) rush.step(ms, standing(ms, 0), LIMITS);
  expect(rush.save().looks.length).toBeLessThanOrEqual(41);
});

test('the rule says how many ran, how fast and which way, and goes on from saved state the same', () => {
  const surge = leaving(then(() => area(14, 3.5)));
  expect(claimed(surge)[0]).toMatch(
    /^1[34] people ran all one way at 3\.5 m\/s, limit 5 people at 2\.\d m\/s/,
  );
  expect(claimed(then(walking))).toEqual([]);
  // They stand at 0.6.
  expect(claimed(surge, { zoneY: 0.7 })).toEqual([]);
  expect(claimed(surge, { calibrated: false })).toEqual([]);
});

test('what moves within an outline that stays is a train that departs', () => {
  expect(claimed(then(() => area(14, 3.5)))).toEqual([]);
  // Its end comes into view after some seconds, as fast as it is then.
  const later: Place = (ms, n) =>
    leaving(then(() => area(14, 3.5)))(Math.max(ms - 3_000, Math.min(ms, AT)), n);
  expect(claimed(later)).toEqual([]);
});

test('in falling snow nothing is claimed', () => {
  const surge = leaving(then(() => area(14, 3.5)));
  expect(claimed(surge, { flakes: 12 })).toEqual([]);
  expect(claimed(surge, { flakes: 2 })).not.toEqual([]);
});
