/** What a static region is part of: somebody who lies, or wet floor, of which light and dark parts are regions of their own. */
import type { Box, Frame, StaticRegion } from '../../model.ts';
import { around } from '../rule.ts';

/** Regions whose ages differ by less came together. */
const TOGETHER_MS = 10_000;
/** Between two parts lies a seam, and what hardly differs from the floor: plane pixels. */
const SEAM_PX = 3;

/** The region with all that came with it and lies against it. */
export function wholeOf(region: StaticRegion, frame: Frame): Box {
  const { box } = region;
  const [gapX, gapY] = [SEAM_PX / frame.planeWidth, SEAM_PX / frame.planeHeight];
  const all: StaticRegion[] = [];
  for (const one of frame.statics) {
    const together = Math.abs(one.sinceMs - region.sinceMs) <= TOGETHER_MS;
    const across = one.box.x0 - gapX <= box.x1 && one.box.x1 + gapX >= box.x0;
    const along = one.box.y0 - gapY <= box.y1 && one.box.y1 + gapY >= box.y0;
    if (together && across && along) all.push(one);
  }
  return around([box, ...all.map((one) => one.box)]);
}
