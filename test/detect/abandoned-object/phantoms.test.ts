/** What is followed at a thing: the thing, or somebody. */
import { expect, it } from 'vitest';
import { isItself } from '../../../pipeline/detect/abandoned-object/phantoms.ts';
import type { StaticRegion } from '../../../pipeline/model.ts';
import { person } from '../build.ts';

const TALL = 0.2;
const FOOT_Y = 0.8;
const box = (heights: number) => ({ x0: 0.45, y0: FOOT_Y - heights * TALL, x1: 0.55, y1: FOOT_Y });
const region = (heights: number) => ({ box: box(heights) }) as StaticRegion;
const followed = (heights: number) =>
  person({ id: 1, box: box(heights), foot: { x: 0.5, y: FOOT_Y }, personHeight: TALL });

it.each([
  ['is as high as the thing', 0.4, 0.4, true],
  ['is a little higher, where light or noise is added', 0.4, 0.65, true],
  ['has somebody’s head above it', 0.5, 0.9, false],
  ['is more than twice the thing', 0.2, 0.5, false],
  ['is as high as a region that is somebody', 1, 1, false],
  ['is a part of a region that is somebody', 1, 0.5, true],
])('what %s (%f, %f heights): the thing itself %s', (_, thing, track, itself) => {
  expect(isItself(followed(track), region(thing))).toBe(itself);
});
