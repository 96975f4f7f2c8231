import { describe, expect, it } from 'vitest';
import type { Body } from '../../../pipeline/detect/person-on-ground/bodies.ts';
import { isFlat, stretchedOut } from '../../../pipeline/detect/person-on-ground/lying.ts';
import type { Stood } from '../../../pipeline/detect/person-on-ground/stances.ts';

const TALL = 60;
const FLOOR = 80;
const STOOD: Stood = { floor: FLOOR, tall: TALL, atMs: 0 };

/** Heights of the person: how long and how high, and how far above the old floor their own is. */
interface Shape {
  readonly long: number;
  readonly high: number;
  readonly raised?: number;
}

function bodyOf({ long, high, raised = 0 }: Shape): Body {
  const floor = FLOOR - raised * TALL;
  const head = floor - high * TALL;
  return {
    ...{ id: 1, x0: 40, x1: 40 + long * TALL, y0: head, y1: floor, head, floor, wide: long * TALL },
    ...{ areaPx: 0.7 * long * high * TALL ** 2, bornAtMs: 0, seenAtMs: 0, stillMs: 0, bornX: 0, bornY: 0 },
    ...{ mixedAtMs: Number.NEGATIVE_INFINITY, partedFrom: undefined },
  };
}

describe('stretched out', () => {
  it.each<[string, Shape, number]>([
    ['with a knee and an arm in the air', { long: 0.83, high: 0.54 }, 0.58],
    ['aslant, away from the lens', { long: 0.72, high: 0.39, raised: 0.18 }, 0.58],
    ['with bent legs', { long: 0.53, high: 0.41 }, 0.46],
    ['flat', { long: 0.95, high: 0.2 }, 0.58],
  ])('is who lies %s', (_, shape, highMax) => {
    const { long, high } = shape;
    const found = stretchedOut(bodyOf(shape), STOOD);
    expect(found?.highMax).toBe(highMax);
    expect(found?.long).toBeCloseTo(long, 5);
    expect(found?.high).toBeCloseTo(high, 5);
  });

  it.each<[string, Shape]>([
    ['sits on the floor, legs ahead across the view', { long: 0.66, high: 0.52 }],
    ['sits with crossed legs', { long: 0.5, high: 0.52 }],
    ['sits, and leans forward over their legs', { long: 0.72, high: 0.57 }],
    ['kneels, bent forward', { long: 0.55, high: 0.5 }],
    ['kneels', { long: 0.45, high: 0.72 }],
    ['is bent over something', { long: 0.5, high: 0.45 }],
    ['squats, arms spread', { long: 0.62, high: 0.56 }],
    ['is curled up', { long: 0.45, high: 0.35 }],
    ['bends far down', { long: 0.6, high: 0.55 }],
    ['lies on a bed', { long: 1, high: 0.25, raised: 0.27 }],
    ['lies on a bench', { long: 0.9, high: 0.3, raised: 0.25 }],
    ['stands beside somebody', { long: 0.9, high: 1 }],
  ])('is not who %s', (_, shape) => {
    expect(stretchedOut(bodyOf(shape), STOOD)).toBeUndefined();
  });

  it('is measured against what was seen of whose feet were below the view, wherever these were', () => {
    const cut: Stood = { floor: 114, tall: 105, seen: 74, atMs: 0 };
    expect(stretchedOut(bodyOf({ long: 54 / TALL, high: 35 / TALL }), cut)).toMatchObject({ highMax: 0.58 });
    expect(stretchedOut(bodyOf({ long: 45 / TALL, high: 45 / TALL }), cut)).toBeUndefined();
  });
});

describe('who lies along the view is narrow', () => {
  /** Nearer to the lens they look as much larger. */
  const nearer = { ...bodyOf({ long: 0.41, high: 0.65 }), floor: 124, head: 85, y0: 85, y1: 124 };
  const isLying = (ground: Parameters<typeof isFlat>[2]['ground']) =>
    isFlat(nearer, STOOD, { doubtful: false, flat: 0.8, ground, planeHeight: 160 });

  it('and as low as that where they are now', () => {
    expect(isLying([])).toBe(true);
  });

  it('which the site file knows better', () => {
    expect(isLying([{ foot: { x: 0.5, y: 0.5 }, height: 0.375 }])).toBe(false);
  });
});
