/**
 * Lights that are no fire: signs, beacons, hazard lights, lamps, and what wet or polished floors make of them. Each is
 * steady or keeps a rhythm; none grows, none licks.
 */

import { hash01 } from '../chance.ts';
import type { Canvas } from '../draw/brush.ts';
import { project, type View } from '../view.ts';

export interface Lantern {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly fromS: number;
  readonly untilS: number;
  /**
   * `blink`: on and off; `rotate`: a beacon whose beam comes round; `twin`: two flashes, then a pause; `tube`: a
   * failing tube; `ticker`: a sign whose words run.
   */
  readonly rhythm: 'steady' | 'blink' | 'rotate' | 'twin' | 'tube' | 'ticker';
  readonly periodS: number;
  /** Brightness of the halo around it, levels. */
  readonly halo: number;
  /** 0..1: how much of it the floor mirrors. */
  readonly mirrored: number;
  readonly salt: number;
}

/** 0..1 */
export function shinesAt(lantern: Lantern, t: number): number {
  if (t < lantern.fromS || t >= lantern.untilS) return 0;
  const share = (t / lantern.periodS + hash01(lantern.salt, 1)) % 1;
  switch (lantern.rhythm) {
    case 'steady':
    case 'ticker':
      return 1;
    case 'blink':
      // A bulb glows up and dims in some hundredths of a second.
      return Math.max(0.04, Math.min(1, share * 14, (0.5 - share) * 14));
    case 'rotate':
      return 0.08 + 0.92 * Math.exp(-(((share - 0.5) / 0.09) ** 2));
    case 'twin':
      return share < 0.09 || (share > 0.2 && share < 0.29) ? 1 : 0.03;
    case 'tube':
      return hash01(Math.floor(t * 8), lantern.salt) > 0.35 ? 1 : 0.1;
  }
}

const at = [0, 0, 0];

export function drawLantern(canvas: Canvas, view: View, lantern: Lantern, t: number): void {
  const level = shinesAt(lantern, t);
  if (level === 0) return;
  project(view, lantern.x, lantern.y, lantern.z, at);
  if (at[2]! < 0.8) return;
  const px = view.focalPx / at[2]!;
  const [cx, cy, depth] = [at[0]!, at[1]!, at[2]!];
  panel(
    canvas,
    lantern,
    t,
    cx,
    cy,
    (lantern.widthM * px) / 2,
    (lantern.heightM * px) / 2,
    level,
    depth - 0.3,
  );
  if (lantern.halo > 0) halo(canvas, lantern, cx, cy, 0.5 * px + 2, level * lantern.halo, depth);
  if (lantern.mirrored > 0) {
    // The mirror image hangs as far below the floor as the lamp is above it, drawn out by the floor's grain.
    project(view, lantern.x, lantern.y, 0, at);
    const below = 2 * at[1]! - cy;
    const level2 = level * lantern.mirrored;
    reflect(canvas, lantern, t, cx, below, (lantern.widthM * px) / 2, (lantern.heightM * px) / 2, level2);
  }
}

function panel(
  canvas: Canvas,
  lantern: Lantern,
  t: number,
  cx: number,
  cy: number,
  halfX: number,
  halfY: number,
  level: number,
  near: number,
): void {
  const { width, height, luma, u, v, chromaWidth, depth } = canvas;
  const rx = Math.max(0.7, halfX);
  const ry = Math.max(0.7, halfY);
  const x0 = Math.max(0, Math.floor(cx - rx));
  const x1 = Math.min(width - 1, Math.floor(cx + rx));
  const y0 = Math.max(0, Math.floor(cy - ry));
  const y1 = Math.min(height - 1, Math.floor(cy + ry));
  const words = lantern.rhythm === 'ticker';
  for (let y = y0; y <= y1; y++)
    for (let x = x0; x <= x1; x++) {
      const i = y * width + x;
      if (depth[i]! < near) continue;
      let on = level;
      if (words) {
        const column = Math.floor(((x - cx) / rx + 1) * 9 + t / lantern.periodS);
        on = Math.abs(y - cy) < 0.7 * ry && hash01(column, lantern.salt) > 0.45 ? 1 : 0.12;
      }
      luma[i] = luma[i]! + (lantern.luma * (0.12 + 0.88 * on) - luma[i]!) * Math.max(0.5, on);
      if ((x & 1) === 0 && (y & 1) === 0)
        tint(u, v, (y >> 1) * chromaWidth + (x >> 1), lantern, 0.25 + 0.75 * on);
    }
}

function halo(
  canvas: Canvas,
  lantern: Lantern,
  cx: number,
  cy: number,
  radius: number,
  strength: number,
  depth: number,
): void {
  const { width, height, luma, u, v, chromaWidth } = canvas;
  const reach = 2.4 * radius;
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(height - 1, cy + reach); y++)
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(width - 1, cx + reach); x++) {
      const i = y * width + x;
      if (canvas.depth[i]! < depth - 1.5) continue;
      const q = 1 - ((x - cx) ** 2 + (y - cy) ** 2) / (reach * reach);
      if (q <= 0) continue;
      luma[i] = Math.min(255, luma[i]! + strength * q * q * q);
      if ((x & 1) === 0 && (y & 1) === 0)
        tint(u, v, (y >> 1) * chromaWidth + (x >> 1), lantern, Math.min(0.5, (strength / 160) * q * q));
    }
}

function reflect(
  canvas: Canvas,
  lantern: Lantern,
  t: number,
  cx: number,
  cy: number,
  halfX: number,
  halfY: number,
  level: number,
): void {
  const { width, height, luma, u, v, chromaWidth } = canvas;
  const ry = 2.2 * halfY + 2;
  const rx = halfX + 0.8;
  for (let y = Math.max(0, Math.floor(cy - ry)); y <= Math.min(height - 1, cy + ry); y++) {
    // A wet floor is never quite at rest.
    const sway = 0.35 * halfX * Math.sin(1.9 * y + 1.3 * t + lantern.salt);
    for (let x = Math.max(0, Math.floor(cx - 1.6 * rx)); x <= Math.min(width - 1, cx + 1.6 * rx); x++) {
      const i = y * width + x;
      const q = 1 - ((x - cx - sway) / rx) ** 2 * 0.8 - ((y - cy) / ry) ** 2;
      if (q <= 0) continue;
      luma[i] = Math.min(250, luma[i]! + 0.6 * lantern.luma * level * q);
      if ((x & 1) === 0 && (y & 1) === 0)
        tint(u, v, (y >> 1) * chromaWidth + (x >> 1), lantern, 0.65 * level * q);
    }
  }
}

function tint(u: Uint8Array, v: Uint8Array, c: number, of: { u: number; v: number }, w: number): void {
  u[c] = u[c]! + (of.u - u[c]!) * w;
  v[c] = v[c]! + (of.v - v[c]!) * w;
}
