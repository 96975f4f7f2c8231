/** Which days: whole ones of UTC, as the server counts them. Pure. */

export const DAY_MS = 86_400_000;
export const RANGES = [7, 30, 90] as const;
/** More would be more rows than anybody reads, and longer than anything is kept. */
export const DAYS_MAX = 400;

export interface Range {
  readonly fromMs: number;
  /** Not in it. */
  readonly untilMs: number;
}

/** The last days, today included. */
export function lastDays(days: number, nowMs: number): Range {
  const untilMs = midnight(nowMs) + DAY_MS;
  return { fromMs: untilMs - days * DAY_MS, untilMs };
}

/** From two dates, both in it; undefined where they make no range. */
export function between(from: string, until: string): Range | undefined {
  const [fromMs, lastMs] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${until}T00:00:00Z`)];
  if (Number.isNaN(fromMs) || Number.isNaN(lastMs) || lastMs < fromMs) return undefined;
  const range = { fromMs, untilMs: lastMs + DAY_MS };
  return daysOf(range) > DAYS_MAX ? undefined : range;
}

export function daysOf({ fromMs, untilMs }: Range): number {
  return Math.round((untilMs - fromMs) / DAY_MS);
}

export function midnight(atMs: number): number {
  return atMs - (((atMs % DAY_MS) + DAY_MS) % DAY_MS);
}

/** 2026-11-28 */
export function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
