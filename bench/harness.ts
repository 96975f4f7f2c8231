/**
 * Times cases and prints them. A case checks its own answer before it is timed, so that nothing fast and wrong is
 * reported. Where a case has a naive twin, both are timed in the same run, taking turns, so that their ratio does not
 * depend on what else the machine did. Sampling and warm-up are benchmark.js's; the median of all samples is printed,
 * because the mean of few is moved by whatever else ran.
 */
import { cpus } from 'node:os';
import Benchmark from 'benchmark';

export interface Case {
  /** Cases of one group are printed together. */
  readonly group: string;
  readonly name: string;
  /** What one call works through: `[1, 'frame']`, `[1000, 'points']`. */
  readonly items: readonly [number, string];
  /** Throws when the answer is wrong. */
  check(): void | Promise<void>;
  run(): void | Promise<void>;
  /** The same work by the twin that is written to be read. */
  twin?(): void;
}

export interface Timing {
  readonly group: string;
  readonly name: string;
  readonly item: string;
  /** Median, fastest and slowest sample, µs an item. */
  readonly medianUs: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly samples: number;
  /** Median of the naive twin, µs an item. */
  readonly twinUs?: number;
}

export interface Effort {
  /** Turns that a case and its twin take. */
  readonly turns: number;
  /** Seconds of sampling in each. */
  readonly maxTime: number;
  readonly minSamples: number;
}

export const FULL: Effort = { turns: 3, maxTime: 0.8, minSamples: 5 };
/** Shows that every case still runs and answers right; its figures mean little. */
export const QUICK: Effort = { turns: 1, maxTime: 0.02, minSamples: 1 };

export async function time(one: Case, effort: Effort): Promise<Timing> {
  try {
    await one.check();
  } catch (error) {
    throw new Error(`${one.group}: ${one.name}: wrong answer: ${error}`);
  }
  const ours: number[] = [];
  const twins: number[] = [];
  const itemUs = (seconds: number) => (1e6 * seconds) / one.items[0];
  for (let turn = 0; turn < effort.turns; turn++) {
    ours.push(...(await sample(one.name, () => one.run(), effort)).map(itemUs));
    if (one.twin) twins.push(...(await sample(`${one.name}, twin`, () => one.twin?.(), effort)).map(itemUs));
  }
  ours.sort((a, b) => a - b);
  const timing = {
    group: one.group,
    name: one.name,
    item: one.items[1],
    medianUs: median(ours),
    minUs: ours[0] ?? Number.NaN,
    maxUs: ours.at(-1) ?? Number.NaN,
    samples: ours.length,
  };
  return one.twin ? { ...timing, twinUs: median(twins) } : timing;
}

/** Seconds a call, one for each sample. */
async function sample(name: string, run: () => void | Promise<void>, effort: Effort): Promise<number[]> {
  // A call that gives no promise is not awaited: that alone would cost more than most kernels.
  const first = run();
  const defer = first instanceof Promise;
  await first;
  const { maxTime, minSamples } = effort;
  return new Promise((resolve, reject) => {
    const bench = new Benchmark(name, {
      fn: defer
        ? (deferred: { resolve(): void }) => void run()?.then(() => deferred.resolve(), reject)
        : () => void run(),
      defer,
      maxTime,
      minSamples,
      ...(effort === QUICK ? { minTime: 0.01 } : {}),
    });
    bench.on('error', () => reject((bench as { error?: unknown }).error));
    bench.on('complete', () => resolve([...bench.stats.sample]));
    bench.run({ async: true });
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function timingRow(timing: Timing): readonly string[] {
  const { medianUs, minUs, maxUs, twinUs } = timing;
  const rate = `${short(1e6 / medianUs)} ${timing.item}/s`;
  const twin = twinUs === undefined ? '' : `${us(twinUs)} (x${(twinUs / medianUs).toPrecision(3)})`;
  return [timing.name, us(medianUs), `${us(minUs)} .. ${us(maxUs)}`, rate, twin];
}

export const TIMING_HEADINGS = ['', 'median µs', 'fastest .. slowest', 'rate', 'naive twin'];

function us(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  return value.toFixed(0);
}

export function machine(): Readonly<Record<string, string | number>> {
  const cores = cpus();
  return { cpu: cores[0]?.model ?? 'unknown', cores: cores.length, node: process.version };
}
