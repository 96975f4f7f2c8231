/** How times and numbers are written, by language. Pure. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** 14:03:27 */
export function clockTime(atMs: number, language: string): string {
  let format = formats.get(language);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hour12: false,
    });
    formats.set(language, format);
  }
  return format.format(atMs);
}

const days = new Map<string, Intl.DateTimeFormat>();

/** The time alone for what was today; the day with it for what was before. */
export function dayTime(atMs: number, nowMs: number, language: string): string {
  if (new Date(atMs).toDateString() === new Date(nowMs).toDateString()) return clockTime(atMs, language);
  let format = days.get(language);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    });
    days.set(language, format);
  }
  return format.format(atMs);
}

/** 7 s, 3 min 20 s, 2 h 05 min, 3 days: at most two units, as long as it stays short. */
export function duration(ms: number, language: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
  // The other units are written alike in every language.
  return new Intl.NumberFormat(language, { style: 'unit', unit: 'day' }).format(Math.floor(hours / 24));
}

/** For narrow places, 0:07, 3:20, 2:05:11. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Three digits that mean something. */
export function figure(value: number, language: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}
