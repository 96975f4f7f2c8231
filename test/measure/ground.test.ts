import { describe, expect, test } from 'vitest';
import { Ground } from '../../pipeline/measure/ground.ts';

const prior = (y: number) => new Ground([]).height(y);
const sample = (y: number, height: number) => ({ foot: { x: 0.5, y }, height });

describe('calibrated', () => {
  const ground = new Ground([sample(0.4, 0.1), sample(0.9, 0.35)]);

  test.each([
    [0.4, 0.1],
    [0.9, 0.35],
    [0.65, 0.225],
    [1, 0.4],
    [0, 0.02],
  ])('a person at %f is %f of the view tall, on a line and never less than 0.02', (y, height) => {
    expect(ground.height(y)).toBeCloseTo(height, 9);
  });

  test('one place is the same height everywhere', () => {
    const flat = new Ground([sample(0.5, 0.2)]);
    expect([flat.height(0), flat.height(1)]).toEqual([0.2, 0.2]);
  });

  test('two samples on one row are as one', () => {
    expect(new Ground([sample(0.5, 0.2), sample(0.5, 0.3)]).height(0.9)).toBe(0.2);
  });

  test('what is seen does not change it', () => {
    const seen = new Ground([sample(0.4, 0.1), sample(0.9, 0.35)]);
    for (let i = 0; i < 500; i++) seen.learn(0.65, 0.5, 0.25);
    expect(seen.height(0.65)).toBeCloseTo(0.225, 9);
  });

  test.each([
    ['one person', 1, 0.2],
    ['somebody tall', 1.15, 0.2],
    ['two, one behind the other', 1.3, 0.25],
    ['a piece of somebody', 0.7, 0.25],
  ])('how full an outline is: %s, %f as tall as a person there, teaches %f', (_who, stature, fill) => {
    const seen = new Ground([sample(0.4, 0.1), sample(0.9, 0.35)]);
    for (let i = 0; i < 500; i++) seen.learn(0.65, stature * 0.225, 0.2);
    expect(seen.fill).toBeGreaterThan(fill - 0.01);
    expect(seen.fill).toBeLessThan(fill + 0.01);
  });

  test('a coat that cannot be told from the floor makes nobody that thin', () => {
    const seen = new Ground([sample(0.4, 0.1), sample(0.9, 0.35)]);
    for (let i = 0; i < 500; i++) seen.learn(0.65, 0.225, 0.1);
    expect(seen.fill).toBe(0.18);
  });

  test('a step up the view is longer on the floor by b f / h, and never shorter than seen', () => {
    // b = 0.5, f = 0.9 of the width, 16:9.
    expect(ground.depth(0.9, 16 / 9)).toBeCloseTo((0.5 * 0.9 * (16 / 9)) / 0.35, 9);
    expect(ground.depth(0.4, 16 / 9)).toBeGreaterThan(ground.depth(0.9, 16 / 9));
    expect(new Ground([sample(0.5, 0.2)]).depth(0.5, 16 / 9)).toBe(1);
  });
});

test.each([
  [0.25, 4],
  [0.7, 1 / 0.7],
  [5, 0.5],
])('where height grows by %f a view, the camera hangs %f heights high', (b, hangs) => {
  expect(new Ground([sample(0.5, 0.2), sample(0.6, 0.2 + b / 10)]).hangs).toBeCloseTo(hangs, 9);
});

describe('learned', () => {
  test.each([
    [4, 1],
    [20, 3],
  ])(
    'after %i sightings three times as tall as the prior says, people are %f times as tall',
    (count, times) => {
      const seen = new Ground([]);
      for (let i = 0; i < count; i++) seen.learn(0.65, 3 * prior(0.65), 0.25);
      expect(seen.height(0.65) / prior(0.65)).toBeGreaterThan(0.9 * times);
      expect(seen.height(0.65) / prior(0.65)).toBeLessThan(1.1 * times);
    },
  );

  test('before anything is seen: the prior', () => {
    expect(prior(0)).toBeCloseTo(0.06, 9);
    expect(prior(1)).toBeCloseTo(0.3, 9);
    expect(new Ground([]).fill).toBe(0.25);
  });

  test.each([0.5, 1.6, 2.5])('people %f times as tall as the prior, seen near and far', (times) => {
    const ground = new Ground([]);
    for (let i = 0; i < 200; i++) for (const y of [0.29, 0.54, 0.79]) ground.learn(y, times * prior(y), 0.25);
    for (const y of [0.29, 0.54, 0.79]) {
      expect(ground.height(y) / (times * prior(y))).toBeGreaterThan(0.9);
      expect(ground.height(y) / (times * prior(y))).toBeLessThan(1.1);
    }
  });

  test.each([
    [20, 1],
    [40, 0.5],
  ])(
    'is known after %i sightings that are believed at %f, kept or restored; calibrated at once',
    (sightings, weight) => {
      const ground = new Ground([]);
      for (let n = 0; n < sightings; n++) {
        expect(ground.known).toBe(false);
        ground.learn(0.79, prior(0.79), 0.25, weight);
      }
      expect(ground.known).toBe(true);
      const restored = new Ground([]);
      restored.restore(ground.save());
      expect(restored.known).toBe(true);
      expect(restored.height(0.5)).toBe(ground.height(0.5));
      expect(new Ground([sample(0.5, 0.2)]).known).toBe(true);
    },
  );

  test.each([
    [0.4, true],
    [0.6, false],
  ])('is known where pieces of people are %f of what is seen: %s', (pieces, known) => {
    const ground = new Ground([]);
    for (let n = 0; n < 200; n++) {
      const isPiece = (n * pieces) % 1 < pieces - 1e-9;
      // From a fifth of the height on.
      const share = isPiece ? 0.2 + 0.45 * ((n * 0.618) % 1) : 1;
      ground.learn(0.79, 1.5 * share * prior(0.79), 0.25);
    }
    expect(ground.known).toBe(known);
  });

  test.each([0.3, 0.45])('pieces of people, %f of what is seen, do not make people smaller', (pieces) => {
    const ground = new Ground([]);
    for (let n = 0; n < 600; n++) {
      const y = 0.4 + 0.5 * ((n * 0.618) % 1);
      const isPiece = (n * pieces) % 1 < pieces - 1e-9;
      ground.learn(y, (isPiece ? 0.5 : 1) * 0.55 * y, 0.25);
    }
    for (const y of [0.5, 0.7, 0.9]) {
      expect(ground.height(y) / (0.55 * y)).toBeGreaterThan(0.93);
      expect(ground.height(y) / (0.55 * y)).toBeLessThan(1.07);
    }
  });

  test.each([
    ['flat, from above', 0.2, 0],
    ['as the prior', 0.06, 0.24],
    ['a low camera that looks far', -0.3, 0.8],
  ])('the line itself is found: %s', (_what, a, b) => {
    const ground = new Ground([]);
    for (let n = 0; n < 400; n++) {
      const y = 0.5 + 0.45 * ((n * 0.618) % 1);
      // Statures of 0.9 to 1.1.
      ground.learn(y, (a + b * y) * (0.9 + 0.2 * ((n * 0.414) % 1)), 0.25);
    }
    for (const y of [0.6, 0.75, 0.9]) {
      expect(ground.height(y) / (a + b * y)).toBeGreaterThan(0.9);
      expect(ground.height(y) / (a + b * y)).toBeLessThan(1.1);
    }
  });

  test('where nobody was seen, people are at the scale at which they were seen elsewhere', () => {
    const ground = new Ground([]);
    for (let i = 0; i < 200; i++) ground.learn(0.79, 2 * prior(0.79), 0.25);
    expect(ground.height(0.3) / prior(0.3)).toBeGreaterThan(1.6);
  });

  test('a few that were mistaken for people change little', () => {
    const ground = new Ground([]);
    for (let i = 0; i < 100; i++) ground.learn(0.79, prior(0.79), 0.25);
    const before = ground.height(0.79);
    for (let i = 0; i < 20; i++) ground.learn(0.79, 5 * prior(0.79), 0.25);
    expect(ground.height(0.79) / before).toBeLessThan(1.1);
  });

  test('people never shrink towards the camera', () => {
    const ground = new Ground([]);
    for (let i = 0; i < 200; i++) {
      ground.learn(0.2, 0.4, 0.25);
      ground.learn(0.9, 0.08, 0.25);
    }
    expect(ground.height(0.9)).toBeGreaterThanOrEqual(ground.height(0.2));
  });

  test('how much of a silhouette is filled', () => {
    const ground = new Ground([]);
    for (let i = 0; i < 200; i++) ground.learn(0.5, prior(0.5), 0.2);
    expect(ground.fill).toBeGreaterThan(0.18);
    expect(ground.fill).toBeLessThan(0.22);
  });

  test('a camera that was moved is learned anew: what was seen before does not weigh for ever', () => {
    const ground = new Ground([]);
    for (let i = 0; i < 20_000; i++) ground.learn(0.79, prior(0.79), 0.25);
    for (let i = 0; i < 6_000; i++) ground.learn(0.79, 2 * prior(0.79), 0.25);
    expect(ground.height(0.79) / prior(0.79)).toBeGreaterThan(1.7);
  });
});
