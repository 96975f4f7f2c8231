/**
 * From the foreground to regions.
 *
 *   clean    a pixel stays when at least 3 of its 3x3 block are set, and is filled when at least 5 are
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

const Q: i32 = 7;
const FIELDS: usize = 64;

/**
 * 64 pixels at a time, in binary adders: first each pixel's column of three (0..3: `ones` and `twos`), then the columns
 * of three neighbours:  sum = odd + 2 low + 4 (carry + high)
 */
export function clean(out: usize, bits: usize, width: i32, height: i32): void {
  const stride = bitRow(width);
  for (let y = 0; y < height; y++) {
    const row = bits + y * stride;
    const to = out + y * stride;
    const up = y > 0 ? row - stride : 0;
    const down = y + 1 < height ? row + stride : 0;
    let onesBefore: u64 = 0;
    let twosBefore: u64 = 0;
    let mid = load<u64>(row);
    let upper = up ? load<u64>(up) : 0;
    let lower = down ? load<u64>(down) : 0;
    let ones = upper ^ mid ^ lower;
    let twos = majority(upper, mid, lower);
    for (let at = 0; at < stride; at += 8) {
      const set = mid;
      let onesAfter: u64 = 0;
      let twosAfter: u64 = 0;
      if (at + 8 < stride) {
        mid = load<u64>(row + at, 8);
        upper = up ? load<u64>(up + at, 8) : 0;
        lower = down ? load<u64>(down + at, 8) : 0;
        onesAfter = upper ^ mid ^ lower;
        twosAfter = majority(upper, mid, lower);
      }
      // A neighbouring word's column alone is at most 3, too few to fill a pixel.
      store<u64>(
        to + at,
        (ones | twos) == 0
          ? 0
          : voted(
              set,
              (ones << 1) | (onesBefore >> 63),
              ones,
              (ones >> 1) | (onesAfter << 63),
              (twos << 1) | (twosBefore >> 63),
              twos,
              (twos >> 1) | (twosAfter << 63),
            ),
      );
      onesBefore = ones;
      twosBefore = twos;
      ones = onesAfter;
      twos = twosAfter;
    }
  }
}

// @ts-ignore: decorator
@inline function majority(a: u64, b: u64, c: u64): u64 {
  return (a & b) | (c & (a | b));
}

// @ts-ignore: decorator
@inline function voted(set: u64, l1: u64, m1: u64, r1: u64, l2: u64, m2: u64, r2: u64): u64 {
  const odd = l1 ^ m1 ^ r1;
  const carry = majority(l1, m1, r1);
  const half = l2 ^ m2 ^ r2;
  const high = majority(l2, m2, r2);
  const low = carry ^ half;
  const four = carry & half;
  const five = (four & high) | ((four | high) & (odd | low));
  const three = four | high | (low & odd);
  return five | (set & three);
}

// @ts-ignore: decorator
@inline function add(at: usize, field: i32, value: i32): void {
  store<i32>(at + 4 * field, load<i32>(at + 4 * field) + value);
}

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

// @ts-ignore: decorator
@inline function put(at: usize, count: i32, sums: u64): void {
  add(at, 7, count);
  add(at, 8, i32(sums & PART_MASK));
  add(at, 9, i32((sums >> PART) & PART_MASK));
  add(at, 10, i32(sums >> (2 * PART)));
}

/** 1 when pixel x of a row is not set. */
// @ts-ignore: decorator
@inline function unset(line: usize, x: i32): i32 {
  return 1 & ~(i32(load<u8>(line + (x >> 3))) >> (x & 7));
}

/**
 * The edges at both ends of a run: only the two pixels there can have a neighbour outside sideways. Without a branch:
 * whether there is an edge is anybody's guess, and a wrong guess costs more than the edge. One that is none goes from
 * a pixel to itself.
 */
// @ts-ignore: decorator
@inline function ends(at: usize, line: usize, luma: usize, mean: usize, row: i32, x0: i32, x1: i32, width: i32): void {
  const i = row + x0;
  const j = row + x1 - 1;
  const long = i32(x1 - x0 > 1);
  const a = i32(x0 >= 2) & unset(line, max(0, x0 - 2));
  const b = long & i32(x0 >= 1);
  const c = long & i32(x1 < width);
  const d = i32(x1 + 1 < width) & unset(line, min(width - 1, x1 + 1));
  const left = edge(luma, mean, i, i - (a << 1)) + edge(luma, mean, i + b, i - b);
  const right = edge(luma, mean, j - c, j + c) + edge(luma, mean, j, j + (d << 1));
  put(at, a + b + c + d, left + right);
}

/** The edges up and down: `up` and `down` say how far, 0 where the plane ends. */
// @ts-ignore: decorator
@inline function upright(
  at: usize,
  line: usize,
  stride: i32,
  luma: usize,
  mean: usize,
  row: i32,
  x0: i32,
  x1: i32,
  up: i32,
  down: i32,
): void {
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
    put(at, count, sums);
  }
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
    ends(at, line, luma, mean, row, x0, x1, width);
    upright(at, line, stride, luma, mean, row, x0, x1, y >= 2 ? 2 * width : 0, y + 2 < height ? 2 * width : 0);
  }
  feet(table, count, begin, end);
}

/** The foot: mean x over the lowest eighth of the region's rows, at least two. */
function feet(table: usize, count: i32, begin: usize, end: usize): void {
  // Fields 14 and 15 hold sum and number of pixels meanwhile.
  for (let run = begin; run < end; run += RUN) {
    const at = table + FIELDS * (i32(load<u16>(run, 6)) - 1);
    const y1 = load<i32>(at + 12);
    const rows = max(2, (y1 - load<i32>(at + 4) + 1) >> 3);
    if (i32(load<u16>(run, 4)) <= y1 - rows) continue;
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    add(at, 14, ((x0 + x1 - 1) * (x1 - x0)) >> 1);
    add(at, 15, x1 - x0);
  }
  for (let k = 0; k < count; k++) {
    const at = table + FIELDS * k;
    const sum = load<i32>(at + 56);
    const seen = load<i32>(at + 60);
    store<i32>(at + 20, (sum * 8 + 4 * seen) / seen);
    store<u64>(at + 56, 0);
  }
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
