import { describe, expect, it } from 'vitest';
import { AHEAD_MS_MAX, BEHIND_MS_MAX, Clock } from '../../pipeline/admit/clock.ts';

const HOUR_MS = 3_600_000;
/** A time of day: the clock knows nothing of dates. */
const T = 1_700_000_000_000;

/** Event times of frames every 200 ms, received 40 ms after they were taken, of a clock that is wrong by `wrongMs(i)`. */
function run(count: number, wrongMs: (i: number) => number, clock = new Clock()) {
  return Array.from({ length: count }, (_, i) => {
    const trueMs = T + i * 200;
    const told = clock.tell(trueMs + wrongMs(i), trueMs + 40);
    return { ...told, sinceMs: told.atMs - T };
  });
}

const stepsOf = (told: ReturnType<typeof run>) => told.slice(1).map(({ atMs }, i) => atMs - told[i]!.atMs);
const count = (told: ReturnType<typeof run>, what: 'stepped' | 'clamped') =>
  told.filter((one) => one[what]).length;

describe('a clock that is right', () => {
  it('is believed, late or not', () => {
    for (const behindMs of [0, 30_000, HOUR_MS, BEHIND_MS_MAX - 40]) {
      const told = run(50, () => -behindMs);
      expect(told.map(({ sinceMs }) => sinceMs)).toEqual(told.map((_, i) => i * 200 - behindMs));
      expect(count(told, 'stepped') + count(told, 'clamped')).toBe(0);
    }
  });

  it('is believed in a burst: ten minutes that arrive at once', () => {
    const clock = new Clock();
    const told = Array.from({ length: 3_000 }, (_, i) => clock.tell(T + i * 200, T + 600_000).atMs - T);
    expect(told).toEqual(told.map((_, i) => i * 200));
  });

  it('is believed after a tunnel', () => {
    const clock = new Clock();
    clock.tell(T, T + 40);
    expect(clock.tell(T + 600_000, T + 600_040)).toEqual({
      atMs: T + 600_000,
      clamped: false,
      stepped: false,
    });
  });
});

describe('a clock that is set back by an hour', () => {
  const told = run(100, (i) => (i < 50 ? 0 : -HOUR_MS));

  it('stops nothing: event time goes on, and one step is counted', () => {
    expect(new Set(stepsOf(told))).toEqual(new Set([200]));
    expect(count(told, 'stepped')).toBe(1);
    expect(told[50]!.stepped).toBe(true);
  });

  it('is believed again once it is put right', () => {
    const back = run(150, (i) => (i < 50 || i >= 100 ? 0 : -HOUR_MS));
    expect(new Set(stepsOf(back))).toEqual(new Set([200]));
    expect(count(back, 'stepped')).toBe(2);
    expect(back.at(-1)!.sinceMs).toBe(149 * 200);
  });

  it('may be set back within a burst as well', () => {
    const clock = new Clock();
    const times = Array.from({ length: 100 }, (_, i) => T + i * 200 - (i < 50 ? 0 : HOUR_MS));
    const event = times.map((atMs) => clock.tell(atMs, T + 600_000).atMs);
    const steps = event.slice(1).map((atMs, i) => atMs - event[i]!);
    expect(steps.filter((step) => step !== 200)).toEqual([0]);
  });

  it('stands still for what jitter does, and is not taken for a step', () => {
    const jitter = run(100, (i) => (i === 50 ? -700 : 0));
    expect(stepsOf(jitter).every((step) => step >= 0)).toBe(true);
    expect(count(jitter, 'stepped')).toBe(0);
    expect(jitter.at(-1)!.sinceMs).toBe(99 * 200);
  });
});

describe('a clock that jumps forward by an hour', () => {
  it('makes no gap, and is believed again once it is put right', () => {
    const told = run(150, (i) => (i >= 50 && i < 100 ? HOUR_MS : 0));
    expect(new Set(stepsOf(told))).toEqual(new Set([200]));
    expect(count(told, 'stepped')).toBe(2);
    expect(count(told, 'clamped')).toBe(50);
    expect(told.at(-1)!.sinceMs).toBe(149 * 200);
  });
});

describe('a clock that was never right', () => {
  it('and runs ahead is held to the receipt, exactly at the bound', () => {
    const at = (aheadMs: number) => new Clock().tell(T + aheadMs, T);
    expect(at(AHEAD_MS_MAX)).toEqual({ atMs: T + AHEAD_MS_MAX, clamped: false, stepped: false });
    expect(at(AHEAD_MS_MAX + 1)).toEqual({ atMs: T + AHEAD_MS_MAX, clamped: true, stepped: false });
    const told = run(100, () => HOUR_MS);
    expect(new Set(stepsOf(told))).toEqual(new Set([200]));
    expect(count(told, 'clamped')).toBe(100);
  });

  it('and drifts ahead never gets further than the bound', () => {
    // A second too fast every ten.
    const told = run(1_000, (i) => i * 20);
    for (const [i, { atMs }] of told.entries())
      expect(atMs - (T + i * 200 + 40)).toBeLessThanOrEqual(AHEAD_MS_MAX);
    expect(stepsOf(told).every((step) => step >= 0 && step <= 220)).toBe(true);
  });

  it('and was never set begins with the receipt', () => {
    const clock = new Clock();
    const event = [0, 200, 400].map((atMs) => clock.tell(atMs, T + atMs).atMs - T);
    expect(event).toEqual([0, 200, 400]);
  });
});

it('is not stopped when the clock of the ingest process is set back with it', () => {
  const clock = new Clock();
  const event = Array.from({ length: 100 }, (_, i) => {
    const nowMs = T + i * 200 - (i < 50 ? 0 : HOUR_MS);
    return clock.tell(nowMs, nowMs + 40).atMs;
  });
  const steps = event.slice(1).map((atMs, i) => atMs - event[i]!);
  expect(steps.filter((step) => step !== 200)).toEqual([0]);
});

it('never runs backwards and is never far ahead of the receipt, whatever the clocks do', () => {
  const seed = Number(process.env.VIGIE_SEED ?? Date.now() % 1_000_000);
  console.log(`clock: seed ${seed}`);
  let state = seed >>> 0;
  const chance = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const wrong: object[] = [];
  for (let round = 0; round < 200; round++) {
    let clock = new Clock();
    let wrongMs = 0;
    let lastMs = 0;
    for (let i = 0; i < 300; i++) {
      if (chance() < 0.02) wrongMs = Math.round((chance() - 0.5) * 4 * HOUR_MS);
      if (chance() < 0.05) clock = new Clock(JSON.parse(JSON.stringify(clock.state)));
      const receivedAtMs = T + i * 200;
      const { atMs } = clock.tell(receivedAtMs + wrongMs + Math.round(chance() * 50), receivedAtMs);
      if (atMs < lastMs || atMs > receivedAtMs + AHEAD_MS_MAX) wrong.push({ round, i, atMs, lastMs });
      lastMs = atMs;
    }
  }
  expect(wrong).toEqual([]);
});
