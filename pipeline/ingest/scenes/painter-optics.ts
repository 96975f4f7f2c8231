/** What is done to the whole picture between drawing and sensing; costs nothing while nothing of it is asked for. */

import { hash01, mix, smoothNoise } from './chance.ts';
import type { Canvas } from './draw/brush.ts';
import { drawInsect, drawRain, drawSnow, nightAt, shiftAt, type ViewFault } from './draw/lens.ts';
import { blurPlane, coverPlane, infraredPlane, shiftPlane } from './draw/optics.ts';
import type { Backdrop } from './place/backdrop.ts';
import { Outside } from './place/outside.ts';
import type { World } from './place/world.ts';
import type { Glow } from './props/props.ts';
import type { Stretch } from './script/script.ts';
import type { SceneSpec } from './spec.ts';

export class Optics {
  readonly #spec: SceneSpec;
  readonly #backdrop: Backdrop;
  readonly #spare: Uint8Array;
  readonly #shift: [number, number] = [0, 0];
  readonly #faults: readonly ViewFault[];
  /** Pixels of trees: index, and where on the tree they are. */
  readonly #trees: readonly { readonly i: number; readonly y: number; readonly z: number }[];

  readonly #outside: Outside | undefined;

  constructor(spec: SceneSpec, world: World, backdrop: Backdrop) {
    this.#spec = spec;
    this.#backdrop = backdrop;
    this.#faults = spec.faults ?? [];
    this.#spare = new Uint8Array(spec.width * spec.height);
    this.#outside = world.name === 'coach' ? new Outside(world, backdrop, spec.seed) : undefined;
    this.#trees = spec.nuisances.trees ? treesOf(world, backdrop) : [];
  }

  /** The second from which the picture is stuck; undefined while it is not. */
  frozenSince(t: number): number | undefined {
    return this.#at('frozen', t)?.atS;
  }

  #at(state: ViewFault['state'], t: number): ViewFault | undefined {
    return this.#faults.find(
      (fault) => fault.state === state && t >= fault.atS && t < fault.atS + fault.forS,
    );
  }

  /** What moves behind everything, and light that colours it: drawn on the backdrop. */
  background(canvas: Canvas, stretches: readonly Stretch[], now: number): void {
    this.#outside?.draw(canvas, this.#backdrop.patch, now);
    const sway = this.#spec.nuisances.trees ?? 0;
    const { seed } = this.#spec;
    if (sway > 0) {
      // Gusts: leaves turn over and boughs move to and fro.
      const gust = 0.35 + 0.65 * smoothNoise(now * 0.23, 1.5, seed);
      const dy = sway * gust * 0.5 * Math.sin(1.7 * now);
      for (const { i, y, z } of this.#trees) {
        const leaf = smoothNoise(3.2 * (y + dy * z * 0.4), 3.2 * z + 0.4 * dy, seed + 3);
        const flutter = smoothNoise(5 * y, 5 * z + 2.1 * now * sway * gust, seed + 4);
        canvas.luma[i] = canvas.luma[i]! * (0.45 + 0.6 * leaf + 0.35 * sway * (flutter - 0.5));
      }
    }
    for (const { script, fromS } of stretches)
      for (const glow of script.props.glows) this.#glow(canvas, glow, now - fromS);
  }

  #glow(canvas: Canvas, glow: Glow, t: number): void {
    const level = Math.min(1, (t - glow.atS) / glow.overS, (glow.atS + glow.forS - t) / glow.overS);
    if (level <= 0) return;
    const { luma, u, v, chromaWidth, width, height } = canvas;
    const { patch } = this.#backdrop;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const sun = (patch[i]! / 255) * level;
        luma[i] = Math.min(255, luma[i]! * (1 + glow.amount * sun));
        if ((x & 1) !== 0 || (y & 1) !== 0) continue;
        const c = (y >> 1) * chromaWidth + (x >> 1);
        const warmth = glow.warmth * (0.25 * level + 0.75 * sun);
        u[c] = u[c]! - warmth;
        v[c] = v[c]! + 0.8 * warmth;
      }
  }

  /** Everything between the drawn picture and the sensor. Answers the factor of light that is left. */
  before(canvas: Canvas, stretches: readonly Stretch[], now: number, n: number): number {
    const { nuisances, width, height, seed } = this.#spec;
    const { luma, u, v } = canvas;
    let gain = 1;
    const moving = this.#outside ? this.#outside.journey.at(now).v / 20 : 1;
    if (nuisances.rain) drawRain(luma, width, height, nuisances.rain, mix(seed, n));
    if (nuisances.snow) drawSnow(luma, width, height, nuisances.snow, seed, now);
    for (const { script, fromS } of stretches) {
      const { lens } = script;
      const t = now - fromS;
      for (const insect of lens.insects)
        if (t >= insect.atS && t < insect.atS + insect.forS) drawInsect(luma, width, height, insect, t);
      shiftAt(nuisances, lens, t, moving, this.#shift);
      this.#move(canvas, this.#shift[0], this.#shift[1]);
      const { night, swing } = nightAt(lens, t);
      if (night) infraredPlane(luma, u, v, width, height);
      // The filter swings: a moment of too much light, then of too little.
      if (swing > 0) gain *= night ? 1 + 0.8 * swing : 1 - 0.7 * swing;
    }
    return gain * this.#faulty(canvas, now);
  }

  #faulty(canvas: Canvas, now: number): number {
    if (this.#faults.length === 0) return 1;
    const { width, height, seed } = this.#spec;
    const { luma, u, v, chromaWidth, chromaHeight } = canvas;
    const moved = this.#at('moved', now);
    if (moved) {
      const turn = hash01(seed, Math.round(moved.atS)) > 0.5 ? 1 : -1;
      const level = Math.min(1, (now - moved.atS) / 0.8, (moved.atS + moved.forS - now) / 0.8);
      this.#move(canvas, 62 * turn * level, 16 * level);
    }
    if (this.#at('blurred', now)) {
      const radius = Math.max(2, Math.round((5 * width) / 160));
      blurPlane(luma, this.#spare, width, height, radius);
      blurPlane(u, this.#spare, chromaWidth, chromaHeight, Math.ceil(radius / 2));
      blurPlane(v, this.#spare, chromaWidth, chromaHeight, Math.ceil(radius / 2));
    }
    const covered = this.#at('covered', now);
    if (covered) {
      const share = Math.min(1, (now - covered.atS) / 0.9, (covered.atS + covered.forS - now) / 0.9);
      coverPlane(luma, u, v, width, height, share, seed);
    }
    const dark = this.#at('dark', now);
    if (!dark && !this.#at('bright', now)) return 1;
    // Neither too little nor too much light has colour.
    for (const plane of [u, v])
      for (let c = 0; c < plane.length; c++) plane[c] = 128 + (plane[c]! - 128) * 0.1;
    return dark ? 0.03 : 4.5;
  }

  /** By pixels of a plane 160 wide. */
  #move(canvas: Canvas, dx: number, dy: number): void {
    if (dx === 0 && dy === 0) return;
    const { width, height, luma, u, v, chromaWidth, chromaHeight } = canvas;
    const scale = width / 160;
    shiftPlane(luma, this.#spare, width, height, dx * scale, dy * scale);
    for (const plane of [u, v])
      shiftPlane(
        plane,
        this.#spare.subarray(0, plane.length),
        chromaWidth,
        chromaHeight,
        (dx * scale) / 2,
        (dy * scale) / 2,
      );
  }
}

/** Crowns beyond the fence, hit by the rays that would otherwise meet what is behind them. */
function treesOf(world: World, backdrop: Backdrop): { i: number; y: number; z: number }[] {
  const found: { i: number; y: number; z: number }[] = [];
  const { view } = world;
  const rails = world.rails[world.rails.length - 1];
  if (!rails) return found;
  const x = rails.x - 4.5;
  for (let i = 0; i < backdrop.depth.length; i++) {
    const dx = backdrop.rays[3 * i]!;
    const depth = (x - view.x) / dx;
    if (!(depth > 2) || depth > backdrop.depth[i]! + 0.5 || depth > 60) continue;
    const y = view.y + depth * backdrop.rays[3 * i + 1]!;
    const z = view.z + depth * backdrop.rays[3 * i + 2]!;
    const crown = smoothNoise(y * 0.35, 2.5, 77) * 6 + 1.2;
    if (z > 0.8 && z < crown) found.push({ i, y, z });
  }
  return found;
}
