import { describe, expect, test } from 'vitest';
import type { Texture } from '../support/textures.ts';
import { HEIGHT, lumaOf, type Patch, standing, view, WIDTH, watch } from './pictures.ts';

/** What is beside somebody in a cell or two goes with them. */
const CELL = 4;
/** Pictures from which the empty place is learned. */
const EMPTY = 20;
/** Too narrow for kernels/light.ts, and on whole cells. */
const patch: Patch = { x0: 60, y0: 40, x1: 104, y1: 72 };
const person: Patch = { x0: 74, y0: 42, x1: 84, y1: 66 };

/** A floor whose grain is `share` of that of the view. */
const floor =
  (share: number): Texture =>
  (x, y) =>
    90 + share * (view(x, y) - 128);

function isWithin({ x0, y0, x1, y1 }: Patch, x: number, y: number): boolean {
  return x >= x0 && x < x1 && y >= y0 && y < y1;
}

/** With sharp edges, as sun through a window has. */
const lit =
  (place: Texture, gain: number): Texture =>
  (x, y) =>
    (isWithin(patch, x, y) ? gain : 1) * place(x, y);

/** Boxes in pixels, of what is larger than a two-hundredth of the view, three pictures after `look` has come. */
function found(place: Texture, look: Texture, noise = 1.5): readonly Patch[] {
  const frames = watch(EMPTY + 3, (n) => lumaOf(n, n < EMPTY ? place : look, noise));
  return frames
    .at(-1)!
    .blobs.filter(({ areaPx }) => areaPx > (WIDTH * HEIGHT) / 200)
    .map(({ box }) => ({
      x0: box.x0 * WIDTH,
      y0: box.y0 * HEIGHT,
      x1: box.x1 * WIDTH,
      y1: box.y1 * HEIGHT,
    }));
}

function expectOnly(boxes: readonly Patch[], wanted: Patch): void {
  expect(boxes).toHaveLength(1);
  for (const side of ['x0', 'y0', 'x1', 'y1'] as const)
    expect(Math.abs(boxes[0]![side] - wanted[side])).toBeLessThanOrEqual(2 * CELL);
}

describe('a patch of light with sharp edges', () => {
  test.each([
    ['sun', 1.5, 0.3, 1.5],
    ['bright sun', 2.2, 0.3, 1.5],
    ['sun on a faint grain', 1.5, 0.15, 1.5],
    ['sun, noisy', 1.5, 0.3, 4],
    ['shadow', 0.6, 0.3, 1.5],
    ['a veil that adds light and flattens the grain', 1.4, 0.3, 1.5],
  ])('is nothing where the place shows through: %s', (what, gain, grain, noise) => {
    const place = floor(grain);
    const veil: Texture = (x, y) => 30 + 0.9 * place(x, y);
    const look = what.startsWith('a veil') ? standingIn(place, veil) : lit(place, gain);
    expect(found(place, look, noise)).toEqual([]);
  });

  test('leaves nothing behind where it was burnt out: seats that were white', () => {
    const seat: Patch = { x0: 76, y0: 48, x1: 92, y1: 64 };
    const place: Texture = (x, y) => (isWithin(seat, x, y) ? 180 : floor(0.3)(x, y));
    const sunlit: Texture = (x, y) => Math.min(255, lit(place, 2.2)(x, y));
    expect(found(sunlit, place)).toEqual([]);
    expect(found(place, sunlit)).toEqual([]);
    const dark: Texture = (x, y) => (isWithin(seat, x, y) ? 40 : place(x, y));
    expectOnly(found(sunlit, dark), seat);
  });

  test.each([
    ['sun', 1.5, 1.5],
    ['shadow', 0.7, 1.5],
    ['sun, noisy', 1.5, 4],
  ])('leaves whoever stands in it: %s', (_, gain, noise) => {
    const place = floor(0.3);
    expectOnly(found(place, standing(person, lit(place, gain)), noise), person);
  });

  test('is not told from a thing where the place has nothing to show', () => {
    const plain: Texture = () => 90;
    expectOnly(found(plain, lit(plain, 1.5)), patch);
  });
});

/** `inside` within the patch. */
function standingIn(outside: Texture, inside: Texture): Texture {
  return (x, y) => (isWithin(patch, x, y) ? inside : outside)(x, y);
}

test('a thing with a grain of its own that is as bright as the light is a thing', () => {
  const place = floor(0.3);
  const other: Texture = (x, y) => 135 + 0.45 * (view(x + 37, y + 23) - 128);
  expectOnly(found(place, standingIn(place, other)), patch);
});
