/** The flow kernel against its twin, byte for byte, and against motion that is known. */
import { describe, expect, it } from 'vitest';
import { expectSame } from '../support/bytes.ts';
import { findFlow } from '../support/plane-pair.ts';
import { random, SEED } from '../support/random.ts';
import { draw, waves, withNoise } from '../support/textures.ts';
import { flowTwin } from '../support/twins/flow.ts';
import { pyramidTwin } from '../support/twins/pyramid.ts';

const sizes = [
  [96, 54],
  [160, 90],
  [138, 104],
  [90, 160],
  [37, 29],
  [161, 91],
  [67, 40],
  [16, 16],
  [1, 1],
  [5, 33],
] as const;

/** Pairs of pictures; `some` of them move in a part only, so that skipped and worked cells share vectors. */
function pairs(w: number, h: number): [string, Uint8Array, Uint8Array][] {
  const chance = random(SEED + w * 1000 + h);
  const fill = (value: () => number) => Uint8Array.from({ length: w * h }, value);
  const look = waves(SEED + w);
  const still = draw(w, h, look);
  const walker = draw(w, h, (x, y) =>
    x > w * 0.3 && x < w * 0.5 && y > h * 0.2 && y < h * 0.7 ? look(x + 2.3, y - 0.8) : look(x, y),
  );
  return [
    ['0 to 1', fill(() => 0), fill(() => chance.below(2))],
    ['255 to 254', fill(() => 255), fill(() => 254 + chance.below(2))],
    ['black to white', fill(() => 0), fill(() => 255)],
    ['extremes', fill(() => 255 * chance.below(2)), fill(() => 255 * chance.below(2))],
    ['random', fill(() => chance.below(256)), fill(() => chance.below(256))],
    ['texture that moves', still, draw(w, h, (x, y) => look(x - 3.4, y + 1.9))],
    ['texture that leaves', still, draw(w, h, (x, y) => look(x - 31, y + 22))],
    ['part of it moves', still, walker],
    ['part of it moves in noise', withNoise(still, 2, 1), withNoise(walker, 2, 2)],
  ];
}

describe('flow', () => {
  it.each(sizes)(`is its twin at %ix%i (seed ${SEED})`, (w, h) => {
    for (const [name, first, second] of pairs(w, h)) {
      const found = findFlow(first, second, w, h);
      const expected = flowTwin(pyramidTwin(first, w, h), pyramidTwin(second, w, h));
      expectSame(found.x, expected.x, `${name}: x`);
      expectSame(found.y, expected.y, `${name}: y`);
      expectSame(found.q, expected.q, `${name}: q`);
    }
  });
});

describe('flow of motion that is known', () => {
  const [w, h] = [160, 90];
  // One texture, not SEED's: how exactly flow can be found depends on the texture, and the bounds are for this one.
  const look = waves(4711);
  const still = draw(w, h, look);

  it.each([
    [1, 0, 0.05],
    [0, -1, 0.05],
    [0.5, 0.25, 0.06],
    [-2.5, 1.5, 0.06],
    [6, -4, 0.1],
    [-9, 0, 0.1],
  ])('a texture moved by (%f, %f) is found within %f pixels', (dx, dy, bound) => {
    expect(
      errorInside(
        draw(w, h, (x, y) => look(x - dx, y - dy)),
        dx,
        dy,
      ),
    ).toBeLessThan(bound);
  });

  it.each([8, -8])('a brightness step of %i does not raise the error', (step) => {
    const moved = draw(w, h, (x, y) => look(x - 2, y - 1));
    const plain = errorInside(moved, 2, 1);
    expect(
      errorInside(
        moved.map((value) => value + step),
        2,
        1,
      ),
    ).toBeLessThan(plain + 0.02);
  });

  it('a brightness step of 8 on a still picture is not motion', () => {
    expect(
      errorInside(
        still.map((value) => value + 8),
        0,
        0,
      ),
    ).toBeLessThan(0.02);
  });

  it('a still picture with noise of 2 grey levels has no flow at all', () => {
    for (let seed = 0; seed < 20; seed++) {
      const found = findFlow(
        withNoise(still, 2, SEED + 2 * seed),
        withNoise(still, 2, SEED + 2 * seed + 1),
        w,
        h,
      );
      expect(found.x.some((v) => v !== 0) || found.y.some((v) => v !== 0), `seed ${SEED} + ${seed}`).toBe(
        false,
      );
    }
  });

  it('a patch that moves before a still background is found, and nothing far from it', () => {
    const patch = waves(1147);
    const scene = (shift: number) =>
      draw(w, h, (x, y) =>
        x - shift >= 60 && x - shift < 80 && y >= 30 && y < 60 ? patch(x - shift, y) : look(x, y),
      );
    const found = findFlow(withNoise(scene(0), 1, 1), withNoise(scene(3), 1, 2), w, h);
    const inside: number[] = [];
    for (let c = 0; c < found.x.length; c++) {
      const [x, y] = [(c % found.across) * 4, Math.floor(c / found.across) * 4];
      if (x < 44 || x > 96 || y < 14 || y > 72)
        expect([found.x[c], found.y[c]], `at ${x}, ${y}`).toEqual([0, 0]);
      if (x >= 64 && x < 76 && y >= 36 && y < 52)
        inside.push(Math.hypot(found.x[c]! / 8 - 3, found.y[c]! / 8));
    }
    expect(inside.reduce((sum, error) => sum + error, 0) / inside.length).toBeLessThan(0.6);
  });

  it('says by its quality where there is nothing to hold on to', () => {
    const flat = findFlow(new Uint8Array(w * h).fill(100), new Uint8Array(w * h).fill(120), w, h);
    expect(Math.max(...flat.q)).toBe(0);
    const stripes = (shift: number) => draw(w, h, (x) => 128 + 60 * Math.sin((x - shift) / 3));
    const alongOnly = findFlow(stripes(0), stripes(1), w, h);
    expect(Math.max(...alongOnly.q)).toBeLessThan(8);
    const textured = findFlow(
      still,
      draw(w, h, (x, y) => look(x - 1, y)),
      w,
      h,
    );
    expect(textured.q.toSorted()[textured.q.length >> 1]).toBeGreaterThan(20);
  });

  /** Mean end-point error over cells at least three cells from the edge, pixels. */
  function errorInside(second: Uint8Array, dx: number, dy: number): number {
    const found = findFlow(still, second, w, h);
    let sum = 0;
    let count = 0;
    for (let y = 3; y < found.down - 3; y++) {
      for (let x = 3; x < found.across - 3; x++) {
        const c = y * found.across + x;
        sum += Math.hypot(found.x[c]! / 8 - dx, found.y[c]! / 8 - dy);
        count++;
      }
    }
    return sum / count;
  }
});
