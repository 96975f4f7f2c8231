/**
 * Dense flow between two pyramids, one vector per 4x4 cell: block-accumulated pyramidal Lucas-Kanade.
 *
 * The idea, for each level from the coarsest, d the flow of a cell (taken over from its parent, doubled):
 *
 *   once:            g = Sobel gradients of prev;  S = sums over the cell of gx gx, gx gy, gy gy, gx, gy
 *   twice:
 *     for each cell: r = cur displaced by d - prev
 *                    s = sums over the cell of (g . d - r) times 1, gx, gy: what d = 0 would leave to explain
 *     for each cell: sum S and s over 3x3 cells with weights [1 2 1] x [1 2 1]; with b an unknown brightness offset
 *                    solve  S d + b G = s  with b eliminated; move d there, one pixel at most
 *     d = 3x3 median of d
 *
 * (Lucas and Kanade 1981; the pyramid after Bouguet 2000. A pixel is warped once an iteration, not once for each of
 * the windows that cover it, because windows are summed over cells.)
 *
 * Departures of the vector version:
 * 1. Displacements are whole 1/8 pixels, so a warped pixel is an exact Q6 integer in i16, and r too.
 * 2. Four cells at a time, a lane for each from pixels to solution: their rows are gathered into one vector, their
 *    weights and addresses are lanes too, and i16 products added pairwise into i32 fall into their cell's lane.
 * 3. Even and odd pixels go into two vectors, since masking and shifting are cheaper than widening.
 * 4. A window is two folds [1 2 1], the first over rows into a buffer, the second along it.
 * 5. What is still is skipped (kernels/flow-still.ts); a skipped cell has d = 0 and s = 0.
 *
 * Same bytes everywhere: integers up to the cells' sums, then f32 without fused or reordered operations.
 */
import { accumulateResidual, accumulateStructure } from './flow-cells';
import {
  across,
  bytes,
  coarseX,
  coarseY,
  divideScratch,
  down,
  enterLevel,
  flowX,
  flowY,
  quality,
  rawX,
  rawY,
  scratchSize,
  swapFlow,
} from './flow-scratch';
import { invert, median, solve, takeOver, zeroFlow } from './flow-solve';
import { findActive } from './flow-still';
import { copyBytes, halved, LEVELS, levelOrigin, planeStride } from './pyramid';

const ITERATIONS: i32 = 2;

export function flowScratchBytes(w: i32, h: i32): i32 {
  divideScratch(0, w, h);
  return scratchSize();
}

/**
 * Row-major per cell: outX, outY i8, prev to cur, 1/8 pixel, saturating at +-127; outQ u8, 8 x the gradient (grey
 * levels a pixel) along the flattest direction of the window, 0 where the cell was skipped.
 */
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
  divideScratch(scratch, w, h);
  findActive(prevPyramid, curPyramid, w, h);
  for (let n = LEVELS - 1; n >= 0; n--) {
    enterLevel(w, h, n);
    const stride = planeStride(halved(w, n));
    const origin = levelOrigin(w, h, n);
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
