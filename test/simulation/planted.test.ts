/** The simulation finds what is planted, within a stated number of seeds: otherwise its silence means nothing. */
import { expect, it } from 'vitest';
import {
  checkpointForgetsRules,
  commitBeforeAppend,
  idFromClock,
  NOTHING,
  type Planted,
  plantRepeatingLedger,
  tokenFromElsewhere,
  tokenSkipsOne,
} from './planted.ts';
import { simulate } from './simulate.ts';

const cases: readonly [what: string, planted: Planted, seedsMax: number, code: RegExp][] = [
  ['a commit before the append', commitBeforeAppend, 40, /replay_(missing|differs)/],
  ['an id taken from the clock', idFromClock, 10, /replay_|claim_says_two_things|claim_doubled/],
  ['a checkpoint that forgets what the rules had seen', checkpointForgetsRules, 20, /replay_/],
  ['a resume token that skips one', tokenSkipsOne, 160, /^delivery_missing/],
  ['a resume token of another log', tokenFromElsewhere, 20, /process_broken/],
];

it.each(cases)('finds %s', { timeout: 240_000 }, async (_, planted, seedsMax, code) => {
  expect(await found(planted, seedsMax)).toMatch(code);
});

it('finds a ledger to which a repeated verdict is a new one', { timeout: 240_000 }, async () => {
  const restore = plantRepeatingLedger();
  try {
    expect(await found(NOTHING, 160)).toMatch(/event_doubled|event_id_not_derived/);
  } finally {
    restore();
  }
});

/** Codes of the first seed that fails. */
async function found(planted: Planted, seedsMax: number): Promise<string> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violations } = await simulate(seed, { planted });
    if (violations.length === 0) continue;
    console.log(`seed ${seed}: ${violations[0]!.code} ${violations[0]!.at}: ${violations[0]!.message}`);
    return violations.map(({ code }) => code).join(' ');
  }
  return `nothing in ${seedsMax} seeds`;
}
