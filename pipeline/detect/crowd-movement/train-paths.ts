/**
 * Where trains pass, learned over days: what begins to run there at once is one more train, also when it is told from people
 * by nothing else, as one that departs, or comes while the light changes.
 *
 *   passes  ....####      it begins  ....#oo#   three quarters of it where trains pass: one more
 *           ....####                 ..o.o...
 *
 * Only what moves counts, and a second of it: light that changes and doors that open fill cells as a train does, and do not
 * move. Now and then a cell is wrong nevertheless; it has a small part of what the cells have in which trains do pass, and in
 * days it is forgotten.
 */
import { stepBetween } from '../claim.ts';
import { cellOf, peopleOf } from './packed-cell.ts';
import type { TrainCells } from './train-cells.ts';

/** A train has moved in a cell for so long all in all, and for this share of what the most is. */
const PASSES_MS = 1_000;
const PASSES_OF_MOST = 0.1;
/** No more than this is counted. */
const MOST_MS = 60_000;
/** Half of it is forgotten in a day, hour by hour. */
const HALF_MS = 86_400_000;
const FADES_EVERY_MS = 3_600_000;

export class TrainPaths {
  /** For how long a train moved in each cell, ms. */
  #movedMs = new Float64Array(0);
  #previousMs: number | undefined;
  #fadedMs = 0;

  save() {
    return { movedMs: this.#movedMs, previousMs: this.#previousMs, fadedMs: this.#fadedMs };
  }

  restore({ movedMs, previousMs, fadedMs }: ReturnType<TrainPaths['save']>): void {
    this.#movedMs = movedMs;
    this.#previousMs = previousMs;
    this.#fadedMs = fadedMs;
  }

  /** The camera looks elsewhere. */
  forget(): void {
    this.#movedMs = new Float64Array(0);
  }

  /** `moving`: people by area who move, per cell. */
  step(now: number, trains: TrainCells, moving: Float64Array): void {
    const stepMs = stepBetween(this.#previousMs, now);
    this.#previousMs = now;
    if (this.#movedMs.length !== moving.length) this.#movedMs = new Float64Array(moving.length);
    if (now - this.#fadedMs >= FADES_EVERY_MS) this.#fade(now);
    if (!trains.any(now, 0)) return;
    for (let cell = 0; cell < moving.length; cell++)
      if (moving[cell]! > 0 && trains.was(cell, now, 0))
        this.#movedMs[cell] = Math.min(MOST_MS, this.#movedMs[cell]! + stepMs);
  }

  /**
   * Of people in packed cells, the share by area that is where trains pass, 0..1. Not those before whom one stands: of what
   * runs there other things are asked.
   */
  share(cells: readonly number[], stands: Uint8Array): number {
    const most = this.#movedMs.reduce((highest, ms) => Math.max(highest, ms), 0);
    const least = Math.max(PASSES_MS, PASSES_OF_MOST * most);
    let [its, all] = [0, 0];
    for (const one of cells) {
      all += peopleOf(one);
      const cell = cellOf(one);
      if (stands[cell] !== 1 && (this.#movedMs[cell] ?? 0) >= least) its += peopleOf(one);
    }
    return all === 0 ? 0 : its / all;
  }

  #fade(now: number): void {
    const left = 0.5 ** ((now - this.#fadedMs) / HALF_MS);
    this.#movedMs = this.#movedMs.map((ms) => Math.floor(ms * left));
    this.#fadedMs = now;
  }
}
