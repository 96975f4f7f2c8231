/**
 * Flames of one camera: keeps the last two seconds of flicker and judges them (kernels/flame.ts).
 *
 * Flames flicker at 1 to 12 Hz, so that the five pictures a second that are analysed cannot show it; whoever decodes hands
 * about 15 a second. Where pictures come more seldom than FLICKER_FPS_MIN, or have no colour, nothing is found.
 */
import type { Picture } from '../ingest/picture.ts';
import { FLICKER_FPS_MIN } from '../site/site.ts';
import type { Slab } from './slab.ts';

/** As in kernels/flame.ts. */
const SLOTS = 32;
/** Flicker older than this is forgotten, also where 32 pictures take longer. */
const WINDOW_MS = 2_200;
/** Less than this says nothing yet. */
const WINDOW_MS_MIN = 1_200;

export class Flames {
  readonly #slab: Slab;
  readonly #width: number;
  readonly #height: number;
  readonly #u: Uint8Array;
  readonly #v: Uint8Array;
  /** When each slot's picture was taken; the newest is `#count - 1`, in slot `(#count - 1) & 31`. */
  readonly #takenAtMs = new Float64Array(SLOTS);
  #count = 0;

  constructor(slab: Slab, width: number, height: number) {
    this.#slab = slab;
    this.#width = width;
    this.#height = height;
    const { buffer } = slab.kernels.memory;
    const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
    this.#u = new Uint8Array(buffer, slab.scratch.chroma[0], chroma);
    this.#v = new Uint8Array(buffer, slab.scratch.chroma[1], chroma);
  }

  /**
   * `luma`: address of the picture's plane, held still (steady.ts): every picture alike, or each third of a camera that
   * has been pushed aside would lie elsewhere, and every edge flicker.
   */
  glance(picture: Picture, luma: number): void {
    const { kernels, parts, scratch } = this.#slab;
    this.#u.set(picture.u);
    this.#v.set(picture.v);
    const slot = this.#count & (SLOTS - 1);
    const [u, v] = scratch.chroma;
    kernels.exports.glance(parts.flames, slot, luma, u, v, this.#width, this.#height);
    this.#takenAtMs[slot] = picture.capturedAtMs;
    this.#count++;
  }

  /** Fills `scratch.flame` and returns how many cells of it burn. 0 also where it cannot be known. */
  judge(): number {
    const { kernels, parts, scratch } = this.#slab;
    const samples = this.#samples();
    if (samples === 0) return 0;
    const slot = (this.#count - 1) & (SLOTS - 1);
    return kernels.exports.flame(
      scratch.flame,
      parts.flames,
      slot,
      samples,
      scratch.flameScratch,
      this.#width,
      this.#height,
    );
  }

  /** How many of the last pictures make up the window; 0 when it is too short, or they came too seldom. */
  #samples(): number {
    const newest = this.#timeOf(1);
    let samples = 1;
    while (samples < Math.min(SLOTS, this.#count)) {
      const ageMs = newest - this.#timeOf(samples + 1);
      if (ageMs > WINDOW_MS || ageMs < 0) break;
      samples++;
    }
    const spanMs = newest - this.#timeOf(samples);
    return spanMs >= WINDOW_MS_MIN && (samples - 1) * 1000 >= FLICKER_FPS_MIN * spanMs ? samples : 0;
  }

  /** 1: the newest. */
  #timeOf(ago: number): number {
    return this.#takenAtMs[(this.#count - ago) & (SLOTS - 1)]!;
  }
}
