/** `vigie statistics`: what of the claims was true and how long deciding took, by camera and rule. */
import type { StatisticsRow } from '../model.ts';
import { openClient } from '../serve/client.ts';
import { table } from './evaluate/report.ts';
import { type ReachWords, reach } from './reach.ts';
import { processTerminal, say, type Terminal } from './terminal.ts';

export interface StatisticsWords extends ReachWords {
  readonly json?: boolean;
  readonly site?: readonly string[];
  /** Of the day of the first record, ms since the Unix epoch. */
  readonly since?: number;
  readonly until?: number;
}

/** Upper ends of the buckets, s; the last has none. */
const WITHIN_S = [5, 10, 20, 30, 60, 120, 300, 600];

/** Exit code 0. Throws RpcError. */
export async function statistics(
  words: StatisticsWords,
  { output }: Terminal = processTerminal(),
): Promise<number> {
  const client = openClient(words.server, reach(words));
  try {
    const rows = await client.getStatistics({
      sites: words.site ?? [],
      fromMs: words.since ?? 0,
      untilMs: words.until ?? 0,
    });
    if (words.json) for (const row of rows) await say(output, JSON.stringify(row));
    else await say(output, rows.length === 0 ? 'nothing was claimed in that time' : statisticsTable(rows));
    return 0;
  } finally {
    client.close();
  }
}

export function statisticsTable(rows: readonly StatisticsRow[]): string {
  const byRule = new Map<string, StatisticsRow[]>();
  for (const row of rows) {
    const key = [row.site, row.camera, row.rule, row.type].join('\n');
    byRule.set(key, [...(byRule.get(key) ?? []), row]);
  }
  const lines = [...byRule.values()].map((of) => [
    `${of[0]!.site}/${of[0]!.camera}`,
    of[0]!.rule,
    of[0]!.type,
    ...figures(of),
  ]);
  const headings = [
    'camera',
    'rule',
    'type',
    'claims',
    'a day',
    'confirmed',
    'false',
    'irrelevant',
    'test',
    'lapsed',
  ];
  const sorted = lines.sort(([a = '', b = ''], [c = '', d = '']) => a.localeCompare(c) || b.localeCompare(d));
  return table([...headings, 'precision', 'decided within'], [...sorted, ['all', '', '', ...figures(rows)]]);
}

function figures(rows: readonly StatisticsRow[]): string[] {
  const sum = (of: (row: StatisticsRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const days = new Set(rows.map(({ dayMs }) => dayMs)).size;
  const raised = sum((row) => row.raised);
  const confirmed = sum((row) => row.confirmed);
  const wrong = sum((row) => row.rejectedFalse);
  const irrelevant = sum((row) => row.rejectedIrrelevant);
  const decided = confirmed + wrong + irrelevant;
  return [
    raised,
    (raised / Math.max(1, days)).toFixed(1),
    confirmed,
    wrong,
    irrelevant,
    sum((row) => row.rejectedTest),
    sum((row) => row.lapsed),
    // Tests say nothing of the rule, and what nobody looked at neither.
    decided === 0 ? '-' : (confirmed / decided).toFixed(2),
    medianWithin(
      WITHIN_S.map((_, n) => sum((row) => row.decidedWithin[n] ?? 0)),
      sum((row) => row.decidedWithin[WITHIN_S.length] ?? 0),
    ),
  ].map(String);
}

function medianWithin(counts: readonly number[], later: number): string {
  const total = counts.reduce((sum, count) => sum + count, later);
  if (total === 0) return '-';
  let seen = 0;
  for (const [n, count] of counts.entries()) {
    seen += count;
    if (seen * 2 >= total) return `${WITHIN_S[n]} s`;
  }
  return `more than ${WITHIN_S.at(-1)} s`;
}
