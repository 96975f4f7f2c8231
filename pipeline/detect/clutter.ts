/**
 * How much of what is seen comes into being and is gone again: snow, heavy rain, a swarm before the lens. There, chance
 * alone strings a few regions together that pass for somebody's first steps.
 *
 * Measured as tracks that begin a second, over the whole view. Streets, platforms and corridors stay below 5, also where
 * a train empties (more, but for moments); rain and a coach's windows make 10 to 13, falling snow 30 to 45.
 */
import type { Track } from '../model.ts';

/** Over how long it is averaged, or as long as there was: a train that empties is over sooner, a snowfall is not. */
const AVERAGE_MS = 10_000;
/** Tracks a second from which the view is cluttered, and below which it is not any more. */
const CLUTTERED_FROM = 18;
const CLUTTERED_UNTIL = 12;

export class Clutter {
  #perSecond = 0;
  #watchedMs = 0;
  #cluttered = false;

  save() {
    return { perSecond: this.#perSecond, watchedMs: this.#watchedMs, cluttered: this.#cluttered };
  }

  restore(saved: ReturnType<Clutter['save']>): void {
    this.#perSecond = saved.perSecond;
    this.#watchedMs = saved.watchedMs;
    this.#cluttered = saved.cluttered;
  }

  /** `stepMs`: since the frame before. Returns whether the view is cluttered. */
  step(tracks: readonly Track[], stepMs: number): boolean {
    const begun = tracks.reduce((sum, { ageMs }) => sum + (ageMs === 0 ? 1 : 0), 0);
    if (stepMs > 0) {
      this.#watchedMs = Math.min(AVERAGE_MS, this.#watchedMs + stepMs);
      const weight = Math.min(1, stepMs / this.#watchedMs);
      this.#perSecond += weight * ((1000 * begun) / stepMs - this.#perSecond);
    }
    this.#cluttered = this.#perSecond > (this.#cluttered ? CLUTTERED_UNTIL : CLUTTERED_FROM);
    return this.#cluttered;
  }
}
