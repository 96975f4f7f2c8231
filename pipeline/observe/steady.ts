/**
 * Holds still what a trembling camera shows: a mast in the wind, the vibration of a vehicle. The whole view moves as
 * one, so one shift against the background is looked for (kernels/shift.ts) and taken out again.
 */
import type { Slab } from './slab.ts';

/** The background changes slowly: its edges are looked for once in so many pictures. */
const EDGES_EVERY = 16;

/**
 * A tremor comes back to where it was. The mean over so many pictures, 3 s, is where the camera looks; the first of them
 * say where it looked when the background was learned, from whichever side of its tremor that was.
 */
const PICTURES_MEAN = 15;
/** Plane pixels: well below the largest shift that can be taken out, so that it is told before the view is lost. */
const TURNED_MIN = 1.5;

/** Plane pixels: what the background has at x, y the picture has at x + dx, y + dy. */
interface Shift {
  readonly dx: number;
  readonly dy: number;
}

const STILL: Shift = { dx: 0, dy: 0 };

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
  #mean: Shift = STILL;
  #origin: Shift = STILL;

  /** Of the plane, pixels. */
  constructor(slab: Slab, width: number, height: number) {
    const { buffer } = slab.kernels.memory;
    this.#slab = slab;
    this.#width = width;
    this.#height = height;
    this.#found = new Float64Array(buffer, slab.scratch.shift, 2);
    this.#came = new Uint8Array(buffer, slab.scratch.glance, width * height);
  }

  /** Does not come back to where it looked when the background was learned: it creeps, or somebody has moved it. */
  get turned(): boolean {
    return Math.hypot(this.#mean.dx - this.#origin.dx, this.#mean.dy - this.#origin.dy) > TURNED_MIN;
  }

  /** The background is learned anew from the picture as it came. */
  restart(): void {
    this.#pictures = 0;
    this.#mean = STILL;
    this.#origin = STILL;
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
    this.#mean = towards(this.#mean, shift ?? STILL, Math.min(this.#pictures, PICTURES_MEAN));
    if (this.#pictures <= PICTURES_MEAN) this.#origin = this.#mean;
    if (shift === undefined) {
      this.#shifted = undefined;
      return;
    }
    if (!repeats) {
      const raw = before?.raw ?? new Uint8Array(luma.length);
      raw.set(luma);
      this.#shifted = { raw, shift };
    }
    this.#unshift(out, luma, shift);
  }

  /** The same for a picture between two that are held; it tells nothing of where the camera looks. */
  glance(out: Uint8Array, luma: Uint8Array): void {
    out.set(luma);
    const shift = this.#pictures === 0 ? undefined : this.#shiftOf(out);
    if (shift !== undefined) this.#unshift(out, luma, shift);
  }

  #unshift(out: Uint8Array, luma: Uint8Array, { dx, dy }: Shift): void {
    this.#came.set(luma);
    const [x, y] = [Math.round(16 * dx), Math.round(16 * dy)];
    const { unshift } = this.#slab.kernels.exports;
    unshift(out.byteOffset, this.#came.byteOffset, x, y, this.#width, this.#height);
  }

  #shiftOf(picture: Uint8Array): Shift | undefined {
    const { kernels, parts, scratch } = this.#slab;
    const { background, edges } = parts;
    const proved = kernels.exports.shift(scratch.shift, picture.byteOffset, background, edges, this.#width);
    return proved === 1 ? { dx: this.#found[0]!, dy: this.#found[1]! } : undefined;
  }
}

/** The mean of `pictures`, with the shift of the last of them. */
function towards(mean: Shift, shift: Shift, pictures: number): Shift {
  return {
    dx: mean.dx + (shift.dx - mean.dx) / pictures,
    dy: mean.dy + (shift.dy - mean.dy) / pictures,
  };
}
