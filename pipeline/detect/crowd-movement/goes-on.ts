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
  at: readonly number[],
  untold: Uint8Array,
  plane: CellPlane,
  limit: number,
): void {
  const fast = new Float64Array(untold.length);
  const ways = motion.map(({ people, speed, vx, vy }, k) => {
    if (speed < limit) return { x: 0, y: 0 };
    fast[at[k]!]! += people;
    return { x: (people * vx) / speed, y: (people * vy) / speed };
  });
  const clumps = clumpsOf(fast, plane);
  const clumpOf = new Map(clumps.flatMap((clump, k) => clump.map((cell) => [cell, k] as const)));
  const sums = clumps.map(() => ({ x: 0, y: 0, length: 0, before: 0 }));
  for (const [k, cell] of at.entries()) {
    const sum = sums[clumpOf.get(cell) ?? -1];
    if (sum === undefined) continue;
    sum.x += ways[k]!.x;
    sum.y += ways[k]!.y;
    sum.length += motion[k]!.people;
    if (untold[cell] === 1) sum.before += motion[k]!.people;
  }
  for (const [k, sum] of sums.entries())
    if (
      sum.before >= GOES_ON_PEOPLE &&
      sum.before >= GOES_ON_SHARE * sum.length &&
      isOneWay(sum, GOES_ON_ONE_WAY_MIN)
    )
      for (const cell of clumps[k]!) untold[cell] = 1;
}
