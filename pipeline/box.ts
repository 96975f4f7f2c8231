/** What two boxes have in common. In whatever unit their corners are: the view's shares or plane pixels. */
import type { Box } from './model.ts';

export function boxArea({ x0, y0, x1, y1 }: Box): number {
  return (x1 - x0) * (y1 - y0);
}

/** Area that both cover; 0 when they only touch. */
export function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0..1. */
export function overlapOf(a: Box, b: Box): number {
  const both = sharedArea(a, b);
  return both === 0 ? 0 : both / (boxArea(a) + boxArea(b) - both);
}

/** Share of `box` that lies in `of`, 0..1. */
export function shareWithin(box: Box, of: Box): number {
  const both = sharedArea(box, of);
  return both === 0 ? 0 : both / boxArea(box);
}
