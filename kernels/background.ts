/**
 * Which pixels differ from the learned, empty view.
 *
 * State of one camera, three planes of `pixels` entries one after another:
 *
 *   mean u16 | dev u16 | weight u8
 *   Q7 luma    Q7 mean   support of mean
 *              abs dev   while warming
 *
 *   d = luma - lit                foreground when |d| > floor + 3 dev; `lit` is mean in today's light (light.ts)
 *   background pixels pull mean and dev towards what is seen
 *   while warming, a majority vote (Boyer and Moore, 1981) decides which value is the background
 */
import { bitRow } from './bits';

const Q: i32 = 7;
/** Luma steps that never count as a difference: sensor noise and coding. */
export const FLOOR: i32 = 10 << Q;
/** Deviation is capped so that a flickering lamp cannot raise its own threshold for ever. */
const DEV_MAX: i32 = 5 << Q;
const DEV_FIRST: i32 = 2 << Q;

export function backgroundBytes(pixels: i32): i32 {
  return pixels * 5;
}

/** Starts anew from one picture. */
export function backgroundReset(state: usize, luma: usize, pixels: i32): void {
  const dev = state + 2 * pixels;
  const weight = state + 4 * pixels;
  for (let i = 0; i < pixels; i++) {
    store<u16>(state + 2 * i, u16(i32(load<u8>(luma + i)) << Q));
    store<u16>(dev + 2 * i, DEV_FIRST);
    store<u8>(weight + i, 1);
  }
}

/**
 * One picture: `bits` (kernels/bits.ts) gets 1 for foreground. `lit` (u16, Q7) is the background in the picture's light,
 * or the address of the state itself, which begins with the mean. Learning rate 2^-shift a picture.
 *
 * Departures from the scalar idea above: i16 lanes (Q7 luma is at most 32640, so it fits), sixteen pixels at a time
 * without a branch. A row's last pixels are computed with the next row's first ones, which then get back what they had.
 */
export function background(
  bits: usize,
  state: usize,
  luma: usize,
  lit: usize,
  width: i32,
  height: i32,
  shift: i32,
  warming: i32,
): void {
  const pixels = width * height;
  const stride = bitRow(width);
  const whole = width & ~15;
  for (let y = 0; y < height; y++) {
    const row = bits + y * stride;
    const first = y * width;
    store<u64>(row + stride - 8, 0);
    if (warming) {
      for (let x = 0; x < whole; x += 16)
        store<u16>(row + (x >> 3), u16(warmSixteen(state, luma, lit, pixels, first + x, shift)));
    } else {
      for (let x = 0; x < whole; x += 16)
        store<u16>(row + (x >> 3), u16(sixteen(state, luma, lit, pixels, first + x, shift)));
    }
    if (whole == width) continue;
    const i = first + whole;
    const count = width - whole;
    const found =
      i + 16 <= pixels
        ? part(state, luma, lit, pixels, i, count, shift, warming)
        : tail(state, luma, lit, pixels, i, count, shift, warming);
    store<u16>(row + (whole >> 3), u16(found));
  }
}

/** Bit k: pixel i + k is foreground. */
// @ts-ignore: decorator
@inline
function sixteen(state: usize, luma: usize, lit: usize, pixels: i32, i: i32, shift: i32): i32 {
  const values = v128.load(luma + i);
  const litAt = lit + 2 * i;
  const meanAt = state + 2 * i;
  const devAt = meanAt + 2 * pixels;
  const low = i16x8.shl(i16x8.extend_low_i8x16_u(values), Q);
  const high = i16x8.shl(i16x8.extend_high_i8x16_u(values), Q);
  const lowSpread = v128.load(devAt);
  const highSpread = v128.load(devAt, 16);
  const lowSize = i16x8.abs(i16x8.sub(low, v128.load(litAt)));
  const highSize = i16x8.abs(i16x8.sub(high, v128.load(litAt, 16)));
  const lowFront = i16x8.gt_s(lowSize, limit(lowSpread));
  const highFront = i16x8.gt_s(highSize, limit(highSpread));
  v128.store(meanAt, followed(v128.load(meanAt), low, shift, lowFront));
  v128.store(meanAt, followed(v128.load(meanAt, 16), high, shift, highFront), 16);
  v128.store(devAt, spread(lowSpread, lowSize, shift, lowFront));
  v128.store(devAt, spread(highSpread, highSize, shift, highFront), 16);
  return i8x16.bitmask(i8x16.narrow_i16x8_s(lowFront, highFront));
}

// @ts-ignore: decorator
@inline
function limit(spread: v128): v128 {
  return i16x8.add(i16x8.splat(i16(FLOOR)), i16x8.add(spread, i16x8.add(spread, spread)));
}

// @ts-ignore: decorator
@inline
function followed(mean: v128, wide: v128, shift: i32, front: v128): v128 {
  return i16x8.add(mean, v128.andnot(i16x8.shr_s(i16x8.sub(wide, mean), shift), front));
}

// @ts-ignore: decorator
@inline
function spread(dev: v128, size: v128, shift: i32, front: v128): v128 {
  const next = i16x8.add(dev, v128.andnot(i16x8.shr_s(i16x8.sub(size, dev), shift), front));
  return i16x8.min_s(i16x8.splat(i16(DEV_MAX)), next);
}

/** As `sixteen`, and the vote: what wears the support of the mean away takes its place. */
function warmSixteen(state: usize, luma: usize, lit: usize, pixels: i32, i: i32, shift: i32): i32 {
  const found = sixteen(state, luma, lit, pixels, i, shift);
  const each = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const lanes = i8x16.swizzle(i16x8.splat(i16(found)), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  const front = i8x16.eq(v128.and(lanes, each), each);
  const one = i8x16.splat(1);
  const weightAt = state + 4 * pixels + i;
  const weight = v128.load(weightAt);
  const worn = i8x16.sub_sat_u(weight, one);
  v128.store(weightAt, v128.bitselect(i8x16.max_u(worn, one), i8x16.add_sat_u(weight, one), front));
  const swap = v128.and(front, i8x16.eq(worn, i8x16.splat(0)));
  if (!v128.any_true(swap)) return found;
  const meanAt = state + 2 * i;
  const values = v128.load(luma + i);
  const low = i16x8.shl(i16x8.extend_low_i8x16_u(values), Q);
  const high = i16x8.shl(i16x8.extend_high_i8x16_u(values), Q);
  v128.store(meanAt, v128.bitselect(low, v128.load(meanAt), i16x8.extend_low_i8x16_s(swap)));
  v128.store(meanAt, v128.bitselect(high, v128.load(meanAt, 16), i16x8.extend_high_i8x16_s(swap)), 16);
  return found;
}

/** One pixel's. */
// @ts-ignore: decorator
@inline
function vote(state: usize, luma: usize, pixels: i32, i: i32, front: i32): void {
  const weightAt = state + 4 * pixels + i;
  const weight = i32(load<u8>(weightAt));
  if (!front) store<u8>(weightAt, min(255, weight + 1));
  else if (weight > 1) store<u8>(weightAt, weight - 1);
  else {
    store<u16>(state + 2 * i, i32(load<u8>(luma + i)) << Q);
    store<u8>(weightAt, 1);
  }
}

/** The first `count` of sixteen pixels. */
function part(
  state: usize,
  luma: usize,
  lit: usize,
  pixels: i32,
  i: i32,
  count: i32,
  shift: i32,
  warming: i32,
): i32 {
  const meanAt = state + 2 * i;
  const devAt = meanAt + 2 * pixels;
  const numbers = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  const low = i16x8.lt_s(numbers, i16x8.splat(i16(count)));
  const high = i16x8.lt_s(numbers, i16x8.splat(i16(count - 8)));
  const lowMean = v128.load(meanAt);
  const highMean = v128.load(meanAt, 16);
  const lowDev = v128.load(devAt);
  const highDev = v128.load(devAt, 16);
  const found = sixteen(state, luma, lit, pixels, i, shift) & ((1 << count) - 1);
  v128.store(meanAt, v128.bitselect(v128.load(meanAt), lowMean, low));
  v128.store(meanAt, v128.bitselect(v128.load(meanAt, 16), highMean, high), 16);
  v128.store(devAt, v128.bitselect(v128.load(devAt), lowDev, low));
  v128.store(devAt, v128.bitselect(v128.load(devAt, 16), highDev, high), 16);
  if (warming) for (let k = 0; k < count; k++) vote(state, luma, pixels, i + k, (found >> k) & 1);
  return found;
}

/** The scalar idea, for the last pixels of the plane. */
function tail(
  state: usize,
  luma: usize,
  lit: usize,
  pixels: i32,
  i: i32,
  count: i32,
  shift: i32,
  warming: i32,
): i32 {
  let found = 0;
  for (let k = 0; k < count; k++) {
    const meanAt = state + 2 * (i + k);
    const devAt = meanAt + 2 * pixels;
    const wide = i32(load<u8>(luma + i + k)) << Q;
    const mean = i32(load<u16>(meanAt));
    const dev = i32(load<u16>(devAt));
    const size = abs(wide - i32(load<u16>(lit + 2 * (i + k))));
    const front = i32(size > FLOOR + 3 * dev);
    if (!front) {
      store<u16>(meanAt, mean + ((wide - mean) >> shift));
      store<u16>(devAt, min(DEV_MAX, dev + ((size - dev) >> shift)));
    }
    if (warming) vote(state, luma, pixels, i + k, front);
    found |= front << k;
  }
  return found;
}
