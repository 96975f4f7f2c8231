import { describe, expect, test } from 'vitest';
import type { LineCrossing, Track } from '../../../pipeline/model.ts';
import type { WrongWayLineRule, WrongWayZoneRule } from '../../../pipeline/site/site.ts';
import { person, play, ruleBase, type Seen, START_MS, STEP_MS, siteOf, spansOf } from '../build.ts';

const base: WrongWayZoneRule = {
  ...ruleBase('wrong_way'),
  event: 'wrong_way',
  zone: 'tracks',
  direction: { x: 1, y: 0 },
  eitherSign: false,
  holdMs: 2_000,
};
const downwards = { ...base, direction: { x: 0, y: 1 } };
const eitherSign = { ...base, eitherSign: true };

/** Goes as fast as it says, in views per second, from the middle. 0.1 views per second across are 1.5 m/s. */
function going(n: number, x: number, y: number, patch: Parameters<typeof person>[0] = {}): Track {
  const s = (n * STEP_MS) / 1_000;
  return person({ x: 0.5 + x * s, y: 0.6 + y * s, velocity: { x, y }, ...patch });
}

// A claim begins 0.4 s after a track has served the rule's hold.
describe('in a zone, permitted to the right, hold 2 s', () => {
  const rows: readonly [string, WrongWayZoneRule, (n: number) => Track, readonly string[]][] = [
    ['against', base, (n) => going(n, -0.1, 0), ['begin@12']],
    ['along', base, (n) => going(n, 0.1, 0), []],
    ['across', base, (n) => going(n, 0, 0.1), []],
    ['more across than against', base, (n) => going(n, -0.05, 0.12), []],
    ['more against than across', base, (n) => going(n, -0.1, 0.05), ['begin@12']],
    ['standing', base, (n) => going(n, 0, 0), []],
    ['below 0.45 m/s', base, (n) => going(n, -0.029, 0), []],
    ['above 0.45 m/s', base, (n) => going(n, -0.032, 0), ['begin@12']],
    ['slow on the view and slow on the floor', downwards, (n) => going(n, 0, -0.03), []],
    [
      'slow on the view, fast on a floor seen flat',
      downwards,
      (n) => going(n, 0, -0.03, { depth: 3 }),
      ['begin@12'],
    ],
    ['against, but it gets nowhere', base, (n) => going(0, -0.1, 0, { ageMs: n * STEP_MS }), []],
    ['turns back before the hold', base, (n) => going(n, n < 10 ? -0.1 : 0.1, 0), []],
    [
      'turns back after it',
      base,
      (n) => going(Math.min(n, 14), n < 14 ? -0.1 : 0.1, 0),
      ['begin@12', 'end@13'],
    ],
    ['turns back 0.2 s after it', base, (n) => going(Math.min(n, 11), n < 12 ? -0.1 : 0.1, 0), []],
    [
      'its flow is lost for a picture after it',
      base,
      (n) => going(n, -0.1, 0, n === 11 ? { flow: { x: 0, y: 0 } } : {}),
      ['begin@12'],
    ],
    [
      'its flow is lost for two',
      base,
      (n) => going(n, -0.1, 0, n === 11 || n === 12 ? { flow: { x: 0, y: 0 } } : {}),
      ['begin@15'],
    ],
    // What was against (1 s) is forgotten at one and a half times the pace: 4 frames leave nothing of 5.
    ['a pause long enough to forget', base, (n) => going(n, n >= 6 && n <= 9 ? 0 : -0.1, 0), ['begin@21']],
    ['beside the zone', base, (n) => going(n, -0.1, 0, { zones: ['platform'] }), []],
    ['a foot that goes by itself', base, (n) => going(n, -0.1, 0, { flow: { x: 0, y: 0 } }), []],
    [
      'a foot that goes the other way than its body',
      base,
      (n) => going(n, -0.1, 0, { flow: { x: 0.1, y: 0 } }),
      [],
    ],
    // 0.0045 views per second across are 0.04 of a person's height.
    ['a body that hardly moves', base, (n) => going(n, -0.1, 0, { flow: { x: -0.004, y: 0 } }), []],
    [
      'a body that moves a little',
      base,
      (n) => going(n, -0.1, 0, { flow: { x: -0.005, y: 0 } }),
      ['begin@12'],
    ],
    ['hops on its way', base, (n) => going(n, -0.1, 0, { surprise: 0.3 }), ['begin@12']],
    // 0.0135 views per second across are 0.12 of a person's height.
    [
      'hops, and its body moves a little',
      base,
      (n) => going(n, -0.1, 0, { surprise: 0.13, flow: { x: -0.013, y: 0 } }),
      [],
    ],
    [
      'hops, and its body moves more',
      base,
      (n) => going(n, -0.1, 0, { surprise: 0.13, flow: { x: -0.014, y: 0 } }),
      ['begin@12'],
    ],
    [
      'hops less, and its body moves a little',
      base,
      (n) => going(n, -0.1, 0, { surprise: 0.12, flow: { x: -0.013, y: 0 } }),
      ['begin@12'],
    ],
    ['is a piece of a person', base, (n) => going(n, -0.1, 0, { tall: 0.1 }), []],
    ['is far taller than a person', base, (n) => going(n, -0.1, 0, { tall: 0.36 }), []],
    [
      'is hidden, and what hides it goes that way',
      base,
      (n) => going(n, -0.1, 0, { seen: false }),
      ['begin@12'],
    ],
    [
      'is hidden by what goes another way',
      base,
      (n) => going(n, -0.1, 0, { seen: false, flow: { x: 0, y: 0.1 } }),
      [],
    ],
    ['either sign: to the left', eitherSign, (n) => going(n, -0.1, 0), []],
    ['either sign: to the right', eitherSign, (n) => going(n, 0.1, 0), []],
    ['either sign: across, downwards', eitherSign, (n) => going(n, 0, 0.1), ['begin@12']],
    ['either sign: across, upwards', eitherSign, (n) => going(n, 0, -0.1), ['begin@12']],
  ];
  test.each(rows)('%s', (_name, rule, track, expected) => {
    const candidates = play(siteOf([rule]), 25, (n) => ({ tracks: [track(n)] }));
    expect(spansOf(candidates)).toEqual(expected);
  });

  test('two people against it are one claim', () => {
    const candidates = play(siteOf([base]), 15, (n) => ({
      tracks: [going(n, -0.1, 0), going(n, -0.08, 0, { id: 2 })],
    }));
    expect(spansOf(candidates)).toEqual(['begin@12']);
    expect(candidates[0]?.findings).toContainEqual({ name: 'people', value: 2, limit: 0, unit: 'people' });
  });

  test('each person has a hold of their own', () => {
    const candidates = play(siteOf([base]), 20, (n) => ({
      tracks: [n < 8 ? going(n, -0.1, 0) : going(n - 8, -0.1, 0, { id: 2 })].slice(0, n < 16 ? 1 : 0),
    }));
    expect(candidates).toEqual([]);
  });

  test('speed is told in metres per second', () => {
    const [begin] = play(siteOf([base]), 13, (n) => ({ tracks: [going(n, -0.1, 0)] }));
    // 0.1 of a view 16 by 9, where a person of 1.7 m is a fifth of its height.
    const speed = (0.1 * (160 / 90) * 1.7) / 0.2;
    expect(begin?.findings.find(({ name }) => name === 'speed')?.value).toBeCloseTo(speed, 9);
  });
});

describe('where the flow of a zone alone says that somebody goes against it', () => {
  const stream = { zone: 'tracks', moving: 3, directions: [0, 0, 0, 0, 1, 0, 0, 0] };
  const one = Uint8Array.of(1);
  const cell = { columns: 1, rows: 1, bitmap: one, occupancy: one, flowX: one, flowY: one };
  const burning = (score?: number) => (score === undefined ? cell : { ...cell, flame: Uint8Array.of(score) });
  const claimed = (seen: (n: number) => Seen) => spansOf(play(siteOf([base]), 20, seen));

  // A fifth later than a track would be.
  test.each([undefined, 0, 63])('it is claimed (flame %s)', (flame) => {
    expect(claimed(() => ({ zones: [stream], cells: burning(flame) }))).toEqual(['begin@14']);
  });

  test.each([64, 255])('not while something burns, whose flow goes every way (flame %s)', (flame) => {
    expect(claimed(() => ({ zones: [stream], cells: burning(flame) }))).toEqual([]);
  });

  test('whom a track shows is claimed beside a fire as well', () => {
    expect(claimed((n) => ({ tracks: [going(n, -0.1, 0)], cells: burning(255) }))).toEqual(['begin@12']);
  });
});

describe('over a line, allowed left to right', () => {
  const rule: WrongWayLineRule = {
    ...ruleBase('wrong_way'),
    event: 'wrong_way',
    line: 'gate',
    allowed: 'left_to_right',
  };
  const crossing = (n: number, patch: Partial<LineCrossing> = {}): LineCrossing => ({
    line: 'gate',
    track: 1,
    frame: n,
    atMs: START_MS + n * STEP_MS,
    direction: 'right_to_left',
    velocity: { x: 0.1, y: 0 },
    ...patch,
  });
  /** The gate is looked along from top to bottom, so its left side is on the right of the view. Whoever walks at 0.75 m/s has come a third of a height after 4 frames. */
  const claimsOf = (
    frames: readonly number[],
    patch: Partial<LineCrossing> = {},
    track: Parameters<typeof person>[0] = {},
    of = rule,
    /** Views per second times frames; undefined when it is not followed. */
    way: (n: number) => number | undefined = (n) => 0.05 * n,
  ) =>
    spansOf(
      play(siteOf([of]), 50, (n) => {
        const gone = way(n);
        const speed = { x: 0.05 * Math.sign(gone ?? 1), y: 0 };
        return {
          tracks: gone === undefined ? [] : [going(1, gone, 0, { zones: [], velocity: speed, ...track })],
          crossings: frames.includes(n) ? [crossing(n, patch)] : [],
        };
      }),
    );

  test.each([
    ['nobody crosses', claimsOf([]), []],
    ['to the side that is not allowed', claimsOf([20]), ['begin@22', 'end@22']],
    ['to the allowed side', claimsOf([20], { direction: 'left_to_right' }), []],
    [
      'where the other side is allowed',
      claimsOf(
        [20],
        { direction: 'left_to_right' },
        {},
        { ...rule, allowed: 'right_to_left' },
        (n) => -0.05 * n,
      ),
      ['begin@22', 'end@22'],
    ],
    ['another line', claimsOf([20], { line: 'door' }), []],
    ['another track than those that are followed', claimsOf([20], { track: 5 }), []],
    ['two within 2 s are one claim', claimsOf([20, 29]), ['begin@22', 'end@31']],
    ['two farther apart are two', claimsOf([10, 25]), ['begin@12', 'end@12', 'begin@27', 'end@27']],
    ['whoever has come from nowhere', claimsOf([3]), []],
    ['a foot that jumped', claimsOf([20], {}, { flow: { x: 0, y: 0 } }), []],
    [
      'a foot that jumped, of somebody who goes the other way',
      claimsOf([20], {}, { flow: { x: -0.05, y: 0 } }),
      [],
    ],
    ['a body that goes along the line', claimsOf([20], {}, { flow: { x: 0, y: 0.1 } }), []],
    ['a track that is too young', claimsOf([20], {}, { ageMs: 700 }), []],
    ['somebody hidden, where the body agrees', claimsOf([20], {}, { seen: false }), ['begin@22', 'end@22']],
    ['a piece of a person', claimsOf([20], {}, { tall: 0.1 }), []],
    ['somebody who bends down, whose foot hops', claimsOf([20], {}, { tall: 0.15, surprise: 0.11 }), []],
    ['a child', claimsOf([20], {}, { tall: 0.15, surprise: 0.08 }), ['begin@22', 'end@22']],
    ['somebody whose foot hops', claimsOf([20], {}, { surprise: 0.11 }), ['begin@22', 'end@22']],
    ['who is gone a moment later', claimsOf([20], {}, {}, rule, (n) => (n > 21 ? undefined : 0.05 * n)), []],
    ['who stays on the line', claimsOf([20], {}, {}, rule, (n) => 0.05 * Math.min(n, 20)), []],
    ['who has hardly gone on', claimsOf([20], {}, {}, rule, (n) => 0.05 * Math.min(n, 20.6)), []],
    [
      'who has gone on by more than a tenth of a metre',
      claimsOf([20], {}, {}, rule, (n) => 0.05 * Math.min(n, 21)),
      ['begin@22', 'end@22'],
    ],
    ['a foot that hopped and comes back', claimsOf([20], {}, {}, rule, (n) => (n === 20 ? 2 : 1)), []],
  ])('%s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });

  test.each([
    ['while the view is blind', 20],
    ['of whom nobody sees whether they go on', 21],
  ])('a crossing is not believed %s', (_name, blind) => {
    const candidates = play(siteOf([rule]), 40, (n) => ({
      view: n === blind ? 'dark' : 'ok',
      tracks: [going(n, 0.05, 0)],
      crossings: n === 20 ? [crossing(n)] : [],
    }));
    expect(candidates).toEqual([]);
  });
});
