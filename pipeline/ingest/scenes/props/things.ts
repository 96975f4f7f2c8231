/**
 * Things that are put down, carried, pushed or opened: bags, boxes, bins, doors, puddles. Where a thing is at second t
 * is a list of stays in closed form; between two stays somebody carries it.
 */

import { hash01 } from '../chance.ts';
import { drawBox, ink } from '../draw/box.ts';
import { type Canvas, limb, shadow } from '../draw/brush.ts';
import type { Backdrop } from '../place/backdrop.ts';
import { project, type View } from '../view.ts';

export interface Stay {
  readonly fromS: number;
  readonly untilS: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Thing {
  readonly id: number;
  readonly kind: 'bag' | 'box' | 'bin' | 'door' | 'puddle';
  readonly widthM: number;
  readonly lengthM: number;
  readonly heightM: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly salt: number;
  readonly stays: readonly Stay[];
  /** Who carries it when. */
  readonly carried: readonly { readonly by: number; readonly fromS: number; readonly untilS: number }[];
  /** Who brought it and should not leave it. */
  readonly owner?: number;
}

/** Where it stands at t; undefined while it is carried or not there. */
export function stayAt(thing: Thing, t: number): Stay | undefined {
  return thing.stays.find((stay) => t >= stay.fromS && t < stay.untilS);
}

/** The thing that somebody carries at t. */
export function carriedAt(things: readonly Thing[], who: number, t: number): Thing | undefined {
  for (const thing of things)
    for (const { by, fromS, untilS } of thing.carried)
      if (by === who && t >= fromS && t < untilS) return thing;
  return undefined;
}

const at = [0, 0, 0];

/** Pixel box of the thing where it stands: [left, top, right, bottom]. */
export function thingBox(view: View, thing: Thing, stay: Stay): [number, number, number, number] {
  let [left, top, right, bottom] = [1e9, 1e9, -1e9, -1e9];
  for (let corner = 0; corner < 8; corner++) {
    project(
      view,
      stay.x + (corner & 1 ? 0.5 : -0.5) * thing.widthM,
      stay.y + (corner & 2 ? 0.5 : -0.5) * thing.lengthM,
      stay.z + (corner & 4 ? thing.heightM : 0),
      at,
    );
    left = Math.min(left, at[0]!);
    right = Math.max(right, at[0]!);
    top = Math.min(top, at[1]!);
    bottom = Math.max(bottom, at[1]!);
  }
  return [left, top, right, bottom];
}

export function drawThing(
  canvas: Canvas,
  view: View,
  backdrop: Backdrop,
  thing: Thing,
  stay: Stay,
  t: number,
  light: number,
): void {
  if (thing.kind === 'puddle') {
    drawPuddle(canvas, view, thing, stay, t);
    return;
  }
  const open = thing.kind === 'door' ? Math.min(1, (t - stay.fromS) / 1.4, (stay.untilS - t) / 1.4) : 1;
  const halfX = thing.widthM / 2;
  const halfY = (thing.lengthM / 2) * Math.max(0.03, open);
  if (thing.kind !== 'door') {
    project(view, stay.x, stay.y, stay.z, at);
    const px = view.focalPx / at[2]!;
    const r = 0.75 * Math.max(halfX, halfY) * px + 0.8;
    shadow(canvas, at[0]!, at[1]!, at[0]!, at[1]!, r, 0.5 * r, 0.35, at[2]! - 0.8);
  }
  const box = {
    x0: stay.x - halfX,
    x1: stay.x + halfX,
    y0: stay.y - halfY,
    y1: stay.y + halfY,
    z0: stay.z,
    z1: stay.z + thing.heightM,
  };
  const strap = thing.luma > 110 ? 0.55 : 1.5;
  drawBox(canvas, view, backdrop.rays, box, (face, x, y, z) => {
    ink.u = thing.u;
    ink.v = thing.v;
    // The backdrop's depth must stay as it is: things and people are drawn from far to near.
    ink.through = true;
    ink.luma = thing.luma * light * (face === 'top' ? 1.12 : face === 'end' ? 0.85 : 0.95);
    const up = (z - stay.z) / thing.heightM;
    if (thing.kind === 'bag' && face !== 'top') {
      const along = face === 'end' ? (x - box.x0) / thing.widthM : (y - box.y0) / thing.lengthM;
      if (Math.abs(along - 0.3) < 0.06 || Math.abs(along - 0.7) < 0.06) ink.luma *= strap;
      if (up > 0.55 && up < 0.63) ink.luma *= 0.75;
    } else if (thing.kind === 'bin' && (face === 'top' || up > 0.86)) ink.luma = 24;
    else if (thing.kind === 'box')
      ink.luma *= 0.93 + 0.14 * hash01(Math.floor(up * 3) + thing.salt, Math.floor((x + y) * 4));
  });
}

/** Water that spreads: darkens the floor, and mirrors a bright streak. */
function drawPuddle(canvas: Canvas, view: View, thing: Thing, stay: Stay, t: number): void {
  const grown = Math.min(1, (t - stay.fromS) / 12, (stay.untilS - t) / 12);
  if (grown <= 0) return;
  project(view, stay.x, stay.y, stay.z, at);
  if (at[2]! < 1) return;
  const px = view.focalPx / at[2]!;
  const rx = 0.5 * thing.widthM * px * Math.sqrt(grown);
  const ry = rx * Math.max(0.2, Math.min(0.8, view.z / at[2]!));
  const near = at[2]! - 1;
  shadow(canvas, at[0]!, at[1]!, at[0]! + 0.4 * rx, at[1]! + 0.1 * ry, rx + 0.6, ry + 0.6, 0.45, near);
  limb(
    canvas,
    at[0]! - 0.3 * rx,
    at[1]!,
    0.12 * ry,
    at[0]! + 0.25 * rx,
    at[1]! - 0.1 * ry,
    0.1 * ry,
    thing.luma,
    128,
    128,
    near,
    0,
  );
}

/** At the hand of whoever carries it. */
export function drawCarried(
  canvas: Canvas,
  thing: Thing,
  handX: number,
  handY: number,
  px: number,
  near: number,
  light: number,
): void {
  const half = 0.5 * Math.max(thing.widthM, thing.lengthM) * px;
  const thick = 0.42 * thing.heightM * px;
  const y = handY + 0.45 * thing.heightM * px;
  const r = Math.min(thick, half);
  limb(
    canvas,
    handX - (half - r),
    y,
    r,
    handX + (half - r),
    y,
    r,
    thing.luma * light,
    thing.u,
    thing.v,
    near,
    0.1,
  );
}
