/**
 * Who waited near a thing before it came, and has not been at it since: they did not bring it, and that they stay says
 * nothing. Their track's number may change where they stand.
 */
import type { Point, StaticRegion, Track } from '../../model.ts';
import { BESIDE } from './beside.ts';
import { BIRTH_MS } from './bringers.ts';
import { distance, type Path, type PathPoint } from './paths.ts';

export interface Waiting {
  readonly id: number;
  /** Where they were seen last. */
  readonly foot: Point;
}

/** Who stands where somebody was lost, this near (0.7 m), is them. People's heights. */
const SAME = 0.4;
const WAITING_MAX = 16;

/** Of everybody who was followed before it came at `bornAtMs`. */
export function waitedNear(
  paths: ReadonlyMap<number, Path>,
  region: StaticRegion,
  bornAtMs: number,
  aspect: number,
): readonly Waiting[] {
  const waiting: Waiting[] = [];
  for (const [id, path] of paths) {
    if (path.bornAtMs > bornAtMs - BIRTH_MS) continue;
    const since = path.points.filter(({ atMs }) => atMs >= bornAtMs - 2 * BIRTH_MS);
    const isAway = ({ foot, near, depth, whole }: PathPoint) =>
      whole && distance(foot, region.foot, near, depth, aspect) > BESIDE;
    const last = since.at(-1);
    if (last !== undefined && since.every(isAway)) waiting.push({ id, foot: last.foot });
  }
  return waiting.slice(0, WAITING_MAX);
}

/** The same people now, none of whom is an owner; without those who have come to the thing. `far`: how far from it somebody is. */
export function stillWaiting(
  before: readonly Waiting[],
  owners: readonly number[],
  people: readonly Track[],
  far: (track: Track) => number,
  aspect: number,
): readonly Waiting[] {
  if (before.length === 0) return before;
  const taken = new Set([...owners, ...before.map(({ id }) => id)]);
  return before.flatMap((one): Waiting[] => {
    const follows = (track: Track) =>
      !taken.has(track.id) && distance(track.foot, one.foot, track.personHeight, track.depth, aspect) <= SAME;
    const same = people.find(({ id }) => id === one.id) ?? people.find(follows);
    if (same === undefined) return [one];
    taken.add(same.id);
    return far(same) <= BESIDE ? [] : [{ id: same.id, foot: same.foot }];
  });
}
