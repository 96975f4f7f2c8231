import { describe, expect, test } from 'vitest';
import { inside, shapeOf } from '../../pipeline/measure/geometry.ts';
import { measure } from '../../pipeline/measure/measure.ts';
import { TRACKS_MAX } from '../../pipeline/measure/tracker.ts';
import type { Measured } from '../../pipeline/model.ts';
import { random, SEED } from '../support/random.ts';
import { frameOf, hallOf, type Region, type Shown, START_MS, WIDTH } from './build.ts';

/** What is measured on every frame of `frames`, from people's regions in pixels. */
function play(
  frames: number,
  people: (n: number) => readonly Region[],
  shown: (n: number) => Shown = () => ({}),
): readonly Measured[] {
  const stage = measure(hallOf());
  return Array.from({ length: frames }, (_, n) => stage.step(frameOf(n, people(n), shown(n)))).flat();
}

const peopleIn = (zone: string) => (measured: Measured) =>
  measured.zones.find((known) => known.zone === zone)?.people;
const crossingsOf = (all: readonly Measured[]) =>
  all.flatMap(({ crossings }) => crossings.map(({ direction }) => direction));

/** Walks from `from` to `to` at 4 px a frame (20 px/s, three quarters of a person's height), then stands there. */
const walk = (n: number, from: number, to: number, y = 80): Region => {
  const x = from < to ? Math.min(to, from + 4 * n) : Math.max(to, from - 4 * n);
  return { foot: [x, y], flowX: x === to ? 0 : 4 * Math.sign(to - from) };
};

describe('people in a zone', () => {
  test('one who walks in counts as one, in that zone and no other', () => {
    const all = play(30, (n) => [walk(n, 10, 60)]);
    expect(peopleIn('west')(all.at(-1)!)).toBeCloseTo(1, 0);
    expect(peopleIn('east')(all.at(-1)!)).toBe(0);
    const [west, east] = all.at(-1)!.zones;
    expect(west?.density).toBeCloseTo(west!.people! / 20, 9);
    expect(east).not.toHaveProperty('density');
  });

  test.each([2, 3, 4])('%i who stand apart count as so many', (count) => {
    const all = play(30, (n) =>
      Array.from({ length: count }, (_, i) => ({
        ...walk(n, 2, 8),
        foot: [10 + 18 * i + Math.min(n, 8), 80] as const,
      })),
    );
    expect(Math.round(peopleIn('west')(all.at(-1)!)!)).toBe(count);
  });

  test('an empty zone that can be seen has nobody: zero is known', () => {
    expect(peopleIn('west')(play(3, () => [])[2]!)).toBe(0);
  });

  test.each(['warming', 'dark', 'bright', 'frozen', 'moved', 'lost'] as const)(
    'while the view is %s nothing is known, which is not zero',
    (view) => {
      for (const { zones } of play(
        5,
        () => [walk(5, 10, 60)],
        () => ({ view }),
      ))
        expect(zones).toEqual([{ zone: 'west' }, { zone: 'east' }]);
    },
  );
});

describe('crossing the gate', () => {
  const rows: readonly [string, (n: number) => readonly Region[], readonly string[]][] = [
    ['to the right', (n) => [walk(n, 40, 120)], ['right_to_left']],
    ['to the left', (n) => [walk(n, 120, 40)], ['left_to_right']],
    [
      'there and back',
      (n) => [n < 30 ? walk(n, 40, 110) : walk(n - 30, 110, 40)],
      ['right_to_left', 'left_to_right'],
    ],
    ['up to it and back', (n) => [n < 15 ? walk(n, 40, 76) : walk(n - 15, 76, 40)], []],
    ['trembling on it', (n) => [n < 15 ? walk(n, 40, 80) : { foot: [80 + (n % 2 === 0 ? 1 : -1), 80] }], []],
    [
      'trembling on it, then back',
      (n) => [n < 40 ? { foot: [Math.min(40 + 4 * n, 80 - (n % 2)), 80] } : walk(n - 40, 80, 40)],
      [],
    ],
    ['past its end', (n) => [{ foot: [Math.min(40 + 4 * n, 120), 4], tall: 4, area: 60 }], []],
    ['nobody', () => [], []],
    [
      'two, apart in depth',
      (n) => [walk(n, 40, 120, 40), walk(n, 40, 120, 85)],
      ['right_to_left', 'right_to_left'],
    ],
    [
      'two, in opposite directions',
      (n) => [walk(n, 40, 120, 40), walk(n, 120, 40, 85)],
      ['right_to_left', 'left_to_right'],
    ],
    [
      'two, one shortly after the other',
      (n) => [walk(n, 40, 124), ...(n >= 6 ? [walk(n - 6, 40, 100)] : [])],
      ['right_to_left', 'right_to_left'],
    ],
  ];
  test.each(rows)('%s', (_name, people, expected) => {
    // Of who crosses within one frame nobody is first.
    expect([...crossingsOf(play(60, people))].sort()).toEqual([...expected].sort());
  });

  test('it says which track, when, and how fast', () => {
    const all = play(60, (n) => [walk(n, 40, 120)]);
    const on = all.find(({ crossings }) => crossings.length > 0)!;
    expect(on.crossings).toMatchObject([
      { line: 'gate', track: on.tracks[0]!.id, frame: on.frame.number, atMs: on.frame.capturedAtMs },
    ]);
    // 20 px/s of 160.
    expect(on.crossings[0]!.velocity.x).toBeGreaterThan(0.09);
    expect(on.crossings[0]!.velocity.x).toBeLessThan(0.16);
  });

  test('what happens while the view is blind is not believed', () => {
    const all = play(
      60,
      (n) => [walk(n, 40, 120)],
      (n) => ({ view: n > 5 ? 'dark' : 'ok' }),
    );
    expect(crossingsOf(all)).toEqual([]);
  });
});

describe('the zones of a foot', () => {
  const polygon = hallOf().cameras[0]!.zones[0]!.polygon;
  test.each([
    ['within', 0.2, 0.5, true],
    ['on the edge of the view', 0.2, 1, true],
    ['on the shared side', 0.5, 0.5, true],
    ['on a corner', 0, 0, true],
    ['a 65,535th beyond', 0.5 + 1 / 65_535, 0.5, false],
  ])('%s', (_name, x, y, expected) => {
    expect(inside({ x, y }, shapeOf(polygon))).toBe(expected);
  });

  test('a foot on the shared side is in both, at the lower edge of the view', () => {
    const { tracks } = play(8, () => [{ foot: [WIDTH / 2, 90] }]).at(-1)!;
    expect(tracks.map(({ zones }) => zones)).toEqual([['west', 'east']]);
  });
});

describe('state', () => {
  test('a new epoch knows nobody: tracks begin anew and nobody crosses by being elsewhere', () => {
    const all = play(
      40,
      (n) => [n < 20 ? walk(n, 20, 70) : walk(n - 20, 90, 140)],
      (n) => ({ epoch: n < 20 ? START_MS : START_MS + 4_000 }),
    );
    expect(crossingsOf(all)).toEqual([]);
    expect(all[19]!.tracks[0]!.ageMs).toBe(19 * 200);
    expect(all[20]!.tracks).toMatchObject([{ ageMs: 0, id: 1 }]);
    expect(peopleIn('west')(all[20]!)).toBeLessThan(0.6);
  });

  test('who is gone is forgotten within seconds, and comes back as somebody else', () => {
    const all = play(60, (n) => (n < 20 || n >= 40 ? [walk(n % 40, 20, 60)] : []));
    expect(all[19]!.tracks).toHaveLength(1);
    expect(all[19 + 11]!.tracks).toHaveLength(0);
    expect(all[59]!.tracks).toHaveLength(1);
    expect(all[59]!.tracks[0]!.id).not.toBe(all[19]!.tracks[0]!.id);
  });

  test(`is bounded by ${TRACKS_MAX} tracks, however much comes and goes (seed ${SEED})`, () => {
    const chance = random(SEED);
    const all = play(300, (n) =>
      n < 280
        ? Array.from({ length: 200 }, () => ({
            foot: [5 + chance.below(150), 30 + chance.below(60)] as const,
          }))
        : [],
    );
    for (const { tracks } of all) expect(tracks.length).toBeLessThanOrEqual(TRACKS_MAX);
    expect(all.at(-1)!.tracks).toEqual([]);
  });

  test('of one camera is not that of another, and a camera of no site is ignored', () => {
    const [hall] = hallOf().cameras;
    const stage = measure({ ...hallOf(), cameras: [hall!, { ...hall!, id: 'door' }] });
    for (let n = 0; n < 10; n++) {
      const [inHall] = stage.step(frameOf(n, [walk(n, 20, 60)]));
      const [atDoor] = stage.step(frameOf(n, [], { camera: 'door' }));
      expect([inHall?.tracks.length, atDoor?.tracks.length]).toEqual([1, 0]);
    }
    expect(stage.step(frameOf(10, [], { camera: 'elsewhere' }))).toEqual([]);
  });

  test('the same frames give the same measure', () => {
    const once = () => play(60, (n) => [walk(n, 40, 120), walk(n, 120, 40, 60)]);
    expect(once()).toEqual(once());
  });
});

test.each([
  [1, 57_600],
  [57_600, 1],
  [5, 11_520],
  [320, 180],
  [160, 90],
])('a plane of %i x %i is measured like any other, and the next one too', (planeWidth, planeHeight) => {
  const stage = measure(hallOf());
  const columns = Math.ceil(planeWidth / 4);
  const rows = Math.ceil(planeHeight / 4);
  const full = new Uint8Array(columns * rows).fill(255);
  const still = new Uint8Array(columns * rows);
  const bitmap = new Uint8Array(Math.ceil((columns * rows) / 8)).fill(255);
  if ((columns * rows) % 8 > 0) bitmap[bitmap.length - 1] = (1 << ((columns * rows) % 8)) - 1;
  const cells = { columns, rows, bitmap, occupancy: full, flowX: still, flowY: still };
  const [odd] = stage.step({ ...frameOf(0, []), planeWidth, planeHeight, cells });
  for (const { covered } of odd!.zones) expect(covered).toBeCloseTo(1, 9);
  const [usual] = stage.step(frameOf(1, []));
  expect(usual?.zones.map(({ covered }) => covered)).toEqual([0, 0]);
});

describe('how tall people are where nobody said it', () => {
  /** As slim as a person, twice as tall, and as still as a place that a train has left. */
  const phantom: Region = { foot: [120, 80], wide: 25, tall: 60, area: 900, flowX: 0 };
  const box = { x0: 0.67, y0: 0.25, x1: 0.83, y1: 0.88 };
  const settled = { box, foot: { x: 0.75, y: 0.88 }, areaPx: 700, sinceMs: 9_000, steady: 0.9, rim: 0.1 };
  const heightAfter = (walks: number, stands: number) => {
    const stage = measure(hallOf({ ground: [] }));
    const look = (n: number, regions: readonly Region[], statics: readonly (typeof settled)[] = []) =>
      stage.step({ ...frameOf(n, regions), statics });
    for (let n = 0; n < walks; n++) look(n, [walk(n % 30, 10, 130)]);
    const all = Array.from({ length: stands }, (_, n) => look(walks + n, [phantom], [settled])).flat();
    return all.at(-1)!.tracks.find(({ box }) => box.x1 > 0.8)!.personHeight;
  };

  test('is not learned from what stands and does not change, once it is known', () => {
    expect(heightAfter(120, 600)).toBeCloseTo(heightAfter(120, 5), 6);
  });
  test('is learned from that as well before: the first may be somebody who stands, close to the camera', () => {
    expect(heightAfter(0, 600)).toBeGreaterThan(1.5 * heightAfter(0, 5));
  });
});
