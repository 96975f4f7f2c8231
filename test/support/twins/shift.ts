/** Naive twin of kernels/shift.ts: the shift of a whole picture against its background, one sample at a time. */

/** Every so many pixels across and down a sample: some 350 of a plane of 160x90. */
const STRIDE = 6;
const MARGIN = 5;
const ROUNDS = 4;
/** Plane pixels: less is left alone, more is not a tremor. */
const SHIFT_MIN = 0.2;
const SHIFT_MAX = 4;
/** Luma steps beyond which a sample shows something else. It narrows as the shift is found. */
const APART_FIRST = 60;
const APART_LAST = 24;
/** Squared gradient, below which a sample tells nothing: noise. */
const GRADIENT_MIN = 36;
/** Fewer samples prove nothing. */
const SAMPLES_MIN = 60;
/** Of the difference that there was without the shift, at most so much may be left. */
const LEFT_MAX = 0.75;
/** Share of the edges that must still show the same. */
const SAME_MIN = 0.4;
/** The mean holds luma in 1/128. */
const Q = 128;

export interface Shift {
  /** Plane pixels: what the background has at x, y the picture has at x + dx, y + dy. */
  readonly dx: number;
  readonly dy: number;
}

const NONE: Shift = { dx: 0, dy: 0 };

/** The shift of `luma` against the background `mean` (1/128 luma); none where nothing is proved. */
export function shiftOf(
  luma: Uint8Array,
  mean: Uint16Array,
  width: number,
  height: number,
  edges = edgesOf(mean, width, height),
): Shift {
  let dx = 0;
  let dy = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const apart = round === 0 ? APART_FIRST : APART_LAST;
    const step = solve(luma, mean, width, edges, dx, dy, apart);
    if (step === undefined) return NONE;
    dx += step.dx;
    dy += step.dy;
    // One round is near enough to tell a camera that stands still.
    if (round === 0 && Math.sqrt(dx * dx + dy * dy) < SHIFT_MIN / 2) return NONE;
    if (Math.abs(dx) > SHIFT_MAX || Math.abs(dy) > SHIFT_MAX) return NONE;
    if (Math.abs(step.dx) + Math.abs(step.dy) < 0.02) break;
  }
  if (Math.sqrt(dx * dx + dy * dy) < SHIFT_MIN) return NONE;
  return explains(luma, mean, width, edges, dx, dy) ? { dx, dy } : NONE;
}

/** The samples that have something to go by, as numbers of pixels. */
export function edgesOf(mean: Uint16Array, width: number, height: number): Int32Array {
  const found: number[] = [];
  for (let y = MARGIN; y < height - MARGIN; y += STRIDE)
    for (let x = MARGIN; x < width - MARGIN; x += STRIDE) {
      const i = y * width + x;
      const gx = (mean[i + 1]! - mean[i - 1]!) / (2 * Q);
      const gy = (mean[i + width]! - mean[i - width]!) / (2 * Q);
      if (gx * gx + gy * gy >= GRADIENT_MIN) found.push(i);
    }
  return Int32Array.from(found);
}

/** Fills `out` with the picture as it would be without the shift; beyond its edges the edge goes on. */
export function unshifted(
  out: Uint8Array,
  luma: Uint8Array,
  { dx, dy }: Shift,
  width: number,
  height: number,
): void {
  const left = Math.floor(dx);
  const top = Math.floor(dy);
  // In 1/16: the four weights sum to 256.
  const wx = Math.round(16 * (dx - left));
  const wy = Math.round(16 * (dy - top));
  for (let y = 0; y < height; y++) {
    const upper = clamp(y + top, height) * width;
    const lower = clamp(y + top + 1, height) * width;
    for (let x = 0; x < width; x++) {
      const a = clamp(x + left, width);
      const b = clamp(x + left + 1, width);
      const above = luma[upper + a]! * (16 - wx) + luma[upper + b]! * wx;
      const below = luma[lower + a]! * (16 - wx) + luma[lower + b]! * wx;
      out[y * width + x] = (above * (16 - wy) + below * wy + 128) >> 8;
    }
  }
}

function clamp(at: number, size: number): number {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}

/** One round: the rest of the shift, with a common change of light eliminated. */
function solve(
  luma: Uint8Array,
  mean: Uint16Array,
  width: number,
  edges: Int32Array,
  dx: number,
  dy: number,
  apart: number,
): Shift | undefined {
  const at = onwards(dx, dy, width);
  const light = middle(luma, mean, width, edges, dx, dy);
  let count = 0;
  let [x1, y1, e1, xx, xy, yy, xe, ye] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const i of edges) {
    const gx = (mean[i + 1]! - mean[i - 1]!) / (2 * Q);
    const gy = (mean[i + width]! - mean[i - width]!) / (2 * Q);
    const e = mean[i]! / Q - sample(luma, i, at);
    if (Math.abs(e - light) > apart) continue;
    count++;
    x1 += gx;
    y1 += gy;
    e1 += e;
    xx += gx * gx;
    xy += gx * gy;
    yy += gy * gy;
    xe += gx * e;
    ye += gy * e;
  }
  if (count < SAMPLES_MIN) return undefined;
  xx -= (x1 * x1) / count;
  xy -= (x1 * y1) / count;
  yy -= (y1 * y1) / count;
  xe -= (x1 * e1) / count;
  ye -= (y1 * e1) / count;
  const determinant = xx * yy - xy * xy;
  // Edges of one direction only leave the shift along them open.
  if (determinant <= 0.02 * xx * yy) return undefined;
  return { dx: (yy * xe - xy * ye) / determinant, dy: (xx * ye - xy * xe) / determinant };
}

/** Median difference of all samples: the change of light that they have in common, whatever a train before them shows. */
function middle(
  luma: Uint8Array,
  mean: Uint16Array,
  width: number,
  edges: Int32Array,
  dx: number,
  dy: number,
): number {
  const at = onwards(dx, dy, width);
  differences.fill(0);
  let count = 0;
  for (const i of edges) {
    const e = mean[i]! / Q - sample(luma, i, at);
    differences[Math.floor(Math.max(-APART_FIRST, Math.min(APART_FIRST, e)) + 0.5) + APART_FIRST]!++;
    count++;
  }
  let below = 0;
  let bin = 0;
  while (bin < differences.length && below + differences[bin]! <= count / 2) below += differences[bin++]!;
  return bin - APART_FIRST;
}

/** Filled anew each time it is asked for a median. */
const differences = new Uint16Array(2 * APART_FIRST + 1);

/**
 * Whether the picture fits the background clearly better with the shift than without it, where it still shows the same:
 * on the edges, which a shift changes most.
 */
function explains(
  luma: Uint8Array,
  mean: Uint16Array,
  width: number,
  edges: Int32Array,
  dx: number,
  dy: number,
): boolean {
  const at = onwards(dx, dy, width);
  const lightBefore = middle(luma, mean, width, edges, 0, 0);
  const lightAfter = middle(luma, mean, width, edges, dx, dy);
  let same = 0;
  let before = 0;
  let after = 0;
  for (const i of edges) {
    const there = mean[i]! / Q;
    const without = Math.abs(there - luma[i]! - lightBefore);
    const shifted = Math.abs(there - sample(luma, i, at) - lightAfter);
    if (Math.min(without, shifted) > APART_LAST) continue;
    same++;
    before += Math.min(APART_FIRST, without);
    after += Math.min(APART_FIRST, shifted);
  }
  return same >= SAME_MIN * edges.length && after <= LEFT_MAX * before;
}

/** Where a shift leads from any pixel: pixels onwards in the plane, and the shares of the next one to the right and below. */
interface Onwards {
  readonly by: number;
  readonly wx: number;
  readonly wy: number;
  readonly width: number;
}

function onwards(dx: number, dy: number, width: number): Onwards {
  const left = Math.floor(dx);
  const top = Math.floor(dy);
  return { by: top * width + left, wx: dx - left, wy: dy - top, width };
}

/** Between four pixels; `i` lies MARGIN inside the plane. */
function sample(luma: Uint8Array, i: number, { by, wx, wy, width }: Onwards): number {
  const j = i + by;
  if (wx === 0 && wy === 0) return luma[j]!;
  const above = luma[j]! + wx * (luma[j + 1]! - luma[j]!);
  const below = luma[j + width]! + wx * (luma[j + width + 1]! - luma[j + width]!);
  return above + wy * (below - above);
}
