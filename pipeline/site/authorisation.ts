/**
 * The authorisation under which the cameras are watched: place, events, from, to, legal basis.
 *
 * A day is a day of UTC: `from` counts from its first ms, `to` to its last. A local day is an hour or two off;
 * where that matters, give an instant with its offset (2027-01-31T23:59:59+01:00) instead.
 */
import { EVENT_TYPES, type EventType } from '../model.ts';
import { describe, type Located, MapReader } from './document.ts';
import type { Authorisation } from './site.ts';
import { nearest } from './spelling.ts';

export interface AuthorisationRead {
  /** Absent in development, or when wrong. */
  readonly authorisation?: Authorisation;
  /** Known although something else in it is wrong, so that rules are held against them in the same pass. */
  readonly events?: readonly EventType[];
}

export function readAuthorisation(site: MapReader, dev: boolean): AuthorisationRead {
  const node = site.node('authorisation');
  if (node === undefined) {
    if (!dev) {
      site.missing(
        'authorisation',
        'the legal basis for watching: { from, to, basis, events }',
        'in development, --dev lets a site do without',
      );
    }
    return {};
  }
  const reader = MapReader.open(node, 'authorisation', ['from', 'to', 'basis', 'events'], site.faults);
  if (reader === undefined) return {};
  const fromMs = readInstant(reader, 'from', 0);
  const toMs = readInstant(reader, 'to', DAY_MS - 1);
  if (fromMs !== undefined && toMs !== undefined && toMs < fromMs) {
    const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
    reader.fault('authorisation_ends_before_start', 'to', `ends at ${to}, before it begins at ${from}`);
  }
  const what = 'the act that authorises, in words';
  if (!reader.has('basis')) reader.missing('basis', what);
  const basis = reader.string('basis', what);
  const events = readEvents(reader);
  if (events === undefined) return {};
  if (fromMs === undefined || toMs === undefined || basis === undefined) return { events };
  return { authorisation: { fromMs, toMs, basis, events }, events };
}

const DAY_MS = 86_400_000;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

function readInstant(reader: MapReader, key: string, afterDayStartMs: number): number | undefined {
  const what = 'a day such as 2026-11-01, or an instant with its offset';
  if (!reader.has(key)) reader.missing(key, what);
  const text = reader.string(key, what);
  if (text === undefined) return undefined;
  const parts = DAY.exec(text) ?? INSTANT.exec(text);
  const ms = parts === null ? Number.NaN : Date.parse(text);
  // Date.parse rolls 30 February over to March.
  if (parts === null || Number.isNaN(ms) || !isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) {
    reader.fault('date_syntax', key, `is '${text.slice(0, 60)}', expected ${what}`);
    return undefined;
  }
  return DAY.test(text) ? ms + afterDayStartMs : ms;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** At least one event type. What can be read is answered, so that rules are still held against it. */
function readEvents(reader: MapReader): EventType[] | undefined {
  if (!reader.has('events')) reader.missing('events', `a list of ${EVENT_TYPES.join(', ')}`);
  const items = reader.list('events', 'event types', 64);
  const events = items.flatMap(({ node, at }) => readEvent(reader, node, at));
  const node = reader.node('events');
  if (node?.kind !== 'list') return undefined;
  if (items.length === 0) reader.fault('no_events', 'events', 'has 0 event types, expected at least one');
  return [...new Set(events)];
}

function readEvent(reader: MapReader, node: Located, at: string): EventType[] {
  const value = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  const event = EVENT_TYPES.find((type) => type === value);
  if (event !== undefined) return [event];
  const hint = value === undefined ? undefined : nearest(value, EVENT_TYPES);
  reader.faults.add(
    'unknown_value',
    at,
    node.line,
    `is ${describe(node)}, expected one of ${EVENT_TYPES.join(', ')}`,
    hint,
  );
  return [];
}
