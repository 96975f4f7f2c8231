import { expect } from 'vitest';

type Numbers = ArrayBufferView & { readonly length: number; readonly [index: number]: number };

/** Equal, element by element; names the first difference. Far faster on planes than toEqual. */
export function expectSame(found: Numbers, expected: Numbers, what: string): void {
  expect(found.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    if (found[i] !== expected[i]) expect(found[i], `${what}[${i}]`).toBe(expected[i]);
}
