/**
 * Zones and lines in the exact integers that the kernels compute with.
 *
 * One small kernel instance serves all cameras: a polygon is copied into it for a call, which costs less than keeping
 * thousands of instances.
 */
import { instantiate } from '../kernels.ts';
import type { Point } from '../model.ts';

const POINTS_MAX = 512;
const CELLS_MAX = 90 * 90;
const { exports, memory, base } = instantiate(8 * POINTS_MAX + CELLS_MAX + 64);
const points = new Int32Array(memory.buffer, base, 2 * POINTS_MAX);
const STATE_AT = base + 8 * POINTS_MAX;
const MASK_AT = STATE_AT + 64;
const state = new Int32Array(memory.buffer, STATE_AT, 2);

const UNIT = 65_535;
const toUnit = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * UNIT);

/** Boundary belongs to the polygon. */
export function inside(point: Point, polygon: readonly Point[]): boolean {
  put(polygon, 1, 1);
  return exports.insidePolygon(toUnit(point.x), toUnit(point.y), base, polygon.length) === 1;
}

/** Share of every 4x4 cell that the polygon covers, 0..255, row-major. */
export function maskOf(polygon: readonly Point[], width: number, height: number): Uint8Array {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  put(polygon, 1, 1);
  exports.maskPolygon(MASK_AT, columns, rows, base, polygon.length, width, height);
  return new Uint8Array(memory.buffer, MASK_AT, columns * rows).slice();
}

/** What one track has done at one line so far. */
export interface Passage {
  armed: number;
  net: number;
}

/**
 * One step from `from` to `to` (0..1 of the view). Returns the direction when the foot is clear of the line again and
 * has passed it. `hysteresis` is a share of the view's longer side, as are the scaled coordinates: distances need one
 * unit for both axes.
 */
export function cross(
  passage: Passage,
  from: Point,
  to: Point,
  line: readonly Point[],
  aspect: { width: number; height: number },
  hysteresis: number,
): 'left_to_right' | 'right_to_left' | undefined {
  const longer = Math.max(aspect.width, aspect.height);
  const sx = aspect.width / longer;
  const sy = aspect.height / longer;
  put(line, sx, sy);
  state[0] = passage.armed;
  state[1] = passage.net;
  const passed = exports.crossing(
    STATE_AT,
    toUnit(from.x * sx),
    toUnit(from.y * sy),
    toUnit(to.x * sx),
    toUnit(to.y * sy),
    base,
    line.length,
    toUnit(hysteresis),
  );
  passage.armed = state[0]!;
  passage.net = state[1]!;
  return passed === 0 ? undefined : passed > 0 ? 'left_to_right' : 'right_to_left';
}

function put(polygon: readonly Point[], sx: number, sy: number): void {
  if (polygon.length > POINTS_MAX) throw new RangeError(`${polygon.length} points, at most ${POINTS_MAX}`);
  polygon.forEach((point, i) => {
    points[2 * i] = toUnit(point.x * sx);
    points[2 * i + 1] = toUnit(point.y * sy);
  });
}
