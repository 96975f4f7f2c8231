/**
 * Which pixels differ from the learned, empty view.
 *
 * State of one camera, five planes of `pixels` entries one after another:
 *
 *   mean u16 | dev u16 | weight u8 | rival u8 | rivalAge u8
 *   Q7 luma    Q7 mean   support     value seen  pictures it
 *              abs dev   of mean     instead     has been seen
 *
 *   d = luma - lit                foreground when |d| > floor + 3 dev; `lit` is mean in today's light (light.ts)
 *   background pixels pull mean and dev towards what is seen; foreground pixels only feed the rival
 *   while warming, a majority vote (Boyer and Moore, 1981) decides which value is the background
 */

const Q: i32 = 7;
/** Luma steps that never count as a difference: sensor noise and coding. */
const FLOOR: i32 = 10 << Q;
/** Deviation is capped so that a flickering lamp cannot raise its own threshold for ever. */
const DEV_MAX: i32 = 5 << Q;
const DEV_FIRST: i32 = 2 << Q;
const RIVAL_NEAR: i32 = 8;

export function backgroundBytes(pixels: i32): i32 {
  return pixels * 7;
}

/** Starts anew from one picture. */
export function backgroundReset(state: usize, luma: usize, pixels: i32): void {
  const dev = state + 2 * pixels;
  const weight = state + 4 * pixels;
  const rival = state + 5 * pixels;
  const age = state + 6 * pixels;
  for (let i = 0; i < pixels; i++) {
    const value = load<u8>(luma + i);
    store<u16>(state + 2 * i, u16(i32(value) << Q));
    store<u16>(dev + 2 * i, DEV_FIRST);
    store<u8>(weight + i, 1);
    store<u8>(rival + i, value);
    store<u8>(age + i, 0);
  }
}

/**
 * One picture: `mask` (u8 per pixel) gets 1 for foreground. `lit` (u16, Q7) is the background in the picture's light, or
 * the address of the state itself, which begins with the mean. Learning rate 2^-shift a picture.
 *
 * Departures from the scalar idea above: i16 lanes (Q7 luma is at most 32640, so it fits); sixteen pixels that all show
 * the background take a short way, else both outcomes are computed for eight and the foreground mask selects.
 */
export function background(
  mask: usize,
  state: usize,
  luma: usize,
  lit: usize,
  pixels: i32,
  shift: i32,
  warming: i32,
): void {
  let i = 0;
  for (; i + 16 <= pixels; i += 16) {
    if (still16(mask, state, luma, lit, pixels, i, shift)) continue;
    eight(mask, state, luma, lit, pixels, i, shift, warming);
    eight(mask, state, luma, lit, pixels, i + 8, shift, warming);
  }
  for (; i < pixels; i++) pixel(mask, state, luma, lit, pixels, i, shift, warming);
}

/** The usual case: sixteen pixels that all show the background. False, and nothing stored, when one does not. */
// @ts-ignore: decorator
@inline function still16(
  mask: usize,
  state: usize,
  luma: usize,
  lit: usize,
  pixels: i32,
  i: i32,
  shift: i32,
): bool {
  const values = v128.load(luma + i);
  const litAt = lit + 2 * i;
  const devAt = state + 2 * (pixels + i);
  const low = i16x8.shl(i16x8.extend_low_i8x16_u(values), Q);
  const high = i16x8.shl(i16x8.extend_high_i8x16_u(values), Q);
  const lowSpread = v128.load(devAt);
  const highSpread = v128.load(devAt, 16);
  const lowSize = i16x8.abs(i16x8.sub(low, v128.load(litAt)));
  const highSize = i16x8.abs(i16x8.sub(high, v128.load(litAt, 16)));
  const lowBack = i16x8.le_s(lowSize, limit(lowSpread));
  const highBack = i16x8.le_s(highSize, limit(highSpread));
  if (!i8x16.all_true(v128.and(lowBack, highBack))) return false;
  const meanAt = state + 2 * i;
  const weightAt = state + 4 * pixels + i;
  const ageAt = state + 6 * pixels + i;
  v128.store(meanAt, followed(v128.load(meanAt), low, shift));
  v128.store(meanAt, followed(v128.load(meanAt, 16), high, shift), 16);
  v128.store(devAt, spreads(lowSpread, lowSize, shift));
  v128.store(devAt, spreads(highSpread, highSize, shift), 16);
  v128.store(weightAt, i8x16.add_sat_u(v128.load(weightAt), i8x16.splat(1)));
  v128.store(ageAt, i8x16.sub_sat_u(v128.load(ageAt), i8x16.splat(1)));
  v128.store(mask + i, i8x16.splat(0));
  return true;
}

// @ts-ignore: decorator
@inline function limit(spread: v128): v128 {
  return i16x8.add(i16x8.splat(i16(FLOOR)), i16x8.mul(spread, i16x8.splat(3)));
}

// @ts-ignore: decorator
@inline function followed(mean: v128, wide: v128, shift: i32): v128 {
  return i16x8.add(mean, i16x8.shr_s(i16x8.sub(wide, mean), shift));
}

// @ts-ignore: decorator
@inline function spreads(spread: v128, size: v128, shift: i32): v128 {
  const next = i16x8.add(spread, i16x8.shr_s(i16x8.sub(size, spread), shift));
  return i16x8.min_s(i16x8.splat(i16(DEV_MAX)), next);
}

/** Eight pixels of which some do not. */
function eight(
  mask: usize,
  state: usize,
  luma: usize,
  lit: usize,
  pixels: i32,
  i: i32,
  shift: i32,
  warming: i32,
): void {
  const zero = i16x8.splat(0);
  const one = i16x8.splat(1);
  const full = i16x8.splat(255);
  const warm = i16x8.splat(warming ? -1 : 0);
  const value = v128.load8x8_u(luma + i);
  const wide = i16x8.shl(value, Q);
  const meanAt = state + 2 * i;
  const devAt = state + 2 * (pixels + i);
  const weightAt = state + 4 * pixels + i;
  const rivalAt = state + 5 * pixels + i;
  const ageAt = state + 6 * pixels + i;

  const mean = v128.load(meanAt);
  const size = i16x8.abs(i16x8.sub(wide, v128.load(lit + 2 * i)));
  const spread = v128.load(devAt);
  const back = i16x8.le_s(size, limit(spread));
  const weight = v128.load8x8_u(weightAt);
  const worn = v128.bitselect(i16x8.max_s(zero, i16x8.sub(weight, one)), weight, warm);
  const rival = v128.load8x8_u(rivalAt);
  const age = v128.load8x8_u(ageAt);
  const away = i16x8.sub(value, rival);
  const near = i16x8.le_s(i16x8.abs(away), i16x8.splat(i16(RIVAL_NEAR)));
  const sign = i16x8.sub(i16x8.lt_s(away, zero), i16x8.gt_s(away, zero));
  // Foreground that has worn the support away while warming becomes the background.
  const swap = v128.andnot(v128.and(i16x8.eq(worn, zero), warm), back);

  v128.store(meanAt, v128.bitselect(followed(mean, wide, shift), v128.bitselect(wide, mean, swap), back));
  v128.store(devAt, v128.bitselect(spreads(spread, size, shift), spread, back));
  bytes(mask + i, v128.andnot(one, back));
  bytes(
    weightAt,
    v128.bitselect(i16x8.min_s(full, i16x8.add(weight, one)), v128.bitselect(one, worn, swap), back),
  );
  bytes(rivalAt, v128.bitselect(rival, v128.bitselect(i16x8.add(rival, sign), value, near), back));
  bytes(
    ageAt,
    v128.bitselect(
      i16x8.max_s(zero, i16x8.sub(age, one)),
      v128.and(i16x8.min_s(full, i16x8.add(age, one)), near),
      back,
    ),
  );
}

/** Eight i16 lanes of 0..255 as eight bytes. */
// @ts-ignore: decorator
@inline function bytes(at: usize, lanes: v128): void {
  v128.store64_lane(at, i8x16.narrow_i16x8_u(lanes, lanes), 0);
}

/** The scalar idea, for the tail. */
function pixel(
  mask: usize,
  state: usize,
  luma: usize,
  lit: usize,
  pixels: i32,
  i: i32,
  shift: i32,
  warming: i32,
): void {
  const dev = state + 2 * pixels;
  const weight = state + 4 * pixels;
  const rival = state + 5 * pixels;
  const age = state + 6 * pixels;
  const value = i32(load<u8>(luma + i));
  const mean = i32(load<u16>(state + 2 * i));
  const size = abs((value << Q) - i32(load<u16>(lit + 2 * i)));
  const spread = i32(load<u16>(dev + 2 * i));
  if (size <= FLOOR + 3 * spread) {
    store<u8>(mask + i, 0);
    store<u16>(state + 2 * i, mean + (((value << Q) - mean) >> shift));
    store<u16>(dev + 2 * i, min(DEV_MAX, spread + ((size - spread) >> shift)));
    store<u8>(weight + i, min(255, i32(load<u8>(weight + i)) + 1));
    store<u8>(age + i, max(0, i32(load<u8>(age + i)) - 1));
    return;
  }
  store<u8>(mask + i, 1);
  const other = i32(load<u8>(rival + i));
  const away = value - other;
  if (abs(away) <= RIVAL_NEAR) {
    store<u8>(age + i, min(255, i32(load<u8>(age + i)) + 1));
    store<u8>(rival + i, other + i32(away > 0) - i32(away < 0));
  } else {
    store<u8>(rival + i, value);
    store<u8>(age + i, 0);
  }
  if (warming) {
    const support = max(0, i32(load<u8>(weight + i)) - 1);
    store<u8>(weight + i, support);
    if (support == 0) {
      store<u16>(state + 2 * i, value << Q);
      store<u8>(weight + i, 1);
    }
  }
}
