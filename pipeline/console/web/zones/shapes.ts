/**
 * Points, zones and lines on the view, as pairs of 0..1, y down. Pure; nothing is changed in place.
 *
 * Sides of a line are as seen from its first point to its second: for a line that runs to the right, left is up.
 */
import type { Pair } from '../../api.ts';

/** Four digits are a third of a pixel of the largest plane: enough, and fit to be read. */
const DIGITS = 4;
/** Nearer to the border than this, a point means the border. */
const SNAP = 0.012;
/** Arrow keys move by this share of the view, with Shift by ten times as much. */
export const STEP = 0.005;
export const STEP_LARGE = 0.05;

export function tidy(value: number): number {
  return Number(Math.min(1, Math.max(0, value)).toFixed(DIGITS));
}

export function pointAt(x: number, y: number): Pair {
  return [tidy(x), tidy(y)];
}

/** To the border where it is near. */
export function snapped([x, y]: Pair): Pair {
  return [snap(x), snap(y)];
}

function snap(value: number): number {
  if (value < SNAP) return 0;
  return value > 1 - SNAP ? 1 : tidy(value);
}

export function withPoint(points: readonly Pair[], index: number, point: Pair): readonly Pair[] {
  return points.map((one, at) => (at === index ? point : one));
}

export function withoutPoint(points: readonly Pair[], index: number): readonly Pair[] {
  return points.filter((_, at) => at !== index);
}

/** One more, in the middle between `index` and the next. An open line goes on beyond its last point. */
export function withPointAfter(points: readonly Pair[], index: number, isClosed: boolean): readonly Pair[] {
  return [...points.slice(0, index + 1), pointAfter(points, index, isClosed), ...points.slice(index + 1)];
}

function pointAfter(points: readonly Pair[], index: number, isClosed: boolean): Pair {
  const here = points[index]!;
  const next = points[index + 1] ?? (isClosed ? points[0]! : undefined);
  if (next !== undefined) return middle(here, next);
  const before = points[index - 1] ?? [0, 0];
  return pointAt(here[0] + (here[0] - before[0]) / 2, here[1] + (here[1] - before[1]) / 2);
}

export function middle(a: Pair, b: Pair): Pair {
  return pointAt((a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
}

/** As a whole, as far as the view goes. */
export function movedBy(points: readonly Pair[], [dx, dy]: Pair): readonly Pair[] {
  const [x, y] = [
    room(
      points.map((one) => one[0]),
      dx,
    ),
    room(
      points.map((one) => one[1]),
      dy,
    ),
  ];
  return points.map((one) => pointAt(one[0] + x, one[1] + y));
}

function room(values: readonly number[], by: number): number {
  return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by));
}

/** Where a name or an arrow stands: the mean of the points weighted by area, of a line the middle of its first part. */
export function anchor(points: readonly Pair[], isClosed: boolean): Pair {
  if (points.length === 0) return [0.5, 0.5];
  if (!isClosed) return points.length > 1 ? middle(points[0]!, points[1]!) : points[0]!;
  let [twice, x, y] = [0, 0, 0];
  points.forEach((a, at) => {
    const b = points[(at + 1) % points.length]!;
    const cross = a[0] * b[1] - b[0] * a[1];
    twice += cross;
    x += (a[0] + b[0]) * cross;
    y += (a[1] + b[1]) * cross;
  });
  if (Math.abs(twice) < 1e-9) return middle(points[0]!, points[Math.floor(points.length / 2)]!);
  return pointAt(x / (3 * twice), y / (3 * twice));
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The way from a line's first point to its second and to its left, of length 1 on the screen. */
export function leftOf(points: readonly Pair[], { width, height }: Size): Pair {
  const [a, b] = [points[0] ?? [0, 0], points[1] ?? [1, 0]];
  const [dx, dy] = [(b[0] - a[0]) * width, (b[1] - a[1]) * height];
  const length = Math.hypot(dx, dy) || 1;
  return [dy / length, -dx / length];
}

/** A direction on the view as it looks on the screen, of length 1. */
export function onScreen([x, y]: Pair, { width, height }: Size): Pair {
  const [dx, dy] = [x * width, y * height];
  const length = Math.hypot(dx, dy) || 1;
  return [dx / length, dy / length];
}

/** The direction that looks so on the screen. Four digits, length 1. */
export function directionOf([dx, dy]: Pair, { width, height }: Size): Pair {
  const [x, y] = [dx / width, dy / height];
  const length = Math.hypot(x, y);
  if (length === 0) return [1, 0];
  return [Number((x / length).toFixed(DIGITS)), Number((y / length).toFixed(DIGITS))];
}

/** Turned clockwise on the screen. */
export function turned(direction: Pair, degrees: number, size: Size): Pair {
  const [x, y] = onScreen(direction, size);
  const turn = (degrees * Math.PI) / 180;
  return directionOf(
    [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)],
    size,
  );
}
