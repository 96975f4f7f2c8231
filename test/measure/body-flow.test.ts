import { describe, expect, test } from 'vitest';
import { BodyFlow } from '../../pipeline/measure/body-flow.ts';
import { gridOf } from '../../pipeline/measure/grid.ts';
import type { Cells } from '../../pipeline/model.ts';

const COLUMNS = 40;
const ROWS = 23;

/** Occupancy 0..255 and flow in 1/8 pixel of the cells that are not empty. */
type Cell = readonly [column: number, row: number, occupancy: number, flowX: number, flowY: number];

function cellsOf(found: readonly Cell[]): Cells {
  const sorted = [...found].sort((a, b) => a[1] * COLUMNS + a[0] - (b[1] * COLUMNS + b[0]));
  const bitmap = new Uint8Array(Math.ceil((COLUMNS * ROWS) / 8));
  for (const [column, row] of sorted) {
    const cell = row * COLUMNS + column;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
  }
  return {
    columns: COLUMNS,
    rows: ROWS,
    bitmap,
    occupancy: Uint8Array.from(sorted, (cell) => cell[2]),
    flowX: Uint8Array.from(sorted, (cell) => cell[3] & 255),
    flowY: Uint8Array.from(sorted, (cell) => cell[4] & 255),
  };
}

const box = { x0: 8, y0: 4, x1: 16, y1: 12 };
const gridWith = (found: readonly Cell[]) => gridOf(cellsOf(found), 0);

function flowOf(found: readonly Cell[], intervalMs = 200) {
  const flow = new BodyFlow();
  return flow.of(1, box, gridWith(found), intervalMs);
}

describe('the flow of a body', () => {
  test.each<[string, readonly Cell[], number, number]>([
    ['nothing in the box', [[0, 0, 255, 80, 80]], 0, 0],
    // 16 eighths in 200 ms are 10 pixels a second.
    ['one cell', [[2, 1, 255, 16, -8]], 10, -5],
    [
      'by occupancy',
      [
        [2, 1, 200, 16, 0],
        [3, 2, 100, -8, 0],
      ],
      5,
      0,
    ],
    ['the cell at the last pixel counts', [[3, 2, 255, 8, 0]], 5, 0],
    [
      'the cells after it do not',
      [
        [4, 1, 255, 8, 0],
        [2, 3, 255, 8, 0],
      ],
      0,
      0,
    ],
  ])('%s', (_name, found, x, y) => {
    const flow = flowOf(found);
    expect(flow.x).toBeCloseTo(x, 9);
    expect(flow.y).toBeCloseTo(y, 9);
  });

  test('does not depend on the rate of the pictures', () => {
    expect(flowOf([[2, 1, 255, 16, 0]], 200).x).toBeCloseTo(flowOf([[2, 1, 255, 8, 0]], 100).x, 9);
  });

  test('is smoothed over three pictures at five a second, by track', () => {
    const flow = new BodyFlow();
    flow.of(1, box, gridWith([[2, 1, 255, 16, 0]]), 200);
    const empty = gridWith([]);
    expect(flow.of(1, box, empty, 200).x).toBeCloseTo((10 * 2) / 3, 9);
    expect(flow.of(2, box, empty, 200).x).toBe(0);
  });

  test('a track that is gone is forgotten, and so are the cells of the frame before', () => {
    const flow = new BodyFlow();
    flow.of(1, box, gridWith([[2, 1, 255, 16, 0]]), 200);
    flow.keep(new Set());
    expect(flow.of(1, box, gridWith([]), 200).x).toBe(0);
  });

  test('of a view that cannot be trusted is rest', () => {
    const flow = new BodyFlow();
    expect(flow.of(1, box, undefined, 200)).toEqual({ x: 0, y: 0 });
  });
});
