import { afterEach, describe, expect, test } from 'vitest';
import { Judge } from '../../pipeline/observe/regions.ts';
import { BLOBS_MAX, type Slab, takeSlab } from '../../pipeline/observe/slab.ts';

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
function judging({ occupied = 255, stillPictures = 50 } = {}) {
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
    return judge.judge(rows.length, STEP_MS, atMs).map((thing) => thing.x0);
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

test('what has not changed for a quarter of an hour is furniture, however large', () => {
  const judge = judging({ stillPictures: 4_500 });
  expect(judge(0, train)).toEqual([]);
  expect(judging({ stillPictures: 4_499 })(0, train)).toEqual([train.x0]);
});
