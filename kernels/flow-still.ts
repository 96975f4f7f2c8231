/**
 * Which cells flow works on.
 *
 *   changed[level, cell] = sum of |cur - prev| over its 16 pixels > STILL[level]
 *   over two fifths of the coarsest level changed: the view itself moves, or its light does; all cells are active,
 *         since flat ones move too
 *   else: a change on one level counts on all, downwards for the children, upwards for the parent
 *         active = changed or beside a changed one;  near = active or beside an active one
 */
import { active, across, bytes, cells, changed, down, enterLevel, folds, mapBytes, mapRow, near } from './flow-scratch';
import { fourI8, absDiffU8, twice } from './lanes';
import { halved, LEVELS, levelOrigin, planeStride } from './pyramid';

/**
 * Noise of 2 grey levels a pixel gives 36 on level 0 (deviation 7, skewed; once in 100,000 cells 80), 14 on level 1
 * and 7 on level 2.
 */
const STILL: usize = memory.data<i32>([88, 44, 24]);

export function findActive(prev: usize, cur: usize, w: i32, h: i32): void {
  for (let n = 0; n < LEVELS; n++) {
    enterLevel(w, h, n);
    const origin = levelOrigin(w, h, n);
    const still = load<i32>(STILL + 4 * n);
    const count = findChanged(changed + n * mapBytes, prev + origin, cur + origin, planeStride(halved(w, n)), still);
    if (n == LEVELS - 1 && 5 * count > 2 * across * down) {
      memory.fill(active, 255, LEVELS * mapBytes);
      memory.fill(near, 255, LEVELS * mapBytes);
      return;
    }
  }
  for (let n = LEVELS - 2; n >= 0; n--) {
    enterLevel(w, h, n);
    tellChildren(changed + n * mapBytes, changed + (n + 1) * mapBytes);
  }
  for (let n = 1; n < LEVELS; n++) {
    enterLevel(w, h, n);
    tellParents(changed + n * mapBytes, changed + (n - 1) * mapBytes, w, h, n);
  }
  for (let n = 0; n < LEVELS; n++) {
    enterLevel(w, h, n);
    widen(active + n * mapBytes, changed + n * mapBytes);
    widen(near + n * mapBytes, active + n * mapBytes);
  }
}

/** Returns how many changed. */
function findChanged(map: usize, prev: usize, cur: usize, stride: i32, still: i32): i32 {
  const limit = i32x4.splat(still);
  let count = 0;
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    for (let x = 0; x < across; x += 4) {
      let at = y * 4 * stride + 4 * x;
      let sum = i16x8.splat(0);
      for (let j = 0; j < 4; j++) {
        const difference = absDiffU8(v128.load(prev + at), v128.load(cur + at));
        sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(difference));
        at += stride;
      }
      store<u32>(row + x, fourI8(i32x4.gt_s(i32x4.extadd_pairwise_i16x8_s(sum), limit)));
    }
    endRow(row);
    for (let x = 0; x < across; x += 16) count += popcnt<i32>(i8x16.bitmask(v128.load(row + x)));
  }
  return count;
}

/** What lies beyond the last cell changed only by repetition of the edge. */
// @ts-ignore: decorator
@inline
function endRow(row: usize): void {
  v128.store(row + across, i8x16.splat(0));
}

function tellChildren(map: usize, parents: usize): void {
  const parentBytes = mapRow((across + 1) >> 1);
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    const parent = parents + (y >> 1) * parentBytes;
    for (let x = 0; x < across; x += 16) {
      const fromParent = twice(v128.load_zero<u64>(parent + (x >> 1)));
      v128.store(row + x, v128.or(v128.load(row + x), fromParent));
    }
    endRow(row);
  }
}

function tellParents(map: usize, children: usize, w: i32, h: i32, n: i32): void {
  const childBytes = mapRow(cells(halved(w, n - 1)));
  const childRows = cells(halved(h, n - 1));
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    const upper = children + 2 * y * childBytes;
    const lower = 2 * y + 1 < childRows ? upper + childBytes : upper;
    for (let x = 0; x < across; x += 8) {
      const any = v128.or(v128.load(upper + 2 * x), v128.load(lower + 2 * x));
      const pairs = i16x8.ne(any, i16x8.splat(0));
      const fromChildren = v128.or(v128.load_zero<u64>(row + x), i8x16.narrow_i16x8_s(pairs, pairs));
      v128.store_lane<u64>(row + x, fromChildren, 0);
    }
    endRow(row);
  }
}

/** 255 wherever one of the 3x3 is. */
function widen(to: usize, from: usize): void {
  const column = folds + 16;
  for (let y = 0; y < down; y++) {
    const mid = from + y * bytes;
    const up = y > 0 ? mid - bytes : mid;
    const below = y + 1 < down ? mid + bytes : mid;
    for (let x = 0; x < across; x += 16) {
      v128.store(column + x, v128.or(v128.or(v128.load(up + x), v128.load(mid + x)), v128.load(below + x)));
    }
    store<u8>(column - 1, 0);
    endRow(column);
    const row = to + y * bytes;
    for (let x = 0; x < across; x += 16) {
      const sides = v128.or(v128.load(column + x - 1), v128.load(column + x + 1));
      v128.store(row + x, v128.or(sides, v128.load(column + x)));
    }
    endRow(row);
  }
}
