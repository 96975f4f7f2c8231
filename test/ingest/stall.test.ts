import { describe, expect, test } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import type { Picture, PictureSource } from '../../pipeline/ingest/picture.ts';
import { unstalled } from '../../pipeline/ingest/stall.ts';

const plane = new Uint8Array(4);
const picture = (number: number): Picture => ({
  number,
  capturedAtMs: number * 200,
  luma: plane,
  u: plane,
  v: plane,
});

/** Gives `count` pictures; then ends, hangs or fails. */
function sourceOf(count: number, then: 'ends' | 'hangs' | 'fails'): PictureSource {
  return {
    width: 2,
    height: 2,
    fps: 5,
    sourceFps: 5,
    async *pictures() {
      for (let n = 0; n < count; n++) yield picture(n);
      if (then === 'hangs') await new Promise(() => undefined);
      if (then === 'fails') throw new Error('broken');
    },
    close: async () => undefined,
  };
}

async function taken(source: PictureSource): Promise<{ numbers: number[]; error?: unknown }> {
  const numbers: number[] = [];
  try {
    for await (const { number } of unstalled(source, 50)) numbers.push(number);
    return { numbers };
  } catch (error) {
    return { numbers, error };
  }
}

describe('a source', () => {
  test('that ends, ends', async () => {
    expect(await taken(sourceOf(3, 'ends'))).toEqual({ numbers: [0, 1, 2] });
  });

  test('whose pictures stop coming is given up, after those that came', async () => {
    const { numbers, error } = await taken(sourceOf(3, 'hangs'));
    expect(numbers).toEqual([0, 1, 2]);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('source_stalled');
  });

  test('that fails says so itself', async () => {
    expect((await taken(sourceOf(1, 'fails'))).error).toEqual(new Error('broken'));
  });
});
