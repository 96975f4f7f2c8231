import { describe, expect, test } from 'vitest';
import { Carried } from '../../../pipeline/detect/forbidden-zone/carried.ts';
import { person, STEP_MS } from '../build.ts';

const ASPECT = 160 / 90;

/** Somebody else whose flow is seen. */
const other = person({ id: 9, x: 0.8, flow: { x: 0.01, y: 0 } });

/** What is known after `frames` looks at a foot that goes `step` views a frame to the right, and a body with `flow`. */
function after(frames: number, step: number, flow: { x: number; y: number }, from = new Carried(), n0 = 0) {
  for (let n = n0; n < n0 + frames; n++)
    from.step([person({ x: 0.2 + step * n, flow }), other], n === 0 ? 0 : STEP_MS);
  return { carried: from, track: person({ x: 0.2 + step * (n0 + frames - 1), flow }) };
}

describe('the share of its way on which a foot is followed by its body', () => {
  // A step of 0.01 is 0.05 views a second.
  const rows: readonly [string, number, { x: number; y: number }, number][] = [
    ['all of it', 0.01, { x: 0.05, y: 0 }, 1],
    ['a third, as of cloth', 0.01, { x: 0.05 / 3, y: 0 }, 1 / 3],
    ['nothing, as of a lamp', 0.01, { x: 0, y: 0 }, 0],
    ['nothing, as of one who goes across', 0.01, { x: 0, y: 0.2 }, 0],
    ['less than nothing, as of one who goes back', 0.01, { x: -0.05, y: 0 }, -1],
    ['of a foot that goes nowhere all that it goes', 0.0001, { x: 0, y: 0 }, 1],
  ];
  test.each(rows)('%s', (_name, step, flow, expected) => {
    const { carried, track } = after(15, step, flow);
    expect(carried.share(track, ASPECT)).toBeCloseTo(expected, 1);
  });

  test('is forgotten: a body that follows now makes good a hop of long ago', () => {
    const { carried } = after(10, 0.01, { x: 0, y: 0 });
    const { track } = after(60, 0.01, { x: 0.05, y: 0 }, carried, 10);
    expect(carried.share(track, ASPECT)).toBeGreaterThan(0.9);
  });

  test('is of the whole way, of a foot that stands by now', () => {
    // It hopped by half a person's height, six seconds ago, and its body did not: a patch of light.
    const { carried } = after(6, 0.01, { x: 0, y: 0 });
    const stands = person({ x: 0.25 });
    for (let n = 0; n < 60; n++) carried.step([stands, other], STEP_MS);
    expect(carried.share(stands, ASPECT)).toBeCloseTo(0, 9);
    const { carried: somebody } = after(6, 0.01, { x: 0.02, y: 0 });
    for (let n = 0; n < 60; n++) somebody.step([stands, other], STEP_MS);
    expect(somebody.share(stands, ASPECT)).toBeCloseTo(0.4, 1);
  });

  test('begins anew, as the way does, of what a train has left behind', () => {
    const { carried, track } = after(10, 0.01, { x: 0.5, y: 0 });
    expect(carried.way(track, ASPECT)).toBeGreaterThan(1);
    carried.restart(track);
    expect(carried.way(track, ASPECT)).toBe(0);
    const hopped = person({ x: 0.35 });
    carried.step([hopped, other], STEP_MS);
    expect(carried.share(hopped, ASPECT)).toBe(0);
  });

  test('is all of nobody whom it has never seen', () => {
    expect(new Carried().share(person(), ASPECT)).toBe(1);
    const carried = new Carried();
    carried.step([other], 0);
    expect(carried.way(person(), ASPECT)).toBe(0);
  });

  test('is not asked for while no flow was ever seen: a producer may not measure any', () => {
    const carried = new Carried();
    for (let n = 0; n < 15; n++) carried.step([person({ x: 0.2 + 0.01 * n })], STEP_MS);
    const track = person({ x: 0.34 });
    expect(carried.share(track, ASPECT)).toBe(1);
    expect(carried.way(track, ASPECT)).toBe(0);
  });
});

test('the way of a body is in people heights, equal on both axes', () => {
  const across = after(6, 0, { x: 0.09, y: 0 });
  const down = after(6, 0, { x: 0, y: 0.16 });
  expect(across.carried.way(across.track, ASPECT)).toBeCloseTo(down.carried.way(down.track, ASPECT), 9);
  // One second at 0.16 views a second, of a person who is 0.2 tall, of which a tenth is forgotten.
  expect(down.carried.way(down.track, ASPECT)).toBeCloseTo(0.73, 1);
});

test('goes on from what was saved, and forgets who is gone', () => {
  const { carried, track } = after(10, 0.01, { x: 0.02, y: 0 });
  const again = new Carried();
  again.restore(structuredClone(carried.save()));
  expect(again.share(track, ASPECT)).toBe(carried.share(track, ASPECT));
  again.step([], STEP_MS);
  expect(again.save()).toEqual({ ways: new Map(), measured: true });
  expect(carried.save().ways.size).toBe(2);
});
