/** What cells say of somebody who is taken to be down. */
import { describe, expect, it } from 'vitest';
import {
  type Evidence,
  isBorneOut,
  NO_EVIDENCE,
  PROVEN,
  weigh,
} from '../../../pipeline/detect/person-on-ground/borne-out.ts';
import type { Seen } from '../../../pipeline/detect/person-on-ground/vacated.ts';

const FOR_MS = 5_000;
const STEP_MS = 200;
const STOOD = { floor: 60, tall: 30, atMs: 29_000 };
const FELL: Seen = { known: true, stoodAtMs: 29_000, taken: 0.7, before: 0.1 };

interface Told {
  readonly seen?: Seen;
  readonly taken?: number | undefined;
  readonly judges?: boolean;
}

/** After all looks of `for`; `told` by how long they have been lying. */
function evidence(told: (lyingMs: number) => Told): Evidence {
  let said = NO_EVIDENCE;
  for (let lyingMs = 0; lyingMs < FOR_MS; lyingMs += STEP_MS) {
    const { seen = FELL, taken, judges = true } = { taken: 0.7, ...told(lyingMs) };
    const cells = { judges: () => judges, seen: () => seen, takenNow: () => taken };
    const down = { ...STOOD, ...said, box: { x0: 0, y0: 50, x1: 30, y1: 60 }, sinceMs: 30_000, lyingMs };
    said = weigh(down, cells, FOR_MS, STEP_MS);
  }
  return said;
}

describe('borne out', () => {
  it.each<[string, (lyingMs: number) => Told]>([
    ['who stood there and is seen to lie', () => ({})],
    [
      'who was seen to have stood there before somebody came to help',
      (ms) => (ms < 2_000 ? {} : { seen: { ...FELL, stoodAtMs: undefined } }),
    ],
    ['who is hidden for two seconds', (ms) => ({ taken: ms > 3_000 ? 0.1 : 0.7 })],
    ['whoever lies while the view is being learned', () => ({ judges: false, seen: { known: false } })],
    [
      'who is seen where nobody looks at cells',
      () => ({ judges: false, seen: { known: false }, taken: undefined }),
    ],
    [
      'whose place was taken again after cells were asked',
      (ms) => (ms <= 4_000 ? {} : { seen: { ...FELL, before: 1 } }),
    ],
  ])('%s', (_, told) => {
    expect(isBorneOut(evidence(told), FOR_MS)).toBe(true);
  });

  it('who was found by that evidence', () => {
    expect(isBorneOut(PROVEN, FOR_MS)).toBe(true);
  });
});

describe('not borne out', () => {
  it.each<[string, (lyingMs: number) => Told]>([
    ['where nobody was seen to stand', () => ({ seen: { ...FELL, stoodAtMs: undefined } })],
    ['where something lay all along', () => ({ seen: { ...FELL, before: 0.5 } })],
    ['where nothing is seen any more', (ms) => ({ taken: ms > 2_000 ? 0.1 : 0.7 })],
    ['while too little was seen', () => ({ seen: { known: false } })],
    ['where nothing is seen while the view is being learned', () => ({ judges: false, taken: 0 })],
  ])('%s', (_, told) => {
    expect(isBorneOut(evidence(told), FOR_MS)).toBe(false);
  });
});
