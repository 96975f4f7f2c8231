/**
 * What is remembered of places while bodies there are one region with others and lose their names: where somebody stood,
 * where somebody was down, and what lay there all along. Who passes before somebody who falls takes their name along;
 * where they stood and lay does not change by that.
 *
 *   stood here --others pass--> something as large as somebody lies here, which did not before: they fell
 *   down here  --others pass--> something lies here as before: they still do
 *
 * Plane pixels, y down. Plain data; bounded in number and time.
 */
import { boxArea, sharedArea } from '../../box.ts';
import type { Box } from '../../model.ts';
import { type Body, middleOf, UPRIGHT } from './bodies.ts';
import type { Stood } from './stances.ts';

/** Where somebody stood, who, and how large their region was. */
export interface Post extends Stood {
  readonly x: number;
  readonly id: number;
  readonly areaPx: number;
  /** Since then the one of that name was much larger: others went by, and the name may have gone on with them. */
  readonly swollen: boolean;
}

/** Something low that lies still. */
export interface Low {
  readonly box: Box;
  readonly fromMs: number;
  readonly lastMs: number;
}

/** So long others may be before somebody until what lies there is seen. */
export const POST_MS = 8_000;
const LOW_MS = 60_000;
export const POSTS_MAX = 32;
export const LOWS_MAX = 32;
/** Still for so long, what lies has come to rest. */
export const REST_MS = 600;
/** Nearer than this, heights, two looks are of one who stands. */
const SAME_POST = 0.3;
/** Feet stay within this many heights of where somebody stood, when they fall. */
const FEET_REACH = 0.3;
/** Who lies across the view, this many times as wide as tall, has their feet in the row in which they stood. */
const ACROSS = 1.5;
const SAME_ROW = 0.2;
/** With others before them a region is this much larger at least. */
const SWOLLEN = 1.6;
/** Somebody who lies is this wide and this large at least, heights; a suitcase is 0.3 wide and 0.11 large. */
const WIDE_MIN = 0.5;
const AREA_MIN = 0.14;
const AREA_MAX = 0.6;
/** Intersection over union from which it is the same that lies there. */
const SAME_LOW = 0.4;

export class Places {
  #posts: readonly Post[] = [];
  #lows: readonly Low[] = [];

  save() {
    return { posts: this.#posts, lows: this.#lows };
  }

  restore({ posts, lows }: ReturnType<Places['save']>): void {
    this.#posts = posts;
    this.#lows = lows;
  }

  get posts(): readonly Post[] {
    return this.#posts;
  }

  /** What lay or sat still, and since when. */
  get lows(): readonly Low[] {
    return this.#lows;
  }

  /** Takes in who stands now, and what lies. `standing` gives how a body last stood. */
  step(bodies: readonly Body[], standing: (id: number) => Stood | undefined, now: number): void {
    const seen = bodies.filter((body) => body.seenAtMs === now);
    const stand = seen.flatMap((body): Post[] => {
      const stood = standing(body.id);
      if (stood?.atMs !== now || body.mixedAtMs === now) return [];
      const [x] = middleOf(body);
      return [{ ...stood, x, id: body.id, areaPx: body.areaPx, swollen: false }];
    });
    const kept = this.#posts
      .filter((post) => now - post.atMs <= POST_MS && !stand.some((other) => isSamePost(post, other)))
      .map((post) => {
        const body = seen.find(({ id }) => id === post.id);
        return body !== undefined && body.areaPx > SWOLLEN * post.areaPx ? { ...post, swollen: true } : post;
      });
    this.#posts = [...kept, ...stand].slice(-POSTS_MAX);
    const lows = this.#lows.filter(({ lastMs }) => now - lastMs <= LOW_MS);
    for (const body of seen) {
      if (body.stillMs < REST_MS || UPRIGHT * body.wide < body.floor - body.head) continue;
      const { x0, y0, x1, y1 } = body;
      const box = { x0, y0, x1, y1 };
      const i = lows.findIndex((low) => likeness(low.box, box) >= SAME_LOW);
      if (i < 0) lows.push({ box, fromMs: now - body.stillMs, lastMs: now });
      else lows[i] = { ...lows[i]!, lastMs: now };
    }
    this.#lows = lows.slice(-LOWS_MAX);
  }

  /**
   * How those stood who may be what lies there now, for not longer than `fallMs` after: the latest first. Empty when it
   * lay there before.
   */
  fallenFrom(body: Body, bodies: readonly Body[], fallMs: number, now: number): readonly Stood[] {
    if (body.stillMs < REST_MS || body.mixedAtMs === now) return [];
    const fromMs = this.#lowFrom(body) ?? now - body.stillMs;
    return this.#posts
      .filter((post) => post.atMs < fromMs && now - post.atMs <= fallMs)
      .filter((post) => isAsLarge(body, post) && isAtFeet(body, post))
      .filter((post) => !isElsewhere(post, body, bodies, now))
      .toSorted((a, b) => b.atMs - a.atMs);
  }

  /** Whether what lies there now lay there at `atMs` already. */
  layAt(body: Body, atMs: number): boolean {
    return (this.#lowFrom(body) ?? Number.POSITIVE_INFINITY) <= atMs;
  }

  #lowFrom(body: Body): number | undefined {
    return this.#lows.find((low) => likeness(low.box, body) >= SAME_LOW)?.fromMs;
  }
}

/** Intersection over union. */
export function likeness(a: Box, b: Box): number {
  const both = sharedArea(a, b);
  return both / (boxArea(a) + boxArea(b) - both);
}

function isSamePost(a: Post, b: Post): boolean {
  return Math.hypot(a.x - b.x, a.floor - b.floor) < SAME_POST * b.tall;
}

/** As somebody who lies. */
export function isAsLarge(body: Body, { tall }: Stood): boolean {
  const area = body.areaPx / tall ** 2;
  return body.wide >= WIDE_MIN * tall && area >= AREA_MIN && area <= AREA_MAX;
}

function isAtFeet(body: Body, { x, floor, tall }: Post): boolean {
  const { x0, x1, y0, y1 } = body;
  const reach = FEET_REACH * tall;
  const across = body.wide >= ACROSS * (body.floor - body.head);
  if (across && Math.abs(body.floor - floor) > SAME_ROW * tall) return false;
  return x >= x0 - reach && x <= x1 + reach && floor >= y0 - reach && floor <= y1 + reach;
}

/** Who stood there has gone on by themselves: what lies there is what they put down. */
function isElsewhere(post: Post, body: Body, bodies: readonly Body[], now: number): boolean {
  if (post.swollen || post.id === body.id) return false;
  return bodies.some(
    ({ id, seenAtMs, mixedAtMs }) => id === post.id && seenAtMs === now && mixedAtMs < post.atMs,
  );
}
