/**
 * Words for what is done to whole vectors, each with a picture. Letters are lanes, lowest address first.
 */

/** u8: [a ..], [b ..] => [|a - b| ..] */
// @ts-ignore: decorator
@inline
export function absDiffU8(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

/** u8 [a b c d ..] => i16 [a c ..] */
// @ts-ignore: decorator
@inline
export function evens(bytes: v128): v128 {
  return v128.and(bytes, i16x8.splat(0x00ff));
}

/** u8 [a b c d ..] => i16 [b d ..] */
// @ts-ignore: decorator
@inline
export function odds(bytes: v128): v128 {
  return i16x8.shr_u(bytes, 8);
}

/** Four addresses, four u8 from each => [a a a a  b b b b  c c c c  d d d d] */
// @ts-ignore: decorator
@inline
export function gather(a: usize, b: usize, c: usize, d: usize): v128 {
  const ab = v128.load_lane<u32>(b, v128.load_zero<u32>(a), 1);
  return v128.load_lane<u32>(d, v128.load_lane<u32>(c, ab, 2), 3);
}

/** i16: p * u + q * v, lane by lane */
// @ts-ignore: decorator
@inline
export function mix(p: v128, u: v128, q: v128, v: v128): v128 {
  return i16x8.add(i16x8.mul(p, u), i16x8.mul(q, v));
}

/** i32 [a b c d] => i16 [a a b b c c d d], for 0 <= a < 65536 */
// @ts-ignore: decorator
@inline
export function inBothHalves(four: v128): v128 {
  return v128.or(four, i32x4.shl(four, 16));
}

/** Four i8 at an address => i32 [a b c d] */
// @ts-ignore: decorator
@inline
export function loadFourI8(at: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load_zero<u32>(at)));
}

/** i32 [a b c d], each within i8 => the four bytes as one u32 */
// @ts-ignore: decorator
@inline
export function fourI8(four: v128): u32 {
  const narrow = i16x8.narrow_i32x4_s(four, four);
  return i32x4.extract_lane(i8x16.narrow_i16x8_s(narrow, narrow), 0);
}

/** u8: [a b c d e f g h ........] => [a a b b c c d d e e f f g g h h] */
// @ts-ignore: decorator
@inline
export function twice(eight: v128): v128 {
  return v128.shuffle<i8>(eight, eight, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

/** f32: a + c + 2 b, the kernel [1 2 1]. The order is fixed, so the rounding is. */
// @ts-ignore: decorator
@inline
export function fold121(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.add(a, c), f32x4.add(b, b));
}

/** f32 => i32, half to even, for |x| < 2^22: adding 1.5 x 2^23 leaves the integer in the low bits. */
// @ts-ignore: decorator
@inline
export function nearest(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}

/** i8: the middle one of three */
// @ts-ignore: decorator
@inline
export function middle(p: v128, q: v128, r: v128): v128 {
  return i8x16.max_s(i8x16.min_s(p, q), i8x16.min_s(i8x16.max_s(p, q), r));
}
