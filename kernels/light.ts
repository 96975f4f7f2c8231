/**
 * Light that is not the light under which the background was learned: headlights, lamps, sun and cloud, the camera's
 * own gain.
 *
 * Light multiplies what is there. In the logarithm of luma it so adds the same to every pixel of a small block, while
 * people differ from the floor behind them by as many amounts as they wear clothes:
 *
 *   per 16x16 block:  step = the value that most samples of log(luma) - log(background) lie close to
 *                     0 when nearly as many lie close to 0; unknown when no value gathers enough
 *   taken     where the 3x3 blocks around agree: a person close to the lens covers a block or a column of blocks
 *   unknown blocks take the mean of their known neighbours
 *   lit = background * 2^(step / 48), the step interpolated between the blocks' centres
 *
 * Nothing is carried from picture to picture, so an error does not outlive its picture, and people who stand in the
 * light stay in the foreground, where a background that merely learned the new brightness would swallow them.
 */

import { evens } from './lanes';

/** Luma to 48 log2((v + 16) / 16), rounded: 0..196. The offset keeps noise in the dark small. */
export const LOG = memory.data(256);
/** 2^(q / 192) in Q12 for q = -512..511: quarters of a step. */
const FACTOR = memory.data(1024 * 4);

for (let v = 0; v < 256; v++) store<u8>(LOG + v, u8(Math.round(48 * Math.log2((v + 16) / 16.0))));
for (let q = -512; q < 512; q++)
  store<i32>(FACTOR + 4 * (q + 512), i32(Math.round(4096 * Math.pow(2, q / 192.0))));

/** Steps smaller than this (4 %) are left to learning. */
const STEP_MIN: i32 = 3;
/** A larger step (twice as bright) is a thing that covers the block. */
const STEP_MAX: i32 = 48;
/** Samples this close to a value support it. */
const NEAR: i32 = 3;
/** Of the nine blocks around: light is wider than a person who stands before the camera. */
const AGREE_MIN: i32 = 5;
/** Differences are counted in -64..63. */
const BINS: i32 = 128;
/** Samples that a partial block at the edge needs to speak for itself. */
const SAMPLES_MIN: i32 = 12;

const Q: i32 = 7;
const TOP: i32 = 255 << Q;
const LIFT: i32 = 16 << Q;

/** One u8 a difference, then what its window gathers: a block has at most 64 samples. */
const histogram = memory.data(128);
const supports = memory.data(128);
const lanes = memory.data(16);
/** Blocks of the largest plane with any shape: two i16 each, step and known. */
const BLOCKS_MAX: i32 = 4096;
const steps = memory.data(4096 * 2);
const known = memory.data(4096);
const broad = memory.data(4096);

/**
 * Fills `lit` (u16, Q7) with the background `mean` (u16, Q7) as it looks in the light of `luma`. Returns the number of
 * blocks in the midst of other light; with 0 `lit` is left alone, because `mean` is what it would be.
 */
export function light(lit: usize, mean: usize, luma: usize, width: i32, height: i32): i32 {
  const columns = (width + 15) >> 4;
  const rows = (height + 15) >> 4;
  if (columns * rows > BLOCKS_MAX) return 0;
  let changed = 0;
  let stepped = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = row * columns + column;
      const step = blockStep(mean, luma, width, height, column, row);
      store<u8>(known + block, u8(step != UNKNOWN));
      const plausible = step != UNKNOWN && abs(step) >= STEP_MIN && abs(step) <= STEP_MAX;
      store<i16>(steps + 2 * block, plausible ? step : 0);
      stepped += i32(plausible);
    }
  }
  if (stepped == 0) return 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const wide = isWide(column, row, columns, rows);
      store<u8>(broad + row * columns + column, u8(wide));
      changed += i32(wide);
    }
  }
  if (changed == 0) return 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = steps + 2 * (row * columns + column);
      if (abs(i32(load<i16>(at))) < STEP_MIN || !touchesWide(column, row, columns, rows)) store<i16>(at, 0);
    }
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = row * columns + column;
      if (load<u8>(known + block) == 0) store<i16>(steps + 2 * block, aroundStep(column, row, columns, rows));
    }
  }
  for (let y = 0; y < height; y++) {
    const v = max(0, y - 8);
    const row = min(rows - 1, v >> 4);
    const below = min(rows - 1, row + 1);
    const wy = y < 8 ? 0 : v & 15;
    // From one block's centre to the next; before the first and after the last the step is theirs.
    for (let x0 = -8; x0 < width; x0 += 16) {
      const column = max(0, x0 >> 4);
      const right = x0 < 0 ? 0 : min(columns - 1, column + 1);
      // Weights sum to 256; quarters of a step are kept.
      const a = between(row, below, column, columns, wy);
      const b = between(row, below, right, columns, wy);
      const at = y * width + x0;
      span(lit + 2 * at, mean + 2 * at, a, b, max(0, -x0), min(16, width - x0));
    }
  }
  return changed;
}

const UNKNOWN: i32 = 1000;

// @ts-ignore: decorator
@inline function between(row: i32, below: i32, column: i32, columns: i32, wy: i32): i32 {
  const upper = i32(load<i16>(steps + 2 * (row * columns + column)));
  const lower = i32(load<i16>(steps + 2 * (below * columns + column)));
  return upper * (16 - wy) + lower * wy;
}

/** Pixels `from` to `to` of a span of 16, across which the step goes from `a` to `b`. */
function span(lit: usize, mean: usize, a: i32, b: i32, from: i32, to: i32): void {
  if ((a | b) == 0 && to - from == 16) {
    v128.store(lit, v128.load(mean));
    v128.store(lit, v128.load(mean, 16), 16);
    return;
  }
  for (let w = from; w < to; w++) {
    const factor = load<i32>(FACTOR + 4 * (((a * (16 - w) + b * w) >> 6) + 512));
    const bright = (((i32(load<u16>(mean + 2 * w)) + LIFT) * factor) >> 12) - LIFT;
    store<u16>(lit + 2 * w, max(0, min(TOP, bright)));
  }
}

/** Whether at least AGREE_MIN blocks of the 3x3 around changed the same way, and none that is known did not. */
function isWide(column: i32, row: i32, columns: i32, rows: i32): bool {
  const step = i32(load<i16>(steps + 2 * (row * columns + column)));
  if (abs(step) < STEP_MIN) return false;
  let agree = 0;
  let all = 0;
  for (let y = max(0, row - 1); y <= min(rows - 1, row + 1); y++) {
    for (let x = max(0, column - 1); x <= min(columns - 1, column + 1); x++) {
      const block = y * columns + x;
      all++;
      if (load<u8>(known + block) == 0) continue;
      const other = i32(load<i16>(steps + 2 * block));
      if (other == 0 || (other ^ step) < 0) return false;
      agree++;
    }
  }
  return agree * 9 >= AGREE_MIN * all;
}

function touchesWide(column: i32, row: i32, columns: i32, rows: i32): bool {
  for (let y = max(0, row - 1); y <= min(rows - 1, row + 1); y++) {
    for (let x = max(0, column - 1); x <= min(columns - 1, column + 1); x++) {
      if (load<u8>(broad + y * columns + x)) return true;
    }
  }
  return false;
}

function blockStep(mean: usize, luma: usize, width: i32, height: i32, column: i32, row: i32): i32 {
  const x0 = column * 16;
  const y0 = row * 16;
  const x1 = min(width, x0 + 16);
  const y1 = min(height, y0 + 16);
  const count = ((x1 - x0 + 1) >> 1) * ((y1 - y0 + 1) >> 1);
  if (count < SAMPLES_MIN) return UNKNOWN;
  // The usual case first: no value can gather more than all, so two thirds close to 0 decide for 0.
  if (x1 - x0 == 16 && samplesNearZero(mean, luma, width, x0, y0, y1) * 3 >= count * 2) return 0;
  for (let at = 0; at < BINS; at += 16) v128.store(histogram + at, i8x16.splat(0));
  for (let y = y0; y < y1; y += 2) {
    const row = y * width;
    let seen = luma + row + x0;
    let back = mean + 2 * (row + x0);
    for (const end = luma + row + x1; seen < end; seen += 2, back += 4) count1(load<u8>(seen), load<u16>(back) >> Q);
  }
  const none = windowOf(64);
  if (none * 3 >= count * 2) return 0;
  const best = gatherWindows();
  if (none * 3 >= best * 2) return 0;
  return best * 2 >= count ? nearestStep(best) : UNKNOWN;
}

// @ts-ignore: decorator
@inline function count1(seen: u32, back: u32): void {
  const step = i32(load<u8>(LOG + seen)) - i32(load<u8>(LOG + back));
  const at = histogram + max(-64, min(63, step)) + 64;
  store<u8>(at, load<u8>(at) + 1);
}

/**
 * How many samples surely lie within NEAR of 0, without looking logarithms up. With 23 |luma - back| <= the smaller of
 * the two + 16 they are less than 3 steps apart, and rounding adds at most 1.
 */
function samplesNearZero(mean: usize, luma: usize, width: i32, x0: i32, y0: i32, y1: i32): i32 {
  const low = i32x4.splat(0xffff);
  let near = i16x8.splat(0);
  for (let y = y0; y < y1; y += 2) {
    const i = y * width + x0;
    const seen = evens(v128.load(luma + i));
    const left = v128.and(v128.load(mean + 2 * i), low);
    const right = v128.and(v128.load(mean + 2 * i, 16), low);
    const back = i16x8.shr_u(i16x8.narrow_i32x4_s(left, right), Q);
    const apart = i16x8.mul(i16x8.abs(i16x8.sub(seen, back)), i16x8.splat(23));
    // Comparisons give -1, so subtracting counts.
    near = i16x8.sub(near, i16x8.le_s(apart, i16x8.add(i16x8.min_s(seen, back), i16x8.splat(16))));
  }
  const sums = i32x4.extadd_pairwise_i16x8_s(near);
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

function windowOf(bin: i32): i32 {
  let sum = 0;
  for (let near = -NEAR; near <= NEAR; near++) sum += i32(load<u8>(histogram + bin + near));
  return sum;
}

/** Slides a window of 2 NEAR + 1 bins over the differences; returns what the best one gathers. */
function gatherWindows(): i32 {
  let most = i8x16.splat(0);
  // The last sixteen overlap the ones before, so that no window leaves the histogram.
  for (let part = 0; part < 8; part++) {
    const bin = min(NEAR + 16 * part, BINS - NEAR - 16);
    let sum = v128.load(histogram + bin - NEAR);
    for (let near = 1 - NEAR; near <= NEAR; near++) sum = i8x16.add(sum, v128.load(histogram + bin + near));
    v128.store(supports + bin, sum);
    most = i8x16.max_u(most, sum);
  }
  let best = 0;
  v128.store(lanes, most);
  for (let lane = 0; lane < 16; lane++) best = max(best, i32(load<u8>(lanes + lane)));
  return best;
}

/** Of equal supports the one nearest to 0, of equally near ones the darker. */
function nearestStep(best: i32): i32 {
  for (let step = 0; step <= 64 - NEAR; step++) {
    if (i32(load<u8>(supports + 64 - step)) == best) return -step;
    if (step < 64 - NEAR && i32(load<u8>(supports + 64 + step)) == best) return step;
  }
  return UNKNOWN;
}

/** Mean step of the known neighbours, 0 when there is none. */
function aroundStep(column: i32, row: i32, columns: i32, rows: i32): i32 {
  let sum = 0;
  let count = 0;
  for (let y = max(0, row - 1); y <= min(rows - 1, row + 1); y++) {
    for (let x = max(0, column - 1); x <= min(columns - 1, column + 1); x++) {
      const block = y * columns + x;
      if (load<u8>(known + block) == 0) continue;
      sum += i32(load<i16>(steps + 2 * block));
      count++;
    }
  }
  return count == 0 ? 0 : sum / count;
}
