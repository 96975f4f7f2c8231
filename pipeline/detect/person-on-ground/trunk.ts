/**
 * The trunk of somebody upright in the cells of a view: a column that was full of them, and is free since.
 *
 *   | 0.9 of their height    full above the lap and nearly down to the ankles while they stood,
 *   |                        free above what lies there since
 *   _ ankles, 0.1
 *
 * Plane pixels, y down.
 */
import type { Box } from '../../model.ts';
import { CELL_PX } from '../../site/site.ts';
import { type Grid, meanOf, shareOf } from './taken-cells.ts';

/** Of somebody upright: half the breadth of the trunk; from ankles to forehead, and what is above who sits; heights. */
const TRUNK = 0.12;
const FOREHEAD = 0.9;
const ANKLES = 0.1;
const LAP = 0.3;
/** Where the head is of who stands, and nothing of who sits on the floor or kneels. */
const HEAD = [0.72, 0.88] as const;
/** Shares of cells: full above the lap and altogether, in so many looks; and free. */
const FULL_ABOVE = 0.65;
const FULL = 0.55;
const FULL_HEAD = 0.5;
const FREE_MAX = 0.25;
/** Beside the trunk, heights, and the share of that which may be taken by others. */
const BESIDE_FROM = 0.1;
const BESIDE_TO = 0.4;
const BESIDE_MAX = 0.5;

/** Somebody whose feet would be in row `floor`, of height `tall`; they lie now with their top at row `top`. */
interface Figure {
  readonly floor: number;
  readonly tall: number;
  readonly top: number;
}

/** What is asked of who stood there. */
interface Asked {
  /** Seen so in so many looks. */
  readonly looks: number;
  /** They came there within these looks: who sat there all along, or was taken for somebody, did not. */
  readonly cameIn?: readonly Grid[];
  /**
   * They are known by cells alone: their head was seen as well, and they stood by themselves, so that what is beside the
   * trunk was not all taken, as under light on the floor.
   */
  readonly apart?: true;
}

/** When somebody was last seen upright between two columns of `before`, where nobody is `after`. */
export function lastUpright(
  before: readonly Grid[],
  after: readonly Grid[],
  { floor, tall, top }: Figure,
  { from, to }: { readonly from: number; readonly to: number },
  { looks, cameIn, apart }: Asked,
): number | undefined {
  let lastMs: number | undefined;
  for (let x = from; x <= to; x += CELL_PX / 2) {
    const trunk = { x0: x - TRUNK * tall, x1: x + TRUNK * tall, y0: floor - FOREHEAD * tall };
    const above = { ...trunk, y1: Math.min(floor - LAP * tall, top - CELL_PX / 2) };
    if (above.y1 <= above.y0 || meanOf(after, above) > FREE_MAX) continue;
    const body = { ...trunk, y1: floor - ANKLES * tall };
    const head = { ...trunk, y0: floor - HEAD[1] * tall, y1: floor - HEAD[0] * tall };
    const full = before.filter(
      (grid) =>
        shareOf(grid, above) >= FULL_ABOVE &&
        shareOf(grid, body) >= FULL &&
        (!apart || (shareOf(grid, head) >= FULL_HEAD && besideOf(grid, above, tall) <= BESIDE_MAX)),
    );
    if (full.length < looks) continue;
    if (cameIn?.some((grid) => grid.atMs < full[0]!.atMs && shareOf(grid, above) <= FREE_MAX) === false)
      continue;
    lastMs = Math.max(lastMs ?? 0, full.at(-1)!.atMs);
  }
  return lastMs;
}

/** Share of what is taken on both sides of a trunk, an arm's length out. */
function besideOf(grid: Grid, { x0, y0, x1, y1 }: Box, tall: number): number {
  const [near, far] = [BESIDE_FROM * tall, BESIDE_TO * tall];
  const left = shareOf(grid, { x0: x0 - far, x1: x0 - near, y0, y1 });
  return (left + shareOf(grid, { x0: x1 + near, x1: x1 + far, y0, y1 })) / 2;
}
