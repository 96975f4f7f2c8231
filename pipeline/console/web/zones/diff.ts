/** What is different between two setups, for words. Pure. */
import type { SetupText } from '../../api.ts';

export interface Change {
  readonly what: 'zone' | 'line' | 'rule';
  readonly how: 'added' | 'changed' | 'removed';
  readonly id: string;
  /** Of what was changed: the keys. */
  readonly keys: readonly string[];
}

/** Counted by the server, and no change of anybody's. */
const NOT_SAID = new Set(['version']);

export function changesBetween(before: SetupText, after: SetupText): readonly Change[] {
  return [
    ...between('zone', before.zones, after.zones),
    ...between('line', before.lines, after.lines),
    ...between('rule', before.rules, after.rules),
  ];
}

export function isSame(before: SetupText, after: SetupText): boolean {
  return before === after || changesBetween(before, after).length === 0;
}

type Named = { readonly id: string } & Readonly<Record<string, unknown>>;

function between(what: Change['what'], before: readonly object[], after: readonly object[]): Change[] {
  const [old, now] = [byId(before), byId(after)];
  const changes: Change[] = [];
  for (const [id, one] of now) {
    const was = old.get(id);
    if (was === undefined) {
      changes.push({ what, how: 'added', id, keys: [] });
      continue;
    }
    const keys = [...new Set([...Object.keys(was), ...Object.keys(one)])].filter(
      (key) => !NOT_SAID.has(key) && JSON.stringify(was[key]) !== JSON.stringify(one[key]),
    );
    if (keys.length > 0) changes.push({ what, how: 'changed', id, keys });
  }
  for (const id of old.keys()) if (!now.has(id)) changes.push({ what, how: 'removed', id, keys: [] });
  return changes;
}

function byId(list: readonly object[]): Map<string, Named> {
  return new Map((list as readonly Named[]).map((one) => [one.id, one]));
}
