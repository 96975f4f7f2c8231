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
 * The sums are made by kernels/density.ts, in the memory that holds the grid.
 */
import type { ZoneObservation } from '../model.ts';
import { type Grid, SUMS } from './grid.ts';

/** Of those who stand in a view, this share is seen; the rest of them happens to look like what is behind. */
const SEEN_SHARE = 0.95;
/** Coverage beyond which nothing more can be told: -ln(1 - c) / c is then 3.2. */
const COVERAGE_MAX = 0.95;

export interface DensityZone {
  readonly id: string;
  /** Share of each cell that the zone covers, 0..255. */
  readonly mask: Uint8Array;
  readonly areaM2?: number;
}

/** What is measured in a zone, with the share of it that is covered and the share of the people who are in a crowd. */
export interface DensityObservation extends ZoneObservation {
  readonly people: number;
  readonly moving: number;
  readonly fluxX: number;
  readonly fluxY: number;
  readonly coherence: number;
  readonly directions: readonly number[];
  /** 0..1 */
  readonly covered: number;
  /** 0..1 */
  readonly crowded: number;
}

/**
 * The cells of one picture over zones of the same grid, for at most as many zones as it has room for.
 * `cellsOfPerson(footRow)`: cells that one standing person covers; `rowsOfPerson(footRow)`: rows. `planeHeight` in
 * pixels; `intervalMs` since the picture from which flow was measured, 0 when there was none.
 */
export function density(
  grid: Grid,
  zones: readonly DensityZone[],
  cellsOfPerson: Float64Array,
  rowsOfPerson: Float64Array,
  planeHeight: number,
  intervalMs: number,
): readonly DensityObservation[] {
  const { exports, at, bytes, f64, columns, rows } = grid;
  const count = zones.length;
  f64.set(cellsOfPerson, at.cellsOfPerson / 8);
  f64.set(rowsOfPerson, at.rowsOfPerson / 8);
  for (let z = 0; z < count; z++) bytes.set(zones[z]!.mask, at.masks + z * columns * rows);
  const { masks, scratch, covered, hidden } = at;
  exports.coverage(covered, masks, count, scratch, at.cellsOfPerson, at.rowsOfPerson, columns, rows);
  for (let z = 0; z < count; z++) f64[hidden / 8 + z] = hiddenFactor(f64[covered / 8 + z]!);
  // i8 in 1/8 pixel a picture to plane heights per second.
  const perSecond = intervalMs > 0 ? 1000 / intervalMs / 8 / planeHeight : 0;
  exports.density(
    at.sums,
    hidden,
    masks,
    count,
    scratch,
    at.cellsOfPerson,
    at.rowsOfPerson,
    columns,
    rows,
    perSecond,
  );
  const observations: DensityObservation[] = [];
  for (let z = 0; z < count; z++)
    observations.push(observation(zones[z]!, f64[covered / 8 + z]!, f64, at.sums / 8 + z * SUMS, intervalMs));
  return observations;
}

/** `sums` from `from` on: 16 f64, named in kernels/density.ts. */
function observation(
  zone: DensityZone,
  covered: number,
  sums: Float64Array,
  from: number,
  intervalMs: number,
): DensityObservation {
  const people = sums[from]!;
  const moving = sums[from + 2]!;
  const fluxX = sums[from + 3]!;
  const fluxY = sums[from + 4]!;
  const speed = sums[from + 5]!;
  const spread = sums[from + 6]!;
  const surrounded = sums[from + 7]!;
  const directions: number[] = [];
  for (let bin = from + 8; bin < from + SUMS; bin++) directions.push(moving > 0 ? sums[bin]! / moving : 0);
  const observed: Changeable<DensityObservation> = {
    zone: zone.id,
    people,
    covered,
    crowded: people > 0 ? sums[from + 1]! / people : 0,
    moving,
    fluxX,
    fluxY,
    coherence: speed > 0 ? Math.sqrt(fluxX * fluxX + fluxY * fluxY) / speed : 0,
    directions,
  };
  if (zone.areaM2 !== undefined) observed.density = people / zone.areaM2;
  // 1/8 pixel a picture over the 8 pixels from one neighbour's middle to the other's.
  if (surrounded > 0 && intervalMs > 0)
    observed.divergence = ((spread / surrounded / 64) * 1000) / intervalMs;
  return observed;
}

/** While it is being put together. */
export type Changeable<T> = { -readonly [Name in keyof T]: T[Name] };

/** How many people there are for each that is seen. */
function hiddenFactor(covered: number): number {
  const c = Math.min(COVERAGE_MAX, covered / SEEN_SHARE);
  return c < 0.01 ? 1 : -Math.log(1 - c) / c;
}
