/** Who brought a thing: who was at it when it came, by the paths of people. */
import { shareWithin } from '../../box.ts';
import type { StaticRegion } from '../../model.ts';
import { distance, PATH_STEP_MS, type Path, type PathPoint } from './paths.ts';

/** Whoever puts something down has it within an arm's length (1 m); other people's feet are farther away. */
const CONTACT = 0.6;
/** And is there for longer than somebody who walks by at that moment: to cross 2 m takes 1.5 s. */
const CONTACT_MS_MIN = 2_000;
/** When it came is known this well: it is static only after some seconds, whoever stands before it. */
export const BIRTH_MS = 2_500;
/** Share of a thing that lies within what it came out of. */
const WITHIN_MIN = 0.8;

type Paths = ReadonlyMap<number, Path>;

/** Numbers of the tracks that were at it, as tall as people, when it came at `bornAtMs`. */
export function broughtBy(
  paths: Paths,
  region: StaticRegion,
  bornAtMs: number,
  aspect: number,
): readonly number[] {
  const owners: number[] = [];
  for (const [id, path] of paths) {
    if (!path.whole) continue;
    const isAt = (point: PathPoint) => distance(point.foot, region.foot, point.near, 1, aspect) <= CONTACT;
    if (!path.points.some((point) => isAround(point, bornAtMs) && isAt(point))) continue;
    const [first, last] = [path.points.find(isAt)!, path.points.findLast(isAt)!];
    if (last.atMs - first.atMs >= CONTACT_MS_MIN) owners.push(id);
  }
  return owners;
}

/** It stood within a region that is more than a person when it came: whoever brought it was a part of that. */
export function cameOutOf(paths: Paths, { box }: StaticRegion, bornAtMs: number): boolean {
  let over = 0;
  for (const { points } of paths.values())
    for (const point of points)
      if (
        point.larger !== undefined &&
        isAround(point, bornAtMs) &&
        shareWithin(box, point.larger) >= WITHIN_MIN
      )
        over++;
  return over * PATH_STEP_MS >= CONTACT_MS_MIN;
}

function isAround({ atMs }: PathPoint, bornAtMs: number): boolean {
  return Math.abs(atMs - bornAtMs) <= BIRTH_MS;
}
