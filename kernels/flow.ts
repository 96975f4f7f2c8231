/**
 * Dense flow between two pyramids, one vector per 4x4 cell: block-accumulated pyramidal Lucas-Kanade.
 *
 * The idea, for each level from the coarsest, d the flow of a cell c (taken over from its parent, doubled):
 *
 *   for each cell:  r = cur displaced by d - prev;  g = Sobel gradients of prev      (16 pixels)
 *                   S  = sums of gx gx, gx gy, gy gy, gx, gy
 *                   s  = sums of (g . d - r) times 1, gx, gy      what would be left to explain from d = 0
 *   for each cell:  windows of 3x3 cells, weights [1 2 1] x [1 2 1]; with b an unknown brightness offset,
 *                   solve  S d + b G = s  for d, b eliminated; move d there, one pixel at most
 *   3x3 median of d over the cells;  all this twice a level.
 *
 * (Lucas and Kanade 1981; the pyramid after Bouguet 2000. Each pixel is warped once an iteration, not once for each
 * of the windows that cover it, because the window is summed over cells.)
 *
 * Departures of the vector version:
 * 1. Weights are 1/8 pixel in each direction, so a warped pixel is an exact Q6 integer in i16, and r too.
 * 2. Cells are prepared four at a time (addresses, weights); each is then warped as two vectors of two rows.
 * 3. Gradients and prev are rewritten cell by cell once a level, so that the products read straight through.
 * 4. Four cells' sums are transposed together; from there on a lane is a cell, in f32.
 * 5. A window is two folds [1 2 1], the first over rows into one buffer, the second along it.
 *
 * What is still is skipped: a cell whose 3x3 neighbours on no level differ from prev by more than noise has zero
 * flow, and its s is 0. When over a third of the middle level's cells changed, the view itself moves (or its light
 * does) and nothing is skipped, because flat cells move too.
 *
 * Scratch, one level at a time, row strides in cells: `lanes` = cells across in whole 4s, `bytes` = in 16s plus 16.
 *
 *   prepared  3 x 16 bytes, sums 4 x 48: four cells being warped
 *   folds     5 rows of lanes f32, 16 bytes before and after each
 *   changed, active, near  one map of bytes per level each, 0 or 255
 *   raw, flow x 2          i8 x and y
 *   quality                u8
 *   blocks    96 bytes a cell: prev in Q6, gx, gy, 16 i16 each
 *   structure 5 planes of f32: gx gx, gx gy, gy gy, gx, gy
 *   left      3 planes of f32: s times 1, gx, gy
 *   solvers   80 bytes for four cells: inverse xx, xy, yy, mean gx, gy
 */
import {
  absDiffU8,
  fold121,
  highHalves,
  loadFourI8,
  lowHalves,
  nearest,
  seam,
  storeFourI8,
  sumEach,
  sumPairs,
  twice,
} from './lanes';
import { ABOVE, copyBytes, halved, LEFT, LEVELS, planeBytes, planeStride } from './pyramid';

const ITERATIONS: i32 = 2;
/** Longest change of a cell's flow in one iteration, 1/8 pixel. */
const STEP: f32 = 8;
/** Holds a cell without texture where it is: 16 per pixel of the window. */
const LAMBDA: f32 = 16 * 256;
/** Weights of a window add up to 16 cells of 16 pixels. */
const WINDOW_INVERSE: f32 = 1.0 / 256;
/** Sums of absolute differences of a cell up to which it counts as unchanged: noise of 2 grey levels, 6 sigma. */
const STILL: usize = memory.data<i32>([72, 36, 24]);

/** weight[k] = eight i16 of k, k = 0..8 */
const WEIGHT: usize = memory.data<i16>(
  [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4,
    4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8,
  ],
  16,
);

// Where the parts of the scratch lie; set at the start of each call.
let prepared: usize = 0;
let folds: usize = 0;
let changed: usize = 0;
let active: usize = 0;
let near: usize = 0;
let rawX: usize = 0;
let rawY: usize = 0;
let flowX: usize = 0;
let flowY: usize = 0;
let coarseX: usize = 0;
let coarseY: usize = 0;
let quality: usize = 0;
let blocks: usize = 0;
let structure: usize = 0;
let left: usize = 0;
let solvers: usize = 0;
let scratchEnd: usize = 0;
/** Of a map of level 0; the maps of the levels lie this far apart. */
let mapBytes: i32 = 0;

// The level being worked on.
let across: i32 = 0;
let down: i32 = 0;
let lanes: i32 = 0;
let bytes: i32 = 0;
let foldStride: i32 = 0;
let planeSize: i32 = 0;

export function flowScratchBytes(w: i32, h: i32): i32 {
  divide(0, w, h);
  return <i32>((scratchEnd + 63) & ~63);
}

export function flow(
  outX: usize,
  outY: usize,
  outQ: usize,
  prevPyramid: usize,
  curPyramid: usize,
  scratch: usize,
  w: i32,
  h: i32,
): void {
  divide(scratch, w, h);
  findActive(prevPyramid, curPyramid, w, h);
  for (let n = LEVELS - 1; n >= 0; n--) {
    enterLevel(w, h, n);
    const offset = levelOffset(w, h, n);
    const stride = planeStride(halved(w, n));
    const origin = offset + ABOVE * stride + LEFT;
    if (n == LEVELS - 1) zeroFlow();
    else takeOver(n);
    accumulateStructure(prevPyramid + origin, stride, n);
    invert(n);
    for (let i = 0; i < ITERATIONS; i++) {
      accumulateResidual(curPyramid + origin, stride, n);
      solve(n);
      median(flowX, rawX, n);
      median(flowY, rawY, n);
    }
    swapFlow();
  }
  for (let y = 0; y < down; y++) {
    const from = y * bytes;
    copyBytes(outX + y * across, coarseX + from, across);
    copyBytes(outY + y * across, coarseY + from, across);
    copyBytes(outQ + y * across, quality + from, across);
  }
}

// ---- memory ----------------------------------------------------------------------------------------------------

function divide(scratch: usize, w: i32, h: i32): void {
  enterLevel(w, h, 0);
  mapBytes = bytes * down;
  const cells = lanes * down;
  let at = scratch;
  prepared = at;
  at += 3 * 16 + 4 * 48;
  folds = at;
  at += 5 * foldStride;
  changed = at;
  at += LEVELS * mapBytes;
  active = at;
  at += LEVELS * mapBytes;
  near = at;
  at += LEVELS * mapBytes;
  rawX = at;
  at += mapBytes;
  rawY = at;
  at += mapBytes;
  flowX = at;
  at += mapBytes;
  flowY = at;
  at += mapBytes;
  coarseX = at;
  at += mapBytes;
  coarseY = at;
  at += mapBytes;
  quality = at;
  at += mapBytes;
  blocks = at;
  at += 96 * cells;
  structure = at;
  at += 5 * 4 * cells;
  left = at;
  at += 3 * 4 * cells;
  solvers = at;
  at += 20 * cells;
  scratchEnd = at;
}

function enterLevel(w: i32, h: i32, n: i32): void {
  across = (halved(w, n) + 3) >> 2;
  down = (halved(h, n) + 3) >> 2;
  lanes = (across + 3) & ~3;
  bytes = ((across + 15) & ~15) + 16;
  // Also holds rows of bytes with 16 before and after.
  foldStride = 16 + 4 * ((across + 15) & ~15) + 16;
  planeSize = 4 * lanes * down;
}

function levelOffset(w: i32, h: i32, n: i32): i32 {
  let offset = 0;
  for (let k = 0; k < n; k++) offset += planeBytes(halved(w, k), halved(h, k));
  return offset;
}

function swapFlow(): void {
  const x = coarseX;
  const y = coarseY;
  coarseX = flowX;
  coarseY = flowY;
  flowX = x;
  flowY = y;
}

// ---- what is worked on -----------------------------------------------------------------------------------------

function findActive(prev: usize, cur: usize, w: i32, h: i32): void {
  for (let n = 0; n < LEVELS; n++) {
    enterLevel(w, h, n);
    const stride = planeStride(halved(w, n));
    const origin = levelOffset(w, h, n) + ABOVE * stride + LEFT;
    const count = findChanged(changed + n * mapBytes, prev + origin, cur + origin, stride, load<i32>(STILL + 4 * n));
    if (n == 1 && 3 * count > across * down) {
      memory.fill(active, 255, 2 * LEVELS * mapBytes);
      return;
    }
  }
  // A change seen on any level counts on all of them.
  for (let n = LEVELS - 2; n >= 0; n--) {
    enterLevel(w, h, n);
    changeChildren(n);
  }
  for (let n = 0; n < LEVELS - 1; n++) {
    enterLevel(w, h, n);
    const childRows = down;
    const childBytes = bytes;
    enterLevel(w, h, n + 1);
    changeParents(n + 1, childRows, childBytes);
  }
  for (let n = 0; n < LEVELS; n++) {
    enterLevel(w, h, n);
    widen(active + n * mapBytes, changed + n * mapBytes);
    widen(near + n * mapBytes, active + n * mapBytes);
  }
}

/** Marks the cells that differ by more than `still`; returns how many do. */
function findChanged(map: usize, prev: usize, cur: usize, stride: i32, still: i32): i32 {
  const limit = i32x4.splat(still);
  let count = 0;
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    for (let x = 0; x < lanes; x += 4) {
      let at = y * 4 * stride + 4 * x;
      let sum = i16x8.splat(0);
      for (let j = 0; j < 4; j++) {
        const difference = absDiffU8(v128.load(prev + at), v128.load(cur + at));
        sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(difference));
        at += stride;
      }
      storeFourI8(row + x, i32x4.gt_s(i32x4.extadd_pairwise_i16x8_s(sum), limit));
    }
    // What lies beyond the last cell changed only by repetition of the edge.
    v128.store(row + across, i8x16.splat(0));
    for (let x = 0; x < across; x += 16) {
      count += popcnt<i32>(i8x16.bitmask(v128.load(row + x)) & liveLanes(across - x));
    }
  }
  return count;
}

// @ts-ignore: decorator
@inline
function liveLanes(cells: i32): i32 {
  return cells >= 16 ? 0xffff : (1 << cells) - 1;
}

function changeChildren(n: i32): void {
  const map = changed + n * mapBytes;
  const parents = map + mapBytes;
  const parentBytes = ((((across + 1) >> 1) + 15) & ~15) + 16;
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    const parent = parents + (y >> 1) * parentBytes;
    for (let x = 0; x < across; x += 16) {
      const fromParent = twice(v128.load_zero<u64>(parent + (x >> 1)));
      v128.store(row + x, v128.or(v128.load(row + x), fromParent));
    }
  }
}

function changeParents(n: i32, childRows: i32, childBytes: i32): void {
  const map = changed + n * mapBytes;
  const children = map - mapBytes;
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    const upper = children + 2 * y * childBytes;
    const lower = 2 * y + 1 < childRows ? upper + childBytes : upper;
    for (let x = 0; x < across; x += 8) {
      const any = v128.or(v128.load(upper + 2 * x), v128.load(lower + 2 * x));
      const pairs = i16x8.ne(any, i16x8.splat(0));
      const fromChildren = v128.or(v128.load_zero<u64>(row + x), i8x16.narrow_i16x8_s(pairs, pairs));
      v128.store_lane<u64>(row + x, fromChildren, 0);
    }
  }
}

/** 255 wherever one of the 3x3 is. */
function widen(to: usize, from: usize): void {
  const column = folds + 16;
  for (let y = 0; y < down; y++) {
    const mid = from + y * bytes;
    const up = y > 0 ? mid - bytes : mid;
    const below = y + 1 < down ? mid + bytes : mid;
    for (let x = 0; x < across; x += 16) {
      v128.store(column + x, v128.or(v128.or(v128.load(up + x), v128.load(mid + x)), v128.load(below + x)));
    }
    store<u8>(column - 1, 0);
    v128.store(column + across, i8x16.splat(0));
    const row = to + y * bytes;
    for (let x = 0; x < across; x += 16) {
      const sides = v128.or(v128.load(column + x - 1), v128.load(column + x + 1));
      v128.store(row + x, v128.or(sides, v128.load(column + x)));
    }
    v128.store(row + across, i8x16.splat(0));
  }
}

// ---- starting values -------------------------------------------------------------------------------------------

function zeroFlow(): void {
  memory.fill(flowX, 0, bytes * down);
  memory.fill(flowY, 0, bytes * down);
}

function takeOver(n: i32): void {
  const parentBytes = ((((across + 1) >> 1) + 15) & ~15) + 16;
  const map = active + n * mapBytes;
  for (let y = 0; y < down; y++) {
    const row = y * bytes;
    const parent = (y >> 1) * parentBytes;
    for (let x = 0; x < across; x += 16) {
      const mask = v128.load(map + row + x);
      v128.store(flowX + row + x, v128.and(mask, doubled(v128.load_zero<u64>(coarseX + parent + (x >> 1)))));
      v128.store(flowY + row + x, v128.and(mask, doubled(v128.load_zero<u64>(coarseY + parent + (x >> 1)))));
    }
  }
}

// @ts-ignore: decorator
@inline
function doubled(eight: v128): v128 {
  const both = twice(eight);
  return i8x16.max_s(i8x16.add_sat_s(both, both), i8x16.splat(-127));
}

// ---- structure -------------------------------------------------------------------------------------------------

function accumulateStructure(prev: usize, stride: i32, n: i32): void {
  const map = near + n * mapBytes;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < lanes; x += 4) {
      if (load<u32>(map + y * bytes + x) == 0) continue;
      const cell = y * lanes + x;
      const pixels = prev + 4 * y * stride + 4 * x;
      twoBlocks(pixels, stride, blocks + 96 * cell, prepared);
      twoBlocks(pixels + 8, stride, blocks + 96 * cell + 192, prepared + 80);
      const to = structure + 4 * cell;
      for (let k = 0; k < 5; k++) {
        const sums = sumPairs(v128.load(prepared + 16 * k), v128.load(prepared + 80 + 16 * k));
        v128.store(to + k * planeSize, f32x4.convert_i32x4_s(sums));
      }
    }
  }
}

/** Two cells side by side, eight pixels a row: their blocks, and at `sums` five i32 vectors of [a a b b]. */
function twoBlocks(pixels: usize, stride: i32, block: usize, sums: usize): void {
  let at = pixels - stride;
  let d0 = slope(at);
  let s0 = blur(at);
  at += stride;
  let d1 = slope(at);
  let s1 = blur(at);
  let xx = i32x4.splat(0);
  let xy = i32x4.splat(0);
  let yy = i32x4.splat(0);
  let x = i16x8.splat(0);
  let y = i16x8.splat(0);
  for (let pair = 0; pair < 2; pair++) {
    const p1 = i16x8.shl(v128.load_ext<u8>(at), 6);
    at += stride;
    const d2 = slope(at);
    const s2 = blur(at);
    const gx1 = i16x8.add(i16x8.add(d0, d2), i16x8.add(d1, d1));
    const gy1 = i16x8.sub(s2, s0);
    const p2 = i16x8.shl(v128.load_ext<u8>(at), 6);
    at += stride;
    d0 = d2;
    s0 = s2;
    const d3 = slope(at);
    const s3 = blur(at);
    const gx2 = i16x8.add(i16x8.add(d1, d3), i16x8.add(d2, d2));
    const gy2 = i16x8.sub(s3, s1);
    d1 = d3;
    s1 = s3;
    xx = i32x4.add(xx, i32x4.add(i32x4.dot_i16x8_s(gx1, gx1), i32x4.dot_i16x8_s(gx2, gx2)));
    xy = i32x4.add(xy, i32x4.add(i32x4.dot_i16x8_s(gx1, gy1), i32x4.dot_i16x8_s(gx2, gy2)));
    yy = i32x4.add(yy, i32x4.add(i32x4.dot_i16x8_s(gy1, gy1), i32x4.dot_i16x8_s(gy2, gy2)));
    x = i16x8.add(x, i16x8.add(gx1, gx2));
    y = i16x8.add(y, i16x8.add(gy1, gy2));
    const to = block + 16 * pair;
    v128.store(to, lowHalves(p1, p2));
    v128.store(to, lowHalves(gx1, gx2), 32);
    v128.store(to, lowHalves(gy1, gy2), 64);
    v128.store(to, highHalves(p1, p2), 96);
    v128.store(to, highHalves(gx1, gx2), 128);
    v128.store(to, highHalves(gy1, gy2), 160);
  }
  v128.store(sums, xx);
  v128.store(sums, xy, 16);
  v128.store(sums, yy, 32);
  v128.store(sums, i32x4.extadd_pairwise_i16x8_s(x), 48);
  v128.store(sums, i32x4.extadd_pairwise_i16x8_s(y), 64);
}

/** u8 [z a b ...] with a at `at` => i16 [b - z ...] */
// @ts-ignore: decorator
@inline
function slope(at: usize): v128 {
  return i16x8.sub(v128.load_ext<u8>(at + 1), v128.load_ext<u8>(at - 1));
}

/** u8 [z a b ...] with a at `at` => i16 [z + 2a + b ...] */
// @ts-ignore: decorator
@inline
function blur(at: usize): v128 {
  const mid = v128.load_ext<u8>(at);
  return i16x8.add(i16x8.add(v128.load_ext<u8>(at + 1), v128.load_ext<u8>(at - 1)), i16x8.add(mid, mid));
}

/** Per cell, from its window: the inverse matrix with the offset eliminated; on level 0 also its quality. */
function invert(n: i32): void {
  const map = active + n * mapBytes;
  const lambda = f32x4.splat(LAMBDA);
  for (let y = 0; y < down; y++) {
    for (let k = 0; k < 5; k++) foldRows(structure + k * planeSize, y, folds + k * foldStride);
    const row = map + y * bytes;
    for (let x = 0; x < lanes; x += 4) {
      const mask = load<u32>(row + x);
      if (mask == 0) {
        if (n == 0) store<u32>(quality + y * bytes + x, 0);
        continue;
      }
      const at = folds + 16 + 4 * x;
      const xx = foldAlong(at);
      const xy = foldAlong(at + foldStride);
      const yy = foldAlong(at + 2 * foldStride);
      const gx = foldAlong(at + 3 * foldStride);
      const gy = foldAlong(at + 4 * foldStride);
      const meanX = f32x4.mul(gx, f32x4.splat(WINDOW_INVERSE));
      const meanY = f32x4.mul(gy, f32x4.splat(WINDOW_INVERSE));
      const a = f32x4.add(f32x4.sub(xx, f32x4.mul(meanX, gx)), lambda);
      const b = f32x4.sub(xy, f32x4.mul(meanX, gy));
      const d = f32x4.add(f32x4.sub(yy, f32x4.mul(meanY, gy)), lambda);
      const determinant = f32x4.sub(f32x4.mul(a, d), f32x4.mul(b, b));
      const inverse = f32x4.div(f32x4.splat(1), determinant);
      const to = solvers + 20 * (y * lanes + x);
      v128.store(to, f32x4.mul(d, inverse));
      v128.store(to, f32x4.mul(b, inverse), 16);
      v128.store(to, f32x4.mul(a, inverse), 32);
      v128.store(to, meanX, 48);
      v128.store(to, meanY, 64);
      if (n == 0) store<u32>(quality + y * bytes + x, mask & qualityOf(a, b, d));
    }
  }
}

/** Root of the smaller eigenvalue per pixel: 8 x the gradient along the flattest direction, at most 255. */
// @ts-ignore: decorator
@inline
function qualityOf(a: v128, b: v128, d: v128): u32 {
  const between = f32x4.sub(a, d);
  const across2 = f32x4.add(b, b);
  const spread = f32x4.sqrt(f32x4.add(f32x4.mul(between, between), f32x4.mul(across2, across2)));
  const twiceLeast = f32x4.sub(f32x4.add(a, d), spread);
  const least = f32x4.sub(f32x4.mul(twiceLeast, f32x4.splat(0.5)), f32x4.splat(LAMBDA));
  const perPixel = f32x4.mul(f32x4.pmax(f32x4.splat(0), least), f32x4.splat(WINDOW_INVERSE));
  const whole = i32x4.min_s(nearest(f32x4.sqrt(perPixel)), i32x4.splat(255));
  const narrow = i16x8.narrow_i32x4_s(whole, whole);
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0);
}

/** One row's window over rows, edge rows repeated, with the edge columns repeated at both ends. */
function foldRows(plane: usize, y: i32, to: usize): void {
  const stride = 4 * lanes;
  const mid = plane + y * stride;
  const up = y > 0 ? mid - stride : mid;
  const below = y + 1 < down ? mid + stride : mid;
  const row = to + 16;
  for (let x = 0; x < stride; x += 16) {
    v128.store(row + x, fold121(v128.load(up + x), v128.load(mid + x), v128.load(below + x)));
  }
  store<f32>(row - 4, load<f32>(row));
  store<f32>(row + 4 * across, load<f32>(row + 4 * across - 4));
}

// @ts-ignore: decorator
@inline
function foldAlong(at: usize): v128 {
  return fold121(v128.load(at - 4), v128.load(at), v128.load(at + 4));
}

// ---- residual --------------------------------------------------------------------------------------------------

function accumulateResidual(cur: usize, stride: i32, n: i32): void {
  const map = active + n * mapBytes;
  const zero = i32x4.splat(0);
  const least = i32x4.splat(-8);
  const mostX = i32x4.splat(4 * across + 3);
  const mostY = i32x4.splat(4 * down + 3);
  const seven = i32x4.splat(7);
  const weight = i32x4.splat(<i32>WEIGHT);
  const strides = i32x4.splat(stride);
  const origin = i32x4.splat(<i32>cur);
  const sums = prepared + 48;
  for (let y = 0; y < down; y++) {
    const top = i32x4.splat(4 * y);
    let columns = i32x4(0, 4, 8, 12);
    for (let x = 0; x < lanes; x += 4, columns = i32x4.add(columns, i32x4.splat(16))) {
      const cell = y * lanes + x;
      const to = left + 4 * cell;
      if (load<u32>(map + y * bytes + x) == 0) {
        v128.store(to, zero);
        v128.store(to + planeSize, zero);
        v128.store(to + 2 * planeSize, zero);
        continue;
      }
      const dx = loadFourI8(flowX + y * bytes + x);
      const dy = loadFourI8(flowY + y * bytes + x);
      const atX = i32x4.min_s(i32x4.max_s(i32x4.add(columns, i32x4.shr_s(dx, 3)), least), mostX);
      const atY = i32x4.min_s(i32x4.max_s(i32x4.add(top, i32x4.shr_s(dy, 3)), least), mostY);
      v128.store(prepared, i32x4.add(origin, i32x4.add(i32x4.mul(atY, strides), atX)));
      v128.store(prepared, i32x4.add(weight, i32x4.shl(v128.and(dx, seven), 4)), 16);
      v128.store(prepared, i32x4.add(weight, i32x4.shl(v128.and(dy, seven), 4)), 32);
      for (let k = 0; k < 4; k++) {
        warpBlock(
          load<u32>(prepared + 4 * k),
          stride,
          load<u32>(prepared + 4 * k, 16),
          load<u32>(prepared + 4 * k, 32),
          blocks + 96 * (cell + k),
          sums + 48 * k,
        );
      }
      const r = f32x4.convert_i32x4_s(sumThree(sums));
      const rx = f32x4.convert_i32x4_s(sumThree(sums + 16));
      const ry = f32x4.convert_i32x4_s(sumThree(sums + 32));
      const fx = f32x4.convert_i32x4_s(dx);
      const fy = f32x4.convert_i32x4_s(dy);
      const mask = loadFourI8(map + y * bytes + x);
      const s = structure + 4 * cell;
      const xy = v128.load(s + planeSize);
      storeLeft(to, mask, v128.load(s + 3 * planeSize), fx, v128.load(s + 4 * planeSize), fy, r);
      storeLeft(to + planeSize, mask, v128.load(s), fx, xy, fy, rx);
      storeLeft(to + 2 * planeSize, mask, xy, fx, v128.load(s + 2 * planeSize), fy, ry);
    }
  }
}

// @ts-ignore: decorator
@inline
function sumThree(sums: usize): v128 {
  return sumEach(v128.load(sums), v128.load(sums, 48), v128.load(sums, 96), v128.load(sums, 144));
}

// @ts-ignore: decorator
@inline
function storeLeft(to: usize, mask: v128, a: v128, x: v128, b: v128, y: v128, r: v128): void {
  v128.store(to, v128.and(mask, f32x4.sub(f32x4.add(f32x4.mul(a, x), f32x4.mul(b, y)), r)));
}

/**
 * One cell of cur displaced by (a, b)/8 against prev, all in Q6:
 * r = (8-b) ((8-a) p[0,0] + a p[1,0]) + b ((8-a) p[0,1] + a p[1,1]) - 64 prev
 */
// @ts-ignore: decorator
@inline
function warpBlock(pixels: usize, stride: i32, right: usize, lower: usize, block: usize, sums: usize): void {
  const a = v128.load(right);
  const a8 = i16x8.sub(i16x8.splat(8), a);
  const row2 = pixels + 2 * stride;
  // Rows 0 1, 2 3 and 4, mixed along.
  const h01 = mix(pairOfRows(pixels, stride), a8, pairOfRows(pixels + 1, stride), a);
  const h23 = mix(pairOfRows(row2, stride), a8, pairOfRows(row2 + 1, stride), a);
  const row4 = row2 + 2 * stride;
  const h4 = mix(v128.load_ext<u8>(row4), a8, v128.load_ext<u8>(row4 + 1), a);
  const b = v128.load(lower);
  const b8 = i16x8.sub(i16x8.splat(8), b);
  const r01 = i16x8.sub(mix(h01, b8, seam(h01, h23), b), v128.load(block));
  const r23 = i16x8.sub(mix(h23, b8, seam(h23, h4), b), v128.load(block, 16));
  v128.store(sums, i32x4.dot_i16x8_s(i16x8.add(r01, r23), i16x8.splat(1)));
  v128.store(
    sums,
    i32x4.add(i32x4.dot_i16x8_s(r01, v128.load(block, 32)), i32x4.dot_i16x8_s(r23, v128.load(block, 48))),
    16,
  );
  v128.store(
    sums,
    i32x4.add(i32x4.dot_i16x8_s(r01, v128.load(block, 64)), i32x4.dot_i16x8_s(r23, v128.load(block, 80))),
    32,
  );
}

/** Four pixels of this row and four of the next, as i16. */
// @ts-ignore: decorator
@inline
function pairOfRows(at: usize, stride: i32): v128 {
  return lowHalves(v128.load_ext<u8>(at), v128.load_ext<u8>(at + stride));
}

// @ts-ignore: decorator
@inline
function mix(p: v128, weightP: v128, q: v128, weightQ: v128): v128 {
  return i16x8.add(i16x8.mul(p, weightP), i16x8.mul(q, weightQ));
}

// ---- solution --------------------------------------------------------------------------------------------------

function solve(n: i32): void {
  const map = active + n * mapBytes;
  const lambda = f32x4.splat(LAMBDA);
  for (let y = 0; y < down; y++) {
    for (let k = 0; k < 3; k++) foldRows(left + k * planeSize, y, folds + k * foldStride);
    for (let x = 0; x < lanes; x += 4) {
      const byte = y * bytes + x;
      const mask = load<u32>(map + byte);
      if (mask == 0) {
        store<u32>(rawX + byte, 0);
        store<u32>(rawY + byte, 0);
        continue;
      }
      const at = folds + 16 + 4 * x;
      const mean = foldAlong(at);
      const solver = solvers + 20 * (y * lanes + x);
      const fx = f32x4.convert_i32x4_s(loadFourI8(flowX + byte));
      const fy = f32x4.convert_i32x4_s(loadFourI8(flowY + byte));
      const sx = f32x4.sub(foldAlong(at + foldStride), f32x4.mul(v128.load(solver, 48), mean));
      const sy = f32x4.sub(foldAlong(at + 2 * foldStride), f32x4.mul(v128.load(solver, 64), mean));
      const u = f32x4.add(sx, f32x4.mul(lambda, fx));
      const v = f32x4.add(sy, f32x4.mul(lambda, fy));
      const inverseXY = v128.load(solver, 16);
      const x1 = f32x4.sub(f32x4.mul(v128.load(solver), u), f32x4.mul(inverseXY, v));
      const y1 = f32x4.sub(f32x4.mul(v128.load(solver, 32), v), f32x4.mul(inverseXY, u));
      storeFourI8(rawX + byte, towards(fx, x1));
      storeFourI8(rawY + byte, towards(fy, y1));
      store<u32>(rawX + byte, mask & load<u32>(rawX + byte));
      store<u32>(rawY + byte, mask & load<u32>(rawY + byte));
    }
  }
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
 * 3x3 median: sort each column of three, then median of (greatest of the lows, median of the mids, least of the
 * highs) over three neighbouring columns. (Smith 1996, "Implementing median filters in XC4000E FPGAs".)
 */
function median(to: usize, from: usize, n: i32): void {
  const map = active + n * mapBytes;
  const low = folds + 16;
  const mid = low + foldStride;
  const high = mid + foldStride;
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
      const lows = i8x16.max_s(i8x16.max_s(beside(low + x, -1), beside(low + x, 0)), beside(low + x, 1));
      const highs = i8x16.min_s(i8x16.min_s(beside(high + x, -1), beside(high + x, 0)), beside(high + x, 1));
      const mids = middle(beside(mid + x, -1), beside(mid + x, 0), beside(mid + x, 1));
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

// @ts-ignore: decorator
@inline
function beside(at: usize, columns: i32): v128 {
  return v128.load(at + columns);
}

// @ts-ignore: decorator
@inline
function middle(p: v128, q: v128, r: v128): v128 {
  return i8x16.max_s(i8x16.min_s(p, q), i8x16.min_s(i8x16.max_s(p, q), r));
}
