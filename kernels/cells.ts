/**
 * From foreground pixels to 4x4 cells (the last row and column may be partial).
 *
 *   occupancy u8    share of the cell's pixels that are foreground, 0..255
 *   still     u16   pictures since at least 2 of its pixels changed by more than the noise, saturating
 */
import { bitRow } from './bits';
import { absDiffU8 } from './lanes';

/** Luma change since the previous picture that counts as activity. */
const ACTIVE_MIN: i32 = 12;

/** Four whole cells (sixteen pixels of four rows) at a time; partial rows and the tail cell by cell. */
export function cells(
  occupancy: usize,
  still: usize,
  bits: usize,
  luma: usize,
  previous: usize,
  width: i32,
  height: i32,
): void {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  for (let row = 0; row < rows; row++) {
    const cell = row * columns;
    occupied(occupancy + cell, bits + 4 * row * bitRow(width), width, min(4, height - 4 * row));
    calm(still + 2 * cell, luma + 4 * row * width, previous + 4 * row * width, width, min(4, height - 4 * row));
  }
}

/**
 * One row of cells, two at a time in each byte of a word: a nibble's bits are counted in place, then four rows of
 * counts added, cells 0, 2, ... and 1, 3, ... apart because 16 does not fit into a nibble. 255 n / 16, rounded down, is
 * 16 n - 1 for every n but 0.
 */
function occupied(out: usize, bits: usize, width: i32, high: i32): void {
  const columns = (width + 3) >> 2;
  const stride = bitRow(width);
  const low: u64 = 0x0f0f0f0f0f0f0f0f;
  for (let word = 0; word < stride; word += 8) {
    let evens: u64 = 0;
    let odds: u64 = 0;
    for (let y = 0; y < high; y++) {
      let set = load<u64>(bits + y * stride + word);
      if (set == 0) continue;
      set -= (set >> 1) & 0x5555555555555555;
      set = (set & 0x3333333333333333) + ((set >> 2) & 0x3333333333333333);
      evens += set & low;
      odds += (set >> 4) & low;
    }
    const first = 2 * word;
    const count = min(16, columns - first);
    if (count == 16) {
      const sums = v128.shuffle<i8>(
        i64x2.splat(evens),
        i64x2.splat(odds),
        0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
      );
      v128.store(out + first, i8x16.add(i8x16.shl(sums, 4), i8x16.ne(sums, i8x16.splat(0))));
      if (high == 4 && first * 4 + 64 <= width) continue;
    }
    for (let k = 0; k < count; k++) {
      const sum = i32(((k & 1 ? odds : evens) >> (u64(k >> 1) << 3)) & 255);
      const size = high * min(4, width - 4 * (first + k));
      store<u8>(out + first + k, size == 16 ? (sum << 4) - i32(sum > 0) : (sum * 255) / size);
    }
  }
}

/** One row of cells. */
function calm(still: usize, luma: usize, previous: usize, width: i32, high: i32): void {
  let x = 0;
  if (high == 4) {
    for (; x + 16 <= width; x += 16) {
      let active = changed(luma + x, previous + x);
      for (let y = 1; y < 4; y++) {
        // Comparisons give -1, so adding counts downwards.
        active = i8x16.add(active, changed(luma + y * width + x, previous + y * width + x));
      }
      const sums = i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(active));
      const at = still + 2 * (x >> 2);
      const ages = i16x8.add_sat_u(v128.load64_zero(at), i16x8.splat(1));
      const rests = i32x4.gt_s(sums, i32x4.splat(-2));
      v128.store64_lane(at, v128.and(ages, i16x8.narrow_i32x4_s(rests, rests)), 0);
    }
  }
  for (; x < width; x += 4) {
    let active = 0;
    for (let y = 0; y < high; y++) {
      for (let i = y * width + x; i < y * width + min(width, x + 4); i++) {
        active += i32(abs(i32(load<u8>(luma + i)) - i32(load<u8>(previous + i))) > ACTIVE_MIN);
      }
    }
    const at = still + 2 * (x >> 2);
    store<u16>(at, active >= 2 ? 0 : min(65535, i32(load<u16>(at)) + 1));
  }
}

// @ts-ignore: decorator
@inline function changed(a: usize, b: usize): v128 {
  return i8x16.gt_u(absDiffU8(v128.load(a), v128.load(b)), i8x16.splat(i8(ACTIVE_MIN)));
}
