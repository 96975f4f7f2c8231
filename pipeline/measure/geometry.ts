/**
 * Zones and lines in the exact integers that the kernels compute with.
 *
 * One small kernel instance serves all cameras: a polygon is copied into it for a call, which costs less than keeping
 * thousands of instances.
 */
import { instantiate } from '../kernels.ts';
import type { Point } from '../model.ts';
import { CELL_PX, PLANE_PIXELS_MAX } from '../site/site.ts';

const POINTS_MAX = 512;
/** Of a plane that is one pixel wide; any other shape of it has fewer. */
const CELLS_MAX = PLANE_PIXELS_MAX / CELL_PX;
const { exports, memory, base } = instantiate(8 * POINTS_MAX + CELLS_MAX + 64);
const points = new Int32Array(memory.buffer, base, 2 * POINTS_MAX);
const STATE_AT = base + 8 * POINTS_MAX;
const MASK_AT = STATE_AT + 64;
const state = new Int32Array(memory.buffer, STATE_AT, 2);

const UNIT = 65_535;
const toUnit = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * UNIT);

/** Points as the kernels take them: i32 pairs, at most POINTS_MAX. */
export type Shape = Int32Array;

/** `sx`, `sy` shrink the axes, where distances need one unit for both. */
export function shapeOf(polygon: readonly Point[], sx = 1, sy = 1): Shape {
  if (polygon.length > POINTS_MAX) throw new RangeError(`${polygon.length} points, at most ${POINTS_MAX}`);
  return Int32Array.from(polygon.flatMap((point) => [toUnit(point.x * sx), toUnit(point.y * sy)]));
}

/** Boundary belongs to the polygon. */
export function inside(point: Point, polygon: Shape): boolean {
  put(polygon);
  return exports.insidePolygon(toUnit(point.x), toUnit(point.y), base, polygon.length >> 1) === 1;
}

/** Share of every 4x4 cell that the polygon covers, 0..255, row-major. */
export function maskOf(polygon: Shape, width: number, height: number): Uint8Array {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  put(polygon);
  exports.maskPolygon(MASK_AT, columns, rows, base, polygon.length >> 1, width, height);
  return new Uint8Array(memory.buffer, MASK_AT, columns * rows).slice();
}

/** What one track has done at one line so far. */
export interface Passage {
  armed: number;
  net: number;
}

/** A polyline in shares of the view's longer side, along both axes. */
export interface Course {
  readonly shape: Shape;
  readonly sx: number;
  readonly sy: number;
}

export function courseOf(line: readonly Point[], width: number, height: number): Course {
  const longer = Math.max(width, height);
  const sx = width / longer;
  const sy = height / longer;
  return { shape: shapeOf(line, sx, sy), sx, sy };
}

/**
 * One step from `from` to `to` (0..1 of the view). Returns the direction when the foot is clear of the line again and
 * has passed it. `hysteresis` is a share of the view's longer side.
 */
export function cross(
  passage: Passage,
  from: Point,
  to: Point,
  { shape, sx, sy }: Course,
  hysteresis: number,
): 'left_to_right' | 'right_to_left' | undefined {
  put(shape);
  state[0] = passage.armed;
  state[1] = passage.net;
  const passed = exports.crossing(
    STATE_AT,
    toUnit(from.x * sx),
    toUnit(from.y * sy),
    toUnit(to.x * sx),
    toUnit(to.y * sy),
    base,
    shape.length >> 1,
    toUnit(hysteresis),
  );
  passage.armed = state[0]!;
  passage.net = state[1]!;
  return passed === 0 ? undefined : passed > 0 ? 'left_to_right' : 'right_to_left';
}

/** Many points are asked about one shape, so that it mostly is there already. */
let there: Shape | undefined;

function put(shape: Shape): void {
  if (there === shape) return;
  points.set(shape);
  there = shape;
}
