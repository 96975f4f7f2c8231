/** Cells of a view of 160 x 92 pixels, 40 x 23 of them: full where a box covers their middle, and still. */
import type { Box, Cells } from '../../pipeline/model.ts';
import { CELL_PX } from '../../pipeline/site/site.ts';

const [COLUMNS, ROWS] = [40, 23];

/** `boxes` in plane pixels. */
export function takenCells(boxes: readonly Box[]): Cells {
  const bitmap = new Uint8Array(Math.ceil((COLUMNS * ROWS) / 8));
  const occupancy: number[] = [];
  for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
    const x = ((cell % COLUMNS) + 0.5) * CELL_PX;
    const y = (Math.floor(cell / COLUMNS) + 0.5) * CELL_PX;
    if (!boxes.some(({ x0, y0, x1, y1 }) => x > x0 && x < x1 && y > y0 && y < y1)) continue;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
    occupancy.push(255);
  }
  const still = new Uint8Array(occupancy.length);
  return {
    columns: COLUMNS,
    rows: ROWS,
    bitmap,
    occupancy: Uint8Array.from(occupancy),
    flowX: still,
    flowY: still,
  };
}
