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

const histogram = memory.data(128 * 4);
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
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = row * columns + column;
      const step = blockStep(mean, luma, width, height, column, row);
      store<u8>(known + block, u8(step != UNKNOWN));
      store<i16>(
        steps + 2 * block,
        step == UNKNOWN || abs(step) < STEP_MIN || abs(step) > STEP_MAX ? 0 : step,
      );
    }
  }
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
    for (let x = 0; x < width; x++) {
      const u = max(0, x - 8);
      const column = min(columns - 1, u >> 4);
      const right = min(columns - 1, column + 1);
      const wx = x < 8 ? 0 : u & 15;
      const a = i32(load<i16>(steps + 2 * (row * columns + column)));
      const b = i32(load<i16>(steps + 2 * (row * columns + right)));
      const c = i32(load<i16>(steps + 2 * (below * columns + column)));
      const d = i32(load<i16>(steps + 2 * (below * columns + right)));
      // Weights sum to 256; quarters of a step are kept.
      const quarters = ((a * (16 - wx) + b * wx) * (16 - wy) + (c * (16 - wx) + d * wx) * wy) >> 6;
      const at = 2 * (y * width + x);
      const factor = load<i32>(FACTOR + 4 * (quarters + 512));
      const bright = (((i32(load<u16>(mean + at)) + LIFT) * factor) >> 12) - LIFT;
      store<u16>(lit + at, max(0, min(TOP, bright)));
    }
  }
  return changed;
}

const UNKNOWN: i32 = 1000;

/** Whether at least AGREE_MIN blocks of the 3x3 around say about the same, and none that is known says otherwise. */
function isWide(column: i32, row: i32, columns: i32, rows: i32): bool {
  const step = i32(load<i16>(steps + 2 * (row * columns + column)));
  if (abs(step) < STEP_MIN) return false;
  const near = 4 + (abs(step) >> 2);
  let agree = 0;
  let all = 0;
  for (let y = max(0, row - 1); y <= min(rows - 1, row + 1); y++) {
    for (let x = max(0, column - 1); x <= min(columns - 1, column + 1); x++) {
      const block = y * columns + x;
      all++;
      if (load<u8>(known + block) == 0) continue;
      const other = i32(load<i16>(steps + 2 * block));
      if (other > 0 != step > 0 || other == 0) return false;
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
  memory.fill(histogram, 0, BINS * 4);
  let count = 0;
  const y1 = min(height, row * 16 + 16);
  const x1 = min(width, column * 16 + 16);
  for (let y = row * 16; y < y1; y += 2) {
    for (let x = column * 16; x < x1; x += 2) {
      const i = y * width + x;
      const back = i32(load<u16>(mean + 2 * i)) >> Q;
      const step = i32(load<u8>(LOG + load<u8>(luma + i))) - i32(load<u8>(LOG + back));
      const at = histogram + 4 * (max(-64, min(63, step)) + 64);
      store<i32>(at, load<i32>(at) + 1);
      count++;
    }
  }
  if (count < SAMPLES_MIN) return UNKNOWN;
  // A window of 2 NEAR + 1 bins slides over the differences; of equal supports the one nearest to 0 is kept.
  let support = 0;
  for (let bin = 0; bin < 2 * NEAR; bin++) support += load<i32>(histogram + 4 * bin);
  let best = 0;
  let bestStep = UNKNOWN;
  let none = 0;
  for (let bin = NEAR; bin < BINS - NEAR; bin++) {
    support += load<i32>(histogram + 4 * (bin + NEAR));
    const step = bin - 64;
    if (support > best || (support == best && abs(step) < abs(bestStep))) {
      best = support;
      bestStep = step;
    }
    if (step == 0) none = support;
    support -= load<i32>(histogram + 4 * (bin - NEAR));
  }
  if (none * 3 >= best * 2) return 0;
  return best * 2 >= count ? bestStep : UNKNOWN;
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
