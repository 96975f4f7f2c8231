import { describe, expect, test } from 'vitest';
import type { Frame } from '../../pipeline/model.ts';
import {
  HEIGHT,
  lumaOf,
  observerOf,
  type Patch,
  START_MS,
  STEP_MS,
  see,
  standing,
  view,
  WIDTH,
  watch,
} from './pictures.ts';

/** The background is learned for 2.8 s, which is 14 pictures. */
const WARM = 14;

/** 12 x 30 pixels, 3 pixels a picture, from picture 20 on. */
const walker = (n: number, way: 1 | -1): Patch => {
  const x0 = (way > 0 ? 10 : 138) + way * 3 * (n - 20);
  return { x0, y0: 50, x1: x0 + 12, y1: 80 };
};
const walking = (way: 1 | -1) => (n: number) => lumaOf(n, n < 20 ? view : standing(walker(n, way)));

test('a frame says who, when and how large; the first has no interval', () => {
  const [first, second] = watch(2, (n) => lumaOf(n, view));
  expect(first).toMatchObject({
    site: 'gare',
    camera: 'quai',
    epoch: START_MS,
    number: 0,
    capturedAtMs: START_MS,
    receivedAtMs: START_MS + 30,
    intervalMs: 0,
    planeWidth: WIDTH,
    planeHeight: HEIGHT,
    objects: [],
    statics: [],
  });
  expect(second).toMatchObject({ number: 1, intervalMs: STEP_MS });
});

test('an empty view warms for 2.8 s, then is ok, and noise alone is nobody', () => {
  const frames = watch(70, (n) => lumaOf(n, view));
  expect(frames.map((frame) => frame.view)).toEqual(
    frames.map(({ number }) => (number < WARM ? 'warming' : 'ok')),
  );
  expect(frames.slice(WARM).flatMap(({ blobs }) => blobs)).toEqual([]);
  expect(Math.max(...frames.slice(WARM).map(({ cells }) => cells!.occupancy.length))).toBe(0);
});

describe.each([
  ['to the right', 1],
  ['to the left', -1],
] as const)('somebody who walks %s', (_name, way) => {
  const frames = watch(50, walking(way)).slice(24);

  test('is one blob where they are', () => {
    for (const { number, blobs } of frames) {
      const { x0, y0, x1, y1 } = walker(number, way);
      expect(blobs.length, `picture ${number}`).toBe(1);
      const [{ box, foot, areaPx, stillMs }] = blobs as [(typeof blobs)[number]];
      const off = [box.x0 * WIDTH - x0, box.x1 * WIDTH - x1, box.y0 * HEIGHT - y0, box.y1 * HEIGHT - y1];
      for (const pixels of off) expect(Math.abs(pixels), `picture ${number}`).toBeLessThanOrEqual(2);
      expect(Math.abs(foot.x * WIDTH - (x0 + x1) / 2)).toBeLessThanOrEqual(2);
      expect(Math.abs(foot.y * HEIGHT - y1)).toBeLessThanOrEqual(2);
      expect(areaPx).toBeGreaterThan(0.8 * 12 * 30);
      expect(areaPx).toBeLessThan(1.2 * 12 * 30);
      expect(stillMs).toBe(0);
    }
  });

  test('moves as fast as they do: 3 pixels a picture', () => {
    const flows = frames.map(({ blobs }) => way * blobs[0]!.flowX).sort((a, b) => a - b);
    expect(flows[0]).toBeGreaterThan(0.5);
    const median = flows[flows.length >> 1]!;
    expect(median).toBeGreaterThan(1.8);
    expect(median).toBeLessThan(4.2);
  });

  test('fills the cells under them, and none far away', () => {
    for (const { number, cells } of frames) {
      const { x0, x1 } = walker(number, way);
      const { bitmap, columns, rows } = cells!;
      for (let cell = 0; cell < columns * rows; cell++) {
        if (((bitmap[cell >> 3]! >> (cell & 7)) & 1) === 0) continue;
        expect(4 * (cell % columns) + 4).toBeGreaterThanOrEqual(x0 - 4);
        expect(4 * (cell % columns)).toBeLessThanOrEqual(x1 + 4);
      }
    }
  });
});

test('somebody who stands still stays seen, and is said to be still', () => {
  const where = (n: number) => walker(Math.min(n, 35), 1);
  const frames = watch(80, (n) => lumaOf(n, n < 20 ? view : standing(where(n)), 1));
  expect(frames.at(-1)!.blobs).toHaveLength(1);
  expect(frames.at(-1)!.blobs[0]!.stillMs).toBeGreaterThan(4_000);
});

test.each([
  ['brighter', (grey: number) => grey * 1.25],
  ['darker', (grey: number) => grey * 0.8],
])('a whole view that turns %s from one picture to the next is nobody', (_name, light) => {
  const frames = watch(40, (n) => lumaOf(n, n < 20 ? view : (x, y) => light(view(x, y))));
  expect(frames.slice(WARM).flatMap(({ blobs, number }) => blobs.map(() => number))).toEqual([]);
  // Nor is it another scene: the view is known all the while.
  expect(new Set(frames.slice(WARM).map((frame) => frame.view))).toEqual(new Set(['ok']));
});

describe('a frame holds no picture', () => {
  const byteArraysOf = (value: unknown): readonly Uint8Array[] => {
    if (ArrayBuffer.isView(value)) return [value as Uint8Array];
    if (typeof value !== 'object' || value === null) return [];
    return Object.values(value).flatMap(byteArraysOf);
  };
  const cells = ((WIDTH + 3) >> 2) * ((HEIGHT + 3) >> 2);

  test.each([
    ['somebody walks', walking(1)],
    ['everything changes', (n: number) => lumaOf(n, n % 2 === 0 ? view : (x, y) => 255 - view(x, y))],
    ['nothing but noise', (n: number) => lumaOf(n, () => 128, 60)],
  ])('when %s: its bytes are at most four a cell and one bit', (_name, luma) => {
    for (const frame of watch(40, luma)) {
      const arrays = byteArraysOf(frame);
      const bytes = arrays.reduce((sum, array) => sum + array.byteLength, 0);
      expect(bytes).toBeLessThanOrEqual(4 * cells + ((cells + 7) >> 3));
      // A view on the kernels' memory would carry the picture along when it is sent elsewhere.
      for (const array of arrays) expect(array.buffer.byteLength).toBe(array.byteLength);
      expect(Object.keys(frame).length).toBeLessThanOrEqual(14);
    }
  });
});

describe('the same pictures give the same frames', () => {
  const plain = (frames: readonly Frame[]) => JSON.stringify(frames);
  const luma = walking(1);
  const alone = plain(watch(40, luma));

  test('again', () => {
    expect(plain(watch(40, luma))).toBe(alone);
  });

  test('in memory that another camera has used', () => {
    watch(30, (n) => lumaOf(n, (x, y) => 255 - view(x, y)));
    expect(plain(watch(40, luma))).toBe(alone);
  });

  test('beside other cameras of the same pool', () => {
    const here = observerOf();
    const there = observerOf('other');
    const frames: Frame[] = [];
    for (let n = 0; n < 40; n++) {
      see(there, n, walking(-1)(n));
      frames.push(see(here, n, luma(n)));
    }
    here.close();
    there.close();
    expect(plain(frames)).toBe(alone);
  });
});

test.each([
  ['brighter', 1.25],
  ['darker', 0.8],
])('somebody who walks while the view turns %s stays the one who is seen', (_name, light) => {
  const frames = watch(50, (n) => {
    const lit = n < 30 ? 1 : light;
    return lumaOf(n, (x, y) => lit * (n < 20 ? view : standing(walker(n, 1)))(x, y));
  });
  const feet = frames.slice(24).map(({ number, blobs, view: state }) => {
    expect([state, blobs.length], `picture ${number}`).toEqual(['ok', 1]);
    const [{ foot, box }] = blobs as [(typeof blobs)[number]];
    expect(Math.abs(foot.x * WIDTH - (walker(number, 1).x0 + 6)), `picture ${number}`).toBeLessThanOrEqual(5);
    expect(Math.abs(box.y0 * HEIGHT - 50), `picture ${number}`).toBeLessThanOrEqual(4);
    return Math.abs(foot.y * HEIGHT - 80);
  });
  // What the light left on the floor may hang on to a foot for a few pictures.
  expect(feet.filter((off) => off <= 2).length).toBeGreaterThan(feet.length / 2);
});
