/** People as the outlines that a camera has of them, from keyframe to keyframe: what the tests of falls share. */
import { PersonOnGround } from '../../../pipeline/detect/person-on-ground/person-on-ground.ts';
import type { Blob, DetectedObject, Frame, Sensitivity, ViewState } from '../../../pipeline/model.ts';
import type { GroundSample, WatchRule, Zone } from '../../../pipeline/site/site.ts';
import { random } from '../../support/random.ts';

export const START_MS = 1_790_000_000_000;

/**
 * An outline at one moment, relative to where somebody 1 tall would stand at `x`, `foot` (shares of the view):
 * `top` and `below` are how far it reaches above and below that row, `wide` how wide it is, all in heights.
 */
export interface Pose {
  readonly x: number;
  readonly foot: number;
  /** Height of the person when upright, share of the view's height. */
  readonly size: number;
  readonly top: number;
  readonly below: number;
  readonly wide: number;
}

export type Keyframe = readonly [second: number, pose: Partial<Pose>];

const UPRIGHT: Pose = { x: 0.5, foot: 0.7, size: 0.4, top: 1, below: 0, wide: 0.3 };
export const LYING = { top: 0.18, below: 0, wide: 0.95 } as const;

export interface Actor {
  /** What a keyframe does not say is as in the one before. */
  readonly poses: readonly Keyframe[];
  /** Seen only from and until these seconds. */
  readonly from?: number;
  readonly until?: number;
}

export interface Scene {
  readonly actors: readonly Actor[];
  readonly seconds: number;
  readonly fps?: number;
  readonly plane?: readonly [width: number, height: number];
  /** A blob for each, a box of a detector for each, or both. */
  readonly seenAs?: 'blobs' | 'objects' | 'both';
  readonly viewAt?: (second: number) => ViewState;
  readonly seed?: number;
  /** From this second on nothing moves, and regions say for how long. */
  readonly stillFromS?: number;
}

export interface Watching {
  readonly forMs?: number;
  readonly sensitivity?: Sensitivity;
  readonly zone?: Zone;
  readonly ground?: readonly GroundSample[];
}

export const machineFor = ({ forMs = 2_000, sensitivity = 'medium', zone, ground = [] }: Watching = {}) => {
  const base = { id: 'falls', event: 'person_on_ground', version: 1, severity: 'high' } as const;
  const rule: WatchRule = { ...base, sensitivity, forMs, ...(zone === undefined ? {} : { zone: zone.id }) };
  return new PersonOnGround(rule, zone, ground);
};

/** Seconds at which the condition holds: first and last of each run, to a tenth. */
export function held(scene: Scene, watching: Watching = {}): readonly string[] {
  const machine = machineFor(watching);
  const spans: { from: number; to: number }[] = [];
  let open = false;
  for (const frame of framesOf(scene)) {
    const second = (frame.capturedAtMs - START_MS) / 1_000;
    const holds = machine.look(lookAt(frame))?.holds === true;
    if (holds && open) spans.at(-1)!.to = second;
    else if (holds) spans.push({ from: second, to: second });
    open = holds;
  }
  return spans.map(({ from, to }) => `${from.toFixed(1)}-${to.toFixed(1)}`);
}

export const lookAt = (frame: Frame) => ({ frame, zones: [], crossings: [], tracks: [] });

export function framesOf(scene: Scene): readonly Frame[] {
  const {
    actors,
    seconds,
    fps = 5,
    plane = [160, 90],
    seenAs = 'blobs',
    viewAt = () => 'ok',
    seed = 1,
    stillFromS = seconds,
  } = scene;
  const chance = random(seed);
  const [width, height] = plane;
  return Array.from({ length: Math.round(seconds * fps) }, (_, number) => {
    const second = number / fps;
    const capturedAtMs = START_MS + Math.round(second * 1_000);
    const boxes = actors
      .filter(({ from = 0, until = seconds }) => second >= from && second <= until)
      .map((actor) => outlineOf(poseAt(actor.poses, second), width / height))
      // Nobody's outline is the same to the pixel in two pictures.
      .map((box) => clipped(box, (chance.unit() - 0.5) / width, (chance.unit() - 0.5) / height))
      .filter((box) => box.x1 - box.x0 > 1 / width && box.y1 - box.y0 > 1 / height);
    const stillMs = Math.max(0, 1_000 * (second - stillFromS));
    const blobs = mergedBlobs(boxes, width, height).map((blob) => ({ ...blob, stillMs }));
    return {
      site: 'gare',
      camera: 'quai',
      epoch: START_MS,
      number,
      capturedAtMs,
      receivedAtMs: capturedAtMs,
      intervalMs: number === 0 ? 0 : Math.round(1_000 / fps),
      planeWidth: width,
      planeHeight: height,
      view: viewAt(second),
      blobs: seenAs === 'objects' ? [] : blobs,
      objects:
        seenAs === 'blobs'
          ? []
          : boxes.map((box): DetectedObject => ({ class: 'person', box, confidence: 0.8 })),
      statics: [],
    };
  });
}

function poseAt(poses: readonly Keyframe[], second: number): Pose {
  let before: Pose = UPRIGHT;
  let beforeAt = 0;
  for (const [at, patch] of poses) {
    const pose = { ...before, ...patch };
    if (at >= second) {
      const share = at === beforeAt ? 1 : (second - beforeAt) / (at - beforeAt);
      const mix = (key: keyof Pose) => before[key] + (pose[key] - before[key]) * share;
      return {
        x: mix('x'),
        foot: mix('foot'),
        size: mix('size'),
        top: mix('top'),
        below: mix('below'),
        wide: mix('wide'),
      };
    }
    before = pose;
    beforeAt = at;
  }
  return before;
}

function outlineOf({ x, foot, size, top, below, wide }: Pose, aspect: number) {
  const half = (wide * size) / aspect / 2;
  return { x0: x - half, y0: foot - top * size, x1: x + half, y1: foot + below * size };
}

type Outline = ReturnType<typeof outlineOf>;

function clipped({ x0, y0, x1, y1 }: Outline, dx: number, dy: number): Outline {
  const share = (value: number) => Math.min(1, Math.max(0, value));
  return { x0: share(x0 + dx), y0: share(y0 + dy), x1: share(x1 - dx), y1: share(y1 - dy) };
}

/** Outlines that touch are one region. */
function mergedBlobs(boxes: readonly Outline[], width: number, height: number): readonly Blob[] {
  const groups: Outline[][] = [];
  for (const box of boxes) {
    const group = groups.find((other) => other.some((one) => touches(one, box)));
    if (group === undefined) groups.push([box]);
    else group.push(box);
  }
  return groups.map((group): Blob => {
    const x0 = Math.min(...group.map((box) => box.x0));
    const y0 = Math.min(...group.map((box) => box.y0));
    const x1 = Math.max(...group.map((box) => box.x1));
    const y1 = Math.max(...group.map((box) => box.y1));
    const areaPx = group.reduce((sum, box) => sum + (box.x1 - box.x0) * (box.y1 - box.y0), 0);
    return {
      box: { x0, y0, x1, y1 },
      foot: { x: (x0 + x1) / 2, y: y1 },
      areaPx: Math.round(0.7 * areaPx * width * height),
      flowX: 0,
      flowY: 0,
      stillMs: 0,
    };
  });
}

function touches(a: Outline, b: Outline): boolean {
  return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}
