/**
 * A plane of one bit a pixel: what is foreground.
 *
 *   row    words of 64 pixels, the first pixel lowest; bits beyond the plane's width are 0
 *
 * A plane of 160x90 is 2 KB, so looking at it again and again costs little, and 64 pixels are one look.
 */

/** Bytes from one row to the next. */
// @ts-ignore: decorator
@inline
export function bitRow(width: i32): i32 {
  return ((width + 63) >> 6) << 3;
}

/** Bytes of a plane, a multiple of 64. */
export function bitsBytes(width: i32, height: i32): i32 {
  return (bitRow(width) * height + 63) & ~63;
}

/** Bits x0 to x1 (exclusive) of the word that begins at pixel `from`; x0 < from + 64 and x1 > from. */
// @ts-ignore: decorator
@inline
export function within(from: i32, x0: i32, x1: i32): u64 {
  const upper = <u64>-1 << <u64>max(0, x0 - from);
  const end = x1 - from;
  return end >= 64 ? upper : upper & ~(<u64>-1 << <u64>end);
}

/** The first set pixel of a row at or after x, at most `words` * 64. */
// @ts-ignore: decorator
@inline
export function nextSet(row: usize, x: i32, words: i32): i32 {
  let word = x >> 6;
  if (word >= words) return words << 6;
  let bits = load<u64>(row + (word << 3)) & (<u64>-1 << <u64>(x & 63));
  while (bits == 0) {
    if (++word >= words) return words << 6;
    bits = load<u64>(row + (word << 3));
  }
  return (word << 6) + i32(ctz(bits));
}

/** The first pixel of a row at or after x that is not set, at most `words` * 64. */
// @ts-ignore: decorator
@inline
export function nextClear(row: usize, x: i32, words: i32): i32 {
  let word = x >> 6;
  if (word >= words) return words << 6;
  let bits = ~load<u64>(row + (word << 3)) & (<u64>-1 << <u64>(x & 63));
  while (bits == 0) {
    if (++word >= words) return words << 6;
    bits = ~load<u64>(row + (word << 3));
  }
  return (word << 6) + i32(ctz(bits));
}
