/** Places for tests of what a whole place does: cells that show people by area, as `measure` hands them on. */
import { expect } from 'vitest';
import { CrowdMovement } from '../../../pipeline/detect/crowd-movement/crowd-movement.ts';
import type { SuddenLimits, Suddenly } from '../../../pipeline/detect/crowd-movement/sudden.ts';
import type { CellMotion, Mover, ViewState } from '../../../pipeline/model.ts';
import { measured, person, ruleBase } from '../build.ts';

/** What happens begins here, ms. */
export const AT = 10_000;
export const LIMITS = { people: 4.5, speed: 2.2, share: 0.3 };
export const EVERY_WAY = 2 * Math.PI;

export type Place = (ms: number, picture: number) => readonly CellMotion[];

/** `people` in as many cells, at `speed` m/s, each a little another way within `spread` radians about `way`. */
export function area(people: number, speed: number, spread = 0.3, way = 0): readonly CellMotion[] {
  const cells = Math.ceil(2 * people);
  return Array.from({ length: cells }, (_, k) => {
    const angle = way + spread * (k / Math.max(1, cells - 1) - 0.5);
    const [vx, vy] = [speed * Math.cos(angle), speed * Math.sin(angle)];
    return { x: 0.5, y: 0.5, footY: 0.6, people: people / cells, speed, vx, vy };
  });
}

/** `before` until AT, from there on `after`, which counts from there. */
export function turning(after: Place, before: Place): Place {
  return (ms, picture) => (ms < AT ? before(ms, picture) : after(ms - AT, picture));
}

/** From AT on everybody leaves where they were, a quarter of the view a second. */
export function leaving(place: Place): Place {
  return (ms, picture) =>
    place(ms, picture).map((cell) => ({ ...cell, x: Math.min(0.99, cell.x + Math.max(0, ms - AT) / 4_000) }));
}

/** As many regions of one person each, upright, at `speed` m/s. */
export function regions(count: number, speed: number): readonly Mover[] {
  return Array.from({ length: count }, (_, k) => {
    const x = (k + 0.5) / count;
    const box = { x0: x - 0.02, y0: 0.4, x1: x + 0.02, y1: 0.6 };
    const velocity = { x: speed * Math.cos(k), y: speed * Math.sin(k) };
    return { box, foot: { x, y: 0.6 }, people: 1, tall: 1, wide: 0.4, speed, velocity };
  });
}

interface Watcher {
  step(now: number, motion: readonly CellMotion[], limits: SuddenLimits): Suddenly | undefined;
}

/** Seconds after AT at which it is first seen, undefined when it is not. */
export function firstSeenS(watcher: Watcher, place: Place, stepMs = 200): number | undefined {
  for (let ms = 0; ms <= AT + 20_000; ms += stepMs)
    if (watcher.step(ms, place(ms, ms / stepMs), LIMITS) !== undefined) return (ms - AT) / 1000;
  return undefined;
}

/** Milliseconds after AT at which it is last seen; 0 when it is not. */
export function lastSeenMs(watcher: Watcher, place: Place): number {
  let lastMs = 0;
  for (let ms = 0; ms <= AT + 20_000; ms += 200)
    if (watcher.step(ms, place(ms, ms / 200), LIMITS) !== undefined) lastMs = ms - AT;
  return lastMs;
}

/**
 * What the rule says of cells alone, where nobody is seen apart, at 5 pictures a second; every step is taken twice, once by
 * a machine that goes on from saved state, and both say the same.
 */
export function claimed(
  place: Place,
  {
    zoneY = 0,
    calibrated = true,
    flakes = 0,
    lasting = 0,
    movers = () => [],
    view = () => 'ok',
    after = {},
  }: {
    zoneY?: number;
    calibrated?: boolean;
    flakes?: number;
    /** People whose tracks last. */
    lasting?: number;
    movers?: (ms: number) => readonly Mover[];
    view?: (ms: number) => ViewState;
    /** What the machine remembers of before. */
    after?: Partial<ReturnType<CrowdMovement['save']>>;
  } = {},
): readonly string[] {
  const polygon = [
    { x: 0, y: zoneY },
    { x: 1, y: zoneY },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ];
  const rule = { ...ruleBase('crowd_movement'), forMs: 1_000 };
  const machine = new CrowdMovement(rule, { id: 'z', polygon }, calibrated);
  machine.restore({ ...machine.save(), ...after });
  const said: string[] = [];
  for (let n = 0; n * 200 <= AT + 10_000; n++) {
    const copy = new CrowdMovement(rule, { id: 'z', polygon }, calibrated);
    copy.restore(structuredClone(machine.save()));
    const tracks = [
      ...Array.from({ length: flakes }, (_, k) => person({ id: 100 * (n + 1) + k, ageMs: 0 })),
      ...Array.from({ length: lasting }, (_, k) => person({ id: k, ageMs: 5_000 })),
    ];
    const frame = measured(n, { tracks, view: view(n * 200) });
    const sees = { movers: movers(n * 200), motion: place(n * 200, n) };
    const look = frame.frame.view === 'ok' ? { ...frame, ...sees } : frame;
    const condition = machine.look(look);
    expect(copy.look(look)).toEqual(condition);
    if (condition?.holds) said.push(condition.explanation);
  }
  return said;
}
