/** When what stands still in a scene is drawn, which takes as long as a picture lasts. */
import { beforeEach, expect, it, vi } from 'vitest';
import { buildScene, openScene, sampleSpec } from '../../pipeline/ingest/scenes/index.ts';

let drawn = 0;
vi.mock('../../pipeline/ingest/scenes/place/backdrop.ts', async (original) => {
  const own = await original<typeof import('../../pipeline/ingest/scenes/place/backdrop.ts')>();
  return {
    ...own,
    drawBackdrop: (...of: Parameters<typeof own.drawBackdrop>) => {
      drawn++;
      return own.drawBackdrop(...of);
    },
  };
});

beforeEach(() => {
  drawn = 0;
});

it('is not for who asks for the truth alone', () => {
  const scene = buildScene(sampleSpec('corridor', 'density', 3, { width: 96, height: 54, durationS: 60 }));
  expect(scene.truth.events).not.toEqual([]);
  expect(scene.feet(100)).not.toEqual([]);
  expect(drawn).toBe(0);
});

it('is before the clock of a source runs, once: the pictures after the first would be passed over', async () => {
  const source = openScene('scene:corridor?seed=3&events=quiet&pace=real', {
    width: 96,
    height: 54,
    frames: 2,
  });
  expect(drawn).toBe(1);
  const numbers: number[] = [];
  for await (const { number } of source.pictures()) numbers.push(number);
  await source.close();
  expect(numbers[0]).toBe(0);
  expect(drawn).toBe(1);
});
