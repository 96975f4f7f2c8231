/**
 * From the foreground mask to regions.
 *
 *   clean    a pixel stays when at least 3 of its 3x3 block are set, and is filled when at least 5 are
 *   label    8-connected components (kernels/label.ts)
 *   table    per component 16 i32 (one 64-byte line):
 *            0 x0  1 y0  2 x1  3 y1 (inclusive)  4 area  5 footX (1/8 px)  6 sum |difference|  7 edges
 *            8 fall  9 edgePicture  10 edgeBackground  11 active  12 sumX  13 sumY  14, 15 free
 *   settle   pixels of components that are no thing (ghosts, patches of light) go back to the background
 *
 * An edge is a set pixel and the pixel two to one side of it that belongs to no component. `fall` is how far the
 * difference to the background drops across it: at a thing it drops at once, at the rim of light it fades. Both it and
 * `difference` are taken in the logarithm of luma (kernels/light.ts), in which light adds the same to dark and bright.
 */

import { LOG } from './light';

const Q: i32 = 7;
const FIELDS: usize = 64;
/** Luma change since the previous picture that counts as activity. */
export const ACTIVE_MIN: i32 = 12;

/** Sixteen pixels at a time inside a row; its ends, where a neighbour is missing, one by one. */
export function clean(out: usize, mask: usize, width: i32, height: i32): void {
  for (let y = 0; y < height; y++) {
    const up = y > 0 ? -width : 0;
    const down = y + 1 < height ? width : 0;
    const row = mask + y * width;
    const to = out + y * width;
    vote(to, row, 0, up, down, width);
    let x = 1;
    while (x + 1 < width) {
      // The last sixteen overlap the ones before; only in a narrow plane they do not fit.
      if (x + 16 >= width) {
        if (width < 18) break;
        x = width - 17;
      }
      const at = row + x;
      let sum = i8x16.add(i8x16.add(v128.load(at - 1), v128.load(at)), v128.load(at + 1));
      if (up != 0) {
        const a = at + up;
        sum = i8x16.add(sum, i8x16.add(i8x16.add(v128.load(a - 1), v128.load(a)), v128.load(a + 1)));
      }
      if (down != 0) {
        const a = at + down;
        sum = i8x16.add(sum, i8x16.add(i8x16.add(v128.load(a - 1), v128.load(a)), v128.load(a + 1)));
      }
      const five = i8x16.ge_s(sum, i8x16.splat(5));
      const three = v128.and(i8x16.ge_s(sum, i8x16.splat(3)), v128.load(at));
      v128.store(to + x, v128.and(v128.or(five, three), i8x16.splat(1)));
      x += 16;
    }
    for (; x < width; x++) vote(to, row, x, up, down, width);
  }
}

function vote(to: usize, row: usize, x: i32, up: i32, down: i32, width: i32): void {
  let sum = column(row + x, up, down);
  if (x > 0) sum += column(row + x - 1, up, down);
  if (x + 1 < width) sum += column(row + x + 1, up, down);
  store<u8>(to + x, u8(sum >= 5 || (load<u8>(row + x) != 0 && sum >= 3)));
}

// @ts-ignore: decorator
@inline function column(at: usize, up: i32, down: i32): i32 {
  let sum = i32(load<u8>(at));
  if (up != 0) sum += i32(load<u8>(at + up));
  if (down != 0) sum += i32(load<u8>(at + down));
  return sum;
}

// @ts-ignore: decorator
@inline function add(at: usize, field: i32, value: i32): void {
  store<i32>(at + 4 * field, load<i32>(at + 4 * field) + value);
}

// @ts-ignore: decorator
@inline function logOf(value: i32): i32 {
  return i32(load<u8>(LOG + value));
}

// @ts-ignore: decorator
@inline function edge(at: usize, labels: usize, luma: usize, mean: usize, i: i32, j: i32): void {
  if (load<u16>(labels + 2 * j) != 0) return;
  const a = i32(load<u8>(luma + i));
  const b = i32(load<u8>(luma + j));
  const backA = i32(load<u16>(mean + 2 * i)) >> Q;
  const backB = i32(load<u16>(mean + 2 * j)) >> Q;
  add(at, 7, 1);
  add(at, 8, abs(logOf(a) - logOf(backA) - (logOf(b) - logOf(backB))));
  add(at, 9, abs(a - b));
  add(at, 10, abs(backA - backB));
}

/** The edges of pixels i to end towards the pixels `step` away. Most have none: eight pixels in one look. */
function edges(at: usize, labels: usize, luma: usize, mean: usize, i: i32, end: i32, step: i32): void {
  while (i < end) {
    if (i + 8 <= end && i16x8.all_true(v128.load(labels + 2 * (i + step)))) {
      i += 8;
      continue;
    }
    const stop = min(end, i + 8);
    for (; i < stop; i++) edge(at, labels, luma, mean, i, i + step);
  }
}

/** What the pixels x0 to x1 (exclusive) of row y, which begins at `row`, add to their component. */
function run(at: usize, luma: usize, previous: usize, mean: usize, row: i32, x0: i32, x1: i32, y: i32): void {
  const length = x1 - x0;
  store<i32>(at, min(load<i32>(at), x0));
  store<i32>(at + 4, min(load<i32>(at + 4), y));
  store<i32>(at + 8, max(load<i32>(at + 8), x1 - 1));
  store<i32>(at + 12, y);
  let difference = 0;
  let active = 0;
  for (let i = row + x0; i < row + x1; i++) {
    const value = i32(load<u8>(luma + i));
    difference += abs(logOf(value) - logOf(i32(load<u16>(mean + 2 * i)) >> Q));
    active += i32(abs(value - i32(load<u8>(previous + i))) > ACTIVE_MIN);
  }
  add(at, 4, length);
  add(at, 6, difference);
  add(at, 11, active);
  add(at, 12, ((x0 + x1 - 1) * length) >> 1);
  add(at, 13, y * length);
}

/** Fills `table` for `count` components. `previous` is the luma of the picture before. */
export function blobTable(
  table: usize,
  labels: usize,
  count: i32,
  luma: usize,
  previous: usize,
  mean: usize,
  width: i32,
  height: i32,
): void {
  memory.fill(table, 0, FIELDS * count);
  for (let k = 0; k < count; k++) {
    const at = table + FIELDS * k;
    store<i32>(at, width);
    store<i32>(at + 4, height);
    store<i32>(at + 8, -1);
    store<i32>(at + 12, -1);
  }
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const labelsRow = labels + 2 * row;
    for (let x = 0; x < width; ) {
      while (x + 4 <= width && load<u64>(labelsRow + 2 * x) == 0) x += 4;
      while (x < width && load<u16>(labelsRow + 2 * x) == 0) x++;
      if (x >= width) break;
      const k = i32(load<u16>(labelsRow + 2 * x));
      const first = x;
      while (x < width && i32(load<u16>(labelsRow + 2 * x)) == k) x++;
      const at = table + FIELDS * (k - 1);
      run(at, luma, previous, mean, row, first, x, y);
      // Sideways, only the two pixels at either end of a run can have a neighbour outside.
      for (let i = max(2, first); i < min(x, first + 2); i++) edge(at, labels, luma, mean, row + i, row + i - 2);
      for (let i = max(first, x - 2); i < min(x, width - 2); i++) edge(at, labels, luma, mean, row + i, row + i + 2);
      if (y >= 2) edges(at, labels, luma, mean, row + first, row + x, -2 * width);
      if (y + 2 < height) edges(at, labels, luma, mean, row + first, row + x, 2 * width);
    }
  }
  for (let k = 0; k < count; k++) foot(table + FIELDS * k, labels, k + 1, width);
}

/** The foot: mean x over the lowest eighth of the region's rows, at least two. */
function foot(at: usize, labels: usize, k: i32, width: i32): void {
  const x0 = load<i32>(at);
  const x1 = load<i32>(at + 8);
  const y1 = load<i32>(at + 12);
  const rows = max(2, (y1 - load<i32>(at + 4) + 1) >> 3);
  let sum = 0;
  let seen = 0;
  for (let y = max(0, y1 - rows + 1); y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      if (i32(load<u16>(labels + 2 * (y * width + x))) == k) {
        sum += x;
        seen++;
      }
    }
  }
  store<i32>(at + 20, (sum * 8 + 4 * seen) / seen);
}

/**
 * `fate` (u8 per label, label 0 included): 0 keep; 1 absorb, the background becomes what is seen; 2 adapt, a
 * quarter of the way; 3 drop, the background stays. Pixels with a fate leave `labels`.
 */
export function settle(labels: usize, fate: usize, mean: usize, luma: usize, pixels: i32): void {
  for (let i = 0; i < pixels; i++) {
    while (i + 4 <= pixels && load<u64>(labels + 2 * i) == 0) i += 4;
    if (i >= pixels) break;
    const k = i32(load<u16>(labels + 2 * i));
    if (k == 0) continue;
    const what = load<u8>(fate + k);
    if (what == 0) continue;
    const seen = i32(load<u8>(luma + i)) << Q;
    const was = i32(load<u16>(mean + 2 * i));
    if (what != 3) store<u16>(mean + 2 * i, what == 1 ? seen : was + ((seen - was) >> 2));
    store<u16>(labels + 2 * i, 0);
  }
}
