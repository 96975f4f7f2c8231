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
}

const ghost: Row = { x0: 60, y0: 40, x1: 71, y1: 63, area: 200, rim: [100, 400] };
const train: Row = { x0: 40, y0: 20, x1: 159, y1: 80, area: 5_000, rim: [400, 400] };

let slab: Slab | undefined;
afterEach(() => slab?.release());

/** Judges pictures of the given regions, which have all been still for 10 s; says what is left of each as a thing. */
function judging() {
  slab = takeSlab(WIDTH, HEIGHT);
  const { parts, scratch, kernels } = slab;
  const cells = 40 * 23;
  const table = new Int32Array(kernels.memory.buffer, scratch.table, BLOBS_MAX * ROW_LENGTH);
  new Uint8Array(kernels.memory.buffer, parts.occupancy, cells).fill(255);
  new Uint16Array(kernels.memory.buffer, parts.still, cells).fill(50);
  const judge = new Judge(slab, WIDTH, HEIGHT);
  return (atMs: number, ...rows: readonly Row[]) => {
    rows.forEach(({ x0, y0, x1, y1, area, rim }, k) => {
      // A sharp edge all around: difference 100 a pixel, of which 90 fall across the rim.
      table.set([x0, y0, x1, y1, area, 8 * x0, 100 * area, 50, 50 * 90, ...rim], k * ROW_LENGTH);
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
