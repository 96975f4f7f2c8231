/**
 * crowd_movement: many people who were there begin to run, away from one point, all one way, or every way.
 *
 * Everything is measured in what a person is: how many, how fast on the floor, and how fast people usually go at this
 * place. Whoever runs is as upright as a person and moves clearly faster than people usually walk here; what is wider than tall
 * (vehicles, trains, but also people who hide each other) counts only beside as many who are upright. A walk is no
 * crowd movement however many walk: a train that empties, an escalator and a street keep their pace.
 */
import type { CellMotion, Measured, Mover, Point, Sensitivity } from '../../model.ts';
import type { WatchRule, Zone } from '../../site/site.ts';
import type { Plane } from '../cell-plane.ts';
import { type Condition, HOLDS_NOT, stepBetween } from '../claim.ts';
import { Clutter } from '../clutter.ts';
import { isInside } from '../inside.ts';
import { around, people, type RuleMachine } from '../rule.ts';
import { Haste } from './haste.ts';
import { Pace } from './pace.ts';
import { Silhouette } from './silhouette.ts';
import { Stampede } from './stampede.ts';
import type { Began, SuddenLimits, Suddenly } from './sudden.ts';
import { Swing } from './swing.ts';

interface Limits {
  /** Who run together, unless the rule says how many. */
  readonly people: number;
  /** Faster than usual by this factor. */
  readonly times: number;
  /** Share of those who move. */
  readonly share: number;
}

const LIMITS: Readonly<Record<Sensitivity, Limits>> = {
  low: { people: 8, times: 2.1, share: 0.4 },
  medium: { people: 5, times: 1.75, share: 0.3 },
  high: { people: 4, times: 1.5, share: 0.25 },
};
/**
 * Nobody runs slower than this, m/s: of what is seen of a person not all moves as fast as they do, and a view that
 * nobody calibrated may show half of the true speed.
 */
const RUN_MIN = 1.2;
const RUN_MIN_CALIBRATED = 1.8;
/** And nobody faster. */
const RUN_MAX = 5;
/** Something sudden needs a before: for so long after the view came to be trusted nothing is claimed. */
const BEFORE_MS = 2_000;
/** Moving at all, m/s. */
const MOVING_MIN = 0.25;
/** Height and shape of a person who may be bent or partly hidden. */
const TALL_MIN = 0.5;
const TALL_MAX = 2.2;
const UPRIGHT_MAX = 0.9;
/** A wider region is a group up to this many people; beyond, it is a train. */
const GROUP_MAX = 9;
/** One region stands for at most so many people, its area also holds shadows and what they carry; more behind each other. */
const REGION_PEOPLE = 2;
const DEEP_PEOPLE = 3;
const DEEP_TALL = 1.4;
/** Nobody runs as fast as this, m/s; light does. */
const PERSON_SPEED_MAX = 8;
/** For each who is upright, so many count that are not. */
const GROUP_SHARE = 0.5;
/** Counts are smoothed over this long. */
const SMOOTH_MS = 500;
/** What is smoothed is seen to last this long. */
const SUSTAINED_MS = 300;
/** A claim goes on until fewer than this share of the people run. */
const GOES_ON = 0.5;
/** Some more than ever hurried here. */
const BUSIEST_TIMES = 1.3;
/** Whoever runs was there before, up to errors of counting, or came in since. */
const PRESENT_TIMES = 1.5;
const PRESENT_MORE = 1;
/** More than this at once have not come by themselves. */
const JUMP_TIMES = 2;
const JUMP_MORE = 3;
const PRESENT_AGO_MS = 1_000;
const PRESENT_MS = 10_000;
const PRESENT_STEP_MS = 500;
/** While people run, it is learned this much more slowly; but where they run from the start, that is the place. */
const LEARN_RUNNING = 0.1;
/** And it takes some ten times until they are known to do so now and then. */
const LEARN_BUSY = 0.3;
const SETTLED_MS = 10_000;
/** Who runs leaves where they were: so much of the outline changes when it begins, or this soon after (silhouette.ts). */
const LEAVES_MIN = 0.25;
const LEAVES_WITHIN_MS = 600;
/** From here on they run away from one point, or one way. */
const OUTWARD_MIN = 0.5;
const ONE_WAY_MIN = 0.75;

/** Nobody flees towards their own middle, on the mean. Of 132 crowds that were told one began so, of 59 false ones 30. */
const INWARD = -0.3;

interface Look {
  readonly running: readonly Mover[];
  readonly people: number;
  readonly moving: number;
}

type Runner = Pick<Mover, 'box' | 'foot' | 'people' | 'speed' | 'velocity'>;

export class CrowdMovement implements RuleMachine {
  readonly place: string | undefined;
  readonly timing;
  readonly #limits: Limits;
  readonly #people: number;
  readonly #runMin: number;
  readonly #calibrated: boolean;
  readonly #zone: Zone | undefined;
  readonly #pace = new Pace();
  readonly #stampede = new Stampede();
  readonly #haste = new Haste();
  readonly #silhouette = new Silhouette();
  readonly #clutter = new Clutter();
  readonly #swing = new Swing();
  #present: readonly { readonly atMs: number; readonly people: number }[] = [];
  #trustedMs = 0;
  #jumpedAtMs = Number.NEGATIVE_INFINITY;
  #previousMs: number | undefined;
  /** Smoothed. */
  #running = 0;
  #moving = 0;
  /** Most who have run since it began to hold; undefined while it does not. */
  #most: number | undefined;
  #heldMs = 0;
  /** Since when the place goes faster as a whole, and whether it leaves where it was. */
  #hastedFromMs: number | undefined;
  #leaves = false;
  /** What the place does as a whole runs towards its own middle, or did when it began. */
  #converges = false;

  /** `calibrated`: the site file says how tall people are in this view, so that speeds are true. */
  constructor(rule: WatchRule, zone: Zone | undefined, calibrated: boolean) {
    this.#calibrated = calibrated;
    this.#runMin = calibrated ? RUN_MIN_CALIBRATED : RUN_MIN;
    this.#limits = LIMITS[rule.sensitivity];
    this.#people = rule.people ?? this.#limits.people;
    this.#zone = zone;
    this.place = rule.zone;
    // Smoothed, a number arrives late by about as much as it is smoothed over; then it is seen to last.
    this.timing = {
      holdMs: Math.max(0, rule.forMs - SMOOTH_MS - SUSTAINED_MS),
      graceMs: 400,
      releaseMs: 2_000,
    };
  }

  save() {
    return {
      pace: this.#pace.save(),
      present: this.#present,
      trustedMs: this.#trustedMs,
      jumpedAtMs: this.#jumpedAtMs,
      previousMs: this.#previousMs,
      running: this.#running,
      moving: this.#moving,
      most: this.#most,
      heldMs: this.#heldMs,
      stampede: this.#stampede.save(),
      haste: this.#haste.save(),
      silhouette: this.#silhouette.save(),
      clutter: this.#clutter.save(),
      swing: this.#swing.save(),
      hastedFromMs: this.#hastedFromMs,
      leaves: this.#leaves,
      converges: this.#converges,
    };
  }

  restore(saved: ReturnType<CrowdMovement['save']>): void {
    this.#pace.restore(saved.pace);
    this.#present = saved.present;
    this.#trustedMs = saved.trustedMs;
    this.#jumpedAtMs = saved.jumpedAtMs;
    this.#previousMs = saved.previousMs;
    this.#running = saved.running;
    this.#moving = saved.moving;
    this.#most = saved.most;
    this.#heldMs = saved.heldMs;
    this.#stampede.restore(saved.stampede);
    this.#haste.restore(saved.haste);
    this.#silhouette.restore(saved.silhouette);
    this.#clutter.restore(saved.clutter);
    this.#swing.restore(saved.swing);
    this.#hastedFromMs = saved.hastedFromMs;
    this.#leaves = saved.leaves;
    this.#converges = saved.converges;
  }

  look({ frame, tracks, movers, motion = [] }: Measured): Condition | undefined {
    const now = frame.capturedAtMs;
    const stepMs = stepBetween(this.#previousMs, now);
    this.#previousMs = now;
    if (movers === undefined) {
      this.#trustedMs = 0;
      this.#stampede.forget();
      this.#haste.forget();
      this.#silhouette.forget();
      this.#swing.forget();
      if (frame.view === 'moved') this.#stampede.forgetPaths();
      return undefined;
    }
    this.#trustedMs += stepMs;
    const limit = this.#speedLimit();
    const swings = this.#swing.step(now, motion);
    const sudden = this.#sudden(limit, swings);
    const stampede = this.#calibrated
      ? this.#stampede.step(now, motion, frame, sudden, (cell) => this.#isHere(footOf(cell)))
      : undefined;
    const here = movers.filter(
      ({ box, foot }) => this.#isHere(foot) && !this.#stampede.isTrain(box, now, frame),
    );
    const look = lookAt(here, limit);
    const hastes = this.#hastes(now, motion, here, sudden, frame);
    const aspect = frame.planeWidth / frame.planeHeight;
    const rushing = stampede ?? hastes;
    this.#converges = rushing !== undefined && (this.#converges || outwardOf(rushing, aspect) < INWARD);
    const gain = Math.min(1, stepMs / SMOOTH_MS);
    this.#running += gain * (look.people - this.#running);
    this.#moving += gain * (look.moving - this.#moving);
    const present = this.#presentAt(now, here);
    // People do not appear all at once: a knock at the camera, or light. What stays is known a second later.
    if (countOf(here) > JUMP_TIMES * present + JUMP_MORE) this.#jumpedAtMs = now;
    // Flakes fall as fast as people run, and as many; cell by cell they fell before too.
    const cluttered = this.#clutter.step(tracks, stepMs, aspect) && !this.#clutter.byPeople;
    const shaken = swings || now - this.#jumpedAtMs < PRESENT_AGO_MS;
    if (cluttered || shaken) {
      this.#running = 0;
      this.#most = undefined;
      this.#heldMs = 0;
      if (shaken || stampede === undefined || this.#converges) return HOLDS_NOT;
      return this.#conditionOf(stampede, limit, aspect);
    }
    // The smoothed number outlasts a knock of the camera; who runs is seen to.
    const holds =
      look.people >= GOES_ON * (this.#people - 0.5) &&
      this.#runs(present) &&
      !this.#isLeftToCells(look.running, aspect);
    this.#learn(here, holds || rushing !== undefined, rushing?.people ?? 0, stepMs);
    this.#heldMs = holds && this.#most !== undefined ? this.#heldMs + stepMs : 0;
    this.#most = holds ? Math.max(this.#most ?? 0, this.#running) : undefined;
    if (holds && this.#heldMs >= SUSTAINED_MS)
      return this.#condition(look.running, this.#most ?? 0, this.#share(), limit, aspect);
    if (rushing === undefined || this.#converges) return HOLDS_NOT;
    return this.#conditionOf(rushing, limit, aspect);
  }

  #conditionOf({ cells, share, began }: Suddenly, limit: number, aspect: number): Condition {
    return this.#condition(cells.map(inOneCell), began.people, share, limit, aspect, began);
  }

  /** Whether the place goes faster as a whole, and people leave where they were. */
  #hastes(
    now: number,
    motion: readonly CellMotion[],
    movers: readonly Mover[],
    limits: SuddenLimits,
    plane: Plane,
  ): Suddenly | undefined {
    const here = this.#stampede
      .awayFromTrains(motion, now, plane)
      .filter((cell) => this.#isHere(footOf(cell)));
    const hastes = this.#haste.step(now, here, movers, limits);
    const changed = this.#silhouette.step(now, here, plane);
    this.#hastedFromMs = hastes === undefined ? undefined : (this.#hastedFromMs ?? now);
    const begins = this.#hastedFromMs !== undefined && now - this.#hastedFromMs <= LEAVES_WITHIN_MS;
    this.#leaves =
      hastes !== undefined &&
      (this.#leaves ||
        (begins && changed >= LEAVES_MIN && !this.#stampede.isWhereTrainsPass(hastes.cells, now, plane)));
    return this.#leaves ? hastes : undefined;
  }

  /** What a place does at once counts when more run than often do here; nothing does while the camera swings. */
  #sudden(speed: number, swings: boolean): SuddenLimits {
    const people = swings
      ? Number.POSITIVE_INFINITY
      : Math.max(this.#people - 0.5, BUSIEST_TIMES * this.#pace.busiest);
    return { people, speed, share: this.#limits.share };
  }

  #isHere(foot: Point): boolean {
    return this.#zone === undefined || isInside(foot, this.#zone.polygon);
  }

  #speedLimit(): number {
    return Math.min(RUN_MAX, Math.max(this.#runMin, this.#limits.times * this.#pace.usual));
  }

  /** All one way go also the pieces that are seen of a train that departs; where cells tell them apart, it is left to them. */
  #isLeftToCells(running: readonly Mover[], aspect: number): boolean {
    return this.#calibrated && pattern(running, aspect).oneWay >= ONE_WAY_MIN;
  }

  #runs(present: number): boolean {
    if (this.#trustedMs < BEFORE_MS) return false;
    const least = this.#people - 0.5;
    if (this.#most !== undefined) return this.#running >= GOES_ON * least;
    return (
      this.#running >= Math.max(least, BUSIEST_TIMES * this.#pace.busiest) &&
      this.#running >= this.#limits.share * this.#moving &&
      this.#running <= PRESENT_TIMES * present + PRESENT_MORE
    );
  }

  /** Most people seen at a time within the last seconds, the very last one left out. */
  #presentAt(now: number, here: readonly Mover[]): number {
    const last = this.#present.at(-1);
    if (last === undefined || now - last.atMs >= PRESENT_STEP_MS) {
      const people = countOf(here);
      const kept = this.#present.filter(({ atMs }) => now - atMs <= PRESENT_MS);
      this.#present = [...kept, { atMs: now, people }];
    }
    let most = 0;
    for (const { atMs, people } of this.#present)
      if (now - atMs >= PRESENT_AGO_MS) most = Math.max(most, people);
    return most;
  }

  #share(): number {
    return Math.min(1, this.#running / Math.max(0.1, this.#moving));
  }

  #learn(here: readonly Mover[], holds: boolean, rushing: number, stepMs: number): void {
    const sudden = this.#trustedMs > SETTLED_MS && this.#running >= 0.5;
    const seconds = (stepMs / 1000) * (holds || sudden ? LEARN_RUNNING : 1);
    for (const mover of here)
      if (mover.speed >= MOVING_MIN && kindOf(mover) !== 'none')
        this.#pace.moved(peopleOf(mover), mover.speed, seconds);
    this.#pace.saw(Math.max(this.#running, rushing), (stepMs / 1000) * (holds || sudden ? LEARN_BUSY : 1));
  }

  /** `most`: people who run, `share`: of those who move. `began`: they were told by what the place did as a whole. */
  #condition(
    running: readonly Runner[],
    most: number,
    share: number,
    limit: number,
    aspect: number,
    began?: Began,
  ): Condition {
    const speed = meanOf(running, (mover) => mover.speed);
    const { usual } = this.#pace;
    const { outward, oneWay } = pattern(running, aspect);
    const way =
      outward >= OUTWARD_MIN ? 'away from one point' : oneWay >= ONE_WAY_MIN ? 'all one way' : 'every way';
    return {
      holds: true,
      region: around(running.map(({ box }) => box)),
      score: Math.min(1, 0.3 + (0.2 * most) / this.#people + (0.1 * speed) / limit),
      explanation:
        began === undefined
          ? `${people(Math.round(most))} ran ${way} at ${speed.toFixed(1)} m/s, limit ${this.#people} people at ` +
            `${limit.toFixed(1)} m/s; usual here ${usual.toFixed(1)} m/s`
          : `${people(Math.round(most))} began to run ${way} at once, limit ${this.#people} people: ` +
            `${began.rise.toFixed(1)} times as ${began.rises === 'speed' ? 'fast' : 'much moves'} as before, limit ${began.riseMin.toFixed(1)} times`,
      findings: [
        { name: 'people', value: most, limit: this.#people, unit: 'people' },
        // Of a place as a whole speed is understated, so it is compared with what it was, and not with a limit.
        ...(began === undefined
          ? [{ name: 'speed', value: speed, limit, unit: 'm/s' }]
          : [
              { name: 'rise', value: began.rise, limit: began.riseMin, unit: 'times' },
              { name: 'speed', value: speed, unit: 'm/s' },
            ]),
        { name: 'usual_speed', value: usual, unit: 'm/s' },
        { name: 'share', value: share, limit: this.#limits.share, unit: 'share' },
        { name: 'outward', value: outward, unit: 'share' },
        { name: 'one_way', value: oneWay, unit: 'share' },
      ],
    };
  }
}

function lookAt(here: readonly Mover[], limit: number): Look {
  const running: Mover[] = [];
  let [sure, groups, sureMoving, groupsMoving] = [0, 0, 0, 0];
  for (const mover of here) {
    const kind = kindOf(mover);
    if (mover.speed < MOVING_MIN || kind === 'none') continue;
    const people = peopleOf(mover);
    const fast = mover.speed >= limit;
    if (fast) running.push(mover);
    if (kind === 'people') {
      sureMoving += people;
      if (fast) sure += people;
    } else {
      groupsMoving += people;
      if (fast) groups += people;
    }
  }
  return {
    running,
    people: sure + Math.min(groups, GROUP_SHARE * sure),
    moving: sureMoving + Math.min(groupsMoving, GROUP_SHARE * sureMoving),
  };
}

/** `group`: people side by side, or a vehicle. */
function kindOf(mover: Mover): 'people' | 'group' | 'none' {
  const { tall, wide, people, speed } = mover;
  if (tall < TALL_MIN || speed > PERSON_SPEED_MAX) return 'none';
  if (tall <= TALL_MAX && wide <= UPRIGHT_MAX * tall) return 'people';
  return tall <= TALL_MAX && people <= GROUP_MAX ? 'group' : 'none';
}

function countOf(here: readonly Mover[]): number {
  return here.reduce((sum, mover) => sum + peopleOf(mover), 0);
}

function peopleOf({ tall, wide, people }: Mover): number {
  return Math.min(tall > DEEP_TALL || wide > UPRIGHT_MAX * tall ? DEEP_PEOPLE : REGION_PEOPLE, people);
}

function footOf({ x, footY }: CellMotion): Point {
  return { x, y: footY };
}

/** Some of those who run, where nobody can be told apart. */
function inOneCell({ x, y, people, speed, vx, vy }: CellMotion): Runner {
  return { foot: { x, y }, box: { x0: x, y0: y, x1: x, y1: y }, people, speed, velocity: { x: vx, y: vy } };
}

function outwardOf({ cells }: Suddenly, aspect: number): number {
  return pattern(cells.map(inOneCell), aspect).outward;
}

/** -1..1 how much they run away from their middle, and 0..1 how much they run the same way. */
function pattern(running: readonly Runner[], aspect: number): { outward: number; oneWay: number } {
  const middle: Point = {
    x: meanOf(running, ({ foot }) => foot.x),
    y: meanOf(running, ({ foot }) => foot.y),
  };
  let [out, x, y, all] = [0, 0, 0, 0];
  for (const { foot, velocity, people } of running) {
    const dx = (foot.x - middle.x) * aspect;
    const dy = foot.y - middle.y;
    const far = Math.hypot(dx, dy);
    if (far > 0) out += (people * (velocity.x * dx + velocity.y * dy)) / far;
    x += people * velocity.x;
    y += people * velocity.y;
    all += people * Math.hypot(velocity.x, velocity.y);
  }
  return all === 0 ? { outward: 0, oneWay: 0 } : { outward: out / all, oneWay: Math.hypot(x, y) / all };
}

function meanOf(movers: readonly Runner[], value: (mover: Runner) => number): number {
  let [sum, weight] = [0, 0];
  for (const mover of movers) {
    sum += mover.people * value(mover);
    weight += mover.people;
  }
  return weight === 0 ? 0 : sum / weight;
}
