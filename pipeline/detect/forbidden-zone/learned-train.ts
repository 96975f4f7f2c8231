/**
 * A train that stands in a zone while the background is learned anew (the camera was moved, or has gone over to infrared)
 * is part of that background: nothing is covered, and its doors, and who comes out of them, are all that is seen. So it
 * is remembered until it leaves, which uncovers the zone at once, for as long as a train may stand.
 *
 *   train  | learned anew | doors, people | leaves   covered   ##### | ? | ..+..+.. | #####...
 *                                                    stands    ----- | ------------ |
 *
 * Of a view that is learned for the first time nobody knows, and nothing is remembered.
 */
import type { ViewState } from '../../model.ts';

/** How long a train stands at most. */
const STANDS_MS = 120_000;

export class LearnedTrain {
  /** The view was known before. */
  #known = false;
  /** It has been learned anew since it was last seen. */
  #anew = false;
  #sinceMs = Number.NEGATIVE_INFINITY;

  save() {
    return { known: this.#known, anew: this.#anew, sinceMs: this.#sinceMs };
  }

  restore({ known, anew, sinceMs }: ReturnType<LearnedTrain['save']>): void {
    this.#known = known;
    this.#anew = anew;
    this.#sinceMs = sinceMs;
  }

  /** Of a frame that is not to be trusted. `stood`: a train was in the zone when it last was. */
  blind(view: ViewState, stood: boolean, now: number): void {
    if (view !== 'warming' || !this.#known) return;
    this.#anew = true;
    if (stood) this.#sinceMs = now;
  }

  /**
   * Of a frame that is. `came`: something stands in the zone of which nobody saw how it came, as a train that was learned
   * while it rolled in; `uncovers`: so much of the zone changes as when a train comes or leaves.
   */
  look({ came, uncovers }: { readonly came: boolean; readonly uncovers: boolean }, now: number): void {
    this.#known = true;
    if (uncovers) this.#sinceMs = Number.NEGATIVE_INFINITY;
    else if (came && this.#anew) this.#sinceMs = now;
  }

  /** Once the view has been seen for long enough to tell what came while nobody could see. */
  sighted(): void {
    this.#anew = false;
  }

  stands(now: number): boolean {
    return now - this.#sinceMs < STANDS_MS;
  }
}
