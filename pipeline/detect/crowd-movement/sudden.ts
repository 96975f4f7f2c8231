/**
 * What is told of a whole place by comparing now with before: looks at it that are kept for some seconds, and how a claim
 * made of them begins, lasts and ends. Shared by stampede.ts and haste.ts, which say what a look is and when it begins.
 *
 *   looks like one  >=sustainedMs  claimed  while half of them are left, CLAIMED_MS_MIN at least, LASTS_MS_MAX at most  over
 */
import type { CellMotion } from '../../model.ts';

/** It goes on while half of them run, for no longer than this: whatever is fast then are others. */
export const GOES_ON = 0.5;
const LASTS_MS_MAX = 8_000;
/** Once it is claimed it goes on for this long at least: people leave the view, and flow that is lost is found again. */
const CLAIMED_MS_MIN = 300;
/** Looks are kept no more often than this: in 4 seconds 41 of them, in 5 seconds 51. */
const KEPT_EVERY_MS = 100;
/** Nobody runs as fast as this, m/s; where much of what is fast does, it is light, or the camera moves. */
export const PERSON_SPEED_MAX = 8;
export const BEYOND_MAX = 0.3;
/** What goes to and fro: less than this share of the way is left. */
const SWAY_MAX = 0.5;

export interface SuddenLimits {
  /** Least number of people who run. */
  readonly people: number;
  /** From this speed on they do, m/s. */
  readonly speed: number;
  /** Least share of those who are seen. */
  readonly share: number;
}

export interface Suddenly {
  /** Who run now. */
  readonly people: number;
  readonly share: number;
  readonly cells: readonly CellMotion[];
  readonly began: Began;
}

/** What was told when it began. */
export interface Began {
  /** Who ran. */
  readonly people: number;
  /** How many times what it was before, of how much moves or how fast it goes; and the least that it has to be. */
  readonly rises: 'movement' | 'speed';
  readonly rise: number;
  readonly riseMin: number;
}

/** Over nothing at all it is this much. */
const RISE_MAX = 100;

export function riseOf(now: number, before: number): number {
  return before * RISE_MAX > now ? now / before : RISE_MAX;
}

/** A sum of people times m/s over all who move: velocity, and what its length would be if all went one way. */
export interface Way {
  readonly x: number;
  readonly y: number;
  readonly length: number;
}

export class Sudden<Look extends { readonly atMs: number }> {
  readonly #rememberedMs: number;
  readonly #sustainedMs: number;
  #looks: readonly Look[] = [];
  /** When it began to look like one. */
  #sinceMs: number | undefined;
  /** It has looked like one for long enough. */
  #goesOn = false;

  constructor(rememberedMs: number, sustainedMs: number) {
    this.#rememberedMs = rememberedMs;
    this.#sustainedMs = sustainedMs;
  }

  save() {
    return { looks: this.#looks, sinceMs: this.#sinceMs, goesOn: this.#goesOn };
  }

  restore({ looks, sinceMs, goesOn }: ReturnType<Sudden<Look>['save']>): void {
    this.#looks = looks;
    this.#sinceMs = sinceMs;
    this.#goesOn = goesOn;
  }

  /** Nothing is known of what was before: the view is new, or came back. */
  forget(): void {
    this.#looks = [];
    this.#end();
  }

  /** Since when it holds; undefined while it does not. */
  get sinceMs(): number | undefined {
    return this.#sinceMs;
  }

  /** The looks that are remembered with this one, oldest first; one that comes too soon after the last is not kept. */
  remember(look: Look): readonly Look[] {
    const kept = this.#looks.filter(({ atMs }) => look.atMs - atMs <= this.#rememberedMs);
    const last = kept.at(-1);
    this.#looks = last !== undefined && look.atMs - last.atMs < KEPT_EVERY_MS ? kept : [...kept, look];
    return this.#looks;
  }

  /** Whether it is claimed: `begins` as long as it is not, then while `people` are half of `least` or more. */
  claimed(now: number, begins: () => boolean, people: number, least: number): boolean {
    const lastsMs = now - (this.#sinceMs ?? now);
    const goesOn = people >= GOES_ON * least || lastsMs <= this.#sustainedMs + CLAIMED_MS_MIN;
    const holds = this.#goesOn ? goesOn && lastsMs <= LASTS_MS_MAX : begins();
    if (!holds) {
      this.#end();
      return false;
    }
    this.#sinceMs ??= now;
    this.#goesOn ||= lastsMs >= this.#sustainedMs;
    return this.#goesOn;
  }

  #end(): void {
    this.#sinceMs = undefined;
    this.#goesOn = false;
  }
}

export function isOneWay({ x, y, length }: Way, share: number): boolean {
  return Math.hypot(x, y) >= share * length;
}

/** Taken picture by picture: a camera that is knocked goes one way in each, to and fro. */
export function inEachOneWay(ways: readonly Way[], share: number): boolean {
  const straight = ways.reduce((sum, { x, y }) => sum + Math.hypot(x, y), 0);
  return straight >= share * ways.reduce((sum, { length }) => sum + length, 0);
}

/** All moves one way in each picture, and back in another: the camera does. */
export function sways(ways: readonly Way[], oneWay: number): boolean {
  if (!ways.every((way) => isOneWay(way, oneWay))) return false;
  const lengths = ways.reduce((sum, { x, y }) => sum + Math.hypot(x, y), 0);
  const { x, y } = sumOf(ways);
  return Math.hypot(x, y) < SWAY_MAX * lengths;
}

/** Taken together. */
export function sumOf(ways: readonly Way[]): Way {
  return ways.reduce(
    (sum, way) => ({ x: sum.x + way.x, y: sum.y + way.y, length: sum.length + way.length }),
    {
      x: 0,
      y: 0,
      length: 0,
    },
  );
}

/** Mean of one of their numbers; 0 of none. */
export function meanOf<Key extends string>(looks: readonly Readonly<Record<Key, number>>[], of: Key): number {
  return looks.reduce((sum, look) => sum + look[of], 0) / Math.max(1, looks.length);
}
