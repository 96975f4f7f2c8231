/**
 * A place: boxes with materials, lamps, the camera's view of it, and the zones, lines and rules that an operator
 * would draw on that view. Everything that does not move.
 */
import type { Point } from '../../../model.ts';
import { heightInView, toView, type View } from '../view.ts';

export type SceneName = 'platform' | 'corridor' | 'tracks' | 'coach';
export const SCENE_NAMES: readonly SceneName[] = ['platform', 'corridor', 'tracks', 'coach'];

/** Fills [luma, u, v] for a surface point; `face` is 0 for x, 1 for y, 2 for z faces. Albedo in full light. */
export type Material = (x: number, y: number, z: number, face: number, out: Float64Array) => void;

export interface Solid {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly z0: number;
  readonly z1: number;
  readonly paint: Material;
  /** Shines by itself: lamps, sky. */
  readonly bright?: boolean;
}

export interface Lamp {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly power: number;
  readonly reachM: number;
}

/** A pair of rails along y. */
export interface Rails {
  readonly x: number;
  /** Height of the ground under the train, metres. */
  readonly z: number;
  /** -1: trains come towards the camera, 1: they go away from it. */
  readonly sense: -1 | 1;
}

/** Rectangle on the floor in which nobody can stand. */
export interface Obstacle {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** A zone as site.yaml writes it. */
export interface SceneZone {
  readonly id: string;
  readonly polygon: readonly (readonly [number, number])[];
  readonly area_m2?: number;
}

export interface SceneLine {
  readonly id: string;
  readonly points: readonly (readonly [number, number])[];
}

/** A rule as site.yaml writes it. */
export type SceneRule =
  | { readonly id: string; readonly event: 'forbidden_zone'; readonly zone: string }
  | {
      readonly id: string;
      readonly event: 'density';
      readonly zone: string;
      readonly limit: { readonly people: number } | { readonly per_m2: number };
      readonly for: string;
    }
  | {
      readonly id: string;
      readonly event: 'wrong_way';
      readonly zone: string;
      readonly direction: readonly [number, number];
    }
  | {
      readonly id: string;
      readonly event: 'wrong_way';
      readonly line: string;
      readonly allowed: 'left_to_right' | 'right_to_left';
    };

export interface World {
  readonly name: SceneName;
  readonly view: View;
  readonly solids: readonly Solid[];
  readonly lamps: readonly Lamp[];
  readonly ambient: number;
  /** How much headlights stand out, 0..1: little by day. */
  readonly darkness: number;
  /** Where the sun throws a shadow, metres on the floor per metre of height; absent indoors. */
  readonly sun?: readonly [number, number];
  /** 0..1: how much of a moving patch of daylight falls on the point. */
  readonly patch: (x: number, y: number, z: number) => number;
  /** The lamp that fails or flickers. */
  readonly weakLamp: number;
  readonly floorLuma: number;
  /** Of the track bed: clothes of trespassers stand out from it. */
  readonly bedLuma: number;
  readonly obstacles: readonly Obstacle[];
  readonly rails: readonly Rails[];
  readonly zones: readonly SceneZone[];
  readonly lines: readonly SceneLine[];
  readonly rules: readonly SceneRule[];
  /** Walkable floor, metres. */
  readonly floor: Obstacle;
  /** x of the platform's edge or of the near border of the tracks. */
  readonly edgeX: number;
  /** Doors and ends by which people come and go: outside, then just inside. */
  readonly doors: readonly {
    readonly out: readonly [number, number];
    readonly inside: readonly [number, number];
  }[];
  /** Corridor: 1 when the permitted way leads away from the camera, -1 towards it. */
  readonly way: 1 | -1;
  readonly gateY?: number;
  /** Depth at which zones end: people are still tall enough to be seen. */
  readonly farY: number;
}

/** Illumination 0..~1.3 at a point. */
export function lightAt(world: Pick<World, 'lamps' | 'ambient'>, x: number, y: number, z: number): number {
  let sum = world.ambient;
  for (const lamp of world.lamps) {
    const d = (x - lamp.x) ** 2 + (y - lamp.y) ** 2 + (z - lamp.z) ** 2;
    sum += lamp.power / (1 + d / (lamp.reachM * lamp.reachM));
  }
  return sum;
}

/** How far away a person 1.7 m tall still covers `share` of the view's height, looking along `x`. */
export function farthest(view: View, x: number, z: number, share: number): number {
  let y = 3;
  while (y < 60 && (heightInView(view, x, y, z, 1.7) >= share || !toView(view, x, y, z))) y += 0.25;
  return y;
}

/** A floor outline on the view: densely projected, cut to 0..1, rounded to 3 digits as in a site file. */
export function outline(
  view: View,
  corners: readonly (readonly [number, number, number])[],
): (readonly [number, number])[] {
  const dense: Point[] = [];
  for (let k = 0; k < corners.length; k++) {
    const a = corners[k]!;
    const b = corners[(k + 1) % corners.length]!;
    for (let s = 0; s < 24; s++) {
      const w = s / 24;
      const point = toView(
        view,
        a[0] + (b[0] - a[0]) * w,
        a[1] + (b[1] - a[1]) * w,
        a[2] + (b[2] - a[2]) * w,
      );
      if (point) dense.push(point);
    }
  }
  return simplify(cutToView(dense)).map((p) => [round3(p.x), round3(p.y)] as const);
}

const round3 = (value: number) => Math.round(value * 1000) / 1000;

/** Sutherland-Hodgman against the unit square. */
function cutToView(points: readonly Point[]): Point[] {
  let rest = [...points];
  const sides: ((p: Point) => number)[] = [(p) => p.x, (p) => 1 - p.x, (p) => p.y, (p) => 1 - p.y];
  for (const inside of sides) {
    const kept: Point[] = [];
    for (let k = 0; k < rest.length; k++) {
      const a = rest[k]!;
      const b = rest[(k + 1) % rest.length]!;
      const da = inside(a);
      const db = inside(b);
      if (da >= 0) kept.push(a);
      if (da >= 0 !== db >= 0) {
        const w = da / (da - db);
        kept.push({ x: a.x + (b.x - a.x) * w, y: a.y + (b.y - a.y) * w });
      }
    }
    rest = kept;
  }
  return rest;
}

/** Drops points that lie on the straight line between their neighbours. */
function simplify(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (let k = 0; k < points.length; k++) {
    const a = kept[kept.length - 1] ?? points[points.length - 1]!;
    const b = points[k]!;
    const c = points[(k + 1) % points.length]!;
    const cross = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if (Math.abs(cross) > 4e-4 * Math.hypot(c.x - a.x, c.y - a.y)) kept.push(b);
  }
  return kept;
}

/** Whether a point of the view lies in a polygon (even-odd). */
export function within(polygon: SceneZone['polygon'], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The rule on a place's zone of so many m2: as people per m2 where the site has it so, else as people. */
export function tooFull(
  zone: string,
  areaM2: number,
  perM2: number,
  leastPeople: number,
  options: { readonly perM2: boolean },
): SceneRule {
  const people = Math.max(leastPeople, Math.round(perM2 * areaM2));
  return {
    id: 'too-full',
    event: 'density',
    zone,
    limit: options.perM2 ? { per_m2: perM2 } : { people },
    for: '10s',
  };
}

/** Square metres of floor that the polygon shows: floor squares of 20 cm whose centre is inside. */
export function areaOf(view: View, polygon: SceneZone['polygon'], floor: Obstacle): number {
  let squares = 0;
  for (let x = floor.x0 + 0.1; x < floor.x1; x += 0.2) {
    for (let y = floor.y0 + 0.1; y < floor.y1; y += 0.2) {
      const p = toView(view, x, y, 0);
      if (p && within(polygon, p.x, p.y)) squares++;
    }
  }
  return Math.round(squares * 0.04 * 10) / 10;
}

/** A person's height at two places: near and far on the zone's floor, as `ground` in a site file. */
export function groundSamples(
  world: World,
): { readonly foot: readonly [number, number]; readonly height: number }[] {
  const x = (world.floor.x0 + world.floor.x1) / 2;
  let near = 2;
  while (near < 12 && (toView(world.view, x, near, 0)?.y ?? 2) > 0.97) near += 0.1;
  return [near, Math.max(near + 2, world.farY)].map((y) => {
    const foot = toView(world.view, x, y, 0)!;
    return {
      foot: [round3(Math.min(1, Math.max(0, foot.x))), round3(foot.y)] as const,
      height: round3(heightInView(world.view, x, y, 0, 1.7)),
    };
  });
}
