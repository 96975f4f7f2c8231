/** The other half of the seeds of simulation.test.ts. */
import { it } from 'vitest';
import { ASKED, keepsEveryPromise, SEEDS, SEEDS_MS_MAX } from './seeds.ts';

it.runIf(ASKED === undefined)(
  `keeps every promise through ${SEEDS / 2} more seeds`,
  { timeout: SEEDS_MS_MAX },
  () => keepsEveryPromise(1 + SEEDS / 2, SEEDS / 2),
);
