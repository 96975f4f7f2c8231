import { describe, expect, test } from 'vitest';
import { Observer } from '../../pipeline/observe/observer.ts';
import { Windows } from '../../pipeline/observe/windows.ts';
import { type Texture, waves } from '../support/textures.ts';
import { HEIGHT, lumaOf, START_MS, see, standing, view, WIDTH } from './pictures.ts';

const COLUMNS = 40;
const ROWS = 23;
const CELL = 5 * COLUMNS + 7;

/** Minutes of pictures at 5 a second in which one cell changes when `active` says so; masked at the end of each? */
function masked(minutes: number, active: (second: number, n: number) => boolean): boolean[] {
  const windows = new Windows(COLUMNS, ROWS);
  const still = new Uint16Array(COLUMNS * ROWS).fill(50);
  const found: boolean[] = [];
  for (let n = 0; n < minutes * 300; n++) {
    still[CELL] = active(n / 5, n) ? 0 : 1;
    windows.learn(still, 200, START_MS + n * 200);
    if (n % 300 === 299) found.push(windows.count > 0);
  }
  return found;
}

describe('a cell', () => {
  test.each<[string, (second: number, n: number) => boolean, boolean[]]>([
    ['in which the world goes by', () => true, [true, true, true]],
    ['that changes in four pictures of five', (_s, n) => n % 5 !== 0, [true, true, true]],
    ['in which nothing happens', () => false, [false, false, false]],
    ['in which somebody is restless', (_s, n) => n % 5 < 2, [false, false, false]],
    ['by which people board for half a minute', (s) => s < 30, [false, false, false]],
    ['behind which a minute and a half goes by, then a stop', (s) => s < 90, [true, true, true]],
  ])('%s', (_what, active, expected) => {
    expect(masked(3, active)).toEqual(expected);
  });

  test('at which nothing has moved for half an hour is no window any more', () => {
    const found = masked(36, (s) => s < 90);
    expect(found[30]).toBe(true);
    expect(found[35]).toBe(false);
  });
});

describe('a coach that drives', () => {
  const landscape = waves(31);
  /** Window from 20, 10 to 140, 40; beyond it 9 pixels a picture go by. */
  const inside = (n: number): Texture => {
    return (x, y) =>
      x >= 20 && x < 140 && y >= 10 && y < 40 ? 40 + 0.8 * landscape(x + 9 * n, y) : view(x, y);
  };
  const person = { x0: 60, y0: 45, x1: 74, y1: 88 };
  const ride = (aboard: boolean) => {
    const observer = new Observer({
      site: 'car',
      camera: 'salle',
      epoch: START_MS,
      width: WIDTH,
      height: HEIGHT,
      aboard,
    });
    const frames = Array.from({ length: 460 }, (_, n) =>
      see(observer, n, lumaOf(n, n < 440 ? inside(n) : standing(person, inside(n)))),
    );
    observer.close();
    return frames;
  };
  const aboard = ride(true);

  test('nobody is seen at its windows, once they are known', () => {
    expect(aboard.slice(120, 440).flatMap(({ blobs }) => blobs)).toEqual([]);
  });

  test('somebody who stands inside is', () => {
    for (const { blobs } of aboard.slice(441)) expect(blobs.length).toBe(1);
  });

  test('a station camera takes no window for granted: there, what goes by all the time is looked at', () => {
    expect(
      ride(false)
        .slice(120, 440)
        .flatMap(({ blobs }) => blobs).length,
    ).toBeGreaterThan(100);
  });
});
