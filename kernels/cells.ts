/**
 * From labelled pixels to 4x4 cells (the last row and column may be partial).
 *
 *   occupancy u8    share of the cell's pixels that are foreground, 0..255
 *   still     u16   pictures since at least 2 of its pixels changed by more than the noise, saturating
 */
import { ACTIVE_MIN } from './blobs';

/** Four whole cells (sixteen pixels of four rows) at a time; partial rows and the tail cell by cell. */
export function cells(
  occupancy: usize,
  still: usize,
  labels: usize,
  luma: usize,
  previous: usize,
  width: i32,
  height: i32,
): void {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  for (let row = 0; row < rows; row++) {
    let column = 0;
    if (row * 4 + 4 <= height) {
      for (; column * 4 + 16 <= width; column += 4) {
        let set = i8x16.splat(0);
        let active = i8x16.splat(0);
        for (let y = 0; y < 4; y++) {
          const i = (row * 4 + y) * width + column * 4;
          const low = v128.load(labels + 2 * i);
          const high = v128.load(labels + 2 * i, 16);
          const zero = i16x8.splat(0);
          // Comparisons give -1, so subtracting counts.
          set = i8x16.sub(set, i8x16.narrow_i16x8_s(i16x8.ne(low, zero), i16x8.ne(high, zero)));
          const a = v128.load(luma + i);
          const b = v128.load(previous + i);
          const change = i8x16.sub(i8x16.max_u(a, b), i8x16.min_u(a, b));
          active = i8x16.sub(active, i8x16.gt_u(change, i8x16.splat(ACTIVE_MIN as i8)));
        }
        const sets = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(set));
        const actives = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(active));
        const cell = row * columns + column;
        const shares = i16x8.narrow_i32x4_s(i32x4.shr_u(i32x4.mul(sets, i32x4.splat(255)), 4), sets);
        v128.store32_lane(occupancy + cell, i8x16.narrow_i16x8_u(shares, shares), 0);
        const ages = i16x8.add_sat_u(v128.load64_zero(still + 2 * cell), i16x8.splat(1));
        const calm = i32x4.lt_s(actives, i32x4.splat(2));
        v128.store64_lane(still + 2 * cell, v128.and(ages, i16x8.narrow_i32x4_s(calm, calm)), 0);
      }
    }
    for (; column < columns; column++) cell1(occupancy, still, labels, luma, previous, width, height, row, column);
  }
}

function cell1(
  occupancy: usize,
  still: usize,
  labels: usize,
  luma: usize,
  previous: usize,
  width: i32,
  height: i32,
  row: i32,
  column: i32,
): void {
  const y0 = row * 4;
  const x0 = column * 4;
  const y1 = min(height, y0 + 4);
  const x1 = min(width, x0 + 4);
  let set = 0;
  let active = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const i = y * width + x;
      set += i32(load<u16>(labels + 2 * i) != 0);
      active += i32(abs(i32(load<u8>(luma + i)) - i32(load<u8>(previous + i))) > ACTIVE_MIN);
    }
  }
  put(occupancy, still, row * ((width + 3) >> 2) + column, set, (y1 - y0) * (x1 - x0), active);
}

// @ts-ignore: decorator
@inline function put(occupancy: usize, still: usize, cell: i32, set: i32, size: i32, active: i32): void {
  store<u8>(occupancy + cell, (set * 255) / size);
  const age = i32(load<u16>(still + 2 * cell));
  store<u16>(still + 2 * cell, active >= 2 ? 0 : min(65535, age + 1));
}
