/** Who brought a thing: who was at it when it came, by the paths of people. */
import { shareWithin } from '../../box.ts';
import type { StaticRegion } from '../../model.ts';
import { distance, PATH_STEP_MS, type Path } from './paths.ts';

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
    const at = path.points.filter(
      (point) => distance(point.foot, region.foot, point.near, 1, aspect) <= CONTACT,
    );
    const around = at.filter((point) => Math.abs(point.atMs - bornAtMs) <= BIRTH_MS);
    if (around.length > 0 && at.at(-1)!.atMs - at[0]!.atMs >= CONTACT_MS_MIN) owners.push(id);
  }
  return owners;
}

/** It stood within a region that is more than a person when it came: whoever brought it was a part of that. */
export function cameOutOf(paths: Paths, { box }: StaticRegion, bornAtMs: number): boolean {
  const points = [...paths.values()].flatMap((path) => path.points);
  const over = points.filter(
    ({ atMs, larger }) =>
      larger !== undefined && Math.abs(atMs - bornAtMs) <= BIRTH_MS && shareWithin(box, larger) >= WITHIN_MIN,
  );
  return over.length * PATH_STEP_MS >= CONTACT_MS_MIN;
}
