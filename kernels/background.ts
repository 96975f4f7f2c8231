/**
 * Which pixels differ from the learned, empty view.
 *
 * State of one camera, five planes of `pixels` entries one after another:
 *
 *   mean u16 | dev u16 | weight u8 | rival u8 | rivalAge u8
 *   Q7 luma    Q7 mean   support     value seen  pictures it
 *              abs dev   of mean     instead     has been seen
 *
 *   offset = median of (luma - mean)          the light changed, not the things in it
 *   d = luma - mean - offset                  foreground when |d| > floor + 3 dev
 *   background pixels pull mean and dev towards what is seen; foreground pixels only feed the rival
 *   while warming, a majority vote (Boyer and Moore, 1981) decides which value is the background
 */

const Q: i32 = 7;
const TOP: i32 = 255 << Q;
/** Luma steps that never count as a difference: sensor noise and coding. */
const FLOOR: i32 = 10 << Q;
/** Deviation is capped so that a flickering lamp cannot raise its own threshold for ever. */
const DEV_MAX: i32 = 24 << Q;
const DEV_FIRST: i32 = 2 << Q;
const RIVAL_NEAR: i32 = 8;

/** Bins of lightOffset: differences -255..255. */
const histogram = memory.data(511 * 4);

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

/** Median of luma - mean over one pixel in 16 (every 4th of every 4th row), -255..255. */
export function lightOffset(state: usize, luma: usize, width: i32, height: i32): i32 {
  memory.fill(histogram, 0, 511 * 4);
  let count = 0;
  for (let y = 2; y < height; y += 4) {
    for (let x = 2; x < width; x += 4) {
      const i = y * width + x;
      const bin = i32(load<u8>(luma + i)) - ((i32(load<u16>(state + 2 * i)) + (1 << (Q - 1))) >> Q) + 255;
      const at = histogram + bin * 4;
      store<i32>(at, load<i32>(at) + 1);
      count++;
    }
  }
  let seen = 0;
  for (let bin = 0; bin < 511; bin++) {
    seen += load<i32>(histogram + bin * 4);
    if (seen * 2 >= count) return bin - 255;
  }
  return 0;
}

// @ts-ignore: decorator
@inline function clamp(value: i32, low: i32, high: i32): i32 {
  return min(high, max(low, value));
}

/**
 * One picture: `mask` (u8 per pixel) gets 1 for foreground. Learning rate 2^-shift a picture.
 *
 * Departures from the scalar idea above: eight pixels at a time in i16 lanes (Q7 luma is at most 32640, so it fits);
 * both outcomes are computed and the foreground mask selects; sums that could leave i16 saturate.
 */
export function background(
  mask: usize,
  state: usize,
  luma: usize,
  pixels: i32,
  offset: i32,
  shift: i32,
  warming: i32,
): void {
  const move = (offset << Q) >> 2;
  const rest = (offset - (offset >> 2)) << Q;
  const whole = pixels & ~7;
  const moves = i16x8.splat(i16(move));
  const rests = i16x8.splat(i16(rest));
  const zero = i16x8.splat(0);
  const one = i16x8.splat(1);
  const full = i16x8.splat(255);
  const top = i16x8.splat(i16(TOP));
  const warm = i16x8.splat(warming ? -1 : 0);
  for (let i = 0; i < whole; i += 8) {
    const value = v128.load8x8_u(luma + i);
    const wide = i16x8.shl(value, Q);
    const meanAt = state + 2 * i;
    const devAt = state + 2 * (pixels + i);
    const weightAt = state + 4 * pixels + i;
    const rivalAt = state + 5 * pixels + i;
    const ageAt = state + 6 * pixels + i;

    const lit = i16x8.max_s(zero, i16x8.min_s(top, i16x8.add_sat_s(v128.load(meanAt), moves)));
    const d = i16x8.max_s(i16x8.sub_sat_s(i16x8.sub_sat_s(wide, lit), rests), i16x8.splat(-32767));
    const size = i16x8.abs(d);
    const spread = v128.load(devAt);
    const limit = i16x8.add(i16x8.splat(i16(FLOOR)), i16x8.mul(spread, i16x8.splat(3)));
    const back = i16x8.le_s(size, limit);

    const followed = i16x8.max_s(zero, i16x8.min_s(top, i16x8.add_sat_s(lit, i16x8.shr_s(d, shift))));
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

    v128.store(meanAt, v128.bitselect(followed, v128.bitselect(wide, lit, swap), back));
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
  for (let i = whole; i < pixels; i++) pixel(mask, state, luma, pixels, i, move, rest, shift, warming);
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
  pixels: i32,
  i: i32,
  move: i32,
  rest: i32,
  shift: i32,
  warming: i32,
): void {
  const dev = state + 2 * pixels;
  const weight = state + 4 * pixels;
  const rival = state + 5 * pixels;
  const age = state + 6 * pixels;
  const value = i32(load<u8>(luma + i));
  const lit = clamp(i32(load<u16>(state + 2 * i)) + move, 0, TOP);
  const d = clamp(clamp((value << Q) - lit, -32767, 32767) - rest, -32767, 32767);
  const size = abs(d);
  const spread = i32(load<u16>(dev + 2 * i));
  if (size <= FLOOR + 3 * spread) {
    store<u8>(mask + i, 0);
    store<u16>(state + 2 * i, clamp(lit + (d >> shift), 0, TOP));
    store<u16>(dev + 2 * i, min(DEV_MAX, spread + ((size - spread) >> shift)));
    store<u8>(weight + i, min(255, i32(load<u8>(weight + i)) + 1));
    store<u8>(age + i, max(0, i32(load<u8>(age + i)) - 1));
    return;
  }
  store<u8>(mask + i, 1);
  store<u16>(state + 2 * i, lit);
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
