/**
 * From the foreground to regions.
 *
 *   clean    what is left of specks and pinholes (kernels/clean.ts)
 *   label    8-connected components as runs (kernels/label.ts)
 *   table    per component 16 i32 (one 64-byte line):
 *            0 x0  1 y0  2 x1  3 y1 (inclusive)  4 area  5 footX (1/8 px)  6 sum |difference|  7 edges
 *            8 fall  9 edgePicture  10 edgeBackground  11 to 14 kernels/regions.ts  15 free
 *   settle   pixels of components that are no thing (ghosts, patches of light) go back to the background
 *
 * An edge is a set pixel and the pixel two to one side of it that belongs to no component. `fall` is how far the
 * difference to the background drops across it: at a thing it drops at once, at the rim of light it fades. Both it and
 * `difference` are taken in the logarithm of luma (kernels/light.ts), in which light adds the same to dark and bright.
 */
import { bitRow, within } from './bits';
import { clear, RUN, RUNS_HEAD } from './label';
import { LOG } from './light';
import { add, FIELDS, feet } from './table';

const Q: i32 = 7;

// @ts-ignore: decorator
@inline function logOf(value: i32): i32 {
  return i32(load<u8>(LOG + value));
}

/** Sums of edges in one word: fall in the lowest 21 bits, edgePicture in the next, edgeBackground above. */
const PART: u64 = 21;
const PART_MASK: u64 = (1 << 21) - 1;

/** The edge between pixels i and j. */
// @ts-ignore: decorator
@inline function edge(luma: usize, mean: usize, i: i32, j: i32): u64 {
  const a = i32(load<u8>(luma + i));
  const b = i32(load<u8>(luma + j));
  const backA = i32(load<u16>(mean + 2 * i)) >> Q;
  const backB = i32(load<u16>(mean + 2 * j)) >> Q;
  const fall = abs(logOf(a) - logOf(backA) - (logOf(b) - logOf(backB)));
  return u64(fall) | (u64(abs(a - b)) << PART) | (u64(abs(backA - backB)) << (2 * PART));
}

/** 1 when pixel x of a row is not set. */
// @ts-ignore: decorator
@inline function unset(line: usize, x: i32): i32 {
  return 1 & ~(i32(load<u8>(line + (x >> 3))) >> (x & 7));
}

/**
 * The edges at both ends of a run, as fields 7 to 10: only the two pixels there can have a neighbour outside sideways.
 * All four at once and without a branch, because whether there is an edge is anybody's guess:
 *
 *   lane      0       1       2    3         4       5       6    7
 *   pixel     x0 - 2  x0 - 1  x0   x0 + 1    x1 - 2  x1 - 1  x1   x1 + 1      lane k against lane k + 2
 *
 * Looks up to two pixels before and behind the planes, and forgets what it saw there.
 */
// @ts-ignore: decorator
@inline function ends(line: usize, luma: usize, mean: usize, row: i32, x0: i32, x1: i32, width: i32): v128 {
  const long = i32(x1 - x0 > 1);
  const a = i32(x0 >= 2) & unset(line, max(0, x0 - 2));
  const b = long & i32(x0 >= 1);
  const c = long & i32(x1 < width);
  const d = i32(x1 + 1 < width) & unset(line, min(width - 1, x1 + 1));
  const lanes = i16x8(1, 2, 0, 0, 4, 8, 0, 0);
  const open = i16x8.ne(v128.and(i16x8.splat(i16(a | (b << 1) | (c << 2) | (d << 3))), lanes), i16x8.splat(0));

  const left = luma + row + x0 - 2;
  const right = luma + row + x1 - 2;
  const backLeft = mean + 2 * (row + x0 - 2);
  const backRight = mean + 2 * (row + x1 - 2);
  const seen = i16x8.extend_low_i8x16_u(v128.load32_lane(right, v128.load32_zero(left), 1));
  const back = i16x8.shr_u(v128.load64_lane(backRight, v128.load64_zero(backLeft), 1), Q);
  const logs = logsSeen(left, right);
  const backs = logsBehind(back);
  const difference = i16x8.sub(i16x8.extend_low_i8x16_u(logs), i16x8.extend_low_i8x16_u(backs));
  return fourSums(
    v128.and(open, i16x8.splat(1)),
    v128.and(open, across(difference)),
    v128.and(open, across(seen)),
    v128.and(open, across(back)),
  );
}

/** u8 [a b c d] and [e f g h] at two addresses => u8 [LOG a .. LOG h ..] */
// @ts-ignore: decorator
@inline function logsSeen(left: usize, right: usize): v128 {
  let logs = v128.load32_zero(LOG + load<u8>(left));
  logs = v128.load8_lane(LOG + load<u8>(left, 1), logs, 1);
  logs = v128.load8_lane(LOG + load<u8>(left, 2), logs, 2);
  logs = v128.load8_lane(LOG + load<u8>(left, 3), logs, 3);
  logs = v128.load8_lane(LOG + load<u8>(right), logs, 4);
  logs = v128.load8_lane(LOG + load<u8>(right, 1), logs, 5);
  logs = v128.load8_lane(LOG + load<u8>(right, 2), logs, 6);
  return v128.load8_lane(LOG + load<u8>(right, 3), logs, 7);
}

/** i16 [a .. h] => u8 [LOG a .. LOG h ..] */
// @ts-ignore: decorator
@inline function logsBehind(back: v128): v128 {
  let logs = v128.load32_zero(LOG + i16x8.extract_lane_u(back, 0));
  logs = v128.load8_lane(LOG + i16x8.extract_lane_u(back, 1), logs, 1);
  logs = v128.load8_lane(LOG + i16x8.extract_lane_u(back, 2), logs, 2);
  logs = v128.load8_lane(LOG + i16x8.extract_lane_u(back, 3), logs, 3);
  logs = v128.load8_lane(LOG + i16x8.extract_lane_u(back, 4), logs, 4);
  logs = v128.load8_lane(LOG + i16x8.extract_lane_u(back, 5), logs, 5);
  logs = v128.load8_lane(LOG + i16x8.extract_lane_u(back, 6), logs, 6);
  return v128.load8_lane(LOG + i16x8.extract_lane_u(back, 7), logs, 7);
}

/** i16 [a b c d  e f g h] => [|a - c| |b - d| . .  |e - g| |f - h| . .] */
// @ts-ignore: decorator
@inline function across(lanes: v128): v128 {
  return i16x8.abs(i16x8.sub(lanes, v128.shuffle<i32>(lanes, lanes, 1, 1, 3, 3)));
}

/** i16 [a b 0 0  c d 0 0] of each of four => i32 [a + b + c + d ..] */
// @ts-ignore: decorator
@inline function fourSums(p: v128, q: v128, r: v128, s: v128): v128 {
  const ones = i16x8.splat(1);
  const pq = v128.or(i32x4.dot_i16x8_s(p, ones), i64x2.shl(i32x4.dot_i16x8_s(q, ones), 32));
  const rs = v128.or(i32x4.dot_i16x8_s(r, ones), i64x2.shl(i32x4.dot_i16x8_s(s, ones), 32));
  return i32x4.add(v128.shuffle<i64>(pq, rs, 0, 2), v128.shuffle<i64>(pq, rs, 1, 3));
}

/** The edges up and down, as fields 7 to 10; `up` and `down` say how far, 0 where the plane ends. */
// @ts-ignore: decorator
@inline function upright(
  line: usize,
  stride: i32,
  luma: usize,
  mean: usize,
  row: i32,
  x0: i32,
  x1: i32,
  up: i32,
  down: i32,
): v128 {
  let all = i32x4.splat(0);
  for (let from = x0 & ~63; from < x1; from += 64) {
    const own = within(from, x0, x1);
    const word = line + (from >> 3);
    let above = up ? own & ~load<u64>(word - 2 * stride) : 0;
    let below = down ? own & ~load<u64>(word + 2 * stride) : 0;
    if ((above | below) == 0) continue;
    const count = i32(popcnt(above)) + i32(popcnt(below));
    let sums: u64 = 0;
    // One loop for both, so that its end has to be guessed once.
    for (let k = 0; k < count; k++) {
      const ascend = above != 0;
      const bits = ascend ? above : below;
      const i = row + from + i32(ctz(bits));
      const rest = bits & (bits - 1);
      sums += edge(luma, mean, i, i + (ascend ? -up : down));
      below = ascend ? below : rest;
      above = ascend ? rest : 0;
    }
    const parts = i32x4.splat(count);
    const fall = i32x4.replace_lane(parts, 1, i32(sums & PART_MASK));
    const picture = i32x4.replace_lane(fall, 2, i32((sums >> PART) & PART_MASK));
    all = i32x4.add(all, i32x4.replace_lane(picture, 3, i32(sums >> (2 * PART))));
  }
  return all;
}

// @ts-ignore: decorator
@inline function differences(luma: usize, mean: usize, begin: i32, end: i32): i32 {
  let sum = 0;
  for (let i = begin; i < end; i++) {
    sum += abs(logOf(i32(load<u8>(luma + i))) - logOf(i32(load<u16>(mean + 2 * i)) >> Q));
  }
  return sum;
}

/** Fills `table` for `count` components. `bits`: the pixels that belong to one. */
export function blobTable(
  table: usize,
  runs: usize,
  count: i32,
  bits: usize,
  luma: usize,
  mean: usize,
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
  const stride = bitRow(width);
  const begin = runs + RUNS_HEAD;
  const end = begin + RUN * load<i32>(runs);
  for (let run = begin; run < end; run += RUN) {
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    const y = i32(load<u16>(run, 4));
    const at = table + FIELDS * (i32(load<u16>(run, 6)) - 1);
    const row = y * width;
    const line = bits + y * stride;
    store<i32>(at, min(load<i32>(at), x0));
    store<i32>(at + 4, min(load<i32>(at + 4), y));
    store<i32>(at + 8, max(load<i32>(at + 8), x1 - 1));
    store<i32>(at + 12, y);
    add(at, 4, x1 - x0);
    add(at, 6, differences(luma, mean, row + x0, row + x1));
    const sides = ends(line, luma, mean, row, x0, x1, width);
    const up = y >= 2 ? 2 * width : 0;
    const down = y + 2 < height ? 2 * width : 0;
    const others = upright(line, stride, luma, mean, row, x0, x1, up, down);
    v128.store(at, i32x4.add(v128.load(at, 28), i32x4.add(sides, others)), 28);
  }
  feet(table, count, begin, end);
}

/**
 * `fate` (u8 per label, label 0 included): 0 keep; 1 absorb, the background becomes what is seen; 2 adapt, a
 * quarter of the way; 3 drop, the background stays. Pixels with a fate leave `bits`; their runs stay.
 */
export function settle(runs: usize, fate: usize, bits: usize, mean: usize, luma: usize, width: i32): void {
  const stride = bitRow(width);
  const begin = runs + RUNS_HEAD;
  const end = begin + RUN * load<i32>(runs);
  for (let run = begin; run < end; run += RUN) {
    const what = load<u8>(fate + i32(load<u16>(run, 6)));
    if (what == 0) continue;
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    const y = i32(load<u16>(run, 4));
    clear(bits + y * stride, x0, x1);
    if (what == 3) continue;
    for (let i = y * width + x0; i < y * width + x1; i++) {
      const seen = i32(load<u8>(luma + i)) << Q;
      const was = i32(load<u16>(mean + 2 * i));
      store<u16>(mean + 2 * i, what == 1 ? seen : was + ((seen - was) >> 2));
    }
  }
}
