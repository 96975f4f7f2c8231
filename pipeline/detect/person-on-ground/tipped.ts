/**
 * Who tips over away from the lens. From a camera that looks down they end as tall in the picture as who sits or kneels
 * (0.45 to 0.85 of their height), but come there otherwise: as the head goes back over feet that stay, it first rises in
 * the picture, and comes down all at once.
 *
 *   top = cos a + k sin a, a from 0 to 90 degrees, k: how long who lies is in the picture; most at tan a = k.
 *   k = 0.65:  1.00 at 0, 1.19 at 33, 1.00 at 66 degrees, from where ever faster, 0.65 at 90.
 *
 * A fall takes 0.5 to 1 s, so that the last 24 degrees are 0.1 to 0.2 s. Who sits, squats or kneels down goes as far in
 * half a second at least, and their head never rises.
 */
import { sharedArea } from '../../box.ts';
import type { Body } from './bodies.ts';
import type { Stance, Stood } from './stances.ts';

/** From risen to low: two pictures at 5 a second. */
const SUDDEN_MS = 450;
/** Head back over the feet: so much taller than they were at any time while they stood, and by a picture row at least. */
const RISE_MIN = 1.025;
const RISE_MIN_PX = 1;
/** Who lies away from the lens is this tall in the picture, of how tall they stood. */
const TALL_MIN = 0.4;
const TALL_MAX = 0.82;
/** Feet stay, heights. */
const FEET_STAY = 0.12;
/** Before they tip they have stood as tall as that for so long. */
const TIPS_MS = 900;
/** Breadth of who lies, of how tall they stood and of how long they lie: shoulders are 0.26, arms and blur come to it. */
const WIDE_MIN = 0.3;
const WIDE_MAX = 0.8;
const BROAD_MIN = 0.5;
const AREA_MIN = 0.12;
/** How tall they were just before is how tall they stood. */
const SAME_TALL = 1.25;
const STOOD_MS = 1_500;
const LOOKS_MIN = 3;

export function tippedOver(
  body: Body,
  stances: readonly Stance[],
  stood: Stood,
  {
    now,
    height,
    bodies,
  }: { readonly now: number; readonly height: number; readonly bodies: readonly Body[] },
): boolean {
  if (stood.before === true) return false;
  if (body.mixedAtMs > now - STOOD_MS || body.y1 >= height) return false;
  const tall = body.floor - body.head;
  const before = heightsBefore(stances, now);
  const usual = before[before.length >> 1];
  if (
    usual === undefined ||
    before.length < LOOKS_MIN ||
    usual > SAME_TALL * stood.tall ||
    stood.tall > SAME_TALL * usual
  )
    return false;
  if (body.wide < WIDE_MIN * usual || body.wide > WIDE_MAX * usual || body.wide < BROAD_MIN * tall)
    return false;
  if (tall < TALL_MIN * usual || tall > TALL_MAX * usual || body.areaPx < AREA_MIN * usual ** 2) return false;
  if (Math.abs(body.floor - stood.floor) > FEET_STAY * usual) return false;
  const tallest = before.at(-1)!;
  const risen = Math.max(RISE_MIN * tallest, tallest + RISE_MIN_PX);
  if (!stances.some(({ atMs, tall: rise }) => now - atMs <= SUDDEN_MS && rise >= risen)) return false;
  // Somebody who parts upwards has taken that height along.
  const lost = { x0: body.x0, x1: body.x1, y0: body.y1 - usual, y1: body.y0 };
  return !bodies.some(
    (other) => other.id !== body.id && other.seenAtMs === now && sharedArea(other, lost) > 0,
  );
}

/** How tall they were before they tipped, in order. */
function heightsBefore(stances: readonly Stance[], now: number): readonly number[] {
  return stances
    .filter(({ atMs }) => now - atMs > TIPS_MS && now - atMs <= TIPS_MS + STOOD_MS)
    .map(({ tall }) => tall)
    .sort((a, b) => a - b);
}
