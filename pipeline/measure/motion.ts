/**
 * How fast what is seen goes, cell by cell, in metres per second on the floor: what `movers` cannot say of a crowd that
 * is one region, nor of people who run along the view of a flat camera.
 *
 * A cell of a region no taller than somebody stands where the region stands. In a taller one people stand behind each
 * other, and a cell is taken for the middle of somebody. Travel up and down the view counts for as much as it is on
 * the floor, where the site file says how tall people are; where that is learned, no more than twice.
 */
import type { CellMotion, Frame } from '../model.ts';
import { CELL_PX } from '../site/site.ts';
import type { Grid } from './grid.ts';
import type { Ground } from './ground.ts';
import { isOnVehicle, MASS_MIN, PER_PIXEL, PERSON_M } from './movers.ts';
import { type Piece, piecesIn } from './sightings.ts';

const DEPTH_MAX = 2;
/** A flat camera that sees somebody at 1/5 of the view's height sees a metre of depth as a quarter of one; farther ones drown in noise. */
const DEPTH_MAX_CALIBRATED = 4;
/** Of people smaller than this, plane pixels, an eighth of a pixel is already a walk. */
const SIZE_MIN_PX = 8;
/** More is people behind each other: stature and a step of the cells. */
const ONE_TALL = 1.3;

/** Nothing before the second picture: flow needs two. Each cell once, that of the nearest region first. */
export function motionIn(frame: Frame, grid: Grid, ground: Ground): readonly CellMotion[] {
  const found: CellMotion[] = [];
  if (frame.intervalMs <= 0) return found;
  const seen = new Uint8Array(grid.columns * grid.rows);
  for (const piece of piecesIn(frame, ground))
    if (!isOnVehicle(piece, frame)) addCells(piece, frame, grid, ground, seen, found);
  return found;
}

function addCells(
  piece: Piece,
  frame: Frame,
  { columns, rows, bytes, signed, occupancyAt, flowXAt, flowYAt }: Grid,
  ground: Ground,
  seen: Uint8Array,
  into: CellMotion[],
): void {
  const { planeWidth: width, planeHeight: height } = frame;
  const fill = Math.max(MASS_MIN, ground.fill);
  const depthMax = ground.calibrated ? DEPTH_MAX_CALIBRATED : DEPTH_MAX;
  const deep = piece.y1 - piece.y0 > ONE_TALL * ground.height(piece.y1 / height) * height;
  const right = Math.min(columns, Math.ceil(piece.x1 / CELL_PX));
  const bottom = Math.min(rows, Math.ceil(piece.y1 / CELL_PX));
  const left = Math.max(0, Math.floor(piece.x0 / CELL_PX));
  for (let row = Math.max(0, Math.floor(piece.y0 / CELL_PX)); row < bottom; row++) {
    const y = ((row + 0.5) * CELL_PX) / height;
    const footY = deep ? Math.min(piece.y1 / height, footBelow(y, ground)) : piece.y1 / height;
    const sizePx = ground.height(footY) * height;
    if (sizePx < SIZE_MIN_PX) continue;
    const toX = (PERSON_M / sizePx / PER_PIXEL) * (1000 / frame.intervalMs);
    const toY = toX * Math.min(depthMax, ground.depth(footY, width / height));
    const ofPerson = (CELL_PX * CELL_PX) / 255 / (fill * sizePx * sizePx);
    for (let column = left; column < right; column++) {
      const cell = row * columns + column;
      const share = bytes[occupancyAt + cell]!;
      if (share === 0 || seen[cell] === 1) continue;
      seen[cell] = 1;
      const vx = toX * signed[flowXAt + cell]!;
      const vy = toY * signed[flowYAt + cell]!;
      const x = ((column + 0.5) * CELL_PX) / width;
      into.push({ x, y, footY, people: share * ofPerson, speed: Math.hypot(vx, vy), vx, vy });
    }
  }
}

/** Foot row of whoever has their middle at this row. */
function footBelow(y: number, ground: Ground): number {
  // Height is linear in the foot's row, so a few steps come close enough for a row of cells.
  let footY = y;
  for (let step = 0; step < 6; step++) footY = y + ground.height(footY) / 2;
  return footY;
}
