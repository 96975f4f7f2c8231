/**
 * Days and instants as people write them in files and commands.
 *
 * A day is a day of UTC: where it begins something it counts from its first ms, where it ends something to its last.
 * A local day is an hour or two off; where that matters, an instant with its offset (2027-01-31T23:59:59+01:00) says
 * it.
 */

export const INSTANT_WORDS = 'a day such as 2026-11-01, or an instant with its offset';

const DAY_MS = 86_400_000;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** Ms since the Unix epoch; undefined when the text is neither. */
export function instantMs(text: string, edge: 'from' | 'to'): number | undefined {
  const parts = DAY.exec(text) ?? INSTANT.exec(text);
  const ms = parts === null ? Number.NaN : Date.parse(text);
  // Date.parse rolls 30 February over to March.
  if (parts === null || Number.isNaN(ms) || !isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) {
    return undefined;
  }
  return DAY.test(text) && edge === 'to' ? ms + DAY_MS - 1 : ms;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
