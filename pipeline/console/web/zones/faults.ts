/** Where in the editor a fault of `check` belongs: `zones[2].polygon[1]` is the third zone's second point. Pure. */
import type { SetupFault } from '../../api.ts';

export type FaultPlace =
  | {
      readonly kind: 'zone' | 'line' | 'rule';
      readonly index: number;
      readonly key?: string;
      readonly point?: number;
    }
  | { readonly kind: 'whole' };

const PLACE = /(zones|lines|rules)\[(\d+)\](?:\.(\w+))?(?:\[(\d+)\])?/;
const KINDS = { zones: 'zone', lines: 'line', rules: 'rule' } as const;

export function placeOfFault(at: string): FaultPlace {
  const [, list, index, key, point] = PLACE.exec(at) ?? [];
  if (list === undefined) return { kind: 'whole' };
  return {
    kind: KINDS[list as keyof typeof KINDS],
    index: Number(index),
    ...(key !== undefined && { key }),
    ...(point !== undefined && { point: Number(point) }),
  };
}

/** Those of one zone, line or rule; with a key, those of this key alone. */
export function faultsAt(
  faults: readonly SetupFault[],
  kind: 'zone' | 'line' | 'rule',
  index: number,
  key?: string,
): readonly SetupFault[] {
  return faults.filter(({ at }) => {
    const place = placeOfFault(at);
    if (place.kind !== kind || place.index !== index) return false;
    return key === undefined || place.key === key;
  });
}
