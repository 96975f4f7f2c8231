import { describe, expect, test } from 'vitest';
import { Clutter } from '../../pipeline/detect/clutter.ts';
import { noTracks, person, play, STEP_MS, siteOf, spansOf } from './build.ts';

/** Tracks that begin in this frame, somewhere else in the view. */
const flakes = (count: number, from = 100) =>
  Array.from({ length: count }, (_, index) =>
    person({ id: from + index, x: 0.8, y: 0.2, tall: 0.05, wide: 0.05, zones: [], ageMs: 0 }),
  );

function clutteredAt(begun: (n: number) => number, frames: number): number[] {
  const clutter = new Clutter();
  return Array.from({ length: frames }, (_, n) => n).filter((n) =>
    clutter.step(flakes(begun(n)), n === 0 ? 0 : STEP_MS),
  );
}

describe('a cluttered view', () => {
  test.each<[string, (n: number) => number, boolean]>([
    ['nothing', () => 0, false],
    ['a busy street: 5 tracks a second', () => 1, false],
    ['rain: 12 a second on average', (n) => (n % 5 < 2 ? 3 : 2), false],
    ['snow: 30 a second', () => 6, true],
    ['a train that empties: 40 at once, after a quiet minute', (n) => (n === 300 ? 40 : 0), false],
  ])('%s', (_, begun, expected) => {
    expect(clutteredAt(begun, 320).length > 0).toBe(expected);
  });
  test('from the first second of a snowfall that was there from the start', () => {
    expect(clutteredAt(() => 6, 10)[0]).toBe(1);
  });
  test('until it has let up for some seconds', () => {
    const cluttered = clutteredAt((n) => (n < 100 ? 7 : 1), 300);
    expect(cluttered.at(-1)).toBeGreaterThan(110);
    expect(cluttered.at(-1)).toBeLessThan(180);
  });
  test('goes on as it was when restored', () => {
    const clutter = new Clutter();
    for (let n = 0; n < 60; n++) clutter.step(flakes(6), STEP_MS);
    const restored = new Clutter();
    restored.restore(clutter.save());
    expect(restored.step(flakes(3), STEP_MS)).toBe(true);
    expect(new Clutter().step(flakes(3), STEP_MS)).toBe(false);
  });
});

describe('somebody in the forbidden zone while it snows', () => {
  const claims = (tall: number, from = 0) =>
    spansOf(
      play(siteOf([noTracks]), 80, (n) => ({
        tracks: [
          ...flakes(6, 100 + 10 * n),
          ...(n < from ? [] : [person({ x: 0.05 + n * 0.005, tall, ageMs: (n - from) * STEP_MS })]),
        ],
      })),
    );

  test('is claimed once they were followed for 4 s', () => {
    expect(claims(0.2, 20)).toEqual([`begin@${20 + 4_000 / STEP_MS}`]);
  });
  test('is not, when what is followed is a piece of somebody', () => {
    expect(claims(0.15, 20)).toEqual([]);
  });
});
