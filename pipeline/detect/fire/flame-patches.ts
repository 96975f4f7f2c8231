/** Cells that burn, joined to patches: what one fire looks like on one frame. */
import type { Box, Cells, Point } from '../../model.ts';
import type { Zone } from '../../site/site.ts';

export interface Patch {
  /** `row * columns + column`, rising. */
  readonly cells: readonly number[];
  /** Of each of them, 1 for a flame without doubt. */
  readonly scores: readonly number[];
  readonly box: Box;
  /** Sum of flame scores, 1 for a cell that is a flame without doubt. */
  readonly strength: number;
  /** Mean flow, weighted by score, view heights a picture. */
  readonly flow: Point;
}

/** A cell below this is left out: one turn more than none, in a colour that hardly counts. */
const SCORE_MIN = 10;
/** Flames come in tongues: cells this far apart burn together. */
const REACH = 2;

/** The patches of one frame within the zone, the strongest first. None where `flame` is absent. */
export function patchesOf(cells: Cells, zone: Zone | undefined, planeHeight: number): readonly Patch[] {
  const { flame } = cells;
  if (flame === undefined) return [];
  const burning = new Map<number, number>();
  let next = 0;
  for (let cell = 0; cell < cells.columns * cells.rows; cell++) {
    if (((cells.bitmap[cell >> 3]! >> (cell & 7)) & 1) === 0) continue;
    if (flame[next]! >= SCORE_MIN && isInZone(cell, cells, zone)) burning.set(cell, next);
    next++;
  }
  const patches: Patch[] = [];
  const left = new Set(burning.keys());
  for (const first of burning.keys()) {
    if (!left.delete(first)) continue;
    const joined = [first];
    for (let k = 0; k < joined.length; k++) joined.push(...takeAround(joined[k]!, left, cells));
    joined.sort((a, b) => a - b);
    patches.push(patchOf(joined, burning, cells, planeHeight));
  }
  return patches.sort((a, b) => b.strength - a.strength);
}

/** Grows a box by `by` cells on every side. */
export function widened({ x0, y0, x1, y1 }: Box, by: number, { columns, rows }: Cells): Box {
  return { x0: x0 - by / columns, y0: y0 - by / rows, x1: x1 + by / columns, y1: y1 + by / rows };
}

/** Whether the centre of a cell lies in a box. */
export function isInBox(cell: number, box: Box, cells: Cells): boolean {
  const { x, y } = centreOf(cell, cells);
  return x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
}

function takeAround(cell: number, left: Set<number>, { columns }: Cells): readonly number[] {
  const taken: number[] = [];
  const column = cell % columns;
  const row = (cell - column) / columns;
  for (let y = row - REACH; y <= row + REACH; y++)
    for (let x = Math.max(0, column - REACH); x <= Math.min(columns - 1, column + REACH); x++)
      if (left.delete(y * columns + x)) taken.push(y * columns + x);
  return taken;
}

function patchOf(
  joined: readonly number[],
  burning: ReadonlyMap<number, number>,
  cells: Cells,
  planeHeight: number,
): Patch {
  const { columns, rows } = cells;
  let [left, right, top, bottom] = [columns, 0, rows, 0];
  let [strength, flowX, flowY] = [0, 0, 0];
  for (const cell of joined) {
    const column = cell % columns;
    const row = (cell - column) / columns;
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    const at = burning.get(cell)!;
    const score = cells.flame![at]!;
    strength += score / 255;
    flowX += score * signed(cells.flowX[at]!);
    flowY += score * signed(cells.flowY[at]!);
  }
  // 1/8 plane pixels, weighted by 255 times the strength.
  const unit = 8 * 255 * strength * planeHeight;
  return {
    cells: joined,
    scores: joined.map((cell) => cells.flame![burning.get(cell)!]! / 255),
    box: { x0: left / columns, y0: top / rows, x1: right / columns, y1: bottom / rows },
    strength,
    flow: { x: flowX / unit, y: flowY / unit },
  };
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

function centreOf(cell: number, { columns, rows }: Cells): Point {
  return { x: ((cell % columns) + 0.5) / columns, y: (Math.floor(cell / columns) + 0.5) / rows };
}

function isInZone(cell: number, cells: Cells, zone: Zone | undefined): boolean {
  if (zone === undefined) return true;
  const { x, y } = centreOf(cell, cells);
  const { polygon } = zone;
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const a = polygon[i]!;
    const b = polygon[j]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
