/**
 * Where somebody lies: longer than any luggage and lower than who sits, for seconds. What is left of them is no thing.
 *
 *   ______________                ____
 *   \_o___\_______\  for 8 s;  a  [__]  that is all of it that is seen from then on is the coat of who sleeps there
 *
 * Who lies still becomes a part of the view bit by bit; the last to be seen is small, still and by itself, as a bag is.
 * Boxes are shares of the view. Plain data; bounded in number and time.
 */
import { overlapOf, shareWithin } from '../../box.ts';
import type { Box, Frame, Track } from '../../model.ts';
import { LIES_WIDE } from './beside.ts';
import { GONE_MS, HIDDEN_MS, type Stood } from './thing.ts';

export interface Lain {
  readonly box: Box;
  /** Since when it was seen. */
  readonly fromMs: number;
  /** For how long it was seen as long and low. */
  readonly ms: number;
  /** When it, or what keeps still there, was last seen, and how long nothing has been seen there. */
  readonly atMs: number;
  readonly bareMs: number;
}

/** Heights of a person: who sits on the floor is about as high (0.52), but not as long (0.6 with their legs ahead). */
const LOW = 0.55;
const LAIN_MS = 8_000;
/** Intersection over union from which it is the same. */
const SAME_MIN = 0.5;
/** Share of a thing that lies there, and of a region that keeps the place or of the place that others hide. */
const WITHIN_MIN = 0.8;
const KEEPS_MIN = 0.5;
/** Light that falls on a thing and around it goes again, and the thing has the same box. */
const SAME_THING_MIN = 0.6;
const LAIN_MAX = 16;

/** As long and as low as who lies. `personHeight`: share of the view's height there; `aspect`: of the view. */
export function isLong(box: Box, personHeight: number, aspect: number): boolean {
  return (box.x1 - box.x0) * aspect >= LIES_WIDE * personHeight && box.y1 - box.y0 <= LOW * personHeight;
}

/** `wholes`: what is seen as long and low now, besides tracks. */
export function lainNow(
  before: readonly Lain[],
  wholes: readonly Box[],
  seen: readonly Track[],
  { statics, blobs, capturedAtMs }: Frame,
  aspect: number,
  stepMs: number,
): readonly Lain[] {
  const now = capturedAtMs;
  const long = seen.filter(({ box, personHeight }) => isLong(box, personHeight, aspect));
  const looks = [...long.map(({ box }) => box), ...wholes];
  const kept = before.flatMap((place): Lain[] => {
    const look = looks.find((box) => overlapOf(box, place.box) >= SAME_MIN);
    // Of who has lain for long enough the whole is kept: parts of it are seen from now on.
    const box = place.ms >= LAIN_MS ? place.box : (look ?? place.box);
    if (look !== undefined) return [{ ...place, box, ms: place.ms + stepMs, atMs: now, bareMs: 0 }];
    const keeps = ({ box }: { readonly box: Box }) =>
      shareWithin(box, place.box) >= KEEPS_MIN || shareWithin(place.box, box) >= KEEPS_MIN;
    const atMs = statics.some(keeps) ? now : place.atMs;
    const isHidden = blobs.some(keeps) && now - atMs <= HIDDEN_MS;
    const bareMs = atMs === now || isHidden ? 0 : place.bareMs + stepMs;
    const ms = place.ms >= LAIN_MS ? place.ms : place.ms - stepMs;
    return bareMs <= GONE_MS && ms >= 0 ? [{ ...place, ms, atMs, bareMs }] : [];
  });
  const begun = looks.filter((box) => !kept.some((place) => overlapOf(box, place.box) >= SAME_MIN));
  return [...kept, ...begun.map((box) => ({ box, fromMs: now, ms: 0, atMs: now, bareMs: 0 }))].slice(
    0,
    LAIN_MAX,
  );
}

/** It is where somebody has lain; not what stood there before, and stands there yet. */
export function isOfWhoLies(
  { box }: { readonly box: Box },
  stood: Stood | undefined,
  places: readonly Lain[],
): boolean {
  return places.some((place) => {
    if (place.ms < LAIN_MS || shareWithin(box, place.box) < WITHIN_MIN) return false;
    return stood === undefined || stood.atMs >= place.fromMs || overlapOf(box, stood.box) < SAME_THING_MIN;
  });
}
