/**
 * Regions that are followed as many people at once: a train, the patch that it or a light leaves on the ground, an insect
 * right on the glass. Such a region is cut into people wherever it is too large for one, and they come, go and hop as its
 * edges do.
 *
 *    _______________         _
 *   | : : : : : : : |       |:|     of who comes onto the tracks, also beside somebody, beside a cart or with a shadow,
 *   |_:_:_:_:_:_:_:_|       |_|     hardly ever more than three are one region
 */
import type { Blob, Track } from '../../model.ts';
import { regionOf } from '../region-of.ts';

/** As many as are taken for a train when they come at once. Of 52 rendered trespasses none had more than 4, a vehicle. */
const PIECES_MIN = 6;
/** What was a part of one is no more than that until it has been apart for as long as this. */
const APART_MS = 1_000;

export class Masses {
  /** When each track was last a part of one; changed in place. */
  readonly #partAtMs = new Map<number, number>();

  save() {
    return this.#partAtMs;
  }

  restore(partAtMs: ReturnType<Masses['save']>): void {
    this.#partAtMs.clear();
    for (const [track, atMs] of partAtMs) this.#partAtMs.set(track, atMs);
  }

  step(tracks: readonly Track[], blobs: readonly Blob[], now: number): void {
    const alive = new Set(tracks.map(({ id }) => id));
    for (const [id, atMs] of this.#partAtMs)
      if (!alive.has(id) || now - atMs >= APART_MS) this.#partAtMs.delete(id);
    const pieces = new Map<Blob, Track[]>();
    for (const track of tracks) {
      const region = track.seen ? regionOf(track, blobs) : undefined;
      if (region === undefined) continue;
      const others = pieces.get(region);
      if (others === undefined) pieces.set(region, [track]);
      else others.push(track);
    }
    for (const parts of pieces.values())
      if (parts.length >= PIECES_MIN) for (const { id } of parts) this.#partAtMs.set(id, now);
  }

  hasPart({ id }: Track): boolean {
    return this.#partAtMs.has(id);
  }
}
