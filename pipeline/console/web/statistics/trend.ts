/** Day by day: how much was raised, and how much of it mattered over the week before. Pure. */
import type { StatisticsRow } from '../../api.ts';
import { DAY_MS, daysOf, type Range } from './range.ts';
import { precision, sumOf } from './summary.ts';

export interface Trend {
  readonly atMs: readonly number[];
  readonly raised: readonly number[];
  /** Of the seven days that end with the day, 0..100; undefined while nothing was judged. */
  readonly precision: readonly (number | undefined)[];
}

const WEEK = 7;

export function trendOf(rows: readonly StatisticsRow[], range: Range): Trend {
  const byDay = new Map<number, StatisticsRow[]>();
  for (const row of rows) {
    const day = byDay.get(row.dayMs);
    if (day === undefined) byDay.set(row.dayMs, [row]);
    else day.push(row);
  }
  const atMs = Array.from({ length: daysOf(range) }, (_, at) => range.fromMs + at * DAY_MS);
  const of = (day: number) => byDay.get(day) ?? [];
  return {
    atMs,
    raised: atMs.map((day) => of(day).reduce((sum, { raised }) => sum + raised, 0)),
    precision: atMs.map((_, at) => {
      const share = precision(sumOf(atMs.slice(Math.max(0, at - WEEK + 1), at + 1).flatMap(of)));
      return share === undefined ? undefined : 100 * share;
    }),
  };
}
