/**
 * Whether people who were calm begin to run, place by place: for crowds in which nobody can be told apart, also while a
 * train moves on the same view.
 *
 * What is seen is people by area, cell by cell, and how fast each cell goes. Compared is now with the seconds before, and
 * only in cells of which something can be told: not where it was fast before already (a train that passes, a road, an
 * escalator), nor where a train is (train-cells.ts), nor beside either. There
 *
 *   - what moves, people by area times metres per second, is several times what it was and several times the most it was;
 *   - enough are brisk, half as fast as somebody who runs (of people who cross each other or run along the view half is
 *     seen); and of those some are seen to run, which nobody is of a group that begins to walk;
 *   - who runs leaves where they were: the outline changes, which that of a train that departs does not; and somewhat later
 *     part of the very cells in which they ran is free, which of a train that comes, and of its light before it, is not.
 *
 * Where they run every way, what goes against the common way is by itself several times what all moved before: of
 * anything rigid, a train or a camera that is knocked, hardly any is. Where they run one way,
 *
 *   - many run, and who runs no longer stands: what is slow has become less;
 *   - it does not go to and fro, as a camera does.
 */
import type { Box, CellMotion } from '../../model.ts';
import { cellPlane, cellsAt, marksAt, marksOf, type Plane, withNeighbours, zeros } from '../cell-plane.ts';
import { markWhatGoesOn } from './goes-on.ts';
import { type Kept, leftOf, outlineOf } from './outline.ts';
import { cellOf, packed, peopleOf, speedOf } from './packed-cell.ts';
import {
  BEYOND_MAX,
  type Began,
  GOES_ON,
  meanOf,
  PERSON_SPEED_MAX,
  riseOf,
  Sudden,
  type SuddenLimits,
  type Suddenly,
  sways,
  type Way,
} from './sudden.ts';
import { TrainCells } from './train-cells.ts';
import { TrainPaths } from './train-paths.ts';

/** What counts as now. */
const NOW_MS = 550;
/** And as before, up to when: who runs now had not begun. */
const BEFORE_FROM_MS = 5_000;
const BEFORE_UNTIL_MS = 1_350;
const BEFORE_SPAN_MS = 2_500;
/** A train has come since, and people left where they were. */
const COMES_MS = 950;
const LEAVES_MS = 1_550;
/** Share of the cells that are filled now or were then, which are not the same. */
const LEAVES_MIN = 0.25;
/** Share of the speed of a run that is brisk: 0.8 m/s where 1.8 are a run. */
const BRISK = 0.45;
/** So many of those who are brisk are seen to run. */
const RUNS_MIN = 0.2;
/** What moves, over the mean and over the most of before: every way, what of it goes against the common way. */
const SUDDEN_MIN = 4;
const ABOVE_MOST_MIN = 2;
/** So much of a run, by those who make a crowd: of people who cross each other half is seen. */
const AGAINST_OF_RUN = 0.7;
/** So much of what moves goes against the common way. */
const AGAINST_MIN = 0.2;
/** All seen now, over before: who was hidden comes into view. */
const GROWS_MAX = 4;
/** The same where they run one way. */
const ONE_WAY_RUNS_MIN = 0.3;
/** Along the view they come where others were: of the outline of a train that departs .18 changes. */
const ONE_WAY_LEAVES_MIN = 0.2;
const ONE_WAY_SUDDEN_MIN = 5;
const ONE_WAY_ABOVE_MOST_MIN = 3;
const ONE_WAY_GROWS_MAX = 3;
/** So much of it where a train stood: it departs one way too. */
const BEFORE_TRAIN_MAX = 0.2;
/** So much of what was slow is still so. */
const STANDING_MAX = 0.8;
/** From here on it is one way that may be to and fro. */
const SWAY_ONE_WAY_MIN = 0.6;
/** Slower than this nothing moves, m/s. */
const MOVING_MIN = 0.25;
/** A speed counts for no more than this, m/s: flow that is wrong is fast. */
const COUNTED_SPEED_MAX = 6;
/** Who ran are elsewhere so long after, and so much of what they filled is free. */
const ELSEWHERE_MS = 800;
const FREED_MIN = 0.07;
/** Along the view somebody fills the cells of who is before them. */
const ONE_WAY_FREED_MIN = 0.02;
/**
 * And so much at least, as a share of how many make a crowd: few run from few cells, of which much is free then. Every way
 * nobody is behind them; in a coach people who rise before a stop, and what is seen through its windows, free less.
 */
const FREED_OF_LEAST_MIN = 0.33;
const ONE_WAY_FREED_OF_LEAST_MIN = 0.1;
/** They still leave where they were; a train that departs stays within its outline, once its light does not change. */
const STILL_LEAVES_MIN = 0.18;
/** A train that departs goes one way by then, and of its cells much seems to stand; who ran before one that stands have left. */
const BEFORE_TRAIN_FREED_MIN = 0.4;
/** Of a region, so many cells make it part of a train. */
const TRAIN_SHARE = 0.3;
/** So much of what begins to run where trains pass is one. */
const PATHS_MAX = 0.5;
/** Cells are kept no more often than this: 17 looks. */
const KEPT_EVERY_MS = 300;

/** People by area. The way is that of all who move, and its length how much moves: people times m/s. */
interface Sums extends Way {
  readonly all: number;
  readonly slow: number;
  readonly moving: number;
  readonly brisk: number;
  readonly fast: number;
  readonly beyond: number;
}

/** Now, and what it was in the same cells before. */
interface Look extends Sums {
  readonly atMs: number;
  readonly wasAll: number;
  readonly wasSlow: number;
  readonly wasLength: number;
  readonly mostLength: number;
  /** 0..1. */
  readonly left: number;
  /** Who are brisk where a train stands: they run before it, or it departs. */
  readonly before: number;
}

/** People by area per cell, and marks: nothing can be told of it, a train stands in it. */
interface Cells {
  readonly untold: Uint8Array;
  readonly stands: Uint8Array;
  readonly people: Float64Array;
}

/**
 * What counts, of which something can be told. People by area: `rests` are what is seen of a train that stands, `before`
 * who are brisk before one.
 */
interface Here {
  readonly cells: readonly CellMotion[];
  readonly rests: number;
  readonly before: number;
}

/** It looked like one: whether one way, the cells of who ran then, and those of which nothing could be told. */
interface Begun extends Began {
  readonly isOneWay: boolean;
  readonly ran: readonly number[];
  readonly others: readonly number[];
}

export class Stampede {
  readonly #sudden = new Sudden<Look>(NOW_MS, ELSEWHERE_MS);
  readonly #trains = new TrainCells();
  readonly #paths = new TrainPaths();
  #kept: readonly Kept[] = [];
  #begun: Begun | undefined;

  save() {
    return {
      sudden: this.#sudden.save(),
      trains: this.#trains.save(),
      paths: this.#paths.save(),
      kept: this.#kept,
      begun: this.#begun,
    };
  }

  restore({ sudden, trains, paths, kept, begun }: ReturnType<Stampede['save']>): void {
    this.#sudden.restore(sudden);
    this.#trains.restore(trains);
    this.#paths.restore(paths);
    this.#kept = kept;
    this.#begun = begun;
  }

  forget(): void {
    this.#sudden.forget();
    this.#trains.forget();
    this.#kept = [];
    this.#begun = undefined;
  }

  /** Nor where trains pass: the camera looks elsewhere. */
  forgetPaths(): void {
    this.#paths.forget();
  }

  /**
   * Undefined while there is none. `motion`: of the whole view, trains are told by it; `counts`: whether somebody there
   * counts.
   */
  step(
    now: number,
    motion: readonly CellMotion[],
    plane: Plane,
    limits: SuddenLimits,
    counts: (cell: CellMotion) => boolean = () => true,
  ): Suddenly | undefined {
    const at = cellsAt(motion, plane);
    const { columns, rows } = cellPlane(plane);
    const [people, moving] = zeros(columns * rows);
    for (let k = 0; k < at.length; k++) {
      const cell = motion[k]!;
      people[at[k]!]! += cell.people;
      if (cell.speed >= BRISK * limits.speed) moving[at[k]!]! += cell.people;
    }
    const kept = this.#keep(now, motion, at);
    const ago = kept.findLast(({ atMs }) => now - atMs >= COMES_MS);
    if (ago !== undefined)
      this.#trains.step(now, people, moving, outlineOf(ago, people.length), { columns, rows });
    this.#paths.step(now, this.#trains, moving);

    // A train that stands is taken for the background: in its cells somebody is where something moves.
    const stands = this.#trains.standing(now, people.length);
    for (let cell = 0; cell < stands.length; cell++) if (stands[cell] === 1) people[cell] = moving[cell]!;
    const before = kept.filter(({ atMs }) => now - atMs >= BEFORE_UNTIL_MS);
    if (now - (before[0]?.atMs ?? now) < BEFORE_UNTIL_MS + BEFORE_SPAN_MS) return undefined;
    const untold = withNeighbours(this.#untold(now, before, limits.speed, stands), { columns, rows });
    markWhatGoesOn(motion, at, untold, { columns, rows }, limits.speed);
    const here = hereIn(motion, at, { untold, stands, people }, limits.speed, counts);
    const look = lookAt(now, here, kept, before, { untold, stands, people }, limits.speed);
    const recent = this.#sudden.remember(look);
    this.#begun ??= this.#begunAt(recent, limits, motion, at, { untold, stands });
    if (this.#begun === undefined) return undefined;

    // While they run they come to cells in which others ran, and fill them as a train does: those of which nothing could be
    // told when it began are still the same.
    const others = marksAt(this.#begun.others, people.length);
    const running = motion.filter(
      (cell, k) => isBrisk(cell.speed, limits.speed) && others[at[k]!] === 0 && counts(cell),
    );
    const seen = running.reduce((sum, cell) => sum + cell.people, 0);
    // Flow is lost in one picture and found in the next.
    const runners = Math.max(seen, meanOf(recent, 'brisk'));
    const then = kept.findLast(({ atMs }) => now - atMs >= LEAVES_MS);
    const left = () =>
      then === undefined
        ? 0
        : leftOf(outlineOf(then, people.length, stands, BRISK * limits.speed), people, others);
    const begins = () => this.#holds(now, runners, limits.people, people, recent, left);
    const claimed = this.#sudden.claimed(now, begins, runners, limits.people);
    if (this.#sudden.sinceMs === undefined) this.#begun = undefined;
    if (!claimed || this.#begun === undefined) return undefined;
    const { people: began, rises, rise, riseMin } = this.#begun;
    const share = runners / Math.max(runners, meanOf(recent, 'moving'));
    return { people: runners, share, cells: running, began: { people: began, rises, rise, riseMin } };
  }

  /** It looked like one, half of them run still, and when it has lasted they are elsewhere. */
  #holds(
    now: number,
    runners: number,
    least: number,
    people: Float64Array,
    recent: readonly Look[],
    left: () => number,
  ): boolean {
    if (this.#begun === undefined || runners < GOES_ON * least) return false;
    const lastsMs = now - (this.#sudden.sinceMs ?? now);
    if (lastsMs < ELSEWHERE_MS) return true;
    const { all, freed } = freedOf(this.#begun.ran, people);
    return (
      freed >= freedMin(this.#begun, recent) * all &&
      freed >= (this.#begun.isOneWay ? ONE_WAY_FREED_OF_LEAST_MIN : FREED_OF_LEAST_MIN) * least &&
      left() >= STILL_LEAVES_MIN
    );
  }

  /** Whether much of a place is a train's or was. */
  isTrain(box: Box, now: number, plane: Plane): boolean {
    return this.#trains.share(box, now, plane, BEFORE_FROM_MS) > TRAIN_SHARE;
  }

  /** Those that are no train's, nor were, nor are beside one. */
  awayFromTrains(motion: readonly CellMotion[], now: number, plane: Plane): readonly CellMotion[] {
    if (!this.#trains.any(now, BEFORE_FROM_MS)) return motion;
    const { columns, rows } = cellPlane(plane);
    const were = this.#trains.were(now, BEFORE_FROM_MS, columns * rows);
    const beside = withNeighbours(were, { columns, rows });
    const at = cellsAt(motion, plane);
    return motion.filter((_, k) => beside[at[k]!] === 0);
  }

  #begunAt(
    recent: readonly Look[],
    limits: SuddenLimits,
    motion: readonly CellMotion[],
    at: Uint16Array,
    { untold, stands }: Omit<Cells, 'people'>,
  ): Begun | undefined {
    const every = everyWay(recent, limits);
    if (!every && !oneWay(recent, limits)) return undefined;
    const ran = motion.flatMap((cell, k) =>
      isBrisk(cell.speed, limits.speed) && untold[at[k]!] === 0 ? [packed(at[k]!, cell)] : [],
    );
    if (this.#paths.share(ran, stands) >= PATHS_MAX) return undefined;
    const moves = every ? meanOf(recent.map(againstOf), 'against') : meanOf(recent, 'length');
    return {
      ...{ isOneWay: !every, ran, others: marksOf(untold) },
      ...{ people: meanOf(recent, 'brisk'), rises: 'movement' },
      rise: riseOf(moves, meanOf(recent, 'wasLength')),
      riseMin: every ? SUDDEN_MIN : ONE_WAY_SUDDEN_MIN,
    };
  }

  /** Whether most of them run where trains pass. */
  isWhereTrainsPass(motion: readonly CellMotion[], now: number, plane: Plane): boolean {
    const at = cellsAt(motion, plane);
    const { columns, rows } = cellPlane(plane);
    const stands = this.#trains.standing(now, columns * rows);
    return (
      this.#paths.share(
        motion.map((cell, k) => packed(at[k]!, cell)),
        stands,
      ) >= PATHS_MAX
    );
  }

  /** Those of the last seconds with this one, oldest first. */
  #keep(now: number, motion: readonly CellMotion[], at: Uint16Array): readonly Kept[] {
    const kept = this.#kept.filter(({ atMs }) => now - atMs <= BEFORE_FROM_MS);
    const last = kept.at(-1);
    this.#kept =
      last !== undefined && now - last.atMs < KEPT_EVERY_MS
        ? kept
        : [...kept, { atMs: now, cells: motion.map((cell, k) => packed(at[k]!, cell)) }];
    return this.#kept;
  }

  /** Marks the cells of which nothing can be told. */
  #untold(now: number, before: readonly Kept[], speed: number, stands: Uint8Array): Uint8Array {
    const out = this.#trains.were(now, BEFORE_FROM_MS, stands.length);
    for (let cell = 0; cell < out.length; cell++) if (stands[cell] === 1) out[cell] = 0;
    for (const { cells } of before)
      for (let k = 0; k < cells.length; k++) if (speedOf(cells[k]!) >= speed) out[cellOf(cells[k]!)] = 1;
    return out;
  }
}

function hereIn(
  motion: readonly CellMotion[],
  at: Uint16Array,
  { untold, stands, people }: Cells,
  limit: number,
  counts: (cell: CellMotion) => boolean,
): Here {
  const cells: CellMotion[] = [];
  let [rests, before] = [0, 0];
  for (let k = 0; k < at.length; k++) {
    const cell = motion[k]!;
    if (untold[at[k]!] === 1 || !counts(cell)) continue;
    if (people[at[k]!] === 0) rests += cell.people;
    else {
      cells.push(cell);
      if (stands[at[k]!] === 1 && isBrisk(cell.speed, limit)) before += cell.people;
    }
  }
  return { cells, rests, before };
}

function everyWay(recent: readonly Look[], limits: SuddenLimits): boolean {
  const against = meanOf(recent.map(againstOf), 'against');
  return (
    begins(recent, limits, RUNS_MIN, LEAVES_MIN) &&
    against >= AGAINST_OF_RUN * limits.people * limits.speed &&
    !goesOneWay(recent) &&
    against >= SUDDEN_MIN * meanOf(recent, 'wasLength') &&
    against >= ABOVE_MOST_MIN * meanOf(recent, 'mostLength') &&
    meanOf(recent, 'all') <= GROWS_MAX * meanOf(recent, 'wasAll')
  );
}

function oneWay(recent: readonly Look[], limits: SuddenLimits): boolean {
  const length = meanOf(recent, 'length');
  return (
    begins(recent, limits, ONE_WAY_RUNS_MIN, ONE_WAY_LEAVES_MIN) &&
    meanOf(recent, 'fast') >= limits.people &&
    recent.every(({ fast }) => fast >= GOES_ON * limits.people) &&
    !isBeforeTrain(recent) &&
    length >= ONE_WAY_SUDDEN_MIN * meanOf(recent, 'wasLength') &&
    length >= ONE_WAY_ABOVE_MOST_MIN * meanOf(recent, 'mostLength') &&
    meanOf(recent, 'slow') <= STANDING_MAX * meanOf(recent, 'wasSlow') &&
    meanOf(recent, 'all') <= ONE_WAY_GROWS_MAX * meanOf(recent, 'wasAll') &&
    !sways(recent, SWAY_ONE_WAY_MIN)
  );
}

function begins(recent: readonly Look[], limits: SuddenLimits, runsMin: number, leavesMin: number): boolean {
  const brisk = meanOf(recent, 'brisk');
  const fast = meanOf(recent, 'fast');
  return (
    brisk >= limits.people &&
    fast >= runsMin * brisk &&
    brisk >= limits.share * meanOf(recent, 'moving') &&
    meanOf(recent, 'beyond') <= BEYOND_MAX * fast &&
    meanOf(recent, 'left') >= leavesMin
  );
}

function isBeforeTrain(recent: readonly Look[]): boolean {
  return meanOf(recent, 'before') > BEFORE_TRAIN_MAX * meanOf(recent, 'brisk');
}

function goesOneWay(recent: readonly Look[]): boolean {
  return meanOf(recent.map(againstOf), 'against') < AGAINST_MIN * meanOf(recent, 'length');
}

/** What of a look goes against its common way, people times m/s. */
function againstOf({ x, y, length }: Look): { readonly against: number } {
  return { against: length - Math.hypot(x, y) };
}

function lookAt(
  atMs: number,
  here: Here,
  kept: readonly Kept[],
  before: readonly Kept[],
  { untold, stands, people }: Cells,
  limit: number,
): Look {
  const was = before.map(({ cells }) => wasIn(cells, untold, stands, limit));
  const then = kept.findLast((one) => atMs - one.atMs >= LEAVES_MS);
  return {
    atMs,
    ...sumsOf(here, limit),
    wasAll: meanOf(was, 'all'),
    wasSlow: meanOf(was, 'slow'),
    wasLength: meanOf(was, 'length'),
    mostLength: was.reduce((most, { length }) => Math.max(most, length), 0),
    left:
      then === undefined ? 0 : leftOf(outlineOf(then, untold.length, stands, BRISK * limit), people, untold),
    before: here.before,
  };
}

function sumsOf({ cells, rests }: Here, limit: number): Sums {
  let [all, slow, moving, brisk, fast, beyond, length, x, y] = [rests, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const { people, speed, vx, vy } of cells) {
    all += people;
    if (speed > PERSON_SPEED_MAX) {
      beyond += people;
      continue;
    }
    if (speed >= MOVING_MIN) moving += people;
    else slow += people;
    if (speed >= BRISK * limit) brisk += people;
    if (speed >= limit) fast += people;
    const counted = speed > COUNTED_SPEED_MAX ? COUNTED_SPEED_MAX / speed : 1;
    length += people * speed * counted;
    x += people * vx * counted;
    y += people * vy * counted;
  }
  return { all, slow, moving, brisk, fast, beyond, length, x, y };
}

function wasIn(cells: readonly number[], untold: Uint8Array, stands: Uint8Array, limit: number) {
  let [all, slow, length] = [0, 0, 0];
  for (let k = 0; k < cells.length; k++) {
    const one = cells[k]!;
    if (untold[cellOf(one)] === 1) continue;
    const people = peopleOf(one);
    const speed = speedOf(one);
    all += people;
    if (stands[cellOf(one)] === 1 && speed < BRISK * limit) continue;
    if (speed < MOVING_MIN) slow += people;
    if (speed <= PERSON_SPEED_MAX) length += people * Math.min(speed, COUNTED_SPEED_MAX);
  }
  return { all, slow, length };
}

/** How much of them is to be free when it has lasted. */
function freedMin({ isOneWay }: Begun, recent: readonly Look[]): number {
  if (isOneWay) return ONE_WAY_FREED_MIN;
  return isBeforeTrain(recent) && goesOneWay(recent) ? BEFORE_TRAIN_FREED_MIN : FREED_MIN;
}

/** People by area who ran, and those of them whose cells are free now. */
function freedOf(
  ran: readonly number[],
  people: Float64Array,
): { readonly all: number; readonly freed: number } {
  let [all, freed] = [0, 0];
  for (const one of ran) {
    all += peopleOf(one);
    if (people[cellOf(one)] === 0) freed += peopleOf(one);
  }
  return { all, freed };
}

function isBrisk(speed: number, limit: number): boolean {
  return speed >= BRISK * limit && speed <= PERSON_SPEED_MAX;
}
