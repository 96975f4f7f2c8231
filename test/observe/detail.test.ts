import { describe, expect, test } from 'vitest';
import { Chance } from '../../pipeline/ingest/scenes/chance.ts';
import { Detail } from '../../pipeline/observe/detail.ts';

const WIDTH = 160;
const HEIGHT = 90;

/** Tiles of 5 pixels with hard edges, structure in every block, on a floor that is lighter to the right. */
const tiles = (x: number, y: number): number =>
  20 + 0.5 * x + 110 * (((Math.floor(x / 5) + 2) * 7 + Math.floor(y / 5) * 3 + 16) % 4 < 2 ? 1 : 0);

/** As a lens out of focus shows the tiles: the mean over a disc, pixels. */
function soft(radius: number): (x: number, y: number) => number {
  const disc: [number, number][] = [];
  for (let dx = -radius; dx <= radius; dx++)
    for (let dy = -radius; dy <= radius; dy++) if (dx ** 2 + dy ** 2 <= radius ** 2) disc.push([dx, dy]);
  const grey = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    disc.reduce(
      (sum, [dx, dy]) => sum + tiles((i % WIDTH) + dx, Math.floor(i / WIDTH) + dy) / disc.length,
      0,
    ),
  );
  return (x, y) => grey[y * WIDTH + x]!;
}
const slightly = soft(2);
const strongly = soft(5);

function picture(second: number, look: (x: number, y: number) => number, noise = 2): Uint8Array {
  const chance = new Chance(second + 1);
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    Math.max(0, Math.min(255, look(i % WIDTH, Math.floor(i / WIDTH)) + noise * chance.bell())),
  );
}

/** What is said in each second: a letter of covered, blurred or '-'. */
function said(seconds: number, look: (second: number) => (x: number, y: number) => number): string {
  const detail = new Detail(WIDTH, HEIGHT);
  return Array.from(
    { length: seconds },
    (_, s) => detail.judge(picture(s, look(s)), s * 1_000)?.charAt(0) ?? '-',
  ).join('');
}

const sharp = '-'.repeat(20);

describe('structure that is lost', () => {
  test('a hand before the lens: covered after 5 s, until it is taken away', () => {
    expect(said(36, (s) => (s < 20 || s >= 30 ? tiles : () => 70))).toBe(`${sharp}----cccccc------`);
  });
  test('out of focus: blurred after 5 s, until it is sharp again', () => {
    const expected = `${sharp}----bbbbbb------`;
    expect(said(36, (s) => (s < 20 || s >= 30 ? tiles : strongly))).toBe(expected);
  });
});

describe('light that changes everywhere', () => {
  /** As `said`, and from second 20 on everything is lit otherwise. */
  const saidIn = (now: (x: number, y: number) => number, learns: boolean): string => {
    const detail = new Detail(WIDTH, HEIGHT);
    return Array.from({ length: 30 }, (_, s) => {
      const luma = picture(s, s < 20 ? tiles : now);
      if (s === 20) expect(detail.relit(luma)).toBe(learns);
      return detail.judge(luma, s * 1_000)?.charAt(0) ?? '-';
    }).join('');
  };
  test('while something covers the lens: it is covered at once, and nothing is learned', () => {
    expect(saidIn(() => 40, false)).toBe(`${sharp}cccccccccc`);
  });
  test.each<[string, (x: number, y: number) => number]>([
    ['and leaves a fifth of the view to be seen', (x, y) => (x < WIDTH / 5 ? tiles(x, y) : 40)],
    ['and hides the fine structure', strongly],
  ])('%s: what there is is learned anew', (_, now) => {
    expect(saidIn(now, true)).toBe('-'.repeat(30));
  });
});

describe('what is no loss', () => {
  const quiet = '-'.repeat(40);
  test.each<[string, (second: number) => (x: number, y: number) => number]>([
    ['a hand that passes', (s) => (s < 20 || s >= 24 ? tiles : () => 70)],
    ['half of the view hidden', (s) => (s < 20 ? tiles : (x, y) => (x < 80 ? 70 : tiles(x, y)))],
    ['a third of the light', (s) => (s < 20 ? tiles : (x, y) => tiles(x, y) / 3)],
    ['infrared: the other way round', (s) => (s < 20 ? tiles : (x, y) => 220 - 0.6 * tiles(x, y))],
    ['a little softer', (s) => (s < 20 ? tiles : slightly)],
    ['a view that never had structure', () => () => 120],
  ])('%s', (_name, look) => {
    expect(said(40, look)).toBe(quiet);
  });
});
