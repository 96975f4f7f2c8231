/**
 * How the body of a track moves by itself: the mean optical flow inside its box, smoothed over about half a second.
 *
 * A foot jumps when people meet, part or hide each other; what is seen inside the box moves only when somebody does.
 * So the two together tell a walk from a change of shape.
 */
import type { Point } from '../model.ts';
import type { Grid } from './grid.ts';

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

export class BodyFlow {
  /** By track, plane pixels a second. Changed in place: one for every track and picture would be kept. */
  readonly #smooth = new Map<number, { x: number; y: number }>();

  save() {
    return this.#smooth;
  }

  restore(smooth: ReturnType<BodyFlow['save']>): void {
    for (const [track, { x, y }] of smooth) this.#smooth.set(track, { x, y });
  }

  /** Forgets tracks other than `alive`. */
  keep(alive: ReadonlySet<number>): void {
    for (const id of this.#smooth.keys()) if (!alive.has(id)) this.#smooth.delete(id);
  }

  /**
   * Plane pixels a second, right and down, of track `id` in one frame; at rest where nothing is seen in its box. No
   * grid while the view cannot be trusted. Holds until the track's next frame.
   */
  of(id: number, box: PlaneBox, grid: Grid | undefined, intervalMs: number): Point {
    const now =
      grid !== undefined && intervalMs > 0
        ? meanIn(grid, box, 1000 / intervalMs / PER_PIXEL)
        : { x: 0, y: 0 };
    let flow = this.#smooth.get(id);
    if (flow === undefined) {
      flow = { x: now.x, y: now.y };
      this.#smooth.set(id, flow);
    }
    const gain = Math.min(1, intervalMs / SMOOTH_MS);
    flow.x += gain * (now.x - flow.x);
    flow.y += gain * (now.y - flow.y);
    return flow;
  }
}

/** Weighted by occupancy. */
function meanIn(grid: Grid, { x0, y0, x1, y1 }: PlaneBox, scale: number): Point {
  const { columns, rows, bytes, signed, occupancyAt, flowXAt, flowYAt } = grid;
  const right = Math.min(columns - 1, Math.ceil(x1 / 4) - 1);
  const bottom = Math.min(rows - 1, Math.ceil(y1 / 4) - 1);
  const left = Math.max(0, Math.floor(x0 / 4));
  let weight = 0;
  let x = 0;
  let y = 0;
  for (let row = Math.max(0, Math.floor(y0 / 4)); row <= bottom; row++) {
    for (let cell = row * columns + left; cell <= row * columns + right; cell++) {
      const share = bytes[occupancyAt + cell]!;
      weight += share;
      x += share * signed[flowXAt + cell]!;
      y += share * signed[flowYAt + cell]!;
    }
  }
  return weight === 0 ? { x: 0, y: 0 } : { x: (scale * x) / weight, y: (scale * y) / weight };
}
