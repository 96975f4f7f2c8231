import { describe, expect, test } from 'vitest';
import { Ground } from '../../pipeline/measure/ground.ts';
import { walkers } from '../../pipeline/measure/walkers.ts';
import type { StaticRegion, ViewState } from '../../pipeline/model.ts';
import { blobOf, HEIGHT, type Region, STEP_MS } from './build.ts';

const TALL = 27;
/** Half of one's height a second. */
const WALK = (0.5 * TALL * STEP_MS) / 1000;
const one: Region = { foot: [60, 60], wide: 11, tall: TALL, area: 180, flowX: WALK };

/** Plane pixels between the box of `one` and the next: it reaches from 54.5 to 65.5. */
const beside = (gap: number, wide = 10, tall = 20): Region => ({
  foot: [65.5 + gap + wide / 2, 60],
  wide,
  tall,
});

const seen = (
  regions: readonly Region[],
  { view = 'ok' as ViewState, intervalMs = STEP_MS, statics = [] as readonly StaticRegion[] } = {},
) =>
  walkers({
    site: 's',
    camera: 'c',
    epoch: 1,
    number: 9,
    capturedAtMs: 1,
    intervalMs,
    view,
    planeWidth: 160,
    planeHeight: HEIGHT,
    blobs: regions.map(blobOf),
    objects: [],
    statics,
  } as unknown as Parameters<typeof walkers>[0]);

test('one who walks is seen with foot, height and how full they are', () => {
  const [walker, ...more] = seen([one]);
  expect(more).toEqual([]);
  expect(walker!.footY).toBeCloseTo(60 / 90, 9);
  expect(walker!.height).toBeCloseTo(27 / 90, 9);
  expect(walker!.fill).toBeCloseTo(180 / 27 ** 2, 9);
  expect(walker!.weight).toBe(1);
});

describe('how much is believed', () => {
  test.each<readonly [string, Partial<Region>, number]>([
    ['as slow as trembles', { flowX: WALK * 0.29 }, 0],
    ['slowly', { flowX: WALK * 0.31 }, 1],
    ['fast', { flowX: WALK * 1.99 }, 1],
    ['faster than people are', { flowX: WALK * 2.01 }, 0],
    ['who stands', { flowX: 0 }, 0.25],
    ['who sways', { flowX: WALK * 0.05 }, 0],
    ['square', { wide: 16, area: 220 }, 0],
    ['broad', { wide: 15.8, area: 200 }, 1],
    ['slim', { wide: 8, area: 120 }, 1],
    ['a pole', { wide: 7.9, area: 120 }, 0],
    ['a frame', { area: 133 }, 0],
    ['hardly filled', { area: 134 }, 1],
    ['half cut off on the left', { foot: [5.5, 60] }, 0],
    ['cut off above', { foot: [60, 27] }, 0],
    ['cut off below', { foot: [60, 90] }, 0],
    ['small', { tall: 12, wide: 5, area: 30, flowX: WALK * 0.6 }, 0.5625],
    ['small, and stands', { tall: 12, wide: 5, area: 30, flowX: 0 }, 0],
    ['too small', { tall: 5.9, wide: 3, area: 12, flowX: WALK * 0.2 }, 0],
    ['hardly large enough', { tall: 6.0001, wide: 3, area: 12, flowX: WALK * 0.2 }, 0.1406],
  ])('%s', (_who, changed, weight) => {
    const [walker] = seen([{ ...one, ...changed }]);
    expect(walker?.weight ?? 0).toBeCloseTo(weight, 4);
  });

  test('before there is a picture to move from, and in a view that cannot be trusted, nobody', () => {
    expect(seen([one], { intervalMs: 0 })).toEqual([]);
    expect(seen([one], { view: 'covered' })).toEqual([]);
  });
});

describe('who stands has been seen already when', () => {
  const standing = { ...one, flowX: 0 };
  const part = (areaPx: number, off = 0): StaticRegion => ({
    box: { x0: (55 + off) / 160, y0: 40 / 90, x1: (65 + off) / 160, y1: 55 / 90 },
    foot: { x: 60 / 160, y: 55 / 90 },
    areaPx,
    sinceMs: 8_000,
    steady: 0.9,
    rim: 0.5,
  });
  test.each<readonly [string, Region, readonly StaticRegion[], boolean]>([
    ['most of their outline has not changed for seconds', standing, [part(91)], true],
    ['parts of it add up to that', standing, [part(46), part(46)], true],
    ['no more than half of it', standing, [part(90)], false],
    ['what has not changed is beside them', standing, [part(91, 6)], false],
    ['they walk', one, [part(91)], false],
  ])('%s', (_, region, statics, settled) => {
    expect(seen([region], { statics })[0]?.settled).toBe(settled);
  });
});

describe('by oneself', () => {
  test.each<readonly [string, Region, boolean]>([
    ['as far as a tenth of the height', beside(2.8), true],
    ['nearer', beside(2.6), false],
    ['a reflection under the feet', { foot: [60, 75], wide: 11, tall: 14.9 }, false],
    ['a crowd far away', { foot: [120, 60], wide: 40, tall: 40, area: 1081 }, false],
    ['a smaller group far away', { foot: [120, 60], wide: 40, tall: 40, area: 1079 }, true],
    [
      'one who is much larger, close to the camera',
      { foot: [120, 80], wide: 40, tall: 62, area: 1400 },
      true,
    ],
  ])('%s', (_what, other, isAlone) => {
    const found = seen([one, other]).some(({ weight }) => weight === 1);
    expect(found).toBe(isAlone);
  });
});

test('beside a train, and from what its edge leaves of people, heights stay what those who walk alone show', () => {
  const ground = new Ground([]);
  const train: Region = { foot: [110, 50], wide: 90, tall: 40, area: 3000, flowX: 6 };
  const legs: Region = { foot: [40, 50], wide: 5, tall: 11, area: 40, flowX: 1 };
  const teach = (regions: readonly Region[], pictures: number) => {
    for (let n = 0; n < pictures; n++)
      for (const { footY, height, fill, weight } of seen(regions)) ground.learn(footY, height, fill, weight);
  };
  teach([one], 30);
  const before = ground.height(60 / 90);
  expect(before / (TALL / 90)).toBeGreaterThan(0.93);
  expect(before / (TALL / 90)).toBeLessThan(1.07);
  teach([train, legs], 500);
  expect(ground.height(60 / 90)).toBe(before);
});
