/** A frame as the pages draw it: arrays of numbers instead of packed bytes, and nothing that they do not draw. */

import type { Box, Cells, Frame } from '../model.ts';
import type { SeenFrame } from './api.ts';

export function seenFrame(frame: Frame): SeenFrame {
  const { view, planeWidth, planeHeight, blobs, statics, objects, cells } = frame;
  return {
    view,
    planeWidth,
    planeHeight,
    blobs: [
      ...blobs.map(({ box, stillMs }) => ({ box: cornersOf(box), stillMs })),
      ...statics.map(({ box, sinceMs }) => ({ box: cornersOf(box), stillMs: sinceMs })),
    ],
    objects,
    ...(cells !== undefined && { cells: cellsOf(cells) }),
  };
}

function cornersOf({ x0, y0, x1, y1 }: Box): readonly [number, number, number, number] {
  return [x0, y0, x1, y1];
}

function cellsOf(cells: Cells): NonNullable<SeenFrame['cells']> {
  const { columns, rows, bitmap, occupancy, flowX, flowY, flame } = cells;
  const index: number[] = [];
  for (let cell = 0; cell < columns * rows; cell++)
    if ((bitmap[cell >> 3]! >> (cell & 7)) & 1) index.push(cell);
  return {
    columns,
    rows,
    index,
    occupancy: [...occupancy],
    flowX: [...flowX].map(signed),
    flowY: [...flowY].map(signed),
    ...(flame !== undefined && { flame: [...flame] }),
  };
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}
