import { describe, expect, test } from 'vitest';
import { Stampede } from '../../../pipeline/detect/crowd-movement/stampede.ts';
import type { CellMotion, ViewState } from '../../../pipeline/model.ts';
import {
  AT,
  claimed,
  EVERY_WAY,
  firstSeenS,
  LIMITS,
  lastSeenMs,
  type Place,
  regions,
  turning,
} from './crowd-places.ts';

const PLANE = { planeWidth: 160, planeHeight: 90 };

/** `people` in the columns and rows from ... to before ..., at `speed` m/s, within `spread` radians about `way`. */
function block(
  [left, right, top, bottom]: readonly [number, number, number, number],
  people: number,
  speed: number,
  spread = 0.3,
  way = 0,
): readonly CellMotion[] {
  const columns = Math.max(0, Math.min(40, right) - left);
  const count = columns * (bottom - top);
  return Array.from({ length: count }, (_, k) => {
    const angle = way + spread * (((k * 7) % count) / Math.max(1, count - 1) - 0.5);
    const [vx, vy] = [speed * Math.cos(angle), speed * Math.sin(angle)];
    const x = (left + (k % columns) + 0.5) / 40;
    const y = (4 * (top + Math.floor(k / columns)) + 2) / 90;
    return { x, y, footY: y, people: people / count, speed, vx, vy };
  });
}

/** Fourteen on the left; `far`: columns they have gone. */
function crowd(speed: number, spread = EVERY_WAY, people = 14, far = 0): readonly CellMotion[] {
  return block([3 + far, 10 + far, 8, 14], people, speed, spread);
}

/** On the right, as much as fifty people. */
function train(speed: number, spread = 0.3, left = 24): readonly CellMotion[] {
  return block([left, 40, 2, 20], (50 * (40 - left)) / 16, speed, spread, Math.PI);
}

const standing: Place = () => crowd(0.1);
const then = (after: Place, before: Place = standing) => turning(after, before);
const columns = (ms: number) => Math.min(10, Math.floor(ms / 250));
const scatter: Place = (ms) => crowd(3.2, EVERY_WAY, 14, columns(ms));
const surge: Place = (ms) => crowd(3.5, 0.3, 14, columns(ms));
const both =
  (one: Place, other: Place): Place =>
  (ms, n) => [...one(ms, n), ...other(ms, n)];
/** A train comes, stands and hides the whole place, people before it do something from AT on. */
const before =
  (place: Place): Place =>
  (ms, n) => {
    if (ms < 2_000) return [];
    const stands = block([1, 30, 2, 20], 80, ms < 4_000 ? 6 : 0.05);
    if (ms < AT) return stands;
    const its = place(ms - AT, n);
    const hidden = new Set(its.map(({ x, y }) => `${x} ${y}`));
    return [...stands.filter(({ x, y }) => !hidden.has(`${x} ${y}`)), ...its];
  };
const from0 =
  (place: Place): Place =>
  (ms, n) =>
    place(ms + AT, n);

/** Sixty surge in so many cells, which those behind them fill, but for one. */
const filling = (rows: number): Place =>
  then(
    (ms) => block([6, 15, 8, 8 + rows], 60, 3.5).slice(ms < 600 ? 0 : 1),
    () => block([3, 12, 8, 8 + rows], 60, 0.1),
  );

function watching() {
  const stampede = new Stampede();
  return {
    step: (now: number, motion: readonly CellMotion[], limits: typeof LIMITS) =>
      stampede.step(now, motion, PLANE, limits),
  };
}

describe.each([
  ['at 5 pictures a second', 200],
  ['at 10', 100],
  ['at 25', 40],
])('%s', (_, stepMs) => {
  test.each<[string, Place]>([
    ['who stood scatter', then(scatter)],
    ['who stood run one way', then(surge)],
    [
      'hardly more than make a crowd scatter, of whom few are seen as fast as they run',
      then(
        (ms) => [
          ...block([3 + columns(ms), 8 + columns(ms), 8, 14], 4.2, 1.5, EVERY_WAY),
          ...block([8 + columns(ms), 10 + columns(ms), 8, 14], 1.4, 2.4, EVERY_WAY),
        ],
        () => crowd(0.1, EVERY_WAY, 5.6),
      ),
    ],
    ['many run one way, of whose 45 cells one is free', filling(5)],
    ['of whom some walked', then(scatter, () => [...crowd(1.1, 1, 6), ...crowd(0.1, 1, 8)])],
    [
      'who were hidden come into view, and of most the flow is lost',
      then((ms) => [...crowd(3.2, EVERY_WAY, 8, columns(ms)), ...block([3, 10, 14, 18], 5, 1.4, EVERY_WAY)]),
    ],
    ['they scatter while a train passes', both(then(scatter), () => train(6))],
    ['whose flow is wrong', both(then(scatter), () => train(6, EVERY_WAY))],
    ['they run one way while a train passes', both(then(surge), () => train(6))],
    [
      'they run one way along the view, of whose outline little changes at once',
      then(
        (ms) => block([ms < 800 ? 5 : 6, ms < 800 ? 14 : 15, 8, 14], 14, 3.5),
        () => block([3, 12, 8, 14], 14, 0.1),
      ),
    ],
    [
      'they run one way, past some who ran the same way before',
      both(then(surge), () => block([13, 16, 10, 12], 2.5, 3.5)),
    ],
    ['they scatter beside a train that stands', both(then(scatter), (ms) => (ms < 5_000 ? [] : train(0)))],
    ['they scatter before a train that stands', before(scatter)],
    [
      'they scatter before a train that stands, and go on all one way',
      before((ms) => crowd(3.2, ms < 250 ? EVERY_WAY : 0.2, 14, columns(ms))),
    ],
    [
      'a train comes in as they scatter',
      both(
        then(scatter),
        then(
          (ms) => train(6, EVERY_WAY, 40 - Math.min(16, Math.floor(ms / 60))),
          () => [],
        ),
      ),
    ],
  ])('is one: %s', (__, place) => {
    const delayS = firstSeenS(watching(), place, stepMs);
    // They are to be elsewhere 0.8 s after it looks like one.
    expect(delayS).toBeGreaterThanOrEqual(0.8);
    expect(delayS).toBeLessThanOrEqual(2);
  });

  test.each<[string, Place]>([
    [
      'what runs one way is soon within the outline that was: light, or a train that departs',
      then((ms) => crowd(3.5, 0.3, 14, ms < 600 ? 2 : 0)),
    ],
    [
      'few every way, of whose places less than that of two is free: who rise in a coach',
      then(
        (ms) => block([3, 13, 8, 14], 9, 3.5, EVERY_WAY).slice(ms < 600 ? 0 : 7),
        () => block([3, 10, 8, 14], 6, 0.1),
      ),
    ],
    ['many one way, of whose 54 cells one is free', filling(6)],
    [
      'few one way, of whose places hardly one is free',
      then(
        (ms) => block([3, 12, 8, 14], 7.7, 3.5).slice(ms < 600 ? 0 : 2),
        () => block([3, 10, 8, 14], 6, 0.1),
      ),
    ],
    ['people who stand', standing],
    ['they set off to walk, every way', then((ms) => crowd(1.4, EVERY_WAY, 14, columns(ms / 2)))],
    ['four of them run', then((ms) => [...crowd(3.5, 0.3, 4, columns(ms)), ...crowd(0.1, 0.3, 10)])],
    [
      'some of many run one way, the others go on standing',
      then(
        (ms) => [...crowd(3.5, 0.3, 6, columns(ms)), ...block([3, 20, 14, 22], 40, 0.1)],
        () => [...crowd(0.1), ...block([3, 20, 14, 22], 40, 0.1)],
      ),
    ],
    ['a train passes all the time', () => [...crowd(0.1), ...train(6, EVERY_WAY)]],
    [
      'a train comes in while people stand, and its flow is wrong',
      both(
        standing,
        then(
          (ms) => train(6, EVERY_WAY, 40 - Math.min(16, Math.floor(ms / 60))),
          () => [],
        ),
      ),
    ],
    [
      'a train comes nearer, faster as it does',
      both(
        standing,
        then(
          (ms) => train(Math.min(6, 1 + ms / 1_000), 0.3, 36 - Math.min(12, Math.floor(ms / 500))),
          () => train(1, 0.3, 36),
        ),
      ),
    ],
    [
      'a train that stood departs: a metre per second faster every second',
      both(
        standing,
        then(
          (ms) => train(Math.min(9, ms / 1_000), 0.3, 24 + Math.min(16, Math.floor((ms / 1_000) ** 2 / 4))),
          () => train(0),
        ),
      ),
    ],
    [
      'the light of a train that comes: it grows, goes every way and stays',
      then(
        (ms) => block([10, 14 + Math.min(10, Math.floor(ms / 250)), 8, 14], 8 + ms / 400, 3, EVERY_WAY),
        () => block([10, 14, 8, 14], 8, 0.1),
      ),
    ],
    [
      'a train departs that stood to one side of a column and went on the other before',
      then(
        (ms) => [
          ...block([24 + Math.min(8, Math.floor(ms / 300)), 36, 2, 20], 25, 4, 0.1, 0),
          ...block([36, 39, 2, 20], 12, 4, 0.1, 0),
        ],
        () => [...block([24, 36, 2, 20], 25, 0.1), ...block([36, 39, 2, 20], 12, 3, 0.1, 0)],
      ),
    ],
    [
      'they set off to walk before a train that stands',
      before((ms) => crowd(1.2, EVERY_WAY, 14, columns(ms / 3))),
    ],
    [
      'a train that stood departs, every way as its flow is found, and a third of it seems to stand again',
      before((ms) =>
        crowd(3.2, ms < 250 ? EVERY_WAY : 0.2).map((cell, k) =>
          ms < 250 || k % 3 > 0 ? cell : { ...cell, speed: 0, vx: 0, vy: 0 },
        ),
      ),
    ],
    ['they run all one way in the cells of a train that stood, as it does when it departs', before(surge)],
    ['what moves within an outline that stays', then(() => crowd(3.5))],
    [
      'the camera is knocked: everything moves for half a second',
      then((ms) => (ms < 500 ? crowd(4, 0.1, 14, 1) : crowd(0.1))),
    ],
    [
      'a step of light, gone in a picture',
      then((ms, n) => (ms < stepMs ? scatter(ms + 1_000, n) : crowd(0.1))),
    ],
    [
      'light that sweeps: much is faster than anybody',
      then((ms) => [...crowd(4, EVERY_WAY, 9, columns(ms)), ...block([3, 10, 15, 18], 5, 12)]),
    ],
  ])('is none: %s', (__, place) => {
    expect(firstSeenS(watching(), place, stepMs)).toBeUndefined();
  });
});

test('it ends when fewer than half of them run, and by itself after a while', () => {
  expect(
    lastSeenMs(
      watching(),
      then((ms, n) => (ms < 3_000 ? surge(ms, n) : crowd(0.1))),
    ),
  ).toBeCloseTo(3_000, -3);
  expect(lastSeenMs(watching(), then(surge))).toBeLessThanOrEqual(9_000);
});

test('it is claimed for a third of a second at least, also of who are out of view by then', () => {
  const out = (fromMs: number) =>
    lastSeenMs(
      watching(),
      then((ms, n) => (ms < fromMs ? scatter(ms, n) : [])),
    );
  expect(out(800)).toBe(0);
  expect(out(1_400)).toBe(1_800);
});

test('nothing is known before something was seen for four seconds, nor after the view was lost', () => {
  const stampede = new Stampede();
  const look = (ms: number, place: Place) => stampede.step(ms, place(ms, 0), PLANE, LIMITS);
  for (let ms = 0; ms < 3_000; ms += 200) look(ms, standing);
  for (let ms = 0; ms < 800; ms += 200) expect(look(3_000 + ms, from0(surge))).toBeUndefined();
  stampede.forget();
  for (let ms = 0; ms < 3_000; ms += 200) expect(look(20_000 + ms, surge)).toBeUndefined();
});

test('what is kept is bounded, at any rate of pictures', () => {
  const stampede = new Stampede();
  for (let ms = 0; ms < 60_000; ms += 17) stampede.step(ms, standing(ms, 0), PLANE, LIMITS);
  expect(stampede.save().kept.length).toBeLessThanOrEqual(17);
  expect(stampede.save().sudden.looks.length).toBeLessThanOrEqual(7);
});

test('the rule says how many ran, how fast and which way, and goes on from saved state the same', () => {
  expect(claimed(then(surge))[0]).toMatch(
    /^1\d people began to run all one way at once, limit 5 people: \d+\.\d times as much moves as before, limit 5\.0 times$/,
  );
  expect(claimed(both(then(scatter), () => train(6)))[0]).toMatch(
    /^\d+ people began to run every way .* limit 4\.0 times$/,
  );
  expect(claimed(standing)).toEqual([]);
  // They stand above it.
  expect(claimed(then(surge), { zoneY: 0.7 })).toEqual([]);
  expect(claimed(then(surge), { calibrated: false })).toEqual([]);
});

test('the rule claims nothing while the camera swings', () => {
  /** It is knocked as they begin: in one picture edges of the place are seen too, and all goes the other way. */
  const knocked = (way: number): Place =>
    then((ms, n) => (ms < 200 ? block([3, 16, 8, 14], 26, 4, 0.3, way) : surge(ms, n)));
  expect(claimed(knocked(0))).not.toEqual([]);
  expect(claimed(knocked(Math.PI))).toEqual([]);
});

test('what comes as a whole is a train with the cells beside it, for as long as something is compared with it', () => {
  const stampede = new Stampede();
  const from = 5_000;
  for (let ms = 0; ms <= 7_000; ms += 200)
    stampede.step(ms, ms < from ? crowd(0.1) : [...crowd(0.1), ...train(6)], PLANE, LIMITS);
  const [its] = train(6);
  const beside = { ...its!, x: its!.x - 1 / 40 };
  const [somebody] = crowd(0.1);
  for (const [cell, now, is] of [
    [its!, 7_000, true],
    [beside, 7_000, true],
    [its!, 11_900, true],
    [its!, 12_100, false],
    [somebody!, 7_000, false],
  ] as const)
    expect(stampede.awayFromTrains([cell], now, PLANE)).toEqual(is ? [] : [cell]);
  expect(stampede.isTrain({ x0: 0.65, y0: 0.2, x1: 0.9, y1: 0.8 }, 7_000, PLANE)).toBe(true);
  expect(stampede.isTrain({ x0: 0.1, y0: 0.4, x1: 0.2, y1: 0.6 }, 7_000, PLANE)).toBe(false);
});

test('regions that run all one way are left to the cells where these can tell, also pieces of a train that departs', () => {
  const oneWay = (ms: number) =>
    regions(7, 1).map((mover) => ({
      ...mover,
      speed: ms < AT ? 1 : 3.5,
      velocity: { x: ms < AT ? 1 : 3.5, y: 0 },
    }));
  const everyWay = (ms: number) => regions(7, ms < AT ? 1 : 3.5);
  const still: Place = () => crowd(0.1);
  expect(claimed(still, { movers: oneWay })).toEqual([]);
  expect(claimed(still, { movers: oneWay, calibrated: false })).not.toEqual([]);
  expect(claimed(still, { movers: everyWay })).not.toEqual([]);
});

describe('nobody flees towards their own middle', () => {
  /** So much of the way of everybody is away from the middle of all, -1 to 1. */
  const outward =
    (share: number): Place =>
    (ms, n) => {
      const cells = scatter(ms, n);
      const mean = (of: (cell: CellMotion) => number) =>
        cells.reduce((sum, cell) => sum + of(cell), 0) / cells.length;
      const [x, y] = [mean((cell) => cell.x), mean((cell) => cell.y)];
      const across = Math.sqrt(1 - share * share);
      return cells.map((cell) => {
        const [dx, dy] = [(cell.x - x) * (16 / 9), cell.y - y];
        const far = Math.hypot(dx, dy);
        const speed = cell.speed / far;
        return { ...cell, vx: speed * (share * dx - across * dy), vy: speed * (share * dy + across * dx) };
      });
    };

  test.each([1, 0, -0.25])('claimed: outward %s', (share) => {
    expect(claimed(then(outward(share)))).not.toEqual([]);
  });

  test.each([-0.35, -1])('not: outward %s', (share) => {
    expect(claimed(then(outward(share)))).toEqual([]);
  });

  test('nor is what only began so, also in falling snow', () => {
    const turns = then((ms, n) => outward(ms < 2_000 ? -0.5 : 0.5)(ms, n));
    expect(claimed(turns)).toEqual([]);
    expect(claimed(turns, { flakes: 12 })).toEqual([]);
    expect(claimed(then(outward(0.5)), { flakes: 12 })).not.toEqual([]);
    // What comes after it is something else.
    expect(claimed(then(scatter), { after: { converges: true } })).not.toEqual([]);
  });
});

test('in falling snow a crowd is told by its cells, in which flakes fell before too, and in no other way', () => {
  const everyWay = (ms: number) => regions(7, ms < AT ? 1 : 3.5);
  for (const flakes of [2, 12])
    expect(claimed(then(surge), { flakes })[0]).toMatch(/^1\d people began to run all one way/);
  expect(claimed(standing, { movers: everyWay, flakes: 2 })).not.toEqual([]);
  expect(claimed(standing, { movers: everyWay, flakes: 12 })).toEqual([]);
  const snow: Place = (ms) => block([2, 38, 2, 20], 9, 2.5, EVERY_WAY, ms / 1_000);
  expect(claimed(snow, { flakes: 12 })).toEqual([]);
});

test('twenty people who are lost behind each other and found again are no snow', () => {
  const everyWay = (ms: number) => regions(7, ms < AT ? 1 : 3.5);
  expect(claimed(standing, { movers: everyWay, flakes: 4, lasting: 22 })).not.toEqual([]);
  expect(claimed(standing, { movers: everyWay, flakes: 4, lasting: 5 })).toEqual([]);
});

/** A train passes there, then people come one by one, who run later. */
const afterTrain =
  ([left, right]: readonly [number, number], runs: Place): Place =>
  (ms, n) => {
    if (ms < 1_400) return [];
    if (ms < 3_600) return block([left, right, 4, 18], 50, 6);
    const come = crowd(0.1).slice(0, Math.max(0, ms - 5_000) / 70);
    return ms < AT + 4_000 ? come : runs(ms - AT - 4_000, n);
  };

test('what begins to run where trains pass is one more of them', () => {
  for (const [runs, how] of [
    [surge, /run all one way/],
    [scatter, /run every way/],
  ] as const) {
    expect(claimed(afterTrain([24, 40], runs))[0]).toMatch(how);
    expect(claimed(afterTrain([2, 20], runs))).toEqual([]);
    // That is known also of a view that was covered, and no longer when the camera has been moved.
    const view = (state: ViewState) => (ms: number) => (ms === 4_200 ? state : 'ok');
    expect(claimed(afterTrain([2, 20], runs), { view: view('covered') })).toEqual([]);
    expect(claimed(afterTrain([2, 20], runs), { view: view('moved') })[0]).toMatch(how);
  }
});
