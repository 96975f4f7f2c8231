/**
 * Words for what is done to whole vectors, each with a picture. Letters are lanes, lowest address first.
 */

/** u8: [a ..], [b ..] => [|a - b| ..] */
// @ts-ignore: decorator
@inline
export function absDiffU8(a: v128, b: v128): v128 {
  return v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
}

/** i16: [a b c d ....], [e f g h ....] => [a b c d e f g h] */
// @ts-ignore: decorator
@inline
export function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

/** i16: [.... a b c d], [.... e f g h] => [a b c d e f g h] */
// @ts-ignore: decorator
@inline
export function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 3);
}

/** i16: [.... a b c d], [e f g h ....] => [a b c d e f g h] */
// @ts-ignore: decorator
@inline
export function seam(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 1, 2);
}

/** i32: [a a a a], [b b b b], [c c c c], [d d d d] => [a+a+a+a  b+b+b+b  c+c+c+c  d+d+d+d] */
// @ts-ignore: decorator
@inline
export function sumEach(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** i32: [a a b b], [c c d d] => [a+a  b+b  c+c  d+d] */
// @ts-ignore: decorator
@inline
export function sumPairs(ab: v128, cd: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
}

/** Four i8 at an address => i32 [a b c d] */
// @ts-ignore: decorator
@inline
export function loadFourI8(at: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load_zero<u32>(at)));
}

/** i32 [a b c d], each within i8 => four i8 at an address */
// @ts-ignore: decorator
@inline
export function storeFourI8(at: usize, four: v128): void {
  const narrow = i16x8.narrow_i32x4_s(four, four);
  v128.store_lane<u32>(at, i8x16.narrow_i16x8_s(narrow, narrow), 0);
}

/** u8: [a b c d e f g h ........] => [a a b b c c d d e e f f g g h h] */
// @ts-ignore: decorator
@inline
export function twice(eight: v128): v128 {
  return v128.shuffle<i8>(eight, eight, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

/** f32: up + down + 2 mid, the kernel [1 2 1]. Order fixed, so that rounding is. */
// @ts-ignore: decorator
@inline
export function fold121(up: v128, mid: v128, down: v128): v128 {
  return f32x4.add(f32x4.add(up, down), f32x4.add(mid, mid));
}

/** f32 => i32, half to even, for |x| < 2^22: adding 1.5 x 2^23 leaves the integer in the low bits. */
// @ts-ignore: decorator
@inline
export function nearest(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}
