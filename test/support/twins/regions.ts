/**
 * Naive twin of kernels/regions.ts: what the cells of a region's box say about it.
 */
import { BLOB_FIELDS, FIELD } from './blobs.ts';

/** Fields that follow those of blobs.ts. */
export const REGION_FIELD = { still: 11, weight: 12, flowX: 13, flowY: 14 } as const;

/** Cells of the box of row `row` of the table. */
function boxOf(table: Int32Array, row: number, columns: number): number[] {
  const cells: number[] = [];
  for (let y = table[row + FIELD.y0]! >> 2; y <= table[row + FIELD.y1]! >> 2; y++)
    for (let x = table[row + FIELD.x0]! >> 2; x <= table[row + FIELD.x1]! >> 2; x++)
      cells.push(y * columns + x);
  return cells;
}

/** Pictures for which four fifths of the box's occupied cells have not changed. */
export function regionAges(
  table: Int32Array,
  count: number,
  occupancy: Uint8Array,
  still: Uint16Array,
  columns: number,
): void {
  for (let row = 0; row < count * BLOB_FIELDS; row += BLOB_FIELDS) {
    const ages = boxOf(table, row, columns)
      .filter((cell) => occupancy[cell] !== 0)
      .map((cell) => still[cell]!)
      .sort((a, b) => a - b);
    table[row + REGION_FIELD.still] = ages[Math.floor(ages.length / 5)] ?? 0;
  }
}

export function regionFlows(
  table: Int32Array,
  count: number,
  occupancy: Uint8Array,
  flowX: Int8Array,
  flowY: Int8Array,
  columns: number,
): void {
  for (let row = 0; row < count * BLOB_FIELDS; row += BLOB_FIELDS) {
    const cells = boxOf(table, row, columns);
    const sum = (of: (cell: number) => number) => cells.reduce((all, cell) => all + of(cell), 0);
    table[row + REGION_FIELD.weight] = sum((cell) => occupancy[cell]!);
    table[row + REGION_FIELD.flowX] = sum((cell) => occupancy[cell]! * flowX[cell]!);
    table[row + REGION_FIELD.flowY] = sum((cell) => occupancy[cell]! * flowY[cell]!);
  }
}

/** Bitmap of the cells that are occupied or burn, then their occupancy, flow x, flow y and flame. */
export function gatherCells(
  occupancy: Uint8Array,
  flowX: Int8Array,
  flowY: Int8Array,
  flame: Uint8Array,
): Uint8Array {
  const occupied = [...occupancy.keys()].filter((cell) => occupancy[cell] !== 0 || flame[cell] !== 0);
  const bitmap = new Uint8Array((occupancy.length + 7) >> 3);
  for (const cell of occupied) bitmap[cell >> 3]! |= 1 << (cell & 7);
  const of = (plane: ArrayLike<number>) => occupied.map((cell) => plane[cell]! & 255);
  return Uint8Array.from([...bitmap, ...of(occupancy), ...of(flowX), ...of(flowY), ...of(flame)]);
}
