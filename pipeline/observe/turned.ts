/**
 * A camera that is turned, or knocked: within a moment the view fills with what was not there, and nearly everything
 * that could be recognised shows something else. A train, a crowd or a lamp does the one or the other, not both.
 *
 *   still --fills, and shows something else--> turning --two pictures alike, the view is that from before--> still
 *                                                 \--two alike, or too long; another view--> turned --> still
 *
 * A turn takes a second or two, so the view is compared with one from before it, not with the picture before. Whoever
 * knocks at a camera leaves it as it was, and what was known of the view is still true.
 */

import type { Look } from './look.ts';
import { changedStructure, texturedBlocks } from './structure.ts';

/** Share of the view that is foreground, and by how much it rose since the earlier look. */
const FILLED_MIN = 0.4;
const RISE_MIN = 0.35;
/** Share of the textured blocks that show something else: rendered turns have .85 and more, trains up to .61. */
const OTHER_MIN = 0.75;
/** Of the textured blocks that there were, so many are left: fewer are a cover, or a lens out of focus. */
const TEXTURED_MIN = 0.5;
/** The earlier look is renewed this often while the view is not filling, and this old at most. */
const EARLIER_MS = 1_000;
const EARLIER_MS_MAX = 2_000;
const FILLING = 0.15;
/** Between two pictures of a camera that stands. Noise alone can be more, so it is not waited for for ever. */
const STANDING_MAX = 0.5;
const TURNING_MS_MAX = 5_000;

interface Earlier {
  readonly luma: Uint8Array;
  readonly share: number;
  readonly atMs: number;
}

/** `turned`: it stands again, and what was known of the view is over. */
export type Turning = 'still' | 'turning' | 'turned';

export class Turned {
  #earlier: Earlier | undefined;
  #turningFromMs: number | undefined;

  judge(look: Look): Turning {
    const earlier = this.#earlier;
    if (earlier !== undefined && this.#turningFromMs !== undefined)
      return this.#goesOn(look, earlier, this.#turningFromMs);
    if (earlier === undefined || look.warming) {
      this.#keep(look);
      return 'still';
    }
    const rise = look.foregroundShare - earlier.share;
    if (look.foregroundShare >= FILLED_MIN && rise >= RISE_MIN && isOther(look, earlier.luma)) {
      this.#turningFromMs = look.atMs;
      return 'turning';
    }
    const ageMs = look.atMs - earlier.atMs;
    if (ageMs >= EARLIER_MS_MAX || (ageMs >= EARLIER_MS && rise < FILLING)) this.#keep(look);
    return 'still';
  }

  #goesOn(look: Look, earlier: Earlier, fromMs: number): Turning {
    const { luma, previous, width, height } = look;
    const stands = changedStructure(luma, previous, width, height) <= STANDING_MAX;
    if (!stands && look.atMs - fromMs < TURNING_MS_MAX) return 'turning';
    this.#turningFromMs = undefined;
    const state = isOther(look, earlier.luma) ? 'turned' : 'still';
    this.#keep(look);
    return state;
  }

  #keep({ luma, foregroundShare, atMs }: Look): void {
    const kept = this.#earlier?.luma ?? new Uint8Array(luma.length);
    kept.set(luma);
    this.#earlier = { luma: kept, share: foregroundShare, atMs };
  }
}

function isOther({ luma, width, height }: Look, earlier: Uint8Array): boolean {
  if (changedStructure(luma, earlier, width, height) <= OTHER_MIN) return false;
  return texturedBlocks(luma, width, height) >= TEXTURED_MIN * texturedBlocks(earlier, width, height);
}
