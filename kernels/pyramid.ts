/**
 * The pyramid: a plane and its two halvings, each with its edge repeated all around, so that flow may look a little
 * outside without asking.
 *
 * Levels lie one after the other, level 0 (the plane itself) first. A level of w x h pixels, u8:
 *
 *         16       4 * cells across, up to 16s     16
 *      +-------+------------------------------+-------+
 *   8  |                top row repeated              |       cells across = ceil(w/4), cells down = ceil(h/4)
 *      +-------+--------------------------+---+-------+
 *      |   <-  |  w x h pixels            |     ->    |       level n + 1 is ceil(w/2) x ceil(h/2)
 *      |       |                          |           |
 *      +-------+--------------------------+-----------+
 *   8+ |              bottom row repeated             |       8 rows below 4 * cells down
 *      +----------------------------------------------+
 *
 * Halving, the idea:
 *
 *   half[x, y] = (sum of [1 2 1] x [1 2 1] around [2x, 2y] + 8) >> 4
 *
 * 1. Eight outputs at a time: adding neighbours pairwise from 2x and from 2x - 1 gives [1 2 1] at even places only.
 * 2. The edge is never a case: it was repeated before, and a row's surplus outputs are overwritten by its own edge.
 */

export const LEVELS: i32 = 3;
const LEFT: i32 = 16;
const ABOVE: i32 = 8;

export function pyramidBytes(w: i32, h: i32): i32 {
  let bytes = 0;
  for (let n = 0; n < LEVELS; n++) bytes += planeBytes(halved(w, n), halved(h, n));
  return (bytes + 63) & ~63;
}

/** `luma`: w x h bytes, row-major. */
export function pyramid(out: usize, luma: usize, w: i32, h: i32): void {
  const stride = planeStride(w);
  let row = out + ABOVE * stride;
  for (let y = 0; y < h; y++) {
    copyBytes(row + LEFT, luma, w);
    repeatSides(row, w, stride);
    luma += w;
    row += stride;
  }
  repeatRows(out, h, stride);
  let from = out;
  for (let n = 1; n < LEVELS; n++) {
    const to = from + planeBytes(halved(w, n - 1), halved(h, n - 1));
    halve(to, halved(w, n), halved(h, n), from, planeStride(halved(w, n - 1)));
    from = to;
  }
}

/** Size of level n of a plane of this size. */
export function halved(size: i32, n: i32): i32 {
  return (size + (1 << n) - 1) >> n;
}

/** From the pyramid's first byte to level n's first pixel. */
export function levelOrigin(w: i32, h: i32, n: i32): i32 {
  let offset = 0;
  for (let k = 0; k < n; k++) offset += planeBytes(halved(w, k), halved(h, k));
  return offset + ABOVE * planeStride(halved(w, n)) + LEFT;
}

export function planeStride(w: i32): i32 {
  return LEFT + ((w + 15) & ~15) + 16;
}

function planeBytes(w: i32, h: i32): i32 {
  return planeStride(w) * planeRows(h);
}

function planeRows(h: i32): i32 {
  return ABOVE + ((h + 3) & ~3) + 8;
}

function halve(to: usize, w: i32, h: i32, from: usize, fromStride: i32): void {
  const stride = planeStride(w);
  let source = from + ABOVE * fromStride + LEFT;
  let row = to + ABOVE * stride;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x += 16) {
      const at = source + 2 * x;
      v128.store(row + LEFT + x, i8x16.narrow_i16x8_u(halveEight(at, fromStride), halveEight(at + 16, fromStride)));
    }
    repeatSides(row, w, stride);
    source += 2 * fromStride;
    row += stride;
  }
  repeatRows(to, h, stride);
}

// @ts-ignore: decorator
@inline
function halveEight(at: usize, stride: i32): v128 {
  const up = blurEven(at - stride);
  const mid = blurEven(at);
  const down = blurEven(at + stride);
  const sum = i16x8.add(i16x8.add(up, down), i16x8.add(mid, mid));
  return i16x8.shr_u(i16x8.add(sum, i16x8.splat(8)), 4);
}

/** u8 [z a b c d ...] with a at `at` => i16 [z+2a+b  b+2c+d  ...] */
// @ts-ignore: decorator
@inline
function blurEven(at: usize): v128 {
  return i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(at - 1)), i16x8.extadd_pairwise_i8x16_u(v128.load(at)));
}

function repeatSides(row: usize, w: i32, stride: i32): void {
  v128.store(row, v128.load_splat<u8>(row + LEFT));
  const last = v128.load_splat<u8>(row + LEFT + w - 1);
  const end = row + stride - 16;
  for (let at = row + LEFT + w; at < end; at += 16) v128.store(at, last);
  v128.store(end, last);
}

function repeatRows(plane: usize, h: i32, stride: i32): void {
  const first = plane + ABOVE * stride;
  for (let row = plane; row < first; row += stride) copyRow(row, first, stride);
  const last = first + (h - 1) * stride;
  const end = plane + planeRows(h) * stride;
  for (let row = last + stride; row < end; row += stride) copyRow(row, last, stride);
}

/** A whole number of vectors. */
// @ts-ignore: decorator
@inline
function copyRow(to: usize, from: usize, bytes: i32): void {
  for (let at = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

/** Never touches a byte outside either range. */
export function copyBytes(to: usize, from: usize, bytes: i32): void {
  let at = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
  if (at + 8 <= bytes) {
    store<u64>(to + at, load<u64>(from + at));
    at += 8;
  }
  for (; at < bytes; at++) store<u8>(to + at, load<u8>(from + at));
}
