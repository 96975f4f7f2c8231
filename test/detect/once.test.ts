import { expect, test } from 'vitest';
import { once } from '../../pipeline/detect/once.ts';

function counting() {
  let taken = 0;
  const step = once((before: { readonly sum: number }, input: { readonly add: number }) => {
    taken++;
    return { sum: before.sum + input.add };
  });
  return { step, taken: () => taken };
}

test('who come from the very same state with the same input share one step', () => {
  const { step, taken } = counting();
  const [from, input] = [{ sum: 1 }, { add: 2 }];
  const first = step(from, input);
  expect(first).toEqual({ sum: 3 });
  expect(step(from, input)).toBe(first);
  expect(taken()).toBe(1);
});

test('another input, and a state that is equal and another, take their own', () => {
  const { step, taken } = counting();
  const [from, input] = [{ sum: 1 }, { add: 2 }];
  step(from, input);
  expect(step(from, { add: 5 })).toEqual({ sum: 6 });
  expect(step({ sum: 1 }, input)).toEqual({ sum: 3 });
  expect(step(from, input)).toEqual({ sum: 3 });
  expect(taken()).toBe(4);
});
