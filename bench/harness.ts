/**
 * Times cases and prints them. A case checks its own answer before it is timed, so that nothing fast and wrong is
 * reported; what is printed is the median of several rounds, after a warm-up that lets the engine compile.
 */
import { cpus } from 'node:os';

export interface Case {
  /** Cases of one group are printed together. */
  readonly group: string;
  readonly name: string;
  /** What one call works through: `[1, 'frame']`, `[1000, 'points']`. */
  readonly items: readonly [number, string];
  /** Throws when the answer is wrong. */
  check(): void | Promise<void>;
  run(): void | Promise<void>;
}

export interface Timing {
  readonly group: string;
  readonly name: string;
  readonly item: string;
  /** Median, fastest and slowest round, µs an item. */
  readonly medianUs: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly rounds: number;
}

export interface Effort {
  readonly warmMs: number;
  readonly roundMs: number;
  readonly rounds: number;
}

export const FULL: Effort = { warmMs: 500, roundMs: 150, rounds: 15 };
/** Shows that every case still runs and answers right; its figures mean little. */
export const QUICK: Effort = { warmMs: 20, roundMs: 10, rounds: 3 };

export async function time(one: Case, effort: Effort): Promise<Timing> {
  try {
    await one.check();
  } catch (error) {
    throw new Error(`${one.group}: ${one.name}: wrong answer: ${error}`);
  }
  let calls = 1;
  for (let spentMs = 0; spentMs < effort.warmMs; ) {
    const tookMs = await callsMs(one, calls);
    spentMs += tookMs;
    if (tookMs < effort.roundMs)
      calls = Math.ceil(Math.min(calls * 4, (calls * effort.roundMs) / Math.max(tookMs, 1e-3)));
    else if (tookMs > 2 * effort.roundMs) calls = Math.max(1, Math.floor((calls * effort.roundMs) / tookMs));
  }
  const itemsUs: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    itemsUs.push((1000 * (await callsMs(one, calls))) / (calls * one.items[0]));
  }
  itemsUs.sort((a, b) => a - b);
  return {
    group: one.group,
    name: one.name,
    item: one.items[1],
    medianUs: itemsUs[itemsUs.length >> 1] ?? Number.NaN,
    minUs: itemsUs[0] ?? Number.NaN,
    maxUs: itemsUs.at(-1) ?? Number.NaN,
    rounds: effort.rounds,
  };
}

async function callsMs(one: Case, calls: number): Promise<number> {
  const startMs = performance.now();
  for (let call = 0; call < calls; call++) {
    const pending = one.run();
    // Awaiting nothing costs a turn of the event loop, more than most kernels.
    if (pending) await pending;
  }
  return performance.now() - startMs;
}

export function timingRow(timing: Timing): readonly string[] {
  const { medianUs, minUs, maxUs } = timing;
  const rate = 1e6 / medianUs;
  return [timing.name, us(medianUs), `${us(minUs)} .. ${us(maxUs)}`, `${short(rate)} ${timing.item}/s`];
}

export const TIMING_HEADINGS = ['', 'median µs', 'fastest .. slowest', 'rate'];

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
