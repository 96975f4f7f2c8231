import { describe, expect, test } from 'vitest';
import { Blinking } from '../../../pipeline/detect/forbidden-zone/blinking.ts';
import { person, STEP_MS } from '../build.ts';

/** Whether a track is a lamp's after looks that see it where `sight` has a #, and hold it by prediction where it has not. */
function isLamp(sight: string): boolean {
  const blinking = new Blinking();
  let now = 0;
  for (const look of sight) {
    now += STEP_MS;
    blinking.step([person({ seen: look === '#' })], now);
  }
  return blinking.is(person(), now);
}

/** Five looks a second. */
describe('a track that is seen', () => {
  const rows: readonly [string, string, boolean][] = [
    ['all the time', '####################', false],
    ['two looks of four: hazard lights', '##..##..##..##..', true],
    ['three looks of six: a beacon', '###...###...###...', true],
    ['four looks, which is longer than a lamp is on', '####..##..##..##', false],
    ['by chance, but once for long: somebody behind others', '.#.####.#..#.##.#', false],
    ['and hidden once', '###....###', false],
    ['and hidden twice within four seconds', `###${'.'.repeat(19)}#.`, true],
    ['and hidden twice in more than that', `###${'.'.repeat(20)}#.`, false],
    ['for long, but four seconds ago', `####${'..##'.repeat(5)}.`, true],
    ['for long, not quite four seconds ago', `####${'..##'.repeat(4)}..`, false],
  ];
  test.each(rows)('%s', (_name, sight, expected) => {
    expect(isLamp(sight)).toBe(expected);
  });

  test('not at all is nobody, and what is gone is forgotten', () => {
    const blinking = new Blinking();
    blinking.step([person()], 0);
    blinking.step([], STEP_MS);
    expect(blinking.save().size).toBe(0);
    expect(blinking.is(person(), STEP_MS)).toBe(false);
  });
});
