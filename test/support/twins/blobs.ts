/**
 * Naive twin of kernels/blobs.ts: from the foreground mask to regions.
 *
 *   clean:  a pixel stays when at least 3 of its 3x3 block are set, and is filled when at least 5 are
 *   label:  8-connected components, numbered from 1 in raster order of their first pixel
 *   table:  per component 16 i32, see FIELD
 *   settle: pixels of components that are no thing (ghosts, patches of light) go back to the background
 */

import { LOG } from './light.ts';

export const BLOB_FIELDS = 16;
/** Columns of the table. x1 and y1 are inclusive; `footX` in 1/8 px. Edge sums are over boundary pixels. */
export const FIELD = {
  x0: 0,
  y0: 1,
  x1: 2,
  y1: 3,
  area: 4,
  footX: 5,
  /** Sum of |difference to the background| in the logarithm of luma. */
  difference: 6,
  /** Boundary pixels: set, and the pixel two to one side is not. Counted once per side. */
  edges: 7,
  /** Sum over edges of how far the difference falls across the edge: large at things, small at light. */
  fall: 8,
  /** Sum over edges of the luma step across the edge in the picture / in the background. */
  edgePicture: 9,
  edgeBackground: 10,
} as const;

export function clean(out: Uint8Array, mask: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const yy = y + dy;
          const xx = x + dx;
          if (yy >= 0 && yy < height && xx >= 0 && xx < width) sum += mask[yy * width + xx]!;
        }
      out[y * width + x] = sum >= 5 || (mask[y * width + x] === 1 && sum >= 3) ? 1 : 0;
    }
}

/** Returns the number of components, at most `max`; pixels of components beyond that get label 0. */
export function label(
  labels: Uint16Array,
  mask: Uint8Array,
  width: number,
  height: number,
  max: number,
): number {
  labels.fill(0);
  let count = 0;
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    if (count === max) break;
    count++;
    const stack = [start];
    labels[start] = count;
    while (stack.length > 0) {
      const i = stack.pop()!;
      const x = i % width;
      const y = (i - x) / width;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const xx = x + dx;
          const yy = y + dy;
          if (xx < 0 || xx >= width || yy < 0 || yy >= height) continue;
          const j = yy * width + xx;
          if (mask[j] === 1 && labels[j] === 0) {
            labels[j] = count;
            stack.push(j);
          }
        }
    }
  }
  return count;
}

/** Fills `table` (count x BLOB_FIELDS). `mean` is the background in Q7. */
export function blobTable(
  table: Int32Array,
  labels: Uint16Array,
  count: number,
  luma: Uint8Array,
  mean: Uint16Array,
  width: number,
  height: number,
): void {
  table.fill(0, 0, count * BLOB_FIELDS);
  for (let k = 0; k < count; k++) {
    table[k * BLOB_FIELDS + FIELD.x0] = width;
    table[k * BLOB_FIELDS + FIELD.y0] = height;
    table[k * BLOB_FIELDS + FIELD.x1] = -1;
    table[k * BLOB_FIELDS + FIELD.y1] = -1;
  }
  const background = (i: number) => mean[i]! >> 7;
  const difference = (i: number) => LOG[luma[i]!]! - LOG[background(i)]!;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const k = labels[i]!;
      if (k === 0) continue;
      const row = (k - 1) * BLOB_FIELDS;
      table[row + FIELD.x0] = Math.min(table[row + FIELD.x0]!, x);
      table[row + FIELD.x1] = Math.max(table[row + FIELD.x1]!, x);
      table[row + FIELD.y0] = Math.min(table[row + FIELD.y0]!, y);
      table[row + FIELD.y1] = Math.max(table[row + FIELD.y1]!, y);
      table[row + FIELD.area]!++;
      table[row + FIELD.difference]! += Math.abs(difference(i));
      for (const step of [-2, 2, -2 * width, 2 * width]) {
        const horizontal = step === -2 || step === 2;
        const xx = horizontal ? x + step : x;
        const yy = horizontal ? y : y + step / width;
        if (xx < 0 || xx >= width || yy < 0 || yy >= height) continue;
        const j = yy * width + xx;
        if (labels[j] !== 0) continue;
        table[row + FIELD.edges]!++;
        table[row + FIELD.fall]! += Math.abs(difference(i) - difference(j));
        table[row + FIELD.edgePicture]! += Math.abs(luma[i]! - luma[j]!);
        table[row + FIELD.edgeBackground]! += Math.abs(background(i) - background(j));
      }
    }
  // The foot: mean x over the lowest eighth of the region's rows, at least two.
  for (let k = 0; k < count; k++) {
    const row = k * BLOB_FIELDS;
    const y1 = table[row + FIELD.y1]!;
    const rows = Math.max(2, (y1 - table[row + FIELD.y0]! + 1) >> 3);
    let sum = 0;
    let seen = 0;
    for (let y = Math.max(0, y1 - rows + 1); y <= y1; y++)
      for (let x = table[row + FIELD.x0]!; x <= table[row + FIELD.x1]!; x++)
        if (labels[y * width + x] === k + 1) {
          sum += x;
          seen++;
        }
    table[row + FIELD.footX] = Math.trunc((sum * 8 + 4 * seen) / seen);
  }
}

/**
 * `fate[label]`: 0 keep; 1 absorb (the background becomes what is seen); 2 adapt (a quarter of the way); 3 drop.
 * Pixels with a fate are taken out of `labels`.
 */
export function settle(labels: Uint16Array, fate: Uint8Array, mean: Uint16Array, luma: Uint8Array): void {
  for (let i = 0; i < labels.length; i++) {
    const what = fate[labels[i]!]!;
    if (labels[i] === 0 || what === 0) continue;
    const seen = luma[i]! << 7;
    if (what !== 3) mean[i] = what === 1 ? seen : mean[i]! + ((seen - mean[i]!) >> 2);
    labels[i] = 0;
  }
}
