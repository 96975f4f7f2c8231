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
/** What is less all in all need not be looked at clump by clump; added up in another order sums differ in their last digits. */
const FRESH_MIN = 0.99 * PEOPLE_MIN;
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
  /** The latest of `lastMs`: most views have no train most of the time, and need not look for it cell by cell. */
  #latestMs = 0;

  save() {
    return { lastMs: this.#lastMs, standsFromMs: this.#standsFromMs };
  }

  restore({ lastMs, standsFromMs }: ReturnType<TrainCells['save']>): void {
    this.#lastMs = lastMs;
    this.#standsFromMs = standsFromMs;
    this.#latestMs = lastMs.reduce((latest, ms) => Math.max(latest, ms), 0);
  }

  forget(): void {
    this.#lastMs = new Float64Array(0);
    this.#standsFromMs = new Float64Array(0);
    this.#latestMs = 0;
  }

  /** `people`: by area, per cell, and `moving`: those of them who move; `before`: which cells were filled a second ago. */
  step(now: number, people: Float64Array, moving: Float64Array, before: Uint8Array, plane: CellPlane): void {
    if (this.#lastMs.length !== people.length) {
      this.#lastMs = new Float64Array(people.length);
      this.#standsFromMs = new Float64Array(people.length);
    }
    if (!this.any(now, HOLE_MS) && freshOf(people, before) < FRESH_MIN) return;
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
        this.#latestMs = Math.max(this.#latestMs, now);
      }
    }
  }

  /** `moves`: share of the train that does. */
  #standsFrom(cell: number, now: number, moves: number): number {
    const from = this.#standsFromMs[cell]!;
    if (moves < STANDS_MAX) return from === 0 ? now : from;
    return this.stands(cell, now) && moves < DEPARTS_MIN ? from : 0;
  }

  /** Whether any cell was a train's within the last `withinMs`. */
  any(now: number, withinMs: number): boolean {
    return this.#latestMs > 0 && now - this.#latestMs <= withinMs;
  }

  /** Whether a train stands there, and has for a while. */
  stands(cell: number, now: number): boolean {
    const from = this.#standsFromMs[cell] ?? 0;
    return from > 0 && now - from >= STANDS_MS && this.was(cell, now, HOLE_MS);
  }

  /** Marks those of so many cells in which a train stands. */
  standing(now: number, size: number): Uint8Array {
    const marked = new Uint8Array(size);
    if (this.any(now, HOLE_MS))
      for (let cell = 0; cell < size; cell++) if (this.stands(cell, now)) marked[cell] = 1;
    return marked;
  }

  /** Marks those of so many cells that were a train's within the last `withinMs`. */
  were(now: number, withinMs: number, size: number): Uint8Array {
    const marked = new Uint8Array(size);
    if (this.any(now, withinMs))
      for (let cell = 0; cell < size; cell++) if (this.was(cell, now, withinMs)) marked[cell] = 1;
    return marked;
  }

  /** Of the cells of a box, those that were a train's within the last `withinMs`, 0..1. */
  share(box: Box, now: number, plane: Plane, withinMs: number): number {
    if (!this.any(now, withinMs)) return 0;
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

/** People where nobody was a second ago. */
function freshOf(people: Float64Array, before: Uint8Array): number {
  let fresh = 0;
  for (let cell = 0; cell < people.length; cell++) if (before[cell] === 0) fresh += people[cell]!;
  return fresh;
}
