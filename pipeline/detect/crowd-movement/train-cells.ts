/**
 * Which cells of a view are a train's, or another vehicle's, so that what it does is not taken for what people do.
 *
 * People are where they were a second ago, or come in one by one. A clump that is as large as many people, most of
 * whom nobody saw a second ago, has come as a whole: it is a train, however its flow is seen. Its cells stay a train's as long
 * as they are filled, also while it stands; where it grows, what is new in its clump is its own. People before whom it
 * comes fill their cells already and go on counting.
 *
 *   a second ago  ...oo...      now  ##.oo...      the train's  ##......
 *                 ...oo...           #####...                   ###.....
 *
 * What comes at once and is light, or a door that opens, is no crowd that was there before either.
 */
import type { Box } from '../../model.ts';
import { type CellPlane, cellAt, cellPlane, clumpsOf, type Plane } from '../cell-plane.ts';

/** People by area who never come within a second as one clump. */
const PEOPLE_MIN = 6;
/** Of the clump, so much is new or the train's already. */
const NEW_MIN = 0.7;
/** A cell of its own that is not seen for a moment is still filled. */
const HOLE_MS = 1_000;
/** It stands when so little of it has moved for so long, until so much of it moves: people who run before it are less. */
const STANDS_MS = 3_000;
const STANDS_MAX = 0.1;
const DEPARTS_MIN = 0.5;

export class TrainCells {
  /** When each cell was last a train's, ms; 0 for never. */
  #lastMs = new Float64Array(0);
  /** Since when the train in it stands, ms; 0: it does not. */
  #standsFromMs = new Float64Array(0);

  save() {
    return { lastMs: this.#lastMs, standsFromMs: this.#standsFromMs };
  }

  restore({ lastMs, standsFromMs }: ReturnType<TrainCells['save']>): void {
    this.#lastMs = lastMs;
    this.#standsFromMs = standsFromMs;
  }

  forget(): void {
    this.#lastMs = new Float64Array(0);
    this.#standsFromMs = new Float64Array(0);
  }

  /** `people`: by area, per cell, and `moving`: those of them who move; `before`: which cells were filled a second ago. */
  step(now: number, people: Float64Array, moving: Float64Array, before: Uint8Array, plane: CellPlane): void {
    if (this.#lastMs.length !== people.length) {
      this.#lastMs = new Float64Array(people.length);
      this.#standsFromMs = new Float64Array(people.length);
    }
    for (const clump of clumpsOf(people, plane)) {
      let [all, fresh, own, moves, standing] = [0, 0, 0, 0, 0];
      for (const cell of clump) {
        const its = people[cell]!;
        all += its;
        if (this.was(cell, now, HOLE_MS)) {
          own += its;
          moves += moving[cell]!;
          if (this.stands(cell, now)) standing += its;
        } else if (before[cell] === 0) fresh += its;
      }
      const comes = fresh >= PEOPLE_MIN && fresh >= NEW_MIN * all;
      // What stands does not grow.
      const grows = own >= PEOPLE_MIN / 2 && own + fresh >= NEW_MIN * all && standing < own / 2;
      for (const cell of clump) {
        if (this.was(cell, now, HOLE_MS)) this.#standsFromMs[cell] = this.#standsFrom(cell, now, moves / own);
        else if ((comes || grows) && before[cell] === 0) this.#standsFromMs[cell] = 0;
        else continue;
        this.#lastMs[cell] = now;
      }
    }
  }

  /** `moves`: share of the train that does. */
  #standsFrom(cell: number, now: number, moves: number): number {
    const from = this.#standsFromMs[cell]!;
    if (moves < STANDS_MAX) return from === 0 ? now : from;
    return this.stands(cell, now) && moves < DEPARTS_MIN ? from : 0;
  }

  /** Whether a train stands there, and has for a while. */
  stands(cell: number, now: number): boolean {
    const from = this.#standsFromMs[cell] ?? 0;
    return from > 0 && now - from >= STANDS_MS && this.was(cell, now, HOLE_MS);
  }

  /** Of the cells of a box, those that were a train's within the last `withinMs`, 0..1. */
  share(box: Box, now: number, plane: Plane, withinMs: number): number {
    const first = cellAt({ x: box.x0, y: box.y0 }, plane);
    const last = cellAt({ x: box.x1, y: box.y1 }, plane);
    const { columns } = cellPlane(plane);
    let [its, all] = [0, 0];
    for (let row = first - (first % columns); row <= last; row += columns)
      for (let column = first % columns; column <= last % columns; column++) {
        all++;
        if (this.was(row + column, now, withinMs)) its++;
      }
    return its / Math.max(1, all);
  }

  /** Whether a cell was a train's within the last `withinMs`. */
  was(cell: number, now: number, withinMs: number): boolean {
    const lastMs = this.#lastMs[cell] ?? 0;
    return lastMs > 0 && now - lastMs <= withinMs;
  }
}
