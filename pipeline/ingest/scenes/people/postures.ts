/**
 * How somebody holds themselves when they neither walk nor stand: a few numbers that are blended in closed form, so
 * that sitting down, kneeling, bending, falling and getting up are all the same thing.
 */

export interface Posture {
  /** Height of the hips over the floor, share of the person's height. */
  readonly hip: number;
  /** Metres that the hips are behind the feet. */
  readonly back: number;
  /** Knees: metres ahead of the feet, and height as a share of the person's height. */
  readonly kneeAhead: number;
  readonly kneeUp: number;
  /** How far the torso leans forward, radians. */
  readonly lean: number;
  /** How far the whole body has tipped over its feet, radians: pi/2 lies on the floor. */
  readonly tip: number;
}

export const UPRIGHT: Posture = { hip: 0.5, back: 0, kneeAhead: 0.02, kneeUp: 0.27, lean: 0.03, tip: 0 };
export const BENT: Posture = { hip: 0.47, back: 0.16, kneeAhead: 0.04, kneeUp: 0.26, lean: 1.5, tip: 0 };
export const CROUCHED: Posture = { hip: 0.2, back: 0.22, kneeAhead: 0.26, kneeUp: 0.23, lean: 0.55, tip: 0 };
export const KNEELING: Posture = { hip: 0.27, back: -0.2, kneeAhead: 0.24, kneeUp: 0.04, lean: 0.25, tip: 0 };
/** On a bench or a suitcase. */
export const SEATED: Posture = { hip: 0.27, back: 0.42, kneeAhead: 0.03, kneeUp: 0.27, lean: 0.08, tip: 0 };
export const ON_THE_FLOOR: Posture = {
  hip: 0.07,
  back: 0.62,
  kneeAhead: -0.28,
  kneeUp: 0.2,
  lean: 0.1,
  tip: 0,
};
export const LYING: Posture = {
  hip: 0.5,
  back: 0,
  kneeAhead: 0.06,
  kneeUp: 0.27,
  lean: 0.05,
  tip: Math.PI / 2,
};

/** From when until when somebody changes to a posture; they keep it until the next change. */
export interface Pose {
  readonly t0: number;
  readonly t1: number;
  readonly to: Posture;
  /** `drop`: ever faster, as things fall; `ease`: gently begun and ended. */
  readonly how: 'drop' | 'ease';
}

/** The posture at second t; undefined while nothing is to be said about it: they walk or stand. */
export function postureAt(poses: readonly Pose[], t: number): Posture | undefined {
  const first = poses[0];
  if (!first || t < first.t0) return undefined;
  let k = poses.length - 1;
  while (poses[k]!.t0 > t) k--;
  const pose = poses[k]!;
  const from = poses[k - 1]?.to ?? UPRIGHT;
  const share = Math.min(1, (t - pose.t0) / (pose.t1 - pose.t0));
  if (share >= 1 && pose.to === UPRIGHT) return undefined;
  const w = pose.how === 'drop' ? share * share : share * share * (3 - 2 * share);
  const blend = (name: keyof Posture) => from[name] + (pose.to[name] - from[name]) * w;
  return {
    hip: blend('hip'),
    back: blend('back'),
    kneeAhead: blend('kneeAhead'),
    kneeUp: blend('kneeUp'),
    lean: blend('lean'),
    tip: blend('tip'),
  };
}

/** Seconds during which somebody lies: from the end of the tipping to the begin of getting up. */
export function liesDuring(poses: readonly Pose[]): readonly (readonly [number, number])[] {
  return poses.flatMap((pose, k) =>
    pose.to.tip > 1.2 ? [[pose.t1, poses[k + 1]?.t0 ?? Number.POSITIVE_INFINITY] as const] : [],
  );
}

/** The same poses, seconds later. */
export function laterPoses(poses: readonly Pose[], byS: number): Pose[] {
  return poses.map((pose) => ({ ...pose, t0: pose.t0 + byS, t1: pose.t1 + byS }));
}
