/**
 * In how many of some looks in a row each cell was taken. Looks come at one end and go at the other, so only these are
 * counted: of a thousand cells fifty looks are kept. Nothing that has to be saved: of other looks it counts anew.
 */
import { addTaken, type Grid } from './taken-cells.ts';

export class TakenCounts {
  #looks: readonly Grid[] = [];
  #counts = new Uint8Array(0);

  /** By cell, of these looks, oldest first: 255 of one size at most. Holds until the next time. */
  of(looks: readonly Grid[]): Uint8Array {
    const { columns, rows } = looks[0]!;
    const gone = this.#looks.indexOf(looks[0]!);
    const left = this.#looks.length - gone;
    const goesOn = gone >= 0 && looks[left - 1] === this.#looks.at(-1);
    if (!goesOn) this.#counts = new Uint8Array(columns * rows);
    if (goesOn) for (const grid of this.#looks.slice(0, gone)) addTaken(grid, this.#counts, -1);
    for (const grid of goesOn ? looks.slice(left) : looks) addTaken(grid, this.#counts, 1);
    this.#looks = looks;
    return this.#counts;
  }
}
