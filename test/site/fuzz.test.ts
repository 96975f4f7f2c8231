/** Whatever stands in the file, the answer is a sound Site or an InputError; nothing else is ever thrown. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import { crossingEdges, signedArea } from '../../pipeline/site/geometry.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import { editDistance, nearest } from '../../pipeline/site/spelling.ts';
import { siteText } from './sites.ts';

const sound = siteText({
  rules: `
      - { id: no-tracks, event: forbidden_zone, zone: tracks, for: 2s }
      - { id: too-full, event: density, zone: platform, limit: { per_m2: 2.5 }, for: 10s }
      - { id: one-way, event: wrong_way, zone: platform, direction: [1, 0], either_sign: true }
      - { id: gate-in, event: wrong_way, line: gate, allowed: left_to_right }
      - { id: fire, event: fire }`,
});

function survives(text: string): void {
  try {
    const site = parseSite(text, { file: 'f', dev: true });
    for (const { zones, rules } of site.cameras) {
      for (const { polygon } of zones) expect(polygon.length).toBeGreaterThanOrEqual(3);
      for (const { id } of rules) expect(id).not.toBe('');
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.faults.length).toBeGreaterThan(0);
  }
}

const scraps = fc.constantFrom(
  ...[
    'null',
    '~',
    '[]',
    '{}',
    '-',
    ':',
    '&a ',
    '*a',
    '!!binary ',
    '|',
    '>',
    '"',
    "'",
    '#',
    '%',
    '---\n',
    '...\n',
    '\t',
  ],
  ...[
    '.nan',
    '-.inf',
    '1e400',
    '0x1F',
    '-0',
    '9007199254740993',
    '\u0000',
    '\ufeff',
    '\ud800',
    '? ',
    '<<: ',
    'tracks',
  ],
  ...[
    'fire',
    'density',
    '[0, 0]',
    '2027-01-31',
    '10s',
    '__proto__: 1',
    'constructor: {}',
    'true',
    '\n',
    '  ',
  ],
);

describe('site file under fuzzing', () => {
  it('survives pieces cut out, doubled, swapped and foreign ones put in', () => {
    const edit = fc.record({
      at: fc.nat(sound.length),
      length: fc.nat(40),
      put: fc.oneof(
        scraps,
        fc.string({ maxLength: 12 }),
        fc.nat(sound.length).map((from) => sound.slice(from, from + 30)),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = sound;
        for (const { at, length, put } of edits) text = text.slice(0, at) + put + text.slice(at + length);
        survives(text);
      }),
      { numRuns: 800 },
    );
  });

  it('survives any value in any place', () => {
    const values = [...sound.matchAll(/[\w.-]+|\[[^[\]]*\]|\{[^{}]*\}/g)].map(({ 0: value, index }) => ({
      value,
      index,
    }));
    fc.assert(
      fc.property(fc.nat(values.length - 1), fc.oneof(scraps, fc.json()), (which, put) => {
        const { value, index } = values[which]!;
        survives(sound.slice(0, index) + put + sound.slice(index + value.length));
      }),
      { numRuns: 700 },
    );
  });

  it('survives text without any sense', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => survives(text)),
      { numRuns: 800 },
    );
  });
});

describe('geometry', () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 8 }), y: fc.integer({ min: 0, max: 8 }) });

  it('finds no crossing in a polygon whose points go around a centre', () => {
    const angles = fc.uniqueArray(fc.integer({ min: 0, max: 359 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(
        angles,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 12, maxLength: 12 }),
        (degrees, radii) => {
          const sorted = [...degrees].sort((a, b) => a - b);
          const gaps = sorted.map(
            (angle, i) => (sorted[(i + 1) % sorted.length]! - angle + 360) % 360 || 360,
          );
          fc.pre(Math.max(...gaps) < 180);
          const polygon = sorted.map((angle, i) => ({
            x: radii[i]! * Math.cos((angle * Math.PI) / 180),
            y: radii[i]! * Math.sin((angle * Math.PI) / 180),
          }));
          expect(crossingEdges(polygon)).toBeUndefined();
          expect(signedArea(polygon)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('agrees with a search for shared points along the edges', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 4, maxLength: 4 }), (polygon) => {
        const [a, b, c, d] = polygon as [
          (typeof polygon)[0],
          (typeof polygon)[0],
          (typeof polygon)[0],
          (typeof polygon)[0],
        ];
        fc.pre(!!a && !!b && !!c && !!d && new Set(polygon.map(({ x, y }) => `${x},${y}`)).size === 4);
        // No three on one line: then two opposite edges cross exactly when the diagonals' turns say so.
        const turn = (p: typeof a, q: typeof a, r: typeof a) =>
          (q!.x - p!.x) * (r!.y - p!.y) - (q!.y - p!.y) * (r!.x - p!.x);
        const turns = [
          turn(a, b, c),
          turn(b, c, d),
          turn(c, d, a),
          turn(d, a, b),
          turn(a, b, d),
          turn(a, c, d),
        ];
        fc.pre(turns.every((value) => value !== 0));
        const cross = (p: typeof a, q: typeof a, r: typeof a, s: typeof a) =>
          turn(p, q, r) > 0 !== turn(p, q, s) > 0 && turn(r, s, p) > 0 !== turn(r, s, q) > 0;
        expect(crossingEdges(polygon as { x: number; y: number }[]) !== undefined).toBe(
          cross(a, b, c, d) || cross(b, c, d, a),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('did you mean', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['zone', 'zones', 1],
    ['platfrom', 'platform', 1],
    ['kitten', 'sitting', 3],
    ['fire', 'density', 6],
  ])('%s and %s differ by %d', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  });

  it('is silent where nothing is near', () => {
    expect(nearest('colour', ['id', 'event', 'zone'])).toBeUndefined();
    expect(nearest('ab', ['xy'])).toBeUndefined();
    expect(nearest('forbiden', [])).toBeUndefined();
  });
});
