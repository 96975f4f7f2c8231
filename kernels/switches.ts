/**
 * Pictures in which a light is switched. What a lamp, a flash or the gain of the camera lights up changes in one picture
 * and in one direction, all around at once; the parts of a flame rise and fall each for itself, and people who cross before
 * each other make as many cells darker as brighter.
 *
 * The view is cut into tiles of 4x4 cells. A picture is one of a switch, for the cells of a tile, where of the 12x12 cells
 * around CELLS_MIN or more change by STEP or more since the picture before, and SAME_OF_20 of 20 of them in the same
 * direction. Where that happens twice or more in either direction while the window lasts, a light blinks, and what a cell
 * shows is told without these steps, as if it had been left on: what is left is what moves before the light, or burns
 * beside it. A fire that lights up a room, or the gain that follows it, does so mostly in one direction at a time.
 *
 * Layout of the scratch, T tiles: u8[31][2][T] how many cells get brighter and darker | u32[2][T], bit k: picture k of
 * the window is one of a switch, on and off.
 */
import { atLeast, SLOTS } from './glances';

/** Luma of one cell from one picture to the next. */
const STEP: i32 = 12;
/** A fifth of the cells around. */
const CELLS_MIN: i32 = 30;
const SAME_OF_20: i32 = 17;
/** Of either direction, in two seconds. */
const TIMES_MIN: u32 = 2;
/** Cells of a tile's side. */
const SIDE: i32 = 4;

// @ts-ignore: decorator
@inline
function tiles(cells: i32): i32 {
  return (cells + SIDE - 1) / SIDE;
}

/** columns, rows: cells of the plane. */
export function switchesBytes(columns: i32, rows: i32): i32 {
  return tiles(columns) * tiles(rows) * (2 * SLOTS + 8);
}

/** Finds the pictures for every tile; `at`, `plane`, `first`, `samples`: luma as flame.ts reads it. */
export function switches(out: usize, at: usize, plane: i32, first: i32, samples: i32, columns: i32, rows: i32): void {
  const across = tiles(columns);
  const down = tiles(rows);
  const count = across * down;
  const masks = out + 2 * SLOTS * count;
  memory.fill(masks, 0, 8 * count);
  for (let k = 1; k < samples; k++) {
    const before = at + ((first + k - 1) & (SLOTS - 1)) * plane;
    const now = at + ((first + k) & (SLOTS - 1)) * plane;
    const ups = out + 2 * k * count;
    const downs = ups + count;
    memory.fill(ups, 0, 2 * count);
    let changed = 0;
    for (let i = 0; i < plane; i += 16) changed += countCells(ups, downs, before + i, now + i, i, columns, across);
    if (changed < CELLS_MIN) continue;
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const up = around(ups, x, y, across, down);
        const fall = around(downs, x, y, across, down);
        const all = up + fall;
        if (all < CELLS_MIN || 20 * max(up, fall) < SAME_OF_20 * all) continue;
        const mask = masks + 4 * (y * across + x) + (up > fall ? 0 : 4 * count);
        store<u32>(mask, load<u32>(mask) | (1 << k));
      }
    }
  }
}

/** The pictures to which a cell is switched, bit k: picture k of the window; 0 where no light blinks. */
// @ts-ignore: decorator
@inline
export function switchesOf(found: usize, column: i32, row: i32, columns: i32, rows: i32): u32 {
  const across = tiles(columns);
  const count = across * tiles(rows);
  const at = found + 2 * SLOTS * count + 4 * ((row / SIDE) * across + column / SIDE);
  const on = load<u32>(at);
  const off = load<u32>(at + 4 * count);
  return min(popcnt(on), popcnt(off)) < TIMES_MIN ? 0 : on | off;
}

/** Sixteen cells into the tiles in which they lie; how many of them change. */
function countCells(ups: usize, downs: usize, before: usize, now: usize, first: i32, columns: i32, across: i32): i32 {
  const a = v128.load(before);
  const b = v128.load(now);
  const up = i8x16.bitmask(atLeast(i8x16.sub_sat_u(b, a), STEP));
  let left = up | i8x16.bitmask(atLeast(i8x16.sub_sat_u(a, b), STEP));
  const count = popcnt(left);
  for (; left != 0; left &= left - 1) {
    const k = ctz(left);
    const cell = first + k;
    const tile = (cell / columns / SIDE) * across + (cell % columns) / SIDE;
    const at = (((up >> k) & 1) != 0 ? ups : downs) + tile;
    store<u8>(at, load<u8>(at) + 1);
  }
  return count;
}

function around(counts: usize, column: i32, row: i32, across: i32, down: i32): i32 {
  let sum = 0;
  for (let y = max(0, row - 1); y <= min(down - 1, row + 1); y++)
    for (let x = max(0, column - 1); x <= min(across - 1, column + 1); x++) sum += i32(load<u8>(counts + y * across + x));
  return sum;
}

/** Turning points of one cell's series by at least `swing`, without the steps of the pictures in `mask`. */
export function turnsWithout(mask: u32, at: usize, plane: i32, first: i32, samples: i32, swing: i32): i32 {
  let before = i32(load<u8>(at + first * plane));
  let level = 0;
  let high = 0;
  let low = 0;
  let direction = 0;
  let turns = 0;
  for (let k = 1; k < samples; k++) {
    const now = i32(load<u8>(at + ((first + k) & (SLOTS - 1)) * plane));
    if (((mask >> k) & 1) == 0) level += now - before;
    before = now;
    high = max(high, level);
    low = min(low, level);
    const falls = direction >= 0 && high - level >= swing;
    const rises = !falls && direction <= 0 && level - low >= swing;
    if (!falls && !rises) continue;
    turns += i32(direction != 0);
    direction = falls ? -1 : 1;
    high = level;
    low = level;
  }
  return turns;
}
