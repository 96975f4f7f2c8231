/**
 * Trains: where they are, what they look like, and the light that their headlights throw before them.
 */

import { hash01 } from '../chance.ts';
import { drawBox, ink } from '../draw/box.ts';
import { type Canvas, glow } from '../draw/brush.ts';
import type { Backdrop } from '../place/backdrop.ts';
import type { Rails } from '../place/world.ts';
import { project, type View } from '../view.ts';

export interface Train {
  readonly rails: Rails;
  /** Second at which the train stands (or, passing, at which its front is beside the camera). */
  readonly atS: number;
  /** Seconds that it stands; 0: it passes without stopping. */
  readonly standsS: number;
  /** Metres per second while passing; m/s2 while braking and leaving. */
  readonly speed: number;
  readonly lengthM: number;
  /** y at which the front stands. */
  readonly stopY: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
  readonly stripe: number;
  readonly salt: number;
  /** Brightness of the headlights, 0..1. */
  readonly beam: number;
}

export const HALF_WIDTH = 1.42;
const ROOF_Z = 3.75;
/** Trains are followed from this far away. */
const HORIZON_M = 95;

/** y of the leading end; the body lies behind it against the sense of travel. */
export function frontAt(train: Train, t: number): number {
  const s = t - train.atS;
  const sense = train.rails.sense;
  if (train.standsS === 0) return train.stopY + sense * train.speed * s;
  const a = train.speed;
  if (s < 0) return train.stopY - sense * 0.5 * a * s * s;
  if (s < train.standsS) return train.stopY;
  return train.stopY + sense * 0.5 * a * (s - train.standsS) ** 2;
}

/** [from, until] in seconds: from the first light in the distance until the last coach has gone. */
export function presence(train: Train): readonly [number, number] {
  const sense = train.rails.sense;
  const before = sense < 0 ? HORIZON_M - train.stopY : train.stopY + 8;
  const after = sense < 0 ? train.stopY + train.lengthM + 8 : HORIZON_M - train.stopY + train.lengthM;
  if (train.standsS === 0) return [train.atS - before / train.speed, train.atS + after / train.speed];
  const seconds = (metres: number) => Math.sqrt((2 * Math.max(0, metres)) / train.speed);
  return [train.atS - seconds(before), train.atS + train.standsS + seconds(after)];
}

/** 0..1: how far the doors are open. */
export function doorsAt(train: Train, t: number): number {
  if (train.standsS < 6) return 0;
  const s = t - train.atS;
  return Math.max(0, Math.min(1, (s - 1) / 1.2, (train.standsS - 1 - s) / 1.2));
}

/** y of the doors while the train stands. */
export function doorsOf(train: Train): number[] {
  const doors: number[] = [];
  for (let k = DOOR_FIRST; k < train.lengthM; k += DOOR_EVERY)
    doors.push(train.stopY - train.rails.sense * k);
  return doors;
}
const DOOR_FIRST = 4;
const DOOR_EVERY = 7;
const DOOR_HALF = 0.8;

/** How much the headlights raise what the lens receives, 0..1: what automatic gain answers to. */
export function glareAt(train: Train, t: number): number {
  if (train.rails.sense > 0) return 0;
  const [from, until] = presence(train);
  if (t < from || t > until) return 0;
  const y = frontAt(train, t);
  if (y < 3) return 0;
  return ((train.beam * 14) / (14 + y)) * Math.min(1, (HORIZON_M - y) / 20, (y - 3) / 3);
}

export function drawTrain(canvas: Canvas, view: View, backdrop: Backdrop, train: Train, t: number): void {
  const [from, until] = presence(train);
  if (t < from || t > until) return;
  const sense = train.rails.sense;
  const front = frontAt(train, t);
  const ground = train.rails.z;
  const box = {
    x0: train.rails.x - HALF_WIDTH,
    x1: train.rails.x + HALF_WIDTH,
    y0: sense < 0 ? front : front - train.lengthM,
    y1: sense < 0 ? front + train.lengthM : front,
    z0: ground + 0.25,
    z1: ground + ROOF_Z,
  };
  // The coaches thin out into the dark of the distance rather than end at a wall.
  box.y1 = Math.min(box.y1, HORIZON_M);
  if (box.y1 < 0.5 || box.y1 <= box.y0) return;
  const open = doorsAt(train, t);
  const lit = 150 + 70 * hash01(train.salt, 7);
  drawBox(canvas, view, backdrop.rays, box, (face, x, y, z, depth) => {
    const up = z - ground;
    ink.u = train.u;
    ink.v = train.v;
    ink.through = false;
    const dim = 1 / (1 + depth * 0.012);
    if (face === 'top') {
      ink.luma = train.luma * 0.45 * dim;
      ink.u = 128;
      ink.v = 128;
      return;
    }
    if (face === 'end') {
      const across = Math.abs(x - train.rails.x);
      ink.luma = train.luma * 0.75;
      if (up > 1.9 && up < 3.1 && across < 1.15) ink.luma = 28;
      if (up < 0.9) ink.luma = 34;
      if (up > 1.3 && up < 1.6) ink.luma = train.stripe;
      return;
    }
    // Windows, doors and stripes; beyond what a pixel resolves they melt into their mean.
    const along = sense < 0 ? y - front : front - y;
    const footprint = (depth * depth) / (view.focalPx * Math.max(0.4, Math.abs(view.x - train.rails.x)));
    const sharp = Math.max(0, Math.min(1, 1.6 / footprint - 0.5));
    let tone = up < 0.95 ? 38 : up < 1.15 ? train.stripe : train.luma;
    const door = Math.abs(((along - DOOR_FIRST + DOOR_EVERY * 100.5) % DOOR_EVERY) - DOOR_EVERY / 2);
    if (door < DOOR_HALF && up > 0.95 && up < 3.05) {
      if (door < DOOR_HALF * open) {
        tone = lit * (0.75 + 0.25 * hash01(Math.floor(along), train.salt));
        ink.through = true;
      } else tone = up > 1.9 ? 60 : train.luma * 0.7 + 10;
    } else if (up > 1.85 && up < 2.75) {
      const pane = (along + 50) % 2.05;
      const inside = pane > 0.22;
      const seated = hash01(Math.floor((along + 50) / 2.05), train.salt) * 60;
      tone = inside ? lit - 25 - seated - (up < 2.2 ? 35 : 0) : train.luma;
    } else if (up > 3.3) tone = train.luma * 0.6;
    const mean = up > 1.85 && up < 2.75 ? lit - 60 : train.luma * 0.92;
    ink.luma = (tone * sharp + mean * (1 - sharp)) * dim;
  });
  if (sense < 0 && front > 1.5) drawHeadlights(canvas, view, train, front, t);
  else if (sense > 0 && box.y0 > 3) drawTailLights(canvas, view, train, box.y0);
}

const at = [0, 0, 0];

function drawHeadlights(canvas: Canvas, view: View, train: Train, front: number, t: number): void {
  const standing = t > train.atS && t < train.atS + train.standsS;
  const beam = train.beam * (standing ? 0.5 : 1);
  for (const side of [-0.95, 0.95]) {
    project(view, train.rails.x + side, front, train.rails.z + 1.25, at);
    const i = Math.floor(at[1]!) * canvas.width + Math.floor(at[0]!);
    if (at[0]! < 0 || at[0]! >= canvas.width || at[1]! < 0 || at[1]! >= canvas.height) continue;
    if (canvas.depth[i]! < at[2]! - 1) continue;
    const px = view.focalPx / at[2]!;
    const lens = Math.sqrt(canvas.width * canvas.height) / 120;
    glow(canvas, at[0]!, at[1]!, 0.16 * px + 1.1 * lens, 420 * beam);
    glow(canvas, at[0]!, at[1]!, 0.7 * px + 4.5 * lens, 75 * beam);
  }
}

function drawTailLights(canvas: Canvas, view: View, train: Train, rear: number): void {
  for (const side of [-0.95, 0.95]) {
    project(view, train.rails.x + side, rear, train.rails.z + 1.25, at);
    glow(canvas, at[0]!, at[1]!, (0.12 * view.focalPx) / at[2]! + 0.5, 120);
  }
}

/** Headlights on floor and walls before the train: multiplies luma by 1 + beam / distance, inside the cone. */
export function lightAhead(canvas: Canvas, view: View, backdrop: Backdrop, train: Train, t: number): void {
  const strength = glareAt(train, t);
  if (strength < 0.01) return;
  const { luma } = canvas;
  const { rays, depth } = backdrop;
  const lx = train.rails.x;
  const ly = frontAt(train, t);
  const lz = train.rails.z + 1.25;
  const ramp = 900 * train.beam * Math.min(1, (HORIZON_M - ly) / 20, Math.max(0, ly - 3) / 3);
  for (let i = 0; i < luma.length; i++) {
    const far = depth[i]!;
    const ahead = ly - (view.y + far * rays[3 * i + 1]!);
    if (ahead < 0.5) continue;
    const ax = view.x + far * rays[3 * i]! - lx;
    const az = view.z + far * rays[3 * i + 2]! - lz;
    const off = (ax * ax + az * az) / (ahead * ahead);
    if (off > 1.4) continue;
    const cone = 1 - off / 1.4;
    const gain = (ramp * cone * cone) / (ahead * ahead + ax * ax + 220);
    const value = luma[i]! * (1 + 0.6 * gain) + 7 * gain;
    luma[i] = Math.min(value, 255);
  }
}
