/** How large and of what shape luggage is, in people's heights. */
import type { StaticRegion } from '../../model.ts';

/** Lower or narrower than this, people's heights (0.27 m), it is litter, or the edge of something. */
const SIDE_MIN = 0.16;
const WIDE_MAX = 0.9;
/** Width over height of a bag on its side is 2 at most, seen from above the floor; what is flatter is wet floor. */
const FLAT_MAX = 2.3;
/** Smaller, in plane pixels (5 by 5), there is no telling a thing from a reflection, a lit sign or the edge of a door. */
const AREA_MIN_PX = 24;

export interface Surroundings {
  /** A person's height there, share of the view's. */
  readonly size: number;
  /** Width of all that came together and lies against it there, share of the view's. */
  readonly allWide: number;
  /** Height at most, people's heights. */
  readonly tallest: number;
}

export function isLuggage(
  region: StaticRegion,
  { size, allWide, tallest }: Surroundings,
  aspect: number,
): boolean {
  const tall = tallOf(region, size);
  const wide = wideOf(region, size, aspect);
  if (region.areaPx < AREA_MIN_PX) return false;
  // A part of somebody who lies, or of a puddle, is no thing.
  if (allWide * aspect > WIDE_MAX * size) return false;
  return Math.min(tall, wide) >= SIDE_MIN && tall <= tallest && wide <= Math.min(WIDE_MAX, FLAT_MAX * tall);
}

/** People's heights; `size`: a person's height there, share of the view's. */
export function tallOf({ box }: StaticRegion, size: number): number {
  return (box.y1 - box.y0) / size;
}

export function wideOf({ box }: StaticRegion, size: number, aspect: number): number {
  return ((box.x1 - box.x0) * aspect) / size;
}
