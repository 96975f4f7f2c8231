/** What is put down before a textured view with a sensor's noise, and what passes in front of it. */
import { expect, test } from 'vitest';
import type { Frame } from '../../pipeline/model.ts';
import type { Texture } from '../support/textures.ts';
import { lumaOf, STEP_MS, standing, view, watch } from './pictures.ts';

const PUT = 40;
const COUNT = 260;
const bag = { x0: 100, y0: 60, x1: 108, y1: 68 };

/** A bag from picture PUT on; `also` may draw somebody over it. */
function story(also: (n: number, look: Texture) => Texture, gain = (_: number) => 1): readonly Frame[] {
  return watch(COUNT, (n) => {
    const look = also(n, n < PUT ? view : standing(bag, view));
    const factor = gain(n);
    return lumaOf(n, factor === 1 ? look : (x, y) => Math.min(235, factor * look(x, y)));
  });
}

const atBag = (frame: Frame | undefined) =>
  frame?.statics.find(({ foot }) => Math.abs(foot.x - 104 / 160) < 0.03 && Math.abs(foot.y - 68 / 90) < 0.05);

test('a bag is a static region after some seconds, put there and steady', () => {
  const frames = story((_, look) => look);
  expect(frames.slice(0, PUT + 15).flatMap((frame) => frame.statics)).toEqual([]);
  const first = frames.findIndex((frame) => atBag(frame) !== undefined);
  expect(first - PUT).toBeLessThan(30);
  const last = atBag(frames.at(-1));
  expect(last?.sinceMs).toBeGreaterThan((COUNT - PUT) * STEP_MS - 1_500);
  expect(last?.sinceMs).toBeLessThan((COUNT - PUT) * STEP_MS + 1_500);
  expect(last?.steady).toBeGreaterThan(0.9);
  expect(last?.rim).toBeGreaterThan(0.3);
});

test('somebody who passes in front of it does not reset its age', () => {
  const frames = story((n, look) => {
    const x0 = 60 + (n - 120) * 2;
    // In a bright coat, which is neither the bag nor the floor.
    const bright: Texture = (x, y) => (x >= x0 && x < x0 + 12 && y >= 40 && y < 76 ? 225 : look(x, y));
    return n >= 120 && n < 160 ? bright : look;
  });
  expect(atBag(frames.at(-1))?.sinceMs).toBeGreaterThan((COUNT - PUT) * STEP_MS - 1_500);
});

test('light that changes does not reset its age, and it stays what was put there', () => {
  const frames = story(
    (_, look) => look,
    (n) => (n < 150 ? 1 : 1.3),
  );
  const last = atBag(frames.at(-1));
  expect(last?.sinceMs).toBeGreaterThan((COUNT - PUT) * STEP_MS - 1_500);
  expect(last?.rim).toBeGreaterThan(0.3);
});

test('what is taken again is forgotten within seconds', () => {
  const frames = watch(COUNT, (n) => lumaOf(n, n < PUT || n >= 150 ? view : standing(bag, view)));
  expect(atBag(frames[149])).toBeDefined();
  expect(frames.slice(150 + 20).every((frame) => atBag(frame) === undefined)).toBe(true);
});

/** Somebody stands before the wall from PUT on, wet floor spreads beside them from `spread` on, and they go bit by bit. */
function wetFloor(spread: number, goes: number): readonly Frame[] {
  return watch(COUNT, (n) => {
    const wet = n < spread ? view : standing(bag, view);
    // Nobody's box changes much from one look to the next.
    const y0 = n < goes ? 42 : n < goes + 20 ? 50 : 60;
    return lumaOf(n, n >= PUT && y0 < 60 ? standing({ x0: 100, y0, x1: 108, y1: 60 }, wet) : wet);
  });
}

test('what remains of a region when most of it has gone is as old as its own pixels', () => {
  const [spread, goes] = [PUT + 40, 170];
  const frames = wetFloor(spread, goes);
  expect(atBag(frames[goes - 2])?.sinceMs).toBeGreaterThan((goes - PUT) * STEP_MS - 4_000);
  expect(atBag(frames.at(-1))?.sinceMs).toBeLessThan((COUNT - spread) * STEP_MS + 3_000);
});

test('what comes more than ten seconds after what it lies against is a region of its own', () => {
  const [spread, goes] = [PUT + 80, 170];
  const frames = wetFloor(spread, goes);
  const since = atBag(frames[goes - 2])?.sinceMs;
  expect(since).toBeGreaterThan((goes - spread) * STEP_MS - 3_000);
  expect(since).toBeLessThan((goes - spread) * STEP_MS + 3_000);
});

/** A bag of `tall` rows on the floor, and what it does to the floor below it: luma times `shade`. */
function mirrored(shade: number, rows = 8): readonly Frame[] {
  return watch(COUNT, (n) => {
    const below: Texture = (x, y) =>
      x >= bag.x0 && x < bag.x1 && y >= bag.y1 && y < bag.y1 + rows ? shade * view(x, y) : view(x, y);
    return lumaOf(n, n < PUT ? view : standing(bag, below));
  });
}
const heightOf = ({ box }: { box: { y0: number; y1: number } }) => Math.round(90 * (box.y1 - box.y0));
const overBag = (frame: Frame | undefined) =>
  frame?.statics.find(({ box }) => box.x0 < 0.65 && box.x1 > 0.65 && box.y0 < 0.7 && box.y1 > 0.7);

test.each([0.8, 0.7, 0.6])(
  'a bag is told from its reflection or shadow, which leaves %f of the floor',
  (shade) => {
    const thing = overBag(mirrored(shade).at(-1));
    expect(heightOf(thing!)).toBeGreaterThanOrEqual(7);
    expect(heightOf(thing!)).toBeLessThanOrEqual(9);
    expect(thing?.steady).toBeGreaterThan(0.9);
    expect(thing?.rim).toBeGreaterThan(0.3);
  },
);
