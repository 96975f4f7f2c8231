/** What became of candidates, counted from what ledgers say; the same whatever order the topics were read in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Agent, StatisticsRow, VerdictAct } from '../../pipeline/model.ts';
import { Ledger, type LedgerInput } from '../../pipeline/review/ledger.ts';
import { DAYS_MAX, Statistics } from '../../pipeline/review/statistics.ts';
import {
  ana,
  bob,
  candidate,
  claim,
  confirm,
  given,
  heard,
  lapse,
  reject,
  reverse,
  service,
  verdict,
} from './build.ts';

const DAY_MS = 86_400_000;
const MINUTE = 60_000;

function counted(inputs: readonly LedgerInput[]): Statistics {
  const ledger = new Ledger();
  const statistics = new Statistics();
  for (const input of inputs) for (const output of ledger.step(input)) statistics.step(output);
  return statistics;
}

/** Given at `atMs` by the server's clock and the log's. */
const act = (id: string, by: Agent, what: VerdictAct, atMs: number, n = 0): LedgerInput =>
  given({ ...verdict(id, by, what, n), atMs }, atMs);
const begun = heard(candidate(0), 1_000);
const none = {
  raised: 1,
  confirmed: 0,
  rejectedFalse: 0,
  rejectedIrrelevant: 0,
  rejectedTest: 0,
  lapsed: 0,
  reversed: 0,
};
const within = (bucket?: number) => Array.from({ length: 9 }, (_, n) => (n === bucket ? 1 : 0));

describe('one candidate', () => {
  type Row = readonly [string, readonly LedgerInput[], Partial<StatisticsRow>];
  const rows: readonly Row[] = [
    ['waits', [], { decidedWithin: within() }],
    ['is claimed', [act('a', ana, claim(MINUTE), 2_000)], { decidedWithin: within() }],
    ['is confirmed after 5 s', [act('a', ana, confirm, 6_000)], { confirmed: 1, decidedWithin: within(0) }],
    ['after a little more', [act('a', ana, confirm, 6_001)], { confirmed: 1, decidedWithin: within(1) }],
    ['after 10 minutes', [act('a', ana, confirm, 601_000)], { confirmed: 1, decidedWithin: within(7) }],
    ['later still', [act('a', ana, confirm, 601_001)], { confirmed: 1, decidedWithin: within(8) }],
    ['by a clock that is behind', [act('a', ana, confirm, 500)], { confirmed: 1, decidedWithin: within(0) }],
    ['is false', [act('a', ana, reject, 2_000)], { rejectedFalse: 1, decidedWithin: within(0) }],
    [
      'is true and does not matter',
      [act('a', ana, { kind: 'reject', reason: 'true_but_irrelevant' }, 2_000)],
      { rejectedIrrelevant: 1, decidedWithin: within(0) },
    ],
    [
      'is a test',
      [act('a', ana, { kind: 'reject', reason: 'test' }, 2_000)],
      { rejectedTest: 1, decidedWithin: within(0) },
    ],
    ['lapses', [act('a', service, lapse, 1_000 + 15 * MINUTE)], { lapsed: 1, decidedWithin: within() }],
    [
      'is confirmed, and that is taken back',
      [act('a', ana, confirm, 2_000), act('b', bob, reverse('a'), 3_000)],
      { reversed: 1, decidedWithin: within() },
    ],
    [
      'is confirmed, taken back, and false',
      [act('a', ana, confirm, 2_000), act('b', bob, reverse('a'), 3_000), act('c', bob, reject, 31_000)],
      { reversed: 1, rejectedFalse: 1, decidedWithin: within(3) },
    ],
    [
      'every record twice',
      [begun, act('a', ana, confirm, 2_000), act('a', ana, confirm, 2_000), begun],
      { confirmed: 1, decidedWithin: within(0) },
    ],
    [
      'a reversal that is read again when all is decided anew',
      [
        act('a', ana, confirm, 2_000),
        act('b', bob, reverse('a'), 3_000),
        act('c', bob, confirm, 4_000),
        act('b', bob, reverse('a'), 3_000),
      ],
      { reversed: 1, confirmed: 1, decidedWithin: within(0) },
    ],
    [
      'what is refused changes nothing',
      [act('a', ana, confirm, 2_000), act('b', bob, reject, 3_000), act('c', service, reverse('a'), 4_000)],
      { confirmed: 1, decidedWithin: within(0) },
    ],
  ];
  test.each(rows)('%s', (_, inputs, expected) => {
    const place = { site: 'gare', camera: 'quai', type: 'forbidden_zone', rule: 'no-tracks', dayMs: 0 };
    expect(counted([begun, ...inputs]).rows()).toEqual([{ ...place, ...none, ...expected }]);
  });

  test('that takes two people is decided by the second', () => {
    const both = [heard(candidate(0, { confirmers: 2 }), 1_000), act('a', ana, confirm, 2_000)];
    expect(counted(both).rows()).toMatchObject([{ confirmed: 0 }]);
    expect(counted([...both, act('b', bob, confirm, 25_000)]).rows()).toMatchObject([
      { confirmed: 1, decidedWithin: within(3) },
    ]);
  });

  test('is counted on the day on which it was raised, whenever it is decided', () => {
    const late = DAY_MS - 1_000;
    const statistics = counted([heard(candidate(0), late), act('a', ana, confirm, DAY_MS + 5_000)]);
    expect(statistics.rows()).toMatchObject([{ dayMs: 0, raised: 1, confirmed: 1 }]);
  });
});

test('rows are told apart by rule and day, and asked for by day', () => {
  const statistics = counted([
    heard(candidate(0), 1_000),
    heard(candidate(1), 2_000),
    heard(candidate(2, { rule: 'other' }), 3_000),
    heard(candidate(3), DAY_MS + 1),
  ]);
  const raised = (span = {}) =>
    statistics.rows(span).map(({ rule, dayMs, raised }) => [rule, dayMs / DAY_MS, raised]);
  expect(raised()).toEqual([
    ['no-tracks', 0, 2],
    ['other', 0, 1],
    ['no-tracks', 1, 1],
  ]);
  expect(raised({ fromMs: DAY_MS + 500 })).toEqual([['no-tracks', 1, 1]]);
  expect(raised({ untilMs: DAY_MS })).toHaveLength(2);
});

test('what is old is forgotten: rows after some days, candidates when no ledger keeps them', () => {
  const ledger = new Ledger();
  const statistics = new Statistics();
  const step = (input: LedgerInput) => {
    for (const output of ledger.step(input)) statistics.step(output);
  };
  for (let day = 0; day < DAYS_MAX + 50; day++) {
    step(heard(candidate(day), day * DAY_MS + 1_000));
    step(act(`v${day}`, ana, reject, day * DAY_MS + 2_000, day));
    step({ kind: 'tick', nowMs: (day + 1) * DAY_MS });
  }
  expect(statistics.size().rows).toBe(DAYS_MAX);
  expect(statistics.size().candidates).toBeLessThanOrEqual(4);
  expect(Math.min(...statistics.rows().map(({ dayMs }) => dayMs))).toBe(50 * DAY_MS);
});

test('whatever order the topics are read in', () => {
  const SEED = 20_261_128;
  const n = fc.nat(2);
  const acts = fc.array(
    fc.record({ n, by: fc.constantFrom(ana, bob), kind: fc.constantFrom('confirm', 'reject', 'reverse') }),
    {
      maxLength: 14,
    },
  );
  fc.assert(
    fc.property(acts, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (steps, picks) => {
      const last = new Map<number, string>();
      const verdicts = steps.map(({ n, by, kind }, index) => {
        const id = `v${index}`;
        const what =
          kind === 'reverse' ? reverse(last.get(n) ?? 'none') : kind === 'confirm' ? confirm : reject;
        if (kind !== 'reverse') last.set(n, id);
        return act(id, by, what, 10_000 + index * 1_000, n);
      });
      const candidates = [0, 1, 2].map((n) =>
        heard(candidate(n, n === 1 ? { confirmers: 2 } : {}), 1_000 + n),
      );
      const merged: LedgerInput[] = [];
      const [left, right] = [[...candidates], [...verdicts]];
      for (const pick of picks) merged.push(...(pick ? left : right).splice(0, 1));
      merged.push(...left, ...right);
      const straight = counted([...candidates, ...verdicts]).rows();
      const key = (row: StatisticsRow) => `${row.dayMs} ${row.rule}`;
      const sorted = (rows: readonly StatisticsRow[]) =>
        [...rows].sort((a, b) => key(a).localeCompare(key(b)));
      expect(sorted(counted(merged).rows())).toEqual(sorted(straight));
      const [row] = straight;
      expect(row!.confirmed + row!.rejectedFalse).toBe(row!.decidedWithin.reduce((a, b) => a + b, 0));
    }),
    { seed: SEED, numRuns: 1_000 },
  );
});
