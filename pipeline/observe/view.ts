/**
 * Whether the view can be trusted. A camera that sees nothing must never look like a quiet one.
 */
import type { ViewState } from '../model.ts';
import { Detail } from './detail.ts';
import type { Look } from './look.ts';
import { Turned } from './turned.ts';

export interface Health {
  readonly view: ViewState;
  /** The camera looks elsewhere from now on: nothing that was learned of the view holds. */
  readonly isOther?: boolean;
}

/** Sensors always make noise: identical pictures for this long mean that the stream repeats itself. */
const FROZEN_MS = 5_000;
/** Luma below or above which nearly nothing can be told; limited range has black at 16 and white at 235. */
const DARK_MEAN_MAX = 24;
const BRIGHT_MEAN_MIN = 228;
/** A lamp in the dark still shows something: dark means flat as well. */
const CONTRAST_MIN = 6;
/** Burnt out, a view is blind though somebody dark stands out of it: so much of it is as white as limited range has. */
const WHITE_MIN = 235;
const BURNT_MIN = 0.75;
const SAMPLED = 16;

export class ViewHealth {
  #changedAtMs = 0;
  readonly #turned = new Turned();
  #detail: Detail | undefined;

  /** The view is lit otherwise, as it is now. False when there is nothing to learn of it: something covers the lens. */
  relit(luma: Uint8Array): boolean {
    return this.#detail?.relit(luma) ?? true;
  }

  judge(look: Look): Health {
    if (look.first || !sameBytes(look.luma, look.previous)) this.#changedAtMs = look.atMs;
    if (look.atMs - this.#changedAtMs >= FROZEN_MS) return { view: 'frozen' };
    const mean = meanOf(look.luma);
    const extreme = mean < DARK_MEAN_MAX ? 'dark' : mean > BRIGHT_MEAN_MIN ? 'bright' : undefined;
    if (extreme !== undefined && (deviationFrom(mean, look.luma) < CONTRAST_MIN || isBurntOut(look.luma)))
      return { view: extreme };
    // Not before: a camera that is turned while it is blind, or repeats itself, is told when it sees again.
    const turning = this.#turned.judge(look);
    if (turning === 'turned') this.#detail?.restart();
    if (turning !== 'still') return { view: 'moved', isOther: turning === 'turned' };
    this.#detail ??= new Detail(look.width, look.height);
    return { view: this.#detail.judge(look.luma, look.atMs) ?? 'ok' };
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Over one pixel in SAMPLED, as is the deviation. */
function meanOf(luma: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < luma.length; i += SAMPLED) sum += luma[i]!;
  return sum / Math.ceil(luma.length / SAMPLED);
}

function isBurntOut(luma: Uint8Array): boolean {
  let white = 0;
  for (let i = 0; i < luma.length; i += SAMPLED) if (luma[i]! >= WHITE_MIN) white++;
  return white >= BURNT_MIN * Math.ceil(luma.length / SAMPLED);
}

/** Mean absolute deviation. */
function deviationFrom(mean: number, luma: Uint8Array): number {
  let off = 0;
  for (let i = 0; i < luma.length; i += SAMPLED) off += Math.abs(luma[i]! - mean);
  return off / Math.ceil(luma.length / SAMPLED);
}
