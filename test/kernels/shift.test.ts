/** The shift kernels against their twin, to the last bit, on shifted, hidden, relit and random pictures. */
import { describe, expect, it } from 'vitest';
import { expectSame } from '../support/bytes.ts';
import { random, SEED } from '../support/random.ts';
import { findShift, unshifted } from '../support/shift.ts';
import { draw, type Texture, waves, withNoise } from '../support/textures.ts';
import * as twin from '../support/twins/shift.ts';

const sizes = [
  [96, 54],
  [160, 90],
  [138, 104],
  [90, 160],
  [161, 91],
  [37, 29],
  [17, 11],
  [5, 3],
  [1, 1],
] as const;

describe.each(sizes)(`%ix%i (seed ${SEED})`, (w, h) => {
  const chance = random(SEED + 1000 * w + h);
  const view = waves(11);
  const mean = Uint16Array.from(draw(w, h, view), (value) => 128 * value + chance.below(128));
  const shifted =
    (dx: number, dy: number): Texture =>
    (x, y) =>
      view(x - dx, y - dy);
  const looks: readonly (readonly [string, Uint8Array])[] = [
    ...Array.from({ length: 12 }, () => {
      const [dx, dy] = [12 * chance.unit() - 6, 12 * chance.unit() - 6];
      const noise = 6 * chance.unit();
      return [`${dx}, ${dy}`, withNoise(draw(w, h, shifted(dx, dy)), noise, chance.below(1e6))] as const;
    }),
    ['still', withNoise(draw(w, h, view), 1.5, 3)],
    ['a train', draw(w, h, (x, y) => (x < w / 2 ? 60 + 20 * Math.sin(x / 3) : shifted(1, 1)(x, y)))],
    ['lighter', draw(w, h, (x, y) => 40 + shifted(2, -1)(x, y))],
    ['white', new Uint8Array(w * h).fill(255)],
    ['random', Uint8Array.from({ length: w * h }, () => chance.below(256))],
  ];

  it('finds what its twin finds', () => {
    let proved = 0;
    for (const [name, luma] of looks) {
      const found = findShift(luma, mean, w, h);
      expectSame(found.edges, twin.edgesOf(mean, w, h), `${name}: edges`);
      expect(4 + 4 * found.edges.length).toBeLessThanOrEqual(found.edgesBytes);
      const wanted = twin.shiftOf(luma, mean, w, h);
      expect(found.shift ?? { dx: 0, dy: 0 }, name).toEqual(wanted);
      if (found.shift !== undefined) proved++;
    }
    if (w >= 90) expect(proved, 'shifts among them').toBeGreaterThanOrEqual(3);
  });

  it.each<[string, (i: number) => number]>([
    ['0 and 1', (i) => i & 1],
    ['254 and 255', (i) => 254 + (i & 1)],
    ['255', () => 255],
    ['random', () => chance.below(256)],
  ])('takes a shift out as its twin does: %s', (_name, value) => {
    const luma = Uint8Array.from({ length: w * h }, (_, i) => value(i));
    const sixteenths = [-64, -33, -16, -5, 0, 7, 16, 31, 64];
    for (const dx of sixteenths)
      for (const dy of w > 100 ? [sixteenths[chance.below(9)]!] : sixteenths) {
        const wanted = new Uint8Array(w * h);
        twin.unshifted(wanted, luma, { dx: dx / 16, dy: dy / 16 }, w, h);
        expectSame(unshifted(luma, dx, dy, w, h), wanted, `${dx}, ${dy} sixteenths`);
      }
  });
});

it('knows no shift of a background without edges, or with edges of one direction', () => {
  const [w, h] = [160, 90];
  for (const look of [() => 90, (x: number) => 120 + 60 * Math.sin(x / 5)]) {
    const mean = Uint16Array.from(draw(w, h, look), (value) => 128 * value);
    const luma = draw(w, h, (x, y) => (look as Texture)(x - 1, y));
    expect(findShift(luma, mean, w, h).shift).toBeUndefined();
    expect(twin.shiftOf(luma, mean, w, h)).toEqual({ dx: 0, dy: 0 });
  }
});
