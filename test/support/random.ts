/** Seeded chance for tests: the seed is printed in test names, SEED in the environment repeats a run. */
export const SEED = Number(process.env.SEED ?? 20_261_124);

export interface Chance {
  /** Integer, 0 <= value < end. */
  below(end: number): number;
  /** 0 <= value < 1 */
  unit(): number;
}

/** Mulberry32 (Tommy Ettinger, 2017, public domain): 32 bits of state, good enough to mix test data. */
export function random(seed: number): Chance {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { below: (end) => next() % end, unit: () => next() / 2 ** 32 };
}
