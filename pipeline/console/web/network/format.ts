/** Numbers and ages, by language. Pure. */

const formats = new Map<string, Intl.NumberFormat>();

export function number(language: string, value: number, digits = 0): string {
  const key = `${language}/${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(value);
}

/** 7 s, 3 min, 2 h, 4 d (j): one unit, rounded down. */
export function age(language: string, ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} ${language === 'fr' ? 'j' : 'd'}`;
}
