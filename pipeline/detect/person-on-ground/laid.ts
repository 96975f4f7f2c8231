/**
 * Something as long as somebody, and as low as who lies, has come to lie where somebody stood a moment ago.
 *
 *   |                      in the row of the feet of who stood there,
 *   |  -> _______          as long as a person, less than half as high: no luggage is, nobody sits so
 *
 * In crowding nobody is a region of their own for long, and names are taken along by who passes. What lies apart is: it is
 * seen as what lies still (blobs), or past those who walk before it as what has come to the view (statics).
 *
 * Plane pixels, y down. Plain data; bounded in number and time.
 */
import { boxArea, overlapOf, sharedArea, shareWithin } from '../../box.ts';
import type { Box, Frame } from '../../model.ts';
import type { GroundSample } from '../../site/site.ts';
import type { Body } from './bodies.ts';
import { BEFORE_MAX } from './borne-out.ts';
import { type Low, type Places, REST_MS } from './places.ts';
import { knownHeight, type Stood } from './stances.ts';
import type { Vacated } from './vacated.ts';

/** Who lies there; `floor` and `tall` of when they stood. */
export interface Laid extends Stood {
  readonly box: Box;
  /** Since when it lies there, when it was first taken for somebody, and when it was last seen. */
  readonly fromMs: number;
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** Something that lies or sits. */
interface Thing {
  readonly box: Box;
  readonly areaPx: number;
  readonly fromMs: number;
  readonly lastMs: number;
  readonly laid: Pick<Laid, 'floor' | 'tall' | 'atMs' | 'sinceMs'> | undefined;
}

type Look = Pick<Thing, 'box' | 'areaPx' | 'fromMs'>;

export const THINGS_MAX = 32;
/** Heights of a person. Suitcases are 0.4 high and 0.3 wide, benches longer; who sits on the floor is 0.5 high. */
const LONG = [0.85, 1.5] as const;
export const HIGH_MAX = 0.5;
/** Length over height of what lies across the view. */
const ACROSS = 1.8;
const AREA = [0.14, 0.65] as const;
/** Of a static region: put there and not taken away, and a thing rather than somebody who stands about. */
const RIM_MIN = 0.2;
const STEADY_MIN = 0.5;
/** Intersection over union from which it is the same. */
const SAME_MIN = 0.4;
/** The row of the feet is that of the thing, and the feet within its length, heights. */
const SAME_ROW = 0.25;
const REACH = 0.3;
/** Statics tell to about this when something came. */
const CAME_MS = 1_500;
/** What is not seen for this long has gone, unless others are before it. */
const GONE_MS = 2_000;
const COVERED_MS = 15_000;
const COVERED_MIN = 0.6;
/** Whoever had sat there for longer than a slow fall rests on its way has lain down. */
const SAT_MS = 3_500;
const WITHIN_MIN = 0.45;
/** Looks in which somebody upright was seen there before, and the share of the place that is taken since. */
const UPRIGHT_LOOKS = 2;
const TAKEN_MIN = 0.3;
/** How long they are seen at least while others are before them, and how far above the row of the feet, heights. */
const SHRUNK_MIN = 0.65;
const RAISED_MAX = 0.15;

export class Lays {
  #things: readonly Thing[] = [];

  save() {
    return this.#things;
  }

  restore(things: ReturnType<Lays['save']>): void {
    this.#things = things;
  }

  /** `lows`: what lay or sat still, and since when. `fallMs`: from standing to lying at most. */
  step(
    frame: Frame,
    bodies: readonly Body[],
    places: Pick<Places, 'posts' | 'lows'>,
    vacated: Pick<Vacated, 'seen' | 'judges'>,
    ground: readonly GroundSample[],
    fallMs: number,
  ): readonly Laid[] {
    const now = frame.capturedAtMs;
    const heightAt = (floor: number) => knownHeight(floor, ground, frame.planeHeight);
    const looks = [...lowsOf(bodies, now), ...staticsOf(frame)];
    const kept = this.#things.flatMap((thing): Thing[] => {
      const look = looks.find(({ box }) => overlapOf(box, thing.box) >= SAME_MIN);
      if (look !== undefined)
        return [{ ...thing, ...look, fromMs: Math.min(thing.fromMs, look.fromMs), lastMs: now }];
      const lostMs = now - thing.lastMs;
      if (lostMs <= GONE_MS || (lostMs <= COVERED_MS && isCovered(thing.box, bodies, now))) return [thing];
      return [];
    });
    const begun = looks
      .filter(({ box }) => !kept.some((thing) => overlapOf(box, thing.box) >= SAME_MIN))
      .map((look): Thing => ({ ...look, lastMs: now, laid: undefined }));
    const things = [...kept, ...begun].slice(0, THINGS_MAX);
    this.#things = things.map((thing) => {
      if (thing.laid !== undefined) return thing;
      const stood = whoLies(thing, places, heightAt, fallMs);
      if (stood === undefined || !isVacated(thing, stood, vacated, fallMs)) return thing;
      const { floor, tall, atMs } = stood;
      return { ...thing, laid: { floor, tall, atMs, sinceMs: now } };
    });
    return this.#things.flatMap(({ box, fromMs, lastMs, laid }) =>
      laid === undefined || !isStillAsLong(box, laid) ? [] : [{ ...laid, box, fromMs, lastMs }],
    );
  }
}

function lowsOf(bodies: readonly Body[], now: number): readonly Look[] {
  return bodies
    .filter((body) => body.seenAtMs === now && body.stillMs >= REST_MS && body.mixedAtMs !== now)
    .map(({ x0, y0, x1, y1, areaPx, stillMs }) => ({
      box: { x0, y0, x1, y1 },
      areaPx,
      fromMs: now - stillMs,
    }));
}

function staticsOf({ statics, planeWidth, planeHeight, capturedAtMs }: Frame): readonly Look[] {
  return statics
    .filter(({ rim, steady }) => rim >= RIM_MIN && steady >= STEADY_MIN)
    .map(({ box, areaPx, sinceMs }) => ({
      box: {
        x0: box.x0 * planeWidth,
        y0: box.y0 * planeHeight,
        x1: box.x1 * planeWidth,
        y1: box.y1 * planeHeight,
      },
      areaPx,
      fromMs: capturedAtMs - sinceMs,
    }));
}

/** Where they stood who lie there now, the latest, and how tall somebody is there. */
function whoLies(
  thing: Thing,
  { posts, lows }: Pick<Places, 'posts' | 'lows'>,
  heightAt: (floor: number) => number,
  fallMs: number,
): Stood | undefined {
  const { box, fromMs } = thing;
  if (!isLong(box) || satThere(thing, lows)) return undefined;
  return posts
    .filter(({ atMs }) => atMs <= fromMs + CAME_MS && fromMs - atMs <= fallMs)
    .map((post) => ({ ...post, tall: heightAt(post.floor) || post.tall }))
    .filter(({ x, tall }) => x >= box.x0 - REACH * tall && x <= box.x1 + REACH * tall)
    .filter((post) => liesAcross(thing, post))
    .toSorted((a, b) => b.atMs - a.atMs)[0];
}

function isLong({ x0, y0, x1, y1 }: Box): boolean {
  return x1 - x0 >= ACROSS * (y1 - y0);
}

/** What has grown since is somebody who stands by, or a patch of light; what has shrunk was one. */
function isStillAsLong({ x0, y0, x1, y1 }: Box, { floor, tall }: Pick<Stood, 'floor' | 'tall'>): boolean {
  const long = x1 - x0;
  if (long < SHRUNK_MIN * tall || long > LONG[1] * tall) return false;
  return y1 - y0 <= HIGH_MAX * tall && floor - y1 <= RAISED_MAX * tall;
}

function isVacated(
  { box, fromMs }: Thing,
  stood: Stood,
  vacated: Pick<Vacated, 'seen' | 'judges'>,
  fallMs: number,
): boolean {
  if (!vacated.judges(fromMs)) return true;
  const seen = vacated.seen(box, stood, fromMs, fallMs, UPRIGHT_LOOKS);
  return seen.known && seen.stoodAtMs !== undefined && seen.taken >= TAKEN_MIN && seen.before <= BEFORE_MAX;
}

function liesAcross({ box, areaPx }: Thing, { floor, tall }: Stood): boolean {
  const [long, high] = [box.x1 - box.x0, box.y1 - box.y0];
  if (high > HIGH_MAX * tall) return false;
  if (!isBetween(long / tall, LONG) || !isBetween(areaPx / tall ** 2, AREA)) return false;
  return Math.abs(floor - box.y1) <= SAME_ROW * tall;
}

function isBetween(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}

function satThere({ box, fromMs }: Thing, lows: readonly Low[]): boolean {
  return lows.some((low) => low.fromMs < fromMs - SAT_MS && shareWithin(low.box, box) >= WITHIN_MIN);
}

function isCovered(box: Box, bodies: readonly Body[], now: number): boolean {
  return bodies.some((body) => body.seenAtMs === now && sharedArea(body, box) >= COVERED_MIN * boxArea(box));
}
