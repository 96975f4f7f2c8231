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
import { part, span } from './relight';

/** Luma to 48 log2((v + 16) / 16), rounded: 0..196. The offset keeps noise in the dark small. */
export const LOG = memory.data(256);

for (let v = 0; v < 256; v++) store<u8>(LOG + v, u8(Math.round(48 * Math.log2((v + 16) / 16.0))));

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

/**
 * One u8 a difference, then what its window gathers: a block has at most 64 samples. Neighbouring samples count in
 * four histograms in turn, because they are mostly alike and would wait for each other.
 */
const histogram = memory.data(4 * 128);
const supports = memory.data(128);
/** Blocks of the largest plane with any shape. */
const BLOCKS_MAX: i32 = 4096;
const steps = memory.data(4096 * 2);
const known = memory.data(4096);
/**
 * A frame of one block all around, 0. First per block, u16: 1 brighter, 16 darker, 256 known and neither, 0 unknown, so
 * that sums over nine blocks count the three apart. Then 1 in the midst of other light.
 */
const around = memory.data((4096 + 2 * 4097 + 4) * 2);
const broad = memory.data(4096 + 2 * 4097 + 4);

/**
 * Fills `lit` (u16, Q7) with the background `mean` (u16, Q7) as it looks in the light of `luma`. Returns the number of
 * blocks in the midst of other light; with 0 `lit` is left alone, because `mean` is what it would be.
 */
export function light(lit: usize, mean: usize, luma: usize, width: i32, height: i32): i32 {
  const columns = (width + 15) >> 4;
  const rows = (height + 15) >> 4;
  if (columns * rows > BLOCKS_MAX) return 0;
  const stride = columns + 2;
  memory.fill(around, 0, 2 * stride * (rows + 2));
  let stepped = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = row * columns + column;
      const step = blockStep(mean, luma, width, height, column, row);
      const plausible = step != UNKNOWN && abs(step) >= STEP_MIN && abs(step) <= STEP_MAX;
      store<u8>(known + block, u8(step != UNKNOWN));
      store<i16>(steps + 2 * block, plausible ? step : 0);
      const kind = step == UNKNOWN ? 0 : !plausible ? 256 : step > 0 ? 1 : 16;
      store<u16>(around + 2 * ((row + 1) * stride + column + 1), kind);
      stepped += i32(plausible);
    }
  }
  if (stepped == 0) return 0;
  const changed = findBroad(columns, rows);
  if (changed == 0) return 0;
  narrow(columns, rows);
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
    // Weights sum to 256; quarters of a step are kept.
    let a = between(row, below, 0, columns, wy);
    for (let x0 = -8; x0 < width; x0 += 16) {
      const right = x0 < 0 ? 0 : min(columns - 1, (x0 >> 4) + 1);
      const b = between(row, below, right, columns, wy);
      const at = 2 * (y * width + x0);
      if (x0 >= 0 && x0 + 16 <= width) span(lit + at, mean + at, a, b);
      else part(lit + at, mean + at, a, b, max(0, -x0), min(16, width - x0));
      a = b;
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

/**
 * Marks the blocks around which at least AGREE_MIN of the 3x3 changed the same way and none that is known did not;
 * returns how many.
 */
function findBroad(columns: i32, rows: i32): i32 {
  const stride = columns + 2;
  memory.fill(broad, 0, stride * (rows + 2));
  let found = 0;
  for (let row = 0; row < rows; row++) {
    const above = around + 2 * row * stride;
    const high = 1 + i32(row > 0) + i32(row + 1 < rows);
    let before = 0;
    let here = columnSum(above + 2, stride);
    for (let column = 0; column < columns; column++) {
      const at = above + 2 * (column + 1);
      const after = columnSum(at + 2, stride);
      const sum = before + here + after;
      before = here;
      here = after;
      const own = i32(load<u16>(at + 2 * stride));
      if (own != 1 && own != 16) continue;
      const agree = own == 1 ? sum & 15 : (sum >> 4) & 15;
      if (sum != own * agree) continue;
      const all = high * (1 + i32(column > 0) + i32(column + 1 < columns));
      if (agree * 9 < AGREE_MIN * all) continue;
      store<u8>(broad + (row + 1) * stride + column + 1, 1);
      found++;
    }
  }
  return found;
}

// @ts-ignore: decorator
@inline function columnSum(at: usize, stride: i32): i32 {
  return i32(load<u16>(at)) + i32(load<u16>(at + 2 * stride)) + i32(load<u16>(at + 4 * stride));
}

/** Takes the step from blocks that touch none in the midst of other light. */
function narrow(columns: i32, rows: i32): void {
  const stride = columns + 2;
  for (let row = 0; row < rows; row++) {
    const above = broad + row * stride;
    for (let column = 0; column < columns; column++) {
      const at = above + column;
      const touches = three(at) | three(at + stride) | three(at + 2 * stride);
      if (touches == 0) store<i16>(steps + 2 * (row * columns + column), 0);
    }
  }
}

// @ts-ignore: decorator
@inline function three(at: usize): u32 {
  return u32(load<u16>(at)) | load<u8>(at, 2);
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
  for (let at = 0; at < 4 * BINS; at += 32) {
    v128.store(histogram + at, i8x16.splat(0));
    v128.store(histogram + at, i8x16.splat(0), 16);
  }
  for (let y = y0; y < y1; y += 2) {
    let seen = luma + y * width + x0;
    let back = mean + 2 * (y * width + x0);
    if (x1 - x0 == 16) {
      for (let k = 0; k < 2; k++) {
        gather1(0, load<u8>(seen), load<u16>(back));
        gather1(BINS, load<u8>(seen, 2), load<u16>(back, 4));
        gather1(2 * BINS, load<u8>(seen, 4), load<u16>(back, 8));
        gather1(3 * BINS, load<u8>(seen, 6), load<u16>(back, 12));
        seen += 8;
        back += 16;
      }
      continue;
    }
    for (let x = x0; x < x1; x += 2) {
      gather1(0, load<u8>(seen), load<u16>(back));
      seen += 2;
      back += 4;
    }
  }
  for (let at = 0; at < BINS; at += 16) {
    const left = i8x16.add(v128.load(histogram + at), v128.load(histogram + at, 128));
    const right = i8x16.add(v128.load(histogram + at, 256), v128.load(histogram + at, 384));
    v128.store(histogram + at, i8x16.add(left, right));
  }
  const none = windowOf(64);
  if (none * 3 >= count * 2) return 0;
  const best = gatherWindows();
  if (none * 3 >= best * 2) return 0;
  return best * 2 >= count ? nearestStep(best) : UNKNOWN;
}

// @ts-ignore: decorator
@inline function gather1(bins: usize, seen: i32, back: i32): void {
  const step = i32(load<u8>(LOG + seen)) - i32(load<u8>(LOG + (back >> Q)));
  const at = bins + histogram + 64 + max(-64, min(63, step));
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
  most = i8x16.max_u(most, v128.shuffle<i64>(most, most, 1, 0));
  const eight = i64x2.extract_lane(most, 0);
  let best = 0;
  for (let shift: i64 = 0; shift < 64; shift += 8) best = max(best, i32((eight >> shift) & 255));
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
