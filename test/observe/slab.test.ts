import { describe, expect, test } from 'vitest';
import { Observer } from '../../pipeline/observe/observer.ts';
import { SLAB_LAYOUT, type Slab, takeSlab } from '../../pipeline/observe/slab.ts';

/** Sizes that no other test of this file uses have pools of their own. */
const take = (count: number, width: number, height: number) =>
  Array.from({ length: count }, () => takeSlab(width, height));
const pools = (slabs: readonly Slab[]) => new Set(slabs.map(({ kernels }) => kernels.memory)).size;
const release = (slabs: readonly Slab[]) => {
  for (const slab of slabs) slab.release();
};

describe('a pool', () => {
  test('holds 16 cameras; the 17th has a pool of its own', () => {
    const slabs = take(17, 64, 48);
    expect(pools(slabs.slice(0, 16))).toBe(1);
    expect(pools(slabs)).toBe(2);
    release(slabs);
  });

  test('takes back what is given back: many cameras one after another need one', () => {
    const memories = new Set<unknown>();
    let bytes = 0;
    for (let i = 0; i < 200; i++) {
      const slab = takeSlab(72, 48);
      memories.add(slab.kernels.memory);
      bytes = Math.max(bytes, slab.kernels.memory.buffer.byteLength);
      slab.release();
    }
    expect(memories.size).toBe(1);
    expect(takeSlab(72, 48).kernels.memory.buffer.byteLength).toBe(bytes);
  });

  test('never hands out one slab twice, even when it was given back twice', () => {
    const [one] = take(1, 80, 48);
    one!.release();
    one!.release();
    const slabs = take(16, 80, 48);
    expect(new Set(slabs.map(({ parts }) => parts.head)).size).toBe(16);
    expect(pools(slabs)).toBe(1);
  });

  test('hands out clean memory that does not overlap', () => {
    const slabs = take(16, 88, 48);
    for (const slab of slabs) slab.bytes.fill(0xa5, 64);
    for (const [i, slab] of slabs.entries()) {
      slab.bytes.fill(i);
      expect(slabs.every((other, j) => j <= i || other.bytes[100] === 0xa5)).toBe(true);
    }
    release(slabs);
    const [again] = take(1, 88, 48);
    expect([...new Int32Array(again!.bytes.slice(0, 16).buffer)]).toEqual([SLAB_LAYOUT, 88, 48, 0]);
    expect(again!.bytes.subarray(16).every((byte) => byte === 0)).toBe(true);
  });

  test('is one a plane size', () => {
    expect(pools([...take(1, 96, 48), ...take(1, 48, 96)])).toBe(2);
  });
});

test('closing an observer gives its memory back, and closing it twice does no harm', () => {
  const plane = { width: 104, height: 48 };
  const [before] = take(1, plane.width, plane.height);
  before!.release();
  const luma = new Uint8Array(plane.width * plane.height).fill(90);
  const grey = new Uint8Array(luma.length / 4).fill(128);
  for (let i = 0; i < 100; i++) {
    const observer = new Observer({ site: 's', camera: `c${i}`, epoch: 1, ...plane });
    observer.observe({ number: 0, capturedAtMs: 1, luma, u: grey, v: grey }, 1);
    observer.close();
    observer.close();
  }
  const after = take(16, plane.width, plane.height);
  expect(after.every(({ kernels }) => kernels.memory === before!.kernels.memory)).toBe(true);
});
