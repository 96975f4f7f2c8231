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
import {
  BEYOND_MAX,
  GOES_ON,
  isOneWay,
  meanOf,
  PERSON_SPEED_MAX,
  Sudden,
  sways,
  type Way,
} from './sudden.ts';

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
/** Over how long it is seen whether all goes to and fro. */
const SWAY_MS = 600;
/** It is so in every look for this long: what jumps to and fro is not, nor is a train of which the first piece is seen. */
export const SUSTAINED_MS = 300;

/** The way is that of who is fast. */
interface Look extends Way {
  readonly atMs: number;
  /** People, by area. */
  readonly fast: number;
  readonly slow: number;
  readonly beyond: number;
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
  readonly #sudden = new Sudden<Look>(BEFORE_FROM_MS, SUSTAINED_MS);

  save() {
    return this.#sudden.save();
  }

  restore(saved: ReturnType<Rush['save']>): void {
    this.#sudden.restore(saved);
  }

  forget(): void {
    this.#sudden.forget();
  }

  /** Undefined while nobody rushes. */
  step(now: number, motion: readonly CellMotion[], limits: RushLimits): Rushing | undefined {
    const look = lookAt(now, motion, limits.speed);
    const looks = this.#sudden.remember(look);
    const recent = looks.filter(({ atMs }) => now - atMs < NOW_MS);
    const fast = meanOf(recent, 'fast');
    const slow = meanOf(recent, 'slow');
    const begins = () => rushBegins(now, looks, fast, slow, look, limits);
    if (!this.#sudden.claimed(now, begins, fast, limits.people)) return undefined;
    const cells = motion.filter(({ speed }) => isFast(speed, limits.speed));
    return { people: fast, share: fast / (fast + slow), cells };
  }
}

function rushBegins(
  now: number,
  looks: readonly Look[],
  fast: number,
  slow: number,
  look: Look,
  limits: RushLimits,
): boolean {
  const before = looks.filter(({ atMs }) => now - atMs >= BEFORE_UNTIL_MS);
  if (now - (before[0]?.atMs ?? now) < BEFORE_UNTIL_MS + BEFORE_SPAN_MS) return false;
  const wasFast = meanOf(before, 'fast');
  const wasSlow = meanOf(before, 'slow');
  const standing = isOneWay(look, ONE_WAY_MIN) ? STANDING_ONE_WAY_MAX : STANDING_EVERY_WAY_MAX;
  const swaying = looks.filter(({ atMs }) => now - atMs < SWAY_MS);
  return (
    fast >= limits.people &&
    looks.every((one) => now - one.atMs >= NOW_MS || one.fast >= GOES_ON * limits.people) &&
    fast >= limits.share * (fast + slow) &&
    wasFast <= CALM_MAX * fast &&
    slow <= standing * wasSlow &&
    fast + slow <= GROWS_MAX * (wasFast + wasSlow) &&
    look.beyond <= BEYOND_MAX * look.fast &&
    !sways(swaying, ONE_WAY_MIN)
  );
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
  return { atMs, fast, slow, beyond, x, y, length: sum };
}

function isFast(speed: number, limit: number): boolean {
  return speed >= limit && speed <= PERSON_SPEED_MAX;
}
