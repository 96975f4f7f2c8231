/**
 * The one shift of a whole picture against its background: the tremor of a camera (Lucas and Kanade, 1981, over
 * samples of the whole plane, with a common change of light).
 *
 *   background - picture(at + shift) = gx dx + gy dy + light       least squares, a few rounds
 *
 * Samples that differ by more than what a small shift makes of them (people, trains) have no say. A shift counts only
 * when it explains the picture clearly better than none does, so that a camera that stands still is never touched.
 *
 *   edges   i32 count, then that many i32: the samples that have something to go by, as numbers of pixels
 *
 * The samples lie apart, so nothing is done to whole vectors; that a camera stands still is known after one round,
 * whose samples lie on pixels. f64 in a fixed order, so that the twin's numbers are the same to the last bit.
 */

/** Every so many pixels across and down a sample: some 350 of a plane of 160x90. */
const STRIDE: i32 = 6;
/** The largest shift, and a pixel for what lies between two. */
const MARGIN: i32 = 5;
const ROUNDS: i32 = 4;
/** Plane pixels: less is left alone, more is not a tremor. */
const SHIFT_MIN: f64 = 0.2;
const SHIFT_MAX: f64 = 4;
/** Luma steps beyond which a sample shows something else. It narrows as the shift is found. */
const APART_FIRST: i32 = 60;
const APART_LAST: i32 = 24;
/** Squared gradient, below which a sample tells nothing: noise. */
const GRADIENT_MIN: i32 = 36;
/** Fewer samples prove nothing. */
const SAMPLES_MIN: i32 = 60;
/** Of the difference that there was without the shift, at most so much may be left. */
const LEFT_MAX: f64 = 0.75;
/** Share of the edges that must still show the same. */
const SAME_MIN: f64 = 0.4;
/** The mean holds luma in 1/128. */
const Q: i32 = 128;

/** Bytes of the edges of one plane. */
export function edgesBytes(width: i32, height: i32): i32 {
  return 4 + 4 * along(width) * along(height);
}

/** Finds the edges of the background `mean` (u16, Q7). It changes slowly, so they are good for many pictures. */
export function findEdges(edges: usize, mean: usize, width: i32, height: i32): void {
  let count = 0;
  for (let y = MARGIN; y < height - MARGIN; y += STRIDE) {
    for (let x = MARGIN; x < width - MARGIN; x += STRIDE) {
      const i = y * width + x;
      const gx = i64(gradient(mean + 2 * i, 2));
      const gy = i64(gradient(mean + 2 * i, 2 * width));
      if (gx * gx + gy * gy < i64(GRADIENT_MIN * 2 * Q * 2 * Q)) continue;
      store<i32>(edges + 4 * ++count, i);
    }
  }
  store<i32>(edges, count);
}

/**
 * The shift of `luma` against `mean` (u16, Q7): 1, with `out` two f64, plane pixels: what the background has at x, y
 * the picture has at x + dx, y + dy. 0 where nothing is proved; `out` then means nothing.
 */
export function shift(out: usize, luma: usize, mean: usize, edges: usize, width: i32): i32 {
  const count = load<i32>(edges);
  if (count < SAMPLES_MIN) return 0;
  fetch(mean, edges, width);
  let dx: f64 = 0;
  let dy: f64 = 0;
  for (let round = 0; round < ROUNDS; round++) {
    lookAt(dx, dy, width);
    if (!solve(luma, mean, width, edges, round == 0 ? APART_FIRST : APART_LAST)) return 0;
    dx += stepX;
    dy += stepY;
    // One round is near enough to tell a camera that stands still.
    if (round == 0 && lengthOf(dx, dy) < SHIFT_MIN / 2) return 0;
    if (Math.abs(dx) > SHIFT_MAX || Math.abs(dy) > SHIFT_MAX) return 0;
    if (Math.abs(stepX) + Math.abs(stepY) < 0.02) break;
  }
  if (lengthOf(dx, dy) < SHIFT_MIN) return 0;
  if (!explains(luma, mean, width, edges, dx, dy)) return 0;
  store<f64>(out, dx);
  store<f64>(out, dy, 8);
  return 1;
}

/**
 * Fills `out` with the picture as it would be without the shift of `dx`, `dy` (1/16 pixel); beyond its edges the edge
 * goes on. The four weights sum to 256, so that 16 bits hold what they make of four u8.
 */
export function unshift(out: usize, luma: usize, dx: i32, dy: i32, width: i32, height: i32): void {
  const left = dx >> 4;
  const top = dy >> 4;
  const wx = dx & 15;
  const wy = dy & 15;
  // From `first` on both columns lie in the plane, eight at a time as long as the eighth has one to its right.
  const first = max(0, -left);
  const last = min(width, width - left - 1) - 8;
  for (let y = 0; y < height; y++) {
    const upper = luma + inside(y + top, height) * width;
    const lower = luma + inside(y + top + 1, height) * width;
    const row = out + y * width;
    let x = 0;
    for (; x < min(first, width); x++) store<u8>(row + x, between(upper, lower, x + left, wx, wy, width));
    for (; x <= last; x += 8) {
      const above = across(upper + x + left, wx);
      const below = across(lower + x + left, wx);
      const sum = i16x8.add(
        i16x8.mul(above, i16x8.splat(i16(16 - wy))),
        i16x8.mul(below, i16x8.splat(i16(wy))),
      );
      const eight = i16x8.shr_u(i16x8.add(sum, i16x8.splat(128)), 8);
      store<i64>(row + x, i64x2.extract_lane(i8x16.narrow_i16x8_u(eight, eight), 0));
    }
    for (; x < width; x++) store<u8>(row + x, between(upper, lower, x + left, wx, wy, width));
  }
}

/** What one look at each line of the background that is needed comes to: nothing, but see `fetch`. */
let fetched: i32 = 0;

/**
 * Asks for all lines of the background at once, which a camera whose turn it is has not in the caches: none of these
 * loads waits for another, as those of a sum or a histogram do.
 */
function fetch(mean: usize, edges: usize, width: i32): void {
  let any = 0;
  const last = edges + 4 * load<i32>(edges);
  for (let at = edges + 4; at <= last; at += 4) {
    const here = mean + 2 * load<i32>(at);
    any |= i32(load<u16>(here)) | i32(load<u16>(here + 2 * width)) | i32(load<u16>(here - 2 * width));
  }
  fetched = any;
}

function along(size: i32): i32 {
  return max(0, (size - 2 * MARGIN + STRIDE - 1) / STRIDE);
}

/** In 1/256 luma a pixel. `step`: bytes to the next pixel. */
// @ts-ignore: decorator
@inline function gradient(at: usize, step: usize): i32 {
  return i32(load<u16>(at + step)) - i32(load<u16>(at - step));
}

// @ts-ignore: decorator
@inline function lengthOf(dx: f64, dy: f64): f64 {
  return Math.sqrt(dx * dx + dy * dy);
}

/** Where the shift that is tried leads from any pixel: pixels onwards, and the shares of the next one right and below. */
let onwards: i32 = 0;
let shareX: f64 = 0;
let shareY: f64 = 0;

function lookAt(dx: f64, dy: f64, width: i32): void {
  const left = Math.floor(dx);
  const top = Math.floor(dy);
  onwards = i32(top) * width + i32(left);
  shareX = dx - left;
  shareY = dy - top;
}

/** What the background has at pixel `i` less what the picture has where the shift leads. */
// @ts-ignore: decorator
@inline function difference(luma: usize, mean: usize, i: i32, width: i32): f64 {
  return f64(load<u16>(mean + 2 * i)) / Q - sample(luma + i + onwards, width);
}

/** Between four pixels. */
// @ts-ignore: decorator
@inline function sample(at: usize, width: i32): f64 {
  const a = f64(load<u8>(at));
  if (shareX == 0 && shareY == 0) return a;
  const c = f64(load<u8>(at + width));
  const above = a + shareX * (f64(load<u8>(at, 1)) - a);
  const below = c + shareX * (f64(load<u8>(at + width, 1)) - c);
  return above + shareY * (below - above);
}

/** What `solve` found, plane pixels. */
let stepX: f64 = 0;
let stepY: f64 = 0;

/** One round: the rest of the shift, with a common change of light eliminated. */
function solve(luma: usize, mean: usize, width: i32, edges: usize, apart: i32): bool {
  const light = middle(luma, mean, width, edges);
  const all = load<i32>(edges);
  let count: f64 = 0;
  let x1: f64 = 0;
  let y1: f64 = 0;
  let e1: f64 = 0;
  let xx: f64 = 0;
  let xy: f64 = 0;
  let yy: f64 = 0;
  let xe: f64 = 0;
  let ye: f64 = 0;
  for (let k = 1; k <= all; k++) {
    const i = load<i32>(edges + 4 * k);
    const e = difference(luma, mean, i, width);
    if (Math.abs(e - light) > apart) continue;
    const gx = f64(gradient(mean + 2 * i, 2)) / (2 * Q);
    const gy = f64(gradient(mean + 2 * i, 2 * width)) / (2 * Q);
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
  if (count < SAMPLES_MIN) return false;
  xx -= (x1 * x1) / count;
  xy -= (x1 * y1) / count;
  yy -= (y1 * y1) / count;
  xe -= (x1 * e1) / count;
  ye -= (y1 * e1) / count;
  const determinant = xx * yy - xy * xy;
  // Edges of one direction only leave the shift along them open.
  if (determinant <= 0.02 * xx * yy) return false;
  stepX = (yy * xe - xy * ye) / determinant;
  stepY = (xx * ye - xy * xe) / determinant;
  return true;
}

const BINS: i32 = 2 * APART_FIRST + 1;
const differences = memory.data(2 * 121);

/** Median difference of all samples: the light that changed in all of them, whatever a train before them shows. */
function middle(luma: usize, mean: usize, width: i32, edges: usize): f64 {
  memory.fill(differences, 0, 2 * BINS);
  const all = load<i32>(edges);
  for (let k = 1; k <= all; k++) {
    const e = difference(luma, mean, load<i32>(edges + 4 * k), width);
    const bin = i32(Math.floor(max<f64>(-APART_FIRST, min<f64>(APART_FIRST, e)) + 0.5)) + APART_FIRST;
    store<u16>(differences + 2 * bin, load<u16>(differences + 2 * bin) + 1);
  }
  let below = 0;
  let bin = 0;
  while (bin < BINS) {
    below += i32(load<u16>(differences + 2 * bin));
    if (2 * below > all) break;
    bin++;
  }
  return f64(bin - APART_FIRST);
}

/**
 * Whether the picture fits the background clearly better with the shift than without it, where it still shows the same:
 * on the edges, which a shift changes most.
 */
function explains(luma: usize, mean: usize, width: i32, edges: usize, dx: f64, dy: f64): bool {
  lookAt(0, 0, width);
  const lightBefore = middle(luma, mean, width, edges);
  lookAt(dx, dy, width);
  const lightAfter = middle(luma, mean, width, edges);
  const all = load<i32>(edges);
  let same = 0;
  let before: f64 = 0;
  let after: f64 = 0;
  for (let k = 1; k <= all; k++) {
    const i = load<i32>(edges + 4 * k);
    const there = f64(load<u16>(mean + 2 * i)) / Q;
    const without = Math.abs(there - f64(load<u8>(luma + i)) - lightBefore);
    const shifted = Math.abs(difference(luma, mean, i, width) - lightAfter);
    if (min(without, shifted) > APART_LAST) continue;
    same++;
    before += min<f64>(APART_FIRST, without);
    after += min<f64>(APART_FIRST, shifted);
  }
  return f64(same) >= SAME_MIN * f64(all) && after <= LEFT_MAX * before;
}

// @ts-ignore: decorator
@inline function inside(at: i32, size: i32): i32 {
  return max(0, min(size - 1, at));
}

/** Eight u8 and their right neighbours: [a b ..] => i16 [a (16 - wx) + b wx ..] */
// @ts-ignore: decorator
@inline function across(at: usize, wx: i32): v128 {
  const here = i16x8.mul(v128.load_ext<u8>(at), i16x8.splat(i16(16 - wx)));
  return i16x8.add(here, i16x8.mul(v128.load_ext<u8>(at, 1), i16x8.splat(i16(wx))));
}

/** One pixel, wherever its neighbours lie. */
function between(upper: usize, lower: usize, x: i32, wx: i32, wy: i32, width: i32): i32 {
  const a = inside(x, width);
  const b = inside(x + 1, width);
  const above = i32(load<u8>(upper + a)) * (16 - wx) + i32(load<u8>(upper + b)) * wx;
  const below = i32(load<u8>(lower + a)) * (16 - wx) + i32(load<u8>(lower + b)) * wx;
  return (above * (16 - wy) + below * wy + 128) >> 8;
}
