import { expect, test } from 'vitest';
import { Grain, smoothNoise } from '../../pipeline/ingest/scenes/chance.ts';

test('a grain is smoothNoise of its salt, bit by bit, whatever was asked of it before', () => {
  const [grain, other] = [new Grain(77), new Grain(78)];
  let differs = 0;
  for (let n = 0; n < 5_000; n++) {
    // Back and forth over far more cells than are kept, on both sides of nought.
    const [x, y] = [Math.sin(n * 0.7) * 900, Math.cos(n * 1.3) * 40];
    expect(grain.at(x, y)).toBe(smoothNoise(x, y, 77));
    if (other.at(x, y) !== grain.at(x, y)) differs++;
  }
  // Kept in one place, one after the other.
  for (const y of [0.5, 1_024.5, 0.5, -1_023.5]) expect(grain.at(3.2, y)).toBe(smoothNoise(3.2, y, 77));
  expect(differs).toBeGreaterThan(4_900);
});
