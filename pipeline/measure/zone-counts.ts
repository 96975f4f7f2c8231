/** How many people there are in every zone of one camera, from the cells and from the tracks together. */
import type { Frame, Track, ZoneObservation } from '../model.ts';
import type { Zone } from '../site/site.ts';
import { type DensityZone, density } from './density.ts';
import { maskOf } from './geometry.ts';
import type { Ground } from './ground.ts';

/** A track counts as somebody after this long. */
const GROWN_MS = 500;
/** Counts are smoothed over about this long: people do not appear and vanish within a second. */
const SMOOTH_MS = 1_000;

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
      mask: maskOf(zone.polygon, width, height),
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

  step(frame: Frame, tracks: readonly Track[]): readonly ZoneObservation[] {
    if (frame.view !== 'ok' || frame.cells === undefined)
      return this.#zones.map((zone) => ({ zone: zone.id }));
    const rowsOfPerson = new Float64Array(this.#rows);
    const cellsOfPerson = new Float64Array(this.#rows);
    for (let row = 0; row < this.#rows; row++) {
      const heightPx = this.#ground.height(Math.min(1, ((row + 0.5) * 4) / this.#height)) * this.#height;
      rowsOfPerson[row] = heightPx / 4;
      cellsOfPerson[row] = Math.max(0.5, (this.#ground.fill * heightPx * heightPx) / 16);
    }
    const observed = density(
      frame.cells,
      this.#zones,
      cellsOfPerson,
      rowsOfPerson,
      this.#height,
      frame.intervalMs,
    );
    return observed.map(({ covered, crowded, ...zone }) => {
      // Where people stand apart, the tracks count them as well as the cells do, and the two err differently.
      const apart = 1 - crowded;
      const counted = tracks
        .filter((track) => track.seen && track.ageMs >= GROWN_MS && track.zones.includes(zone.zone))
        .reduce((sum, track) => sum + Math.max(1, track.people), 0);
      const people = this.#smoothed(
        zone.zone,
        zone.people + (apart / 2) * (counted - zone.people),
        frame.intervalMs,
      );
      const area = this.#zones.find((known) => known.id === zone.zone)?.areaM2;
      return { ...zone, people, covered, ...(area === undefined ? {} : { density: people / area }) };
    });
  }

  #smoothed(zone: string, value: number, intervalMs: number): number {
    const before = this.#smooth.get(zone) ?? value;
    const gain = Math.min(1, intervalMs / SMOOTH_MS);
    const next = before + gain * (value - before);
    this.#smooth.set(zone, next);
    return next;
  }
}
