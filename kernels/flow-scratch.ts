/**
 * The memory that flow works in, and the level that it works on. One level at a time lies in it; only the maps and
 * the coarser level's flow live longer.
 *
 *   folds      5 rows of f32 (or bytes), 16 bytes before and after each
 *   changed    3 maps
 *   active     3 maps      cells that get a flow
 *   near       3 maps      cells that an active cell's window covers
 *   raw        2 maps      i8 x, y as solved
 *   flow       2 maps      i8 x, y after the median
 *   coarse     2 maps      i8 x, y of the level before
 *   quality    1 map       u8
 *   gradients  384 bytes for four cells: for each of 4 rows  prev even, odd, gx even, odd, gy even, odd;  i16
 *   structure   80 bytes for four cells: sums of gx gx, gx gy, gy gy, gx, gy;  f32
 *   left        48 bytes for four cells: sums of s, s gx, s gy;  f32
 *   solvers     80 bytes for four cells: inverse xx, xy, yy, mean gx, mean gy;  f32
 *
 * A map is a byte for each cell, rows of `bytes`. Cells in fours: rows of `quads`; a row's last four may run over
 * its end, what is computed there is never used.
 */
import { halved, LEVELS } from './pyramid';

export let folds: usize = 0;
export let changed: usize = 0;
export let active: usize = 0;
export let near: usize = 0;
export let rawX: usize = 0;
export let rawY: usize = 0;
export let flowX: usize = 0;
export let flowY: usize = 0;
export let coarseX: usize = 0;
export let coarseY: usize = 0;
export let quality: usize = 0;
export let gradients: usize = 0;
export let structure: usize = 0;
export let left: usize = 0;
export let solvers: usize = 0;
/** From one level's map to the next. */
export let mapBytes: i32 = 0;
export let foldBytes: i32 = 0;

/** Cells of the level. */
export let across: i32 = 0;
export let down: i32 = 0;
export let quads: i32 = 0;
export let bytes: i32 = 0;

let free: usize = 0;

export function divideScratch(scratch: usize, w: i32, h: i32): void {
  enterLevel(w, h, 0);
  mapBytes = bytes * down;
  foldBytes = 16 + 4 * bytes;
  free = scratch;
  folds = take(5 * foldBytes);
  changed = take(LEVELS * mapBytes);
  active = take(LEVELS * mapBytes);
  near = take(LEVELS * mapBytes);
  rawX = take(mapBytes);
  rawY = take(mapBytes);
  flowX = take(mapBytes);
  flowY = take(mapBytes);
  coarseX = take(mapBytes);
  coarseY = take(mapBytes);
  quality = take(mapBytes);
  gradients = take(384 * quads * down);
  structure = take(80 * quads * down);
  left = take(48 * quads * down);
  solvers = take(80 * quads * down);
}

/** After divideScratch(0, ..). */
export function scratchSize(): i32 {
  return ((<i32>free) + 63) & ~63;
}

export function enterLevel(w: i32, h: i32, n: i32): void {
  across = cells(halved(w, n));
  down = cells(halved(h, n));
  quads = (across + 3) >> 2;
  bytes = mapRow(across);
}

export function cells(pixels: i32): i32 {
  return (pixels + 3) >> 2;
}

/** Whole vectors and one more, so that a vector stored from the last cell stays in its row. */
export function mapRow(cellsAcross: i32): i32 {
  return ((cellsAcross + 15) & ~15) + 16;
}

/** What was found becomes what the finer level starts from. */
export function swapFlow(): void {
  const x = coarseX;
  const y = coarseY;
  coarseX = flowX;
  coarseY = flowY;
  flowX = x;
  flowY = y;
}

/** Whether a row of a map is all 0. */
export function idle(row: usize): bool {
  let any = i8x16.splat(0);
  for (let x = 0; x < across; x += 16) any = v128.or(any, v128.load(row + x));
  return !v128.any_true(any);
}

function take(size: i32): usize {
  const at = free;
  free += size;
  return at;
}
