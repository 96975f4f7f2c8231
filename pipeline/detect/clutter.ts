/**
 * How much of what is seen comes into being and is gone again: snow, heavy rain, a swarm before the lens. There, chance
 * alone strings a few regions together that pass for somebody's first steps.
 *
 * Measured as tracks that begin a second, over the whole view. Streets, platforms and corridors stay below 5, also where
 * a train empties (more, but for moments); rain and a coach's windows make 10 to 25, falling snow 30 to 70.
 *
 * Where many people are, each is lost behind another and found again: twenty of them in the open make 15 tracks a second at 5
 * pictures a second. But they last, most of them, and flakes do not: falling snow makes 3 a picture and more besides what is so
 * found again.
 *
 * What tells somebody from such a string is that they stay whole: two flakes or three are now and then as tall as a
 * person, in one picture; a person is it in nearly all. So the more begins, the longer a track must have been whole.
 */
import type { Track } from '../model.ts';

/** Over how long it is averaged, or as long as there was: a train that empties is over sooner, a snowfall is not. */
const AVERAGE_MS = 10_000;
/** Tracks a second from which the view is cluttered, and below which it is not any more. */
const CLUTTERED_FROM = 18;
const CLUTTERED_UNTIL = 12;
/** Who has lasted so long is somebody, and where many are is found again in so many of the pictures. */
const LASTS_MS = 1_500;
const FOUND_AGAIN = 0.1;
/** Tracks a picture besides those, up to which it is people that clutter the view. */
const BESIDES_MAX = 2;
/** Tracks a second up to which nothing is asked of a track. */
const CLEAR_UNTIL = 5;
/** How long a track must have been whole where the view begins to be cluttered, and at most: a string can be for a second. */
const WHOLE_MS = 1_000;
const WHOLE_MS_ASKED_MAX = 1_800;
/** What it was is remembered for as long as this. */
const WHOLE_MS_MAX = 2_000;
/** Whole: so many people's heights tall; a cart is lower and as wide as that. */
const WHOLE_HEIGHT_MIN = 0.8;
const CART_HEIGHT_MIN = 0.45;

export class Clutter {
  #perSecond = 0;
  /** Tracks that begin in a picture, less those that are found again. */
  #besides = 0;
  #watchedMs = 0;
  #cluttered = false;
  /** How long each track has been whole, less how long it has not; changed in place. */
  readonly #wholeMs = new Map<number, number>();

  save() {
    return {
      perSecond: this.#perSecond,
      besides: this.#besides,
      watchedMs: this.#watchedMs,
      cluttered: this.#cluttered,
      wholeMs: this.#wholeMs,
    };
  }

  restore(saved: ReturnType<Clutter['save']>): void {
    this.#perSecond = saved.perSecond;
    this.#besides = saved.besides;
    this.#watchedMs = saved.watchedMs;
    this.#cluttered = saved.cluttered;
    this.#wholeMs.clear();
    for (const [track, ms] of saved.wholeMs) this.#wholeMs.set(track, ms);
  }

  /** `stepMs`: since the frame before; `aspect`: width over height of the view. Returns whether the view is cluttered. */
  step(tracks: readonly Track[], stepMs: number, aspect: number): boolean {
    const begun = tracks.filter(({ ageMs }) => ageMs === 0).length;
    const lasting = tracks.filter(({ seen, ageMs }) => seen && ageMs >= LASTS_MS).length;
    if (stepMs > 0) {
      this.#watchedMs = Math.min(AVERAGE_MS, this.#watchedMs + stepMs);
      const weight = Math.min(1, stepMs / this.#watchedMs);
      this.#perSecond += weight * ((1000 * begun) / stepMs - this.#perSecond);
      this.#besides += weight * (begun - FOUND_AGAIN * lasting - this.#besides);
    }
    this.#cluttered = this.#perSecond > (this.#cluttered ? CLUTTERED_UNTIL : CLUTTERED_FROM);
    this.#watch(tracks, stepMs, aspect);
    return this.#cluttered;
  }

  /** Whether it is for the most part people who are lost and found again that clutter it. */
  get byPeople(): boolean {
    return this.#besides <= BESIDES_MAX;
  }

  /** Whether a track was whole for longer than chance would make it in such a view. */
  stands(track: Track): boolean {
    const excess = (this.#perSecond - CLEAR_UNTIL) / (CLUTTERED_FROM - CLEAR_UNTIL);
    const needed = WHOLE_MS * Math.max(excess, this.#cluttered ? 1 : 0);
    return (this.#wholeMs.get(track.id) ?? 0) >= Math.min(WHOLE_MS_ASKED_MAX, needed);
  }

  #watch(tracks: readonly Track[], stepMs: number, aspect: number): void {
    const alive = new Set(tracks.map(({ id }) => id));
    for (const id of this.#wholeMs.keys()) if (!alive.has(id)) this.#wholeMs.delete(id);
    for (const track of tracks) {
      const before = this.#wholeMs.get(track.id);
      const change = track.seen && isWhole(track, aspect) ? stepMs : -stepMs;
      this.#wholeMs.set(
        track.id,
        before === undefined ? 0 : Math.min(WHOLE_MS_MAX, Math.max(0, before + change)),
      );
    }
  }
}

function isWhole({ box, personHeight }: Track, aspect: number): boolean {
  const height = box.y1 - box.y0;
  const wide = (box.x1 - box.x0) * aspect >= WHOLE_HEIGHT_MIN * personHeight;
  return height >= (wide ? CART_HEIGHT_MIN : WHOLE_HEIGHT_MIN) * personHeight;
}
