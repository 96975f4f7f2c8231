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
 * Departures from the scalar idea above: eight pixels at a time in i16 lanes (Q7 luma is at most 32640, so it fits);
 * both outcomes are computed and the foreground mask selects.
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
  const whole = pixels & ~7;
  const zero = i16x8.splat(0);
  const one = i16x8.splat(1);
  const full = i16x8.splat(255);
  const warm = i16x8.splat(warming ? -1 : 0);
  for (let i = 0; i < whole; i += 8) {
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
    const limit = i16x8.add(i16x8.splat(i16(FLOOR)), i16x8.mul(spread, i16x8.splat(3)));
    const back = i16x8.le_s(size, limit);

    const followed = i16x8.add(mean, i16x8.shr_s(i16x8.sub(wide, mean), shift));
    const spreads = i16x8.min_s(
      i16x8.splat(i16(DEV_MAX)),
      i16x8.add(spread, i16x8.shr_s(i16x8.sub(size, spread), shift)),
    );
    const weight = v128.load8x8_u(weightAt);
    const worn = v128.bitselect(i16x8.max_s(zero, i16x8.sub(weight, one)), weight, warm);
    const rival = v128.load8x8_u(rivalAt);
    const age = v128.load8x8_u(ageAt);
    const away = i16x8.sub(value, rival);
    const near = i16x8.le_s(i16x8.abs(away), i16x8.splat(i16(RIVAL_NEAR)));
    const sign = i16x8.sub(i16x8.lt_s(away, zero), i16x8.gt_s(away, zero));
    // Foreground that has worn the support away while warming becomes the background.
    const swap = v128.andnot(v128.and(i16x8.eq(worn, zero), warm), back);

    v128.store(meanAt, v128.bitselect(followed, v128.bitselect(wide, mean, swap), back));
    v128.store(devAt, v128.bitselect(spreads, spread, back));
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
  for (let i = whole; i < pixels; i++) pixel(mask, state, luma, lit, pixels, i, shift, warming);
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
