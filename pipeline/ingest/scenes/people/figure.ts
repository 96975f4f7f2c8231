/**
 * Draws a person as limbs between joints that are placed in the world and then projected, so that stride, lean and
 * foreshortening follow the camera.
 */

import { hash01 } from '../chance.ts';
import { type Canvas, limb, shadow } from '../draw/brush.ts';
import { project, type View } from '../view.ts';
import type { Look, Stance } from './actors.ts';
import type { Posture } from './postures.ts';

/** Where the joints landed: pixels. Reused: one person is drawn at a time. */
const at = new Float64Array(3);

interface Spot {
  x: number;
  y: number;
}
const spot = (): Spot => ({ x: 0, y: 0 });
const joints = {
  footL: spot(),
  footR: spot(),
  kneeL: spot(),
  kneeR: spot(),
  hipL: spot(),
  hipR: spot(),
  waist: spot(),
  shoulderL: spot(),
  shoulderR: spot(),
  handL: spot(),
  handR: spot(),
  neck: spot(),
  head: spot(),
  back: spot(),
};

/** `light` scales clothes and skin. */
export function drawPerson(
  canvas: Canvas,
  view: View,
  who: Look,
  stance: Stance,
  t: number,
  light: number,
  sun: readonly [number, number] | undefined,
  posture?: Posture,
  tipTo: readonly [number, number] = [1, 0],
): void {
  const h = who.heightM;
  project(view, stance.x, stance.y, stance.z, at);
  const depth = at[2]!;
  if (depth < 0.9) return;
  const scale = view.focalPx / depth;
  const footX = at[0]!;
  const footY = at[1]!;
  const size = h * scale;
  if (footX < -size || footX > canvas.width + size || footY < -2 || footY - 1.3 * size > canvas.height)
    return;
  // Somebody who lies towards the lens is nearer to it than their feet.
  const near = depth - 0.45 - (posture ? 1.9 * Math.sin(posture.tip) + posture.back : 0);

  drawShadow(canvas, view, stance, footX, footY, scale, depth, sun, h);
  if (posture) {
    placeIn(view, stance, who, posture, tipTo);
    if (posture.tip > 0.6) shadowUnder(canvas, scale, near);
  } else place(view, stance, who, t);

  const b = who.build;
  const coat = who.coat * light;
  const legs = who.legs * light;
  const skin = who.skin * light;
  const shoe = legs * 0.6;
  const thick = (m: number) => m * scale * b;
  const j = joints;
  const stroke = (
    p: Spot,
    rp: number,
    q: Spot,
    rq: number,
    luma: number,
    u: number,
    v: number,
    round: number,
  ) => limb(canvas, p.x, p.y, thick(rp), q.x, q.y, thick(rq), luma, u, v, near, round);

  // A suitcase rolls behind its owner, a step back and to the side.
  if (who.bag === 'suitcase') {
    project(view, stance.x - 0.55 * stance.hx, stance.y - 0.55 * stance.hy, stance.z + 0.08, at);
    const lowX = at[0]!;
    const lowY = at[1]!;
    project(view, stance.x - 0.45 * stance.hx, stance.y - 0.45 * stance.hy, stance.z + 0.6, at);
    limb(
      canvas,
      lowX,
      lowY,
      thick(0.15),
      at[0]!,
      at[1]!,
      thick(0.15),
      coat * 0.5 + 25,
      who.coatV,
      128,
      near,
      0.15,
    );
  }
  // The far side first: whichever hip is higher on the picture is the one behind.
  const leftFirst = j.footL.y < j.footR.y;
  for (const left of [leftFirst, !leftFirst]) {
    const foot = left ? j.footL : j.footR;
    const knee = left ? j.kneeL : j.kneeR;
    const hip = left ? j.hipL : j.hipR;
    const tone = legs * (left === leftFirst ? 0.86 : 1);
    stroke(foot, 0.065, knee, 0.075, tone, 128, 128, 0.18);
    stroke(knee, 0.08, hip, 0.105, tone, 128, 128, 0.18);
    if (size > 16)
      limb(
        canvas,
        foot.x,
        foot.y,
        thick(0.07),
        foot.x + 0.08 * scale * Math.sign(stance.hx || 1),
        foot.y,
        thick(0.055),
        shoe,
        128,
        128,
        near,
        0,
      );
  }
  const armTone = coat * 0.88;
  const backSide = j.handL.y < j.handR.y;
  const arm = (left: boolean) => {
    const shoulder = left ? j.shoulderL : j.shoulderR;
    const hand = left ? j.handL : j.handR;
    stroke(shoulder, 0.06, hand, 0.05, armTone, who.coatU, who.coatV, 0.15);
    if (size > 22)
      limb(canvas, hand.x, hand.y, thick(0.045), hand.x, hand.y, thick(0.045), skin, 122, 136, near, 0);
  };
  if (size > 11) arm(backSide);
  stroke(j.waist, 0.155, j.neck, 0.165, coat, who.coatU, who.coatV, 0.22);
  stroke(j.shoulderL, 0.085, j.shoulderR, 0.085, coat * 1.04, who.coatU, who.coatV, 0.12);
  if (who.bag === 'backpack') stroke(j.back, 0.14, j.neck, 0.1, coat * 0.55 + 20, 128, 128, 0.2);
  if (size > 11) arm(!backSide);
  stroke(j.neck, 0.05, j.head, 0.09, skin, 121, 137, 0.15);
  // Hair covers the side of the head that is turned away.
  const away = stance.hx * view.forward[0] + stance.hy * view.forward[1] > 0 ? 0 : 1;
  const lift = (away ? 0.05 : 0.01) * scale;
  limb(
    canvas,
    j.head.x,
    j.head.y - lift,
    thick(0.085),
    j.head.x,
    j.head.y - lift * 1.2,
    thick(0.085),
    who.hair * light,
    126,
    131,
    near,
    0.1,
  );
  if (away && size > 14)
    limb(
      canvas,
      j.head.x,
      j.head.y + 0.03 * scale,
      thick(0.06),
      j.head.x,
      j.head.y + 0.05 * scale,
      thick(0.06),
      skin,
      121,
      137,
      near,
      0.1,
    );
}

function drawShadow(
  canvas: Canvas,
  view: View,
  stance: Stance,
  footX: number,
  footY: number,
  scale: number,
  depth: number,
  sun: readonly [number, number] | undefined,
  h: number,
): void {
  const rx = 0.42 * scale;
  const flat = Math.min(0.8, Math.max(0.18, (view.z - stance.z) / depth));
  shadow(
    canvas,
    footX,
    footY,
    footX,
    footY,
    Math.max(1.2, rx),
    Math.max(0.8, rx * flat),
    sun ? 0.3 : 0.34,
    depth - 1.5,
  );
  if (!sun) return;
  project(view, stance.x + sun[0] * h, stance.y + sun[1] * h, stance.z, at);
  if (at[2]! < 0.5) return;
  shadow(
    canvas,
    footX,
    footY,
    at[0]!,
    at[1]!,
    Math.max(1.1, 0.24 * scale),
    Math.max(0.8, 0.24 * scale * Math.max(0.5, flat)),
    0.4,
    Math.min(depth, at[2]!) - 1.2,
  );
}

/** Where the hand of whoever was drawn last is, pixels: what they carry hangs there. */
export function handOf(into: { x: number; y: number }): void {
  into.x = joints.handR.x;
  into.y = joints.handR.y;
}

/** Box around the joints of somebody, pixels: [left, top, right, bottom], a hand's breadth wider than the joints. */
export function bodyBox(
  view: View,
  who: Look,
  stance: Stance,
  posture: Posture,
  tipTo: readonly [number, number],
): [number, number, number, number] {
  placeIn(view, stance, who, posture, tipTo);
  const spots = Object.values(joints);
  project(view, stance.x, stance.y, stance.z, at);
  const thick = (0.12 * view.focalPx) / Math.max(0.5, at[2]!);
  return [
    Math.min(...spots.map((p) => p.x)) - thick,
    Math.min(...spots.map((p) => p.y)) - thick,
    Math.max(...spots.map((p) => p.x)) + thick,
    Math.max(...spots.map((p) => p.y)) + thick,
  ];
}

function shadowUnder(canvas: Canvas, scale: number, near: number): void {
  const { footL, head } = joints;
  const r = Math.max(1.2, 0.3 * scale);
  shadow(canvas, footL.x, footL.y, head.x, head.y, r, r, 0.3, near);
}

/** Joints of a posture. Lengths of the body from Drillis and Contini (1966), as below. */
function placeIn(
  view: View,
  stance: Stance,
  who: Look,
  posture: Posture,
  [fx, fy]: readonly [number, number],
): void {
  const h = who.heightM;
  const { x, y, z, hx, hy } = stance;
  const cos = Math.cos(posture.tip);
  const sin = Math.sin(posture.tip);
  const put = (into: Spot, side: number, ahead: number, up: number) => {
    const dx = hy * side + hx * ahead;
    const dy = -hx * side + hy * ahead;
    // Tipping turns the body about its feet in the upright plane along tipTo.
    const along = dx * fx + dy * fy;
    const turned = along * cos + up * sin - along;
    project(view, x + dx + fx * turned, y + dy + fy * turned, z + Math.max(0.09, up * cos - along * sin), at);
    into.x = at[0]!;
    into.y = at[1]!;
  };
  const hipUp = posture.hip * h;
  const ahead = -posture.back;
  const lx = Math.sin(posture.lean) * h;
  const lz = Math.cos(posture.lean) * h;
  const j = joints;
  put(j.footL, -0.1, 0, 0.05);
  put(j.footR, 0.1, 0, 0.05);
  put(j.kneeL, -0.12, posture.kneeAhead, posture.kneeUp * h);
  put(j.kneeR, 0.12, posture.kneeAhead, posture.kneeUp * h);
  put(j.hipL, -0.085, ahead, hipUp);
  put(j.hipR, 0.085, ahead, hipUp);
  put(j.waist, 0, ahead + 0.03 * lx, hipUp + 0.03 * lz);
  put(j.shoulderL, -0.17, ahead + 0.29 * lx, hipUp + 0.29 * lz);
  put(j.shoulderR, 0.17, ahead + 0.29 * lx, hipUp + 0.29 * lz);
  put(j.neck, 0, ahead + 0.27 * lx, hipUp + 0.27 * lz);
  put(j.head, 0, ahead + 0.425 * lx + 0.02, hipUp + 0.425 * lz);
  put(j.back, 0, ahead + 0.1 * lx - 0.2, hipUp + 0.1 * lz);
  const handUp = Math.max(0.06, hipUp + 0.29 * lz - 0.33 * h);
  put(j.handL, -0.25, ahead + 0.29 * lx + 0.08, handUp);
  put(j.handR, 0.25, ahead + 0.29 * lx + 0.08, handUp);
}

/** Joints from gait (walking) or sway (standing). Proportions of the body from Drillis and Contini (1966). */
function place(view: View, stance: Stance, who: Look, t: number): void {
  const h = who.heightM;
  const { x, y, z, hx, hy } = stance;
  // Right of the heading.
  const rx = hy;
  const ry = -hx;
  const phase0 = hash01(who.salt, 1) * 2 * Math.PI;
  const walking = stance.speed > 0.15;
  let swing = 0;
  let bob = 0;
  let lean = 0;
  let sway = 0;
  let nod = 0;
  let liftL = 0;
  let liftR = 0;
  let reach = 0.14 * h;
  let gesture = 0;
  if (walking) {
    // A double step is about 0.8 body heights at an easy walk.
    const running = stance.speed > 2.2;
    const phase = (2 * Math.PI * stance.walked) / ((running ? 1.5 : 0.8) * h) + phase0;
    swing = Math.sin(phase) * (running ? 0.34 : Math.min(0.22, 0.1 + 0.1 * stance.speed)) * h;
    liftL = Math.max(0, Math.cos(phase)) * 0.06;
    liftR = Math.max(0, -Math.cos(phase)) * 0.06;
    bob = Math.abs(Math.sin(phase)) * -0.03;
    lean = 0.03 + 0.02 * stance.speed;
    sway = 0.02 * Math.cos(phase);
  } else {
    // Standing people are never still: they sway, shift weight, look about, raise a hand to a phone.
    const slow = 2 * Math.PI * t * (0.09 + 0.1 * hash01(who.salt, 2));
    const slower = 2 * Math.PI * t * (0.02 + 0.03 * hash01(who.salt, 3));
    sway = 0.022 * Math.sin(slow + phase0) + 0.035 * Math.tanh(3 * Math.sin(slower + 2 * phase0));
    lean = 0.012 * Math.sin(slow * 1.31 + phase0);
    nod = 0.03 * Math.sin(slower * 2.3 + phase0);
    const busy = Math.sin(slower * 0.9 + phase0 * 3);
    gesture = busy > 0.35 ? Math.min(1, (busy - 0.35) * 4) : 0;
    reach = 0.02;
    swing = 0.02;
  }
  const put = (into: Spot, side: number, ahead: number, up: number) => {
    project(view, x + rx * side + hx * ahead, y + ry * side + hy * ahead, z + up, at);
    into.x = at[0]!;
    into.y = at[1]!;
  };
  const j = joints;
  put(j.footL, -0.09, swing, 0.05 + liftL);
  put(j.footR, 0.09, -swing, 0.05 + liftR);
  put(j.kneeL, -0.09 + sway, swing * 0.55 + 0.05 + liftL, 0.27 * h + liftL * 0.6);
  put(j.kneeR, 0.09 + sway, -swing * 0.55 + 0.05 + liftR, 0.27 * h + liftR * 0.6);
  put(j.hipL, -0.085 + sway, 0, 0.5 * h + bob);
  put(j.hipR, 0.085 + sway, 0, 0.5 * h + bob);
  put(j.waist, sway, 0, 0.53 * h + bob);
  put(j.shoulderL, -0.17 + sway * 1.3, lean, 0.79 * h + bob);
  put(j.shoulderR, 0.17 + sway * 1.3, lean, 0.79 * h + bob);
  put(j.neck, sway * 1.3, lean, 0.77 * h + bob);
  put(j.head, sway * 1.4 + nod, lean + 0.02, 0.925 * h + bob);
  put(j.back, sway, -0.2, 0.6 * h + bob);
  const armSwing = walking ? -swing * (reach / (0.14 * h)) * 0.8 : 0;
  put(j.handL, -0.23 + sway, armSwing + 0.05, 0.46 * h + bob);
  put(
    j.handR,
    0.23 + sway - 0.1 * gesture,
    -armSwing + 0.05 + 0.22 * gesture,
    0.46 * h + bob + 0.28 * h * gesture,
  );
}
