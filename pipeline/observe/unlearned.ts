/**
 * A background that is of no use any more: nearly all of the view has been foreground for seconds. No crowd and hardly a
 * train does that; a turn or an exposure that settles in steps does, each too small to be told by itself. Less of it is
 * enough from the moment on that a camera sees again which was blind: much may have changed meanwhile. Whoever went on
 * would count hundreds of people for ever.
 */
import type { ViewState } from '../model.ts';

/** Share of the view that is foreground, 0..1, at any time and since a blind camera sees again; and for how long. */
const FILLED_MIN = 0.9;
const FILLED_AGAIN_MIN = 0.4;
const FILLED_MS = 4_000;
/** It is since then when it begins this soon after. */
const AGAIN_MS = 1_500;

const BLIND: readonly ViewState[] = ['covered', 'dark', 'bright', 'frozen'];

export class Unlearned {
  #filledFromMs: number | undefined;
  #blindAtMs = Number.NEGATIVE_INFINITY;

  /** Whether the background has to be learned anew; while it is, nothing is foreground. Times in order. */
  judge(
    { view, foregroundShare }: { readonly view: ViewState; readonly foregroundShare: number },
    atMs: number,
  ): boolean {
    if (BLIND.includes(view)) {
      this.#blindAtMs = atMs;
      this.#filledFromMs = undefined;
      return false;
    }
    const again = (this.#filledFromMs ?? atMs) - this.#blindAtMs <= AGAIN_MS;
    if (foregroundShare < (again ? FILLED_AGAIN_MIN : FILLED_MIN)) this.#filledFromMs = undefined;
    else this.#filledFromMs ??= atMs;
    return this.#filledFromMs !== undefined && atMs - this.#filledFromMs >= FILLED_MS;
  }
}
