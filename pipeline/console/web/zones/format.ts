/** Times, numbers and names as the editor says them. Pure. */

export function clock(language: string, atMs: number): string {
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(atMs);
}

export function moment(language: string, atMs: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(atMs);
}

export function count(language: string, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A coordinate: three digits, as it is shown beside its point. */
export function coordinate(language: string, value: number): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 3, minimumFractionDigits: 2 }).format(
    value,
  );
}
