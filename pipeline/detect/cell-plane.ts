/** The cells of a view, row by row, and marks on them. */
import type { Point } from '../model.ts';
import { CELL_PX } from '../site/site.ts';

export interface Plane {
  /** Pixels. */
  readonly planeWidth: number;
  readonly planeHeight: number;
}

export interface CellPlane {
  readonly columns: number;
  readonly rows: number;
}

export function cellPlane({ planeWidth, planeHeight }: Plane): CellPlane {
  return { columns: Math.ceil(planeWidth / CELL_PX), rows: Math.ceil(planeHeight / CELL_PX) };
}

/** The cell in which a point of the view lies. */
export function cellAt(point: Point, plane: Plane): number {
  return cellIn(point, plane, cellPlane(plane));
}

/** The same of many points. */
export function cellsAt(points: readonly Point[], plane: Plane): Uint16Array {
  const cells = cellPlane(plane);
  const at = new Uint16Array(points.length);
  for (let k = 0; k < at.length; k++) at[k] = cellIn(points[k]!, plane, cells);
  return at;
}

function cellIn({ x, y }: Point, { planeWidth, planeHeight }: Plane, { columns, rows }: CellPlane): number {
  const column = Math.min(columns - 1, Math.floor((x * planeWidth) / CELL_PX));
  const row = Math.min(rows - 1, Math.floor((y * planeHeight) / CELL_PX));
  return row * columns + column;
}

/** Marked are also the up to eight cells around each that is. */
export function withNeighbours(marked: Uint8Array, { columns, rows }: CellPlane): Uint8Array {
  const grown = new Uint8Array(marked.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (marked[row * columns + column] === 0) continue;
      const right = Math.min(columns - 1, column + 1);
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
        for (let x = Math.max(0, column - 1); x <= right; x++) grown[y * columns + x] = 1;
    }
  }
  return grown;
}

/** Cells that touch each other by an edge, in which `filled` is not 0, clump by clump. */
export function clumpsOf(filled: Float64Array, { columns, rows }: CellPlane): readonly (readonly number[])[] {
  const seen = new Uint8Array(filled.length);
  const clumps: number[][] = [];
  for (let first = 0; first < filled.length; first++) {
    if (filled[first] === 0 || seen[first] === 1) continue;
    const clump: number[] = [];
    reach(first, filled, seen, clump);
    for (let k = 0; k < clump.length; k++) {
      const cell = clump[k]!;
      const column = cell % columns;
      if (column > 0) reach(cell - 1, filled, seen, clump);
      if (column < columns - 1) reach(cell + 1, filled, seen, clump);
      if (cell >= columns) reach(cell - columns, filled, seen, clump);
      if (cell < columns * (rows - 1)) reach(cell + columns, filled, seen, clump);
    }
    clumps.push(clump);
  }
  return clumps;
}

function reach(cell: number, filled: Float64Array, seen: Uint8Array, clump: number[]): void {
  if (filled[cell] === 0 || seen[cell] === 1) return;
  seen[cell] = 1;
  clump.push(cell);
}

/** Two numbers for each of so many cells, all 0. They are the next caller's too: whoever asks keeps nothing of them. */
export function zeros(cells: number): readonly [Float64Array, Float64Array] {
  if (scratch[0].length !== cells) scratch = [new Float64Array(cells), new Float64Array(cells)];
  for (const numbers of scratch) numbers.fill(0);
  return scratch;
}

let scratch: readonly [Float64Array, Float64Array] = [new Float64Array(0), new Float64Array(0)];

/** The cells that are marked. */
export function marksOf(marked: Uint8Array): readonly number[] {
  const cells: number[] = [];
  for (let cell = 0; cell < marked.length; cell++) if (marked[cell] === 1) cells.push(cell);
  return cells;
}

/** Marks on these cells, of `size`. */
export function marksAt(cells: readonly number[], size: number): Uint8Array {
  const marked = new Uint8Array(size);
  for (const cell of cells) marked[cell] = 1;
  return marked;
}
