import { describe, expect, test } from 'vitest';
import { Flooded } from '../../../pipeline/detect/density/flooded.ts';
import type { Cells, ZoneObservation } from '../../../pipeline/model.ts';
import type { DensityRule } from '../../../pipeline/site/site.ts';
import { play, ruleBase, siteOf, spansOf } from '../build.ts';

const rule = (limit: DensityRule['limit']): DensityRule => ({
  ...ruleBase('density'),
  event: 'density',
  zone: 'platform',
  limit,
  forMs: 2_000,
});
const tenPeople = rule({ people: 10 });
const twoPerM2 = rule({ perM2: 2 });

/** `count(n)` people at frame n, undefined where it is not known. */
function claimsOf(
  limit: DensityRule,
  count: (n: number) => number | undefined,
  as: 'people' | 'density' = 'people',
) {
  const zone = (n: number): ZoneObservation => {
    const value = count(n);
    if (value === undefined) return { zone: 'platform' };
    return as === 'people'
      ? { zone: 'platform', people: value }
      : { zone: 'platform', people: 999, density: value };
  };
  return spansOf(play(siteOf([limit]), 80, (n) => ({ zones: [{ zone: 'tracks', people: 99 }, zone(n)] })));
}

describe('at most 10 people for 2 s', () => {
  const rows: readonly [string, (n: number) => number | undefined, readonly string[]][] = [
    ['fewer', () => 9.99, []],
    ['as many as the limit', () => 10, ['begin@10']],
    ['for a frame less than 2 s', (n) => (n < 10 ? 12 : 0), []],
    ['for 2 s', (n) => (n < 11 ? 12 : 0), ['begin@10', 'end@10']],
    ['a dip within the grace', (n) => (n >= 5 && n <= 8 ? 5 : 12), ['begin@10']],
    ['a dip beyond it', (n) => (n >= 5 && n <= 12 ? 5 : 12), ['begin@23']],
    ['once above, 95 % of the limit carries on', (n) => (n < 15 ? 10 : 9.6), ['begin@10']],
    ['below that it ends', (n) => (n < 15 ? 10 : 9.4), ['begin@10', 'end@14']],
    ['95 % of the limit never begins', () => 9.6, []],
    ['unknown never begins', () => undefined, []],
    ['unknown never ends', (n) => (n < 15 ? 12 : undefined), ['begin@10']],
    ['nobody', () => 0, []],
  ];
  test.each(rows)('%s', (_name, count, expected) => {
    expect(claimsOf(tenPeople, count)).toEqual(expected);
  });
});

describe('at most 2 people per m2', () => {
  test.each([
    ['below', 1.99, []],
    ['at the limit', 2, ['begin@10']],
  ])('%s', (_name, density, expected) => {
    expect(claimsOf(twoPerM2, () => density, 'density')).toEqual(expected);
  });

  test('a zone whose area is not known has no density, however many people', () => {
    expect(claimsOf(twoPerM2, () => 500)).toEqual([]);
  });
});

test('it says how many there were and the limit, over the zone', () => {
  const [begin] = play(siteOf([tenPeople]), 11, () => ({ zones: [{ zone: 'platform', people: 15 }] }));
  expect(begin?.findings).toContainEqual({ name: 'people', value: 15, limit: 10, unit: 'people' });
  expect(begin).toMatchObject({ score: 0.75, region: { x0: 0.5, y0: 0, x1: 1, y1: 1 } });
});

test('no observation of the zone at all is unknown', () => {
  const look = (n: number) => ({ zones: n < 15 ? [{ zone: 'platform', people: 12 }] : [] });
  expect(spansOf(play(siteOf([tenPeople]), 80, look))).toEqual(['begin@10']);
});

describe('12 people counted, 10 permitted, in a view that is covered', () => {
  /** `share` of a hundred cells, from the first on. */
  function cellsOf(share: number): Cells {
    const count = Math.round(100 * share);
    const bitmap = new Uint8Array(13);
    for (let cell = 0; cell < count; cell++) bitmap[cell >> 3]! |= 1 << (cell & 7);
    const occupancy = new Uint8Array(count).fill(255);
    const flow = new Uint8Array(count);
    return { columns: 10, rows: 10, bitmap, occupancy, flowX: flow, flowY: flow };
  }
  const claims = (share: (n: number) => number | undefined) =>
    spansOf(
      play(siteOf([tenPeople]), 60, (n) => {
        const covered = share(n);
        return {
          zones: [{ zone: 'platform', people: n < 5 ? 0 : 12 }],
          ...(covered === undefined ? {} : { cells: cellsOf(covered) }),
        };
      }),
    );
  const rows: readonly [string, (n: number) => number | undefined, readonly string[]][] = [
    ['by half, as by a crowd', (n) => (n < 5 ? 0.1 : 0.5), ['begin@15']],
    ['from edge to edge at once, and stays so', (n) => (n < 5 ? 0.1 : 0.95), []],
    // Free at 30, and the count is believed from 45 on.
    ['from edge to edge at once, until 30', (n) => (n < 5 || n >= 30 ? 0.1 : 0.95), ['begin@55']],
    ['from edge to edge, but not within a second', (n) => Math.min(1, 0.1 + 0.1 * n), ['begin@15']],
    ['nearly from edge to edge', (n) => (n < 5 ? 0.1 : 0.89), ['begin@15']],
    ['from edge to edge, by a third before', (n) => (n < 5 ? 0.33 : 0.95), ['begin@15']],
    ['by nobody knows how much', () => undefined, ['begin@15']],
  ];
  test.each(rows)('%s', (_name, share, expected) => {
    expect(claims(share)).toEqual(expected);
  });

  test('goes on as saved: flooded', () => {
    const first = new Flooded();
    first.step(cellsOf(0.1), 0);
    expect(first.step(cellsOf(1), 200)).toBe(true);
    const again = new Flooded();
    again.restore(structuredClone(first.save()));
    expect(again.step(cellsOf(1), 400)).toBe(true);
    expect(again.step(cellsOf(0.1), 600)).toBe(true);
    expect(again.step(cellsOf(0.1), 3_599)).toBe(true);
    expect(again.step(cellsOf(0.1), 3_600)).toBe(false);
  });
});
