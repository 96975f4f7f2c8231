/** Whole planes moved, blurred, hidden or seen in infrared. In place; `spare` is as large as the plane. */
import { hash01, smoothNoise } from '../chance.ts';

/** Displaces a plane by a part of a pixel or many; what comes in at a border mirrors what is beside it. */
export function shiftPlane(
  plane: Uint8Array,
  spare: Uint8Array,
  width: number,
  height: number,
  dx: number,
  dy: number,
): void {
  spare.set(plane);
  const ix = Math.floor(dx);
  const iy = Math.floor(dy);
  const fx = dx - ix;
  const fy = dy - iy;
  const w00 = (1 - fx) * (1 - fy);
  const w10 = fx * (1 - fy);
  const w01 = (1 - fx) * fy;
  const w11 = fx * fy;
  const columns = columnsFor(width, ix);
  for (let y = 0; y < height; y++) {
    const top = mirror(y + iy, height) * width;
    const low = mirror(y + iy + 1, height) * width;
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const a = columns[x]!;
      const b = columns[x + 1]!;
      plane[row + x] =
        spare[top + a]! * w00 + spare[top + b]! * w10 + spare[low + a]! * w01 + spare[low + b]! * w11 + 0.5;
    }
  }
}

const columnCache = new Int32Array(8193);

function columnsFor(width: number, by: number): Int32Array {
  for (let x = 0; x <= width; x++) columnCache[x] = mirror(x + by, width);
  return columnCache;
}

function mirror(k: number, n: number): number {
  const period = 2 * n;
  const m = ((k % period) + period) % period;
  return m < n ? m : period - 1 - m;
}

/** Three box blurs are nearly a bell. */
export function blurPlane(
  plane: Uint8Array,
  spare: Uint8Array,
  width: number,
  height: number,
  radius: number,
): void {
  for (let pass = 0; pass < 2; pass++) {
    boxRows(plane, spare, width, height, radius);
    boxColumns(spare, plane, width, height, radius);
  }
}

function boxRows(from: Uint8Array, to: Uint8Array, width: number, height: number, r: number): void {
  const n = 2 * r + 1;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let k = -r; k <= r; k++) sum += from[row + clamp(k, width)]!;
    for (let x = 0; x < width; x++) {
      to[row + x] = sum / n + 0.5;
      sum += from[row + clamp(x + r + 1, width)]! - from[row + clamp(x - r, width)]!;
    }
  }
}

function boxColumns(from: Uint8Array, to: Uint8Array, width: number, height: number, r: number): void {
  const n = 2 * r + 1;
  for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let k = -r; k <= r; k++) sum += from[clamp(k, height) * width + x]!;
    for (let y = 0; y < height; y++) {
      to[y * width + x] = sum / n + 0.5;
      sum += from[clamp(y + r + 1, height) * width + x]! - from[clamp(y - r, height) * width + x]!;
    }
  }
}

function clamp(k: number, n: number): number {
  return k < 0 ? 0 : k >= n ? n - 1 : k;
}

/** Something before the lens: out of focus, nearly of one tone, `share` of the view from one side. */
export function coverPlane(
  luma: Uint8Array,
  u: Uint8Array,
  v: Uint8Array,
  width: number,
  height: number,
  share: number,
  salt: number,
): void {
  const tone = 16 + 130 * hash01(salt, 1) ** 2;
  const soft = 0.06;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const edge = share * (1 + 2 * soft) - soft - x / width;
      const w = Math.max(0, Math.min(1, 0.5 + edge / soft));
      if (w === 0) continue;
      const i = y * width + x;
      const here = tone * (0.8 + 0.4 * smoothNoise((x * 2.2) / width, (y * 2.2) / height, salt));
      luma[i] = luma[i]! + (here - luma[i]!) * w;
      if ((x & 1) === 0 && (y & 1) === 0) {
        const c = (y >> 1) * ((width + 1) >> 1) + (x >> 1);
        u[c] = u[c]! + (127 - u[c]!) * w;
        v[c] = v[c]! + (131 - v[c]!) * w;
      }
    }
}

/**
 * Infrared: no colour; what was coloured is grey or pale, tones are nearer to each other, and the lamps beside the lens
 * light the middle and what is near more than the rest.
 */
export function infraredPlane(
  luma: Uint8Array,
  u: Uint8Array,
  v: Uint8Array,
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    const dy = y / height - 0.6;
    const row = y * width;
    const chroma = (y >> 1) * ((width + 1) >> 1);
    for (let x = 0; x < width; x++) {
      const dx = x / width - 0.5;
      const lamp = Math.max(0.35, 1.12 - 1.5 * (dx * dx + dy * dy));
      const here = luma[row + x]!;
      const c = chroma + (x >> 1);
      const dyed = Math.abs(u[c]! - 128) + Math.abs(v[c]! - 128);
      luma[row + x] = Math.min(255, (48 + 0.66 * here + 0.5 * dyed) * lamp);
    }
  }
  u.fill(128);
  v.fill(128);
}
