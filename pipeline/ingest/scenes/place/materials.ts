/**
 * What surfaces look like: functions of the place on them, so that every size of picture finds the same tiles.
 */
import { type Chance, hash01, smoothNoise } from '../chance.ts';
import type { Lamp, Material, World } from './world.ts';

/** One flat colour with fine grain. */
export function plain(luma: number, u = 128, v = 128, grain = 0.06, salt = 1): Material {
  return (x, y, z, _face, out) => {
    out[0] = luma * (1 + grain * (smoothNoise(x * 3 + z * 5, y * 3 - z * 2, salt) - 0.5) * 2);
    out[1] = u;
    out[2] = v;
  };
}

/** Stones, with sleepers under the rails. */
export function ballast(trackX: number, luma: number, salt: number): Material {
  return (x, y, _z, _face, out) => {
    out[1] = 126;
    out[2] = 131;
    const stones =
      0.72 + 0.56 * smoothNoise(x * 9, y * 9, salt) * smoothNoise(x * 2.1, y * 1.4, salt + 5) * 2;
    let tone = luma * stones;
    const across = Math.abs(x - trackX);
    if (across < 1.25 && Math.abs(y % 0.65) < 0.26)
      tone = luma * (1.25 + 0.15 * hash01(Math.floor(y / 0.65), salt));
    if (across < 0.5) tone *= 0.9;
    out[0] = tone;
  };
}

/** Panels, a darker base, posters now and then. */
export function posterWall(chance: Chance, luma: number, salt: number): Material {
  const base = chance.between(0.5, 0.9);
  const every = chance.between(2.6, 5);
  const width = chance.between(1, 2.2);
  return (_x, y, z, _face, out) => {
    out[1] = 128;
    out[2] = 128;
    let tone = luma * (0.94 + 0.12 * smoothNoise(y * 0.7, z * 1.1, salt));
    if (z < 1) tone *= base;
    if (Math.abs(y % 1.5) < 0.05) tone *= 0.86;
    const k = Math.floor(y / every);
    const along = y - k * every;
    if (along < width && z > 0.9 && z < 2.3 && hash01(k, salt) > 0.4) {
      // A poster: border, a block of colour, a few dark lines of words.
      const inner = along > 0.08 && along < width - 0.08 && z > 0.98 && z < 2.22;
      tone = inner ? 60 + 150 * hash01(k, salt + 1) : 215;
      if (inner && z < 1.5 && Math.floor(z * 14) % 2 === 0) tone = 40 + 60 * hash01(k, salt + 2);
      if (inner && smoothNoise(along * 2.5, z * 2.5, salt + k) > 0.55) tone *= 0.6;
      out[1] = 108 + 40 * hash01(k, salt + 3);
      out[2] = 108 + 40 * hash01(k, salt + 4);
    }
    out[0] = tone;
  };
}

/** Beams across, and bright strips where the lamps are. */
export function ceiling(lamps: readonly Lamp[], luma: number): Material {
  return (x, y, _z, _face, out) => {
    out[1] = 128;
    out[2] = 128;
    out[0] = luma * (Math.abs(y % 2.4) < 0.25 ? 0.7 : 1);
    for (const lamp of lamps) if (Math.abs(x - lamp.x) < 0.12 && Math.abs(y - lamp.y) < 0.7) out[0] = 330;
  };
}

/** A lit front with lines of signs: a ticket machine, a board. */
export function machine(chance: Chance): Material {
  const ground = chance.between(30, 160);
  const ink = ground > 95 ? 25 : 210;
  const u = chance.between(105, 150);
  const v = chance.between(105, 150);
  const salt = chance.whole(1, 1e6);
  return (x, y, z, _face, out) => {
    const sign = hash01(Math.floor((x + y) * 5) + salt, Math.floor(z * 7)) > 0.66;
    out[0] = sign ? ink : ground;
    out[1] = u;
    out[2] = v;
  };
}

/** Daylight that falls through a roof or window in slanted stripes. */
export function skylight(chance: Chance, aroundX: number): World['patch'] {
  const from = chance.between(4, 9);
  const length = chance.between(3, 8);
  const half = chance.between(0.7, 2);
  const slant = chance.between(-0.3, 0.3);
  return (x, y, z) => {
    if (z > 1.2) return 0;
    const along = y - from;
    if (along < 0 || along > length) return 0;
    const across = Math.abs(x - aroundX - slant * along);
    const rim = Math.min(1, (half - across) / 0.3, along / 0.4, (length - along) / 0.4);
    return rim <= 0 ? 0 : rim * ((y * 0.55) % 1 > 0.12 ? 1 : 0.3);
  };
}
