/** A thing that is followed: what is remembered of it, and what can be told of it by itself. */
import { overlapOf } from '../../box.ts';
import type { Box, DetectedObject, StaticRegion } from '../../model.ts';
import { CLEAR_RIM, CLEAR_STEADY } from './phantoms.ts';
import type { Waiting } from './waiting.ts';

/** What a detector calls a bag with this confidence, and did within so long. */
const NAMED_MS = 5_000;
const NAMED_CONFIDENCE = 0.4;
/** Somebody who crouches or curls up is 0.5 people's heights tall or 0.8 wide; what is less, and keeps still, is a thing. */
const COMPACT_TALL = 0.45;
const COMPACT_WIDE = 0.65;
const COMPACT_MS = 10_000;
/** As high as they are, only a thing keeps this still for so long on end: who sits breathes, nods and turns. */
export const STILL_STEADY = 0.95;
const STILL_MS = 20_000;
/** Seen as a thing for so long its box is known: what has much more is it and somebody, what uncovers it has the same. */
export const KNOWN_MS = 2_000;
const SAME_BOX_MIN = 0.3;
const KNOWN_BOX_MIN = 0.5;
const UNCOVERED_BOX_MIN = 0.6;
/** Ages that differ by less are the same: who passes before a thing wears at its support. */
const SAME_AGE_MS = 10_000;
/** Support ends at a minute (pipeline/observe/statics.ts): older than about that is only old. */
const OLD_MS = 54_000;

/** A thing that is not seen for this long has been taken, unless something covers its place; then it may be there yet. */
export const GONE_MS = 2_500;
export const HIDDEN_MS = 120_000;

/** How a thing was seen when it was first seen as one. */
export interface Stood {
  readonly box: Box;
  readonly atMs: number;
}

export interface Thing {
  readonly region: StaticRegion;
  readonly bornAtMs: number;
  readonly seenAtMs: number;
  /** How long it has not been seen though nothing covers its place. */
  readonly bareMs: number;
  /** Somebody was at it when it came. */
  readonly brought: boolean;
  /** Their tracks, without those that have gone over to the thing. */
  readonly owners: readonly number[];
  /** Who waited near it before it came. */
  readonly waiting: readonly Waiting[];
  /** When one of them was first seen far away. */
  readonly leftAtMs: number | undefined;
  readonly aloneMs: number;
  /** How much of that it was seen, as a thing. */
  readonly shownMs: number;
  /** Its area summed over that time, plane pixels times ms. */
  readonly shownAreaMs: number;
  /** How much of that it was as steady as only a thing is: people who brush past it do not make it a person. */
  readonly settledMs: number;
  /** How long somebody has covered it since it was last seen. */
  readonly coveredMs: number;
  /** It was seen beside one of them, so it is not they who sit or crouch there. */
  readonly apart: boolean;
  /** How long it has kept as still as nobody who sits does, while it was seen. */
  readonly stillMs: number;
  /** How long somebody has been beside it without a gap, an owner within LEFT of it, and nobody within LEFT. */
  readonly besideMs: number;
  readonly heldMs: number;
  readonly nobodyMs: number;
  readonly stood: Stood | undefined;
  /** How long it has been left, as far back as twice the wait, and how much of that somebody was beside it. */
  readonly leftMs: number;
  readonly tendedMs: number;
  /** When a detector last called it a bag. */
  readonly namedAtMs: number | undefined;
  /** A person's height there, share of the view's height. */
  readonly size: number;
  /** It was claimed in the look before. */
  readonly claimed: boolean;
  /** Width of all that came together and lies against each other there, share of the view's. */
  readonly allWide: number;
}

/** Smaller than anybody can make themselves, or stiller than anybody sits: it was not they who stayed. */
export function isCompact({ region, size, bornAtMs, seenAtMs, stillMs }: Thing, aspect: number): boolean {
  const { steady, rim } = region;
  if (rim < CLEAR_RIM || wideOf(region, size, aspect) > COMPACT_WIDE) return false;
  if (tallOf(region, size) > COMPACT_TALL) return stillMs >= STILL_MS;
  return seenAtMs - bornAtMs >= COMPACT_MS && steady >= CLEAR_STEADY;
}

/** The thing is seen in the region: alone, and not joined with whoever stands there. */
export function goesOnAs(
  region: StaticRegion,
  { region: before, bornAtMs, coveredMs, shownMs }: Thing,
  now: number,
): boolean {
  const overlap = overlapOf(region.box, before.box);
  if (overlap <= (shownMs >= KNOWN_MS ? KNOWN_BOX_MIN : SAME_BOX_MIN)) return false;
  // While others hid it its support wore away, and with it its age.
  const hidden = shownMs >= KNOWN_MS && coveredMs >= KNOWN_MS;
  return cameTogether(region, bornAtMs, now) || (hidden && overlap > UNCOVERED_BOX_MIN);
}

/** The region is as old as what came at `bornAtMs`; a puddle that spread where somebody stood is not as old as they. */
export function cameTogether({ sinceMs }: StaticRegion, bornAtMs: number, now: number): boolean {
  return sinceMs >= OLD_MS || Math.abs(now - sinceMs - bornAtMs) <= SAME_AGE_MS;
}

export function isNamed(namedAtMs: number | undefined, now: number): boolean {
  return namedAtMs !== undefined && now - namedAtMs <= NAMED_MS;
}

/** A detector sees a bag where the region is. */
export function isBagAt({ class: kind, confidence, box }: DetectedObject, region: StaticRegion): boolean {
  return kind === 'bag' && confidence >= NAMED_CONFIDENCE && overlapOf(box, region.box) > SAME_BOX_MIN;
}

/** Its mean area while it was seen as a thing, plane pixels: some of its pixels come and go. */
export function shownAreaOf({ shownAreaMs, shownMs }: Thing): number {
  return shownMs === 0 ? 0 : shownAreaMs / shownMs;
}

export function tallOf({ box }: StaticRegion, size: number): number {
  return (box.y1 - box.y0) / size;
}

export function wideOf({ box }: StaticRegion, size: number, aspect: number): number {
  return ((box.x1 - box.x0) * aspect) / size;
}
