/**
 * Whether somebody who lies, or what stands there, can be seen: an event that nobody could see on the picture is none to
 * be found.
 *
 * Five points along the body, from the shins to the head, or nine of what stands, are looked for: each must land on the
 * view, with no solid and nobody who stands nearer between it and the lens. Half of them show what is there.
 */
import type { Foot } from '../foot.ts';
import type { Solid, World } from '../place/world.ts';
import { toView } from '../view.ts';

/** Along the body, shares of the height. */
const POINTS = [0.1, 0.3, 0.5, 0.7, 0.9];
/** Of what stands: to either side, shares of its breadth, and up, shares of its height. */
const ASIDE = [-0.35, 0, 0.35];
const UP = [0.15, 0.5, 0.85];
/** Half the thickness of a body, metres. */
const LIFT_M = 0.15;
/** Half the breadth of somebody who stands, share of their height. */
const HALF_BREADTH = 0.13;

type Point3 = readonly [x: number, y: number, z: number];

/** Share of somebody who lies from `feet` along `to`, `heightM` tall, that is seen past `others`. */
export function shareSeen(
  world: World,
  [x, y, z]: Point3,
  [toX, toY]: readonly [number, number],
  heightM: number,
  others: readonly Foot[],
): number {
  return shareOf(
    world,
    POINTS.map((share): Point3 => [x + toX * share * heightM, y + toY * share * heightM, z + LIFT_M]),
    z,
    others,
  );
}

/** Share of what stands on (x, y, z), so broad and so tall, that is seen past `others`. */
export function shareSeenOf(
  world: World,
  [x, y, z]: Point3,
  widthM: number,
  heightM: number,
  others: readonly Foot[],
): number {
  const points = ASIDE.flatMap((aside) => UP.map((up): Point3 => [x + aside * widthM, y, z + up * heightM]));
  return shareOf(world, points, z, others);
}

/** Of points above a floor of height `floorZ`, the share that is seen. */
function shareOf(world: World, points: readonly Point3[], floorZ: number, others: readonly Foot[]): number {
  const seen = points.filter(
    (point) =>
      isOnView(world, point, floorZ, others) && !world.solids.some((solid) => isBetween(world, point, solid)),
  );
  return seen.length / points.length;
}

function isOnView({ view }: World, [x, y, z]: Point3, floorZ: number, others: readonly Foot[]): boolean {
  const spot = toView(view, x, y, z);
  const floor = toView(view, x, y, floorZ);
  if (!spot || !floor || spot.x < 0 || spot.x > 1 || spot.y < 0 || spot.y > 1) return false;
  return !others.some((foot) => {
    const half = (HALF_BREADTH * foot.height * view.height) / view.width;
    const inFront = foot.y > floor.y && Math.abs(foot.x - spot.x) < half;
    return inFront && spot.y > foot.y - foot.height;
  });
}

/** Whether the straight line from the lens to the point goes through a solid (slab by slab). */
function isBetween({ view }: World, point: Point3, solid: Solid): boolean {
  const lens = [view.x, view.y, view.z];
  const low = [solid.x0, solid.y0, solid.z0];
  const high = [solid.x1, solid.y1, solid.z1];
  let enters = 0;
  // What the body touches does not hide it.
  let leaves = 0.98;
  for (let axis = 0; axis < 3; axis++) {
    const from = lens[axis]!;
    const way = point[axis]! - from;
    if (way === 0) {
      if (from < low[axis]! || from > high[axis]!) return false;
      continue;
    }
    const a = (low[axis]! - from) / way;
    const b = (high[axis]! - from) / way;
    enters = Math.max(enters, Math.min(a, b));
    leaves = Math.min(leaves, Math.max(a, b));
  }
  return enters < leaves && leaves > 0;
}
