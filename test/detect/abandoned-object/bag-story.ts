/** Stories of a bag for tests: who brought it, what is seen of it, and when it is claimed. */
import { AbandonedObject } from '../../../pipeline/detect/abandoned-object/abandoned-object.ts';
import type { DetectedObject, Measured, Sensitivity, StaticRegion, Track } from '../../../pipeline/model.ts';
import { measured, person, ruleBase, STEP_MS } from '../build.ts';

export const FOR_MS = 20_000;
/** Somebody stands at x = .5 from 2 s to 8 s with a bag that is static from then on, and walks off to the right. */
export const PUT = 2_000;
export const LEAVES = 8_000;

export interface Story {
  readonly region?: Partial<StaticRegion>;
  readonly owner?: (ms: number) => Track | undefined;
  readonly others?: (ms: number) => readonly Track[];
  readonly takenMs?: number;
  /** When the first picture is, 0 when absent. */
  readonly fromMs?: number;
  /** From then on the region is another, and so old at that moment. */
  readonly shrinks?: { readonly atMs: number; readonly sinceMs: number };
  /** It is not seen between, and its support has worn away as long. */
  readonly hidden?: readonly [fromMs: number, toMs: number];
  readonly steady?: (ms: number) => number;
  readonly areaPx?: (ms: number) => number;
  readonly forMs?: number;
  readonly sensitivity?: Sensitivity;
  readonly more?: number;
  readonly zone?: readonly [x0: number, x1: number];
  readonly objects?: readonly DetectedObject[];
  /** The site file says how tall people are; true when absent. */
  readonly calibrated?: boolean;
  /** Width of a region that came with it and lies against it, share of the view's. */
  readonly part?: number;
  /** When that is a part of the view; never when absent. */
  readonly partUntilMs?: number;
}

export const bag: Omit<StaticRegion, 'sinceMs'> = {
  box: { x0: 0.49, y0: 0.73, x1: 0.52, y1: 0.8 },
  foot: { x: 0.505, y: 0.8 },
  areaPx: 45,
  steady: 0.97,
  rim: 0.85,
};

/** A fifth of the view tall, at 0.2 view widths a second when walking. */
export function owner(ms: number): Track | undefined {
  const x =
    ms < PUT ? 0.48 - (0.1 * (PUT - ms)) / 1000 : ms < LEAVES ? 0.48 : 0.48 + (0.1 * (ms - LEAVES)) / 1000;
  return x < 0.98 ? person({ id: 7, x, y: 0.8 }) : undefined;
}

/** At the thing when it came, at 0.7 heights (1.2 m) a second: nobody who stops. */
export function walker(ms: number): Track | undefined {
  const x = 0.505 + (0.08 * (ms - PUT)) / 1000;
  return x > 0.02 && x < 0.98 ? person({ id: 7, x, y: 0.8 }) : undefined;
}

/** 0.8 heights beside it from the first, then away from it. */
export function waiter(ms: number): Track | undefined {
  const x = 0.415 - (ms < LEAVES ? 0 : (0.1 * (ms - LEAVES)) / 1000);
  return x > 0.02 ? person({ id: 7, x, y: 0.8 }) : undefined;
}

/** Steady for half of the time, in turns. */
export const nowAndThen = (ms: number) => (ms % 2_000 < 1_000 ? 0.97 : 0.7);

/** Keeps still from the moment at which the owner goes, their feet farther away than beside it. */
export function stands(x: number) {
  const box = { x0: x - 0.03, y0: 0.62, x1: x + 0.03, y1: 0.87 };
  return (ms: number) => (ms < LEAVES ? [] : [person({ id: 9, box, foot: { x, y: 0.87 }, depth: 3 })]);
}

/** Stands right behind it, which hides them from the knees down, and walks off to the right then. */
export function behind(untilMs: number) {
  const box = { x0: 0.48, y0: 0.6, x1: 0.53, y1: 0.73 };
  return (ms: number) =>
    ms < LEAVES || ms >= untilMs
      ? owner(ms < LEAVES ? ms : ms - untilMs + LEAVES)
      : person({ id: 7, box, foot: { x: 0.505, y: 0.73 }, depth: 6 });
}

/** Lies at it, so wide (share of the view's width), and has been followed for so long. */
export function lies(wide: number, ageMs: number) {
  const box = { x0: 0.58 - wide / 2, y0: 0.76, x1: 0.58 + wide / 2, y1: 0.8 };
  return () => [person({ id: 9, box, foot: { x: 0.58, y: 0.8 }, ageMs })];
}

/** What is seen as somebody who lies there, between; who brought the thing is gone by then. */
export function lay(untilMs: number, fromMs = 0) {
  const box = { x0: 0.45, y0: 0.74, x1: 0.56, y1: 0.8 };
  return (ms: number) =>
    ms >= fromMs && ms < untilMs ? [person({ id: 9, box, foot: { x: 0.505, y: 0.8 } })] : [];
}
export const coat = { box: { ...bag.box, y0: 0.74 } };

/** As high as somebody who sits. */
export const sitting = { x0: 0.485, y0: 0.7, x1: 0.525, y1: 0.8 };

/** A train, and who steps out of it, are one region that is twice as high as a person. */
export function inside({ x1 = 0.7, fromMs = 0, untilMs = LEAVES }) {
  const box = { x0: 0.1, y0: 0.4, x1, y1: 0.82 };
  return (ms: number) =>
    ms >= fromMs && ms < untilMs ? [person({ id: 30, box, foot: { x: 0.4, y: 0.82 } })] : [];
}

/** Everybody crosses two heights around the bag in a second. */
export function passing(ms: number): readonly Track[] {
  const at = (ms % 2_000) / 2_000;
  return [person({ id: 20 + Math.floor(ms / 2_000), x: 0.1 + 0.8 * at, y: 0.8 })];
}

export function look(ms: number, story: Story): Measured {
  const tracks = [(story.owner ?? owner)(ms), ...(story.others?.(ms) ?? [])].filter(
    (one) => one !== undefined,
  );
  const { shrinks, hidden } = story;
  const [fromMs, toMs] = hidden ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const there =
    ms >= PUT + 4_000 && ms < (story.takenMs ?? Number.POSITIVE_INFINITY) && !(ms >= fromMs && ms < toMs);
  const wornMs = ms >= toMs ? 2 * (toMs - fromMs) : 0;
  const sinceMs = shrinks && ms >= shrinks.atMs ? ms - shrinks.atMs + shrinks.sinceMs : ms - PUT - wornMs;
  const steady = story.steady?.(ms) ?? bag.steady;
  const areaPx = story.areaPx?.(ms) ?? bag.areaPx;
  const one = { ...bag, sinceMs, steady, areaPx, ...story.region };
  const more = Array.from({ length: story.more ?? 0 }, (_, k) => ({
    ...one,
    box: { x0: 0.1 * k, y0: 0.1, x1: 0.1 * k + 0.03, y1: 0.17 },
    foot: { x: 0.1 * k + 0.015, y: 0.17 },
  }));
  const { frame, ...rest } = measured(ms / STEP_MS, { tracks });
  const blobs = tracks.map(({ box, foot }) => ({ box, foot, areaPx: 60, flowX: 0, flowY: 0, stillMs: 0 }));
  const x0 = bag.box.x1 + 0.005;
  const isParted = story.part !== undefined && ms < (story.partUntilMs ?? Number.POSITIVE_INFINITY);
  const parts = isParted ? [{ ...one, box: { x0, y0: 0.75, x1: x0 + story.part!, y1: 0.8 } }] : [];
  const statics = there ? [one, ...parts, ...more] : [];
  return { ...rest, frame: { ...frame, statics, blobs, objects: story.objects ?? [] } };
}

/** Seconds at which the condition begins and ceases to hold, within a minute where nothing else is said. */
export function changes(story: Story, untilMs = 60_000): readonly number[] {
  const { sensitivity = 'medium', zone, forMs = FOR_MS, calibrated = true } = story;
  const rule = { ...ruleBase('abandoned_object'), sensitivity, forMs };
  const machine = new AbandonedObject(
    rule,
    zone && {
      id: 'z',
      polygon: [
        { x: zone[0], y: 0 },
        { x: zone[1], y: 0 },
        { x: zone[1], y: 1 },
        { x: zone[0], y: 1 },
      ],
    },
    calibrated,
  );
  const found: number[] = [];
  let held = false;
  for (let ms = story.fromMs ?? 0; ms <= untilMs; ms += STEP_MS) {
    const holds = machine.look(look(ms, story))?.holds ?? false;
    if (holds !== held) found.push(ms / 1000);
    held = holds;
  }
  return found;
}
