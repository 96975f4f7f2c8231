import { describe, expect, test } from 'vitest';
import { gridOf } from '../../pipeline/measure/grid.ts';
import { Ground } from '../../pipeline/measure/ground.ts';
import { motionIn } from '../../pipeline/measure/motion.ts';
import type { Frame } from '../../pipeline/model.ts';
import { frameOf, fromAbove, type Region, TALL_PX } from './build.ts';

/** 1/8 pixel a picture in every cell. */
function withFlow(frame: Frame, x: number, y: number): Frame {
  const cells = frame.cells!;
  const flow = (value: number) => cells.occupancy.map(() => value & 0xff);
  return { ...frame, cells: { ...cells, flowX: flow(x), flowY: flow(y) } };
}

const look = (frame: Frame, ground = new Ground(fromAbove)) =>
  motionIn(frame, gridOf(frame.cells!, 0), ground);
const METRES_PER_STEP = (1.7 / TALL_PX / 8) * 5;
const one: Region = { foot: [60, 80] };

describe('the cells of a region', () => {
  test('make as many people as its area, each as fast as it flows', () => {
    const cells = look(withFlow(frameOf(5, [one]), 24, -32));
    expect(cells.reduce((sum, { people }) => sum + people, 0)).toBeCloseTo(1, 0);
    for (const { speed, vx, vy, footY } of cells) {
      expect([vx, vy, speed]).toEqual([
        expect.closeTo(24 * METRES_PER_STEP, 6),
        expect.closeTo(-32 * METRES_PER_STEP, 6),
        expect.closeTo(40 * METRES_PER_STEP, 6),
      ]);
      expect(footY).toBeCloseTo(80 / 90, 1);
    }
  });

  test('are seen once where two regions share a box', () => {
    const cells = look(withFlow(frameOf(5, [one, { foot: [64, 80] }]), 8, 0));
    const places = cells.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test('the first picture has no flow, so nothing is known of it', () => {
    expect(look(frameOf(0, [one]))).toEqual([]);
  });
});

describe('travel up and down a flat view is longer on the floor than it looks', () => {
  // Heights shrink quickly with the distance: seen from 3 metres above the floor.
  const flat = [
    { foot: { x: 0.5, y: 0.4 }, height: 0.15 },
    { foot: { x: 0.5, y: 1 }, height: 0.47 },
  ];

  test('as much as it is where people are known to be so tall, at most four times', () => {
    const ground = new Ground(flat);
    const [down] = look(withFlow(frameOf(5, [one]), 0, 16), ground);
    const [across] = look(withFlow(frameOf(5, [one]), 16, 0), ground);
    const known = ground.depth(down!.footY, 160 / 90);
    expect(known).toBeGreaterThan(1.5);
    expect(down!.speed / across!.speed).toBeCloseTo(Math.min(4, known), 6);
    expect(ground.calibrated).toBe(true);
  });

  test('at most twice where it is learned', () => {
    const ground = new Ground([]);
    const [down] = look(withFlow(frameOf(5, [{ foot: [60, 40] }]), 0, 16), ground);
    const [across] = look(withFlow(frameOf(5, [{ foot: [60, 40] }]), 16, 0), ground);
    expect(ground.calibrated).toBe(false);
    expect(down!.speed / across!.speed).toBeLessThanOrEqual(2 + 1e-9);
  });
});
