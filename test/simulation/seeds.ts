/** A share of the seeds that every test run tries; 2,000 together where CI is set, fewer at a desk. */
import { expect } from 'vitest';
import { simulate } from './simulate.ts';

export const SEEDS = process.env.CI === undefined ? 200 : 2_000;
/** VIGIE_SEED=n: only this one, and what happened in it. */
export const ASKED = process.env.VIGIE_SEED;
export const SEEDS_MS_MAX = 900_000;

/** Fails at the first seed that breaks a promise, and says how to repeat it. */
export async function keepsEveryPromise(from: number, count: number): Promise<void> {
  let confirmed = 0;
  let deliveries = 0;
  const beganMs = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const { violations, figures } = await simulate(seed);
    expect(violations, `VIGIE_SEED=${seed} npx vitest run test/simulation repeats it`).toEqual([]);
    confirmed += figures.confirmed;
    deliveries += figures.deliveries;
  }
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  console.log(
    `simulation: seeds ${from} to ${from + count - 1} in ${seconds} s, ${confirmed} confirmed, ${deliveries} delivered`,
  );
  // A run in which nothing happens proves nothing.
  expect(confirmed).toBeGreaterThan(count);
}
