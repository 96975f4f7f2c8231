import { describe, expect, test } from 'vitest';
import { judge, type Sample } from '../../bench/network/judge.ts';

const well: Sample = { frames: 0, rejected: 0, lag: 5, heapUsed: 50e6, external: 10e6, rss: 200e6, cpuS: 1 };

/** 30 reports of one worker that measures 100 frames between two of them. */
function worker(patch: (n: number) => Partial<Sample> = () => ({})): readonly Sample[] {
  return Array.from({ length: 30 }, (_, n) => ({ ...well, frames: 100 * (n + 1), ...patch(n) }));
}

function faultsOf(workers: readonly (readonly Sample[])[], sent = 3_000): readonly string[] {
  return judge({ sent, seconds: 300, workers }).faults;
}

describe('a long run', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['in which everything was well', faultsOf([worker()]), []],
    ['shared by two workers', faultsOf([worker(), worker()], 6_000), []],
    ['in which frames were measured twice', faultsOf([worker()], 2_990), []],
    ['that lost frames', faultsOf([worker()], 3_001), ['1 frames were not measured']],
    ['that put frames aside', faultsOf([worker(() => ({ rejected: 2 }))]), ['2 frames were put aside']],
    [
      'whose heap grows by 4 % a report',
      faultsOf([worker((n) => ({ heapUsed: 50e6 * 1.04 ** n }))]),
      ['worker 0: heap and external grew'],
    ],
    [
      'whose external memory grows',
      faultsOf([worker(), worker((n) => ({ external: 10e6 + n * 2e6 }))], 6_000),
      ['worker 1: heap and external grew'],
    ],
    [
      'that has more records in hand at the end, on a busier machine',
      faultsOf([worker((n) => ({ external: 10e6 + (n % 2) * (n < 20 ? 2e6 : 8e6) }))]),
      [],
    ],
    ['that grew at first', faultsOf([worker((n) => ({ heapUsed: n < 10 ? 20e6 : 50e6 }))]), []],
    [
      'whose RSS peaks at the end',
      faultsOf([worker((n) => ({ rss: n === 29 ? 211e6 : 200e6 }))]),
      ['worker 0: RSS grew'],
    ],
    ['whose lag comes and goes', faultsOf([worker((n) => ({ lag: 500 * (n % 2) }))]), []],
    ['whose lag grows', faultsOf([worker((n) => ({ lag: 50 * n }))]), ['worker 0: lag grows']],
  ])('%s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });
});
