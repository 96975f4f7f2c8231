/**
 * Whether a place as a whole goes much faster than it went: for people who walked or stood about and now run every way,
 * also where nobody said how tall people are.
 *
 * Of a crowd most flow is understated, by half where the scale of the view is only learned, but always by about as much:
 * the mean speed of all that is seen, weighted by area, hardly changes while people come and go as they use to (within
 * a third over a quarter of a minute), and rises as they do. So it is compared with what it was in the seconds before, and with
 * the usual pace of the place, which is understated alike. When people begin to run
 *
 *   - the mean speed of the whole is twice what it was, and well above the most that it was;
 *   - it is about that of a run here, which the mean of a crowd that sets off to walk never is: it also holds who stands;
 *   - no more are seen than before, up to errors: a train or traffic that comes adds its own area;
 *   - they go every way: a road on which it begins to flow, a train and a camera that turns go one;
 *   - they are in several places: somebody close to the lens who waves goes every way too.
 */
import type { CellMotion, Mover } from '../../model.ts';
import {
  BEYOND_MAX,
  type Began,
  inEachOneWay,
  meanOf,
  PERSON_SPEED_MAX,
  riseOf,
  Sudden,
  type SuddenLimits,
  type Suddenly,
  type Way,
} from './sudden.ts';

/** What counts as now: long enough to even out flow that is found in one picture and lost in the next. */
const NOW_MS = 800;
/** And as before. */
const BEFORE_FROM_MS = 6_000;
const BEFORE_UNTIL_MS = 1_400;
const BEFORE_SPAN_MS = 2_500;
/** The most that it was before is taken over so long. */
const SMOOTH_MS = 600;
/** Now over the mean and over the most of before. */
const FASTER_MIN = 1.8;
const ABOVE_MOST_MIN = 1.35;
/** Share of the speed of a run that the mean of all reaches, those included who stand or of whom no flow is seen. */
const OF_RUN_MIN = 0.75;
/** From here on it is one way: length of the mean velocity over mean speed. */
const ONE_WAY_MIN = 0.7;
const GROWS_MAX = 1.4;
/** Regions that run. */
const PLACES_MIN = 2;
/** A speed counts for no more than this, m/s: flow that is wrong is fast. */
const COUNTED_SPEED_MAX = 6;
const SUSTAINED_MS = 350;

/** The way is that of all that is seen. */
interface Look extends Way {
  readonly atMs: number;
  /** People, by area: all, and who are faster than anybody. */
  readonly all: number;
  readonly fast: number;
  readonly beyond: number;
  /** Regions that run. */
  readonly places: number;
}

export class Haste {
  readonly #sudden = new Sudden<Look>(BEFORE_FROM_MS, SUSTAINED_MS);
  #began: Began | undefined;

  save() {
    return { sudden: this.#sudden.save(), began: this.#began };
  }

  restore({ sudden, began }: ReturnType<Haste['save']>): void {
    this.#sudden.restore(sudden);
    this.#began = began;
  }

  forget(): void {
    this.#sudden.forget();
  }

  /** Undefined while there is none. */
  step(
    now: number,
    motion: readonly CellMotion[],
    movers: readonly Mover[],
    limits: SuddenLimits,
  ): Suddenly | undefined {
    const looks = this.#sudden.remember(lookAt(now, motion, movers, limits.speed));
    const recent = looks.filter(({ atMs }) => now - atMs < NOW_MS);
    const fast = meanOf(recent, 'fast');
    const before = looks.filter(({ atMs }) => now - atMs >= BEFORE_UNTIL_MS);
    const begins = () => hasteBegins(now, before, recent, limits);
    const claimed = this.#sudden.claimed(now, begins, fast, limits.people);
    if (this.#sudden.sinceMs === undefined) this.#began = undefined;
    else
      this.#began ??= {
        people: fast,
        rises: 'speed',
        rise: riseOf(speedOf(recent), speedOf(before)),
        riseMin: FASTER_MIN,
      };
    if (!claimed || this.#began === undefined) return undefined;
    const cells = motion.filter(
      ({ speed }) => speed >= OF_RUN_MIN * limits.speed && speed <= PERSON_SPEED_MAX,
    );
    const share = fast / Math.max(fast, meanOf(recent, 'all'));
    return { people: fast, share, cells, began: this.#began };
  }
}

function hasteBegins(
  now: number,
  before: readonly Look[],
  recent: readonly Look[],
  limits: SuddenLimits,
): boolean {
  if (now - (before[0]?.atMs ?? now) < BEFORE_UNTIL_MS + BEFORE_SPAN_MS) return false;
  const is = speedOf(recent);
  return (
    is >= OF_RUN_MIN * limits.speed &&
    is >= FASTER_MIN * speedOf(before) &&
    is >= ABOVE_MOST_MIN * mostOf(before) &&
    meanOf(recent, 'fast') >= limits.people &&
    meanOf(recent, 'places') >= PLACES_MIN &&
    meanOf(recent, 'all') <= GROWS_MAX * meanOf(before, 'all') &&
    meanOf(recent, 'beyond') <= BEYOND_MAX * meanOf(recent, 'fast') &&
    !inEachOneWay(recent, ONE_WAY_MIN)
  );
}

function lookAt(atMs: number, motion: readonly CellMotion[], movers: readonly Mover[], limit: number): Look {
  const run = OF_RUN_MIN * limit;
  let [all, fast, beyond, length, x, y] = [0, 0, 0, 0, 0, 0];
  for (const { people, speed, vx, vy } of motion) {
    all += people;
    if (speed > PERSON_SPEED_MAX) beyond += people;
    else if (speed >= run) fast += people;
    const counted = speed > COUNTED_SPEED_MAX ? COUNTED_SPEED_MAX / speed : 1;
    length += people * speed * counted;
    x += people * vx * counted;
    y += people * vy * counted;
  }
  const places = movers.filter(({ speed }) => speed >= run && speed <= PERSON_SPEED_MAX).length;
  return { atMs, all, fast, beyond, places, length, x, y };
}

/** Mean speed of all that is seen, m/s. */
function speedOf(looks: readonly Look[]): number {
  return meanOf(looks, 'length') / Math.max(0.1, meanOf(looks, 'all'));
}

function mostOf(looks: readonly Look[]): number {
  return looks.reduce((most, look, k) => {
    const around = looks.slice(0, k + 1).filter(({ atMs }) => look.atMs - atMs < SMOOTH_MS);
    return Math.max(most, speedOf(around));
  }, 0);
}
