import { describe, expect, test } from 'vitest';
import { Clutter } from '../../pipeline/detect/clutter.ts';
import { noTracks, person, play, STEP_MS, siteOf, spansOf } from './build.ts';

/** Width over height of the view. */
const ASPECT = 16 / 9;

/** Tracks that begin in this frame, somewhere else in the view. */
const flakes = (count: number, from = 100) =>
  Array.from({ length: count }, (_, index) =>
    person({ id: from + index, x: 0.8, y: 0.2, tall: 0.05, wide: 0.05, zones: [], ageMs: 0 }),
  );

function clutteredAt(begun: (n: number) => number, frames: number): number[] {
  const clutter = new Clutter();
  return Array.from({ length: frames }, (_, n) => n).filter((n) =>
    clutter.step(flakes(begun(n)), n === 0 ? 0 : STEP_MS, ASPECT),
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
    for (let n = 0; n < 60; n++) clutter.step(flakes(6), STEP_MS, ASPECT);
    const restored = new Clutter();
    restored.restore(clutter.save());
    expect(restored.step(flakes(3), STEP_MS, ASPECT)).toBe(true);
    expect(new Clutter().step(flakes(3), STEP_MS, ASPECT)).toBe(false);
  });
});

describe('a view that is cluttered by people', () => {
  const byPeople = (lasting: number, begun: number, { seen = true, stepMs = STEP_MS } = {}) => {
    const clutter = new Clutter();
    const people = Array.from({ length: lasting }, (_, k) => person({ id: 900 + k, ageMs: 1_500, seen }));
    let cluttered = false;
    for (let n = 0; n < 60; n++) cluttered = clutter.step([...flakes(begun), ...people], stepMs, ASPECT);
    expect(cluttered).toBe(true);
    return clutter.byPeople;
  };
  test.each<[string, number, number, boolean]>([
    ['twenty who are found again 20 times a second', 20, 4, true],
    ['no more than they account for', 21, 4, true],
    ['fewer than that would take', 19, 4, false],
    ['snow, before a few people', 8, 6, false],
    ['snow, before nobody', 0, 4, false],
  ])('%s', (_, lasting, begun, expected) => {
    expect(byPeople(lasting, begun)).toBe(expected);
  });
  test('is not, where those who last are not seen', () => {
    expect(byPeople(30, 4, { seen: false })).toBe(false);
  });
  test('at any rate of pictures: in each as many are lost and found', () => {
    expect(byPeople(20, 4, { stepMs: STEP_MS / 2 })).toBe(true);
    expect(byPeople(19, 4, { stepMs: STEP_MS / 2 })).toBe(false);
  });
  test('stays so when restored', () => {
    const clutter = new Clutter();
    const people = Array.from({ length: 20 }, (_, k) => person({ id: 900 + k, ageMs: 1_500 }));
    for (let n = 0; n < 60; n++) clutter.step([...flakes(4), ...people], STEP_MS, ASPECT);
    const restored = new Clutter();
    restored.restore(clutter.save());
    expect(restored.byPeople).toBe(true);
  });
});

describe('somebody in the forbidden zone while it snows', () => {
  const claims = (tall: (n: number) => number, from = 0) =>
    spansOf(
      play(siteOf([noTracks]), 80, (n) => ({
        tracks: [
          ...flakes(6, 100 + 10 * n),
          ...(n < from
            ? []
            : [
                person({
                  x: 0.05 + n * 0.005,
                  flow: { x: 0.015, y: 0 },
                  tall: tall(n),
                  ageMs: (n - from) * STEP_MS,
                }),
              ]),
        ],
      })),
    );

  test('is claimed once they were followed for 4 s', () => {
    expect(claims(() => 0.2, 20)).toEqual([`begin@${20 + 4_000 / STEP_MS}`]);
  });
  test('is not, when what is followed is a piece of somebody', () => {
    expect(claims(() => 0.15, 20)).toEqual([]);
  });
  test('is not, when flakes follow each other and are as tall as somebody now and then', () => {
    expect(claims((n) => (n % 4 === 0 ? 0.2 : 0.08), 20)).toEqual([]);
  });
  test('is, although a flake hides a piece of them now and then', () => {
    expect(claims((n) => (n % 4 === 0 ? 0.13 : 0.2), 20)).not.toEqual([]);
  });
});

describe('how long somebody must have been whole', () => {
  const wholeFor = (begun: number, frames: number, size: { tall: number; wide: number }) => {
    const clutter = new Clutter();
    const somebody = person({ id: 1, x: 0.5, ...size });
    for (let n = 0; n < 60; n++) clutter.step(flakes(begun), STEP_MS, ASPECT);
    for (let n = 0; n < frames; n++) clutter.step([...flakes(begun), somebody], STEP_MS, ASPECT);
    return clutter.stands(somebody);
  };
  const whole = { tall: 0.2, wide: 0.05 };

  test.each<[string, number, number, { tall: number; wide: number }, boolean]>([
    ['in a clear view no time at all', 1, 1, whole, true],
    ['in rain, 15 tracks a second, not 0.6 s', 3, 4, whole, false],
    ['in rain, 15 tracks a second, but 0.8 s', 3, 5, whole, true],
    ['in snow not 0.8 s', 6, 5, whole, false],
    ['in snow, 20 tracks a second, not 1 s', 4, 6, whole, false],
    ['in snow, 20 tracks a second, but 1.2 s', 4, 7, whole, true],
    ['in thick snow, 50 tracks a second, not 1.6 s', 10, 9, whole, false],
    ['in thick snow, 50 tracks a second, but 1.8 s', 10, 10, whole, true],
    ['a cart is whole, lower and wide', 6, 10, { tall: 0.12, wide: 0.12 }, true],
    ['somebody as low as a cart is not', 6, 10, { tall: 0.12, wide: 0.05 }, false],
  ])('%s', (_, begun, frames, size, expected) => {
    expect(wholeFor(begun, frames, size)).toBe(expected);
  });
  test('nothing is kept of whoever has left', () => {
    const clutter = new Clutter();
    for (let n = 0; n < 30; n++) clutter.step([person({ id: 100 + n, x: 0.5 })], STEP_MS, ASPECT);
    expect([...clutter.save().wholeMs.keys()]).toEqual([129]);
  });
});
