/**
 * What flickers and glows as a flame does, per 4x4 cell, from pictures that come about 15 times a second.
 *
 * `flame` judges each cell over the pictures that glances.ts has put into its slots; a cell is a candidate when its
 * luma or its warmth turns often (TURNS_MIN or more turning points of at least SWING or WARM_SWING, in two seconds: 0.7 Hz
 * and more; before a white wall flames are hardly brighter than it, but warmer) and it
 *
 *   is hot        bright, and red far above blue, for a share of the time: flames of the usual colours, or
 *   is white-hot  bright to the limit of the sensor, warm at its rim and never bluish: flames that blind the camera,
 *
 * and still did so lately. Both are asked for beyond the cast of the view, since a low sun warms everything, and white
 * counts only where most of the view is not as bright.
 *
 * Seven things then tell it from what it is not: a flame has many colours, or is white where it is brightest (hues.ts);
 * flames flicker inside as well, so beside a cell that is hot and does not
 * (`solid`), it is the edge of cloth or paint that moves; what passes shows the same
 * a moment later further to the side (`passing`, as flames only do upwards); a lamp's cells rise and fall as one (`together`, the squared correlation
 * with the liveliest candidate nearby), and all that it shines on is switched in the same picture, whatever else goes on
 * there (`switched`, the same of the steps from picture to picture: somebody in the light, a train or a gain that is
 * slower than a switch hardly counts in it); a blinking lamp repeats itself (`periodic`, the autocorrelation at its best lag
 * after the first one at which it is negative, of the luma or of its steps), and when most of the view changes it is the camera that shakes. Colour
 * rules of this kind: Celik and Demirel, Fire Safety Journal 44 (2009); flicker of 1 to 12 Hz: Toreyin et al., Pattern
 * Recognition Letters 27 (2006).
 */
import { atLeast, GLARE_MIN, HOT_LUMA, HOT_WARMTH, padded, SLOTS } from './glances';
import { colourful, hueBytes, takeHues } from './hues';
import { switches, switchesBytes, switchesOf, turnsWithout } from './switches';

/** Luma, and warmth, between two turning points at least. */
const SWING: i32 = 10;
const WARM_SWING: i32 = 12;
const TURNS_MIN: i32 = 3;
const TURNS_MOST: i32 = 5;
/**
 * The larger a fire, the slower it puffs (1.5 Hz over the root of its width in metres): a cell that turns once less than
 * TURNS_MIN counts half of one step where it is hot for three quarters of the time, but only beside faster ones, and none
 * is held against it.
 */
const SLOW: i32 = 0x80;
/** Pictures in which a flame is hot at least; a quarter of the slots count in full. */
const HOT_MOST: i32 = 8;
/** A white-hot cell counts as one that is hot for as many pictures. */
const WHITE_WORTH: i32 = 2;
/** Where as much of the view is as bright it counts half, and not at all: the camera is blinded by more than a fire. */
const BRIGHT_SOME: f64 = 0.25;
const BRIGHT_MOST: f64 = 0.33;
/** Median warmth of a view in warm light, and how much more than that is asked of flames at most. */
const CAST_MIN: i32 = 128 + 24;
const CAST_MOST: i32 = 24;
/** What burns has changed by SWING, and was hot or white, within so many pictures: what has passed by is over. */
const LATE: i32 = 20;
const RIM_WARMTH: i32 = 128 + 16;
const BLUISH: i32 = 128 - 1;
/** Cells around a candidate among which the liveliest is looked for. */
const AROUND: i32 = 4;
/** A solid cell: hot for four fifths of the time, and within this luma. */
const SOLID_RANGE: i32 = 32;
/** So many around a candidate, at most so far away, and it is no flame. */
const SOLID_MOST: i32 = 4;
const SOLID_NEAR: i32 = 2;
/** Where a lamp begins and a flame ends. */
const TOGETHER_MAX: f64 = 0.95;
const TOGETHER_SPAN: f64 = 0.35;
const SWITCHED_MAX: f64 = 0.85;
const SWITCHED_SPAN: f64 = 0.2;
const PASSING_MAX: f64 = 0.9;
const PASSING_SPAN: f64 = 0.2;
/** Cells to the side, and pictures later, at most. */
const PASSING_FAR: i32 = 4;
/** Cells up or down meanwhile, at most: what comes along a platform does so aslant. */
const PASSING_HIGH: i32 = 3;
const PASSING_LAG: i32 = 4;
const PERIODIC_MAX: f64 = 0.85;
const PERIODIC_SPAN: f64 = 0.25;
const LAG_MAX: i32 = 20;
/** Shares of the view. */
const UNREST_MAX: f64 = 0.4;
const UNREST_SPAN: f64 = 0.2;
/** The series of one candidate: 32 i16 without their mean, as many zeros for the lags, 31 steps, 33 zeros. */
const SERIES: usize = 256;
const STEPS: usize = 128;

/** What is shared by cameras that take turns: two bytes (marks, solid), twice four (liveliness) and a series a cell. */
export function flameScratchBytes(width: i32, height: i32): i32 {
  const cells = padded(width, height);
  return cells * (10 + i32(SERIES)) + hueBytes(cells) + switchesBytes((width + 3) >> 2, (height + 3) >> 2);
}

/**
 * How much each cell looks like a flame (`out`, u8, 0..255) over the last `samples` slots (2..32), the newest of which is
 * `slot`. Returns how many cells do. `scratch`: flameScratchBytes.
 *
 * Departures from the scalar idea: turning points are counted for sixteen cells at a time, where a warm cell has stirred;
 * the rest is for candidates only.
 */
export function flame(out: usize, state: usize, slot: i32, samples: i32, scratch: usize, width: i32, height: i32): i32 {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  const plane = padded(width, height);
  const heat = state + 3 * SLOTS * plane;
  const first = (slot + SLOTS - samples + 1) & (SLOTS - 1);
  const solid = scratch + plane;
  memory.fill(scratch, 0, 2 * plane);
  const newest = state + slot * plane;
  const cast = castOf(newest + SLOTS * plane, plane, columns * rows);
  const white = whiteWorth(newest, plane, columns * rows);
  let candidates = 0;
  for (let i = 0; i < plane; i += 16) {
    if (!v128.any_true(v128.load(heat + i))) continue;
    const marked = marks(solid + i, state + i, plane, first, samples, cast, white);
    v128.store(scratch + i, marked);
    candidates += popcnt(i8x16.bitmask(i8x16.ne(marked, i8x16.splat(0))));
  }
  memory.fill(out, 0, columns * rows);
  if (candidates == 0) return 0;
  const calm = calmness(heat + plane, first, samples, columns * rows);
  const lively = solid + plane;
  const abrupt = lively + 4 * plane;
  const series = abrupt + 4 * plane;
  const hues = series + SERIES * plane;
  const switched = hues + hueBytes(plane);
  switches(switched, state, plane, first, samples, columns, rows);
  for (let i = 0; i < columns * rows; i++) {
    const mark = load<u8>(scratch + i);
    if (mark == 0) continue;
    const mask = switchesOf(switched, i % columns, i / columns, columns, rows);
    if (mask != 0) store<u8>(scratch + i, lessSwitched(mark, mask, state + i, plane, first, samples));
  }
  memory.fill(hues, 0, hueBytes(plane));
  for (let i = 0; i < columns * rows; i++) {
    if (load<u8>(scratch + i) == 0) continue;
    takeHues(hues + 16 * i, state + i, plane, first, samples, cast, WHITE_WORTH);
    const own = series + SERIES * i;
    unroll(own, state + i, plane, first, samples);
    store<i32>(lively + 4 * i, product(own, own));
    store<i32>(abrupt + 4 * i, product(own + STEPS, own + STEPS));
  }
  let found = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      const mark = i32(load<u8>(scratch + i)) & ~SLOW;
      if (mark == 0) continue;
      const own = series + SERIES * i;
      const power = f64(load<i32>(lively + 4 * i));
      const other = liveliest(scratch, lively, column, row, columns, rows);
      if (other < 0) continue;
      const together = likeness(own, series + SERIES * other, power, f64(load<i32>(lively + 4 * other)));
      const apart = share((TOGETHER_MAX - together) / TOGETHER_SPAN);
      if (apart == 0) continue;
      const most = liveliest(scratch, abrupt, column, row, columns, rows);
      const steps = f64(load<i32>(abrupt + 4 * i));
      const abruptly = likeness(own + STEPS, series + SERIES * most + STEPS, steps, f64(load<i32>(abrupt + 4 * most)));
      const single = share((SWITCHED_MAX - abruptly) / SWITCHED_SPAN);
      if (single == 0) continue;
      const varied = colourful(hues, column, row, columns, rows);
      if (varied == 0) continue;
      const soft = share(f64(SOLID_MOST - solids(solid, column, row, columns, rows)) / f64(SOLID_MOST));
      if (soft == 0) continue;
      const staying = share((PASSING_MAX - passing(scratch, series, lively, column, row, columns, rows, samples)) / PASSING_SPAN);
      if (staying == 0) continue;
      const repeated = max(periodic(own, power, samples), periodic(own + STEPS, steps, samples - 1));
      const irregular = share((PERIODIC_MAX - repeated) / PERIODIC_SPAN);
      const score = i32((f64(mark) * 255.0 * apart * single * varied * soft * staying * irregular * calm) / f64(2 * TURNS_MOST * HOT_MOST));
      store<u8>(out + i, score);
      found += i32(score > 0);
    }
  }
  return found;
}

/** The worth of a cell by what it turns besides the switches in `mask`. */
function lessSwitched(mark: u8, mask: u32, at: usize, plane: i32, first: i32, samples: i32): u8 {
  const warmth = at + SLOTS * plane;
  const all = max(turnsWithout(0, at, plane, first, samples, SWING), turnsWithout(0, warmth, plane, first, samples, WARM_SWING));
  const own = max(turnsWithout(mask, at, plane, first, samples, SWING), turnsWithout(mask, warmth, plane, first, samples, WARM_SWING));
  if (all < TURNS_MIN) return own < all ? 0 : mark;
  const most = min(all - TURNS_MIN + 1, TURNS_MOST);
  return u8((i32(mark) * min(max(0, own - TURNS_MIN + 1), most)) / most);
}

/** How much warmer than in white light flames must be: 0..CAST_MOST, from the median warmth of the view. */
function castOf(warmth: usize, plane: i32, cells: i32): i32 {
  let median = 0;
  // Bit by bit the most that half of the cells reach. Those beyond the last are 0 and never asked.
  for (let bit = 128; bit > 0; bit >>= 1) if (2 * reaching(warmth, plane, median | bit) >= cells) median |= bit;
  return max(0, min(CAST_MOST, median - CAST_MIN));
}

/** What a white-hot cell counts: WHITE_WORTH, half of it or nothing. */
function whiteWorth(luma: usize, plane: i32, cells: i32): i32 {
  const bright = f64(reaching(luma, plane, GLARE_MIN)) / f64(cells);
  return bright < BRIGHT_SOME ? WHITE_WORTH : bright < BRIGHT_MOST ? WHITE_WORTH / 2 : 0;
}

function reaching(bytes: usize, plane: i32, least: i32): i32 {
  let count = 0;
  for (let i = 0; i < plane; i += 16) count += popcnt(i8x16.bitmask(atLeast(v128.load(bytes + i), least)));
  return count;
}

/** For sixteen cells: worth of the turns (0..10) times worth of the colour (0..8), and SLOW; `solid`: -1 or 0 each. */
function marks(solid: usize, at: usize, plane: i32, first: i32, samples: i32, cast: i32, whiteWorth: i32): v128 {
  const zero = i8x16.splat(0);
  let peak = zero;
  let trough = i8x16.splat(-1);
  let hot = zero;
  let warmest = zero;
  let coldest = i8x16.splat(-1);
  let latePeak = zero;
  let lateTrough = i8x16.splat(-1);
  let lateHot = zero;
  for (let k = 0; k < samples; k++) {
    const from = at + ((first + k) & (SLOTS - 1)) * plane;
    const luma = v128.load(from);
    const warmth = v128.load(from + SLOTS * plane);
    peak = i8x16.max_u(peak, luma);
    trough = i8x16.min_u(trough, luma);
    warmest = i8x16.max_u(warmest, warmth);
    coldest = i8x16.min_u(coldest, warmth);
    // Comparisons give -1, so subtracting counts upwards.
    const isHot = v128.and(atLeast(luma, HOT_LUMA), atLeast(warmth, HOT_WARMTH + cast));
    hot = i8x16.sub(hot, isHot);
    if (k >= samples - LATE) {
      latePeak = i8x16.max_u(latePeak, luma);
      lateTrough = i8x16.min_u(lateTrough, luma);
      lateHot = v128.or(lateHot, isHot);
    }
  }
  const flat = v128.not(atLeast(i8x16.sub(peak, trough), SOLID_RANGE));
  v128.store(solid, v128.and(flat, atLeast(hot, (4 * samples + 4) / 5)));
  const white = v128.and(v128.and(atLeast(coldest, BLUISH), atLeast(warmest, RIM_WARMTH + cast)), atLeast(latePeak, GLARE_MIN));
  const coloured = v128.and(i8x16.min_u(hot, i8x16.splat(i8(HOT_MOST))), lateHot);
  const colours = i8x16.max_u(coloured, v128.and(white, i8x16.splat(i8(whiteWorth))));
  const colour = v128.and(colours, atLeast(i8x16.sub(latePeak, lateTrough), SWING));
  if (!v128.any_true(colour)) return zero;
  const turns = i8x16.max_u(
    turnsOf(at, plane, first, samples, SWING),
    turnsOf(at + SLOTS * plane, plane, first, samples, WARM_SWING),
  );
  const beyond = i8x16.min_u(i8x16.sub_sat_u(turns, i8x16.splat(i8(TURNS_MIN - 1))), i8x16.splat(i8(TURNS_MOST)));
  const slow = v128.and(i8x16.eq(turns, i8x16.splat(i8(TURNS_MIN - 1))), atLeast(hot, (3 * samples) >> 2));
  const flicker = i8x16.sub(i8x16.add(beyond, beyond), slow);
  const lower = i16x8.extmul_low_i8x16_u(flicker, colour);
  const worth = i8x16.narrow_i16x8_u(lower, i16x8.extmul_high_i8x16_u(flicker, colour));
  return v128.or(worth, v128.and(v128.and(slow, i8x16.splat(i8(SLOW))), i8x16.ne(worth, zero)));
}

/** For sixteen cells: turning points between which the series goes at least `swing` up or down. */
function turnsOf(at: usize, plane: i32, first: i32, samples: i32, swing: i32): v128 {
  const zero = i8x16.splat(0);
  let high = v128.load(at + first * plane);
  let low = high;
  let up = zero;
  let down = zero;
  let turns = zero;
  for (let k = 1; k < samples; k++) {
    const now = v128.load(at + ((first + k) & (SLOTS - 1)) * plane);
    high = i8x16.max_u(high, now);
    low = i8x16.min_u(low, now);
    const falls = v128.andnot(atLeast(i8x16.sub_sat_u(high, now), swing), down);
    const rises = v128.andnot(v128.andnot(atLeast(i8x16.sub_sat_u(now, low), swing), up), falls);
    turns = i8x16.sub(turns, v128.or(v128.and(falls, up), v128.and(rises, down)));
    const turned = v128.or(falls, rises);
    high = v128.bitselect(now, high, turned);
    low = v128.bitselect(now, low, turned);
    up = v128.or(v128.andnot(up, falls), rises);
    down = v128.or(v128.andnot(down, rises), falls);
  }
  return turns;
}

/** 1 when the rest of the view is at rest, 0 when it changes as much as only a camera that shakes makes it. */
function calmness(unrest: usize, first: i32, samples: i32, cells: i32): f64 {
  let sum = 0;
  for (let k = 0; k < samples; k++) sum += i32(load<u16>(unrest + 2 * ((first + k) & (SLOTS - 1))));
  return share((UNREST_MAX - f64(sum) / f64(samples * cells)) / UNREST_SPAN);
}

// @ts-ignore: decorator
@inline
function share(value: f64): f64 {
  return max(0, min(1, value));
}

/** Luma of one cell, oldest first, less its mean (rounded down), then zeros, then its steps. */
function unroll(out: usize, at: usize, plane: i32, first: i32, samples: i32): void {
  memory.fill(out, 0, SERIES);
  let sum = 0;
  for (let k = 0; k < samples; k++) {
    const luma = i32(load<u8>(at + ((first + k) & (SLOTS - 1)) * plane));
    store<i16>(out + 2 * k, luma);
    sum += luma;
  }
  const mean = sum / samples;
  for (let k = 0; k < samples; k++) store<i16>(out + 2 * k, load<i16>(out + 2 * k) - mean);
  for (let k = 1; k < samples; k++)
    store<i16>(out + STEPS + 2 * (k - 1), load<i16>(out + 2 * k) - load<i16>(out + 2 * (k - 1)));
}

/** Squared correlation of two series of these powers. A candidate turns, so that no power is 0. */
// @ts-ignore: decorator
@inline
function likeness(a: usize, b: usize, powerA: f64, powerB: f64): f64 {
  const both = f64(product(a, b));
  return (both * both) / (powerA * powerB);
}

/** Sum of products of two series: at most 32 * 255 * 255. */
function product(a: usize, b: usize): i32 {
  let sums = i32x4.splat(0);
  for (let k = 0; k < 64; k += 16) sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load(a + k), v128.load(b + k)));
  const pairs = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** Solid cells around this one. */
function solids(solid: usize, column: i32, row: i32, columns: i32, rows: i32): i32 {
  let count = 0;
  for (let y = max(0, row - SOLID_NEAR); y <= min(rows - 1, row + SOLID_NEAR); y++) {
    for (let x = max(0, column - SOLID_NEAR); x <= min(columns - 1, column + SOLID_NEAR); x++) {
      count += i32(load<u8>(solid + y * columns + x) != 0);
    }
  }
  return count;
}

/** The candidate around this one, none of the slow, other than itself, that varies most by `lively`; the first of equals; -1: none. */
function liveliest(marked: usize, lively: usize, column: i32, row: i32, columns: i32, rows: i32): i32 {
  let best = -1;
  let most = -1;
  for (let y = max(0, row - AROUND); y <= min(rows - 1, row + AROUND); y++) {
    for (let x = max(0, column - AROUND); x <= min(columns - 1, column + AROUND); x++) {
      const i = y * columns + x;
      if (load<i8>(marked + i) <= 0 || (x == column && y == row)) continue;
      const power = load<i32>(lively + 4 * i);
      if (power <= most) continue;
      most = power;
      best = i;
    }
  }
  return best;
}

/** Squared correlation with what a candidate to the side, at 45 degrees at the steepest, shows 1 to 4 pictures later, at best. */
function passing(
  marked: usize,
  series: usize,
  lively: usize,
  column: i32,
  row: i32,
  columns: i32,
  rows: i32,
  samples: i32,
): f64 {
  const own = row * columns + column;
  let best: f64 = 0;
  for (let y = max(0, row - PASSING_HIGH); y <= min(rows - 1, row + PASSING_HIGH); y++) {
    for (let x = max(0, column - PASSING_FAR); x <= min(columns - 1, column + PASSING_FAR); x++) {
      const other = y * columns + x;
      if (x == column || abs(y - row) > abs(x - column) || load<i8>(marked + other) <= 0) continue;
      const powers = f64(load<i32>(lively + 4 * own)) * f64(load<i32>(lively + 4 * other));
      for (let lag = 1; lag <= min(PASSING_LAG, samples - 8); lag++) {
        const sum = product(series + SERIES * own, series + SERIES * other + 2 * lag);
        const whole = (f64(max(0, sum)) * f64(samples)) / f64(samples - lag);
        best = max(best, (whole * whole) / powers);
        if (best >= PASSING_MAX) return best;
      }
    }
  }
  return best;
}

/** Autocorrelation at the best lag after the first at which it is negative; 0 when there is none. */
function periodic(series: usize, power: f64, samples: i32): f64 {
  let swung = false;
  let best: f64 = 0;
  for (let lag = 1; lag <= min(LAG_MAX, samples - 8); lag++) {
    const sum = product(series, series + 2 * lag);
    if (sum < 0) swung = true;
    else if (swung) best = max(best, (f64(sum) * f64(samples)) / (power * f64(samples - lag)));
  }
  return best;
}
