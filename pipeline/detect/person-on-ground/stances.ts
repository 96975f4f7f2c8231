/**
 * How somebody has stood lately: how tall they are, and where their feet were when they last stood. Plane pixels.
 *
 * A stance is one look. Tall is what most looks of the last seconds before a fall agree on, so that a raised arm, a
 * shadow on the floor or a leg that looks like it does not matter.
 */
import type { GroundSample } from '../../site/site.ts';
import { type Body, UPRIGHT } from './bodies.ts';

export interface Stance {
  readonly atMs: number;
  readonly floor: number;
  readonly tall: number;
  readonly wide: number;
  readonly upright: boolean;
  /** The view ends above the feet. */
  readonly cut: boolean;
}

/** Somebody upright: row of the feet, height, and when that was last seen. */
export interface Stood {
  readonly floor: number;
  readonly tall: number;
  /** As much of it as was seen, where the view ends above the feet. */
  readonly seen?: number;
  readonly atMs: number;
  /** Somebody else was one region with them, behind: whoever goes on upright may be that one. */
  readonly before?: true;
}

const STANCE_EVERY_MS = 150;
/** The looks of so long before somebody last stood say how tall they are, the last few where. */
const RECENT_MS = 2_500;
const FLOORS = 5;
/** For so long, and so often, somebody has been seen upright. */
const STOOD_MS_MIN = 500;
const STOOD_LOOKS_MIN = 3;
/** So many looks at somebody without feet say that they have come nearer. */
const STOOD_LOOKS_CUT = 2;
/**
 * Somebody is as tall as they were seen so often, of few looks and of many: legs that look like the floor are lost more
 * often than a reflection on it is added, which would not matter either, as it comes with its own floor.
 */
const TALLEST_FEW = 2;
const TALLEST_MANY = 3;
const LOOKS_MANY = 9;
/** Between these shares of that height somebody stands; taller is with a shadow or a reflection. */
const STANDS_MIN = 0.8;
const STANDS_MAX = 1.2;
/**
 * Whoever is not that tall any more does not stand, whatever their shape: they may lie along the view. And whose height
 * shrinks while their feet stay sits, kneels or falls; that of who walks away shrinks with feet that go up the view.
 */
const DOWN_MAX = 0.6;
const FEET_STAY = 0.1;
/** Whose feet are below the view is this many times as tall as wide. */
const TALL_PER_WIDE = 3;
/** How high cameras hang, heights of a person: 3.4 m. A lower one makes what is near larger than this. */
const LENS_HEIGHT = 2;
/** Fewer pixels have no posture. */
const TALL_MIN_PX = 14;
/**
 * Of the height that the site file gives for a place: a child's, and the tallest that somebody is with a hat and a lie of
 * the calibration. What is taller is one in front and one behind, and their feet are those of the one in front; more
 * than two are a load or a crowd.
 */
const CALIBRATED_MIN = 0.6;
const CALIBRATED_MAX = 1.35;
const BEHIND_MAX = 2.4;

/** The stances of the last `keepMs`, and this look, unless they are down from how they `stood`. */
export function remember(
  stances: readonly Stance[],
  body: Body,
  stood: Stood | undefined,
  planeHeight: number,
  keepMs: number,
): readonly Stance[] {
  const now = body.seenAtMs;
  const kept = stances.filter((stance) => now - stance.atMs <= keepMs);
  const last = kept.at(-1);
  if (body.mixedAtMs === now || (last !== undefined && now - last.atMs < STANCE_EVERY_MS)) return kept;
  const { floor, wide } = body;
  const tall = floor - body.head;
  if (stood !== undefined && isLower(floor, tall, stood)) return kept;
  return [
    ...kept,
    { atMs: now, floor, tall, wide, upright: tall >= UPRIGHT * wide, cut: body.y1 >= planeHeight },
  ];
}

function isLower(floor: number, tall: number, stood: Stood): boolean {
  if (tall < DOWN_MAX * stood.tall) return true;
  return tall < STANDS_MIN * stood.tall && Math.abs(floor - stood.floor) < FEET_STAY * stood.tall;
}

/** Undefined for who has not been seen standing. `ground`: of the site file. */
export function lastStood(
  stances: readonly Stance[],
  ground: readonly GroundSample[],
  planeHeight: number,
): Stood | undefined {
  const last = stances.findLast((stance) => stance.upright);
  if (last === undefined) return undefined;
  const recent = stances.filter((stance) => stance.upright && last.atMs - stance.atMs <= RECENT_MS);
  const full = recent.filter((stance) => !stance.cut);
  const cut = recent.filter((stance) => stance.cut);
  // Who has come nearer, until the view ends above their feet, is larger than they were seen whole.
  const nearer = cut.length >= STOOD_LOOKS_CUT && tallestOf(cut) > STANDS_MAX * tallestOf(full);
  const whole = full.length > 0 && !nearer ? full : cut.map(below);
  if (whole.length < STOOD_LOOKS_MIN || last.atMs - recent[0]!.atMs < STOOD_MS_MIN) return undefined;
  const heights = whole.map((stance) => stance.tall).sort((a, b) => b - a);
  const tall = heights[(heights.length < LOOKS_MANY ? TALLEST_FEW : TALLEST_MANY) - 1]!;
  const stood = whole.filter(
    (stance) => stance.tall >= STANDS_MIN * tall && stance.tall <= STANDS_MAX * tall,
  );
  if (tall < TALL_MIN_PX || stood.length === 0) return undefined;
  const floor = medianOf(stood.slice(-FLOORS).map((stance) => stance.floor));
  const atMs = stood.at(-1)!.atMs;
  const seen = tallestOf(recent);
  const known = knownHeight(floor, ground, planeHeight);
  if (known === 0 || (tall <= CALIBRATED_MAX * known && tall >= CALIBRATED_MIN * known))
    return { floor, tall, atMs, ...(seen < tall ? { seen } : {}) };
  if (tall < known || tall > BEHIND_MAX * known) return undefined;
  return { floor, tall: known, atMs, before: true };
}

/**
 * How much larger somebody is in the picture with their lowest part at `floor` than where they stood: who falls towards
 * the lens comes nearer by their own height. Sizes on the floor grow as its rows are farther below the horizon, which is
 * as high above the feet as the lens hangs above the floor, in heights of who stands there. The site file knows better.
 */
export function growthTo(
  floor: number,
  stood: Stood,
  ground: readonly GroundSample[],
  planeHeight: number,
): number {
  if (floor <= stood.floor) return 1;
  const known = heightAt(stood.floor / planeHeight, ground);
  if (known > 0) return heightAt(floor / planeHeight, ground) / known;
  return 1 + (floor - stood.floor) / (LENS_HEIGHT * stood.tall);
}

function tallestOf(stances: readonly Stance[]): number {
  return Math.max(0, ...stances.map(({ tall }) => tall));
}

/** Who is seen without feet. */
function below(stance: Stance): Stance {
  const tall = Math.max(stance.tall, TALL_PER_WIDE * stance.wide);
  return { ...stance, tall, floor: stance.floor - stance.tall + tall };
}

/** A person's height with feet in row `floor` by the site file, plane pixels; 0 when it says nothing. */
export function knownHeight(floor: number, ground: readonly GroundSample[], planeHeight: number): number {
  return heightAt(floor / planeHeight, ground) * planeHeight;
}

/** A person's height there by the site file, share of the view's height; 0 when it says nothing. */
function heightAt(y: number, ground: readonly GroundSample[]): number {
  const first = ground[0];
  if (first === undefined) return 0;
  const second = ground.find((sample) => sample.foot.y !== first.foot.y);
  if (second === undefined) return first.height;
  const slope = (second.height - first.height) / (second.foot.y - first.foot.y);
  return Math.max(0, first.height + slope * (y - first.foot.y));
}

/** The lower one of two. */
function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;
}
