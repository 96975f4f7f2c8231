/** Who brought a thing, by where people and what is more than one of them were when it came. */
import { describe, expect, test } from 'vitest';
import { broughtBy, cameOutOf } from '../../../pipeline/detect/abandoned-object/bringers.ts';
import { PATH_STEP_MS, type Path, type PathPoint } from '../../../pipeline/detect/abandoned-object/paths.ts';
import type { Box, StaticRegion } from '../../../pipeline/model.ts';

const BORN_MS = 20_000;
const TRAIN: Box = { x0: 0.1, y0: 0.3, x1: 0.7, y1: 0.82 };
const BAG: StaticRegion = {
  box: { x0: 0.48, y0: 0.74, x1: 0.52, y1: 0.8 },
  foot: { x: 0.5, y: 0.8 },
  areaPx: 60,
  sinceMs: 5_000,
  steady: 1,
  rim: 1,
};

/** `x` of the foot, or within what is larger than a person. */
function path(fromMs: number, toMs: number, where: { readonly x: number } | { readonly larger: Box }) {
  const points: PathPoint[] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += PATH_STEP_MS) {
    const larger = 'larger' in where ? where.larger : undefined;
    const x = 'x' in where ? where.x : 0.4;
    points.push({ atMs, foot: { x, y: 0.8 }, near: 0.2, depth: 1, whole: larger === undefined, larger });
  }
  const one = { whole: 'x' in where, points, bornAtMs: fromMs, bornAt: { x: 0.4, y: 0.8 } };
  return new Map([[7, one]]);
}

describe('a thing came out of a train', () => {
  test.each<[string, boolean, Map<number, Path>]>([
    ['that stood there when it came', true, path(BORN_MS - 6_000, BORN_MS + 3_000, { larger: TRAIN })],
    ['that left soon after', true, path(BORN_MS - 6_000, BORN_MS + 400, { larger: TRAIN })],
    ['that had left three seconds before', false, path(BORN_MS - 12_000, BORN_MS - 3_000, { larger: TRAIN })],
    ['that came three seconds later', false, path(BORN_MS + 3_000, BORN_MS + 9_000, { larger: TRAIN })],
    ['that passed at that moment', false, path(BORN_MS - 600, BORN_MS + 600, { larger: TRAIN })],
    [
      'that stood beside it',
      false,
      path(BORN_MS - 6_000, BORN_MS + 3_000, { larger: { ...TRAIN, x1: 0.48 } }),
    ],
  ])('%s: %s', (_, expected, paths) => {
    expect(cameOutOf(paths, BAG, BORN_MS)).toBe(expected);
  });
});

describe('somebody brought it', () => {
  test.each<[string, readonly number[], Map<number, Path>]>([
    ['who stood at it', [7], path(BORN_MS - 2_000, BORN_MS + 2_000, { x: 0.53 })],
    ['who went by', [], path(BORN_MS - 600, BORN_MS + 600, { x: 0.53 })],
    ['who was there three seconds before only', [], path(BORN_MS - 9_000, BORN_MS - 3_000, { x: 0.53 })],
    ['who stood farther away than an arm reaches', [], path(BORN_MS - 2_000, BORN_MS + 2_000, { x: 0.58 })],
  ])('%s: %j', (_, expected, paths) => {
    expect(broughtBy(paths, BAG, BORN_MS, 16 / 9)).toEqual(expected);
  });
});
