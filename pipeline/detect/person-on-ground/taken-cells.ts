/** Which cells of a view were mostly foreground at one moment, and what share of a place that is. Plane pixels, y down. */
import type { Box } from '../../model.ts';
import { CELL_PX } from '../../site/site.ts';

export interface Grid {
  readonly atMs: number;
  readonly columns: number;
  readonly rows: number;
  /** 32 cells each, row by row. */
  readonly words: Float64Array;
}

/** Mean of the shares; of one grid at least. */
export function meanOf(grids: readonly Grid[], box: Box): number {
  return grids.reduce((sum, grid) => sum + shareOf(grid, box), 0) / grids.length;
}

/** Share of the cells in a box that are taken, of one cell at least; what is outside the view is not. */
export function shareOf({ columns, rows, words }: Grid, { x0, y0, x1, y1 }: Box): number {
  const left = Math.round(x0 / CELL_PX);
  const top = Math.round(y0 / CELL_PX);
  const right = Math.max(left + 1, Math.round(x1 / CELL_PX));
  const bottom = Math.max(top + 1, Math.round(y1 / CELL_PX));
  let taken = 0;
  for (let row = Math.max(0, top); row < Math.min(rows, bottom); row++)
    for (let column = Math.max(0, left); column < Math.min(columns, right); column++)
      if (isTaken(words, row * columns + column)) taken++;
  return taken / ((right - left) * (bottom - top));
}

export function isTaken(words: Float64Array, cell: number): boolean {
  return ((words[cell >> 5]! >>> (cell & 31)) & 1) === 1;
}

/** Adds as much to the count of every cell that is taken. */
export function addTaken({ words }: Grid, counts: Uint8Array, much: number): void {
  for (let word = 0; word < words.length; word++)
    for (let rest = words[word]! | 0; rest !== 0; rest &= rest - 1)
      counts[32 * word + 31 - Math.clz32(rest & -rest)]! += much;
}
