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

/** One picture: `mask` (u8 per pixel) gets 1 for foreground. Learning rate 2^-shift a picture. */
export function background(
  mask: usize,
  state: usize,
  luma: usize,
  pixels: i32,
  offset: i32,
  shift: i32,
  warming: i32,
): void {
  const dev = state + 2 * pixels;
  const weight = state + 4 * pixels;
  const rival = state + 5 * pixels;
  const age = state + 6 * pixels;
  const move = (offset << Q) >> 2;
  const rest = (offset - (offset >> 2)) << Q;
  for (let i = 0; i < pixels; i++) {
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
      continue;
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
}
