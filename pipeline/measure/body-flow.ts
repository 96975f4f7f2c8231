/**
 * How the body of a track moves by itself: the mean optical flow inside its box, smoothed over about half a second.
 *
 * A foot jumps when people meet, part or hide each other; what is seen inside the box moves only when somebody does.
 * So the two together tell a walk from a change of shape.
 */
import type { Cells, Point } from '../model.ts';

const SMOOTH_MS = 600;
/** Cells hold i8 in 1/8 pixel. */
const PER_PIXEL = 8;

/** Plane pixels, the last ones exclusive. */
export interface PlaneBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * The cells of the camera that was read last, three values each: occupancy, flow x, flow y; zero where nothing is. One
 * plane serves all cameras, as nothing in it is asked for after the frame.
 */
let dense = new Int16Array(0);
/** Where it is not zero. */
const filled: number[] = [];

export class BodyFlow {
  readonly #columns: number;
  readonly #rows: number;
  /** By track, plane pixels a second. */
  readonly #smooth = new Map<number, Point>();

  /** `width` and `height` of the plane in pixels. */
  constructor(width: number, height: number) {
    this.#columns = (width + 3) >> 2;
    this.#rows = (height + 3) >> 2;
    const values = 3 * this.#columns * this.#rows;
    if (dense.length < values) {
      dense = new Int16Array(values);
      filled.length = 0;
    }
  }

  save() {
    return this.#smooth;
  }

  restore(smooth: ReturnType<BodyFlow['save']>): void {
    for (const [track, flow] of smooth) this.#smooth.set(track, flow);
  }

  /** Takes one frame's cells, absent while the view cannot be trusted, and forgets tracks other than `alive`. */
  read(cells: Cells | undefined, alive: ReadonlySet<number>): void {
    for (const id of this.#smooth.keys()) if (!alive.has(id)) this.#smooth.delete(id);
    for (const at of filled) dense[at] = dense[at + 1] = dense[at + 2] = 0;
    filled.length = 0;
    if (cells === undefined) return;
    const { bitmap, occupancy, flowX, flowY } = cells;
    let next = 0;
    for (let byte = 0; byte < bitmap.length; byte++) {
      for (let bits = bitmap[byte]!; bits !== 0; bits &= bits - 1) {
        const at = 3 * (8 * byte + 31 - Math.clz32(bits & -bits));
        dense[at] = occupancy[next]!;
        dense[at + 1] = (flowX[next]! << 24) >> 24;
        dense[at + 2] = (flowY[next]! << 24) >> 24;
        filled.push(at);
        next++;
      }
    }
  }

  /** Plane pixels a second, right and down, of track `id` in this frame; at rest where nothing is seen in its box. */
  of(id: number, box: PlaneBox, intervalMs: number): Point {
    const now = intervalMs > 0 ? this.#mean(box, 1000 / intervalMs / PER_PIXEL) : { x: 0, y: 0 };
    const before = this.#smooth.get(id) ?? now;
    const gain = Math.min(1, intervalMs / SMOOTH_MS);
    const flow = { x: before.x + gain * (now.x - before.x), y: before.y + gain * (now.y - before.y) };
    this.#smooth.set(id, flow);
    return flow;
  }

  #mean({ x0, y0, x1, y1 }: PlaneBox, scale: number): Point {
    const right = Math.min(this.#columns - 1, Math.ceil(x1 / 4) - 1);
    const bottom = Math.min(this.#rows - 1, Math.ceil(y1 / 4) - 1);
    const left = Math.max(0, Math.floor(x0 / 4));
    let weight = 0;
    let x = 0;
    let y = 0;
    for (let row = Math.max(0, Math.floor(y0 / 4)); row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const at = 3 * (row * this.#columns + column);
        const share = dense[at]!;
        weight += share;
        x += share * dense[at + 1]!;
        y += share * dense[at + 2]!;
      }
    }
    return weight === 0 ? { x: 0, y: 0 } : { x: (scale * x) / weight, y: (scale * y) / weight };
  }
}
