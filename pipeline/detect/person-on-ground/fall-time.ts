/**
 * How long a fall may take, from when somebody last stood until they lie: as long as the rule says where they were seen
 * to stand, less where it may have been somebody who sat, or somebody else.
 */
import type { GroundSample } from '../../site/site.ts';
import { knownHeight, type Stood } from './stances.ts';

/** Shares of what the rule allows. Who is stretched out comes to it earlier than to where their top is low. */
const STRETCHED = 0.6;
/** Who stood behind may be who was seen upright last, over somebody who sat all the while. Their coming to rest is part of it. */
const BEHIND = 0.5;
/**
 * Somebody shorter than this share of how tall people are there is a child, or sits on the floor with their legs drawn
 * up, which from above is 0.6 to 0.85 high: a child falls in a moment, who sits lies down by and by.
 */
const SHORT_OF = 0.85;
const SHORT = 0.25;

/** Ms. `fallMs`: of the rule. `stretched`: it is by their length that they lie, not by their top. */
export function fallMsMax(
  fallMs: number,
  stood: Stood,
  stretched: boolean,
  ground: readonly GroundSample[],
  planeHeight: number,
): number {
  const short = stood.tall < SHORT_OF * knownHeight(stood.floor, ground, planeHeight);
  return fallMs * Math.min(stretched ? STRETCHED : 1, stood.before === true ? BEHIND : 1, short ? SHORT : 1);
}
