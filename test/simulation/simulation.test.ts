/**
 * Many seeds: a small installation of production parts lives through crashes, repeats, delays, cuts, pauses and clocks
 * that jump, and keeps every promise. VIGIE_SEED=n runs one seed alone and prints what happened in it. The other half
 * of the seeds is in a file of its own, so that two workers share them.
 */
import { expect, it } from 'vitest';
import { ASKED, keepsEveryPromise, SEEDS, SEEDS_MS_MAX } from './seeds.ts';
import { simulate } from './simulate.ts';

it.runIf(ASKED === undefined)(
  'gives the same run for the same seed, and another one for another',
  { timeout: 60_000 },
  async () => {
    const [once, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(again.digest).toBe(once.digest);
    expect(again.turns).toBe(once.turns);
    expect(other.digest).not.toBe(once.digest);
  },
);

it.runIf(ASKED === undefined)(
  `keeps every promise through ${SEEDS / 2} seeds`,
  { timeout: SEEDS_MS_MAX },
  () => keepsEveryPromise(1, SEEDS / 2),
);

it.runIf(ASKED !== undefined)(`keeps every promise through seed ${ASKED}`, async () => {
  const { lines, violations } = await simulate(Number(ASKED), { trace: true });
  console.log(lines.join(''));
  expect(violations).toEqual([]);
});
