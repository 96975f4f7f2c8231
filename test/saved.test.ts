/** State as bytes: exact, the same for the same state, and nothing at all for bytes that are not ours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSaved, toSaved } from '../pipeline/saved.ts';
import { SEED } from './support/random.ts';

const back = (state: unknown) => fromSaved(7, toSaved(7, state))?.state;

/** `toStrictEqual` forgives the order of a Map. */
function inOrder(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(([key, held]) => [inOrder(key), inOrder(held)]) };
  if (value instanceof Float64Array) return { doubles: [...value] };
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value === 'object' && value !== null)
    return { record: Object.entries(value).map(([name, held]) => [name, inOrder(held)]) };
  return value;
}

const { state } = fc.letrec((tie) => ({
  state: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.double(),
    fc.integer(),
    fc.maxSafeNat(),
    fc.boolean(),
    fc.constant(undefined),
    fc.string({ unit: 'grapheme' }),
    fc.float64Array({ maxLength: 20 }),
    fc.array(tie('state'), { maxLength: 5 }),
    fc.array(fc.tuple(fc.string(), tie('state')), { maxLength: 5 }).map((entries) => new Map(entries)),
    fc.dictionary(fc.constantFrom('x', 'y', 'atMs', 'état', ''), tie('state')).map((from) => ({ ...from })),
  ),
}));

describe('state as bytes', () => {
  it(`comes back as it was, and the same state gives the same bytes (seed ${SEED})`, () => {
    fc.assert(
      fc.property(state, (value) => {
        expect(inOrder(back(value))).toStrictEqual(inOrder(value));
        expect(toSaved(7, back(value))).toEqual(toSaved(7, value));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it.each([
    0,
    -0,
    1,
    127,
    128,
    -1,
    0.1,
    2 ** 31,
    1_790_000_000_000,
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
    5e-324,
    Number.MAX_VALUE,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ])('%d is the same number, alone and among others', (value) => {
    expect(back(value)).toBe(value);
    expect(back(Float64Array.of(0, value, 0))).toStrictEqual(Float64Array.of(0, value, 0));
  });

  it('tells a name that holds undefined from one that is missing', () => {
    expect(back({ a: undefined, b: 1 })).toStrictEqual({ a: undefined, b: 1 });
    expect(back({ b: 1 })).toStrictEqual({ b: 1 });
  });

  it('writes the names of records and repeated texts once', () => {
    const track = (atMs: number) => ({ atMs, place: 'platform', doubted: false });
    const one = toSaved(1, [track(1)]).length;
    expect(toSaved(1, [track(1), track(2)]).length - one).toBe('8a 00 02 86 04 81'.split(' ').length);
  });

  it('says nothing to bytes of another layout', () => {
    expect(fromSaved(8, toSaved(7, { a: 1 }))).toBeUndefined();
    expect(fromSaved(7, new Uint8Array())).toBeUndefined();
    expect(fromSaved(7, new TextEncoder().encode('{"a":1}'))).toBeUndefined();
  });

  it('says nothing to bytes that were cut or changed anywhere', () => {
    const saved = toSaved(7, { a: [1, 'text', new Map([[1, Float64Array.of(0, 2.5)]])], b: undefined });
    for (let end = 0; end < saved.length; end++) expect(fromSaved(7, saved.subarray(0, end))).toBeUndefined();
    for (let at = 0; at < saved.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Uint8Array.from(saved);
        damaged[at]! ^= 1 << bit;
        expect(fromSaved(7, damaged), `byte ${at} bit ${bit}`).toBeUndefined();
      }
    expect(fromSaved(7, Buffer.concat([saved, Uint8Array.of(0)]))).toBeUndefined();
  });

  it.each([
    ['a function', () => 1],
    ['a set', new Set()],
    ['null', null],
    ['an object of a class', new (class Odd {})()],
    ['a big integer', 1n],
  ])('refuses %s, which would come back as something else', (_, odd) => {
    expect(() => toSaved(1, { odd })).toThrow(TypeError);
  });
});
