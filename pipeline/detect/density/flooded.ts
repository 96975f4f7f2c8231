/**
 * A view that fills from edge to edge within a second: a sensor that is flooded with light, a camera that is knocked, or
 * somebody right before the lens. Nobody can be counted in it, and whoever was there still is. A crowd takes longer: its
 * first row is at the edge of the view when its last row is still far from it.
 */
import type { Cells } from '../../model.ts';

/** Shares of the view: what is nearly all of it, and what it came from. */
const FULL_MIN = 0.9;
const FREE_MAX = 0.3;
const WITHIN_MS = 1_000;
/** Counts are smoothed over a second, and so are wrong for some more. */
const AFTER_MS = 3_000;
/** Looks that are kept of a second. */
const LOOKS_MAX = 32;

interface Look {
  readonly atMs: number;
  /** Share of the view, 0..1. */
  readonly share: number;
}

export class Flooded {
  #looks: readonly Look[] = [];
  #flooded = false;
  #endedAtMs = Number.NEGATIVE_INFINITY;

  save() {
    return { looks: this.#looks, flooded: this.#flooded, endedAtMs: this.#endedAtMs };
  }

  restore({ looks, flooded, endedAtMs }: ReturnType<Flooded['save']>): void {
    this.#looks = looks;
    this.#flooded = flooded;
    this.#endedAtMs = endedAtMs;
  }

  /** Whether nothing can be counted in this look. No cells: the view is unusable, and tells nothing of this either. */
  step(cells: Cells | undefined, now: number): boolean {
    if (cells !== undefined) this.#judge(shareOf(cells), now);
    return this.#flooded || now - this.#endedAtMs < AFTER_MS;
  }

  #judge(share: number, now: number): void {
    const kept = this.#looks.filter(({ atMs }) => now - atMs <= WITHIN_MS);
    this.#looks = [...kept, { atMs: now, share }].slice(-LOOKS_MAX);
    if (share < FULL_MIN) {
      if (this.#flooded) this.#endedAtMs = now;
      this.#flooded = false;
    } else this.#flooded ||= this.#looks.some((look) => look.share <= FREE_MAX);
  }
}

function shareOf({ occupancy, columns, rows }: Cells): number {
  return occupancy.reduce((sum, share) => sum + share, 0) / 255 / (columns * rows);
}
