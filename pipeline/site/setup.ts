/**
 * What a camera watches for as a text of its own: `{ "zones": [...], "lines": [...], "rules": [...] }`, JSON with the
 * keys of the site file. JSON is YAML, so it goes through the readers of the site file, and what `vigie check` refuses
 * there is refused here, with the same codes and hints.
 */
import type { Fault } from '../errors.ts';
import type { EventType, Point } from '../model.ts';
import { readSetup } from './cameras.ts';
import { Faults, type Located, MapReader } from './document.ts';
import { readTree, sorted } from './parse.ts';
import type { Camera, Rule, Setup } from './site.ts';

const KEYS = ['zones', 'lines', 'rules'];

export type SetupRead =
  | { readonly kind: 'sound'; readonly setup: Setup }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] };

/** As somebody wrote it, with every fault. `authorised`: absent, every event may be watched for. */
export function parseSetup(
  text: string,
  { analysis }: Pick<Camera, 'analysis'>,
  authorised: readonly EventType[] | undefined,
): SetupRead {
  const faults = new Faults('');
  // What YAML has beyond JSON could not be written back with other versions.
  if (jsonOf(text) === undefined)
    faults.add('json_syntax', '', 1, 'is no JSON', 'write { "zones": [ ... ] }');
  const root = faults.list.length > 0 ? undefined : readTree(text, faults);
  return read(root, faults, analysis, authorised);
}

/** One that was accepted before and lies on the log. Some four times as fast, and says nothing of repeated keys. */
export function parseStoredSetup(text: string, { analysis }: Pick<Camera, 'analysis'>): SetupRead {
  const faults = new Faults('');
  const json = jsonOf(text);
  if (json === undefined) faults.add('json_syntax', '', 1, 'is no JSON');
  return read(json === undefined ? undefined : located(json.value, 0), faults, analysis, undefined);
}

function read(
  root: Located | undefined,
  faults: Faults,
  analysis: Camera['analysis'],
  authorised: readonly EventType[] | undefined,
): SetupRead {
  const reader = root && MapReader.open(root, '', KEYS, faults);
  const setup = reader && readSetup(reader, analysis, authorised);
  if (setup === undefined || faults.list.length > 0) return { kind: 'faulty', faults: sorted(faults) };
  return { kind: 'sound', setup };
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Far deeper than any value of a setup. */
const DEPTH_MAX = 16;

function located(value: unknown, depth: number): Located {
  const line = 1;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'scalar', line, value };
  if (value === null || typeof value !== 'object' || depth > DEPTH_MAX)
    return { kind: 'scalar', line, value: null };
  if (Array.isArray(value))
    return { kind: 'list', line, items: value.map((item) => located(item, depth + 1)) };
  const entries = Object.entries(value).map(([key, item]) => [key, located(item, depth + 1)] as const);
  return { kind: 'map', line, entries: new Map(entries) };
}

/** The text of a setup, with everything that it leaves to defaults. Reading it gives the same setup. */
export function setupText({ zones, lines, rules }: Setup): string {
  return JSON.stringify({
    zones: zones.map(({ id, polygon, areaM2 }) => ({
      ...{ id, polygon: polygon.map(pair) },
      ...(areaM2 !== undefined && { area_m2: areaM2 }),
    })),
    lines: lines.map(({ id, points }) => ({ id, points: points.map(pair) })),
    rules: rules.map(ruleWords),
  });
}

function pair({ x, y }: Point): [number, number] {
  return [x, y];
}

function ruleWords(rule: Rule): Readonly<Record<string, unknown>> {
  const { id, event, version, severity, sensitivity, confirmers = 1 } = rule;
  return { id, event, ...particulars(rule), severity, sensitivity, confirmers, version };
}

function particulars(rule: Rule): Readonly<Record<string, unknown>> {
  switch (rule.event) {
    case 'forbidden_zone':
      return { zone: rule.zone, for: `${rule.dwellMs}ms` };
    case 'wrong_way':
      if ('line' in rule) return { line: rule.line, allowed: rule.allowed };
      return {
        ...{ zone: rule.zone, direction: pair(rule.direction).map(unit) },
        ...{ either_sign: rule.eitherSign, for: `${rule.holdMs}ms` },
      };
    case 'density': {
      const { limit } = rule;
      const words = 'people' in limit ? { people: limit.people } : { per_m2: limit.perM2 };
      return { zone: rule.zone, limit: words, for: `${rule.forMs}ms` };
    }
    default: {
      const { zone, people, forMs } = rule;
      return {
        ...(zone !== undefined && { zone }),
        ...{ for: `${forMs}ms` },
        ...(people !== undefined && { people }),
      };
    }
  }
}

/** Reading makes a unit vector of a direction: written so, it is the same text after any number of readings. */
function unit(part: number): number {
  return Number(part.toFixed(9));
}

/**
 * The text of a draft as it is saved: every rule that is not what it was `before`, its place included, has a version
 * above the one that it had, and at least the setup's own. Candidates cite it.
 */
export function setupToSave(draft: Setup, before: Setup, version: number): string {
  const was = new Map(before.rules.map((rule) => [rule.id, rule]));
  const rules = draft.rules.map((rule) => {
    const old = was.get(rule.id);
    if (old === undefined) return { ...rule, version: Math.max(rule.version, version) };
    if (meaning(rule, draft) === meaning(old, before)) return { ...rule, version: old.version };
    return { ...rule, version: Math.max(old.version + 1, version) };
  });
  return setupText({ ...draft, rules });
}

/** Whether two setups watch for the same, whatever versions their rules have. */
export function isSameSetup(a: Setup, b: Setup): boolean {
  const [one, other] = [a, b].map(({ zones, lines, rules }) =>
    setupText({ zones, lines, rules: rules.map((rule) => ({ ...rule, version: 1 })) }),
  );
  return one === other;
}

/** Everything of a rule but its version, and the place that it watches. */
function meaning(rule: Rule, { zones, lines }: Setup): string {
  const here = <Place extends { readonly id: string }>(places: readonly Place[], id: string | undefined) =>
    places.filter((place) => place.id === id);
  const zone = 'zone' in rule ? rule.zone : undefined;
  const line = 'line' in rule ? rule.line : undefined;
  return setupText({ zones: here(zones, zone), lines: here(lines, line), rules: [{ ...rule, version: 1 }] });
}
