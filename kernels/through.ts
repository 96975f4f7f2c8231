/**
 * Takes the place in other light out of the foreground: patches of sun, headlights, shadow, a background that was learned
 * in another light. Light multiplies what is there, so that the texture of the place shows through it; a thing hides it.
 *
 *   over the four 4x4 cells of every 8x8 window that are all in part foreground, with deviations from each cell's mean
 *       slope = sum(luma' lit') / sum(lit' lit')        same = sum(luma' lit')^2 / (sum(luma' luma') sum(lit' lit'))
 *   the place is proved where it has texture, `same` is high, the slope about the gain of the means, and every cell's mean
 *   about what that gain makes of its background
 *   it may be where it has no texture to show, or noise hides it in part: there it goes with a cell beside it whose gain
 *   would make the same of it
 *   then a pixel is the place when it is close to (mean of luma in its cell) + slope (lit - mean of lit in its cell)
 *
 * The deviations are a cell's own, so that shades without texture, which any two things have in common, say nothing, and
 * light may fade across a window. Where nothing is proved, or little, all stays as it was. A whole window decides and a pixel follows
 * only where it fits, so whoever stands in the light stays foreground.
 */
import { FLOOR } from './background';
import { bitRow } from './bits';
import { gather } from './lanes';

/** Deviation of the place's texture, levels: less is not told from noise. */
const TEXTURE_MIN: f64 = 2;
/** Squared correlation that proves the place. Over 60 free values chance reaches it at five deviations; over noise as strong as the texture it is .5. */
const SAME_MIN: f64 = 0.45;
/** Noise hides texture in part: with this much the place is not proved and not refuted. */
const MAYBE_MIN: f64 = 0.15;
/** Cells through which light is followed at most, there and back, from where it is proved. */
const ROUNDS_MAX: i32 = 8;
/** The slope may be so much less and more than the gain of the means: veils of light flatten texture, clipping cuts it. */
const SLOPE_MIN: f64 = 0.5;
const SLOPE_MAX: f64 = 1.6;
/**
 * Less than so many cells of a hundred are left alone: somebody's shadow belongs to where they are, and a bag may happen to be
 * like what it hides.
 */
const BROAD_MIN: i32 = 6;
/** Mean of a cell from which on much of it is as bright as a sensor can tell. */
const BURNT_MIN: f64 = 240;
/** Light of more than six times, or less than a sixth, leaves nothing to compare. */
const GAIN_MAX: f64 = 6;
/** A cell's mean may be off what the gain of the window makes of it by this much, levels: light fades. */
const FADES_MAX: f64 = 10;
/** From one cell to the next that has nothing to prove it: half of it. */
const FOLLOWS_MAX: f64 = 5;

const Q: i32 = 7;
const TOP: i32 = 255 << Q;
/** Sums are of values in 1/8 level. */
const EIGHTHS: f64 = 8;
const CELL_PIXELS: f64 = 16;
/** As in light.ts: the log of light is taken of luma + 16. */
const LIFT: f64 = 16;

/**
 * One row of scratch a cell: i32 0 sum luma  1 sum lit  (1/8 level)  2 sum luma' luma'  3 sum luma' lit'  4 sum lit' lit'
 * (16 times, 1/64 level^2)  6 correlation^2 f32 of the best window that shows the place, 0: none  7 its slope, Q8
 */
const ROW: i32 = 32;
/** Marks of a cell: some of it is foreground; the place may show in it; it does. */
const FRONT: u8 = 1;
const MAYBE: u16 = 2;
const SHOWN: u16 = 4;

/** Bytes of scratch for a plane. */
export function throughBytes(width: i32, height: i32): i32 {
  const cells = (width >> 2) * (height >> 2);
  return cells * (ROW + 1) + 64;
}

/**
 * Clears the pixels of `bits` at which the place shows through; there the mean of `state` (kernels/background.ts) follows
 * the picture by 2^-shift, for light that stays is the light of the place. `lit` as in `background`. Returns how many.
 */
export function through(
  bits: usize,
  state: usize,
  luma: usize,
  lit: usize,
  scratch: usize,
  width: i32,
  height: i32,
  shift: i32,
): i32 {
  const columns = width >> 2;
  const rows = height >> 2;
  const stride = bitRow(width);
  const marks = scratch + ROW * columns * rows;
  memory.fill(marks, 0, columns * rows);
  for (let row = 0; row < rows; row++) {
    const four = bits + 4 * row * stride;
    for (let word = 0; word < stride; word += 8) {
      const at = four + word;
      let any =
        load<u64>(at) | load<u64>(at + stride) | load<u64>(at + 2 * stride) | load<u64>(at + 3 * stride);
      any |= any >> 2;
      any |= any >> 1;
      any &= 0x1111111111111111;
      while (any != 0) {
        const column = 2 * word + (i32(ctz(any)) >> 2);
        any &= any - 1;
        if (column >= columns) break;
        const cell = row * columns + column;
        store<u8>(marks + cell, FRONT);
        sums(scratch + ROW * cell, luma + 4 * (row * width + column), lit + 8 * (row * width + column), width);
      }
    }
  }
  let shown = 0;
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const cell = row * columns + column;
      if ((load<u16>(marks + cell) & load<u16>(marks + cell + columns) & 0x0101) != 0x0101) continue;
      shown += i32(window(scratch + ROW * cell, ROW * columns, marks + cell, columns));
    }
  }
  if (shown == 0) return 0;
  for (let round = 0; round < ROUNDS_MAX; round++) if (!grow(scratch, marks, columns, rows, round & 1)) break;
  let broad = 0;
  for (let cell = 0; cell < columns * rows; cell++) broad += i32((load<u8>(marks + cell) & SHOWN) != 0);
  if (broad * 100 < BROAD_MIN * columns * rows) return 0;
  let cleared = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      if ((load<u8>(marks + cell) & SHOWN) == 0) continue;
      const at = scratch + ROW * cell;
      const x = 4 * column;
      const y = 4 * row;
      cleared += clear(at, bits, state, luma, lit, width, height, x, y, shift);
      // What is left at a plane's sides goes with the last whole cells.
      const x1 = column + 1 == columns ? width : x + 4;
      const y1 = row + 1 == rows ? height : y + 4;
      if (x1 > x + 4) cleared += clearRest(at, bits, state, luma, lit, width, height, x + 4, y, x1, y + 4, shift);
      if (y1 > y + 4) cleared += clearRest(at, bits, state, luma, lit, width, height, x, y + 4, x1, y1, shift);
    }
  }
  return cleared;
}

/** Fills a cell's row of scratch. */
// @ts-ignore: decorator
@inline
function sums(at: usize, luma: usize, lit: usize, width: i32): void {
  const seen = gather(luma, luma + width, luma + 2 * width, luma + 3 * width);
  const seenUpper = i16x8.shl(i16x8.extend_low_i8x16_u(seen), 3);
  const seenLower = i16x8.shl(i16x8.extend_high_i8x16_u(seen), 3);
  const next = 2 * width;
  const backUpper = i16x8.shr_u(twoRows(lit, next), 4);
  const backLower = i16x8.shr_u(twoRows(lit + 2 * next, next), 4);
  const a = total(i32x4.extadd_pairwise_i16x8_s(i16x8.add(seenUpper, seenLower)));
  const b = total(i32x4.extadd_pairwise_i16x8_s(i16x8.add(backUpper, backLower)));
  const aa = total(i32x4.add(i32x4.dot_i16x8_s(seenUpper, seenUpper), i32x4.dot_i16x8_s(seenLower, seenLower)));
  const ab = total(i32x4.add(i32x4.dot_i16x8_s(seenUpper, backUpper), i32x4.dot_i16x8_s(seenLower, backLower)));
  const bb = total(i32x4.add(i32x4.dot_i16x8_s(backUpper, backUpper), i32x4.dot_i16x8_s(backLower, backLower)));
  store<i32>(at, a);
  store<i32>(at, b, 4);
  // At most 16 * 16 * 2040^2, which fits.
  store<i32>(at, 16 * aa - a * a, 8);
  store<i32>(at, 16 * ab - a * b, 12);
  store<i32>(at, 16 * bb - b * b, 16);
  store<f32>(at, 0, 24);
}

/** i32 [a b c d] => a + b + c + d */
// @ts-ignore: decorator
@inline
function total(four: v128): i32 {
  const two = i32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
}

/**
 * Whether the place is proved in the window whose first cell is at `at`; its cells are then told, and also where it may be.
 * `below`: bytes to the next row of cells; `mark`, `columns`: their marks.
 */
function window(at: usize, below: i32, mark: usize, columns: i32): bool {
  const bb = four(at, below, 16);
  const textured = bb >= TEXTURE_MIN * TEXTURE_MIN * EIGHTHS * EIGHTHS * CELL_PIXELS * 4 * CELL_PIXELS;
  const ab = four(at, below, 12);
  const lift = LIFT * EIGHTHS * CELL_PIXELS;
  const gain = (four(at, below, 0) + 4 * lift) / (four(at, below, 4) + 4 * lift);
  if (gain > GAIN_MAX || gain * GAIN_MAX < 1) return false;
  const slope = ab / bb;
  const same = (ab * ab) / (four(at, below, 8) * bb);
  if (textured) {
    if (ab <= 0 || !(same >= MAYBE_MIN) || slope < SLOPE_MIN * gain || slope > SLOPE_MAX * gain) return false;
  }
  allMarked(mark, columns, MAYBE);
  if (!textured || same < SAME_MIN) return false;
  if (!fits(at, gain, FADES_MAX) || !fits(at + ROW, gain, FADES_MAX) || !fits(at + below, gain, FADES_MAX) || !fits(at + below + ROW, gain, FADES_MAX)) return false;
  allMarked(mark, columns, SHOWN);
  tell(at, f32(same), slope);
  tell(at + ROW, f32(same), slope);
  tell(at + below, f32(same), slope);
  tell(at + below + ROW, f32(same), slope);
  return true;
}

/** Sum of one field of the four cells. */
// @ts-ignore: decorator
@inline
function four(at: usize, below: i32, field: i32): f64 {
  at += field;
  return f64(load<i32>(at)) + load<i32>(at + ROW) + load<i32>(at + below) + load<i32>(at + below + ROW);
}

// @ts-ignore: decorator
@inline
function allMarked(mark: usize, columns: i32, bit: u16): void {
  const two = bit | (bit << 8);
  store<u16>(mark, load<u16>(mark) | two);
  store<u16>(mark + columns, load<u16>(mark + columns) | two);
}

/** Cells in which the place may be, beside one in which it is and in the same light; forwards or `back`. Whether any. */
function grow(scratch: usize, marks: usize, columns: i32, rows: i32, back: i32): bool {
  const cells = columns * rows;
  let grown = false;
  for (let k = 0; k < cells; k++) {
    const cell = back ? cells - 1 - k : k;
    if ((load<u8>(marks + cell) & (MAYBE | SHOWN)) != MAYBE) continue;
    const column = cell % columns;
    const isLit =
      (column > 0 && goesOn(scratch, marks, cell, cell - 1)) ||
      (column + 1 < columns && goesOn(scratch, marks, cell, cell + 1)) ||
      (cell >= columns && goesOn(scratch, marks, cell, cell - columns)) ||
      (cell + columns < cells && goesOn(scratch, marks, cell, cell + columns));
    if (!isLit) continue;
    store<u8>(marks + cell, load<u8>(marks + cell) | u8(SHOWN));
    const at = scratch + ROW * cell;
    store<i32>(at, i32(256 * gainOf(at)), 28);
    grown = true;
  }
  return grown;
}

/** Whether the light of the cell `from`, in which the place shows, is that of `cell`. */
// @ts-ignore: decorator
@inline
function goesOn(scratch: usize, marks: usize, cell: i32, from: i32): bool {
  return (load<u8>(marks + from) & SHOWN) != 0 && fits(scratch + ROW * cell, gainOf(scratch + ROW * from), FOLLOWS_MAX);
}

// @ts-ignore: decorator
@inline
function gainOf(at: usize): f64 {
  const lift = LIFT * EIGHTHS * CELL_PIXELS;
  return (load<i32>(at) + lift) / (load<i32>(at, 4) + lift);
}

/**
 * Whether a cell's mean is what that gain makes of its background, or off by at most `offMax` levels. What was burnt out was
 * brighter than is known, and so may this be; what is burnt out now would be brighter.
 */
// @ts-ignore: decorator
@inline
function fits(at: usize, gain: f64, offMax: f64): bool {
  const lift = LIFT * EIGHTHS * CELL_PIXELS;
  const burnt = i32(BURNT_MIN * EIGHTHS * CELL_PIXELS);
  const seen = load<i32>(at);
  const back = load<i32>(at, 4);
  const off = f64(seen) + lift - gain * (f64(back) + lift);
  const most = offMax * EIGHTHS * CELL_PIXELS;
  return (off <= most || back >= burnt) && (off >= -most || seen >= burnt);
}

// @ts-ignore: decorator
@inline
function tell(at: usize, same: f32, slope: f64): void {
  if (load<f32>(at, 24) >= same) return;
  store<f32>(at, same, 24);
  store<i32>(at, i32(256 * slope), 28);
}

/** A whole cell's foreground that is the place as `at` shows it leaves `bits`, and the mean follows; returns how many. */
function clear(
  at: usize,
  bits: usize,
  state: usize,
  luma: usize,
  lit: usize,
  width: i32,
  height: i32,
  x: i32,
  y: i32,
  shift: i32,
): i32 {
  const stride = bitRow(width);
  const byte = bits + y * stride + (x >> 3);
  const right = x & 4;
  const front =
    ((i32(load<u8>(byte)) >> right) & 15) |
    (((i32(load<u8>(byte + stride)) >> right) & 15) << 4) |
    (((i32(load<u8>(byte + 2 * stride)) >> right) & 15) << 8) |
    (((i32(load<u8>(byte + 3 * stride)) >> right) & 15) << 12);
  const i = y * width + x;
  const seen = gather(luma + i, luma + i + width, luma + i + 2 * width, luma + i + 3 * width);
  const upper = i16x8.shl(i16x8.extend_low_i8x16_u(seen), Q);
  const lower = i16x8.shl(i16x8.extend_high_i8x16_u(seen), Q);
  const next = 2 * width;
  const dev = state + 2 * (width * height + i);
  const upperNear = near(at, upper, twoRows(lit + 2 * i, next), twoRows(dev, next));
  const lowerNear = near(at, lower, twoRows(lit + 2 * i + 2 * next, next), twoRows(dev + 2 * next, next));
  const found = i8x16.bitmask(i8x16.narrow_i16x8_s(upperNear, lowerNear)) & front;
  if (found == 0) return 0;
  const mean = state + 2 * i;
  follow(mean, next, upper, found, shift);
  follow(mean + 2 * next, next, lower, found >> 8, shift);
  for (let row = 0; row < 4; row++) {
    const cleared = ((found >> (4 * row)) & 15) << right;
    store<u8>(byte + row * stride, u8(i32(load<u8>(byte + row * stride)) & ~cleared));
  }
  return i32(popcnt(found));
}

/** Four u16 at an address and four a row further => i16x8 */
// @ts-ignore: decorator
@inline
function twoRows(at: usize, next: i32): v128 {
  return v128.load64_lane(at + next, v128.load64_zero(at), 1);
}

/** Lanes of two rows of a cell in which `seen` is what the place would be. */
// @ts-ignore: decorator
@inline
function near(at: usize, seen: v128, lit: v128, dev: v128): v128 {
  const slope = i16x8.splat(i16(load<i32>(at, 28)));
  // A sum of sixteen values in 1/8 level is their mean in 1/128.
  const off = i16x8.sub(lit, i16x8.splat(i16(load<i32>(at, 4))));
  const low = i32x4.shr_s(i32x4.extmul_low_i16x8_s(off, slope), 8);
  const high = i32x4.shr_s(i32x4.extmul_high_i16x8_s(off, slope), 8);
  const shown = i16x8.add_sat_s(i16x8.splat(i16(load<i32>(at))), i16x8.narrow_i32x4_s(low, high));
  const clipped = i16x8.max_s(i16x8.min_s(shown, i16x8.splat(i16(TOP))), i16x8.splat(0));
  const limit = i16x8.add(i16x8.splat(i16(FLOOR)), i16x8.add(dev, i16x8.add(dev, dev)));
  return i16x8.le_s(i16x8.abs(i16x8.sub(seen, clipped)), limit);
}

/** The mean of two rows of a cell goes 2^-shift of the way to `seen` where a bit of `found` is set. */
// @ts-ignore: decorator
@inline
function follow(mean: usize, next: i32, seen: v128, found: i32, shift: i32): void {
  const each = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
  const lanes = i16x8.eq(v128.and(i16x8.splat(i16(found)), each), each);
  const before = twoRows(mean, next);
  const after = i16x8.add(before, v128.and(i16x8.shr_s(i16x8.sub(seen, before), shift), lanes));
  v128.store64_lane(mean, after, 0);
  v128.store64_lane(mean + next, after, 1);
}

/** As `clear`, pixel by pixel from x0, y0 to x1, y1 (exclusive): what is left of a plane beyond its last whole cells. */
function clearRest(
  at: usize,
  bits: usize,
  state: usize,
  luma: usize,
  lit: usize,
  width: i32,
  height: i32,
  x0: i32,
  y0: i32,
  x1: i32,
  y1: i32,
  shift: i32,
): i32 {
  const dev = state + 2 * width * height;
  const stride = bitRow(width);
  const meanSeen = load<i32>(at);
  const meanBack = load<i32>(at, 4);
  const slope = load<i32>(at, 28);
  let cleared = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const byte = bits + y * stride + (x >> 3);
      if (((i32(load<u8>(byte)) >> (x & 7)) & 1) == 0) continue;
      const i = y * width + x;
      const seen = i32(load<u8>(luma + i)) << Q;
      const shown = meanSeen + ((slope * (i32(load<u16>(lit + 2 * i)) - meanBack)) >> 8);
      if (abs(seen - max(0, min(TOP, shown))) > FLOOR + 3 * i32(load<u16>(dev + 2 * i))) continue;
      store<u8>(byte, u8(i32(load<u8>(byte)) & ~(1 << (x & 7))));
      const mean = i32(load<u16>(state + 2 * i));
      store<u16>(state + 2 * i, u16(mean + ((seen - mean) >> shift)));
      cleared++;
    }
  }
  return cleared;
}
