/**
 * What can be said of each event type's rules: the fields of their forms and what holds where they are silent. The keys
 * are those of the site file; what is said here of pipeline/site is held against it in the tests. Pure.
 */
import type { EventType, Severity } from '../../../model.ts';
import type { RuleText, SetupText } from '../../api.ts';

export type Field =
  | 'zone'
  | 'optional_zone'
  | 'way'
  | 'for'
  | 'limit'
  | 'people'
  | 'severity'
  | 'sensitivity'
  | 'confirmers';

const COMMON: readonly Field[] = ['severity', 'sensitivity', 'confirmers'];

export const FIELDS: Readonly<Record<EventType, readonly Field[]>> = {
  forbidden_zone: ['zone', 'for', ...COMMON],
  // Its place is a zone with a direction, or a line with a way over it.
  wrong_way: ['way', ...COMMON],
  density: ['zone', 'limit', 'for', ...COMMON],
  weapon: ['optional_zone', 'for', ...COMMON],
  fire: ['optional_zone', 'for', ...COMMON],
  crowd_movement: ['optional_zone', 'for', 'people', ...COMMON],
  person_on_ground: ['optional_zone', 'for', ...COMMON],
  abandoned_object: ['optional_zone', 'for', ...COMMON],
};

export const SEVERITY_DEFAULT: Readonly<Record<EventType, Severity>> = {
  weapon: 'critical',
  fire: 'critical',
  person_on_ground: 'high',
  forbidden_zone: 'high',
  wrong_way: 'medium',
  crowd_movement: 'high',
  density: 'medium',
  abandoned_object: 'medium',
};

export const FOR_MS_DEFAULT: Readonly<Record<EventType, number>> = {
  forbidden_zone: 500,
  wrong_way: 1_500,
  density: 10_000,
  weapon: 1_000,
  fire: 1_500,
  crowd_movement: 1_000,
  person_on_ground: 5_000,
  abandoned_object: 60_000,
};

/** Two people have to agree about a weapon, unless the rule says otherwise. */
export const CONFIRMERS_DEFAULT: Readonly<Partial<Record<EventType, number>>> = { weapon: 2 };
export const CONFIRMERS_MAX = 2;

/** 500 ms, 1.5 s, 1 min: as one would write it. */
export function durationText(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 100 === 0 && ms >= 1_000 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** A rule of another event type keeps what both know: its name, its place, how severe it is. */
export function ofEvent(rule: RuleText, event: EventType, setup: SetupText): RuleText {
  const { id, zone, line, severity, sensitivity, confirmers, version } = rule;
  const kept = {
    id,
    event,
    ...(severity !== undefined && { severity }),
    ...(sensitivity !== undefined && { sensitivity }),
    ...(confirmers !== undefined && { confirmers }),
    ...(version !== undefined && { version }),
  };
  if (event === 'wrong_way' && line !== undefined) return { ...kept, line, allowed: 'left_to_right' };
  const fallback = FIELDS[event].includes('optional_zone') ? undefined : setup.zones[0]?.id;
  const place = zone ?? fallback;
  return { ...kept, ...(place !== undefined && { zone: place }), ...ofItsOwn(event) };
}

function ofItsOwn(event: EventType): Readonly<Record<string, unknown>> {
  if (event === 'wrong_way') return { direction: [1, 0] };
  return event === 'density' ? { limit: { people: 50 } } : {};
}

/** With a key set, or without it where the value says nothing. */
export function withKey(rule: RuleText, key: string, value: unknown): RuleText {
  const { [key]: _, ...rest } = rule;
  return (value === undefined || value === '' ? rest : { ...rest, [key]: value }) as RuleText;
}

export type Way = 'zone' | 'line';

/** From a zone with a direction to a line with a way over it, or back. */
export function onTheWay(rule: RuleText, way: Way, setup: SetupText): RuleText {
  const { zone: _z, line: _l, direction: _d, either_sign: _e, for: _f, allowed: _a, ...rest } = rule;
  if (way === 'zone') return { ...rest, zone: setup.zones[0]?.id ?? '', direction: [1, 0] } as RuleText;
  return { ...rest, line: setup.lines[0]?.id ?? '', allowed: 'left_to_right' } as RuleText;
}
