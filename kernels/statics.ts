/**
 * What has been put down or taken away: pixels that differ from the background and have kept one value since.
 *
 * State of one camera, two planes of `pixels` bytes one after another:
 *
 *   rival u8 | support u8
 *   luma       how long it has been the value, in steps
 *
 * Every step, of a foreground pixel (the thinner rate of a two-rate background; Boyer and Moore's vote, 1981):
 *
 *   what is seen is the rival      support rises, and the rival moves one luma step towards what is seen
 *   something else is seen         support falls as slowly: people who pass before a thing wear hardly anything away
 *   no support is left             what is seen becomes the rival
 *
 * Where the background is seen again, support is halved: a thing that is taken away is forgotten within seconds.
 * As the background is, the rival is compared in the light of the picture.
 */
import { bitRow, nextSet, within } from './bits';
import { absDiffU8 } from './lanes';
import { RUN, RUNS_HEAD } from './label';
import { add, FIELDS, feet } from './table';

const Q: i32 = 7;
/** Luma steps within which a pixel has kept its value: noise and coding, less than half of what is foreground. */
const SAME_MAX: i32 = 8;
/** As in the logarithm of kernels/light.ts. */
const LIFT: i32 = 16;

export function staticsBytes(pixels: i32): i32 {
  return 2 * pixels;
}

/**
 * One step. `seen`: what differs from the background; `kept`: what of it, cleaned, belongs to a thing. `out` gets 1 where
 * support is at least `least`. `mean` and `lit` (u16, Q7): the background and how it looks now, one address when the
 * light is the same. `step` is what one look adds.
 *
 * Departures from the scalar idea (`one`): sixteen pixels at a time, and nothing where nothing is or was.
 */
export function statics(
  out: usize,
  state: usize,
  seen: usize,
  kept: usize,
  luma: usize,
  mean: usize,
  lit: usize,
  width: i32,
  height: i32,
  step: i32,
  most: i32,
  least: i32,
): void {
  const pixels = width * height;
  const stride = bitRow(width);
  const whole = width & ~15;
  for (let y = 0; y < height; y++) {
    const row = y * stride;
    const first = y * width;
    store<u64>(out + row + stride - 8, 0);
    for (let x = 0; x < whole; x += 16) {
      const at = row + (x >> 3);
      const front = load<u16>(seen + at);
      const thing = load<u16>(kept + at);
      const supportAt = state + pixels + first + x;
      if ((front | thing) == 0 && !v128.any_true(v128.load(supportAt))) {
        store<u16>(out + at, 0);
        continue;
      }
      store<u16>(
        out + at,
        u16(sixteen(state, pixels, front, thing, luma, mean, lit, first + x, step, most, least)),
      );
    }
    for (let x = whole; x < width; x++) {
      const at = row + (x >> 3);
      const front = (i32(load<u8>(seen + at)) >> (x & 7)) & 1;
      const thing = (i32(load<u8>(kept + at)) >> (x & 7)) & 1;
      const found = one(state, pixels, front, thing, luma, mean, lit, first + x, step, most, least);
      const before = (x & 7) == 0 ? 0 : i32(load<u8>(out + at));
      store<u8>(out + at, u8(before | (found << (x & 7))));
    }
  }
}

/** The scalar idea. */
// @ts-ignore: decorator
@inline
function one(
  state: usize,
  pixels: i32,
  front: i32,
  thing: i32,
  luma: usize,
  mean: usize,
  lit: usize,
  i: i32,
  step: i32,
  most: i32,
  least: i32,
): i32 {
  const supportAt = state + pixels + i;
  const support = i32(load<u8>(supportAt));
  const value = i32(load<u8>(luma + i));
  const rival = i32(load<u8>(state + i));
  const expected = mean == lit ? rival : relit(rival, load<u16>(mean + 2 * i), load<u16>(lit + 2 * i));
  let next = support >> 1;
  if (front | thing) {
    const same = thing & i32(abs(value - expected) <= SAME_MAX) & i32(support > 0);
    if (same) {
      next = min(most, support + step);
      store<u8>(state + i, rival + i32(value > expected && rival < 255) - i32(value < expected && rival > 0));
    } else {
      next = max(0, support - step);
      if (thing & i32(next == 0)) {
        next = step;
        store<u8>(state + i, value);
      }
    }
  }
  store<u8>(supportAt, next);
  return i32(next >= least);
}

/** A value seen before `mean`, as it would look where the background looks like `lit`. */
// @ts-ignore: decorator
@inline
function relit(rival: i32, mean: u16, lit: u16): i32 {
  const gain = f32(i32(lit) + (LIFT << Q)) / f32(i32(mean) + (LIFT << Q));
  return max(0, min(255, i32(nearest(f32(rival + LIFT) * gain)) - LIFT));
}

/** Bit k: pixel i + k has been as it is for long enough. */
// @ts-ignore: decorator
@inline
function sixteen(
  state: usize,
  pixels: i32,
  front: i32,
  thing: i32,
  luma: usize,
  mean: usize,
  lit: usize,
  i: i32,
  step: i32,
  most: i32,
  least: i32,
): i32 {
  const zero = i8x16.splat(0);
  const rivalAt = state + i;
  const supportAt = rivalAt + pixels;
  const support = v128.load(supportAt);
  const rival = v128.load(rivalAt);
  const value = v128.load(luma + i);
  const things = lanes(thing);
  const fronts = lanes(front | thing);
  const expected = mean == lit ? rival : relitSixteen(rival, mean + 2 * i, lit + 2 * i);
  const apart = absDiffU8(value, expected);
  const near = i8x16.eq(i8x16.sub_sat_u(apart, i8x16.splat(i8(SAME_MAX))), zero);
  const same = v128.and(v128.andnot(things, i8x16.eq(support, zero)), near);
  const steps = i8x16.splat(i8(step));
  const risen = i8x16.min_u(i8x16.splat(i8(most)), i8x16.add_sat_u(support, steps));
  const worn = i8x16.sub_sat_u(support, steps);
  const swap = v128.andnot(v128.and(things, i8x16.eq(worn, zero)), same);
  const halved = v128.and(i16x8.shr_u(support, 1), i8x16.splat(0x7f));
  let next = v128.bitselect(risen, worn, same);
  next = v128.bitselect(steps, next, swap);
  next = v128.bitselect(next, halved, fronts);
  // Comparisons give -1. A value above what is expected cannot have met 255 yet unless the rival is there already.
  const up = v128.and(same, v128.not(i8x16.eq(i8x16.sub_sat_u(value, expected), zero)));
  const down = v128.and(same, v128.not(i8x16.eq(i8x16.sub_sat_u(expected, value), zero)));
  const unit = i8x16.splat(1);
  const moved = i8x16.sub_sat_u(i8x16.add_sat_u(rival, v128.and(up, unit)), v128.and(down, unit));
  v128.store(rivalAt, v128.bitselect(value, moved, swap));
  v128.store(supportAt, next);
  return i8x16.bitmask(i8x16.ge_u(next, i8x16.splat(i8(least))));
}

/** Sixteen bits => u8 [-1 or 0 ..] */
// @ts-ignore: decorator
@inline
function lanes(bits: i32): v128 {
  const each = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const spread = i8x16.swizzle(i16x8.splat(i16(bits)), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  return i8x16.eq(v128.and(spread, each), each);
}

// @ts-ignore: decorator
@inline
function relitSixteen(rival: v128, mean: usize, lit: usize): v128 {
  const low = i16x8.narrow_i32x4_s(relitFour(rival, mean, lit, 0), relitFour(rival, mean, lit, 1));
  const high = i16x8.narrow_i32x4_s(relitFour(rival, mean, lit, 2), relitFour(rival, mean, lit, 3));
  return i8x16.narrow_i16x8_u(low, high);
}

/** The four of sixteen that `part` numbers, as i32; narrowing saturates them to 0..255. */
// @ts-ignore: decorator
@inline
function relitFour(rival: v128, mean: usize, lit: usize, part: i32): v128 {
  const shifted = part == 0 ? rival : i8x16.swizzle(rival, i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(i8(4 * part))));
  const value = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(shifted));
  const lift = i32x4.splat(LIFT << Q);
  const was = i32x4.add(i32x4.extend_low_i16x8_u(v128.load64_zero(mean + 8 * part)), lift);
  const is = i32x4.add(i32x4.extend_low_i16x8_u(v128.load64_zero(lit + 8 * part)), lift);
  const gain = f32x4.div(f32x4.convert_i32x4_s(is), f32x4.convert_i32x4_s(was));
  const bright = f32x4.mul(f32x4.convert_i32x4_s(i32x4.add(value, i32x4.splat(LIFT))), gain);
  return i32x4.sub(i32x4.trunc_sat_f32x4_s(f32x4.nearest(bright)), i32x4.splat(LIFT));
}

/**
 * Cuts what came at another time apart: clears in `bits` every pixel that touches one whose support is larger by `gap` or
 * more, corners included. What is older keeps its outline; what is younger and lies against it loses a seam of one pixel.
 */
export function staticSeams(bits: usize, state: usize, width: i32, height: i32, gap: i32): void {
  const supports = state + width * height;
  const stride = bitRow(width);
  for (let y = 0; y < height; y++) {
    const row = bits + y * stride;
    for (let x = nextSet(row, 0, stride >> 3); x < width; x = nextSet(row, x + 1, stride >> 3)) {
      const limit = i32(load<u8>(supports + y * width + x)) + gap;
      if (oldestAround(supports, x, y, width, height) < limit) continue;
      const at = row + (x >> 3);
      store<u8>(at, u8(i32(load<u8>(at)) & ~(1 << (x & 7))));
    }
  }
}

// @ts-ignore: decorator
@inline
function oldestAround(supports: usize, x: i32, y: i32, width: i32, height: i32): i32 {
  let most: i32 = 0;
  for (let v = max(0, y - 1); v <= min(height - 1, y + 1); v++)
    for (let u = max(0, x - 1); u <= min(width - 1, x + 1); u++)
      most = max(most, i32(load<u8>(supports + v * width + u)));
  return most;
}

/**
 * What the static regions look like: per component 16 i32 (one 64-byte line)
 *
 *   0 x0  1 y0  2 x1  3 y1 (inclusive)  4 area  5 footX (1/8 px)  6 support, summed  7 pixels seen as they were
 *   8 edges  9 of them with something that changes on the other side  10 edgeRival  11 edgeBackground  12 to 15 free
 *
 * An edge is a set pixel and its neighbour to one side, within the plane, that is not. The last two sum how far luma
 * steps from the pixel to the one two to that side, with the thing in its place and without it: both in the
 * background's light, so that neither the picture's nor anybody in front changes them.
 */
export function staticTable(
  table: usize,
  runs: usize,
  count: i32,
  bits: usize,
  state: usize,
  seen: usize,
  luma: usize,
  mean: usize,
  lit: usize,
  width: i32,
  height: i32,
): void {
  memory.fill(table, 0, FIELDS * count);
  for (let k = 0; k < count; k++) {
    const at = table + FIELDS * k;
    store<i32>(at, width);
    store<i32>(at + 4, height);
    store<i32>(at + 8, -1);
  }
  const pixels = width * height;
  const stride = bitRow(width);
  const end = runs + RUNS_HEAD + RUN * load<i32>(runs);
  for (let run = runs + RUNS_HEAD; run < end; run += RUN) {
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    const y = i32(load<u16>(run, 4));
    const at = table + FIELDS * (i32(load<u16>(run, 6)) - 1);
    store<i32>(at, min(load<i32>(at), x0));
    store<i32>(at + 4, min(load<i32>(at + 4), y));
    store<i32>(at + 8, max(load<i32>(at + 8), x1 - 1));
    store<i32>(at + 12, y);
    add(at, 4, x1 - x0);
    for (let x = x0; x < x1; x++) {
      const i = y * width + x;
      const rival = i32(load<u8>(state + i));
      const expected = mean == lit ? rival : relit(rival, load<u16>(mean + 2 * i), load<u16>(lit + 2 * i));
      add(at, 6, i32(load<u8>(state + pixels + i)));
      add(at, 7, i32(abs(i32(load<u8>(luma + i)) - expected) <= SAME_MAX));
      if (x == x0 && x > 0) edge(at, bits, state, seen, luma, rival, mean, lit, x, y, -1, 0, width, height, stride);
      if (x == x1 - 1 && x + 1 < width) edge(at, bits, state, seen, luma, rival, mean, lit, x, y, 1, 0, width, height, stride);
      if (y > 0) edge(at, bits, state, seen, luma, rival, mean, lit, x, y, 0, -1, width, height, stride);
      if (y + 1 < height) edge(at, bits, state, seen, luma, rival, mean, lit, x, y, 0, 1, width, height, stride);
    }
  }
  feet(table, count, runs + RUNS_HEAD, end);
}

/** What is as it was without having been so for long: the blurred edge of a thing, seen in one picture and not in the next. */
// @ts-ignore: decorator
@inline
function isFringe(state: usize, luma: usize, mean: usize, lit: usize, i: i32, pixels: i32): bool {
  if (load<u8>(state + pixels + i) == 0) return false;
  const rival = i32(load<u8>(state + i));
  const expected = mean == lit ? rival : relit(rival, load<u16>(mean + 2 * i), load<u16>(lit + 2 * i));
  return abs(i32(load<u8>(luma + i)) - expected) <= SAME_MAX;
}

// @ts-ignore: decorator
@inline function isSet(bits: usize, x: i32, y: i32, stride: i32): i32 {
  return (i32(load<u8>(bits + y * stride + (x >> 3))) >> (x & 7)) & 1;
}

// @ts-ignore: decorator
@inline function edge(
  at: usize,
  bits: usize,
  state: usize,
  seen: usize,
  luma: usize,
  rival: i32,
  mean: usize,
  lit: usize,
  x: i32,
  y: i32,
  dx: i32,
  dy: i32,
  width: i32,
  height: i32,
  stride: i32,
): void {
  if (isSet(bits, x + dx, y + dy, stride)) return;
  add(at, 8, 1);
  const next = (y + dy) * width + x + dx;
  if (isSet(seen, x + dx, y + dy, stride)) add(at, 9, i32(!isFringe(state, luma, mean, lit, next, width * height)));
  const fx = x + 2 * dx;
  const fy = y + 2 * dy;
  if (fx < 0 || fy < 0 || fx >= width || fy >= height || isSet(bits, fx, fy, stride)) return;
  const outside = i32(load<u16>(mean + 2 * (fy * width + fx))) >> Q;
  add(at, 10, abs(rival - outside));
  add(at, 11, abs((i32(load<u16>(mean + 2 * (y * width + x))) >> Q) - outside));
}
