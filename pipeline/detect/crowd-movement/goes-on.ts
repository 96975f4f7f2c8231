/** What was fast before and moves on: a train that comes nearer. For stampede.ts. */
import type { CellMotion } from '../../model.ts';
import { type CellPlane, clumpsOf } from '../cell-plane.ts';
import { isOneWay } from './sudden.ts';

/** So many people by area that were fast before make what is fast with them the same way theirs. */
const GOES_ON_PEOPLE = 1.5;
/** And so much of it: a train that comes nearer is where it was for the most part, of a crowd hardly anybody was fast. */
const GOES_ON_SHARE = 0.35;
const GOES_ON_ONE_WAY_MIN = 0.7;

/**
 * Marks, with the cells of which nothing can be told, also what goes on from there the same way: a clump of cells that are
 * fast, of which a third was before. A train that comes nearer fills new cells, and faster ones; of people who begin to run
 * hardly anybody was fast.
 */
export function markWhatGoesOn(
  motion: readonly CellMotion[],
  at: Uint16Array,
  untold: Uint8Array,
  plane: CellPlane,
  limit: number,
): void {
  let before = 0;
  for (let k = 0; k < at.length; k++)
    if (untold[at[k]!] === 1 && motion[k]!.speed >= limit) before += motion[k]!.people;
  // Of all clumps together it is too little.
  if (before < GOES_ON_PEOPLE) return;
  const fast = new Float64Array(untold.length);
  for (let k = 0; k < at.length; k++) {
    const { people, speed } = motion[k]!;
    if (speed >= limit) fast[at[k]!]! += people;
  }
  const clumps = clumpsOf(fast, plane);
  /** From 1 on; 0: of none. */
  const clumpOf = new Uint16Array(untold.length);
  for (const [k, clump] of clumps.entries()) for (const cell of clump) clumpOf[cell] = k + 1;
  const sums = clumps.map(() => ({ x: 0, y: 0, length: 0, before: 0 }));
  for (let k = 0; k < at.length; k++) {
    const sum = sums[clumpOf[at[k]!]! - 1];
    if (sum === undefined) continue;
    const { people, speed, vx, vy } = motion[k]!;
    if (speed >= limit) {
      sum.x += (people * vx) / speed;
      sum.y += (people * vy) / speed;
    }
    sum.length += people;
    if (untold[at[k]!] === 1) sum.before += people;
  }
  for (const [k, sum] of sums.entries())
    if (
      sum.before >= GOES_ON_PEOPLE &&
      sum.before >= GOES_ON_SHARE * sum.length &&
      isOneWay(sum, GOES_ON_ONE_WAY_MIN)
    )
      for (const cell of clumps[k]!) untold[cell] = 1;
}
