import { describe, expect, it, test } from 'vitest';
import { Swing } from '../../../pipeline/detect/crowd-movement/swing.ts';
import type { CellMotion } from '../../../pipeline/model.ts';
import { area, EVERY_WAY } from './crowd-places.ts';

const DOWN = Math.PI / 2;
const UP = -DOWN;

/** People who stand about, in 20 cells. */
const stand = () => area(10, 0.1, EVERY_WAY);
/** All goes one way, and edges of the place are seen as well, unless `cells` says otherwise. */
const all = (way: number, speed: number, people = 20, spread = 0.3) => area(people, speed, spread, way);

/** Whether it swings after each of the pictures, `stepMs` apart, which come after 3 s of people who stand. */
function swings(pictures: readonly (readonly CellMotion[])[], stepMs = 200): readonly boolean[] {
  const swing = new Swing();
  for (let ms = -3_000; ms < 0; ms += stepMs) expect(swing.step(ms, stand())).toBe(false);
  return pictures.map((motion, n) => swing.step(n * stepMs, motion));
}

describe('a camera that was knocked against', () => {
  test.each<[string, readonly (readonly CellMotion[])[]]>([
    ['swings', [all(DOWN, 5), all(UP, 2)]],
    ['sideways', [all(0, 3), all(Math.PI, 3)]],
    ['when the place is out of place in one picture only', [all(DOWN, 5), all(UP, 3, 10)]],
  ])('%s', (_, pictures) => {
    expect(swings(pictures)).toEqual([false, true]);
  });

  it('swings for two seconds after it has turned', () => {
    const rest = Array.from({ length: 12 }, stand);
    const found = swings([all(DOWN, 5), all(UP, 2), ...rest]);
    expect(found.lastIndexOf(true)).toBe(10);
    expect(found.slice(1, 11)).not.toContain(false);
  });
});

describe('nothing swings', () => {
  test.each<[string, readonly (readonly CellMotion[])[], number?]>([
    ['where a crowd begins to run one way', [all(DOWN, 5), all(DOWN, 4), all(DOWN, 5)]],
    ['where flow is wrong, of as many cells as before', [all(DOWN, 5, 10), all(UP, 3, 10)]],
    ['where they run every way', [all(DOWN, 4, 20, EVERY_WAY), all(UP, 4, 20, EVERY_WAY)]],
    ['where most go one way, and then the other', [all(DOWN, 4, 20, 3), all(UP, 4, 20, 3)]],
    ['where hardly anything moves', [all(DOWN, 0.9), all(UP, 0.9)]],
    ['where it goes aside', [all(0, 4), all(1.4, 4)]],
    ['where a picture lies between', [all(DOWN, 4), stand(), all(UP, 4)]],
    ['in pictures too far apart to tell', [all(DOWN, 4), all(UP, 4)], 500],
    ['where nobody is', [[], []]],
  ])('%s', (_, pictures, stepMs) => {
    expect(swings(pictures, stepMs)).not.toContain(true);
  });

  it('of what was forgotten', () => {
    const swing = new Swing();
    swing.step(0, stand());
    swing.step(200, all(DOWN, 5));
    swing.forget();
    expect(swing.step(400, all(UP, 5))).toBe(false);
  });
});

it('goes on after it was saved', () => {
  const [first, second] = [new Swing(), new Swing()];
  for (const [n, motion] of [stand(), stand(), all(DOWN, 5)].entries()) first.step(200 * n, motion);
  second.restore(first.save());
  expect(second.step(600, all(UP, 4))).toBe(true);
});
