/** Who tips over away from the lens, and who sits, squats or kneels down instead. */
import { describe, expect, it } from 'vitest';
import type { Body } from '../../../pipeline/detect/person-on-ground/bodies.ts';
import type { Stance } from '../../../pipeline/detect/person-on-ground/stances.ts';
import { tippedOver } from '../../../pipeline/detect/person-on-ground/tipped.ts';
import { framesOf, type Keyframe, lookAt, machineFor, type Scene } from './postures.ts';

const TALL = 30;
const FLOOR = 70;
/** How long who lies is in the picture, of how tall they stood, from a camera that looks down steeply. */
const LONG = 0.65;

interface Case {
  /** Heights of who stood, five times a second, the last one now. */
  readonly heights: readonly number[];
  readonly body?: Partial<Body>;
  readonly others?: readonly Body[];
  readonly floor?: number;
}

function body(tall: number, more: Partial<Body> = {}): Body {
  return {
    ...{ id: 1, x0: 60, x1: 73, y0: FLOOR - tall, y1: FLOOR, head: FLOOR - tall, floor: FLOOR, wide: 13 },
    ...{ areaPx: 0.7 * 13 * tall, bornAtMs: 0, seenAtMs: 0, stillMs: 0, bornX: 0, bornY: 0 },
    ...{ mixedAtMs: Number.NEGATIVE_INFINITY, partedFrom: undefined },
    ...more,
  };
}

function isTipped({ heights, body: more, others = [], floor = FLOOR }: Case): boolean {
  const stances = heights.slice(0, -1).map((height, n): Stance => {
    const tall = height * TALL;
    return { atMs: 200 * n, floor: FLOOR, tall, wide: 13, upright: true, cut: false };
  });
  const now = 200 * (heights.length - 1);
  const who = body(heights.at(-1)! * TALL, { seenAtMs: now, ...more });
  const bodies = [who, ...others.map((other) => ({ ...other, seenAtMs: now }))];
  return tippedOver(who, stances, { floor, tall: TALL, atMs: now - 200 }, { now, height: 90, bodies });
}

const STANDS = Array.from({ length: 12 }, () => 1);
const AT_ONCE = [...STANDS, 1.1, 1.19, LONG];

/** As a rigid body tips over in `seconds`, ever faster, `lateMs` after a look. */
function fall(seconds: number, lateMs: number): readonly number[] {
  const looks = Array.from({ length: Math.ceil(5 * seconds) + 2 }, (_, n) => {
    const share = Math.min(1, Math.max(0, (0.2 * n - lateMs / 1000) / seconds));
    const angle = (Math.PI / 2) * share ** 2;
    return Math.cos(angle) + LONG * Math.sin(angle);
  });
  return [...STANDS, ...looks.slice(0, looks.findIndex((height) => height < 0.82) + 1)];
}

/** As somebody lowers themselves to `to` of their height. */
function down(seconds: number, to: number): readonly number[] {
  const looks = Array.from({ length: Math.ceil(5 * seconds) + 1 }, (_, n) => {
    const share = Math.min(1, (0.2 * n) / seconds);
    return 1 - (1 - to) * share ** 2 * (3 - 2 * share);
  });
  return [...STANDS, ...looks.slice(0, looks.findIndex((height) => height < 0.82) + 1)];
}

it('is seen for every length of a fall, whenever the pictures are taken', () => {
  for (let seconds = 0.5; seconds <= 1; seconds += 0.05)
    for (let lateMs = 0; lateMs < 200; lateMs += 20)
      expect([seconds, lateMs, isTipped({ heights: fall(seconds, lateMs) })]).toEqual([
        seconds,
        lateMs,
        true,
      ]);
});

it('is not who lowers themselves, however fast and far', () => {
  for (let seconds = 0.4; seconds <= 3; seconds += 0.1)
    for (let to = 0.5; to <= 0.8; to += 0.05)
      expect([seconds, to, isTipped({ heights: down(seconds, to) })]).toEqual([seconds, to, false]);
});

describe('nobody has tipped over', () => {
  it.each<[string, Case]>([
    ['whose head has not risen', { heights: [...STANDS, 1, 1, LONG] }],
    ['who stretched and then took a second to sit down', { heights: [...STANDS, 1.1, 0.95, 0.9, 0.85, 0.6] }],
    ['who is nearly as tall as before', { heights: [...STANDS, 1.1, 1.1, 0.86] }],
    ['of whom next to nothing is left', { heights: [...STANDS, 1.1, 1.19, 0.3] }],
    ['whose feet are elsewhere', { heights: AT_ONCE, floor: FLOOR - 5 }],
    ['who was one region with others a moment ago', { heights: AT_ONCE, body: { mixedAtMs: 2_000 } }],
    ['whose feet the view does not show', { heights: AT_ONCE, body: { y1: 90 } }],
    ['who is a thin thing', { heights: AT_ONCE, body: { wide: 8 } }],
    ['who is as wide as two', { heights: AT_ONCE, body: { wide: 26 } }],
    ['whom another has left upwards', { heights: AT_ONCE, others: [body(8, { id: 2, y0: 40, y1: 48 })] }],
    ['who has been seen for a moment', { heights: AT_ONCE.slice(-4) }],
  ])('%s', (_, seen) => {
    expect(isTipped(seen)).toBe(false);
    expect(isTipped({ heights: AT_ONCE })).toBe(true);
  });
});

it('who tips over away from the lens is claimed by the limit that was used', () => {
  const tips: readonly Keyframe[] = [
    [6.4, { top: 1.14, wide: 0.34 }],
    [6.6, { top: 1.19 }],
    [6.8, { top: 0.62, wide: 0.42 }],
  ];
  const alone = (...poses: readonly Keyframe[]): Scene => ({
    actors: [{ poses: [[0, { x: 0.1, wide: 0.32 }], [4, { x: 0.5 }], [6, { wide: 0.28 }], ...poses] }],
    seconds: 20,
  });
  const machine = machineFor();
  const claims = framesOf(still(alone(...tips), 7)).flatMap((frame) => machine.look(lookAt(frame)) ?? []);
  const claim = claims.find(({ holds }) => holds);
  const top = claim?.holds ? claim.findings.find(({ name }) => name === 'top') : undefined;
  expect(top?.value).toBeGreaterThan(0.5);
  expect(top?.limit).toBeGreaterThanOrEqual(top?.value ?? 1);
  // Not where a false alert costs most.
  const low = machineFor({ sensitivity: 'low' });
  expect(framesOf(still(alone(...tips), 7)).some((frame) => low.look(lookAt(frame))?.holds)).toBe(false);
  // Who sits down as low and never rose is not.
  const sits = alone([7.4, { top: 0.62, wide: 0.42 }]);
  const other = machineFor();
  expect(framesOf(still(sits, 7.4)).some((frame) => other.look(lookAt(frame))?.holds)).toBe(false);
});

/** From a second on its regions are known to be still. */
function still(scene: Scene, fromS: number): Scene {
  return { ...scene, stillFromS: fromS };
}
