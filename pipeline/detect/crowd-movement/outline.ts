/** Which cells are filled, and how much of that is not what it was: who runs leaves where they were. For stampede.ts. */
import { cellOf, speedOf } from './packed-cell.ts';

/** The cells that were filled: each as packed() says. */
export interface Kept {
  readonly atMs: number;
  readonly cells: readonly number[];
}

/** Share of the cells, of those that were filled or of those that are, whichever are more, that are not both. */
export function leftOf(before: Uint8Array, people: Float64Array, untold: Uint8Array): number {
  let [were, are, both] = [0, 0, 0];
  for (let cell = 0; cell < untold.length; cell++) {
    if (untold[cell] === 1) continue;
    const was = before[cell]!;
    const is = people[cell]! > 0 ? 1 : 0;
    were += was;
    are += is;
    both += was & is;
  }
  return were === 0 && are === 0 ? 0 : 1 - both / Math.max(were, are);
}

/** `stands`: cells in which somebody is only where something is as fast as `brisk`, m/s. */
export function outlineOf({ cells }: Kept, size: number, stands?: Uint8Array, brisk = 0): Uint8Array {
  const outline = new Uint8Array(size);
  for (let k = 0; k < cells.length; k++) {
    const one = cells[k]!;
    const cell = cellOf(one);
    if (stands?.[cell] !== 1 || speedOf(one) >= brisk) outline[cell] = 1;
  }
  return outline;
}
