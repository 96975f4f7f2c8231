/**
 * Holds still what a trembling camera shows: a mast in the wind, the vibration of a vehicle. The whole view moves as
 * one, so one shift against the background is looked for (kernels/shift.ts) and taken out again.
 */
import type { Slab } from './slab.ts';

/** The background changes slowly: its edges are looked for once in so many pictures. */
const EDGES_EVERY = 16;

/** Plane pixels: what the background has at x, y the picture has at x + dx, y + dy. */
interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** Of one camera. */
export class Steady {
  readonly #slab: Slab;
  readonly #width: number;
  readonly #height: number;
  readonly #found: Float64Array;
  /** The picture as it came, while it is put elsewhere. */
  readonly #came: Uint8Array;
  /** The last picture that had to be shifted, as it came, and its shift; a repeat of it must stay a repeat. */
  #shifted: { readonly raw: Uint8Array; readonly shift: Shift } | undefined;
  #pictures = 0;

  /** Of the plane, pixels. */
  constructor(slab: Slab, width: number, height: number) {
    const { buffer } = slab.kernels.memory;
    this.#slab = slab;
    this.#width = width;
    this.#height = height;
    this.#found = new Float64Array(buffer, slab.scratch.shift, 2);
    this.#came = new Uint8Array(buffer, slab.scratch.glance, width * height);
  }

  /** Puts the picture into `out`, a plane of the slab, as it would be if the camera stood still. */
  hold(out: Uint8Array, luma: Uint8Array): void {
    const { kernels, parts } = this.#slab;
    const [width, height] = [this.#width, this.#height];
    if (this.#pictures++ % EDGES_EVERY === 0)
      kernels.exports.findEdges(parts.edges, parts.background, width, height);
    out.set(luma);
    const before = this.#shifted;
    const repeats = before?.raw.every((value, i) => value === luma[i]) ?? false;
    const shift = repeats ? before?.shift : this.#shiftOf(out);
    if (shift === undefined) {
      this.#shifted = undefined;
      return;
    }
    if (!repeats) {
      const raw = before?.raw ?? new Uint8Array(luma.length);
      raw.set(luma);
      this.#shifted = { raw, shift };
    }
    this.#came.set(luma);
    const [dx, dy] = [Math.round(16 * shift.dx), Math.round(16 * shift.dy)];
    kernels.exports.unshift(out.byteOffset, this.#came.byteOffset, dx, dy, width, height);
  }

  #shiftOf(picture: Uint8Array): Shift | undefined {
    const { kernels, parts, scratch } = this.#slab;
    const { background, edges } = parts;
    const proved = kernels.exports.shift(scratch.shift, picture.byteOffset, background, edges, this.#width);
    return proved === 1 ? { dx: this.#found[0]!, dy: this.#found[1]! } : undefined;
  }
}
