import { describe, expect, test } from 'vitest';
import { Counterflow } from '../../../pipeline/detect/wrong-way/counterflow.ts';
import type { ZoneObservation } from '../../../pipeline/model.ts';
import type { WrongWayZoneRule } from '../../../pipeline/site/site.ts';
import { ruleBase, STEP_MS } from '../build.ts';

const rule: WrongWayZoneRule = {
  ...ruleBase('wrong_way'),
  event: 'wrong_way',
  zone: 'hall',
  direction: { x: 1, y: 0 },
  eitherSign: false,
  holdMs: 1_500,
};
const SQUARE = 1;

/** People moving per direction: right, down and right, down, and so on by 45 degrees. */
function zone(...people: readonly number[]): ZoneObservation {
  const counts = [...people, 0, 0, 0, 0, 0, 0, 0, 0].slice(0, 8);
  const moving = counts.reduce((sum, count) => sum + count, 0);
  return { zone: 'hall', moving, directions: counts.map((count) => (moving > 0 ? count / moving : 0)) };
}

const leftwards = (people: number, along = 0) => zone(along, 0, 0, 0, people);

function look(observed: ZoneObservation | undefined, of = rule, aspect = SQUARE) {
  return new Counterflow(of).look(observed, aspect, STEP_MS);
}

describe('how many go against the direction', () => {
  test.each<[string, ZoneObservation | undefined, number]>([
    ['nothing is known', undefined, 0],
    ['nobody moves', zone(), 0],
    ['all go along', zone(5), 0],
    ['one against the others', leftwards(1, 1), 1],
    ['somebody who stands up where nobody else moves', leftwards(1), 0],
    ['two go one way, and it is the wrong one', leftwards(2), 2],
    ['against, up to 45 degrees aside', zone(0, 0, 0, 1, 1, 1), 3],
    ['straight across', zone(0, 0, 1, 0, 0, 0, 1), 0],
    ['arms', leftwards(0.25, 2), 0],
    ['most of somebody', leftwards(0.3, 2), 0.3],
    ['the edges of a crowd', leftwards(0.7, 30), 0],
    ['somebody in a crowd', leftwards(1, 30), 1],
  ])('%s', (_name, observed, people) => {
    expect(look(observed).people).toBeCloseTo(people, 9);
  });

  test('either way along is permitted: only across counts', () => {
    const either = { ...rule, eitherSign: true };
    expect(look(zone(1, 1, 1, 1, 1, 1, 1, 1), either).people).toBeCloseTo(2, 9);
  });

  test('the direction is meant on the view as it looks, not in its units', () => {
    // Twice as wide as high: (1, 1) in shares of the view points 27 degrees down, not 45.
    const down = { ...rule, direction: { x: Math.SQRT1_2, y: Math.SQRT1_2 } };
    const upAndLeft = zone(0, 0, 0, 0, 1, 1, 1);
    expect(look(upAndLeft, down, 1).people).toBeCloseTo(3, 9);
    expect(look(upAndLeft, down, 2).people).toBeCloseTo(2, 9);
  });
});

describe('for how long', () => {
  /** `x`: somebody is against it, `.`: nobody. Gives the time after each look. */
  const timesOf = (looks: string) => {
    const flow = new Counterflow(rule);
    return [...looks].map((one) => flow.look(one === 'x' ? leftwards(1, 2) : zone(3), SQUARE, STEP_MS).ms);
  };

  test('it holds a fifth longer than the rule asks', () => {
    const flow = new Counterflow(rule);
    const looks = Array.from({ length: 10 }, () => flow.look(leftwards(1, 2), SQUARE, STEP_MS));
    expect(looks.filter(({ holds }) => !holds).at(-1)?.ms).toBe(1_600);
    expect(looks.find(({ holds }) => holds)?.ms).toBe(1_800);
    expect(flow.look(zone(3), SQUARE, STEP_MS).holds).toBe(false);
  });

  test.each<[string, readonly number[]]>([
    ['xxx', [200, 400, 600]],
    ['xxx.x', [200, 400, 600, 0, 600]],
    ['xxx...x', [200, 400, 600, 0, 0, 0, 200]],
    ['....x', [0, 0, 0, 0, 200]],
  ])('%s', (looks, times) => {
    expect(timesOf(looks)).toEqual(times);
  });

  test('of whoever was against it for long no more is remembered than twice the hold', () => {
    // 6 s; 2.8 s of them are left after a look, nothing after 3 s.
    expect(timesOf(`${'x'.repeat(30)}.x`).at(-1)).toBe(3_000);
    expect(timesOf(`${'x'.repeat(30)}${'.'.repeat(15)}x`).at(-1)).toBe(200);
    expect(timesOf(`${'x'.repeat(30)}${'.'.repeat(14)}x`).at(-1)).toBe(400);
  });
});
