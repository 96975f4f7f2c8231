/**
 * Density written to be read: the twin of kernels/density.ts and of what pipeline/measure/density.ts makes of it,
 * number for number. Cells stay sparse and every one is looked up; directions are angles.
 */
import type { DensityObservation, DensityZone } from '../../../pipeline/measure/density.ts';
import type { Cells } from '../../../pipeline/model.ts';

/** Coverage beyond which nothing more can be told: -ln(1 - c) / c is then 3.4. */
const SEEN_SHARE = 0.95;
const COVERAGE_MAX = 0.95;
/** An empty cell with this many occupied neighbours of eight is part of what surrounds it: clothes like the floor. */
const ENCLOSED_MIN = 5;
/** A run is a crowd's when it is longer than this many people's heights. */
const DEEP_RUN = 1.3;
/** Gap of empty cells within one person (a belt, a bag) that does not end a run. */
const GAP_MAX = 1;
/** Flow that counts as walking, plane heights per second. */
const WALKING_MIN = 0.02;

/** `cellsOfPerson(footRow)`: cells that one standing person covers; `rowsOfPerson(footRow)`: rows. */
export function density(
  cells: Cells,
  zones: readonly DensityZone[],
  cellsOfPerson: Float64Array,
  rowsOfPerson: Float64Array,
  planeHeight: number,
  intervalMs: number,
): readonly DensityObservation[] {
  const { columns, rows } = cells;
  const sums = zones.map(() => ({
    people: 0,
    crowd: 0,
    moving: 0,
    fluxX: 0,
    fluxY: 0,
    speed: 0,
    spread: 0,
    surrounded: 0,
    directions: new Array<number>(8).fill(0),
  }));
  const at = indexOfCells(cells);
  const filled = fillEnclosed(cells, at);
  const covered = zones.map((zone) => coverage(zone, filled, columns, rows, cellsOfPerson, rowsOfPerson));
  const hidden = covered.map(hiddenFactor);
  // i8 in 1/8 pixel a picture to plane heights per second.
  const perSecond = intervalMs > 0 ? 1000 / intervalMs / 8 / planeHeight : 0;
  const flowX = new Int8Array(cells.flowX.buffer, cells.flowX.byteOffset, cells.flowX.length);
  const flowY = new Int8Array(cells.flowY.buffer, cells.flowY.byteOffset, cells.flowY.length);
  for (let column = 0; column < columns; column++) {
    let bottom = -1;
    let gap = 0;
    let deep = false;
    for (let row = rows - 1; row >= 0; row--) {
      const cell = row * columns + column;
      const i = at[cell]!;
      if (filled[cell] === 0) {
        if (bottom >= 0 && ++gap > GAP_MAX) bottom = -1;
        continue;
      }
      if (bottom < 0) {
        bottom = row;
        deep = runRows(filled, columns, column, row) > DEEP_RUN * rowsOfPerson[row]!;
      }
      gap = 0;
      const reach = row + rowsOfPerson[Math.min(rows - 1, row + Math.round(rowsOfPerson[row]!))]! - 1;
      const foot = Math.max(row, Math.min(bottom, Math.round(reach)));
      const weight = filled[cell]! / 255 / cellsOfPerson[foot]!;
      const vx = i < 0 ? 0 : flowX[i]! * perSecond;
      const vy = i < 0 ? 0 : flowY[i]! * perSecond;
      const divergence = divergenceOf(cells, at, column, row);
      const speed = Math.sqrt(vx * vx + vy * vy);
      for (let z = 0; z < zones.length; z++) {
        const share = zones[z]!.mask[foot * columns + column]!;
        if (share === 0) continue;
        const sum = sums[z]!;
        const people = ((deep ? hidden[z]! : 1) * weight * share) / 255;
        sum.people += people;
        if (deep) sum.crowd += people;
        sum.fluxX += people * vx;
        sum.fluxY += people * vy;
        sum.speed += people * speed;
        if (divergence !== undefined) {
          sum.spread += share * divergence;
          sum.surrounded += share;
        }
        if (speed > WALKING_MIN) {
          sum.moving += people;
          sum.directions[directionOf(flowX[i]!, flowY[i]!)]! += people;
        }
      }
    }
  }
  return zones.map((zone, z) => {
    const sum = sums[z]!;
    return {
      zone: zone.id,
      people: sum.people,
      covered: covered[z]!,
      crowded: sum.people > 0 ? sum.crowd / sum.people : 0,
      moving: sum.moving,
      ...(zone.areaM2 === undefined ? {} : { density: sum.people / zone.areaM2 }),
      fluxX: sum.fluxX,
      fluxY: sum.fluxY,
      coherence: sum.speed > 0 ? Math.sqrt(sum.fluxX * sum.fluxX + sum.fluxY * sum.fluxY) / sum.speed : 0,
      ...(sum.surrounded > 0 && intervalMs > 0
        ? { divergence: ((sum.spread / sum.surrounded / 64) * 1000) / intervalMs }
        : {}),
      directions: sum.directions.map((share) => (sum.moving > 0 ? share / sum.moving : 0)),
    };
  });
}

/** Share of the zone in which somebody is seen, looked at half a person above each foot row; far rows count for more. */
function coverage(
  zone: DensityZone,
  filled: Float64Array,
  columns: number,
  rows: number,
  cellsOfPerson: Float64Array,
  rowsOfPerson: Float64Array,
): number {
  let whole = 0;
  let covered = 0;
  for (let row = 0; row < rows; row++) {
    const middle = Math.max(0, row - Math.round(rowsOfPerson[row]! / 2)) * columns;
    let shares = 0;
    let seen = 0;
    for (let column = 0; column < columns; column++) {
      const share = zone.mask[row * columns + column]!;
      shares += share;
      seen += share * filled[middle + column]!;
    }
    whole += shares / cellsOfPerson[row]!;
    covered += seen / cellsOfPerson[row]!;
  }
  return whole > 0 ? covered / whole / 255 : 0;
}

/** Rows from `bottom` up to the top of the run of occupied cells, gaps included. */
function runRows(filled: Float64Array, columns: number, column: number, bottom: number): number {
  let top = bottom;
  for (let row = bottom - 1, gap = 0; row >= 0 && gap <= GAP_MAX; row--) {
    if (filled[row * columns + column] === 0) gap++;
    else {
      top = row;
      gap = 0;
    }
  }
  return bottom - top + 1;
}

/** How many people there are for each that is seen. */
function hiddenFactor(covered: number): number {
  const c = Math.min(COVERAGE_MAX, covered / SEEN_SHARE);
  return c < 0.01 ? 1 : -Math.log(1 - c) / c;
}

/** Occupancy per cell of the grid, 0..255, with enclosed gaps filled by the mean of what surrounds them. */
function fillEnclosed(cells: Cells, at: Int32Array): Float64Array {
  const { columns, rows } = cells;
  const filled = new Float64Array(columns * rows);
  for (let cell = 0; cell < filled.length; cell++)
    if (at[cell]! >= 0) filled[cell] = cells.occupancy[at[cell]!]!;
  for (let row = 1; row + 1 < rows; row++)
    for (let column = 1; column + 1 < columns; column++) {
      const cell = row * columns + column;
      let around = 0;
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const i = at[cell + dy * columns + dx]!;
          if ((dx !== 0 || dy !== 0) && i >= 0 && cells.occupancy[i]! >= 96) {
            around++;
            sum += cells.occupancy[i]!;
          }
        }
      if (around >= ENCLOSED_MIN) filled[cell] = Math.max(filled[cell]!, sum / around);
    }
  return filled;
}

/** 8 bins of 45 degrees, bin 0 centred on +x, clockwise as y runs down. */
function directionOf(x: number, y: number): number {
  return (Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8;
}

/**
 * How much faster what is right and below moves right and down than what is left and above, 1/8 pixel a picture;
 * undefined unless the cell and its four sides are occupied.
 */
function divergenceOf(cells: Cells, at: Int32Array, column: number, row: number): number | undefined {
  const { columns, rows } = cells;
  const occupied = (c: number, r: number) => {
    if (c < 0 || c >= columns || r < 0 || r >= rows) return undefined;
    const i = at[r * columns + c]!;
    return i >= 0 && cells.occupancy[i] !== 0 ? i : undefined;
  };
  const left = occupied(column - 1, row);
  const right = occupied(column + 1, row);
  const up = occupied(column, row - 1);
  const down = occupied(column, row + 1);
  const here = occupied(column, row);
  if (here === undefined || left === undefined || right === undefined) return undefined;
  if (up === undefined || down === undefined) return undefined;
  const i8 = (value: number | undefined) => ((value ?? 0) << 24) >> 24;
  return i8(cells.flowX[right]) - i8(cells.flowX[left]) + i8(cells.flowY[down]) - i8(cells.flowY[up]);
}

/** Index into the sparse arrays per cell of the grid, -1 where nobody is. */
function indexOfCells(cells: Cells): Int32Array {
  const at = new Int32Array(cells.columns * cells.rows).fill(-1);
  let next = 0;
  for (let cell = 0; cell < at.length; cell++)
    if ((cells.bitmap[cell >> 3]! >> (cell & 7)) & 1) {
      if (cells.occupancy[next] !== 0) at[cell] = next;
      next++;
    }
  return at;
}
