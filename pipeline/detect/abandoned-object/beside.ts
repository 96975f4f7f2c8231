/** Who is beside a thing, or has it on: what is a part of somebody, or of whoever lies there, is not left. */
import { shareWithin } from '../../box.ts';
import type { Point, StaticRegion, Track } from '../../model.ts';
import { isWhole } from '../rule.ts';
import { distance } from './paths.ts';

/** Who stays this near (1.2 m) attends to it, whoever they are; who walks by or waits near it does not. */
export const BESIDE = 0.7;
/** Who stands with it in their outline, so much of it, and their feet lower than it by so many heights, has it on. */
const WORN_MIN = 0.8;
const WORN_ABOVE = 0.15;
/** Between who stands behind a thing and the thing, share of the view's height: two pixels of ninety. */
const SEAM = 0.025;
/** Share of the narrower one that lies before or behind the other. */
const HIDES_MIN = 0.5;
/** Lower than anybody who stands and wider than any luggage (1.3 m), for so long: somebody lies there. */
export const LIES_WIDE = 0.75;
const LIES_MS = 8_000;

/** As tall as a person, with their feet at it; or it is seen within their outline: the coat of who stands still. */
export function isBeside(track: Track, region: StaticRegion, visible: boolean, aspect: number): boolean {
  if (!isWhole(track)) return false;
  const { foot, personHeight, depth, box } = track;
  if (distance(footBehind(track, region), region.foot, personHeight, depth, aspect) <= BESIDE) return true;
  const above = foot.y - region.foot.y > WORN_ABOVE * personHeight;
  return visible && above && shareWithin(region.box, box) >= WORN_MIN;
}

/**
 * Where somebody's feet are whom the thing hides from the knees down: their region ends at it, and their height says
 * how far behind it they stand.
 */
export function footBehind({ box, foot, personHeight }: Track, region: StaticRegion): Point {
  const ends = box.y1 >= region.box.y0 - SEAM && box.y1 < region.box.y1;
  const shared = Math.min(box.x1, region.box.x1) - Math.max(box.x0, region.box.x0);
  const narrower = Math.min(box.x1 - box.x0, region.box.x1 - region.box.x0);
  if (!ends || shared < HIDES_MIN * narrower) return foot;
  return { x: foot.x, y: Math.max(foot.y, Math.min(region.foot.y, box.y0 + personHeight)) };
}

/** Somebody lies at it: it is theirs, or a part of them. */
export function liesBeside(track: Track, region: StaticRegion, aspect: number): boolean {
  const { box, foot, personHeight, depth, ageMs } = track;
  const wide = ((box.x1 - box.x0) * aspect) / personHeight;
  if (ageMs < LIES_MS || wide < LIES_WIDE) return false;
  if (isWhole(track) || box.y1 - box.y0 > personHeight) return false;
  return distance(foot, region.foot, personHeight, depth, aspect) <= BESIDE;
}
