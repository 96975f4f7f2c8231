import { describe, expect, test } from 'vitest';
import { gridOf } from '../../pipeline/measure/grid.ts';
import { Ground } from '../../pipeline/measure/ground.ts';
import { sightings } from '../../pipeline/measure/sightings.ts';
import { AREA_PX, frameOf, fromAbove, type Region, TALL_PX } from './build.ts';

const seen = (...regions: Region[]) => {
  const frame = frameOf(5, regions);
  return sightings(frame, frame.cells && gridOf(frame.cells, 0), new Ground(fromAbove));
};
const feet = (found: ReturnType<typeof seen>) => found.map(({ footX, footY }) => [footX, footY]);

test('one person is one sighting, in pixels of the plane', () => {
  const [one, ...more] = seen({ foot: [60, 80], flowX: 1.5, stillMs: 400 });
  expect(more).toEqual([]);
  expect(one).toMatchObject({ people: 1, areaPx: AREA_PX, flowX: 1.5, stillMs: 400 });
  expect(one?.size).toBeCloseTo(TALL_PX, 9);
  expect([one?.x0, one?.y0, one?.x1, one?.y1].map((value) => Math.round(value!))).toEqual([55, 53, 65, 80]);
  expect(one?.footX).toBeCloseTo(60, 9);
  expect(one?.footY).toBeCloseTo(80, 9);
});

test.each([
  ['a fifth of a person is noise', 0.2, 0],
  ['a quarter is somebody half hidden', 0.25, 1],
])('%s', (_name, share, count) => {
  expect(seen({ foot: [60, 80], area: share * AREA_PX })).toHaveLength(count);
});

describe('pieces', () => {
  const legs: Region = { foot: [60, 80], tall: 11, area: 70, flowX: 2 };
  const body = (gap: number, x = 60): Region => ({
    foot: [x, 69 - gap],
    tall: 12,
    area: 70,
    flowX: 0,
    stillMs: 600,
  });

  test('of one person above each other are joined, and move as one', () => {
    const found = seen(body(2), legs);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ areaPx: 140, flowX: 1, stillMs: 0, people: 1 });
    expect(found[0]?.y0).toBeCloseTo(55, 9);
    expect(found[0]?.footY).toBeCloseTo(80, 9);
  });

  test.each([
    ['too far above', [body(9), legs]],
    ['beside', [body(2, 68), legs]],
    ['together taller than a person', [{ ...body(2), tall: 20 }, legs]],
  ])('%s are two', (_name, regions) => {
    expect(seen(...regions)).toHaveLength(2);
  });
});

describe('a region of several people', () => {
  test('two side by side are divided at the middle', () => {
    const found = seen({ foot: [60, 80], wide: 22, area: 2 * AREA_PX });
    expect(feet(found)).toEqual([
      [54.5, expect.closeTo(80, 6)],
      [65.5, expect.closeTo(80, 6)],
    ]);
    expect(found.map(({ people, areaPx }) => [people, areaPx])).toEqual([
      [1, AREA_PX],
      [1, AREA_PX],
    ]);
  });

  test('one behind the other: a head tells where its feet are', () => {
    const found = seen({ foot: [60, 80], tall: 40, area: 2 * AREA_PX });
    expect(found.map(({ footY }) => Math.round(footY))).toEqual([80, 40 + TALL_PX]);
    expect(found.map(({ y0 }) => Math.round(y0))).toEqual([80 - TALL_PX, 40]);
  });

  test('as wide as one and as tall as one stays whole, for as many as its area says', () => {
    const found = seen({ foot: [60, 80], area: 2 * AREA_PX });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ people: 2 });
  });

  test('more than 6 are a crowd and are not divided', () => {
    const six = seen({ foot: [80, 80], wide: 66, area: 6 * AREA_PX });
    const seven = seen({ foot: [80, 80], wide: 77, area: 7 * AREA_PX });
    expect(six).toHaveLength(6);
    expect(seven).toMatchObject([{ people: 7 }]);
  });

  test('dividing loses and invents nobody', () => {
    for (let people = 1; people <= 9; people++) {
      for (const wide of [10, 22, 33, 60]) {
        for (const tall of [20, 27, 40, 60]) {
          const found = seen({ foot: [80, 85], wide, tall, area: people * AREA_PX });
          const said = found.reduce((sum, sighting) => sum + sighting.people, 0);
          expect(said, `${people} people, ${wide}x${tall}`).toBeGreaterThanOrEqual(people);
          expect(said, `${people} people, ${wide}x${tall}`).toBeLessThanOrEqual(
            Math.max(people, found.length),
          );
        }
      }
    }
  });
});

test('two people apart are two', () => {
  expect(feet(seen({ foot: [40, 80] }, { foot: [120, 60] })).map(([x]) => Math.round(x!))).toEqual([40, 120]);
});

describe('people taller than the prior, before their height is known', () => {
  const look = (ground: Ground, region: Region) => {
    const frame = frameOf(5, [region]);
    return sightings(frame, frame.cells && gridOf(frame.cells, 0), ground);
  };
  const { prior, known } = (() => {
    const fresh = new Ground([]);
    const taught = new Ground([]);
    for (let n = 0; n < 40; n++) taught.learn(80 / 90, fresh.height(80 / 90), 0.25);
    return { prior: 90 * fresh.height(80 / 90), known: taught };
  })();
  const person = (times: number, wide = 0.4): Region => {
    const tall = times * prior;
    return { foot: [60, 80], tall, wide: wide * tall, area: 0.25 * tall ** 2 };
  };

  test.each([1, 1.4, 2, 2.8])('somebody %f times as tall is one, and not people on each other', (times) => {
    expect(look(new Ground([]), person(times))).toMatchObject([{ people: 1 }]);
  });

  test.each([
    [4, 1],
    [5, 2],
  ])('among %i regions it is %i: where many are, somebody stands before somebody else', (count, people) => {
    const others = Array.from(
      { length: count - 1 },
      (_, k) => ({ foot: [90 + 15 * k, 80], area: 90 }) as Region,
    );
    const frame = frameOf(5, [person(2, 0.2), ...others]);
    const found = sightings(frame, frame.cells && gridOf(frame.cells, 0), new Ground([]));
    expect(found.filter(({ footX }) => footX < 80)).toHaveLength(people);
  });

  test('what is as wide as tall is divided by the prior', () => {
    expect(look(new Ground([]), person(2, 1)).length).toBeGreaterThan(1);
  });

  test('once it is known, a column twice as tall is two, one behind the other', () => {
    expect(known.known).toBe(true);
    expect(look(known, person(2, 0.2))).toHaveLength(2);
  });
});
