/**
 * Whether a place that was calm begins to move all at once: a common start, for people who scatter so that of most the
 * flow is lost or understated, and who are out of sight after a second or two.
 *
 * Nobody is told apart and nothing is asked of what remains. What counts is how much moves, people by area times metres
 * per second. When people begin to run
 *
 *   - it is several times what it was in the seconds before, and several times the most that it was;
 *   - enough are brisk, half as fast as somebody who runs, because of people who cross each other or run along the view
 *     half is seen; and of those some are seen to run, which nobody is of a group that begins to walk;
 *   - there are hardly more than were seen before: a train that comes adds its own area;
 *   - they go every way. Where all go one way it may be a train that departs: that is left to rush.ts, which asks
 *     whether those who stood are gone.
 */
import type { CellMotion } from '../model.ts';
import type { Rushing, RushLimits } from './rush.ts';
import {
  BEYOND_MAX,
  GOES_ON,
  isOneWay,
  meanOf,
  PERSON_SPEED_MAX,
  Sudden,
  sumOf,
  sways,
  type Way,
} from './sudden.ts';

/** What counts as now. */
const NOW_MS = 550;
/** And as before, up to when: who runs now had not begun. */
const BEFORE_FROM_MS = 5_000;
const BEFORE_UNTIL_MS = 1_400;
const BEFORE_SPAN_MS = 2_000;
/** Share of the speed of a run that is brisk: 1 m/s where 2.2 are a run. */
const BRISK = 0.45;
/** So many of those who are brisk are seen to run. */
const RUNS_MIN = 0.15;
/** So many of those who are brisk now may have been before. */
const CALM_MAX = 0.2;
/** What moves, now over the mean and over the most of before. */
const SUDDEN_MIN = 5;
const ABOVE_MOST_MIN = 3;
/** From here on it is one way: length of the mean velocity over mean speed. */
const ONE_WAY_MIN = 0.8;
/** More than were there have come: a train. Who was hidden comes into view. */
const GROWS_MAX = 2.2;
/** Slower than this nothing moves, m/s. */
const MOVING_MIN = 0.25;
/** A speed counts for no more than this, m/s: flow that is wrong is fast. */
const COUNTED_SPEED_MAX = 6;
/** It is so for this long. */
const SUSTAINED_MS = 350;

/** The way is that of all who move, and its length how much moves: people times m/s. */
interface Look extends Way {
  readonly atMs: number;
  /** People, by area: all, who move, are brisk, run, or are faster than anybody. */
  readonly all: number;
  readonly moving: number;
  readonly brisk: number;
  readonly fast: number;
  readonly beyond: number;
}

export class Start {
  readonly #sudden = new Sudden<Look>(BEFORE_FROM_MS, SUSTAINED_MS);

  save() {
    return this.#sudden.save();
  }

  restore(saved: ReturnType<Start['save']>): void {
    this.#sudden.restore(saved);
  }

  forget(): void {
    this.#sudden.forget();
  }

  /** Undefined while there is none. `people` are then those who are brisk. */
  step(now: number, motion: readonly CellMotion[], limits: RushLimits): Rushing | undefined {
    const looks = this.#sudden.remember(lookAt(now, motion, limits.speed));
    const recent = looks.filter(({ atMs }) => now - atMs < NOW_MS);
    const brisk = meanOf(recent, 'brisk');
    const begins = () => startBegins(now, looks, recent, limits);
    if (!this.#sudden.claimed(now, begins, brisk, limits.people)) return undefined;
    const cells = motion.filter(({ speed }) => speed >= BRISK * limits.speed && speed <= PERSON_SPEED_MAX);
    return { people: brisk, share: brisk / Math.max(brisk, meanOf(recent, 'moving')), cells };
  }
}

function startBegins(
  now: number,
  looks: readonly Look[],
  recent: readonly Look[],
  limits: RushLimits,
): boolean {
  const before = looks.filter(({ atMs }) => now - atMs >= BEFORE_UNTIL_MS);
  if (now - (before[0]?.atMs ?? now) < BEFORE_UNTIL_MS + BEFORE_SPAN_MS) return false;
  const brisk = meanOf(recent, 'brisk');
  const fast = meanOf(recent, 'fast');
  const moves = meanOf(recent, 'length');
  const most = before.reduce((max, { length }) => Math.max(max, length), 0);
  return (
    brisk >= limits.people &&
    // What is gone in the next picture was light.
    (looks.at(-1)?.brisk ?? 0) >= GOES_ON * limits.people &&
    fast >= RUNS_MIN * brisk &&
    brisk >= limits.share * meanOf(recent, 'moving') &&
    meanOf(before, 'brisk') <= CALM_MAX * brisk &&
    moves >= SUDDEN_MIN * meanOf(before, 'length') &&
    moves >= ABOVE_MOST_MIN * most &&
    meanOf(recent, 'all') <= GROWS_MAX * meanOf(before, 'all') &&
    meanOf(recent, 'beyond') <= BEYOND_MAX * fast &&
    !isOneWay(sumOf(recent), ONE_WAY_MIN) &&
    !sways(recent, ONE_WAY_MIN)
  );
}

function lookAt(atMs: number, motion: readonly CellMotion[], limit: number): Look {
  let [all, moving, brisk, fast, beyond, length, x, y] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const { people, speed, vx, vy } of motion) {
    all += people;
    if (speed > PERSON_SPEED_MAX) {
      beyond += people;
      continue;
    }
    if (speed >= MOVING_MIN) moving += people;
    if (speed >= BRISK * limit) brisk += people;
    if (speed >= limit) fast += people;
    const counted = speed > COUNTED_SPEED_MAX ? COUNTED_SPEED_MAX / speed : 1;
    length += people * speed * counted;
    x += people * vx * counted;
    y += people * vy * counted;
  }
  return { atMs, all, moving, brisk, fast, beyond, length, x, y };
}
