/** `vigie statistics`: what of the claims was true and how long deciding took, by camera and rule. */
import { DECIDED_WITHIN_S, type StatisticsRow } from '../model.ts';
import { openClient } from '../serve/client/client.ts';
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

const DAY_MS = 86_400_000;

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
  const on = rows.map(({ dayMs }) => dayMs);
  const days = (Math.max(...on) - Math.min(...on)) / DAY_MS + 1;
  const byRule = new Map<string, StatisticsRow[]>();
  for (const row of rows) {
    const key = [row.site, row.camera, row.rule, row.type].join('\n');
    byRule.set(key, [...(byRule.get(key) ?? []), row]);
  }
  const lines = [...byRule.values()].map((of) => [
    `${of[0]!.site}/${of[0]!.camera}`,
    of[0]!.rule,
    of[0]!.type,
    ...figures(of, days),
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
  return table(
    [...headings, 'precision', 'decided within'],
    [...sorted, ['all', '', '', ...figures(rows, days)]],
  );
}

/** `days`: from the first day on which anything was claimed to the last, quiet ones included. */
function figures(rows: readonly StatisticsRow[], days: number): string[] {
  const sum = (of: (row: StatisticsRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const raised = sum((row) => row.raised);
  const confirmed = sum((row) => row.confirmed);
  const wrong = sum((row) => row.rejectedFalse);
  const irrelevant = sum((row) => row.rejectedIrrelevant);
  const decided = confirmed + wrong + irrelevant;
  return [
    raised,
    (raised / days).toFixed(1),
    confirmed,
    wrong,
    irrelevant,
    sum((row) => row.rejectedTest),
    sum((row) => row.lapsed),
    // Tests say nothing of the rule, and what nobody looked at neither.
    decided === 0 ? '-' : (confirmed / decided).toFixed(2),
    medianWithin(
      DECIDED_WITHIN_S.map((_, n) => sum((row) => row.decidedWithin[n] ?? 0)),
      sum((row) => row.decidedWithin[DECIDED_WITHIN_S.length] ?? 0),
    ),
  ].map(String);
}

function medianWithin(counts: readonly number[], later: number): string {
  const total = counts.reduce((sum, count) => sum + count, later);
  if (total === 0) return '-';
  let seen = 0;
  for (const [n, count] of counts.entries()) {
    seen += count;
    if (seen * 2 >= total) return `${DECIDED_WITHIN_S[n]} s`;
  }
  return `more than ${DECIDED_WITHIN_S.at(-1)} s`;
}
