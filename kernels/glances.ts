/**
 * Pictures for flames, which come about 15 times a second: what each 4x4 cell shows of them is kept for two seconds.
 *
 * State of one camera. P: cells of the plane, rounded up to 16; a slot is one picture, the newest overwrites the oldest:
 *
 *   luma 32 P | warmth 32 P | hue 32 P | heat P | unrest 64
 *   u8 mean     u8 128 + mean (Cr - Cb), less of what is red   u16 a slot: cells that changed and are no flame
 *                             u8 1..255 where hot, see below, else 0
 *                                        u8 pictures until the cell is forgotten
 *
 * Red is not fire: flames are orange to yellow, with more green than blue in them, where paint, cloth and lamps that are
 * red have as much of the one as of the other. With r = Cr - 128 and b = 128 - Cb, pure red has b = .34 r (BT.601), and
 * warmth is r + b less 16 times what b falls short of .41 r, but no less than a warm thing has that is not hot.
 *
 * The hue of a hot cell is the share of b in r + b, of 255: some 75 in orange red, 128 in orange, 200 in yellow. It is the
 * same in the light and in the shade, and through smoke, which only make what they dim less bright and less colourful.
 */
import { absDiffU8 } from './lanes';

export const SLOTS: i32 = 32;
/** A warm cell whose luma changes by this much from one picture to the next is looked at. */
const STIR_MIN: i32 = 8;
const WARM_MIN: i32 = 128 + 12;
/** A change beyond noise and coding, of a cell that is no flame. */
const UNREST_MIN: i32 = 12;
export const GLARE_MIN: i32 = 200;
export const HOT_LUMA: i32 = 110;
export const HOT_WARMTH: i32 = 128 + 40;
/** What is red is warm at most so much, and as red as this in 1/32 of r, see above. */
const RED_MOST: i32 = 36;
const RED_SLOPE: i32 = 13;
const RED_PENALTY: i32 = 16;

export function flameBytes(width: i32, height: i32): i32 {
  return padded(width, height) * (3 * SLOTS + 1) + 2 * SLOTS;
}

export function padded(width: i32, height: i32): i32 {
  return (((width + 3) >> 2) * ((height + 3) >> 2) + 15) & ~15;
}

/** One picture into `slot` (0..31). `u`, `v`: half the sides of `luma`, rounded up. */
export function glance(state: usize, slot: i32, luma: usize, u: usize, v: usize, width: i32, height: i32): void {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  const stride = (width + 1) >> 1;
  const plane = padded(width, height);
  const lumaAt = state + slot * plane;
  const warmthAt = lumaAt + SLOTS * plane;
  for (let row = 0; row < rows; row++) {
    const from = luma + 4 * row * width;
    const chroma = 2 * row * stride;
    const out = row * columns;
    let column = 0;
    if (4 * row + 4 <= height) {
      for (; 4 * column + 16 <= width; column += 4) {
        store<u32>(lumaAt + out + column, fourMeans(from + 4 * column, width));
        fourColours(warmthAt + out + column, SLOTS * plane, u + chroma + 2 * column, v + chroma + 2 * column, stride);
      }
    }
    for (; column < columns; column++) {
      store<u8>(lumaAt + out + column, meanOf(from, 4 * column, width, min(4, height - 4 * row)));
      const high = min(2, ((height + 1) >> 1) - 2 * row);
      colourOf(warmthAt + out + column, SLOTS * plane, u + chroma, v + chroma, 2 * column, stride, high);
    }
  }
  stir(state, slot, plane, columns * rows);
}

/** Sixteen pixels of four rows => four u8 means, rounded down. */
// @ts-ignore: decorator
@inline
function fourMeans(at: usize, width: i32): u32 {
  let sums = i16x8.extadd_pairwise_i8x16_u(v128.load(at));
  for (let y = 1; y < 4; y++) sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(v128.load(at + y * width)));
  return fourBytes(i32x4.shr_u(i32x4.extadd_pairwise_i16x8_u(sums), 4));
}

/** Eight chroma pixels of two rows => four u8 warmths of their means, rounded down and saturated, and `hues` on, four hues. */
// @ts-ignore: decorator
@inline
function fourColours(out: usize, hues: usize, u: usize, v: usize, stride: i32): void {
  const blue = i32x4.sub(i32x4.splat(4 * 128), fourSums(u, stride));
  const red = i32x4.sub(fourSums(v, stride), i32x4.splat(4 * 128));
  const sum = i32x4.add(red, blue);
  const least = i32x4.shr_s(i32x4.mul(red, i32x4.splat(RED_SLOPE)), 5);
  const short = i32x4.max_s(i32x4.sub(least, blue), i32x4.splat(0));
  const left = i32x4.sub(sum, i32x4.mul(short, i32x4.splat(RED_PENALTY)));
  const warmth = i32x4.max_s(left, i32x4.min_s(sum, i32x4.splat(4 * RED_MOST)));
  store<u32>(out, fourBytes(i32x4.add(i32x4.shr_s(warmth, 2), i32x4.splat(128))));
  const hot = i32x4.ge_s(warmth, i32x4.splat(4 * (HOT_WARMTH - 128)));
  store<u32>(out + hues, v128.any_true(hot) ? fourBytes(v128.and(hot, fourHues(blue, sum))) : 0);
}

/** The quotient of such whole numbers is never so near another whole number that f32 would round it up to that. */
function fourHues(blue: v128, sum: v128): v128 {
  const share = f32x4.div(f32x4.convert_i32x4_s(i32x4.mul(blue, i32x4.splat(255))), f32x4.convert_i32x4_s(sum));
  return i32x4.max_s(i32x4.trunc_sat_f32x4_s(share), i32x4.splat(1));
}

/** Eight pixels of two rows => four i32 sums of four. */
// @ts-ignore: decorator
@inline
function fourSums(at: usize, stride: i32): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.add(widened(at), widened(at + stride)));
}

// @ts-ignore: decorator
@inline
function widened(at: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load64_zero(at));
}

/** i32 [a b c d] => the four, saturated to u8, as one u32 */
// @ts-ignore: decorator
@inline
function fourBytes(four: v128): u32 {
  const narrow = i16x8.narrow_i32x4_s(four, four);
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0);
}

function meanOf(from: usize, x0: i32, width: i32, high: i32): i32 {
  const x1 = min(width, x0 + 4);
  let sum = 0;
  for (let y = 0; y < high; y++) for (let x = x0; x < x1; x++) sum += i32(load<u8>(from + y * width + x));
  return sum / (high * (x1 - x0));
}

function colourOf(out: usize, hues: usize, u: usize, v: usize, x0: i32, stride: i32, high: i32): void {
  const x1 = min(stride, x0 + 2);
  let red = 0;
  let blue = 0;
  for (let y = 0; y < high; y++) {
    for (let i = y * stride + x0; i < y * stride + x1; i++) {
      red += i32(load<u8>(v + i)) - 128;
      blue += 128 - i32(load<u8>(u + i));
    }
  }
  // One, two or four pixels.
  const size = high * (x1 - x0);
  const short = max(0, ((RED_SLOPE * red) >> 5) - blue);
  const warmth = max(red + blue - RED_PENALTY * short, min(red + blue, size * RED_MOST));
  store<u8>(out, max(0, min(255, 128 + (warmth >> (size >> 1)))));
  const hot = warmth >= size * (HOT_WARMTH - 128);
  store<u8>(out + hues, hot ? max(1, min(255, (255 * blue) / (red + blue))) : 0);
}

/** Heat and unrest, sixteen cells at a time. What lies beyond the last cell is the same in every slot: zero. */
function stir(state: usize, slot: i32, plane: i32, cells: i32): void {
  const luma = state + slot * plane;
  const before = state + ((slot + SLOTS - 1) & (SLOTS - 1)) * plane;
  const warmth = SLOTS * plane;
  const heat = state + 3 * warmth;
  let unrest = 0;
  for (let i = 0; i < cells; i += 16) {
    const now = v128.load(luma + i);
    const then = v128.load(before + i);
    const warm = v128.load(luma + warmth + i);
    const wasWarm = v128.load(before + warmth + i);
    const change = absDiffU8(now, then);
    const stirred = v128.and(atLeast(change, STIR_MIN), atLeast(warm, WARM_MIN));
    const cooled = i8x16.sub_sat_u(v128.load(heat + i), i8x16.splat(1));
    v128.store(heat + i, v128.bitselect(i8x16.splat(i8(SLOTS)), cooled, stirred));
    const hot = v128.or(atLeast(warm, HOT_WARMTH), atLeast(wasWarm, HOT_WARMTH));
    const glare = v128.and(atLeast(now, GLARE_MIN), atLeast(then, GLARE_MIN));
    const restless = v128.andnot(atLeast(change, UNREST_MIN), v128.or(hot, glare));
    unrest += popcnt(i8x16.bitmask(restless));
  }
  store<u16>(heat + plane + 2 * slot, unrest);
}

/** u8 [a ..] => [-1 where a >= least, else 0 ..] */
// @ts-ignore: decorator
@inline
export function atLeast(bytes: v128, least: i32): v128 {
  return i8x16.ge_u(bytes, i8x16.splat(i8(least)));
}
