/** Where people have been of late, by track: what tells who put something down, who left it and who merely passes. */
import type { Box, Point, Track } from '../../model.ts';
import { isLarger, isWhole } from '../rule.ts';

/** Of one track: times and feet, and whether it ever was as tall as a person. */
export interface Path {
  readonly points: readonly PathPoint[];
  readonly whole: boolean;
  /** Where and when it was first seen. */
  readonly bornAtMs: number;
  readonly bornAt: Point;
}

export interface PathPoint {
  readonly atMs: number;
  readonly foot: Point;
  /** A person's height there. */
  readonly near: number;
  /** Floor per step up the view there. */
  readonly depth: number;
  /** As tall as a person at that moment: a track may go over from somebody to the thing. */
  readonly whole: boolean;
  /** The region, where it is more than a person: whoever it holds may stand anywhere in it. */
  readonly larger: Box | undefined;
}

/** Where people were is remembered for this long, in such steps. */
const PATH_MS = 15_000;
export const PATH_STEP_MS = 400;
/** Feet in one row are so near to each other, share of the view's height. */
const ROW = 0.01;

/** The paths as they are after this look: points of the last 15 s, no closer than 0.4 s. */
export function remembered(
  before: ReadonlyMap<number, Path>,
  seen: readonly Track[],
  now: number,
): ReadonlyMap<number, Path> {
  const paths = new Map<number, Path>();
  for (const [id, path] of before) {
    const kept = path.points.findIndex((point) => now - point.atMs <= PATH_MS);
    if (kept >= 0) paths.set(id, kept === 0 ? path : { ...path, points: path.points.slice(kept) });
  }
  for (const track of seen) {
    const path = paths.get(track.id) ?? { points: [], whole: false, bornAtMs: now, bornAt: track.foot };
    const last = path.points.at(-1);
    const due = last === undefined || now - last.atMs >= PATH_STEP_MS;
    const whole = path.whole || isWhole(track);
    if (due) paths.set(track.id, { ...path, points: [...path.points, pointOf(track, now)], whole });
    else if (whole !== path.whole) paths.set(track.id, { ...path, whole });
  }
  return paths;
}

function pointOf(track: Track, now: number): PathPoint {
  return {
    atMs: now,
    foot: track.foot,
    near: track.personHeight,
    depth: track.depth,
    whole: isWhole(track),
    larger: isLarger(track) ? track.box : undefined,
  };
}

/** The height of a person where a foot is: of whoever of those, or who is seen now, was nearest to its row; 0: nobody was. */
export function heightNear(
  { y }: Point,
  paths: ReadonlyMap<number, Path>,
  ids: Iterable<number>,
  seen: readonly Track[],
): number {
  let [height, least] = [0, Number.POSITIVE_INFINITY];
  const offer = (foot: Point, near: number) => {
    const off = Math.abs(foot.y - y);
    if (off >= least) return;
    height = near;
    least = off;
  };
  for (const id of ids) for (const { foot, near } of paths.get(id)?.points ?? []) offer(foot, near);
  for (const { foot, personHeight } of seen) offer(foot, personHeight);
  return height;
}

/** The same by whoever is seen now in its very row; 0: nobody is. */
export function heightInRow(point: Point, seen: readonly Track[]): number {
  const there = seen.filter(({ foot }) => Math.abs(foot.y - point.y) <= ROW);
  return heightNear(point, new Map(), [], there);
}

/** Feet apart on the floor, people's heights; `depth`: floor per step up the view. */
export function distance(a: Point, b: Point, size: number, depth: number, aspect: number): number {
  return Math.hypot((a.x - b.x) * aspect, (a.y - b.y) * depth) / size;
}
