/**
 * Cuts a thing from what it changes about the floor around it: the reflection below it, its shadow, the light that a
 * train took along, all of the same age and touching.
 *
 * How far each static pixel is from its background has, over such a region, two heights: the thing's, and a lesser one
 * of what is still the floor. The threshold between them is Otsu's (1979), per component over 32 steps of 8 luma:
 *
 *   pixels |      floor            thing     it holds when both are many, when the lesser is at most 0.65 of the
 *          |     .:|:.          .::|||:.     greater, when most of the difference is between them and not within,
 *          +-----------------|-----------    and when the greater fills its own box as things do
 *
 * Then every lesser pixel that touches a greater one is cleared, corners included. What is only a thing's blurred edge
 * lies against it all around and makes no second height.
 */
import { bitRow } from './bits';
import { RUN, RUNS_HEAD } from './label';
import { FIELDS } from './table';

const Q: i32 = 7;
const BINS: i32 = 32;
/** Share of the variance that lies between the two; within one height of any shape Otsu's threshold leaves 0.64. */
const BETWEEN_MIN: f64 = 0.75;
/** What is still the floor differs at most so much as the thing does, and by so many luma steps less. */
const LESSER_MAX: f64 = 0.65;
const APART_MIN: f64 = 24;
/** So many pixels of each at least, and such a share of the region, of those that lie beyond the thing's blurred edge. */
const PIXELS_MIN: i32 = 12;
const SHARE_MIN: i32 = 6;

/**
 * `table`: 64 bytes a component, overwritten. `bits` are labelled in `runs` into `count` components; `state` as in
 * kernels/statics.ts, `mean` u16 Q7. Returns how many components were cut; they have to be labelled again.
 */
export function staticShades(
  table: usize,
  runs: usize,
  count: i32,
  bits: usize,
  state: usize,
  mean: usize,
  width: i32,
  height: i32,
): i32 {
  memory.fill(table, 0, FIELDS * count);
  const begin = runs + RUNS_HEAD;
  const end = begin + RUN * load<i32>(runs);
  for (let run = begin; run < end; run += RUN) {
    const first = i32(load<u16>(run, 4)) * width;
    const at = rowOf(table, run);
    for (let x = i32(load<u16>(run)); x < i32(load<u16>(run, 2)); x++) {
      const bin = at + 2 * (differs(state, mean, first + x) >> 3);
      store<u16>(bin, load<u16>(bin) + u16(load<u16>(bin) < 65_535));
    }
  }
  let split = 0;
  for (let k = 0; k < count; k++) split += i32(thresholdOf(table + FIELDS * k, width, height) > 0);
  if (split == 0) return 0;
  const stride = bitRow(width);
  for (let run = begin; run < end; run += RUN) measure(table, run, bits, state, mean, width, height, stride);
  split = 0;
  for (let k = 0; k < count; k++) split += i32(decided(table + FIELDS * k));
  if (split == 0) return 0;
  for (let run = begin; run < end; run += RUN) {
    const threshold = load<i32>(rowOf(table, run));
    if (threshold == 0) continue;
    const y = i32(load<u16>(run, 4));
    for (let x = i32(load<u16>(run)); x < i32(load<u16>(run, 2)); x++) {
      if (differs(state, mean, y * width + x) >= threshold) continue;
      if (!touches(bits, state, mean, x, y, threshold, width, height, stride)) continue;
      const at = bits + y * stride + (x >> 3);
      store<u8>(at, u8(i32(load<u8>(at)) & ~(1 << (x & 7))));
    }
  }
  return split;
}

// @ts-ignore: decorator
@inline
function rowOf(table: usize, run: usize): usize {
  return table + FIELDS * (usize(load<u16>(run, 6)) - 1);
}

/** How far a pixel is from its background, luma steps. */
// @ts-ignore: decorator
@inline
function differs(state: usize, mean: usize, i: i32): i32 {
  return abs(i32(load<u8>(state + i)) - (i32(load<u16>(mean + 2 * i)) >> Q));
}

/**
 * From the histogram of a component to its row: i32 0 threshold (0: one height)  1 lesser pixels in all  2 of them beyond
 * the edge  3 greater pixels  4 x0  5 y0  6 x1  7 y1 of these.
 */
function thresholdOf(at: usize, width: i32, height: i32): i32 {
  let n: f64 = 0;
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const here = f64(load<u16>(at + 2 * bin));
    const value = f64(8 * bin + 4);
    n += here;
    sum += here * value;
    squares += here * value * value;
  }
  const variance = squares - (sum * sum) / n;
  let best: f64 = 0;
  let threshold = 0;
  let low: f64 = 0;
  let lowSum: f64 = 0;
  for (let bin = 0; bin < BINS - 1; bin++) {
    const here = f64(load<u16>(at + 2 * bin));
    low += here;
    lowSum += here * f64(8 * bin + 4);
    const high = n - low;
    if (low < f64(PIXELS_MIN) || high < f64(PIXELS_MIN)) continue;
    const lesser = lowSum / low;
    const greater = (sum - lowSum) / high;
    const between = ((low * high) / n) * (greater - lesser) * (greater - lesser);
    if (between <= best) continue;
    best = between;
    const holds = between >= BETWEEN_MIN * variance && lesser <= LESSER_MAX * greater && greater - lesser >= APART_MIN;
    threshold = holds ? 8 * (bin + 1) : 0;
  }
  memory.fill(at, 0, FIELDS);
  store<i32>(at, threshold);
  store<i32>(at + 16, width);
  store<i32>(at + 20, height);
  store<i32>(at + 24, -1);
  store<i32>(at + 28, -1);
  return threshold;
}

function measure(
  table: usize,
  run: usize,
  bits: usize,
  state: usize,
  mean: usize,
  width: i32,
  height: i32,
  stride: i32,
): void {
  const at = rowOf(table, run);
  const threshold = load<i32>(at);
  if (threshold == 0) return;
  const y = i32(load<u16>(run, 4));
  for (let x = i32(load<u16>(run)); x < i32(load<u16>(run, 2)); x++) {
    if (differs(state, mean, y * width + x) < threshold) {
      store<i32>(at + 4, load<i32>(at + 4) + 1);
      if (!touches(bits, state, mean, x, y, threshold, width, height, stride))
        store<i32>(at + 8, load<i32>(at + 8) + 1);
      continue;
    }
    store<i32>(at + 12, load<i32>(at + 12) + 1);
    store<i32>(at + 16, min(load<i32>(at + 16), x));
    store<i32>(at + 20, min(load<i32>(at + 20), y));
    store<i32>(at + 24, max(load<i32>(at + 24), x));
    store<i32>(at + 28, max(load<i32>(at + 28), y));
  }
}

/** Whether a component is cut; if not, its threshold is taken back. */
function decided(at: usize): bool {
  if (load<i32>(at) == 0) return false;
  const beyond = load<i32>(at + 8);
  const greater = load<i32>(at + 12);
  const wide = load<i32>(at + 24) - load<i32>(at + 16) + 1;
  const tall = load<i32>(at + 28) - load<i32>(at + 20) + 1;
  const area = load<i32>(at + 4) + greater;
  const cut = beyond >= PIXELS_MIN && beyond * SHARE_MIN >= area && 2 * greater >= wide * tall;
  if (!cut) store<i32>(at, 0);
  return cut;
}

/** A pixel has a greater one of its region beside it, corners included. */
// @ts-ignore: decorator
@inline
function touches(
  bits: usize,
  state: usize,
  mean: usize,
  x: i32,
  y: i32,
  threshold: i32,
  width: i32,
  height: i32,
  stride: i32,
): bool {
  for (let v = max(0, y - 1); v <= min(height - 1, y + 1); v++)
    for (let u = max(0, x - 1); u <= min(width - 1, x + 1); u++) {
      if (((i32(load<u8>(bits + v * stride + (u >> 3))) >> (u & 7)) & 1) == 0) continue;
      if (differs(state, mean, v * width + u) >= threshold) return true;
    }
  return false;
}
