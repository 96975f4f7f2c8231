/**
 * How fast what is seen goes, region by region, in metres per second on the floor.
 *
 * From the flow of the cells and not from tracks: where many people suddenly run, sightings are paired wrongly and
 * tracks break, while every cell still says how far what is in it has moved since the picture before. On sped-up street
 * views the median of cells rose by the factor of the speed; that of tracks did not.
 */
import { boxArea, sharedArea } from '../box.ts';
import type { Box, Frame, Mover } from '../model.ts';
import { CELL_PX } from '../site/site.ts';
import type { Grid } from './grid.ts';
import type { Ground } from './ground.ts';
import { objectsOf } from './objects.ts';
import { type Piece, piecesIn } from './sightings.ts';

/** Height of a person, metres. */
export const PERSON_M = 1.7;
/** Travel up the view is longer on the floor than it looks, but how much longer is only guessed without calibration. */
const DEPTH_MAX = 2;
/** Cells hold i8 in 1/8 pixel. */
export const PER_PIXEL = 8;
/** Nobody covers less than this share of their height squared: where less was learned, it was of pieces of people. */
export const MASS_MIN = 0.2;
/** Less than this share of a person is noise. */
const PEOPLE_MIN = 0.3;

/** Nothing before the second picture: flow needs two. */
export function movers(frame: Frame, grid: Grid, ground: Ground): readonly Mover[] {
  if (frame.intervalMs <= 0) return [];
  const found: Mover[] = [];
  for (const piece of piecesIn(frame, ground)) {
    const mover = moverOf(piece, frame, grid, ground);
    if (mover.people >= PEOPLE_MIN && !isOnVehicle(piece, frame)) found.push(mover);
  }
  return found;
}

/** Most of it lies on what a detector calls a vehicle. */
export function isOnVehicle(piece: Piece, frame: Frame): boolean {
  const box = boxOf(piece, frame);
  return objectsOf(frame, 'vehicle').some((vehicle) => 2 * sharedArea(box, vehicle.box) > boxArea(box));
}

function boxOf({ x0, y0, x1, y1 }: Piece, { planeWidth: width, planeHeight: height }: Frame): Box {
  return { x0: x0 / width, y0: y0 / height, x1: x1 / width, y1: y1 / height };
}

function moverOf(piece: Piece, frame: Frame, grid: Grid, ground: Ground): Mover {
  const { x0, y0, x1, y1, areaPx } = piece;
  const { planeWidth: width, planeHeight: height, intervalMs } = frame;
  const foot = { x: piece.footX / width, y: y1 / height };
  const sizePx = ground.height(foot.y) * height;
  const depth = Math.min(DEPTH_MAX, ground.depth(foot.y, width / height));
  const metres = (PERSON_M / sizePx / PER_PIXEL) * (1000 / intervalMs);
  const { x, y, speed } = meanIn(piece, grid, metres, metres * depth);
  return {
    box: boxOf(piece, frame),
    foot,
    people: areaPx / (Math.max(MASS_MIN, ground.fill) * sizePx * sizePx),
    tall: (y1 - y0) / sizePx,
    wide: (x1 - x0) / sizePx,
    speed,
    velocity: { x, y },
  };
}

/**
 * Weighted by occupancy; `toX`, `toY` make flow a speed. The mean speed is that of what moves, sum v^2 / sum v: a region
 * also holds cells of the floor beside somebody, and cloth in which no flow is seen.
 */
function meanIn(piece: Piece, grid: Grid, toX: number, toY: number) {
  const { columns, rows, bytes, signed, occupancyAt, flowXAt, flowYAt } = grid;
  const right = Math.min(columns, Math.ceil(piece.x1 / CELL_PX));
  const bottom = Math.min(rows, Math.ceil(piece.y1 / CELL_PX));
  const left = Math.max(0, Math.floor(piece.x0 / CELL_PX));
  let weight = 0;
  let speed = 0;
  let squares = 0;
  let x = 0;
  let y = 0;
  for (let row = Math.max(0, Math.floor(piece.y0 / CELL_PX)); row < bottom; row++) {
    for (let cell = row * columns + left; cell < row * columns + right; cell++) {
      const share = bytes[occupancyAt + cell]!;
      if (share === 0) continue;
      const vx = toX * signed[flowXAt + cell]!;
      const vy = toY * signed[flowYAt + cell]!;
      weight += share;
      const square = vx * vx + vy * vy;
      speed += share * Math.sqrt(square);
      squares += share * square;
      x += share * vx;
      y += share * vy;
    }
  }
  if (weight === 0 || speed === 0) return { speed: 0, x: 0, y: 0 };
  return { speed: squares / speed, x: x / weight, y: y / weight };
}
