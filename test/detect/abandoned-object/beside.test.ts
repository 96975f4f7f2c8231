/** What is in the outline of who stands: theirs when their feet are clearly below it, else only when they are near. */
import { expect, it } from 'vitest';
import { isBeside } from '../../../pipeline/detect/abandoned-object/beside.ts';
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
