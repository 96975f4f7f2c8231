/** Pictures of known content for flow: endless textures that can be looked at anywhere, and noise. */
import { random } from './random.ts';

/** Grey level 0..255 at any place, in pixels. */
export type Texture = (x: number, y: number) => number;

/** Whole pixels from 0 to this are remembered: most pictures are of the same place, and sines are slow. */
const REMEMBERED = 256;

/** Eight waves of 6 to 40 pixels in seeded directions, mean 128. */
export function waves(seed: number): Texture {
  const chance = random(seed);
  const parts = Array.from({ length: 8 }, () => {
    const angle = chance.unit() * 2 * Math.PI;
    const frequency = (2 * Math.PI) / (6 + 34 * chance.unit());
    return {
      x: Math.cos(angle) * frequency,
      y: Math.sin(angle) * frequency,
      phase: chance.unit() * 2 * Math.PI,
    };
  });
  const at: Texture = (x, y) =>
    128 + 14 * parts.reduce((sum, p) => sum + Math.sin(p.x * x + p.y * y + p.phase), 0);
  const remembered = new Float64Array(REMEMBERED * REMEMBERED).fill(Number.NaN);
  return (x, y) => {
    const whole = Number.isInteger(x) && Number.isInteger(y);
    if (!whole || x < 0 || y < 0 || x >= REMEMBERED || y >= REMEMBERED) return at(x, y);
    const k = y * REMEMBERED + x;
    if (Number.isNaN(remembered[k])) remembered[k] = at(x, y);
    return remembered[k]!;
  };
}

export function draw(w: number, h: number, look: Texture): Uint8Array {
  return Uint8Array.from({ length: w * h }, (_, i) => level(look(i % w, Math.floor(i / w))));
}

/** Gaussian noise of `sigma` grey levels (Box and Muller 1958). */
export function withNoise(picture: Uint8Array, sigma: number, seed: number): Uint8Array {
  const chance = random(seed);
  return picture.map((value) => {
    const radius = Math.sqrt(-2 * Math.log(1 - chance.unit()));
    return level(value + sigma * radius * Math.cos(2 * Math.PI * chance.unit()));
  });
}

function level(value: number): number {
  return Math.round(Math.min(Math.max(value, 0), 255));
}
