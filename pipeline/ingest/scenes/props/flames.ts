/**
 * Fires: turbulence that rises through an envelope, hotter inside than at its rim, with the light that it throws and
 * its smoke. Closed form in time, so that a fire may be looked at at any rate.
 *
 * A fire of diameter D metres puffs about 1.5 / sqrt(D) times a second (Cetegen and Ahmed, 1993); on top of it come
 * the faster licks of the turbulence, up to about 12 Hz.
 */

import { hash01, smoothNoise } from '../chance.ts';
import { type Canvas, shadow } from '../draw/brush.ts';
import { project, type View } from '../view.ts';

export interface Fire {
  /** Middle of its foot, metres. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly atS: number;
  readonly untilS: number;
  /** Full-grown. */
  readonly widthM: number;
  readonly heightM: number;
  /** Seconds after which it has grown by two thirds. */
  readonly growS: number;
  /** 0..1 */
  readonly smoke: number;
  readonly salt: number;
}

const START = 0.16;
const DIES_S = 2;

/** Share of its full size, 0 before and after. */
export function grownAt(fire: Fire, t: number): number {
  if (t <= fire.atS || t >= fire.untilS) return 0;
  const s = t - fire.atS;
  const grown = START + (1 - START) * (1 - Math.exp(-s / fire.growS));
  return grown * Math.min(1, s / 0.6, (fire.untilS - t) / DIES_S);
}

/** Pixel box of the flames without their tips: [left, top, right, bottom], and depth; undefined while there are none. */
export function flameBox(
  view: View,
  fire: Fire,
  t: number,
): { box: [number, number, number, number]; depth: number; grown: number } | undefined {
  const grown = grownAt(fire, t);
  if (grown === 0) return undefined;
  project(view, fire.x, fire.y, fire.z, at);
  const depth = at[2]!;
  if (depth < 0.8) return undefined;
  const px = view.focalPx / depth;
  const half = (fire.widthM * grown * px) / 2;
  const high = fire.heightM * grown * px;
  return { box: [at[0]! - half, at[1]! - high, at[0]! + half, at[1]! + 0.08 * high], depth, grown };
}

const at = [0, 0, 0];

/** How strongly it burns at t, around 1: puffs and licks. */
export function puffAt(fire: Fire, t: number): number {
  const width = Math.max(0.1, fire.widthM * Math.max(0.1, grownAt(fire, t)));
  const f = Math.min(8, 1.5 / Math.sqrt(width));
  const phase = 6.28 * hash01(fire.salt, 3);
  // The puff wanders around its frequency, so that no lamp beats like it.
  const wander = 1.6 * smoothNoise(t * 0.7, 0.5, fire.salt + 5);
  return (
    1 +
    0.2 * Math.sin(6.283 * f * t + phase + 6.28 * wander) +
    0.34 * (smoothNoise(t * 3.1, 1.5, fire.salt + 6) - 0.5) +
    0.26 * (smoothNoise(t * 9.7, 2.5, fire.salt + 7) - 0.5)
  );
}

export function drawFire(canvas: Canvas, view: View, fire: Fire, t: number): void {
  const found = flameBox(view, fire, t);
  if (!found) return;
  const { box, depth, grown } = found;
  const cx = (box[0] + box[2]) / 2;
  const foot = box[3];
  const puff = puffAt(fire, t);
  const wide = Math.max(1, box[2] - box[0]);
  const high = Math.max(1.2, (box[3] - box[1]) * puff);
  light(canvas, cx, foot, wide, high, grown * puff, depth);
  if (fire.smoke > 0) drawSmoke(canvas, fire, t, cx, foot - 0.6 * high, wide, high, depth);
  drawTongues(canvas, fire, t, cx, foot, wide, high, depth, fire.heightM * grown);
}

/** Heat 0..1 to luma, u, v (BT.601): dark red rim, orange, yellow, white heart. */
const STOPS: readonly (readonly [number, number, number, number])[] = [
  [0, 92, 84, 196],
  [0.25, 152, 56, 196],
  [0.55, 208, 52, 164],
  [0.85, 246, 98, 138],
  [1, 255, 112, 132],
];

const shade = [0, 0, 0];

function heatTone(heat: number): void {
  let k = 1;
  while (k < STOPS.length - 1 && heat > STOPS[k]![0]) k++;
  const a = STOPS[k - 1]!;
  const b = STOPS[k]!;
  const w = Math.min(1, (heat - a[0]) / (b[0] - a[0]));
  for (let i = 0; i < 3; i++) shade[i] = a[i + 1]! + (b[i + 1]! - a[i + 1]!) * w;
}

function drawTongues(
  canvas: Canvas,
  fire: Fire,
  t: number,
  cx: number,
  foot: number,
  wide: number,
  high: number,
  depth: number,
  heightM: number,
): void {
  const { width, height, luma, u, v, chromaWidth } = canvas;
  const { salt } = fire;
  // Hot gas rises 2 m/s or so; what passes a point so often is seen as flicker.
  const rise = 2.2 / Math.max(0.12, heightM);
  const slow = Math.min(4.2, rise * 1.4) * t;
  const fast = Math.min(10, rise * 3.1) * t;
  const drift = 0.5 * (smoothNoise(t * 0.8, 3.5, salt) - 0.5);
  const x0 = Math.max(0, Math.floor((cx - 0.9 * wide) / 2) * 2);
  const x1 = Math.min(width - 1, Math.ceil(cx + 0.9 * wide));
  const y0 = Math.max(0, Math.floor((foot - 1.5 * high) / 2) * 2);
  const y1 = Math.min(height - 1, Math.ceil(foot));
  const near = depth - 0.3;
  for (let by = y0; by <= y1; by += 2)
    for (let bx = x0; bx <= x1; bx += 2) {
      let covered = 0;
      let sumU = 0;
      let sumV = 0;
      for (let k = 0; k < 4; k++) {
        const x = bx + (k & 1);
        const y = by + (k >> 1);
        if (x >= width || y >= height) continue;
        const i = y * width + x;
        if (canvas.depth[i]! < near) continue;
        const up = (foot - y - 0.5) / high;
        if (up < -0.02) continue;
        const lick = 0.3 * up * Math.sin(2.9 * t + 3.1 * up + salt) + drift * up;
        const across = (x + 0.5 - cx) / (0.5 * wide) - lick;
        const turbulence =
          0.62 * smoothNoise(across * 1.6 + 9, up * 1.9 - slow, salt) +
          0.38 * smoothNoise(across * 3.7 + 3, up * 4.3 - fast, salt + 11);
        const heat = 0.95 - across * across * (0.75 + 0.8 * up) - 0.92 * up + 1.75 * (turbulence - 0.5);
        if (heat <= 0) continue;
        const cover = Math.min(1, heat * 4);
        heatTone(Math.min(1, heat * 0.98));
        const here = luma[i]!;
        luma[i] = Math.min(255, here + (Math.max(shade[0]!, here * 0.6) - here) * cover);
        covered += cover;
        sumU += cover * shade[1]!;
        sumV += cover * shade[2]!;
      }
      if (covered === 0) continue;
      const c = (by >> 1) * chromaWidth + (bx >> 1);
      const w = Math.min(1, covered / 4);
      u[c] = u[c]! + (sumU / covered - u[c]!) * w;
      v[c] = v[c]! + (sumV / covered - v[c]!) * w;
    }
}

/** What the fire lights up around it: brighter and warmer, in time with the puffs. */
function light(
  canvas: Canvas,
  cx: number,
  foot: number,
  wide: number,
  high: number,
  strength: number,
  depth: number,
): void {
  const { width, height, luma, u, v, chromaWidth } = canvas;
  const reach = 1.2 * (wide + high) + 4;
  const x0 = Math.max(0, Math.floor((cx - reach) / 2) * 2);
  const x1 = Math.min(width - 1, Math.ceil(cx + reach));
  const y0 = Math.max(0, Math.floor((foot - reach) / 2) * 2);
  const y1 = Math.min(height - 1, Math.ceil(foot + 0.7 * reach));
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      const i = y * width + x;
      const dx = (x - cx) / reach;
      const dy = (y - foot) / (reach * (y > foot ? 0.7 : 1));
      const off = canvas.depth[i]! - depth;
      const q = 1 - dx * dx - dy * dy - Math.min(0.8, (off * off) / 30);
      if (q <= 0) continue;
      const gain = 0.55 * strength * q * q;
      luma[i] = Math.min(235, luma[i]! * (1 + gain) + 8 * gain);
      if ((x & 1) === 0 && (y & 1) === 0) {
        const c = (y >> 1) * chromaWidth + (x >> 1);
        u[c] = u[c]! - 14 * gain;
        v[c] = v[c]! + 14 * gain;
      }
    }
}

function drawSmoke(
  canvas: Canvas,
  fire: Fire,
  t: number,
  cx: number,
  foot: number,
  wide: number,
  high: number,
  depth: number,
): void {
  const { width, height, luma, u, v, chromaWidth } = canvas;
  const tall = 3.2 * high;
  const wind = (hash01(fire.salt, 8) - 0.5) * 1.4;
  const x0 = Math.max(0, Math.floor(cx - 1.6 * wide - Math.abs(wind) * tall));
  const x1 = Math.min(width - 1, Math.ceil(cx + 1.6 * wide + Math.abs(wind) * tall));
  const y0 = Math.max(0, Math.floor(foot - tall));
  const y1 = Math.min(height - 1, Math.floor(foot));
  for (let y = y0; y <= y1; y++) {
    const up = (foot - y) / tall;
    const half = wide * (0.45 + 1.1 * up);
    const middle = cx + wind * up * tall;
    for (let x = x0; x <= x1; x++) {
      const across = (x - middle) / half;
      if (across < -1.2 || across > 1.2) continue;
      const i = y * width + x;
      if (canvas.depth[i]! < depth - 0.6) continue;
      const n = smoothNoise(across * 1.7, up * 5 - 1.1 * t, fire.salt + 21);
      const thick = Math.min(0.75, fire.smoke * (1.25 - across * across - 0.9 * up) * (0.35 + 1.1 * n));
      if (thick <= 0) continue;
      luma[i] = luma[i]! + (96 + 40 * n - luma[i]!) * thick;
      if ((x & 1) === 0 && (y & 1) === 0) {
        const c = (y >> 1) * chromaWidth + (x >> 1);
        u[c] = u[c]! + (128 - u[c]!) * thick;
        v[c] = v[c]! + (129 - v[c]!) * thick;
      }
    }
  }
}

/** What is left under it: soot. */
export function drawSoot(canvas: Canvas, view: View, fire: Fire, t: number): void {
  if (t < fire.atS) return;
  project(view, fire.x, fire.y, fire.z, at);
  if (at[2]! < 0.8) return;
  const r = (0.55 * fire.widthM * view.focalPx) / at[2]!;
  const dark = 0.5 * Math.min(1, (t - fire.atS) / fire.growS);
  shadow(canvas, at[0]!, at[1]!, at[0]!, at[1]!, r + 0.5, 0.4 * r + 0.5, dark, at[2]! - 0.6);
}
