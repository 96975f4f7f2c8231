import { describe, expect, it } from 'vitest';
import type { StatisticsRow } from '../../../pipeline/console/api.ts';
import {
  between,
  DAY_MS,
  dateOf,
  daysOf,
  lastDays,
  midnight,
} from '../../../pipeline/console/web/statistics/range.ts';
import {
  type Column,
  groupsBy,
  judged,
  ordered,
  perCameraDay,
  precision,
  quantile,
  sumOf,
} from '../../../pipeline/console/web/statistics/summary.ts';
import { trendOf } from '../../../pipeline/console/web/statistics/trend.ts';
import { NOW_MS, statisticsOf } from '../../support/pages/samples.ts';
import { SEED } from '../../support/random.ts';

const DAY = Date.UTC(2026, 10, 28);
const row = (change: Partial<StatisticsRow> = {}): StatisticsRow => ({
  ...{ site: 'gare', camera: 'quai', type: 'density', rule: 'full', dayMs: DAY },
  ...{ raised: 10, confirmed: 3, rejectedFalse: 2, rejectedIrrelevant: 1, rejectedTest: 1, lapsed: 1 },
  ...{ reversed: 0, decidedWithin: [4, 2, 0, 0, 0, 0, 0, 0, 1] },
  ...change,
});

describe('sums', () => {
  it('precision is of what was judged: tests, lapsed and open ones apart', () => {
    const sum = sumOf([row(), row({ camera: 'hall', confirmed: 1, raised: 8 })]);
    expect(sum).toMatchObject({ raised: 18, confirmed: 4, rejectedTest: 2, lapsed: 2, open: 4, cameras: 2 });
    expect(judged(sum)).toBe(10);
    expect(precision(sum)).toBe(0.4);
    expect(perCameraDay(sum, 3)).toBe(3);
  });
  it('nothing judged has no precision, and nothing raised no rate', () => {
    expect(
      precision(sumOf([row({ confirmed: 0, rejectedFalse: 0, rejectedIrrelevant: 0 })])),
    ).toBeUndefined();
    expect(perCameraDay(sumOf([]), 30)).toBe(0);
  });
  it.each([
    [[0, 0, 0, 0, 0, 0, 0, 0, 0], 0.5, { kind: 'none' }],
    [[1, 0, 0, 0, 0, 0, 0, 0, 0], 0.9, { kind: 'within', seconds: 5 }],
    [[5, 0, 5, 0, 0, 0, 0, 0, 0], 0.5, { kind: 'within', seconds: 5 }],
    [[5, 0, 6, 0, 0, 0, 0, 0, 0], 0.5, { kind: 'within', seconds: 20 }],
    [[5, 0, 4, 0, 0, 0, 0, 0, 1], 0.9, { kind: 'within', seconds: 20 }],
    [[5, 0, 4, 0, 0, 0, 0, 0, 2], 0.9, { kind: 'beyond', seconds: 600 }],
  ])('%j: %d of them', (buckets, share, want) => {
    expect(quantile(buckets, share)).toEqual(want);
  });
  it.each(['camera', 'type', 'rule', 'site'] as const)(`groups by %s hold every row (seed ${SEED})`, (by) => {
    const rows = statisticsOf(30, NOW_MS, SEED);
    const groups = groupsBy(rows, by);
    const total = (key: 'raised' | 'confirmed' | 'lapsed') => groups.reduce((sum, one) => sum + one[key], 0);
    const all = sumOf(rows);
    expect([total('raised'), total('confirmed'), total('lapsed')]).toEqual([
      all.raised,
      all.confirmed,
      all.lapsed,
    ]);
  });
  it('cameras of one name on two sites are two', () => {
    const rows = [row(), row({ site: 'else' })];
    expect(groupsBy(rows, 'camera')).toHaveLength(2);
    expect(groupsBy(rows, 'type')).toHaveLength(1);
  });
});

describe('order', () => {
  const groups = groupsBy(
    [
      row({ camera: 'a', raised: 5, confirmed: 0, decidedWithin: [0, 0, 0, 0, 0, 0, 0, 0, 2] }),
      row({
        camera: 'b',
        raised: 9,
        confirmed: 0,
        rejectedFalse: 0,
        rejectedIrrelevant: 0,
        decidedWithin: [],
      }),
      row({ camera: 'c', raised: 5, confirmed: 9 }),
    ],
    'camera',
  );
  it.each<[Column, boolean, string]>([
    ['name', false, 'abc'],
    ['name', true, 'cba'],
    ['raised', true, 'bac'],
    ['raised', false, 'acb'],
    // What is not known comes last, either way.
    ['precision', true, 'cab'],
    ['precision', false, 'acb'],
    ['median', true, 'acb'],
    ['median', false, 'cab'],
  ])('by %s, descending %s', (column, isDescending, want) => {
    const names = ordered(groups, { column, isDescending }).map((one) => one.row.camera);
    expect(names.join('')).toBe(want);
  });
});

describe('days', () => {
  it('are whole ones of UTC, today included', () => {
    const range = lastDays(7, DAY + 5_000);
    expect([dateOf(range.fromMs), dateOf(range.untilMs), daysOf(range)]).toEqual([
      '2026-11-22',
      '2026-11-29',
      7,
    ]);
    expect(midnight(-1)).toBe(-DAY_MS);
  });
  it.each([
    ['2026-11-01', '2026-11-01', 1],
    ['2026-10-01', '2026-11-01', 32],
    ['2026-11-02', '2026-11-01', undefined],
    ['', '2026-11-01', undefined],
    ['2024-01-01', '2026-11-01', undefined],
  ])('%s to %s', (from, until, days) => {
    const range = between(from, until);
    expect(range && daysOf(range)).toBe(days);
  });
  it('one by one add up, and precision looks back a week and no further', () => {
    const rows = [row({ dayMs: DAY - 8 * DAY_MS }), row({ confirmed: 6, raised: 12 })];
    const days = trendOf(rows, lastDays(10, DAY));
    expect(days).toHaveLength(10);
    expect(days.map(({ raised }) => raised)).toEqual([0, 10, 0, 0, 0, 0, 0, 0, 0, 12]);
    expect(days[1]).toMatchObject({ confirmed: 3, rejected: 3, other: 4, precision: 0.5 });
    expect(days.map((one) => one.precision)).toEqual([undefined, ...Array(7).fill(0.5), undefined, 6 / 9]);
  });
});
