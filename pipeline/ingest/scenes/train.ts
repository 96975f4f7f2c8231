/**
 * Trains and maintenance vehicles: boxes that move along y, found per pixel by their rays, and the light that a
 * train's headlights throw before it.
 */
import type { Backdrop } from './backdrop.ts';
import { type Canvas, glow } from './brush.ts';
import { hash01 } from './chance.ts';
import { project, type View } from './view.ts';
import type { Rails } from './world.ts';

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

const HALF_WIDTH = 1.42;
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

/** Paints a box's visible faces; `tone` answers [luma, u, v, keeps depth of what is behind] for a face point. */
function drawBox(
  canvas: Canvas,
  view: View,
  rays: Float32Array,
  box: { x0: number; x1: number; y0: number; y1: number; z0: number; z1: number },
  tone: (face: 'side' | 'end' | 'top', x: number, y: number, z: number, depth: number) => void,
): void {
  const { width, height, luma, u, v, depth, chromaWidth } = canvas;
  const [left, top, right, bottom] = bounds(view, box);
  const sideX = view.x > box.x1 ? box.x1 : view.x < box.x0 ? box.x0 : Number.NaN;
  const endY = view.y < box.y0 ? box.y0 : Number.NaN;
  const topZ = view.z > box.z1 ? box.z1 : Number.NaN;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const i = row * width + column;
      const dx = rays[3 * i]!;
      const dy = rays[3 * i + 1]!;
      const dz = rays[3 * i + 2]!;
      let t = (sideX - view.x) / dx;
      let y = view.y + t * dy;
      let z = view.z + t * dz;
      if (t > 0.05 && y >= box.y0 && y <= box.y1 && z >= box.z0 && z <= box.z1) {
        if (t >= depth[i]!) continue;
        tone('side', sideX, y, z, t);
      } else {
        t = (endY - view.y) / dy;
        let x = view.x + t * dx;
        z = view.z + t * dz;
        if (t > 0.05 && x >= box.x0 && x <= box.x1 && z >= box.z0 && z <= box.z1) {
          if (t >= depth[i]!) continue;
          tone('end', x, endY, z, t);
        } else {
          t = (topZ - view.z) / dz;
          x = view.x + t * dx;
          y = view.y + t * dy;
          if (!(t > 0.05 && x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1)) continue;
          if (t >= depth[i]!) continue;
          tone('top', x, y, topZ, t);
        }
      }
      luma[i] = ink.luma > 255 ? 255 : Math.max(ink.luma, 0);
      if (!ink.through) depth[i] = t;
      if ((row & 1) === 0 && (column & 1) === 0) {
        const c = (row >> 1) * chromaWidth + (column >> 1);
        u[c] = ink.u;
        v[c] = ink.v;
      }
    }
  }
  void height;
}

/** What `tone` answers, reused: a value per pixel would cost more than the pixel. */
const ink = { luma: 0, u: 128, v: 128, through: false };

/** Pixel rectangle that holds the box: exact when all of it is before the camera, else the whole picture. */
function bounds(
  view: View,
  box: { x0: number; x1: number; y0: number; y1: number; z0: number; z1: number },
): readonly [number, number, number, number] {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  const out = [0, 0, 0];
  for (let corner = 0; corner < 8; corner++) {
    project(
      view,
      corner & 1 ? box.x1 : box.x0,
      corner & 2 ? box.y1 : box.y0,
      corner & 4 ? box.z1 : box.z0,
      out,
    );
    if (out[2]! < 0.3) return [0, 0, view.width - 1, view.height - 1];
    left = Math.min(left, out[0]!);
    right = Math.max(right, out[0]!);
    top = Math.min(top, out[1]!);
    bottom = Math.max(bottom, out[1]!);
  }
  return [
    Math.max(0, Math.floor(left)),
    Math.max(0, Math.floor(top)),
    Math.min(view.width - 1, Math.ceil(right)),
    Math.min(view.height - 1, Math.ceil(bottom)),
  ];
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
  at2: { x: number; y: number; z: number; hx: number; hy: number },
  t: number,
  light: number,
): void {
  const across = Math.abs(at2.hx) > Math.abs(at2.hy);
  const halfX = (across ? of.lengthM : of.widthM) / 2;
  const halfY = (across ? of.widthM : of.lengthM) / 2;
  const box = {
    x0: at2.x - halfX,
    x1: at2.x + halfX,
    y0: at2.y - halfY,
    y1: at2.y + halfY,
    z0: at2.z + 0.05,
    z1: at2.z + of.heightM,
  };
  drawBox(canvas, view, backdrop.rays, box, (face, x, y, z) => {
    const up = (z - at2.z) / of.heightM;
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
  project(view, at2.x, at2.y, at2.z + of.heightM + 0.1, at);
  glow(canvas, at[0]!, at[1]!, (0.15 * view.focalPx) / at[2]! + 0.6, 130);
}
