/**
 * Who moves, and where at which second: a route is a list of steps in closed form, so that any picture can be asked
 * for without those before it.
 */
import type { Chance } from '../chance.ts';
import type { Pose } from './postures.ts';

/** One step of a route: straight from (x0, y0, z0) at t0 to (x1, y1, z1) at t1. Seconds and metres. */
export interface Step {
  readonly t0: number;
  readonly t1: number;
  readonly x0: number;
  readonly y0: number;
  readonly z0: number;
  readonly x1: number;
  readonly y1: number;
  readonly z1: number;
  /** Heading, unit vector on the floor. */
  readonly hx: number;
  readonly hy: number;
  /** Metres walked before this step: the gait's phase goes on from there. */
  readonly walked: number;
  readonly walking: boolean;
}

/** What a person looks like. Lumas 0..255 in full light. */
export interface Look {
  readonly heightM: number;
  readonly build: number;
  readonly coat: number;
  readonly coatU: number;
  readonly coatV: number;
  readonly legs: number;
  readonly skin: number;
  readonly hair: number;
  readonly bag: 'none' | 'backpack' | 'suitcase';
  /** Draws every period and phase of small motion. */
  readonly salt: number;
}

export interface Person {
  readonly kind: 'person';
  readonly id: number;
  readonly steps: readonly Step[];
  look: Look;
  /** Gets on or off a train: the step across the edge is no trespass. */
  readonly passenger: boolean;
  /** Sitting, kneeling, lying: in order of time; absent for who only walks and stands. */
  poses?: readonly Pose[];
  /** Which way they tip over when they fall or lie: unit vector on the floor. */
  tipTo?: readonly [number, number];
  /** Lies because of a fall, not to rest. */
  fell?: boolean;
  /** Holds a weapon during these seconds. */
  weapon?: { readonly kind: 'knife' | 'firearm'; readonly fromS: number; readonly untilS: number };
}

export interface Vehicle {
  readonly kind: 'vehicle';
  readonly id: number;
  readonly steps: readonly Step[];
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly beacon: boolean;
}

export type Actor = Person | Vehicle;

export function beginsAt(actor: Actor): number {
  return actor.steps[0]!.t0;
}

export function endsAt(actor: Actor): number {
  return actor.steps[actor.steps.length - 1]!.t1;
}

/** Where the actor is at `t`; undefined before and after its route. */
export interface Stance {
  x: number;
  y: number;
  z: number;
  hx: number;
  hy: number;
  walked: number;
  /** m/s, 0 standing. */
  speed: number;
}

export function stanceAt(actor: Actor, t: number, out: Stance): boolean {
  const steps = actor.steps;
  const first = steps[0]!;
  if (t < first.t0 || t >= steps[steps.length - 1]!.t1) return false;
  let k = 0;
  while (t >= steps[k]!.t1) k++;
  const step = steps[k]!;
  const share = (t - step.t0) / (step.t1 - step.t0);
  const dx = step.x1 - step.x0;
  const dy = step.y1 - step.y0;
  const dz = step.z1 - step.z0;
  const length = step.walking ? Math.hypot(dx, dy, dz) : 0;
  out.x = step.x0 + dx * share;
  out.y = step.y0 + dy * share;
  out.z = step.z0 + dz * share;
  out.walked = step.walked + length * share;
  out.speed = length / (step.t1 - step.t0);
  // People turn over half a second, they do not flip.
  let hx = step.hx;
  let hy = step.hy;
  const since = t - step.t0;
  if (k > 0 && since < 0.5) {
    const before = steps[k - 1]!;
    const w = since / 0.5;
    hx = before.hx * (1 - w) + hx * w + 1e-4;
    hy = before.hy * (1 - w) + hy * w;
    const n = Math.hypot(hx, hy);
    hx /= n;
    hy /= n;
  }
  out.hx = hx;
  out.hy = hy;
  return true;
}

/** Builds steps one after the other. */
export class Route {
  readonly steps: Step[] = [];
  #t: number;
  #x: number;
  #y: number;
  #z: number;
  #hx = 0;
  #hy = 1;
  #walked = 0;

  constructor(t: number, x: number, y: number, z = 0) {
    this.#t = t;
    this.#x = x;
    this.#y = y;
    this.#z = z;
  }

  get t(): number {
    return this.#t;
  }

  get x(): number {
    return this.#x;
  }

  get y(): number {
    return this.#y;
  }

  walk(speed: number, x: number, y: number, z = this.#z): this {
    const dx = x - this.#x;
    const dy = y - this.#y;
    const flat = Math.hypot(dx, dy);
    const length = Math.hypot(flat, z - this.#z);
    if (length < 0.01) return this;
    if (flat > 0.01) {
      this.#hx = dx / flat;
      this.#hy = dy / flat;
    }
    this.#push(length / speed, x, y, z, true);
    this.#walked += length;
    return this;
  }

  stand(seconds: number, hx = this.#hx, hy = this.#hy): this {
    if (seconds <= 0) return this;
    const n = Math.hypot(hx, hy) || 1;
    this.#hx = hx / n;
    this.#hy = hy / n;
    this.#push(seconds, this.#x, this.#y, this.#z, false);
    return this;
  }

  #push(seconds: number, x: number, y: number, z: number, walking: boolean): void {
    this.steps.push({
      t0: this.#t,
      t1: this.#t + seconds,
      x0: this.#x,
      y0: this.#y,
      z0: this.#z,
      x1: x,
      y1: y,
      z1: z,
      hx: this.#hx,
      hy: this.#hy,
      walked: this.#walked,
      walking,
    });
    this.#t += seconds;
    this.#x = x;
    this.#y = y;
    this.#z = z;
  }
}

/** The same route, begun at another second. */
export function shifted(route: Route, t: number): Route {
  const first = route.steps[0]!;
  const moved = new Route(t, first.x0, first.y0, first.z0);
  for (const step of route.steps) {
    if (step.walking) {
      const length = Math.hypot(step.x1 - step.x0, step.y1 - step.y0, step.z1 - step.z0);
      moved.walk(length / (step.t1 - step.t0), step.x1, step.y1, step.z1);
    } else moved.stand(step.t1 - step.t0, step.hx, step.hy);
  }
  return moved;
}

/**
 * Clothes of a person. Some come close to the floor's brightness, but coat or trousers always stand out from
 * `floor` by 22 levels or more: an invisible person is no test of anything.
 */
export function drawLook(chance: Chance, floor: number): Look {
  let coat = chance.yes(0.55) ? chance.between(18, 70) : chance.between(60, 215);
  let legs = chance.yes(0.7) ? chance.between(18, 65) : chance.between(60, 170);
  if (Math.abs(coat - floor) < 22) coat = coat > floor ? floor + 30 : Math.max(15, floor - 34);
  if (Math.abs(legs - floor) < 14) legs = Math.max(15, floor - 30);
  const vivid = chance.yes(0.4) ? chance.between(10, 34) : chance.between(0, 8);
  const hue = chance.between(0, 2 * Math.PI);
  return {
    heightM: Math.min(1.98, Math.max(1.5, 1.71 + 0.085 * chance.bell())),
    build: chance.between(0.88, 1.18),
    coat,
    coatU: 128 + vivid * Math.cos(hue),
    coatV: 128 + vivid * Math.sin(hue),
    legs,
    skin: chance.between(70, 185),
    hair: chance.yes(0.75) ? chance.between(20, 60) : chance.between(90, 190),
    bag: chance.yes(0.22) ? 'backpack' : chance.yes(0.14) ? 'suitcase' : 'none',
    salt: chance.whole(0, 1 << 30),
  };
}
