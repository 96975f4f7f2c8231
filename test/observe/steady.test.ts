import { describe, expect, test } from 'vitest';
import { takeSlab } from '../../pipeline/observe/slab.ts';
import { Steady } from '../../pipeline/observe/steady.ts';
import { findShift, unshifted } from '../support/shift.ts';
import type { Texture } from '../support/textures.ts';
import { HEIGHT, lumaOf, standing, view, WIDTH, watch } from './pictures.ts';

const shiftOf = (luma: Uint8Array) => findShift(luma, mean, WIDTH, HEIGHT).shift;
const mean = Uint16Array.from(lumaOf(0, view, 0), (value) => value * 128);
const shifted =
  (dx: number, dy: number, behind: Texture = view): Texture =>
  (x, y) =>
    behind(x - dx, y - dy);

describe('the shift of a whole view', () => {
  test.each([
    [0.5, 0],
    [0, -0.7],
    [1, 1],
    [-2.3, 1.4],
    [3, -2],
  ])('by %f, %f pixels is found to a tenth of a pixel', (dx, dy) => {
    const found = shiftOf(lumaOf(5, shifted(dx, dy)));
    expect(Math.abs((found?.dx ?? 9) - dx)).toBeLessThan(0.1);
    expect(Math.abs((found?.dy ?? 9) - dy)).toBeLessThan(0.1);
  });

  test('is found beside somebody near the camera and in other light', () => {
    const look = standing({ x0: 40, y0: 20, x1: 80, y1: 90 }, shifted(1.5, -1));
    const found = shiftOf(lumaOf(5, (x, y) => 12 + look(x, y)));
    expect(Math.abs((found?.dx ?? 9) - 1.5)).toBeLessThan(0.2);
    expect(Math.abs((found?.dy ?? 9) + 1)).toBeLessThan(0.2);
  });

  test.each<[string, Texture]>([
    ['nothing but noise', view],
    ['somebody who walks', standing({ x0: 60, y0: 40, x1: 75, y1: 85 })],
    ['a train before half of the view', (x, y) => (x < 80 ? 60 + 20 * Math.sin(x / 3) : view(x, y))],
    ['a view that is another by a dozen pixels', shifted(12, 7)],
    ['nothing to go by', () => 90],
  ])('is none with %s', (_what, look) => {
    expect(shiftOf(lumaOf(5, look))).toBeUndefined();
  });

  test('is taken out again', () => {
    const out = unshifted(lumaOf(0, shifted(2, -1), 0), 32, -16, WIDTH, HEIGHT);
    for (let y = 4; y < HEIGHT - 4; y++)
      for (let x = 4; x < WIDTH - 4; x++)
        expect(Math.abs(out[y * WIDTH + x]! - mean[y * WIDTH + x]! / 128)).toBeLessThanOrEqual(1);
  });
});

describe('a camera that trembles', () => {
  /** Up to 1.5 pixels either way, otherwise in every picture. */
  const tremor = (n: number): readonly [number, number] => [1.5 * Math.sin(2.4 * n), 1.5 * Math.cos(3.7 * n)];
  const frames = watch(70, (n) => {
    const look = n < 40 ? view : standing({ x0: 2 * n - 40, y0: 45, x1: 2 * n - 26, y1: 80 });
    return lumaOf(n, shifted(...tremor(n), look));
  });

  test('sees nobody where nobody is', () => {
    for (const { number, blobs } of frames.slice(15, 40)) expect(blobs, `picture ${number}`).toEqual([]);
  });

  test('sees somebody who walks, once', () => {
    for (const { number, blobs } of frames.slice(45)) expect(blobs.length, `picture ${number}`).toBe(1);
  });
});

test('a picture between the analysed ones is held still as they are, and says nothing of a camera that creeps', () => {
  const slab = takeSlab(WIDTH, HEIGHT);
  try {
    const { kernels, parts } = slab;
    const plane = (which: 0 | 1) => new Uint8Array(kernels.memory.buffer, parts.luma[which], WIDTH * HEIGHT);
    plane(0).set(lumaOf(0, view, 0));
    kernels.exports.backgroundReset(parts.background, parts.luma[0], WIDTH * HEIGHT);
    const steady = new Steady(slab, WIDTH, HEIGHT);
    for (let n = 1; n < 20; n++) steady.hold(plane(0), lumaOf(n, view));
    for (let n = 20; n < 60; n++) steady.glance(plane(1), lumaOf(n, shifted(3, -2)));
    const held = plane(1);
    const wanted = lumaOf(0, view, 0);
    const inside = held.filter((_, i) => i % WIDTH > 8 && i % WIDTH < WIDTH - 8);
    const off = wanted
      .filter((_, i) => i % WIDTH > 8 && i % WIDTH < WIDTH - 8)
      .map((value, i) => Math.abs(value - inside[i]!));
    expect(off.reduce((sum, value) => sum + value, 0) / off.length).toBeLessThan(4);
    expect(steady.turned).toBe(false);
    for (let n = 60; n < 90; n++) steady.hold(plane(0), lumaOf(n, shifted(3, -2)));
    expect(steady.turned).toBe(true);
  } finally {
    slab.release();
  }
});

describe('a camera that creeps', () => {
  const seenAs = (dx: (n: number) => number) =>
    watch(120, (n) => lumaOf(n, shifted(dx(n), 0)))
      .slice(15)
      .map(({ view: state }) => state);

  test.each<[string, (n: number) => number, boolean]>([
    ['by a third of a pixel a second learns its view anew', (n) => n / 15, true],
    ['by less than the background follows does not', () => 1, false],
    ['and comes back, as in the wind, does not', (n) => 3 * Math.sin(n / 2), false],
    ['and was far out when the first picture came, does not', (n) => 3 * Math.cos(2.4 * n), false],
  ])('%s', (_how, dx, anew) => {
    expect(seenAs(dx).includes('warming')).toBe(anew);
  });
});

test('a picture that repeats itself is frozen, also when it was taken askew', () => {
  const askew = lumaOf(19, shifted(1, 1));
  const frames = watch(60, (n) => (n < 19 ? lumaOf(n, view) : askew));
  expect(frames.at(-1)?.view).toBe('frozen');
});
