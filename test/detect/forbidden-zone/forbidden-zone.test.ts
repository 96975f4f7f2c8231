import { describe, expect, test } from 'vitest';
import type { Track } from '../../../pipeline/model.ts';
import type { Rule } from '../../../pipeline/site/site.ts';
import { noTracks, person, play, regionIn, type Seen, STEP_MS, siteOf, spansOf } from '../build.ts';

/** Walks a little in the zone: 0.09 of a person's height a frame. */
const at = (n: number, patch: Parameters<typeof person>[0] = {}) =>
  person({ x: 0.05 + n * 0.01, flow: { x: 0.03, y: 0 }, ...patch });
const none: readonly Track[] = [];

function claimsOf(tracks: (n: number) => readonly Track[], frames = 40, rule: Rule = noTracks) {
  return spansOf(play(siteOf([rule]), frames, (n) => ({ tracks: tracks(n) })));
}

/** Nobody arrives here while looked at: the track stands where it was first seen, and changes nothing. */
const ghost = (n: number) => person({ stillMs: n * STEP_MS, ageMs: n * STEP_MS });

describe('somebody in the zone, dwell 1 s', () => {
  const rows: readonly [string, (n: number) => readonly Track[], readonly string[]][] = [
    ['stays for the dwell', (n) => (n <= 5 ? [at(n)] : none), ['begin@5', 'end@5']],
    ['leaves a frame before', (n) => (n <= 4 ? [at(n)] : none), []],
    ['stands beside it', (n) => [at(n, { zones: ['platform'] })], []],
    ['stands in no zone', (n) => [at(n, { zones: [] })], []],
    [
      'steps out: the dwell starts again',
      (n) => [at(n, n === 4 ? { zones: [] } : {})].slice(0, n < 10 ? 1 : 0),
      [],
    ],
    ['steps out and stays', (n) => [at(n, n === 4 ? { zones: [] } : {})], ['begin@10']],
    ['hops from one thing to another', (n) => [at(n, { surprise: 0.14 })], []],
    ['trembles and was first seen inside: an insect', (n) => [at(n, { surprise: 0.1 })], []],
    [
      'trembles and came from outside: somebody',
      (n) => [at(n, { surprise: 0.1, zones: n === 0 ? ['platform'] : ['tracks'] })],
      ['begin@6'],
    ],
    ['trembles less than an insect', (n) => [at(n, { surprise: 0.08 })], ['begin@5']],
    ['goes out and comes on again: a lamp', (n) => [at(n, { seen: n % 4 < 2 })], []],
    ['is hidden as often, but for less', (n) => [at(n, { seen: n % 6 > 0 })], ['begin@5']],
    ['is a piece of a person', (n) => [at(n, { tall: 0.08 })], []],
    ['is head and shoulders of somebody', (n) => [at(n, { tall: 0.1, wide: 0.05 })], []],
    [
      // It has come one height at 12.
      'is a cart as low as that, once it has gone somewhere',
      (n) => [at(n, { tall: 0.1, wide: 0.08, ageMs: n * 2 * STEP_MS })],
      ['begin@12'],
    ],
    ['is as low as a cart and new: an insect', (n) => [at(n, { tall: 0.1, wide: 0.08, ageMs: 2_900 })], []],
    [
      'is as low as a cart and stays where it is: an insect',
      (n) => [at(Math.min(n, 10), { tall: 0.1, wide: 0.08, ageMs: 9_000 })],
      [],
    ],
    ['moves its foot alone: rain, or a lamp', (n) => [at(n, { flow: { x: 0.005, y: 0 } })], []],
    ['moves its body elsewhere: two people in turn', (n) => [at(n, { flow: { x: -0.03, y: 0.03 } })], []],
    ['moves its body a quarter of the way', (n) => [at(n, { flow: { x: 0.0125, y: 0 } })], ['begin@5']],
    ['trembles where it came into being', (n) => [at(n % 2, { flow: { x: 0, y: 0 } })], []],
    ['has only just been seen', (n) => [at(n, { ageMs: 300 })], []],
    ['is only carried on by prediction', (n) => [at(n, { seen: false })], []],
    [
      'is hidden for a while: neither gains nor loses',
      (n) => [at(n, { seen: n < 2 || n > 6 })],
      ['begin@10'],
    ],
    ['never moved: a ghost', (n) => [ghost(n)], []],
    ['came in before it stood still', (n) => [at(Math.min(n, 4))], ['begin@5']],
    [
      'away and back in, dwell and all, within 1.8 s: one claim',
      (n) => (n < 8 || n > 10 ? [at(n)] : none),
      ['begin@5'],
    ],
    [
      'two people, one after the other, are one claim',
      (n) => [...(n <= 10 ? [at(n)] : none), ...(n >= 6 && n <= 20 ? [at(n, { id: 2 })] : none)],
      ['begin@5', 'end@20'],
    ],
    [
      'two people are told apart: neither dwell is the sum of both',
      (n) => [...(n <= 3 ? [at(n)] : none), ...(n >= 4 && n <= 8 ? [at(n, { id: 2 })] : none)],
      [],
    ],
  ];
  test.each(rows)('%s', (_name, tracks, expected) => {
    expect(claimsOf(tracks)).toEqual(expected);
  });
});

test('a dwell of nothing still waits until a track has been followed for 0.35 s', () => {
  const young = (n: number) => [at(3 * n, { ageMs: n * STEP_MS })];
  expect(claimsOf(young, 10, { ...noTracks, dwellMs: 0 } as Rule)).toEqual(['begin@2']);
});

test('two people at once are one claim that says so and shows both', () => {
  const site = siteOf([noTracks]);
  const [begin, ...more] = play(site, 10, (n) => ({ tracks: [at(n), at(n, { id: 2, x: 0.4 })] }));
  expect(more).toEqual([]);
  expect(begin?.findings).toContainEqual({ name: 'people', value: 2, limit: 0, unit: 'people' });
  expect(begin?.region).toMatchObject({ x0: at(5).box.x0, x1: 0.4 + 0.02 });
});

describe('a train', () => {
  const train = person({ id: 7, x: 0.25, wide: 0.5, tall: 0.5 });
  const zone = (covered: number) => [{ zone: 'tracks', covered }];
  /** Wide and low, as something seen through or beside a train. */
  const squat = { wide: 0.2, tall: 0.15 };
  const rows: readonly [string, (n: number) => Seen, readonly string[]][] = [
    ['of which nothing is seen: somebody in the zone', (n) => ({ tracks: [at(n)] }), ['begin@5']],
    [
      // Last seen at 10, so 3 s end before 25.
      'hides who walks there, and for 3 s after',
      (n) => ({ tracks: [...(n <= 10 ? [train] : none), at(n)] }),
      ['begin@25'],
    ],
    [
      'is known by how many people it would be',
      (n) => ({ tracks: [...(n <= 10 ? [person({ id: 7, ...squat, people: 9 })] : none), at(n)] }),
      ['begin@25'],
    ],
    [
      'is known by what covers the zone; what it leaves must move by itself',
      // 0.3 of a height from where it was at 24.
      (n) => ({ tracks: [at(n, squat)], zones: zone(n <= 10 ? 0.5 : 0) }),
      ['begin@28'],
    ],
    [
      'whose flow carries nobody: what it leaves must go by itself, as a body too',
      (n) => ({
        tracks: [at(n, { ...squat, flow: { x: n <= 24 ? 0.3 : 0, y: 0 } })],
        zones: zone(n <= 10 ? 0.5 : 0),
      }),
      [],
    ],
    [
      'what covers the zone and is upright is people',
      (n) => ({ tracks: [at(n)], zones: zone(n < 5 ? 0 : 0.5) }),
      ['begin@5'],
    ],
    [
      'that came while nobody could see is known by what is covered when the view is found again',
      (n) => ({ tracks: [at(n)], zones: zone(0.15) }),
      [],
    ],
    ['is not what covers less of it then', (n) => ({ tracks: [at(n)], zones: zone(0.1) }), ['begin@5']],
    [
      'that has not left: some of the zone is still covered',
      (n) => ({ tracks: [at(n, squat)], zones: zone(n <= 10 ? 0.5 : 0.2) }),
      [],
    ],
    [
      'that was learned while it stood there stands until it leaves',
      (n) => {
        const view = n > 10 && n <= 20 ? 'warming' : 'ok';
        const filled = n <= 10 || (n > 60 && n <= 64);
        return { tracks: filled ? [train] : [at(n)], view };
      },
      // Last seen to leave at 64.
      ['begin@79'],
    ],
    [
      'leaves somebody who does not move and looks like nobody',
      (n) => ({
        tracks: [person({ ...squat, stillMs: Math.max(0, n - 24) * STEP_MS })],
        zones: zone(n <= 10 ? 0.5 : 0),
      }),
      [],
    ],
    [
      'in another zone hides nobody here',
      (n) => ({
        tracks: [{ ...train, zones: ['platform'] }, at(n)],
        zones: [{ zone: 'platform', covered: 0.9 }],
      }),
      ['begin@5'],
    ],
  ];
  test.each(rows)('%s', (_name, look, expected) => {
    expect(spansOf(play(siteOf([noTracks]), 90, look))).toEqual(expected);
  });

  test('ends the claim of who stood there when it came', () => {
    const look = (n: number): Seen => ({ tracks: [at(n), ...(n >= 10 ? [train] : none)] });
    expect(spansOf(play(siteOf([noTracks]), 60, look))).toEqual(['begin@5', 'end@9']);
  });
});

describe('many who are in the zone all at once', () => {
  const many = (n: number, from: number, count: number) =>
    n < from
      ? none
      : Array.from({ length: count }, (_, i) => at(n - from, { id: i + 1, ageMs: (n - from) * STEP_MS }));

  test('are the pieces of a train, long before its whole can be told', () => {
    expect(claimsOf((n) => many(n, 10, 6), 22)).toEqual([]);
  });
  test('are people when they are fewer', () => {
    expect(claimsOf((n) => many(n, 10, 5), 22).length).toBeGreaterThan(0);
  });
  test('are people when the view has only just been found again', () => {
    expect(claimsOf((n) => many(n, 0, 6), 22).length).toBeGreaterThan(0);
  });
});

describe('a mass that sweeps over the zone within a second', () => {
  const FROM = 10;
  /** Pieces of one thing, side by side from the zone's edge on; the first has its foot in the zone. */
  const parts = (n: number, count: number, gap = 0) =>
    n < FROM
      ? none
      : Array.from({ length: count }, (_, i) =>
          person({
            id: i + 1,
            x: 0.05 + (n - FROM) * 0.01 + i * (0.04 + gap),
            zones: i === 0 ? ['tracks'] : [],
            flow: { x: 0.03, y: 0 },
            ageMs: (n - FROM) * STEP_MS,
          }),
        );
  const covered = (n: number, share: number, since = FROM) => [
    { zone: 'tracks', covered: n < since ? 0 : share },
  ];
  const rows: readonly [string, (n: number) => Seen, readonly string[]][] = [
    ['is a train, wherever its feet are', (n) => ({ tracks: parts(n, 6), zones: covered(n, 0.25) }), []],
    [
      'is people when they are fewer',
      (n) => ({ tracks: parts(n, 5), zones: covered(n, 0.25) }),
      ['begin@15'],
    ],
    [
      'is people when they cover less',
      (n) => ({ tracks: parts(n, 6), zones: covered(n, 0.15) }),
      ['begin@15'],
    ],
    [
      'is people when they do not touch: 0.2 of a height between them',
      (n) => ({ tracks: parts(n, 6, 0.0225), zones: covered(n, 0.25) }),
      ['begin@15'],
    ],
    [
      'is people when what covers the zone has been there for longer',
      (n) => ({ tracks: parts(n, 6), zones: covered(n, 0.25, 5) }),
      ['begin@15'],
    ],
    [
      'is people when they have been in view for longer',
      (n) => ({
        tracks: parts(n, 6).map((track) => ({ ...track, ageMs: track.ageMs + 1_200 })),
        zones: covered(n, 0.25),
      }),
      ['begin@15'],
    ],
    [
      'is people when the view has only just been found again',
      (n) => ({
        tracks: parts(n, 6),
        zones: covered(n, 0.1),
        ...(n === FROM - 1 ? { view: 'blurred' as const } : {}),
      }),
      ['begin@15'],
    ],
  ];
  test.each(rows)('%s', (_name, look, expected) => {
    expect(spansOf(play(siteOf([noTracks]), 24, look))).toEqual(expected);
  });
});

describe('six who are one region', () => {
  const six = (n: number) => Array.from({ length: 6 }, (_, i) => at(n, { id: i + 1, ageMs: 9_000 }));
  const region = (n: number) => regionIn(at(n).box);
  const claims = (look: (n: number) => Seen) => spansOf(play(siteOf([noTracks]), 30, look));

  test('are a train or light: nobody is claimed until they have been apart for a second', () => {
    expect(claims((n) => ({ tracks: six(n), blobs: [region(n)] }))).toEqual([]);
    // Last in one at 10.
    expect(claims((n) => ({ tracks: six(n), blobs: n <= 10 ? [region(n)] : [] }))).toEqual(['begin@15']);
  });
  test('who were claimed before go on', () => {
    expect(claims((n) => ({ tracks: six(n), blobs: n <= 10 ? [] : [region(n)] }))).toEqual(['begin@5']);
  });
});

describe('what is taller than wide and covers half of the zone', () => {
  const upright = (n: number, patch: Parameters<typeof person>[0]) => ({
    tracks: [at(n, { wide: 0.06, tall: 0.4, ...patch })],
    zones: [{ zone: 'tracks', covered: n < 5 ? 0 : 0.5 }],
  });
  const rows: readonly [string, Parameters<typeof person>[0], number][] = [
    ['is somebody', {}, 1],
    ['is somebody whom the side of the view cuts off', { x: 0.03 }, 1],
    ['is a train when it is cut off and stands for three people', { x: 0.03, people: 3 }, 0],
    ['is a train at the other side too', { x: 0.97, people: 3 }, 0],
    ['is people when all of it is seen', { people: 3 }, 1],
  ];
  test.each(rows)('%s', (_name, patch, claims) => {
    const look = (n: number) => upright(n, { flow: { x: 0.03, y: 0.02 }, ...patch, y: 0.8 + 0.004 * n });
    expect(spansOf(play(siteOf([noTracks]), 30, look))).toHaveLength(claims);
  });
});
