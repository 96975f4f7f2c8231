/**
 * Many seeds: a small installation of production parts lives through crashes, repeats, delays, cuts, pauses and clocks
 * that jump, and keeps every promise. VIGIE_SEED=n runs one seed alone and prints what happened in it.
 */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const FIRST = 1;
const SEEDS = 40;
const asked = process.env.VIGIE_SEED;

describe('the simulation', () => {
  it('gives the same run for the same seed, and another one for another', { timeout: 60_000 }, async () => {
    const [once, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(again.digest).toBe(once.digest);
    expect(again.turns).toBe(once.turns);
    expect(other.digest).not.toBe(once.digest);
  });

  it(`keeps every promise through ${asked === undefined ? `${SEEDS} seeds` : `seed ${asked}`}`, {
    timeout: 600_000,
  }, async () => {
    const [from, count] = asked === undefined ? [FIRST, SEEDS] : [Number(asked), 1];
    let confirmed = 0;
    for (let seed = from; seed < from + count; seed++) {
      const outcome = await simulate(seed, { trace: asked !== undefined });
      if (asked !== undefined) console.log(outcome.lines.join(''));
      expect(outcome.violations, `VIGIE_SEED=${seed} npx vitest run test/simulation repeats it`).toEqual([]);
      confirmed += outcome.figures.confirmed;
    }
    // A run in which nothing happens proves nothing.
    if (count > 20) expect(confirmed).toBeGreaterThan(count);
  });
});
