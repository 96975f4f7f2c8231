/**
 * Whether those who stood or walked now run, told from what becomes of the whole place: for crowds that are one region,
 * in which nobody can be told apart.
 *
 * All that is seen is people by area, fast or slow, cell by cell. When people begin to run
 *
 *   - before, nearly nobody was fast;
 *   - who runs no longer stands: what is slow becomes less. Where all run one way much less; where they run every way
 *     through each other much of the flow is lost, and those who were hidden come into view, so it only must not grow;
 *   - there are not many more than were seen before, up to those who were hidden.
 *
 * A train that comes adds to what is seen and leaves those who stand standing. One that departs takes seconds until it
 * is as fast as somebody who runs: by then before is no longer slow. A knock at the camera moves everything, to and fro.
 */
import type { CellMotion } from '../model.ts';

/** What counts as now. */
const NOW_MS = 400;
/** And as before: long enough ago that who runs now had not begun. */
const BEFORE_FROM_MS = 4_000;
const BEFORE_UNTIL_MS = 1_000;
const BEFORE_SPAN_MS = 2_000;
/** Before, so much was fast of what is now. */
const CALM_MAX = 0.2;
/** So much of what was slow may still be so, when all run one way and when they run every way. */
const STANDING_ONE_WAY_MAX = 0.65;
const STANDING_EVERY_WAY_MAX = 1.15;
/** From here on they run one way: length of the mean velocity over mean speed. */
const ONE_WAY_MIN = 0.6;
/** A dense crowd hides as many as it shows, and more. */
const GROWS_MAX = 2.5;
/** Nobody runs as fast as this, m/s; where much does, it is light, or the camera moves. */
const PERSON_SPEED_MAX = 8;
const BEYOND_MAX = 0.3;
/** What goes to and fro: over so long, less than this share of the way is left. */
const SWAY_MS = 600;
const SWAY_MAX = 0.5;
/** It goes on while half of them run, for no longer than this: whatever is fast then are others. */
const GOES_ON = 0.5;
const LASTS_MS_MAX = 8_000;
/** It is so in every look for this long: what jumps to and fro is not, nor is a train of which the first piece is seen. */
export const SUSTAINED_MS = 300;
/** Looks are kept no more often than this: 41 of them. */
const KEPT_EVERY_MS = 100;

interface Look {
  readonly atMs: number;
  /** People, by area. */
  readonly fast: number;
  readonly slow: number;
  readonly beyond: number;
  /** Sums over who is fast, people times m/s: velocity and speed. */
  readonly x: number;
  readonly y: number;
  readonly speed: number;
}

export interface RushLimits {
  /** Least number of people who run. */
  readonly people: number;
  /** From this speed on they do, m/s. */
  readonly speed: number;
  /** Least share of those who are seen. */
  readonly share: number;
}

export interface Rushing {
  /** Who run now. */
  readonly people: number;
  readonly share: number;
  readonly cells: readonly CellMotion[];
}

export class Rush {
  #looks: readonly Look[] = [];
  /** When it began to look like one. */
  #sinceMs: number | undefined;
  /** It has looked like one for long enough. */
  #goesOn = false;

  save() {
    return { looks: this.#looks, sinceMs: this.#sinceMs, goesOn: this.#goesOn };
  }

  restore({ looks, sinceMs, goesOn }: ReturnType<Rush['save']>): void {
    this.#looks = looks;
    this.#sinceMs = sinceMs;
    this.#goesOn = goesOn;
  }

  /** Nothing is known of what was before: the view is new, or came back. */
  forget(): void {
    this.#looks = [];
    this.#end();
  }

  /** Undefined while nobody rushes. */
  step(now: number, motion: readonly CellMotion[], limits: RushLimits): Rushing | undefined {
    const look = lookAt(now, motion, limits.speed);
    const kept = this.#looks.filter(({ atMs }) => now - atMs <= BEFORE_FROM_MS);
    const last = kept.at(-1);
    this.#looks = last !== undefined && now - last.atMs < KEPT_EVERY_MS ? kept : [...kept, look];
    const recent = this.#looks.filter(({ atMs }) => now - atMs < NOW_MS);
    const fast = meanOf(recent, 'fast');
    const slow = meanOf(recent, 'slow');
    const lastsMs = now - (this.#sinceMs ?? now);
    const holds = this.#goesOn
      ? fast >= GOES_ON * limits.people && lastsMs <= LASTS_MS_MAX
      : this.#begins(now, fast, slow, look, limits);
    if (!holds) {
      this.#end();
      return undefined;
    }
    this.#sinceMs ??= now;
    this.#goesOn ||= lastsMs >= SUSTAINED_MS;
    if (!this.#goesOn) return undefined;
    const cells = motion.filter(({ speed }) => isFast(speed, limits.speed));
    return { people: fast, share: fast / (fast + slow), cells };
  }

  #end(): void {
    this.#sinceMs = undefined;
    this.#goesOn = false;
  }

  #begins(now: number, fast: number, slow: number, look: Look, limits: RushLimits): boolean {
    const before = this.#looks.filter(({ atMs }) => now - atMs >= BEFORE_UNTIL_MS);
    if (now - (before[0]?.atMs ?? now) < BEFORE_UNTIL_MS + BEFORE_SPAN_MS) return false;
    const wasFast = meanOf(before, 'fast');
    const wasSlow = meanOf(before, 'slow');
    const standing = isOneWay(look) ? STANDING_ONE_WAY_MAX : STANDING_EVERY_WAY_MAX;
    return (
      fast >= limits.people &&
      this.#looks.every((one) => now - one.atMs >= NOW_MS || one.fast >= GOES_ON * limits.people) &&
      fast >= limits.share * (fast + slow) &&
      wasFast <= CALM_MAX * fast &&
      slow <= standing * wasSlow &&
      fast + slow <= GROWS_MAX * (wasFast + wasSlow) &&
      look.beyond <= BEYOND_MAX * look.fast &&
      !sways(this.#looks.filter(({ atMs }) => now - atMs < SWAY_MS))
    );
  }
}

function lookAt(atMs: number, motion: readonly CellMotion[], limit: number): Look {
  let [fast, slow, beyond, x, y, sum] = [0, 0, 0, 0, 0, 0];
  for (const { people, speed, vx, vy } of motion) {
    if (speed < limit) slow += people;
    else if (speed > PERSON_SPEED_MAX) beyond += people;
    else {
      fast += people;
      x += people * vx;
      y += people * vy;
      sum += people * speed;
    }
  }
  return { atMs, fast, slow, beyond, x, y, speed: sum };
}

function isFast(speed: number, limit: number): boolean {
  return speed >= limit && speed <= PERSON_SPEED_MAX;
}

function isOneWay({ x, y, speed }: Look): boolean {
  return Math.hypot(x, y) >= ONE_WAY_MIN * speed;
}

/** All moves one way in each picture, and back in another. */
function sways(looks: readonly Look[]): boolean {
  let [x, y, lengths] = [0, 0, 0];
  for (const look of looks) {
    if (!isOneWay(look)) return false;
    x += look.x;
    y += look.y;
    lengths += Math.hypot(look.x, look.y);
  }
  return Math.hypot(x, y) < SWAY_MAX * lengths;
}

function meanOf(looks: readonly Look[], of: 'fast' | 'slow'): number {
  return looks.reduce((sum, look) => sum + look[of], 0) / Math.max(1, looks.length);
}
