/**
 * The background in other light: lit = background * 2^(step / 48), both lifted by 16 as in the logarithm of light.ts,
 * the step interpolated between two blocks' centres. `a` and `b` are their steps times 16 (quarters of a step times 4).
 */

/** 2^(q / 192) in Q12 for q = -512..511: quarters of a step. */
const FACTOR = memory.data(1024 * 2);

for (let q = -512; q < 512; q++)
  store<u16>(FACTOR + 2 * (q + 512), u16(Math.round(4096 * Math.pow(2, q / 192.0))));

const Q: i32 = 7;
const TOP: i32 = 255 << Q;
const LIFT: i32 = 16 << Q;

/** Sixteen pixels, across which the step goes from `a` to `b`. */
// @ts-ignore: decorator
@inline
export function span(lit: usize, mean: usize, a: i32, b: i32): void {
  if ((a | b) == 0) {
    v128.store(lit, v128.load(mean));
    v128.store(lit, v128.load(mean, 16), 16);
    return;
  }
  const slope = b - a;
  const first = a >> 2;
  const last = ((a << 4) + 15 * slope) >> 6;
  const least = min(first, last);
  if (max(first, last) - least > 15) {
    part(lit, mean, a, b, 0, 16);
    return;
  }
  // Neighbouring blocks differ little: their factors are sixteen of the table at most, to be picked from two vectors.
  const table = FACTOR + 1024 + 2 * least;
  const lower = v128.load(table);
  const upper = v128.load(table, 16);
  const low = i16x8.add(i16x8.splat(i16(a << 4)), i16x8.mul(i16x8.splat(i16(slope)), i16x8(0, 1, 2, 3, 4, 5, 6, 7)));
  const high = i16x8.add(low, i16x8.splat(i16(8 * slope)));
  v128.store(lit, brighter(v128.load(mean), picked(lower, upper, low, least)));
  v128.store(lit, brighter(v128.load(mean, 16), picked(lower, upper, high, least)), 16);
}

/** i16 [64 quarters of a step ..] => u16 [factor ..], of which `lower` and `upper` hold those from `least` on */
// @ts-ignore: decorator
@inline
function picked(lower: v128, upper: v128, quarters64: v128, least: i32): v128 {
  const number = i16x8.sub(i16x8.shr_s(quarters64, 6), i16x8.splat(i16(least)));
  // [n ..] => bytes [2 n, 2 n + 1 ..]; what is beyond 15 picks 0.
  const bytes = i16x8.add(i16x8.mul(number, i16x8.splat(0x0202)), i16x8.splat(0x0100));
  return v128.or(
    i8x16.swizzle(lower, bytes),
    i8x16.swizzle(upper, i8x16.sub(bytes, i8x16.splat(16))),
  );
}

/** u16 [mean ..] times [factor ..] in Q12, around -LIFT, within 0..TOP */
// @ts-ignore: decorator
@inline
function brighter(mean: v128, factor: v128): v128 {
  const lifted = i16x8.add(mean, i16x8.splat(i16(LIFT)));
  const low = i32x4.shr_u(i32x4.extmul_low_i16x8_u(lifted, factor), 12);
  const high = i32x4.shr_u(i32x4.extmul_high_i16x8_u(lifted, factor), 12);
  // Narrowing saturates at 65535, subtracting at 0.
  const bright = i16x8.sub_sat_u(i16x8.narrow_i32x4_u(low, high), i16x8.splat(i16(LIFT)));
  return i16x8.min_u(bright, i16x8.splat(i16(TOP)));
}

/** Pixels `from` to `to` of sixteen, one by one; at a plane's sides mostly eight whose step is the same. */
export function part(lit: usize, mean: usize, a: i32, b: i32, from: i32, to: i32): void {
  let w = from;
  if (a == b) {
    const factor = i16x8.splat(i16(factorOf(a << 4)));
    for (; w + 8 <= to; w += 8) v128.store(lit + 2 * w, brighter(v128.load(mean + 2 * w), factor));
  }
  for (; w < to; w++) {
    const factor = i32(factorOf((a << 4) + (b - a) * w));
    const bright = (((i32(load<u16>(mean + 2 * w)) + LIFT) * factor) >> 12) - LIFT;
    store<u16>(lit + 2 * w, max(0, min(TOP, bright)));
  }
}

// @ts-ignore: decorator
@inline
function factorOf(quarters64: i32): u16 {
  return load<u16>(FACTOR + 1024 + 2 * (quarters64 >> 6));
}
