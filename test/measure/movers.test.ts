import { describe, expect, test } from 'vitest';
import { gridOf } from '../../pipeline/measure/grid.ts';
import { Ground } from '../../pipeline/measure/ground.ts';
import { measure } from '../../pipeline/measure/measure.ts';
import { movers } from '../../pipeline/measure/movers.ts';
import type { Frame } from '../../pipeline/model.ts';
import type { WatchRule } from '../../pipeline/site/site.ts';
import { AREA_PX, frameOf, fromAbove, hallOf, type Region, TALL_PX } from './build.ts';

/** 1/8 pixel a picture in every cell, or in every second one. */
function withFlow(frame: Frame, x: number, y: number, every = 1): Frame {
  const cells = frame.cells!;
  const flow = (value: number) => cells.occupancy.map((_, k) => (k % every === 0 ? value & 0xff : 0));
  return { ...frame, cells: { ...cells, flowX: flow(x), flowY: flow(y) } };
}

const look = (frame: Frame) => movers(frame, gridOf(frame.cells!, 0), new Ground(fromAbove));
/** Everybody is 27 pixels tall, and five pictures make a second. */
const METRES_PER_STEP = (1.7 / TALL_PX / 8) * 5;

describe('a region', () => {
  const one: Region = { foot: [60, 80] };

  test.each([
    ['to the right', 40, 0],
    ['up the view', 0, -40],
    ['at a slant', 24, 32],
  ])('that goes %s has its speed on the floor', (_, x, y) => {
    const [mover, ...more] = look(withFlow(frameOf(5, [one]), x, y));
    expect(more).toEqual([]);
    expect(mover?.speed).toBeCloseTo(40 * METRES_PER_STEP, 6);
    expect(mover?.velocity.x).toBeCloseTo(x * METRES_PER_STEP, 6);
    expect(mover?.velocity.y).toBeCloseTo(y * METRES_PER_STEP, 6);
    expect([mover?.people, mover?.tall, mover?.wide].map((v) => v?.toFixed(1))).toEqual([
      '1.0',
      '1.0',
      '0.4',
    ]);
  });

  test('is as fast as what moves in it', () => {
    const [mover] = look(withFlow(frameOf(5, [one]), 40, 0, 2));
    expect(mover?.speed).toBeCloseTo(40 * METRES_PER_STEP, 6);
    expect(mover?.velocity.x).toBeLessThan(30 * METRES_PER_STEP);
  });

  test('that is small is noise', () => {
    expect(look(withFlow(frameOf(5, [{ ...one, area: 0.25 * AREA_PX }]), 40, 0))).toEqual([]);
  });
});

test('the first picture has no flow, so nothing is known of it', () => {
  expect(look(frameOf(0, [{ foot: [60, 80] }]))).toEqual([]);
});

test('they are measured where a rule asks for them, while the view is trusted', () => {
  const rule: WatchRule = {
    id: 'r',
    version: 1,
    severity: 'high',
    sensitivity: 'medium',
    event: 'crowd_movement',
    forMs: 1_000,
  };
  const frame = frameOf(3, [{ foot: [60, 80] }]);
  expect(measure(hallOf()).step(frame)[0]?.movers).toBeUndefined();
  expect(measure(hallOf({ rules: [rule] })).step(frame)[0]?.movers).toHaveLength(1);
  const warming = frameOf(3, [{ foot: [60, 80] }], { view: 'warming' });
  expect(measure(hallOf({ rules: [rule] })).step(warming)[0]?.movers).toBeUndefined();
});
