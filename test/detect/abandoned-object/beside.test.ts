/** What is in the outline of who stands: theirs when their feet are clearly below it, else only when they are near. */
import { expect, it } from 'vitest';
import { footBehind, isBeside } from '../../../pipeline/detect/abandoned-object/beside.ts';
import type { StaticRegion, Track } from '../../../pipeline/model.ts';

const TALL = 0.4;
const FEET_Y = 0.8;
/** A step down the view is as long as ten sideways, so that nobody here is near. */
const FAR = 10;

/** Somebody who stands with a thing in their outline, so many heights above their feet. */
function has(heightsAbove: number, visible = true): boolean {
  const footY = FEET_Y - heightsAbove * TALL;
  const who = { foot: { x: 0.5, y: FEET_Y }, box: { x0: 0.4, y0: FEET_Y - TALL, x1: 0.6, y1: FEET_Y } };
  const track = { ...who, personHeight: TALL, depth: FAR, seen: true } as unknown as Track;
  const box = { x0: 0.45, y0: footY - 0.1, x1: 0.55, y1: footY };
  return isBeside(track, { box, foot: { x: 0.5, y: footY } } as unknown as StaticRegion, visible, 1);
}

it.each([
  [0.3, true],
  [0.2, true],
  [0.12, false],
])('a thing %f heights above their feet is on them: %s', (heightsAbove, isOn) => {
  expect(has(heightsAbove)).toBe(isOn);
});

it('what is hidden by them is not on them', () => {
  expect(has(0.3, false)).toBe(false);
});

it.each([
  // Their region ends at the upper edge of a thing that is .4 heights high: how much of them is seen says where they stand.
  ['half of a person: they are right behind it', 0.6, 0, 0.8],
  ['all but a tenth: so much behind it', 0.9, 0, 0.68],
  ['all of a person: they stand there', 1, 0, 0.64],
  ['half of a person, beside it', 0.6, 0.2, 0.64],
])('of who ends at a thing is seen %s', (_, heights, aside, y) => {
  const box = { x0: 0.45, y0: FEET_Y - 0.4 * TALL, x1: 0.55, y1: FEET_Y };
  const foot = { x: 0.5 + aside, y: box.y0 };
  const track = {
    foot,
    box: { x0: box.x0 + aside, y0: foot.y - heights * TALL, x1: box.x1 + aside, y1: foot.y },
    personHeight: TALL,
  } as unknown as Track;
  const found = footBehind(track, { box, foot: { x: 0.5, y: FEET_Y } } as unknown as StaticRegion);
  expect(found.x).toBe(foot.x);
  expect(found.y).toBeCloseTo(y);
});

it('whoever ends at a thing is beside it by where they stand', () => {
  const box = { x0: 0.45, y0: FEET_Y - 0.4 * TALL, x1: 0.55, y1: FEET_Y };
  const region = { box, foot: { x: 0.5, y: FEET_Y } } as unknown as StaticRegion;
  const ends = (heights: number) =>
    ({
      foot: { x: 0.5, y: box.y0 },
      box: { ...box, y0: box.y0 - heights * TALL, y1: box.y0 },
      personHeight: TALL,
      depth: FAR,
    }) as unknown as Track;
  expect(isBeside(ends(0.6), region, true, 1)).toBe(true);
  expect(isBeside(ends(0.95), region, true, 1)).toBe(false);
});
