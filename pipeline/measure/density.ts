/**
 * Optical-flow density of the zones of one view (design: "Kernels and what they measure").
 *
 *   people(z) = k(z) * sum over occupied cells of  o(c) w(f(c)) m_z(f(c))
 *
 * where f(c) is where the feet of what is seen in c stand: one person's height further down, at most the end of the
 * unbroken run of occupied cells below c in its column; w(f) = 1 / (cells that one person covers there); m_z(f) the
 * share of that cell that zone z covers.
 *
 * k undoes that people hide each other. If people stand at random with r of them where one would hide a given point,
 * the point is hidden with probability c = 1 - exp(-r) (the Boolean model of stochastic geometry; Matheron, 1975), so
 * what is seen stands for r / c = -ln(1 - c) / c times as many; c is the share of the zone in which somebody is seen.
 * It applies to runs longer than one person is tall: whoever is seen from head to foot hides behind nobody.
 *
 * The sums are made by kernels/density.ts, in one kernel instance for all cameras, into which a view's grid is copied
 * for a call:
 *
 *   base   cellsOfPerson, rowsOfPerson f64 per row | coverage, hidden f64 per zone | sums 16 f64 per zone |
 *          masks u8 per cell and zone | bitmap, occupancy, flowX, flowY u8 per cell | scratch
 */
import { instantiate, type Kernels } from '../kernels.ts';
import type { Cells, ZoneObservation } from '../model.ts';

/** Of those who stand in a view, this share is seen; the rest of them happens to look like what is behind. */
const SEEN_SHARE = 0.95;
/** Coverage beyond which nothing more can be told: -ln(1 - c) / c is then 3.2. */
const COVERAGE_MAX = 0.95;
/** f64 per zone, as drawn in kernels/density.ts. */
const SUMS = 16;

export interface DensityZone {
  readonly id: string;
  /** Share of each cell that the zone covers, 0..255. */
  readonly mask: Uint8Array;
  readonly areaM2?: number;
}

/** What is measured in a zone, with the share of it that is covered and the share of the people who are in a crowd. */
export interface DensityObservation extends ZoneObservation {
  readonly people: number;
  /** 0..1 */
  readonly covered: number;
  /** 0..1 */
  readonly crowded: number;
}

/**
 * `cells` of one picture over zones of the same grid. `cellsOfPerson(footRow)`: cells that one standing person covers;
 * `rowsOfPerson(footRow)`: rows. `planeHeight` in pixels; `intervalMs` since the picture from which flow was measured,
 * 0 when there was none.
 */
export function density(
  cells: Cells,
  zones: readonly DensityZone[],
  cellsOfPerson: Float64Array,
  rowsOfPerson: Float64Array,
  planeHeight: number,
  intervalMs: number,
): readonly DensityObservation[] {
  const { columns, rows } = cells;
  const count = zones.length;
  const n = columns * rows;
  arena = roomFor(n, rows, count);
  const { exports } = arena.kernels;
  const { at, bytes, f64 } = arena;
  f64.set(cellsOfPerson, at.cellsOfPerson / 8);
  f64.set(rowsOfPerson, at.rowsOfPerson / 8);
  for (let z = 0; z < count; z++) bytes.set(zones[z]!.mask, at.masks + z * n);
  bytes.set(cells.bitmap, at.bitmap);
  bytes.set(cells.occupancy, at.occupancy);
  bytes.set(cells.flowX, at.flowX);
  bytes.set(cells.flowY, at.flowY);

  exports.densify(at.scratch, at.bitmap, at.occupancy, at.flowX, at.flowY, columns, rows);
  const grid = [at.masks, count, at.scratch, at.cellsOfPerson, at.rowsOfPerson, columns, rows] as const;
  exports.coverage(at.covered, ...grid);
  const covered = f64.subarray(at.covered / 8, at.covered / 8 + count);
  for (let z = 0; z < count; z++) f64[at.hidden / 8 + z] = hiddenFactor(covered[z]!);
  // i8 in 1/8 pixel a picture to plane heights per second.
  const perSecond = intervalMs > 0 ? 1000 / intervalMs / 8 / planeHeight : 0;
  exports.density(at.sums, at.hidden, ...grid, perSecond);
  return zones.map((zone, z) => {
    const from = at.sums / 8 + z * SUMS;
    return observation(zone, covered[z]!, f64.subarray(from, from + SUMS), intervalMs);
  });
}

function observation(
  zone: DensityZone,
  covered: number,
  sums: Float64Array,
  intervalMs: number,
): DensityObservation {
  const [people = 0, crowd = 0, moving = 0, fluxX = 0, fluxY = 0, speed = 0] = sums;
  const spread = sums[6]!;
  const surrounded = sums[7]!;
  return {
    zone: zone.id,
    people,
    covered,
    crowded: people > 0 ? crowd / people : 0,
    moving,
    ...(zone.areaM2 === undefined ? {} : { density: people / zone.areaM2 }),
    fluxX,
    fluxY,
    coherence: speed > 0 ? Math.sqrt(fluxX * fluxX + fluxY * fluxY) / speed : 0,
    // 1/8 pixel a picture over the 8 pixels from one neighbour's middle to the other's.
    ...(surrounded > 0 && intervalMs > 0
      ? { divergence: ((spread / surrounded / 64) * 1000) / intervalMs }
      : {}),
    directions: Array.from(sums.subarray(8), (share) => (moving > 0 ? share / moving : 0)),
  };
}

/** How many people there are for each that is seen. */
function hiddenFactor(covered: number): number {
  const c = Math.min(COVERAGE_MAX, covered / SEEN_SHARE);
  return c < 0.01 ? 1 : -Math.log(1 - c) / c;
}

interface Arena {
  readonly kernels: Kernels;
  readonly bytes: Uint8Array;
  readonly f64: Float64Array;
  readonly cells: number;
  readonly rows: number;
  readonly zones: number;
  readonly at: Readonly<Record<Part, number>>;
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

/** Holds the largest grid and the most zones that were asked for so far. */
let arena: Arena | undefined;

function roomFor(cells: number, rows: number, zones: number): Arena {
  if (arena !== undefined && cells <= arena.cells && rows <= arena.rows && zones <= arena.zones) return arena;
  return reserveGrid(
    Math.max(cells, arena?.cells ?? 0),
    Math.max(rows, arena?.rows ?? 0),
    Math.max(zones, arena?.zones ?? 0),
  );
}

function reserveGrid(cells: number, rows: number, zones: number): Arena {
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
  const kernels = instantiate(names.reduce((sum, name) => sum + aligned(sizes[name]), 0));
  let next = kernels.base;
  const at = { ...sizes };
  for (const name of names) {
    at[name] = next;
    next += aligned(sizes[name]);
  }
  const { buffer } = kernels.memory;
  return { kernels, bytes: new Uint8Array(buffer), f64: new Float64Array(buffer), cells, rows, zones, at };
}
