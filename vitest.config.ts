import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each. Left to the end, one of them would run alone, with nothing for the other core. */
const LONG = [
  'test/evaluate/quiet-hours.test.ts',
  'test/evaluate/footage.test.ts',
  'test/simulation/simulation.test.ts',
  'test/simulation/simulation-more.test.ts',
  'test/log/rdkafka.test.ts',
  'test/faults/kill.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores: more workers only take turns. Suites that start a broker or a browser are slow, not stuck.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
  },
});
