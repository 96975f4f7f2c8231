/** Edits of what a camera watches for, and the way back. Pure: every edit gives a new text. */

import type { EventType } from '../../../model.ts';
import type { Pair, RuleText, SetupText } from '../../api.ts';
import { movedBy } from './shapes.ts';

export type PlaceKind = 'zone' | 'line';

export interface PlaceRef {
  readonly kind: PlaceKind;
  readonly index: number;
}

export type Zone = SetupText['zones'][number];
export type Line = SetupText['lines'][number];

export const POINTS_MIN: Readonly<Record<PlaceKind, number>> = { zone: 3, line: 2 };

export function placeOf(setup: SetupText, { kind, index }: PlaceRef): Zone | Line | undefined {
  return kind === 'zone' ? setup.zones[index] : setup.lines[index];
}

export function pointsOf(place: Zone | Line): readonly Pair[] {
  return 'polygon' in place ? place.polygon : place.points;
}

export function withPoints(setup: SetupText, { kind, index }: PlaceRef, points: readonly Pair[]): SetupText {
  return kind === 'zone'
    ? { ...setup, zones: setup.zones.map((one, at) => (at === index ? { ...one, polygon: points } : one)) }
    : { ...setup, lines: setup.lines.map((one, at) => (at === index ? { ...one, points } : one)) };
}

export function withPlaceMoved(setup: SetupText, ref: PlaceRef, by: Pair): SetupText {
  const place = placeOf(setup, ref);
  return place === undefined ? setup : withPoints(setup, ref, movedBy(pointsOf(place), by));
}

/** Undefined: the zone's area is not known. */
export function withArea(setup: SetupText, index: number, areaM2: number | undefined): SetupText {
  const zones = setup.zones.map((zone, at) => {
    if (at !== index) return zone;
    const { area_m2: _, ...rest } = zone;
    return areaM2 === undefined ? rest : { ...rest, area_m2: areaM2 };
  });
  return { ...setup, zones };
}

/** Rules that name the place go with its name. */
export function withPlaceNamed(setup: SetupText, { kind, index }: PlaceRef, id: string): SetupText {
  const before = placeOf(setup, { kind, index })?.id;
  const renamed = <Place extends { readonly id: string }>(places: readonly Place[]) =>
    places.map((one, at) => (at === index ? { ...one, id } : one));
  return {
    zones: kind === 'zone' ? renamed(setup.zones) : setup.zones,
    lines: kind === 'line' ? renamed(setup.lines) : setup.lines,
    rules: setup.rules.map((rule) => (rule[kind] === before ? { ...rule, [kind]: id } : rule)),
  };
}

/** A place of its own name in the middle of the view. */
export function withNewPlace(
  setup: SetupText,
  kind: PlaceKind,
  word: string,
): { readonly setup: SetupText; readonly ref: PlaceRef } {
  const id = freeId(
    word,
    [...setup.zones, ...setup.lines].map((one) => one.id),
  );
  if (kind === 'zone') {
    const polygon: readonly Pair[] = [
      [0.35, 0.35],
      [0.65, 0.35],
      [0.65, 0.75],
      [0.35, 0.75],
    ];
    const ref = { kind, index: setup.zones.length };
    return { setup: { ...setup, zones: [...setup.zones, { id, polygon }] }, ref };
  }
  const ref = { kind, index: setup.lines.length };
  const points: readonly Pair[] = [
    [0.5, 0.3],
    [0.5, 0.75],
  ];
  return { setup: { ...setup, lines: [...setup.lines, { id, points }] }, ref };
}

/** Rules that watch it stay, and are then at fault: whoever takes a place away decides about them. */
export function withoutPlace(setup: SetupText, { kind, index }: PlaceRef): SetupText {
  const rest = <Place>(places: readonly Place[]) => places.filter((_, at) => at !== index);
  return kind === 'zone' ? { ...setup, zones: rest(setup.zones) } : { ...setup, lines: rest(setup.lines) };
}

export function withRule(setup: SetupText, index: number, rule: RuleText): SetupText {
  return { ...setup, rules: setup.rules.map((one, at) => (at === index ? rule : one)) };
}

export function withoutRule(setup: SetupText, index: number): SetupText {
  return { ...setup, rules: setup.rules.filter((_, at) => at !== index) };
}

export function withNewRule(setup: SetupText, rule: Omit<RuleText, 'id'> & { readonly event: EventType }) {
  const id = freeId(
    rule.event.replaceAll('_', '-'),
    setup.rules.map((one) => one.id),
  );
  return { ...setup, rules: [...setup.rules, { ...rule, id }] };
}

export function freeId(word: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? word : `${word}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

const UNDO_MAX = 200;

/** What was, what is, and what was taken back. Edits of one gesture or one field are one step. */
export interface History {
  readonly past: readonly SetupText[];
  readonly now: SetupText;
  readonly future: readonly SetupText[];
  /** Names the gesture of the last edit. */
  readonly gesture?: string;
}

export function historyOf(now: SetupText): History {
  return { past: [], now, future: [] };
}

export function edited(history: History, now: SetupText, gesture?: string): History {
  if (now === history.now) return history;
  const isSameGesture = gesture !== undefined && gesture === history.gesture;
  const past = isSameGesture ? history.past : [...history.past, history.now].slice(-UNDO_MAX);
  return { past, now, future: [], ...(gesture !== undefined && { gesture }) };
}

export function undone({ past, now, future }: History): History {
  const before = past.at(-1);
  if (before === undefined) return { past, now, future };
  return { past: past.slice(0, -1), now: before, future: [now, ...future] };
}

export function redone({ past, now, future }: History): History {
  const [after, ...rest] = future;
  if (after === undefined) return { past, now, future };
  return { past: [...past, now], now: after, future: rest };
}
