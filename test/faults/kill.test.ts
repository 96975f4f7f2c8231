/** A short kill test: each kind of process and a broker die, and nothing is lost or doubled. */
import { describe, expect, it } from 'vitest';
import { haveKafka } from '../support/kafka/broker.ts';
import { SEED } from '../support/random.ts';
import { havePart } from '../support/require.ts';
import { vigieCommand } from '../support/station.ts';
import { killTest } from './run.ts';

const found = haveKafka();
describe.runIf(havePart('kafka', found.present, found.why))('kill -9 at random', () => {
  it(`loses and doubles no event, and open claims keep their ids (seed ${SEED})`, {
    timeout: 420_000,
  }, async () => {
    const outcome = await killTest({
      ...{ seed: SEED, kills: 6, cameras: 12, fps: 2, paceMs: 2_000, partitions: 4 },
      command: vigieCommand(),
    });
    expect(outcome.violations).toEqual([]);
    expect(new Set(outcome.kills.map(({ kind }) => kind)).size).toBe(4);
    // There was something to lose.
    expect(outcome.answered.confirm).toBeGreaterThan(0);
    expect(outcome.received.map(({ verified }) => verified)).toEqual(
      outcome.received.map(() => outcome.answered.confirm),
    );
    expect(outcome.openAtKill).toBeGreaterThan(0);
  });
});
