/** Day by day: how much was raised, what became of it, and how much of it mattered over the week before. Pure. */
import type { StatisticsRow } from '../../api.ts';
import { DAY_MS, daysOf, type Range } from './range.ts';
import { precision, sumOf } from './summary.ts';

export interface Day {
  readonly atMs: number;
  readonly raised: number;
  readonly confirmed: number;
  /** As false, or as true but irrelevant. */
  readonly rejected: number;
  /** Tests, lapsed, still open. */
  readonly other: number;
  /** Of the seven days that end with this one, 0..1; undefined while nothing was judged. */
  readonly precision: number | undefined;
}

const WEEK = 7;

export function trendOf(rows: readonly StatisticsRow[], range: Range): readonly Day[] {
  const byDay = new Map<number, StatisticsRow[]>();
  for (const row of rows) {
    const day = byDay.get(row.dayMs);
    if (day === undefined) byDay.set(row.dayMs, [row]);
    else day.push(row);
  }
  const days = Array.from({ length: daysOf(range) }, (_, at) => range.fromMs + at * DAY_MS);
  const of = (day: number) => byDay.get(day) ?? [];
  return days.map((atMs, at) => {
    const { raised, confirmed, rejectedFalse, rejectedIrrelevant } = sumOf(of(atMs));
    const rejected = rejectedFalse + rejectedIrrelevant;
    const week = days.slice(Math.max(0, at - WEEK + 1), at + 1).flatMap(of);
    return {
      ...{ atMs, raised, confirmed, rejected },
      other: Math.max(0, raised - confirmed - rejected),
      precision: precision(sumOf(week)),
    };
  });
}
