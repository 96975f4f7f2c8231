/**
 * What colours of what glows tell a flame from all else that is warm and bright.
 *
 *   hot        Through each place of a flame pass all colours that lie between the red of its rim and the yellow of its
 *              heart; cloth, paint, a lamp and what it shines on have one, however bright or dim, near or hidden they
 *              become. Told by how far the hues (glances.ts) of each candidate around scatter around their own mean while
 *              it is hot, so that two things of two colours beside each other are no flame.
 *   white-hot  The heart of a flame is white because it is beyond what the sensor can tell: where it gets dimmer it gets
 *              warmer. What is pale and lit is as warm in the light as out of it, or warmer. Told by the correlation of
 *              luma and warmth, the mean of the white-hot candidates around.
 *
 * Layout of the scratch, C cells: i32[4][C] hot pictures of a candidate | sum of the squares by which their hues lie off
 * their mean | 256 times the correlation where it is white-hot | 1 where it is, else 0.
 */
import { HOT_LUMA, HOT_WARMTH, SLOTS } from './glances';

/** Cells around, also aslant. */
const NEAR: i32 = 2;
/** Fewer hot pictures, of all cells around, say nothing of hues. */
const HOT_MIN: i32 = 16;
/** Standard deviation of hues, of 255, up to which it is one colour, and from which on it is many. */
const ONE_MAX: f64 = 3;
const MANY_MIN: f64 = 6;
/** Correlation down to which something is pale, and from which on it is white-hot. */
const PALE_MIN: f64 = -0.2;
const WHITE_MAX: f64 = -0.5;

export function hueBytes(cells: i32): i32 {
  return 16 * cells;
}

/**
 * Takes one candidate in; `at`, `plane`, `first`, `samples`, `cast`: as flame.ts reads the state; `white`: hot pictures
 * below which it is white-hot. The rest of `out` is zero.
 */
export function takeHues(
  out: usize,
  at: usize,
  plane: i32,
  first: i32,
  samples: i32,
  cast: i32,
  white: i32,
): void {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < samples; k++) {
    const luma = at + ((first + k) & (SLOTS - 1)) * plane;
    const hue = i32(load<u8>(luma + 2 * SLOTS * plane));
    if (hue == 0 || i32(load<u8>(luma)) < HOT_LUMA) continue;
    if (i32(load<u8>(luma + SLOTS * plane)) < HOT_WARMTH + cast) continue;
    count++;
    sum += hue;
    squares += hue * hue;
  }
  const off = count > 0 ? squares - (sum * sum) / count : 0;
  if (count >= white) v128.store(out, i32x4(count, off, 0, 0));
  else v128.store(out, i32x4(count, off, correlation(at, plane, first, samples), 1));
}

/** Of luma and warmth, 256 times. */
function correlation(at: usize, plane: i32, first: i32, samples: i32): i32 {
  let luma = 0;
  let warmth = 0;
  let both = 0;
  let lumas = 0;
  let warmths = 0;
  for (let k = 0; k < samples; k++) {
    const slot = at + ((first + k) & (SLOTS - 1)) * plane;
    const l = i32(load<u8>(slot));
    const w = i32(load<u8>(slot + SLOTS * plane));
    luma += l;
    warmth += w;
    both += l * w;
    lumas += l * l;
    warmths += w * w;
  }
  // At most 32 * 32 * 255 * 255 each.
  const power = f64(samples * lumas - luma * luma) * f64(samples * warmths - warmth * warmth);
  return power > 0 ? i32((256.0 * f64(samples * both - luma * warmth)) / sqrt(power)) : 0;
}

/** 0: one colour, or pale; 1: as a flame, or too little to be told. */
export function colourful(taken: usize, column: i32, row: i32, columns: i32, rows: i32): f64 {
  let all = i32x4.splat(0);
  for (let y = max(0, row - NEAR); y <= min(rows - 1, row + NEAR); y++)
    for (let x = max(0, column - NEAR); x <= min(columns - 1, column + NEAR); x++)
      all = i32x4.add(all, v128.load(taken + 16 * (y * columns + x)));
  const count = f64(i32x4.extract_lane(all, 0));
  const whites = f64(i32x4.extract_lane(all, 3));
  if (count >= f64(HOT_MIN)) return share((sqrt(f64(i32x4.extract_lane(all, 1)) / count) - ONE_MAX) / (MANY_MIN - ONE_MAX));
  if (whites == 0) return 1;
  return share((PALE_MIN - f64(i32x4.extract_lane(all, 2)) / (256.0 * whites)) / (PALE_MIN - WHITE_MAX));
}

// @ts-ignore: decorator
@inline
function share(value: f64): f64 {
  return max(0, min(1, value));
}
