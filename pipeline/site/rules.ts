/** Rules of one camera: which event, where, beyond which limit. */
import { EVENT_TYPES, type EventType, type Point, SENSITIVITIES, SEVERITIES } from '../model.ts';
import {
  DENSITY_FOR_MS_DEFAULT,
  DWELL_MS_DEFAULT,
  HOLD_MS_DEFAULT,
  PEOPLE_PER_M2_MAX,
  RULES_MAX,
  SEVERITY_DEFAULT,
  TWO_CONFIRM,
  WATCH_FOR_MS_DEFAULT,
} from './defaults.ts';
import { MapReader } from './document.ts';
import type { DensityRule, Rule, WatchRule, Zone } from './site.ts';
import { nearest } from './spelling.ts';
import { Ids, readDurationMs, readPair, readPositive, readWhole } from './values.ts';

/** What the rules of a camera may refer to: every id the file defines, sound or not, and the sound zones. */
export interface RuleContext {
  readonly zoneIds: readonly string[];
  readonly lineIds: readonly string[];
  readonly zones: readonly Zone[];
  /** Absent: not known, or none needed in development. */
  readonly authorised?: readonly EventType[];
}

const COMMON = ['id', 'event', 'version', 'severity', 'sensitivity', 'confirmers'];

/** The keys that each event type's rules know. */
const KEYS: Readonly<Record<EventType, readonly string[]>> = {
  forbidden_zone: [...COMMON, 'zone', 'for'],
  wrong_way: [...COMMON, 'zone', 'direction', 'either_sign', 'for', 'line', 'allowed'],
  density: [...COMMON, 'zone', 'limit', 'for'],
  weapon: [...COMMON, 'zone', 'for'],
  fire: [...COMMON, 'zone', 'for'],
  crowd_movement: [...COMMON, 'zone', 'for', 'people'],
  person_on_ground: [...COMMON, 'zone', 'for'],
  abandoned_object: [...COMMON, 'zone', 'for'],
};

const ANY_KEY = [...new Set(Object.values(KEYS).flat())];

export function readRules(camera: MapReader, context: RuleContext): Rule[] {
  const ids = new Ids('rule');
  return camera.list('rules', 'rules', RULES_MAX).flatMap(({ node, at }) => {
    const reader = MapReader.open(node, at, ANY_KEY, camera.faults);
    const rule = reader === undefined ? undefined : readRule(reader, ids, context);
    return rule === undefined ? [] : [rule];
  });
}

type Base = Pick<Rule, 'id' | 'version' | 'severity' | 'sensitivity' | 'confirmers'>;

function readRule(reader: MapReader, ids: Ids, context: RuleContext): Rule | undefined {
  const id = ids.read(reader);
  const version = readWhole(reader, 'version', 1, 1_000_000_000) ?? 1;
  const given = reader.choice('severity', SEVERITIES);
  const sensitivity = reader.choice('sensitivity', SENSITIVITIES) ?? 'medium';
  if (!reader.has('event')) reader.missing('event', `one of ${EVENT_TYPES.join(', ')}`);
  const event = reader.choice('event', EVENT_TYPES);
  if (event === undefined) {
    readPlace(reader, context);
    return undefined;
  }
  checkKeys(reader, event);
  checkAuthorised(reader, event, context);
  // A stand-in keeps the rest of the rule under examination; the file is refused in any case.
  const base = {
    id: id ?? '',
    version,
    severity: given ?? SEVERITY_DEFAULT[event],
    sensitivity,
    ...readConfirmers(reader, event),
  };
  if (event === 'forbidden_zone') return readForbiddenZone(reader, base, context);
  if (event === 'wrong_way') return readWrongWay(reader, base, context);
  if (event === 'density') return readDensity(reader, base, context);
  return readWatch(reader, base, event, context);
}

function readConfirmers(reader: MapReader, event: EventType): { confirmers?: 2 } {
  const count = readWhole(reader, 'confirmers', 1, 2) ?? (TWO_CONFIRM.includes(event) ? 2 : 1);
  return count === 2 ? { confirmers: 2 } : {};
}

function checkKeys(reader: MapReader, event: EventType): void {
  for (const key of ANY_KEY) {
    if (!reader.has(key) || KEYS[event].includes(key)) continue;
    reader.fault(
      'key_not_for_event',
      key,
      `is no key of a ${event} rule, expected ${KEYS[event].join(', ')}`,
    );
  }
}

function checkAuthorised(reader: MapReader, event: EventType, { authorised }: RuleContext): void {
  if (authorised === undefined || authorised.includes(event)) return;
  reader.fault(
    'event_not_authorised',
    'event',
    `is '${event}', but the authorisation covers only ${authorised.join(', ')}`,
    'add it to authorisation.events if the authorisation names it, or remove the rule',
  );
}

function readForbiddenZone(reader: MapReader, base: Base, context: RuleContext): Rule | undefined {
  const { zone } = readPlace(reader, context);
  if (!reader.has('zone')) reader.missing('zone', 'the id of a zone');
  const dwellMs = readDurationMs(reader, 'for') ?? DWELL_MS_DEFAULT;
  return zone === undefined ? undefined : { ...base, event: 'forbidden_zone', zone, dwellMs };
}

function readWrongWay(reader: MapReader, base: Base, context: RuleContext): Rule | undefined {
  const { zone, line } = readPlace(reader, context);
  if (reader.has('zone') && reader.has('line')) {
    reader.fault(
      'rule_zone_and_line',
      'line',
      'names a line beside a zone, expected one of the two',
      'make two rules',
    );
    return undefined;
  }
  if (!reader.has('zone') && !reader.has('line'))
    reader.missing('zone', 'the id of a zone, or line with that of a line');
  return reader.has('line') ? readWrongWayLine(reader, base, line) : readWrongWayZone(reader, base, zone);
}

function readWrongWayLine(reader: MapReader, base: Base, line: string | undefined): Rule | undefined {
  for (const key of ['direction', 'either_sign', 'for']) {
    if (!reader.has(key)) continue;
    reader.fault(
      'key_not_for_event',
      key,
      'belongs to a wrong_way rule with a zone, this one has a line',
      "use 'allowed'",
    );
  }
  const what = 'left_to_right or right_to_left (sides of first-to-second point)';
  if (!reader.has('allowed')) reader.missing('allowed', what);
  const allowed = reader.choice('allowed', ['left_to_right', 'right_to_left']);
  return line === undefined || allowed === undefined
    ? undefined
    : { ...base, event: 'wrong_way', line, allowed };
}

function readWrongWayZone(reader: MapReader, base: Base, zone: string | undefined): Rule | undefined {
  if (reader.has('allowed') && reader.has('zone')) {
    reader.fault(
      'key_not_for_event',
      'allowed',
      'belongs to a wrong_way rule with a line, this one has a zone',
      "use 'direction'",
    );
  }
  const direction = readDirection(reader);
  const eitherSign = reader.boolean('either_sign') ?? false;
  const holdMs = readDurationMs(reader, 'for') ?? HOLD_MS_DEFAULT;
  if (zone === undefined || direction === undefined) return undefined;
  return { ...base, event: 'wrong_way', zone, direction, eitherSign, holdMs };
}

/** The permitted direction as a unit vector. */
function readDirection(reader: MapReader): Point | undefined {
  const node = reader.node('direction');
  if (node === undefined) {
    if (reader.has('zone')) reader.missing('direction', 'the permitted direction [x, y] on the view, y down');
    return undefined;
  }
  const given = readPair(
    node,
    reader.path('direction'),
    'a direction [x, y] on the view, y down',
    reader.faults,
  );
  if (given === undefined) return undefined;
  const length = Math.hypot(given.x, given.y);
  if (length > 1e-9 && Number.isFinite(length)) return { x: given.x / length, y: given.y / length };
  reader.fault(
    'direction_no_length',
    'direction',
    `is [${given.x}, ${given.y}] of length ${length}, expected a length above 0`,
  );
  return undefined;
}

function readDensity(reader: MapReader, base: Base, context: RuleContext): Rule | undefined {
  const { zone } = readPlace(reader, context);
  if (!reader.has('zone')) reader.missing('zone', 'the id of a zone');
  const forMs = readDurationMs(reader, 'for') ?? DENSITY_FOR_MS_DEFAULT;
  const limit = readLimit(
    reader,
    context.zones.find(({ id }) => id === zone),
  );
  return zone === undefined || limit === undefined
    ? undefined
    : { ...base, event: 'density', zone, limit, forMs };
}

function readLimit(rule: MapReader, zone: Zone | undefined): DensityRule['limit'] | undefined {
  const node = rule.node('limit');
  const what = '{ people: N } or { per_m2: N }';
  if (node === undefined) {
    rule.missing('limit', what);
    return undefined;
  }
  const reader = MapReader.open(node, rule.path('limit'), ['people', 'per_m2'], rule.faults);
  if (reader === undefined) return undefined;
  const [hasPeople, hasDensity] = [reader.has('people'), reader.has('per_m2')];
  if (hasPeople === hasDensity) {
    rule.fault(
      'limit_form',
      'limit',
      `has ${hasPeople ? 'people and per_m2' : 'neither people nor per_m2'}, expected one of the two`,
    );
  }
  const people = readPositive(reader, 'people', 'a number of people');
  const perM2 = readPositive(reader, 'per_m2', 'a number of people per m2');
  if (perM2 !== undefined) return readDensityLimit(reader, perM2, zone);
  return people === undefined ? undefined : { people };
}

function readDensityLimit(reader: MapReader, perM2: number, zone: Zone | undefined): { perM2: number } {
  if (zone !== undefined && zone.areaM2 === undefined) {
    reader.fault(
      'limit_needs_area',
      'per_m2',
      `needs the area of zone '${zone.id}', which has none`,
      'give the zone area_m2, or use people',
    );
  }
  if (perM2 > PEOPLE_PER_M2_MAX) {
    reader.fault(
      'limit_never_reached',
      'per_m2',
      `is ${perM2}, but no more than ${PEOPLE_PER_M2_MAX} people fit on a m2: the rule could never fire`,
    );
  }
  return { perM2 };
}

function readWatch(
  reader: MapReader,
  base: Base,
  event: WatchRule['event'],
  context: RuleContext,
): WatchRule {
  const { zone } = readPlace(reader, context);
  const forMs = readDurationMs(reader, 'for') ?? WATCH_FOR_MS_DEFAULT[event];
  const people = readWhole(reader, 'people', 1, 1_000);
  return {
    ...base,
    event,
    ...(zone === undefined ? {} : { zone }),
    forMs,
    ...(people === undefined ? {} : { people }),
  };
}

/** The ids that the rule names and the camera defines. */
function readPlace(reader: MapReader, context: RuleContext): { zone?: string; line?: string } {
  const zone = readReference(reader, 'zone', context.zoneIds, context.lineIds);
  const line = readReference(reader, 'line', context.lineIds, context.zoneIds);
  return { ...(zone === undefined ? {} : { zone }), ...(line === undefined ? {} : { line }) };
}

function readReference(
  reader: MapReader,
  key: 'zone' | 'line',
  known: readonly string[],
  others: readonly string[],
): string | undefined {
  const id = reader.string(key, `the id of a ${key} of this camera`);
  if (id === undefined || known.includes(id)) return id;
  const other = key === 'zone' ? 'line' : 'zone';
  const hint = others.includes(id) ? `'${id}' is a ${other}: write ${other}: ${id}` : nearest(id, known);
  const defined =
    known.length === 0 ? `this camera has no ${key}s` : `this camera has ${[...new Set(known)].join(', ')}`;
  reader.fault(`rule_unknown_${key}`, key, `names ${key} '${id}', but ${defined}`, hint);
  return undefined;
}
