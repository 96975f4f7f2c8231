/**
 * Optical-flow density of the zones of one view (design: "Kernels and what they measure").
 *
 *   people(z) = sum over occupied cells of  o(c) w(f(c)) m_z(f(c))
 *
 * where f(c) is where the feet of what is seen in c stand: one person's height further down, at most the end of the
 * unbroken run of occupied cells below c in its column; w(f) = 1 / (cells that one person covers there); m_z(f) the
 * share of that cell that zone z covers. In a crowd what is seen is mostly heads and shoulders, so a cell whose run
 * goes on below one person's height counts more, by OVERLAP.
 */
import type { Cells, ZoneObservation } from '../model.ts';

/** How much less of a person is seen behind others than of one who stands free. */
const OVERLAP = 1.6;
/** Gap of empty cells within one person (a belt, a bag) that does not end a run. */
const GAP_MAX = 1;
/** Flow that counts as walking, plane heights per second. */
const WALKING_MIN = 0.02;

export interface DensityZone {
  readonly id: string;
  /** Share of each cell that the zone covers, 0..255. */
  readonly mask: Uint8Array;
  readonly areaM2?: number;
}

/** `cellsOfPerson(footRow)`: cells that one standing person covers; `rowsOfPerson(footRow)`: rows. */
export function density(
  cells: Cells,
  zones: readonly DensityZone[],
  cellsOfPerson: Float64Array,
  rowsOfPerson: Float64Array,
  planeHeight: number,
  intervalMs: number,
): readonly ZoneObservation[] {
  const { columns, rows } = cells;
  const sums = zones.map(() => ({
    people: 0,
    moving: 0,
    fluxX: 0,
    fluxY: 0,
    speed: 0,
    directions: new Array<number>(8).fill(0),
  }));
  const at = indexOfCells(cells);
  // i8 in 1/8 pixel a picture to plane heights per second.
  const perSecond = intervalMs > 0 ? 1000 / intervalMs / 8 / planeHeight : 0;
  const flowX = new Int8Array(cells.flowX.buffer, cells.flowX.byteOffset, cells.flowX.length);
  const flowY = new Int8Array(cells.flowY.buffer, cells.flowY.byteOffset, cells.flowY.length);
  for (let column = 0; column < columns; column++) {
    let bottom = -1;
    let gap = 0;
    for (let row = rows - 1; row >= 0; row--) {
      const i = at[row * columns + column]!;
      if (i < 0) {
        if (bottom >= 0 && ++gap > GAP_MAX) bottom = -1;
        continue;
      }
      if (bottom < 0) bottom = row;
      gap = 0;
      const reach = row + rowsOfPerson[Math.min(rows - 1, row + Math.round(rowsOfPerson[row]!))]! - 1;
      const behind = reach < bottom - 0.5;
      const foot = Math.max(row, Math.min(bottom, Math.round(reach)));
      const weight = ((cells.occupancy[i]! / 255) * (behind ? OVERLAP : 1)) / cellsOfPerson[foot]!;
      const vx = flowX[i]! * perSecond;
      const vy = flowY[i]! * perSecond;
      const speed = Math.hypot(vx, vy);
      for (let z = 0; z < zones.length; z++) {
        const share = zones[z]!.mask[foot * columns + column]!;
        if (share === 0) continue;
        const people = (weight * share) / 255;
        const sum = sums[z]!;
        sum.people += people;
        sum.fluxX += people * vx;
        sum.fluxY += people * vy;
        sum.speed += people * speed;
        if (speed > WALKING_MIN) {
          sum.moving += people;
          sum.directions[directionOf(vx, vy)]! += people;
        }
      }
    }
  }
  return zones.map((zone, z) => {
    const sum = sums[z]!;
    return {
      zone: zone.id,
      people: sum.people,
      moving: sum.moving,
      ...(zone.areaM2 === undefined ? {} : { density: sum.people / zone.areaM2 }),
      fluxX: sum.fluxX,
      fluxY: sum.fluxY,
      coherence: sum.speed > 0 ? Math.hypot(sum.fluxX, sum.fluxY) / sum.speed : 0,
      directions: sum.directions.map((share) => (sum.moving > 0 ? share / sum.moving : 0)),
    };
  });
}

/** 8 bins of 45 degrees, bin 0 centred on +x, clockwise as y runs down. */
function directionOf(vx: number, vy: number): number {
  return (Math.round(Math.atan2(vy, vx) / (Math.PI / 4)) + 8) % 8;
}

/** Index into the sparse arrays per cell of the grid, -1 where empty. */
function indexOfCells(cells: Cells): Int32Array {
  const at = new Int32Array(cells.columns * cells.rows).fill(-1);
  let next = 0;
  for (let cell = 0; cell < at.length; cell++)
    if ((cells.bitmap[cell >> 3]! >> (cell & 7)) & 1) at[cell] = next++;
  return at;
}
