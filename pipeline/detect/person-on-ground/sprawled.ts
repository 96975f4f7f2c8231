/**
 * Who came to lie, by cells alone: a place as large and as low as who lies is newly taken, all of it stays so, what is
 * around it is free, and somebody upright was seen over it just before who is there no more.
 *
 *   across the view                    towards the lens
 *
 *    | |          . . . . . .           | |      . . . .     the trunk: full of somebody before, free since
 *    | |          . ####### .           |_|      . ### .     their feet at an end of the place, in its lowest row,
 *                                                . ### .     or in its middle, and the place below them
 *
 * No region, track or outline needs to live through the fall: who passes before them takes cells for a moment only, and
 * who stands or sits about has taken theirs before. Who sits is higher than this across the view, and not below their own
 * feet; seats, carts, luggage and light are as large and as low now and then, but nobody upright vanishes over them, or
 * something is above or around them. Who lies away from the lens is as who sits or kneels, and not looked for here.
 *
 * Plane pixels, y down. Plain data; bounded in number and time.
 */
import { overlapOf } from '../../box.ts';
import type { Box, Frame } from '../../model.ts';
import { CELL_PX, type GroundSample } from '../../site/site.ts';
import { clumpsOf } from '../cell-plane.ts';
import { HIGH_MAX, type Laid } from './laid.ts';
import { knownHeight, type Stood } from './stances.ts';
import { type Grid, isTaken, meanOf, shareOf } from './taken-cells.ts';
import { TakenCounts } from './taken-counts.ts';
import { lastUpright } from './trunk.ts';
import type { Vacated } from './vacated.ts';

export const SPRAWLED_MAX = 16;
/** Of the looks of so long nearly all find a cell taken; of those until half a second before, not all did. */
const SINCE_MS = 2_500;
const TURNS_MS = 500;
const SINCE_MIN = 0.8;
const BEFORE_MAX = 0.7;
const LOOKS_MIN = 5;
/**
 * Who falls is there at once, but for their feet, which were there before: so long from when this share of the cells is
 * taken until that one is. Who sits or lies down and light come by and by.
 */
const AT_ONCE_MS = 1_000;
const AT_ONCE_FROM = 0.4;
const AT_ONCE_TO = 0.9;
/**
 * A place across the view that is shorter than this, heights, is taken within a look or two: it is the upper half of somebody
 * who sat there, whose lower half was there before, when it comes more slowly.
 */
const SHORT_WIDE = 0.9;
const SHORT_AT_ONCE_MS = 250;
/**
 * Half of the cells are not taken longer ago than this, while cells remember who stood there. Others pass before who lies
 * across the view, who is told later then; what is as narrow as who lies towards the lens is told at once or not at all.
 */
const AGO_ACROSS_MS = 6_000;
const AGO_ALONG_MS = 2_500;
/** Lower than this, plane pixels, a person is too few cells. */
const TALL_MIN_PX = 20;
/** Across the view, heights of a person; cells are a tenth or two of one. */
const ACROSS = { wide: [0.7, 1.5], high: [0.1, HIGH_MAX], area: [0.13, 0.45] } as const;
const WIDE_PER_HIGH = 1.8;
/** Towards the lens. Who sits on a chair is higher, luggage is smaller. */
const ALONG = { wide: [0.25, 0.62], high: [0.38, 0.7], area: [0.11, 0.3] } as const;
/** Share of the cells around it, and in the half of a person above it, that are taken as well. */
const AROUND_PX = 2 * CELL_PX;
const AROUND_MAX = 0.25;
const ABOVE = 0.4;
const ABOVE_MAX = 0.3;
/** Looks that are asked for these, and for how long anew. */
const NOW_LOOKS = 6;
const SETTLES_MS = 3_000;
/**
 * The feet stood in the lowest row of a place across the view or a little above, as who falls askew comes nearer; of one
 * towards the lens about its top. Heights above the lowest row.
 */
const FEET_ACROSS = [0, 0.1, 0.2, 0.35, -0.1] as const;
const FEET_ALONG = [0.3, 0.45, 0.6] as const;
const OVER_TOP_MAX = 0.1;
/** Feet are within this share of the length from its ends and a little beyond, or as near to the middle, heights. */
const END = 0.3;
const BEYOND = 0.1;
const MIDDLE = 0.15;
/** So much of the place is taken at most while they stand; and how often they are seen to. */
const FREE_MAX = 0.5;
const LOOKS_ACROSS = 1;
const LOOKS_ALONG = 3;
/** From when they last stood until half of the place was taken. */
const DOWN_MS_MAX = 600;
/** What has been still there since before that was there all along. */
const SAME_REGION = 0.3;
/** Statics tell to about this when something came. */
const STATIC_MS = 1_500;
/** As high at most is the region that it is part of, heights of a person: who sits is 0.7 and more. */
const PART_OF = 0.2;
const REGION_HIGH_MAX = 0.6;
/**
 * Who lies towards the lens is a region of their own, as low as that, and came to rest as soon as half of the place was
 * taken: who sits or bends down moves for a while.
 */
const OWN_REGION = 0.4;
const OWN_HIGH_MAX = 0.7;
const RESTS_MS_MIN = 1_400;
const ALONG_ABOVE_MAX = 0.2;
/** It goes on while this share of it is taken, or was so long ago. */
const TAKEN_MIN = 0.6;
const GONE_MS = 2_000;
const SAME_MIN = 0.2;

/** `along`: towards the lens. */
export interface Sprawled extends Laid {
  readonly along: boolean;
}

export class Sprawls {
  #sprawled: readonly Sprawled[] = [];
  readonly #since = new TakenCounts();
  readonly #before = new TakenCounts();

  save() {
    return this.#sprawled;
  }

  restore(sprawled: ReturnType<Sprawls['save']>): void {
    this.#sprawled = sprawled;
  }

  /** `fallMs`: from standing to lying at most. Nobody where the site file does not tell how tall people are. */
  step(
    frame: Frame,
    vacated: Pick<Vacated, 'grids' | 'remembers'>,
    ground: readonly GroundSample[],
    fallMs: number,
  ): readonly Sprawled[] {
    const { grids } = vacated;
    const now = frame.capturedAtMs;
    // Between two grids there is nothing new to see.
    if (ground.length === 0 || grids.at(-1)?.atMs !== now) return this.#sprawled;
    const last = grids.slice(-NOW_LOOKS);
    const kept = this.#sprawled
      .map((one) => (meanOf(last, one.box) >= TAKEN_MIN ? { ...one, lastMs: now } : one))
      .filter(({ lastMs }) => now - lastMs <= GONE_MS)
      .filter((one) => now - one.sinceMs > SETTLES_MS || meanOf(last, aboveOf(one)) <= ABOVE_MAX);
    const heightAt = (floor: number) => knownHeight(floor, ground, frame.planeHeight);
    const begun = this.#newlyTaken(grids, now)
      .flatMap((cells) => placeOf(cells, grids, heightAt) ?? [])
      .filter(({ along, fromMs }) => now - fromMs <= (along ? AGO_ALONG_MS : AGO_ACROSS_MS))
      .filter((place) => cameAtOnce(place) && vacated.remembers(place.fromMs))
      .filter(({ box }) => !kept.some((one) => overlapOf(one.box, box) >= SAME_MIN))
      .filter((place) => liesFree(place, grids) && isBorneOut(place, frame))
      .flatMap((place): Sprawled[] => {
        const stood = whoStood(place, grids, heightAt, fallMs);
        if (stood === undefined) return [];
        const { box, fromMs, along } = place;
        return [{ ...stood, box, along, fromMs, sinceMs: now, lastMs: now }];
      });
    this.#sprawled = [...kept, ...begun].slice(0, SPRAWLED_MAX);
    return this.#sprawled;
  }

  /** Cells that touch, taken in nearly every look since and not in all before. */
  #newlyTaken(grids: readonly Grid[], now: number): readonly (readonly number[])[] {
    const since = grids.filter(({ atMs }) => atMs > now - SINCE_MS);
    const before = grids.filter(({ atMs }) => atMs <= now - SINCE_MS - TURNS_MS);
    if (since.length < LOOKS_MIN || before.length < LOOKS_MIN) return [];
    const takenSince = this.#since.of(since);
    const takenBefore = this.#before.of(before);
    const [sinceMin, beforeMax] = [SINCE_MIN * since.length, BEFORE_MAX * before.length];
    // In most looks there is none.
    let fresh: Float64Array | undefined;
    for (let cell = 0; cell < takenSince.length; cell++) {
      if (takenSince[cell]! < sinceMin || takenBefore[cell]! > beforeMax) continue;
      fresh ??= new Float64Array(takenSince.length);
      fresh[cell] = 1;
    }
    return fresh === undefined ? [] : clumpsOf(fresh, grids.at(-1)!);
  }
}

interface Place {
  readonly box: Box;
  /** Height of a person whose feet are in its lowest row. */
  readonly tall: number;
  readonly along: boolean;
  /** Since when half of its cells are taken. */
  readonly fromMs: number;
  /** How long most of them took to be taken. */
  readonly spreadMs: number;
}

/** Undefined when it is not as large and as low as somebody who lies, or goes on below the view. */
function placeOf(
  cells: readonly number[],
  grids: readonly Grid[],
  heightAt: (floor: number) => number,
): Place | undefined {
  const { columns, rows } = grids.at(-1)!;
  const x = cells.map((cell) => (cell % columns) * CELL_PX);
  const y = cells.map((cell) => Math.floor(cell / columns) * CELL_PX);
  const [x0, y0] = [Math.min(...x), Math.min(...y)];
  const box = { x0, y0, x1: Math.max(...x) + CELL_PX, y1: Math.max(...y) + CELL_PX };
  const tall = heightAt(box.y1);
  // What reaches the view's lower edge may be the upper half of somebody who stands.
  if (tall < TALL_MIN_PX || box.y1 >= rows * CELL_PX) return undefined;
  const wide = (box.x1 - box.x0) / tall;
  const high = (box.y1 - box.y0) / tall;
  const area = (cells.length * CELL_PX ** 2) / tall ** 2;
  const isOf = (shape: typeof ACROSS | typeof ALONG) =>
    isBetween(wide, shape.wide) && isBetween(high, shape.high) && isBetween(area, shape.area);
  const across = wide >= WIDE_PER_HIGH * high && isOf(ACROSS);
  if (!across && !isOf(ALONG)) return undefined;
  const froms = cells.map((cell) => takenFrom(grids, cell)).sort((a, b) => a - b);
  const fromAt = (share: number) => froms[Math.floor(share * froms.length)]!;
  return {
    box,
    tall,
    along: !across,
    fromMs: fromAt(0.5),
    spreadMs: fromAt(AT_ONCE_TO) - fromAt(AT_ONCE_FROM),
  };
}

function cameAtOnce({ box, tall, along, spreadMs }: Place): boolean {
  const short = !along && box.x1 - box.x0 < SHORT_WIDE * tall;
  return spreadMs <= (short ? SHORT_AT_ONCE_MS : AT_ONCE_MS);
}

function isBetween(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}

/** A look without it is a flicker, two are not. */
function takenFrom(grids: readonly Grid[], cell: number): number {
  for (let i = grids.length - 1; i > 0; i--)
    if (!isTaken(grids[i]!.words, cell) && !isTaken(grids[i - 1]!.words, cell)) return grids[i]!.atMs;
  return grids[0]!.atMs;
}

/** Somebody who stands or sits there reaches higher; what is part of something larger is not somebody who lies. */
function liesFree(place: Place, grids: readonly Grid[]): boolean {
  const now = looksSince(place, grids);
  const aboveMax = place.along ? ALONG_ABOVE_MAX : ABOVE_MAX;
  if (now.length === 0 || meanOf(now, aboveOf(place)) > aboveMax) return false;
  const { box } = place;
  const { x0, y0, x1, y1 } = box;
  const all = { x0: x0 - AROUND_PX, y0: y0 - AROUND_PX, x1: x1 + AROUND_PX, y1: y1 + AROUND_PX };
  const [inner, outer] = [(x1 - x0) * (y1 - y0), (all.x1 - all.x0) * (all.y1 - all.y0)];
  return meanOf(now, all) * outer - meanOf(now, box) * inner <= AROUND_MAX * (outer - inner);
}

function looksSince({ fromMs }: Place, grids: readonly Grid[]): readonly Grid[] {
  return grids.filter(({ atMs }) => atMs > fromMs + TURNS_MS).slice(-NOW_LOOKS);
}

function aboveOf({ box: { x0, x1, y0 }, tall }: Pick<Place, 'box' | 'tall'>): Box {
  return { x0, x1, y0: y0 - ABOVE * tall, y1: y0 - CELL_PX / 2 };
}

/** What regions say of it: not there before, and as low as somebody who lies. */
function isBorneOut({ box, tall, along, fromMs }: Place, frame: Frame): boolean {
  const { blobs, statics, planeWidth: width, planeHeight: height, capturedAtMs } = frame;
  const share = { x0: box.x0 / width, y0: box.y0 / height, x1: box.x1 / width, y1: box.y1 / height };
  const sinceMs = capturedAtMs - fromMs;
  if (
    statics.some(
      (region) => region.sinceMs > sinceMs + STATIC_MS && overlapOf(region.box, share) >= SAME_REGION,
    )
  )
    return false;
  const [blob] = blobs.toSorted((a, b) => overlapOf(b.box, share) - overlapOf(a.box, share));
  const like = blob === undefined ? 0 : overlapOf(blob.box, share);
  if (blob === undefined || like < PART_OF) return !along;
  const high = ((blob.box.y1 - blob.box.y0) * height) / tall;
  const wide = ((blob.box.x1 - blob.box.x0) * width) / tall;
  if (like >= SAME_REGION && blob.stillMs > sinceMs) return false;
  if (!along) return high <= REGION_HIGH_MAX && wide <= ACROSS.wide[1];
  return like >= OWN_REGION && high <= OWN_HIGH_MAX && blob.stillMs >= RESTS_MS_MIN;
}

/** The latest of those who were seen upright over it. */
function whoStood(
  place: Place,
  grids: readonly Grid[],
  heightAt: (floor: number) => number,
  fallMs: number,
): Stood | undefined {
  const { box, tall, along, fromMs } = place;
  const after = looksSince(place, grids);
  const before = grids.filter(({ atMs }) => atMs >= fromMs - fallMs && atMs <= fromMs + TURNS_MS);
  const [long, middle] = [box.x1 - box.x0, (box.x0 + box.x1) / 2];
  const columns = along
    ? [{ from: middle - MIDDLE * tall, to: middle + MIDDLE * tall }]
    : [
        { from: box.x0 - BEYOND * tall, to: box.x0 + END * long },
        { from: box.x1 - END * long, to: box.x1 + BEYOND * tall },
      ];
  return (along ? FEET_ALONG : FEET_ACROSS)
    .map((feet) => box.y1 - feet * tall)
    .filter((floor) => !along || floor >= box.y0 - OVER_TOP_MAX * tall)
    .flatMap((floor) => {
      const lies = along ? { ...box, y0: Math.max(box.y0, floor) } : box;
      const free = before.filter((grid) => shareOf(grid, lies) <= FREE_MAX);
      const figure = { floor, tall: heightAt(floor), top: box.y0 };
      const looks = along ? LOOKS_ALONG : LOOKS_ACROSS;
      return columns.map((where) => ({
        ...figure,
        atMs: lastUpright(free, after, figure, where, { looks, cameIn: grids, apart: true }),
      }));
    })
    .flatMap(({ floor, tall, atMs }): Stood[] => (atMs === undefined ? [] : [{ floor, tall, atMs }]))
    .filter(({ atMs }) => fromMs - atMs <= DOWN_MS_MAX)
    .toSorted((a, b) => b.atMs - a.atMs)[0];
}
