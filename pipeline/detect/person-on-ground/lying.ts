/**
 * Whether a body is as low and as flat as somebody who lies, measured against how they stood.
 *
 *   head = (floor when they stood - top) / height     towards the lens a body grows below the old floor, its top stays near it
 *   high = (its own floor - top) / height             whoever falls away from the lens, or aslant, ends above the old floor
 *
 * By the head alone somebody who lies cannot be told from who sits above some 0.4. Who is stretched out across the view can,
 * by being long: whoever sits, squats or kneels is shorter than that, or higher.
 */
import type { GroundSample } from '../../site/site.ts';
import type { Body } from './bodies.ts';
import { growthTo, type Stood } from './stances.ts';

/** Lower than this the top is beyond where a stumble leads: a car, or somebody who walked on. */
export const HEAD_MIN = -0.4;
/** Who lies is no taller than this share of their height, wherever the top is. */
const SHRUNK = 0.75;
/** Along the view somebody who lies is narrow: then they are this low. */
const NARROW_HEAD_MAX = 0.3;
const NARROW_TALL_MAX = 0.6;
/**
 * Whose feet are below the view is down only when wider than tall, or at rest: others leave the view. And who was one
 * region with others behind only when wider than tall: others walk on.
 */
const DOUBTFUL_FLAT = 1;
/** Stretched out, heights: so long, and so much longer than high. Sitting on the floor is 0.52 high, legs ahead 0.6 long. */
const STRETCHED = [
  { long: 0.7, flat: 1.35, highMax: 0.58 },
  { long: 0.5, flat: 1.15, highMax: 0.46 },
] as const;
/** Who lies so much higher than where they stood lies on something: beds and benches are a quarter of a height. */
const RAISED_MAX = 0.2;

/** Somebody stretched out, heights of the person; `highMax` is what `high` was held against. */
export interface Stretched {
  readonly long: number;
  readonly high: number;
  readonly highMax: number;
}

export function headOf(body: Body, stood: Stood): number {
  return (stood.floor - body.head) / stood.tall;
}

/** Undefined for who is not. Whose feet were below the view is measured against what was seen of them. */
export function stretchedOut(body: Body, stood: Stood): Stretched | undefined {
  const height = stood.seen ?? stood.tall;
  if (stood.seen === undefined && stood.floor - body.floor > RAISED_MAX * height) return undefined;
  const [long, high] = [body.wide / height, (body.floor - body.head) / height];
  const shape = STRETCHED.find((one) => long >= one.long && long >= one.flat * high && high <= one.highMax);
  return shape && { long, high, highMax: shape.highMax };
}

/** `doubtful`: it may as well be somebody who leaves, or one of two. `flat`: width over height at least. */
export function isFlat(
  body: Body,
  stood: Stood,
  {
    doubtful,
    flat,
    ground,
    planeHeight,
  }: {
    readonly doubtful: boolean;
    readonly flat: number;
    readonly ground: readonly GroundSample[];
    readonly planeHeight: number;
  },
): boolean {
  const tall = body.floor - body.head;
  const height = stood.tall * growthTo(body.floor, stood, ground, planeHeight);
  if (tall > SHRUNK * height) return false;
  const narrow = !doubtful && headOf(body, stood) <= NARROW_HEAD_MAX && tall <= NARROW_TALL_MAX * height;
  return narrow || body.wide >= (doubtful ? Math.max(DOUBTFUL_FLAT, flat) : flat) * tall;
}
