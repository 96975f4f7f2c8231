/** What of the review was true and how long it took, from every server that this person may ask; and the same as a file. */
import { DECIDED_WITHIN_S } from '../model.ts';
import { RpcError } from '../serve/client/client.ts';
import type { StatisticsRow } from './api.ts';
import { ApiError } from './errors.ts';
import { bad } from './reading.ts';
import type { Session } from './sessions.ts';

export interface Span {
  /** 0: no limit. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Throws ApiError when a server is away: sums without it would look like a quiet site. */
export async function statisticsOf(session: Session, span: Span): Promise<readonly StatisticsRow[]> {
  const asked = session.connections.usable.map(async (connection) => {
    if ((await connection.learn()).kind === 'closed') return [];
    try {
      return await connection.client.getStatistics({ sites: [], ...span });
    } catch (error) {
      if (!(error instanceof RpcError) || error.status !== 'UNAVAILABLE') throw error;
      throw new ApiError(503, 'server_away', `the server of '${connection.site}' does not answer`);
    }
  });
  const bySite = new Map((await Promise.all(asked)).map((rows) => [rows[0]?.site, rows]));
  // Several servers may serve one site, and then say the same.
  return [...bySite.values()].flat();
}

export function spanIn(query: (name: string) => string | undefined): Span {
  const timeIn = (name: string) => {
    const text = query(name) ?? '0';
    if (!/^\d{1,15}$/.test(text)) throw bad(`${name} is no time in ms`);
    return Number(text);
  };
  return { fromMs: timeIn('fromMs'), untilMs: timeIn('untilMs') };
}

const COLUMNS: readonly (readonly [string, (row: StatisticsRow) => string | number])[] = [
  ['day', ({ dayMs }) => new Date(dayMs).toISOString().slice(0, 10)],
  ['site', ({ site }) => site],
  ['camera', ({ camera }) => camera],
  ['type', ({ type }) => type],
  ['rule', ({ rule }) => rule],
  ['raised', ({ raised }) => raised],
  ['confirmed', ({ confirmed }) => confirmed],
  ['rejected_false', ({ rejectedFalse }) => rejectedFalse],
  ['rejected_irrelevant', ({ rejectedIrrelevant }) => rejectedIrrelevant],
  ['rejected_test', ({ rejectedTest }) => rejectedTest],
  ['lapsed', ({ lapsed }) => lapsed],
  ['reversed', ({ reversed }) => reversed],
  ...DECIDED_WITHIN_S.map(
    (seconds, n) =>
      [`decided_within_${seconds}_s`, ({ decidedWithin }: StatisticsRow) => decidedWithin[n] ?? 0] as const,
  ),
  ['decided_later', ({ decidedWithin }) => decidedWithin[DECIDED_WITHIN_S.length] ?? 0],
];

/** RFC 4180, with the byte order mark by which spreadsheets know UTF-8. */
export function csvOf(rows: readonly StatisticsRow[]): string {
  const lines = [
    COLUMNS.map(([name]) => name),
    ...rows.map((row) => COLUMNS.map(([, read]) => cell(read(row)))),
  ];
  return `\uFEFF${lines.map((line) => `${line.join(',')}\r\n`).join('')}`;
}

/**
 * Ids of cameras and rules are written by people. A cell that begins with one of these is a formula to a spreadsheet,
 * unless an apostrophe stands before it.
 */
export function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
