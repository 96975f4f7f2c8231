/**
 * What passes behind a vehicle's windows: open country, tunnels, stations. The journey is drawn stretch after stretch
 * from its seed; where it is at any second is a closed form.
 */

import { Chance, Grain, hash01, mix, smoothNoise } from '../chance.ts';
import type { Canvas } from '../draw/brush.ts';
import type { Backdrop } from './backdrop.ts';
import { COACH_WALL_X, isWindow } from './coach.ts';
import type { World } from './world.ts';

/** Speed runs evenly from v0 to v1, m/s. */
interface Leg {
  readonly t0: number;
  readonly t1: number;
  readonly v0: number;
  readonly v1: number;
  readonly s0: number;
  readonly where: 'open' | 'tunnel' | 'station';
}

export interface Whereabouts {
  readonly where: Leg['where'];
  /** Metres travelled. */
  readonly s: number;
  readonly v: number;
  /** Daylight that comes in, 0..1. */
  readonly day: number;
}

const FASTEST = 24;

export class Journey {
  readonly #legs: Leg[] = [];
  readonly #chance: Chance;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    this.#add(
      'open',
      this.#chance.between(12, FASTEST),
      this.#chance.between(12, FASTEST),
      this.#chance.between(15, 30),
    );
  }

  at(t: number): Whereabouts {
    const at = Math.max(0, t);
    while (this.#legs[this.#legs.length - 1]!.t1 <= at) this.#extend();
    let k = this.#legs.length - 1;
    while (this.#legs[k]!.t0 > at) k--;
    const leg = this.#legs[k]!;
    const w = at - leg.t0;
    const a = (leg.v1 - leg.v0) / (leg.t1 - leg.t0);
    const before = this.#legs[k - 1];
    const now = LIGHT[leg.where];
    // The mouth of a tunnel passes along the coach in half a second.
    const mixed = before ? LIGHT[before.where] + (now - LIGHT[before.where]) * Math.min(1, w / 0.6) : now;
    return { where: leg.where, s: leg.s0 + leg.v0 * w + 0.5 * a * w * w, v: leg.v0 + a * w, day: mixed };
  }

  #extend(): void {
    const chance = this.#chance;
    const last = this.#legs[this.#legs.length - 1]!;
    const next = chance.next();
    if (next < 0.4) this.#add('tunnel', last.v1, last.v1, chance.between(4, 25));
    else if (next < 0.65) {
      this.#add('open', last.v1, 4, last.v1 / 0.9);
      this.#add('station', 4, 0, 6);
      this.#add('station', 0, 0, chance.between(10, 25));
      this.#add('station', 0, 5, 6);
      this.#add('open', 5, chance.between(14, FASTEST), 20);
      return;
    }
    this.#add('open', last.v1, last.v1, chance.between(10, 35));
  }

  #add(where: Leg['where'], v0: number, v1: number, forS: number): void {
    const last = this.#legs[this.#legs.length - 1];
    const s0 = last ? last.s0 + ((last.v0 + last.v1) / 2) * (last.t1 - last.t0) : 0;
    const t0 = last?.t1 ?? 0;
    this.#legs.push({ where, v0, v1, s0, t0, t1: t0 + forS });
  }
}

const LIGHT = { open: 1, tunnel: 0, station: 0.55 } as const;

/** A pixel of glass: where its ray goes on outside, metres along and up, at the near and at the far plane. */
interface Pane {
  readonly i: number;
  readonly nearY: number;
  readonly nearZ: number;
  readonly farY: number;
  readonly farZ: number;
  /** What the glass mirrors of the inside. */
  readonly mirror: number;
}

const NEAR_M = 2.6;
const FAR_M = 14;

export class Outside {
  readonly #panes: readonly Pane[];
  readonly #salt: number;
  readonly #skyline: Grain;
  readonly #country: Grain;
  readonly #hedge: Grain;
  readonly #leaves: Grain;
  readonly #tunnelWall: Grain;
  readonly #stationWall: Grain;
  /** Factor of the light by a pixel's share of daylight. */
  readonly #bySun = new Float64Array(256);
  readonly journey: Journey;

  constructor(world: World, backdrop: Backdrop, seed: number) {
    this.#salt = mix(seed, 51);
    this.#skyline = new Grain(this.#salt);
    this.#country = new Grain(this.#salt + 1);
    this.#hedge = new Grain(this.#salt + 2);
    this.#leaves = new Grain(this.#salt + 3);
    this.#tunnelWall = new Grain(this.#salt + 5);
    this.#stationWall = new Grain(this.#salt + 6);
    this.journey = new Journey(mix(seed, 52));
    this.#panes = panesOf(world, backdrop);
  }

  draw(canvas: Canvas, patch: Uint8Array, t: number): void {
    const { s, day, where, v } = this.journey.at(t);
    const { luma, u, v: chromaV, chromaWidth, width } = canvas;
    // Sunlight comes and goes behind trees and houses; in a tunnel there are the coach's own lamps alone.
    const sun = day * (0.35 + 0.65 * smoothNoise(s * 0.06, 0.5, this.#salt));
    const bySun = this.#bySun;
    for (let share = 0; share < 256; share++) bySun[share] = 1 + (0.5 * sun * share) / 255 + 0.12 * day;
    for (let i = 0; i < luma.length; i++) luma[i] = Math.min(255, luma[i]! * bySun[patch[i]!]!);
    // What passes faster than the shutter is smeared along.
    const smear = Math.max(0.15, Math.min(1, 5 / (1 + v)));
    for (const pane of this.#panes) {
      const tone =
        where === 'tunnel'
          ? this.#tunnel(pane, s)
          : where === 'station'
            ? this.#station(pane, s)
            : this.#open(pane, s, smear);
      const { i } = pane;
      luma[i] = Math.min(255, tone * 0.86 + pane.mirror * (0.35 - 0.2 * day));
      const x = i % width;
      const y = (i - x) / width;
      if ((x & 1) !== 0 || (y & 1) !== 0) continue;
      const c = (y >> 1) * chromaWidth + (x >> 1);
      u[c] = where === 'open' ? (pane.farZ > 6 ? 136 : 118) : 126;
      chromaV[c] = where === 'open' ? (pane.farZ > 6 ? 122 : 124) : 129;
    }
  }

  #open(pane: Pane, s: number, smear: number): number {
    const y = pane.farY + s;
    const skyline = 4 + 7 * this.#skyline.at(y * 0.07, 0.5);
    let tone = pane.farZ > skyline ? 205 : 70 + 70 * this.#country.at(y * 0.35, pane.farZ * 0.5);
    // Bushes, walls and masts nearer by.
    const near = pane.nearY + s;
    const hedge = 2.2 * this.#hedge.at(near * 0.11, 1.5) ** 2 * 2;
    if (pane.nearZ < hedge - 0.3)
      tone = 45 + 60 * (0.5 + smear * (this.#leaves.at(near * 1.3, pane.nearZ * 2) - 0.5));
    if (near % 55 < 0.4) tone *= 1 - 0.7 * smear;
    return tone;
  }

  #tunnel(pane: Pane, s: number): number {
    const y = pane.nearY + s;
    const lamp = y % 14 < 1.1 && pane.nearZ > 1.6 && pane.nearZ < 2.1;
    return lamp ? 190 : 9 + 9 * this.#tunnelWall.at(y * 0.5, pane.nearZ);
  }

  #station(pane: Pane, s: number): number {
    const y = pane.nearY + s;
    const poster = y % 5 < 2.4 && pane.nearZ > 1 && pane.nearZ < 2.2;
    if (poster) return 60 + 150 * hash01(Math.floor(y / 5), this.#salt);
    return pane.nearZ > 2.4
      ? 165
      : pane.nearZ < 0.2
        ? 95
        : 120 + 20 * this.#stationWall.at(y * 0.4, pane.nearZ);
  }
}

function panesOf(world: World, backdrop: Backdrop): Pane[] {
  const found: Pane[] = [];
  const { view } = world;
  for (let i = 0; i < backdrop.depth.length; i++) {
    const depth = backdrop.depth[i]!;
    const dx = backdrop.rays[3 * i]!;
    const dy = backdrop.rays[3 * i + 1]!;
    const dz = backdrop.rays[3 * i + 2]!;
    const x = view.x + depth * dx;
    const y = view.y + depth * dy;
    const z = view.z + depth * dz;
    if (Math.abs(Math.abs(x) - COACH_WALL_X) > 0.02 || !isWindow(y, z)) continue;
    const on = (metres: number) => metres / Math.max(0.05, Math.abs(dx));
    found.push({
      i,
      nearY: y + dy * on(NEAR_M),
      nearZ: z + dz * on(NEAR_M),
      farY: y + dy * on(FAR_M),
      farZ: z + 1 + dz * on(FAR_M),
      mirror: 30 + 60 * smoothNoise(y * 1.2, z * 2, 5),
    });
  }
  return found;
}
