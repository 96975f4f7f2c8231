/**
 * The cells of the frame that is being measured, as planes in the memory of one kernel instance. It serves all cameras,
 * one frame at a time: whoever needs cells reads them here, so that they are unpacked once.
 *
 *   base   cellsOfPerson, rowsOfPerson f64 per row | covered, hidden f64 per zone | sums 16 f64 per zone |
 *          masks u8 per cell and zone | bitmap, occupancy, flowX, flowY u8 per cell |
 *          scratch, as drawn in kernels/density.ts, with the planes in it
 */
import { instantiate, type KernelExports } from '../kernels.ts';
import type { Cells } from '../model.ts';

/** f64 per zone, as drawn in kernels/density.ts. */
export const SUMS = 16;

/** Holds until the next frame is unpacked. Cell (column, row) is at `row * columns + column` of its plane. */
export interface Grid {
  readonly exports: KernelExports;
  readonly at: Readonly<Record<Part, number>>;
  readonly bytes: Uint8Array;
  readonly f64: Float64Array;
  readonly columns: number;
  readonly rows: number;
  /** Where the plane of occupancies begins in `bytes`: 0..255, 0 where nothing is. */
  readonly occupancyAt: number;
  /** Where the planes of flow begin in `signed`: 1/8 pixel a picture, 0 where nothing is. */
  readonly signed: Int8Array;
  readonly flowXAt: number;
  readonly flowYAt: number;
}

type Part =
  | 'cellsOfPerson'
  | 'rowsOfPerson'
  | 'covered'
  | 'hidden'
  | 'sums'
  | 'masks'
  | 'bitmap'
  | 'occupancy'
  | 'flowX'
  | 'flowY'
  | 'scratch';

/** Unpacks the cells of one frame, with room for as many zones. The frame before is gone then. */
export function gridOf(cells: Cells, zones: number): Grid {
  const { columns, rows } = cells;
  const n = columns * rows;
  if (shared === undefined || n > shared.cells || rows > shared.rowsMax || zones > shared.zones)
    shared = reserveGrid(
      Math.max(n, shared?.cells ?? 0),
      Math.max(rows, shared?.rowsMax ?? 0),
      Math.max(zones, shared?.zones ?? 0),
    );
  const { at, bytes, exports } = shared;
  bytes.set(cells.bitmap, at.bitmap);
  bytes.set(cells.occupancy, at.occupancy);
  bytes.set(cells.flowX, at.flowX);
  bytes.set(cells.flowY, at.flowY);
  exports.densify(at.scratch, at.bitmap, at.occupancy, at.flowX, at.flowY, columns, rows);
  shared.columns = columns;
  shared.rows = rows;
  shared.occupancyAt = at.scratch + 8 * n;
  shared.flowXAt = at.scratch + 9 * n;
  shared.flowYAt = at.scratch + 10 * n;
  return shared;
}

/** Has room for the largest grid and the most zones that were asked for so far. */
interface Shared extends Grid {
  readonly cells: number;
  readonly rowsMax: number;
  readonly zones: number;
  columns: number;
  rows: number;
  occupancyAt: number;
  flowXAt: number;
  flowYAt: number;
}

let shared: Shared | undefined;

function reserveGrid(cells: number, rows: number, zones: number): Shared {
  const sizes: Readonly<Record<Part, number>> = {
    cellsOfPerson: 8 * rows,
    rowsOfPerson: 8 * rows,
    covered: 8 * zones,
    hidden: 8 * zones,
    sums: 8 * SUMS * zones,
    masks: cells * zones,
    bitmap: (cells + 7) >> 3,
    occupancy: cells,
    flowX: cells,
    flowY: cells,
    scratch: instantiate(0).exports.densityScratchBytes(cells, 1),
  };
  const names = Object.keys(sizes) as Part[];
  const aligned = (bytes: number) => (bytes + 63) & ~63;
  const { exports, memory, base } = instantiate(names.reduce((sum, name) => sum + aligned(sizes[name]), 0));
  let next = base;
  const at = { ...sizes };
  for (const name of names) {
    at[name] = next;
    next += aligned(sizes[name]);
  }
  return {
    exports,
    at,
    bytes: new Uint8Array(memory.buffer),
    signed: new Int8Array(memory.buffer),
    f64: new Float64Array(memory.buffer),
    cells,
    rowsMax: rows,
    zones,
    columns: 0,
    rows: 0,
    occupancyAt: 0,
    flowXAt: 0,
    flowYAt: 0,
  };
}
