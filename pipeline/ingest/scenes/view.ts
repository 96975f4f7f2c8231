/**
 * A pinhole camera above the floor. World metres: x to the right, y away along the track, z up, z = 0 where people
 * walk. Depth is the distance along the optical axis, metres.
 *
 *     forward = (sin yaw cos tilt, cos yaw cos tilt, -sin tilt)      right = (cos yaw, -sin yaw, 0)
 *     up      = (sin yaw sin tilt, cos yaw sin tilt,  cos tilt)
 *     column  = w/2 + f m (d . right) / depth,   row = h/2 - f (d . up) / depth,   depth = d . forward
 *
 * m is -1 in a mirrored view: the same station seen from the other side.
 */
import type { Point } from '../../model.ts';

export interface View {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly forward: readonly [number, number, number];
  readonly right: readonly [number, number, number];
  readonly up: readonly [number, number, number];
}

export interface Pose {
  /** Focal length over the square root of width x height. */
  readonly focal: number;
  readonly x: number;
  readonly z: number;
  readonly tilt: number;
  readonly yaw: number;
  readonly mirrored: boolean;
}

export function viewOf(pose: Pose, width: number, height: number): View {
  const st = Math.sin(pose.tilt);
  const ct = Math.cos(pose.tilt);
  const sy = Math.sin(pose.yaw);
  const cy = Math.cos(pose.yaw);
  const m = pose.mirrored ? -1 : 1;
  return {
    width,
    height,
    focalPx: pose.focal * Math.sqrt(width * height),
    x: pose.x,
    y: 0,
    z: pose.z,
    forward: [sy * ct, cy * ct, -st],
    right: [cy * m, -sy * m, 0],
    up: [sy * st, cy * st, ct],
  };
}

/** Where a world point lands: pixels and depth. Written into `out` as [column, row, depth]. */
export function project(view: View, x: number, y: number, z: number, out: Float64Array | number[]): void {
  const dx = x - view.x;
  const dy = y - view.y;
  const dz = z - view.z;
  const { forward: f, right: r, up: u } = view;
  const depth = dx * f[0] + dy * f[1] + dz * f[2];
  const scale = view.focalPx / Math.max(0.05, depth);
  out[0] = view.width / 2 + (dx * r[0] + dy * r[1]) * scale;
  out[1] = view.height / 2 - (dx * u[0] + dy * u[1] + dz * u[2]) * scale;
  out[2] = depth;
}

/** The same in 0..1 of the view; undefined behind or at the camera. */
export function toView(view: View, x: number, y: number, z: number): Point | undefined {
  const out = [0, 0, 0];
  project(view, x, y, z, out);
  if (out[2]! < 0.3) return undefined;
  return { x: out[0]! / view.width, y: out[1]! / view.height };
}

/** Image height of somebody `metres` tall whose feet are at the world point, share of the view's height. */
export function heightInView(view: View, x: number, y: number, z: number, metres: number): number {
  const foot = toView(view, x, y, z);
  const head = toView(view, x, y, z + metres);
  return foot && head ? foot.y - head.y : 0;
}

/** Ray through a pixel with forward component 1: position = camera + depth * ray. Into `out` as [x, y, z]. */
export function ray(view: View, column: number, row: number, out: Float64Array | number[]): void {
  const a = (column - view.width / 2) / view.focalPx;
  const b = -(row - view.height / 2) / view.focalPx;
  const { forward: f, right: r, up: u } = view;
  out[0] = f[0] + a * r[0] + b * u[0];
  out[1] = f[1] + a * r[1] + b * u[1];
  out[2] = f[2] + b * u[2];
}
