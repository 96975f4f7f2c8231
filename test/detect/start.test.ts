import { describe, expect, test } from 'vitest';
import { Start } from '../../pipeline/detect/start.ts';
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

const standing: Place = () => area(14, 0.1, EVERY_WAY);
const then = (after: Place, before: Place = standing) => turning(after, before);
/** Of those who scatter: a few are seen to run, some half as fast, and of the rest hardly any flow is seen. */
const scatter: Place = () => [
  ...area(1.5, 3.5, EVERY_WAY),
  ...area(5, 1.3, EVERY_WAY),
  ...area(8, 0.5, EVERY_WAY),
];

describe.each([
  ['at 5 pictures a second', 200],
  ['at 10', 100],
  ['at 25', 40],
])('%s', (_, stepMs) => {
  test.each<[string, Place]>([
    ['people scatter, and of most the flow is lost', then(scatter)],
    ['and are out of sight after a second', then((ms, n) => (ms < 1_000 ? scatter(ms, n) : []))],
    [
      'while many others go on standing',
      then(
        (ms, n) => [...scatter(ms, n), ...area(40, 0)],
        () => area(54, 0.02, EVERY_WAY),
      ),
    ],
    [
      'who were hidden come into view',
      then((ms, n) => [...scatter(ms, n), ...area(9, 1.1, EVERY_WAY), ...area(2, 3, EVERY_WAY)]),
    ],
  ])('is one: %s', (_, place) => {
    const delayS = firstSeenS(new Start(), place, stepMs);
    expect(delayS).toBeGreaterThanOrEqual(0.35);
    expect(delayS).toBeLessThanOrEqual(0.9);
  });

  test.each<[string, Place]>([
    ['people who stand', standing],
    ['all run one way, as a train departs: rush.ts looks at it', then(() => area(14, 3.5))],
    ['a school class that sets off briskly, all at once', then(() => area(14, 1.6))],
    ['passengers who stood set off every way', then(() => area(14, 1.4, EVERY_WAY))],
    ['one runner and a companion', then(() => [...area(2.5, 4), ...area(12, 0.1, EVERY_WAY)])],
    [
      'a street in which they always run now and then',
      (ms) => (ms % 3_000 < 700 ? area(12, 3, EVERY_WAY) : area(12, 0.2)),
    ],
    [
      'passengers pour out of a door, briskly, and some of them run',
      then((ms) => [
        ...area(Math.min(20, ms / 250), 1.5, 1),
        ...area(Math.min(3, ms / 1_500), 3),
        ...area(8, 0),
      ]),
    ],
    ['a train comes while people stand', then(() => [...area(35, 5), ...area(14, 0.1)])],
    [
      'a train comes into an empty place',
      then(
        () => area(30, 5),
        () => [],
      ),
    ],
    [
      'a train that stood departs: a metre per second faster every second',
      then(
        (ms) => [...area(30, Math.min(7, ms / 1000)), ...area(14, 0.1)],
        () => area(44, 0.1, EVERY_WAY),
      ),
    ],
    [
      'one that departs of which hardly any flow is seen at first',
      then(
        (ms) => [...area(Math.min(30, ms / 60), ms / 1000), ...area(14, 0.1)],
        () => area(44, 0.1, EVERY_WAY),
      ),
    ],
    [
      'the camera is knocked: everything moves, to and fro',
      then((ms, picture) =>
        ms < 1_500 ? area(14, 4, 0.1, picture % 2 === 0 ? 0 : Math.PI) : standing(ms, picture),
      ),
    ],
    [
      'a step of light, gone in a picture',
      then((ms, picture) => (ms < stepMs ? area(14, 4, EVERY_WAY) : standing(ms, picture))),
    ],
    [
      'rain and reflections: much is faster than anybody',
      then(() => [...area(9, 4, EVERY_WAY), ...area(5, 12)]),
    ],
  ])('is none: %s', (_, place) => {
    expect(firstSeenS(new Start(), place, stepMs)).toBeUndefined();
  });
});

test('it ends when fewer than half of them are brisk, and by itself after a while', () => {
  const last = (place: Place) => lastSeenMs(new Start(), place);
  expect(last(then((ms, n) => (ms < 3_000 ? scatter(ms, n) : standing(ms, n))))).toBeCloseTo(3_000, -3);
  expect(last(then(scatter))).toBeLessThanOrEqual(9_000);
});

test('nothing is known before something was seen for two seconds', () => {
  const start = new Start();
  const sudden: Place = (ms, n) => (ms < 1_500 ? standing(ms, n) : scatter(ms, n));
  for (let ms = 0; ms < 6_000; ms += 200) expect(start.step(ms, sudden(ms, 0), LIMITS)).toBeUndefined();
  for (let ms = 0; ms < AT; ms += 200) start.step(7_000 + ms, standing(ms, 0), LIMITS);
  start.forget();
  for (let ms = 0; ms < 2_000; ms += 200)
    expect(start.step(20_000 + ms, scatter(ms, 0), LIMITS)).toBeUndefined();
});

test('what is kept is bounded, at any rate of pictures', () => {
  const start = new Start();
  for (let ms = 0; ms < 60_000; ms += 17) start.step(ms, standing(ms, 0), LIMITS);
  expect(start.save().looks.length).toBeLessThanOrEqual(51);
});

test('the rule claims it, where it knows how tall people are, and goes on from saved state the same', () => {
  expect(claimed(leaving(then(scatter)))[0]).toMatch(/^[67] people ran every way at 1\.\d m\/s/);
  expect(claimed(leaving(then(scatter)), { calibrated: false })).toEqual([]);
  expect(claimed(leaving(then(() => area(14, 1.6))))).toEqual([]);
});
