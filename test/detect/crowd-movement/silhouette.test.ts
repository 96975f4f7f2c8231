import { expect, test } from 'vitest';
import { Silhouette } from '../../../pipeline/detect/crowd-movement/silhouette.ts';
import type { CellMotion } from '../../../pipeline/model.ts';

const PLANE = { planeWidth: 160, planeHeight: 90 };

/** Cells from `from` to before `to` of the fifth row. */
function cells(from: number, to: number): readonly CellMotion[] {
  return Array.from({ length: to - from }, (_, k) => ({
    ...{ x: (4 * (from + k) + 2) / 160, y: 18 / 90, footY: 0.4, people: 0.2 },
    ...{ speed: 1, vx: 1, vy: 0 },
  }));
}

function after(before: readonly CellMotion[], now: readonly CellMotion[], agoMs = 1_600): number {
  const silhouette = new Silhouette();
  silhouette.step(0, before, PLANE);
  return silhouette.step(agoMs, now, PLANE);
}

test.each([
  ['stays', cells(4, 12), 0],
  ['goes half its length', cells(8, 16), 0.5],
  ['loses a quarter', cells(4, 10), 0.25],
  ['grows by as much again', cells(4, 20), 0.5],
  ['is elsewhere', cells(20, 28), 1],
  ['is gone', [], 1],
])('what %s', (_, now, changed) => {
  expect(after(cells(4, 12), now)).toBeCloseTo(changed, 9);
});

test('says nothing before it has seen enough, nor of another plane', () => {
  expect(after(cells(4, 12), [], 1_500)).toBe(0);
  expect(after([], [])).toBe(0);
  const silhouette = new Silhouette();
  silhouette.step(0, cells(4, 12), PLANE);
  expect(silhouette.step(2_000, [], { planeWidth: 320, planeHeight: 180 })).toBe(0);
});

test('keeps five outlines at any rate, and goes on from saved state the same', () => {
  const silhouette = new Silhouette();
  for (let ms = 0; ms < 20_000; ms += 40) {
    const copy = new Silhouette();
    copy.restore(structuredClone(silhouette.save()));
    const now = cells(4, 6 + ((ms / 400) % 7));
    expect(silhouette.step(ms, now, PLANE)).toBe(copy.step(ms, now, PLANE));
    expect(silhouette.save().length).toBeLessThanOrEqual(5);
  }
  silhouette.forget();
  expect(silhouette.save()).toEqual([]);
});
