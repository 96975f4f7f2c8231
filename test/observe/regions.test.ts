import { afterEach, describe, expect, test } from 'vitest';
import { Judge } from '../../pipeline/observe/regions.ts';
import { BLOBS_MAX, type Slab, takeSlab } from '../../pipeline/observe/slab.ts';
import { random, SEED } from '../support/random.ts';

const WIDTH = 160;
const HEIGHT = 90;
const STEP_MS = 200;
const ROW_LENGTH = 16;

interface Row {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly area: number;
  /** Strength of the rim in the picture and in the background. */
  readonly rim: readonly [picture: number, background: number];
  /** Hardly anything of the difference falls across the rim. */
  readonly soft?: boolean;
}

const ghost: Row = { x0: 60, y0: 40, x1: 71, y1: 63, area: 200, rim: [100, 400] };
const train: Row = { x0: 40, y0: 20, x1: 159, y1: 80, area: 5_000, rim: [400, 400] };

let slab: Slab | undefined;
afterEach(() => slab?.release());

/**
 * Judges pictures of the given regions, which have all been still for that many pictures where cells of the picture
 * before were so much occupied, 0..255; says where the things begin.
 */
function judging({ occupied = 255, stillPictures = 50, young = false } = {}) {
  slab?.release();
  slab = takeSlab(WIDTH, HEIGHT);
  const { parts, scratch, kernels } = slab;
  const cells = 40 * 23;
  const table = new Int32Array(kernels.memory.buffer, scratch.table, BLOBS_MAX * ROW_LENGTH);
  new Uint8Array(kernels.memory.buffer, parts.occupancy, cells).fill(occupied);
  new Uint16Array(kernels.memory.buffer, parts.still, cells).fill(stillPictures);
  const judge = new Judge(slab, WIDTH, HEIGHT);
  return (atMs: number, ...rows: readonly Row[]) => {
    rows.forEach(({ x0, y0, x1, y1, area, rim, soft = false }, k) => {
      // A sharp edge all around: difference 100 a pixel, of which 90 fall across the rim; or 10 across a soft one.
      const fall = soft ? 10 : 90;
      table.set([x0, y0, x1, y1, area, 8 * x0, 100 * area, 50, 50 * fall, ...rim], k * ROW_LENGTH);
    });
    const [luma, lit] = [parts.luma[0], parts.background];
    return judge.judge(rows.length, STEP_MS, atMs, luma, lit, young).map((thing) => thing.x0);
  };
}

describe('what looks like the ghost of somebody who left', () => {
  test('is none', () => {
    const judge = judging();
    expect(judge(0, ghost)).toEqual([]);
  });

  test('is a thing while its rim is in the picture', () => {
    const judge = judging();
    expect(judge(0, { ...ghost, rim: [400, 400] })).toEqual([ghost.x0]);
  });

  test('is a thing where a train was up to 8 s ago: the smooth part of one has no rim either', () => {
    const judge = judging();
    expect(judge(0, train)).toEqual([train.x0]);
    expect(judge(7_800, ghost)).toEqual([ghost.x0]);
    expect(judge(8_000, ghost)).toEqual([]);
  });

  test.each([
    ['a fifteenth of the view, in the first minute: somebody stood close', 0.07, true, []],
    ['a fifteenth of the view later: it is a train', 0.07, false, [ghost.x0]],
    ['a tenth of the view in the first minute: it is a group', 0.1, true, [ghost.x0]],
  ])('and covers %s', (_what, share, young, things) => {
    expect(judging({ young })(0, { ...ghost, area: share * WIDTH * HEIGHT })).toEqual(things);
  });

  test('is none beside the train', () => {
    const judge = judging();
    const beside = { ...ghost, x0: 4, x1: 15 };
    expect(judge(0, train, beside)).toEqual([train.x0]);
  });
});

describe('a large region with a soft rim', () => {
  const lamp: Row = { ...train, soft: true };

  test('is light', () => {
    expect(judging({ occupied: 0 })(0, lamp)).toEqual([]);
  });

  test('is a crowd when it was one a picture ago', () => {
    expect(judging({ occupied: 255 })(0, lamp)).toEqual([lamp.x0]);
  });

  test('is light when less than half of it was anything', () => {
    // 5,000 pixels in a box of 30 by 16 cells: 2,500 are 83 of 255 everywhere.
    expect(judging({ occupied: 82 })(0, lamp)).toEqual([]);
    expect(judging({ occupied: 84 })(0, lamp)).toEqual([lamp.x0]);
  });

  test('is light when it is small, whatever was there', () => {
    expect(judging({ occupied: 255 })(0, { ...ghost, rim: [400, 400], soft: true })).toEqual([]);
  });
});

describe(`what fades at its rim (seed ${SEED})`, () => {
  /** A floor of `texture` levels, and on it a dark patch 40 by 20 that fades within 12 pixels, with noise everywhere. */
  function patch({ floor = 0, own = 0, noise = 0, darkness = 0.45 }) {
    const chance = random(SEED);
    const [tiles, clothes, sensor] = [WIDTH, WIDTH * HEIGHT, WIDTH * HEIGHT].map((length) =>
      Array.from({ length }, () => chance.below(257) / 128 - 1),
    ) as [number[], number[], number[]];
    const soft = (far: number) => Math.max(0, Math.min(1, far / 12));
    const back = new Uint16Array(WIDTH * HEIGHT);
    const luma = new Uint8Array(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const i = y * WIDTH + x;
        const place = 120 + floor * tiles[x >> 1]!;
        const inside = Math.min(soft(x - 59), soft(100 - x), soft(y - 29), soft(56 - y));
        const hidden = own > 0 ? 120 : place;
        const seen = place + inside * (hidden * (1 - darkness) + own * clothes[i]! - place);
        back[i] = place * 128;
        luma[i] = Math.round(seen + noise * sensor[i]!);
      }
    return { back, luma };
  }

  function isThing(of: Parameters<typeof patch>[0]): boolean {
    slab?.release();
    slab = takeSlab(WIDTH, HEIGHT);
    const { parts, scratch, kernels } = slab;
    const { exports, memory } = kernels;
    const { back, luma } = patch(of);
    new Uint8Array(memory.buffer, parts.luma[0], luma.length).set(luma);
    exports.backgroundReset(parts.background, parts.luma[0], luma.length);
    new Uint16Array(memory.buffer, parts.background, back.length).set(back);
    const at = [parts.luma[0], parts.background] as const;
    exports.background(scratch.seen, parts.background, at[0], at[1], WIDTH, HEIGHT, 14, 0);
    exports.clean(scratch.bits, scratch.seen, WIDTH, HEIGHT);
    const count = exports.label(scratch.runs, scratch.bits, WIDTH, HEIGHT, BLOBS_MAX);
    exports.blobTable(scratch.table, scratch.runs, count, scratch.bits, ...at, WIDTH, HEIGHT);
    const judge = new Judge(slab, WIDTH, HEIGHT);
    expect(count).toBeGreaterThan(0);
    return judge.judge(count, STEP_MS, 0, ...at, false).some(({ areaPx }) => areaPx > 300);
  }

  test.each([
    ['shadow on a plain floor', {}, false],
    ['shadow on a tiled floor', { floor: 16 }, false],
    ['shadow, noisy', { noise: 4 }, false],
    ['deep shadow, noisy', { noise: 4, darkness: 0.6 }, false],
    ['dark clothes on a plain floor', { own: 18 }, true],
    ['dark clothes on a tiled floor', { own: 20, floor: 6 }, true],
    ['dark clothes, noisy', { own: 18, noise: 2 }, true],
  ] as const)('%s', (_, of, thing) => {
    expect(isThing(of)).toBe(thing);
  });
});

test('what has not changed for a quarter of an hour is furniture, however large', () => {
  const judge = judging({ stillPictures: 4_500 });
  expect(judge(0, train)).toEqual([]);
  expect(judging({ stillPictures: 4_499 })(0, train)).toEqual([train.x0]);
});
