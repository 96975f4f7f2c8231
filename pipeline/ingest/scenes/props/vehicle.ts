/** Maintenance vehicles. */

import { drawBox, ink } from '../draw/box.ts';
import { type Canvas, glow } from '../draw/brush.ts';
import type { Backdrop } from '../place/backdrop.ts';
import { project, type View } from '../view.ts';

const at = [0, 0, 0];

/** A cart or inspection trolley: a box on wheels with a cab window and, often, a beacon. */
export function drawVehicle(
  canvas: Canvas,
  view: View,
  backdrop: Backdrop,
  of: {
    lengthM: number;
    widthM: number;
    heightM: number;
    luma: number;
    u: number;
    v: number;
    beacon: boolean;
  },
  stance: { x: number; y: number; z: number; hx: number; hy: number },
  t: number,
  light: number,
): void {
  const across = Math.abs(stance.hx) > Math.abs(stance.hy);
  const halfX = (across ? of.lengthM : of.widthM) / 2;
  const halfY = (across ? of.widthM : of.lengthM) / 2;
  const box = {
    x0: stance.x - halfX,
    x1: stance.x + halfX,
    y0: stance.y - halfY,
    y1: stance.y + halfY,
    z0: stance.z + 0.05,
    z1: stance.z + of.heightM,
  };
  drawBox(canvas, view, backdrop.rays, box, (face, x, y, z) => {
    const up = (z - stance.z) / of.heightM;
    const along = across ? x - box.x0 : y - box.y0;
    ink.u = of.u;
    ink.v = of.v;
    // Vehicles and people are drawn from far to near: no depth is needed, and the backdrop's must stay as it is.
    ink.through = true;
    ink.luma = of.luma * light * (face === 'top' ? 1.1 : face === 'end' ? 0.8 : 0.92);
    if (face === 'top') return;
    if (up < 0.22) ink.luma = Math.abs((along % 1.1) - 0.55) < 0.3 ? 18 : 40;
    else if (up > 0.58 && up < 0.9 && along > 0.25 && along < of.lengthM * 0.6) ink.luma = 45;
    else if (up > 0.3 && up < 0.38) ink.luma = 190 * light;
  });
  if (!of.beacon || t % 1.1 > 0.35) return;
  project(view, stance.x, stance.y, stance.z + of.heightM + 0.1, at);
  glow(canvas, at[0]!, at[1]!, (0.15 * view.focalPx) / at[2]! + 0.6, 130);
}
