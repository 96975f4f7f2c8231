import { expect, it } from 'vitest';
import { boxArea, overlapOf, sharedArea, shareWithin } from '../pipeline/box.ts';
import type { Box } from '../pipeline/model.ts';

const box = (x0: number, y0: number, x1: number, y1: number): Box => ({ x0, y0, x1, y1 });
const two = box(0, 0, 2, 2);

it.each<[string, Box, number, number, number]>([
  ['the same', box(0, 0, 2, 2), 4, 1, 1],
  ['one within the other', box(0, 0, 1, 2), 2, 0.5, 0.5],
  ['a larger one around it', box(-1, -1, 3, 3), 4, 0.25, 1],
  ['a corner', box(1, 1, 3, 3), 1, 1 / 7, 0.25],
  ['an edge that touches', box(2, 0, 4, 2), 0, 0, 0],
  ['beside it, at the same height', box(3, 0, 5, 2), 0, 0, 0],
  ['away on both axes', box(3, 3, 5, 5), 0, 0, 0],
  ['a box without area', box(1, 1, 1, 1), 0, 0, 0],
])('%s', (_, other, shared, union, within) => {
  expect(sharedArea(two, other)).toBe(shared);
  expect(sharedArea(other, two)).toBe(shared);
  expect(overlapOf(two, other)).toBeCloseTo(union, 12);
  expect(shareWithin(two, other)).toBe(within);
});

it('has an area', () => {
  expect(boxArea(box(1, 2, 4, 4))).toBe(6);
});
