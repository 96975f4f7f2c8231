/**
 * From the cells' sums to flow: windows, 2x2 systems, median. A lane is a cell.
 *
 * A window's offset b is eliminated by its mean gradients m = G / 256 (weights add up to 256 pixels):
 *   A = S - m G + lambda,   u = s - m s0 + lambda d,   d' = A^-1 u
 * lambda holds a cell without texture where it is.
 */
import {
  across,
  active,
  bytes,
  coarseX,
  coarseY,
  down,
  flowX,
  flowY,
  foldBytes,
  folds,
  idle,
  left,
  mapBytes,
  mapRow,
  quads,
  quality,
  rawX,
  rawY,
  solvers,
  structure,
} from './flow-scratch';
import { fold121, fourI8, loadFourI8, middle, nearest, twice } from './lanes';

/** 16 a pixel of the window: the square of half a grey level a pixel. */
const LAMBDA: f32 = 16 * 256;
const WINDOW_INVERSE: f32 = 1.0 / 256;
/** Longest change of a cell's flow in one iteration, 1/8 pixel. */
const STEP: f32 = 8;

export function zeroFlow(): void {
  memory.fill(flowX, 0, bytes * down);
  memory.fill(flowY, 0, bytes * down);
}

/** A cell starts from twice its parent's flow. */
export function takeOver(n: i32): void {
  const parentBytes = mapRow((across + 1) >> 1);
  const map = active + n * mapBytes;
  for (let y = 0; y < down; y++) {
    const row = y * bytes;
    const parent = (y >> 1) * parentBytes;
    for (let x = 0; x < across; x += 16) {
      const mask = v128.load(map + row + x);
      v128.store(flowX + row + x, v128.and(mask, doubled(coarseX + parent + (x >> 1))));
      v128.store(flowY + row + x, v128.and(mask, doubled(coarseY + parent + (x >> 1))));
    }
  }
}

// @ts-ignore: decorator
@inline
function doubled(parents: usize): v128 {
  const both = twice(v128.load_zero<u64>(parents));
  return i8x16.max_s(i8x16.add_sat_s(both, both), i8x16.splat(-127));
}

/** Per cell, from its window's structure: the inverse matrix; on level 0 also how good it is. */
export function invert(n: i32): void {
  const map = active + n * mapBytes;
  if (n == 0) memory.fill(quality, 0, bytes * down);
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    if (idle(row)) continue;
    foldRows(structure, 80, y);
    for (let q = 0; q < quads; q++) {
      const mask = load<u32>(row + 4 * q);
      if (mask == 0) continue;
      const rating = invertFour(folds + 16 + 16 * q, solvers + 80 * (y * quads + q));
      if (n == 0) store<u32>(quality + y * bytes + 4 * q, mask & rating);
    }
  }
}

/** Returns the four qualities. */
// @ts-ignore: decorator
@inline
function invertFour(fold: usize, to: usize): u32 {
  const lambda = f32x4.splat(LAMBDA);
  const gx = foldAlong(fold + 3 * foldBytes);
  const gy = foldAlong(fold + 4 * foldBytes);
  const meanX = f32x4.mul(gx, f32x4.splat(WINDOW_INVERSE));
  const meanY = f32x4.mul(gy, f32x4.splat(WINDOW_INVERSE));
  const a = f32x4.add(f32x4.sub(foldAlong(fold), f32x4.mul(meanX, gx)), lambda);
  const b = f32x4.sub(foldAlong(fold + foldBytes), f32x4.mul(meanX, gy));
  const d = f32x4.add(f32x4.sub(foldAlong(fold + 2 * foldBytes), f32x4.mul(meanY, gy)), lambda);
  const inverse = f32x4.div(f32x4.splat(1), f32x4.sub(f32x4.mul(a, d), f32x4.mul(b, b)));
  v128.store(to, f32x4.mul(d, inverse));
  v128.store(to, f32x4.mul(b, inverse), 16);
  v128.store(to, f32x4.mul(a, inverse), 32);
  v128.store(to, meanX, 48);
  v128.store(to, meanY, 64);
  return rate(a, b, d);
}

/** Root of the smaller eigenvalue per pixel, without lambda's part, at most 255. */
// @ts-ignore: decorator
@inline
function rate(a: v128, b: v128, d: v128): u32 {
  const between = f32x4.sub(a, d);
  const twiceB = f32x4.add(b, b);
  const spread = f32x4.sqrt(f32x4.add(f32x4.mul(between, between), f32x4.mul(twiceB, twiceB)));
  const half = f32x4.mul(f32x4.sub(f32x4.add(a, d), spread), f32x4.splat(0.5));
  const least = f32x4.pmax(f32x4.splat(0), f32x4.sub(half, f32x4.splat(LAMBDA)));
  const root = nearest(f32x4.sqrt(f32x4.mul(least, f32x4.splat(WINDOW_INVERSE))));
  const narrow = i16x8.narrow_i32x4_s(root, root);
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0);
}

/** One iteration's new flow of every active cell, before the median. */
export function solve(n: i32): void {
  const map = active + n * mapBytes;
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    if (idle(row)) {
      memory.fill(rawX + y * bytes, 0, bytes);
      memory.fill(rawY + y * bytes, 0, bytes);
      continue;
    }
    foldRows(left, 48, y);
    for (let q = 0; q < quads; q++) {
      const byte = y * bytes + 4 * q;
      const mask = load<u32>(row + 4 * q);
      if (mask == 0) {
        store<u32>(rawX + byte, 0);
        store<u32>(rawY + byte, 0);
      } else solveFour(folds + 16 + 16 * q, solvers + 80 * (y * quads + q), byte, mask);
    }
  }
}

// @ts-ignore: decorator
@inline
function solveFour(fold: usize, solver: usize, byte: i32, mask: u32): void {
  const lambda = f32x4.splat(LAMBDA);
  const x = f32x4.convert_i32x4_s(loadFourI8(flowX + byte));
  const y = f32x4.convert_i32x4_s(loadFourI8(flowY + byte));
  const s0 = foldAlong(fold);
  const sx = f32x4.sub(foldAlong(fold + foldBytes), f32x4.mul(v128.load(solver, 48), s0));
  const sy = f32x4.sub(foldAlong(fold + 2 * foldBytes), f32x4.mul(v128.load(solver, 64), s0));
  const u = f32x4.add(sx, f32x4.mul(lambda, x));
  const v = f32x4.add(sy, f32x4.mul(lambda, y));
  const inverseXY = v128.load(solver, 16);
  const toX = f32x4.sub(f32x4.mul(v128.load(solver), u), f32x4.mul(inverseXY, v));
  const toY = f32x4.sub(f32x4.mul(v128.load(solver, 32), v), f32x4.mul(inverseXY, u));
  store<u32>(rawX + byte, mask & fourI8(towards(x, toX)));
  store<u32>(rawY + byte, mask & fourI8(towards(y, toY)));
}

/** From `from` to `to`, but no further than STEP; whole 1/8 pixels within +-127. */
// @ts-ignore: decorator
@inline
function towards(from: v128, to: v128): v128 {
  const step = f32x4.splat(STEP);
  const bounded = f32x4.pmin(f32x4.pmax(to, f32x4.sub(from, step)), f32x4.add(from, step));
  return i32x4.min_s(i32x4.max_s(nearest(bounded), i32x4.splat(-127)), i32x4.splat(127));
}

/**
 * A row of windows over rows, `size` bytes of sums for four cells: to one fold for each kind of sum. Edge rows are
 * repeated, and the edge columns at both ends.
 */
// @ts-ignore: decorator
@inline
function foldRows(sums: usize, size: i32, y: i32): void {
  const rowBytes = size * quads;
  let mid = sums + y * rowBytes;
  let up = y > 0 ? mid - rowBytes : mid;
  let below = y + 1 < down ? mid + rowBytes : mid;
  let to = folds + 16;
  for (let q = 0; q < quads; q++) {
    foldOne(to, up, mid, below, 0);
    foldOne(to + foldBytes, up, mid, below, 16);
    foldOne(to + 2 * foldBytes, up, mid, below, 32);
    if (size == 80) {
      foldOne(to + 3 * foldBytes, up, mid, below, 48);
      foldOne(to + 4 * foldBytes, up, mid, below, 64);
    }
    to += 16;
    up += size;
    mid += size;
    below += size;
  }
  let row = folds + 16;
  for (let k = 0; k < size; k += 16) {
    store<f32>(row - 4, load<f32>(row));
    store<f32>(row + 4 * across, load<f32>(row + 4 * across - 4));
    row += foldBytes;
  }
}

// @ts-ignore: decorator
@inline
function foldOne(to: usize, up: usize, mid: usize, below: usize, k: usize): void {
  v128.store(to, fold121(v128.load(up + k), v128.load(mid + k), v128.load(below + k)));
}

// @ts-ignore: decorator
@inline
function foldAlong(at: usize): v128 {
  return fold121(v128.load(at - 4), v128.load(at), v128.load(at + 4));
}

/**
 * 3x3 median: sort each column of three; then the middle of (greatest of three lows, middle of three mids, least of
 * three highs). (Smith 1996, Implementing median filters in XC4000E FPGAs.)
 */
export function median(to: usize, from: usize, n: i32): void {
  const map = active + n * mapBytes;
  const low = folds + 16;
  const mid = low + foldBytes;
  const high = mid + foldBytes;
  for (let y = 0; y < down; y++) {
    const row = from + y * bytes;
    const up = y > 0 ? row - bytes : row;
    const below = y + 1 < down ? row + bytes : row;
    for (let x = 0; x < across; x += 16) {
      const p = v128.load(up + x);
      const q = v128.load(row + x);
      const r = v128.load(below + x);
      const less = i8x16.min_s(p, q);
      const more = i8x16.max_s(p, q);
      v128.store(low + x, i8x16.min_s(less, r));
      v128.store(mid + x, i8x16.max_s(less, i8x16.min_s(more, r)));
      v128.store(high + x, i8x16.max_s(more, r));
    }
    repeatEnds(low);
    repeatEnds(mid);
    repeatEnds(high);
    for (let x = 0; x < across; x += 16) {
      const l = low + x;
      const m = mid + x;
      const h = high + x;
      const lows = i8x16.max_s(i8x16.max_s(v128.load(l - 1), v128.load(l)), v128.load(l + 1));
      const mids = middle(v128.load(m - 1), v128.load(m), v128.load(m + 1));
      const highs = i8x16.min_s(i8x16.min_s(v128.load(h - 1), v128.load(h)), v128.load(h + 1));
      const at = y * bytes + x;
      v128.store(to + at, v128.and(v128.load(map + at), middle(lows, mids, highs)));
    }
  }
}

// @ts-ignore: decorator
@inline
function repeatEnds(row: usize): void {
  store<u8>(row - 1, load<u8>(row));
  store<u8>(row + across, load<u8>(row + across - 1));
}
