import { describe, expect, test } from 'vitest';
import { LastStood } from '../../../pipeline/detect/person-on-ground/last-stood.ts';
import { lastStood, type Stance } from '../../../pipeline/detect/person-on-ground/stances.ts';

const GROUND = [
  { foot: { x: 0.5, y: 0.4 }, height: 0.2 },
  { foot: { x: 0.5, y: 0.9 }, height: 0.5 },
];

/** Looks at somebody upright, five a second. */
function upright(looks: number, tall: number): readonly Stance[] {
  return Array.from({ length: looks }, (_, n) => ({
    ...{ atMs: 200 * n, floor: 70, tall, wide: 10, upright: true, cut: false },
  }));
}

describe('how a body last stood', () => {
  const [few, many, others] = [upright(2, 40), upright(9, 40), upright(9, 60)];
  test.each<[string, readonly (readonly [id: number, stances: readonly Stance[], height: number])[]]>([
    [
      'of other stances than a moment ago',
      [
        [1, few, 90],
        [1, many, 90],
      ],
    ],
    [
      'of the same stances',
      [
        [1, many, 90],
        [1, many, 90],
      ],
    ],
    [
      'of the same stances on a larger plane',
      [
        [1, many, 90],
        [1, many, 180],
      ],
    ],
    [
      'of another body',
      [
        [1, many, 90],
        [2, others, 90],
      ],
    ],
    [
      'of others that take its number',
      [
        [1, many, 90],
        [1, others, 90],
      ],
    ],
  ])('%s is what these say', (_name, asked) => {
    for (const isOver of [false, true]) {
      const known = new LastStood(GROUND);
      for (const [id, stances, height] of asked) {
        expect(known.of(id, stances, height)).toEqual(lastStood(stances, GROUND, height));
        if (isOver) known.forget();
      }
    }
  });

  test('is unknown of what is lower than a child', () => {
    // A person is 38 pixels tall there.
    expect(lastStood(upright(9, 24), GROUND, 90)).toMatchObject({ tall: 24 });
    expect(lastStood(upright(9, 22), GROUND, 90)).toBeUndefined();
  });

  test('is not worked out again in the look after', () => {
    const known = new LastStood(GROUND);
    const stood = known.of(1, many, 90);
    known.forget();
    expect(known.of(1, many, 90)).toBe(stood);
    expect(stood).toBeDefined();
  });

  test('is forgotten of who was not asked for', () => {
    const known = new LastStood(GROUND);
    const stood = known.of(1, many, 90);
    known.forget();
    known.forget();
    expect(known.of(1, many, 90)).not.toBe(stood);
  });
});

describe('who comes nearer until the view ends above their feet', () => {
  const nearer = (looks: number, tall: number): readonly Stance[] => [
    ...upright(9, 40),
    ...Array.from({ length: looks }, (_, n) => ({
      ...{ atMs: 1_800 + 200 * n, floor: 90, tall, wide: 24, upright: true, cut: true },
    })),
  ];

  test('is as tall as they are there, and was seen in part', () => {
    expect(lastStood(nearer(4, 70), [], 90)).toMatchObject({ tall: 72, seen: 70 });
  });

  test('was seen whole a moment ago, as long as they look no larger', () => {
    const known = lastStood(nearer(4, 47), [], 90);
    expect(known).toMatchObject({ tall: 40 });
    expect(known).not.toHaveProperty('seen');
  });

  test('is not told by a single look', () => {
    expect(lastStood(nearer(1, 70), [], 90)).toMatchObject({ tall: 40 });
  });
});
