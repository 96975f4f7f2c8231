import { describe, expect, test } from 'vitest';
import { Masses } from '../../../pipeline/detect/forbidden-zone/masses.ts';
import { around } from '../../../pipeline/detect/rule.ts';
import type { Blob, Track } from '../../../pipeline/model.ts';
import { person, regionIn, STEP_MS } from '../build.ts';

/** People side by side, 0.04 of the view wide each, from `x` on. */
function row(count: number, x = 0.1): readonly Track[] {
  return Array.from({ length: count }, (_, i) => person({ id: i + 1, x: x + 0.04 * i }));
}

/** One region around all of them. */
function regionOf(tracks: readonly Track[]): Blob {
  return regionIn(around(tracks.map(({ box }) => box)));
}

function partsOf(tracks: readonly Track[], regions: readonly Blob[]): readonly number[] {
  const masses = new Masses();
  masses.step(tracks, regions, 0);
  return tracks.filter((track) => masses.hasPart(track)).map(({ id }) => id);
}

describe('who is part of a mass', () => {
  const six = row(6);
  const rows: readonly [string, readonly Track[], readonly Blob[], readonly number[]][] = [
    ['six in one region', six, [regionOf(six)], [1, 2, 3, 4, 5, 6]],
    ['not five', row(5), [regionOf(row(5))], []],
    ['not six in two regions', six, [regionOf(six.slice(0, 3)), regionOf(six.slice(3))], []],
    ['not six each in their own', six, six.map(({ box }) => regionIn(box)), []],
    ['not six without any region', six, [], []],
    [
      'not who is beside it',
      [...six, person({ id: 7, x: 0.6 })],
      [regionOf(six), regionIn(person({ x: 0.6 }).box)],
      [1, 2, 3, 4, 5, 6],
    ],
    [
      'not when one of the six is only carried on by prediction',
      six.map((track, i) => (i === 0 ? { ...track, seen: false } : track)),
      [regionOf(six)],
      [],
    ],
  ];
  test.each(rows)('%s', (_name, tracks, regions, expected) => {
    expect(partsOf(tracks, regions)).toEqual(expected);
  });
});

describe('who was part of one', () => {
  const six = row(6);
  const alone = [regionIn(six[0]!.box)];
  const after = (looks: number) => {
    const masses = new Masses();
    masses.step(six, [regionOf(six)], 0);
    for (let n = 1; n <= looks; n++) masses.step(six, alone, n * STEP_MS);
    return masses;
  };

  test('is it for a second yet', () => {
    expect(after(4).hasPart(six[0]!)).toBe(true);
    expect(after(5).hasPart(six[0]!)).toBe(false);
  });

  test('is forgotten when they are gone', () => {
    const masses = after(1);
    masses.step([], [], 2 * STEP_MS);
    expect(masses.save().size).toBe(0);
  });
});
