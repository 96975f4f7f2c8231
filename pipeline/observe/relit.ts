/**
 * Light that changes at once and everywhere by more than kernels/light.ts can follow: lightning, a camera that switches
 * to infrared and back, a gain that jumps. What stands in the view is the same as before, but hardly a pixel is.
 *
 *   calm --most of the view changes at once, its structure does not--> unsettled --goes back--> calm
 *                                                                          \--is still so after 1 s--> settled
 *
 * While it is unsettled nothing can be told; `settled` says that the background has to be learned in the new light.
 */
import { changedStructure } from './structure.ts';

export interface LightLook {
  readonly luma: Uint8Array;
  /** The picture before. */
  readonly previous: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** Of the plane, pixels. */
  readonly width: number;
  readonly height: number;
  /** Share of the plane that differs from the background, 0..1, whatever it was taken for. */
  readonly differs: number;
  readonly atMs: number;
}

export type LightState = 'calm' | 'unsettled' | 'settled';

/** Share of the view that differs, and by how much it rises from one picture to the next. */
const DIFFERS_MIN = 0.55;
const JUMP_MIN = 0.4;
/** Share of the textured blocks that show something else: above it is a train, or another view. */
const STRUCTURE_MAX = 0.3;
/** Lightning is over by then, and a gain has settled. */
const UNSETTLED_MS = 1_000;
/** Mean distance of chroma from grey, levels: of a view with colours, and what is left of it in infrared. */
const COLOUR_MIN = 3;
const GREY_SHARE = 0.25;
/** What is usual follows within about this long, while all is calm. */
const USUAL_MS = 30_000;
/** Chroma samples that are averaged, so that noise does not look like colour. */
const AVERAGED = 8;
const SAMPLED = 4;

type State =
  | { readonly kind: 'calm' }
  | { readonly kind: 'unsettled'; readonly sinceMs: number; readonly sure: boolean };

export class Relit {
  #state: State = { kind: 'calm' };
  #differed = 0;
  #colour: number | undefined;
  #atMs = 0;

  judge(look: LightLook): LightState {
    const { differs, atMs } = look;
    const jump = differs - this.#differed;
    this.#differed = differs;
    const stepMs = Math.max(0, atMs - this.#atMs);
    this.#atMs = atMs;
    const switched = this.#switches(colourOf(look.u, look.v), stepMs);
    const state = this.#state;
    if (state.kind === 'calm') {
      const suspect = differs >= DIFFERS_MIN && jump >= JUMP_MIN;
      if (!switched && !(suspect && isSameView(look))) return 'calm';
      this.#state = { kind: 'unsettled', sinceMs: atMs, sure: switched };
      return 'unsettled';
    }
    const sure = state.sure || switched;
    if (!sure && differs < DIFFERS_MIN) {
      this.#state = { kind: 'calm' };
      return 'calm';
    }
    if (atMs - state.sinceMs < UNSETTLED_MS) {
      this.#state = { ...state, sure };
      return 'unsettled';
    }
    this.restart();
    return 'settled';
  }

  /** The background is learned anew, for whatever reason: so is what is usual. */
  restart(): void {
    this.#state = { kind: 'calm' };
    this.#differed = 1;
    this.#colour = undefined;
  }

  /** Whether colours have vanished or come back; what is usual is then what is now. */
  #switches(colour: number, stepMs: number): boolean {
    const usual = this.#colour;
    if (usual === undefined) {
      this.#colour = colour;
      return false;
    }
    const more = Math.max(usual, colour);
    const less = Math.min(usual, colour);
    if (more >= COLOUR_MIN && less <= GREY_SHARE * more) {
      this.#colour = colour;
      return true;
    }
    this.#colour = usual + Math.min(1, stepMs / USUAL_MS) * (colour - usual);
    return false;
  }
}

function isSameView({ luma, previous, width, height }: LightLook): boolean {
  return changedStructure(luma, previous, width, height) <= STRUCTURE_MAX;
}

/** Mean distance from grey of u and v together, of every fourth stretch of samples. */
function colourOf(u: Uint8Array, v: Uint8Array): number {
  let sum = 0;
  let stretches = 0;
  for (let at = 0; at + AVERAGED <= u.length; at += AVERAGED * SAMPLED) {
    let a = 0;
    let b = 0;
    for (let i = at; i < at + AVERAGED; i++) {
      a += u[i]!;
      b += v[i]!;
    }
    sum += Math.abs(a / AVERAGED - 128) + Math.abs(b / AVERAGED - 128);
    stretches++;
  }
  return stretches === 0 ? 0 : sum / stretches;
}
