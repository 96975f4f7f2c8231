/** How many people there are in every zone of one camera, from the cells and from the tracks together. */
import type { Frame, Track, ZoneObservation } from '../model.ts';
import { CELL_PX, PLANE_PIXELS_MAX, type Zone } from '../site/site.ts';
import { type Changeable, type DensityObservation, type DensityZone, density } from './density.ts';
import { peopleByFloor } from './floor-seen.ts';
import { maskOf, shapeOf } from './geometry.ts';
import type { Grid } from './grid.ts';
import type { Ground } from './ground.ts';

/** A track counts as somebody after this long. */
const GROWN_MS = 500;
/** Counts are smoothed over about this long: people do not appear and vanish within a second. */
const SMOOTH_MS = 1_000;
/** Share of a zone that must be covered before what is seen of its floor says anything, and from which it is believed. */
const FLOOR_COVERED_MIN = 0.5;
const FLOOR_COVERED_FULL = 0.8;
/**
 * A camera that hangs two people's heights high or more sees some of everybody, and what is seen counts for half. Below,
 * those in front hide the others whole, to the camera in the ceiling of a coach, at one and a half, nearly all: there
 * the floor alone counts. Measured on rendered places: coaches hang 1.4 heights high, what is above 2.1 or more.
 */
const HANGS_HIGH = 2;
const HANGS_LOW = 1.65;

/** Of a plane that is one pixel wide. */
const ROWS_MAX = PLANE_PIXELS_MAX / CELL_PX;
/** Filled anew for every frame. */
const rowScratch = new Float64Array(ROWS_MAX);
const cellScratch = new Float64Array(ROWS_MAX);

export class ZoneCounts {
  readonly #zones: readonly DensityZone[];
  readonly #ground: Ground;
  readonly #height: number;
  /** Smoothed count by zone, of those that were ever seen. */
  readonly #smooth = new Map<string, number>();
  readonly #rows: number;

  /** Width and height of the plane. */
  constructor(zones: readonly Zone[], ground: Ground, width: number, height: number) {
    this.#ground = ground;
    this.#height = height;
    this.#zones = zones.map((zone) => ({
      id: zone.id,
      mask: maskOf(shapeOf(zone.polygon), width, height),
      ...(zone.areaM2 === undefined ? {} : { areaM2: zone.areaM2 }),
    }));
    this.#rows = (height + 3) >> 2;
  }

  save() {
    return this.#smooth;
  }

  restore(smooth: ReturnType<ZoneCounts['save']>): void {
    for (const [zone, people] of smooth)
      if (this.#zones.some((known) => known.id === zone)) this.#smooth.set(zone, people);
  }

  /** No grid while the view cannot be trusted: then nothing is known. */
  step(frame: Frame, grid: Grid | undefined, tracks: readonly Track[]): readonly ZoneObservation[] {
    if (grid === undefined) return this.#zones.map((zone) => ({ zone: zone.id }));
    const { rowsOfPerson, cellsOfPerson } = this.#personByRow();
    const observed = density(grid, this.#zones, cellsOfPerson, rowsOfPerson, this.#height, frame.intervalMs);
    const aspect = frame.planeWidth / frame.planeHeight;
    return observed.map((zone, z) => {
      const { mask, areaM2 } = this.#zones[z]!;
      const people = this.#withFloor(zone, mask, grid, aspect);
      return this.#counted({ ...zone, people }, areaM2, tracks, frame.intervalMs);
    });
  }

  /** A crowd that fills the zone is counted by what is seen of it and by what it leaves of the floor, half of each. */
  #withFloor({ people, covered }: DensityObservation, mask: Uint8Array, grid: Grid, aspect: number): number {
    const trust = Math.min(1, (covered - FLOOR_COVERED_MIN) / (FLOOR_COVERED_FULL - FLOOR_COVERED_MIN));
    if (trust <= 0) return people;
    const byFloor = peopleByFloor(grid, mask, this.#ground, this.#height, aspect);
    const low = Math.min(1, Math.max(0, (HANGS_HIGH - this.#ground.hangs) / (HANGS_HIGH - HANGS_LOW)));
    return people + (trust / 2) * (1 + low) * (byFloor - people);
  }

  #personByRow() {
    const rowsOfPerson = rowScratch.subarray(0, this.#rows);
    const cellsOfPerson = cellScratch.subarray(0, this.#rows);
    for (let row = 0; row < this.#rows; row++) {
      const heightPx = this.#ground.height(Math.min(1, ((row + 0.5) * 4) / this.#height)) * this.#height;
      rowsOfPerson[row] = heightPx / 4;
      cellsOfPerson[row] = Math.max(0.5, (this.#ground.fill * heightPx * heightPx) / 16);
    }
    return { rowsOfPerson, cellsOfPerson };
  }

  /** Where people stand apart, the tracks count them as well as the cells do, and the two err differently. */
  #counted(
    observed: DensityObservation,
    areaM2: number | undefined,
    tracks: readonly Track[],
    intervalMs: number,
  ): ZoneObservation {
    const { zone, crowded, covered, moving, fluxX, fluxY, coherence, directions } = observed;
    let counted = 0;
    for (const track of tracks)
      if (track.seen && track.ageMs >= GROWN_MS && track.zones.includes(zone))
        counted += Math.max(1, track.people);
    const apart = 1 - crowded;
    const cells = observed.people;
    const people = this.#smoothed(zone, cells + (apart / 2) * (counted - cells), intervalMs);
    const counts: Changeable<ZoneObservation> = {
      zone,
      people,
      covered,
      moving,
      fluxX,
      fluxY,
      coherence,
      directions,
    };
    if (observed.divergence !== undefined) counts.divergence = observed.divergence;
    if (areaM2 !== undefined) counts.density = people / areaM2;
    return counts;
  }

  #smoothed(zone: string, value: number, intervalMs: number): number {
    const before = this.#smooth.get(zone) ?? value;
    const gain = Math.min(1, intervalMs / SMOOTH_MS);
    const next = before + gain * (value - before);
    this.#smooth.set(zone, next);
    return next;
  }
}
