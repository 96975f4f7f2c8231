/** Tracks that are nobody: a thing that is followed as if it were somebody, by itself or with what it changed around it. */
import { shareWithin } from '../../box.ts';
import type { StaticRegion, Track } from '../../model.ts';
import { isWhole } from '../rule.ts';

/** Steadier than this, and clearer against its surroundings, only things are; people who keep still sway. */
export const CLEAR_STEADY = 0.85;
export const CLEAR_RIM = 0.4;
/** Whose foot is lower by so many heights is before it; such a share of it they hide; behind it, such a share hides them. */
const BEFORE = 0.15;
const HIDES_MIN = 0.33;
const BEHIND_MIN = 0.6;
/** Whoever stands right behind a thing is higher than it by more of a person's height: what it changes lies about its foot. */
const ABOVE_MAX = 0.3;
/** Taller than this a region is somebody, whatever is followed there. */
const TALL_MAX = 0.75;

/** The thing may be followed as if it were somebody; not what has somebody's head, nor a region as tall as they are. */
export function isItself(track: Track, region: StaticRegion): boolean {
  const { box, personHeight } = track;
  if (shareWithin(box, region.box) < 0.5) return false;
  if (!isWhole(track)) return true;
  const { y0, y1 } = region.box;
  return y0 - box.y0 <= ABOVE_MAX * personHeight && y1 - y0 <= TALL_MAX * personHeight;
}

/**
 * What is followed as somebody who stands is the thing, with what it changed around it: whoever is before a thing hides
 * some of it, and whoever is right behind it moves along its outline. A thing that is seen whole and steady has neither.
 */
export function isOnlyIt(track: Track, region: StaticRegion): boolean {
  if (!isWhole(track) || region.steady < CLEAR_STEADY || region.rim < CLEAR_RIM) return false;
  if (region.box.y0 - track.box.y0 > ABOVE_MAX * track.personHeight) return false;
  const before = track.foot.y - region.foot.y > BEFORE * track.personHeight;
  return shareWithin(region.box, track.box) >= (before ? HIDES_MIN : BEHIND_MIN);
}
