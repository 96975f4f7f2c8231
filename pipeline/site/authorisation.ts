/**
 * The authorisation under which the cameras are watched: place, events, from, to, legal basis.
 * Days and instants are those of instant.ts.
 */
import { EVENT_TYPES, type EventType } from '../model.ts';
import { describe, type Located, MapReader } from './document.ts';
import { INSTANT_WORDS, instantMs } from './instant.ts';
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
  const fromMs = readInstant(reader, 'from');
  const toMs = readInstant(reader, 'to');
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

/** A required day or instant. */
export function readInstant(reader: MapReader, key: 'from' | 'to'): number | undefined {
  if (!reader.has(key)) reader.missing(key, INSTANT_WORDS);
  const text = reader.string(key, INSTANT_WORDS);
  if (text === undefined) return undefined;
  const ms = instantMs(text, key);
  if (ms === undefined) {
    reader.fault('date_syntax', key, `is '${text.slice(0, 60)}', expected ${INSTANT_WORDS}`);
  }
  return ms;
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
