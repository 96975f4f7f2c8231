/** Flames: the WASM kernel against its naive twin, byte for byte, while pictures come and go. */
import { describe, expect, it } from 'vitest';
import { instantiate } from '../../pipeline/kernels.ts';
import { expectSame } from '../support/bytes.ts';
import { type Chance, random, SEED } from '../support/random.ts';
import * as twin from '../support/twins/flame.ts';

const SIZES: readonly (readonly [number, number])[] = [
  [96, 54],
  [160, 90],
  [138, 104],
  [90, 160],
  [37, 29],
  [161, 91],
  [17, 16],
];
const PICTURES = 48;

type Planes = { luma: Uint8Array; u: Uint8Array; v: Uint8Array };

/** Draws picture n. */
type Draw = (into: Planes, n: number, width: number, height: number, chance: Chance) => void;

const DRAWN: readonly (readonly [string, Draw])[] = [
  ['chance', noise],
  ['black', () => undefined],
  [
    'the brightest and warmest',
    ({ luma, u, v }, n) => [luma.fill(n % 4 < 2 ? 255 : 0), u.fill(0), v.fill(255)],
  ],
  [
    'the brightest and coldest',
    ({ luma, u, v }, n) => [luma.fill(n % 4 < 2 ? 255 : 0), u.fill(255), v.fill(0)],
  ],
  ['warm and white patches that flicker by themselves', patches],
  ['warm and white patches under a light that is switched', switched],
];

function noise({ luma, u, v }: Planes, _n: number, _width: number, _height: number, chance: Chance): void {
  for (const plane of [luma, u, v]) for (let i = 0; i < plane.length; i++) plane[i] = chance.below(256);
}

/** Half of all patches of 12 pixels change to another brightness from time to time; some are warm, some white-hot. */
function patches({ luma, u, v }: Planes, n: number, width: number, height: number, chance: Chance): void {
  const across = Math.ceil(width / 12);
  for (let patch = 0; patch < across * Math.ceil(height / 12); patch++) {
    if (n > 0 && (patch % 2 === 0 || n > 38 || chance.below(2) > 0)) continue;
    const bright = chance.below(3) === 0 ? 235 - chance.below(30) : 60 + chance.below(120);
    const white = bright >= 205 ? 2 : 17 + chance.below(8);
    const warm = patch % 3 === 0 ? 60 : patch % 3 === 1 ? white : chance.below(30) - 10;
    const hue = patch % 3 === 0 ? chance.below(33) - 16 : 0;
    const [x0, y0] = [12 * (patch % across), 12 * Math.floor(patch / across)];
    for (let y = y0; y < Math.min(height, y0 + 12); y++)
      for (let x = x0; x < Math.min(width, x0 + 12); x++) {
        luma[y * width + x] = bright + chance.below(4);
        const at = (y >> 1) * ((width + 1) >> 1) + (x >> 1);
        u[at] = 128 - (warm >> 1) + hue;
        v[at] = 128 + (warm >> 1) + hue;
      }
  }
}

/** The patches, dimmed at every fourth and fifth of nine pictures. */
function switched(into: Planes, n: number, width: number, height: number, chance: Chance): void {
  const off = (at: number) => at > 0 && (at % 9 === 4 || at % 9 === 5);
  if (off(n - 1)) for (let i = 0; i < into.luma.length; i++) into.luma[i] = into.luma[i]! + 25;
  patches(into, n, width, height, chance);
  if (off(n)) for (let i = 0; i < into.luma.length; i++) into.luma[i] = into.luma[i]! - 25;
}

/** Luma of one hot cell, at picture 0..31; cells of this view are 8 across and 4 down. */
type Cell = readonly [column: number, row: number, luma: (n: number) => number];

/** Chroma of a cell at a picture. */
type Colour = (n: number, cell: Cell) => { readonly u: number; readonly v: number };

/** Now redder and now yellower, as flames are: `by` is a share of 128 - u. */
const varied =
  (u: number, v: number, by = 1 / 6): Colour =>
  (n) => ({ u: Math.round(u + (128 - u) * by * (((n * n * 5 + n) % 3) - 1)), v });

const QUICK = [150, 190, 160, 200, 140, 185, 150, 205, 165, 190, 145, 180];
const quick: Cell = [2, 1, (n) => QUICK[(n * n + 3 * n) % 12]!];
/** Goes up, down and up again: two turning points, at times that do not repeat. */
const slow: Cell = [4, 1, (n) => (n < 5 || (n >= 12 && n < 21) ? 150 : 190)];
/** Two more. */
const quicker: Cell = [4, 1, (n) => (n > 28 || (n >= 5 && n < 9) || (n >= 20 && n < 24) ? 190 : 150)];

function scoresOf(cells: readonly Cell[], colour: Colour = varied(60, 172)): readonly number[] {
  const [width, height] = [32, 16];
  const { exports: wasm, memory, base } = instantiate(65_536);
  let next = base;
  const take = (bytes: number) => {
    const at = next;
    next += (bytes + 63) & ~63;
    return new Uint8Array(memory.buffer, at, bytes);
  };
  const [state, scratch] = [
    take(wasm.flameBytes(width, height)),
    take(wasm.flameScratchBytes(width, height)),
  ];
  const [out, luma, blue, red] = [take(48), take(width * height), take(128), take(128)];
  for (let n = 0; n < 32; n++) {
    luma.fill(60);
    blue.fill(128);
    red.fill(128);
    for (const cell of cells) {
      const [column, row, lumaAt] = cell;
      const { u, v } = colour(n, cell);
      for (let y = 4 * row; y < 4 * row + 4; y++)
        for (let x = 4 * column; x < 4 * column + 4; x++) {
          luma[y * width + x] = lumaAt(n);
          blue[(y >> 1) * 16 + (x >> 1)] = u;
          red[(y >> 1) * 16 + (x >> 1)] = v;
        }
    }
    wasm.glance(state.byteOffset, n, luma.byteOffset, blue.byteOffset, red.byteOffset, width, height);
  }
  wasm.flame(out.byteOffset, state.byteOffset, 31, 32, scratch.byteOffset, width, height);
  return cells.map(([column, row]) => out[8 * row + column]!);
}

/** Half of what the first turning point beyond two counts, a fifth of 255, at most: it repeats itself a little. */
it.each<readonly [string, readonly Cell[], boolean]>([
  ['counts a little beside a quick one', [quick, slow], true],
  ['counts nothing alone', [slow], false],
  ['counts nothing beside another', [[2, 1, (n) => (n < 3 || (n >= 14 && n < 25) ? 150 : 190)], slow], false],
])('a cell that turns only twice %s', (_, cells, counts) => {
  const score = scoresOf(cells).at(-1)!;
  expect(score > 0).toBe(counts);
  expect(score).toBeLessThanOrEqual(25);
});

/** Flickers without ever repeating itself. */
const irregular = (n: number, salt: number) => 140 + ((n * n * n * 5 + n * salt + 67 * 67) % 67);
it.each([
  ['to the side', 2, 0, false],
  ['to the side and downwards', 1, 1, false],
  ['to the side and upwards', 2, -1, false],
  ['upwards', 0, -1, true],
  ['steeply upwards', 1, -2, true],
])('what shows the same later %s: no flame, unless it rises', (_, across, down, expected) => {
  const place: readonly [number, number] = [3, 2];
  const later: Cell = [place[0] + across, place[1] + down, (n) => irregular(n - 2, 31)];
  const [first] = scoresOf([[...place, (n) => irregular(n, 31)], later, [6, 3, (n) => irregular(n, 17)]]);
  expect(first! > 0).toBe(expected);
});

/** Cr - 128 is 74 throughout; 128 - Cb is a third of it for red, less for pink, more for orange and yellow. */
it.each([
  ['pink', 128, false],
  ['red', 104, false],
  ['orange red', 92, true],
  ['orange', 60, true],
  ['yellow', 20, true],
])('what flickers and is %s is fire only where it is orange or yellow', (_, u, expected) => {
  expect(scoresOf([quick, quicker], varied(u, 202))[1]! > 0).toBe(expected);
});

/** How far the hue of the cells scatters, of 255, and whether that is a flame's. */
it.each<readonly [string, Colour, boolean]>([
  ['one colour: cloth, a lamp', varied(60, 172, 0), false],
  ['one colour through a sensor that is noisy', varied(60, 172, 1 / 24), false],
  [
    'one colour that is lit up and dimmed',
    (n) => ({ u: 128 - 60 - 2 * (n % 5), v: 128 + 40 + Math.round((4 * (n % 5)) / 3) }),
    false,
  ],
  ['all between red and yellow', varied(60, 172, 1 / 3), true],
])('what flickers in %s', (_, colour, expected) => {
  expect(scoresOf([quick, quicker], colour)[1]! > 0).toBe(expected);
});

it('is no flame where two things of one colour each flicker beside each other', () => {
  const beside: Colour = (_, [column]) => (column < 4 ? { u: 76, v: 192 } : { u: 40, v: 160 });
  expect(scoresOf([quick, quicker], beside)).toEqual([0, 0]);
});

/** All are bright to the limit of the sensor at times, and warm at times. */
it.each<readonly [string, (luma: number) => number, boolean]>([
  ['gets warmer as it dims', (luma) => (255 - luma) / 3, true],
  ['is as warm in any light: pale paint', () => 20, false],
  ['is warmer in the light', (luma) => (luma - 100) / 6, false],
])('what is white-hot and %s', (_, warmthOf, expected) => {
  const cells: readonly Cell[] = [
    [3, 2, (n) => irregular(n, 31) + 45],
    [5, 2, (n) => irregular(n, 17) + 45],
  ];
  const colour: Colour = (n, [, , lumaAt]) => {
    const warmth = Math.round(warmthOf(lumaAt(n)));
    return { u: 128 - (warmth >> 1), v: 128 + warmth - (warmth >> 1) };
  };
  expect(scoresOf(cells, colour)[0]! > 0).toBe(expected);
});

describe.each(SIZES)('flames at %ix%i', (width, height) => {
  it.each(DRAWN)(`agree with their twin: %s (seed ${SEED})`, (what, draw) => {
    const cells = Math.ceil(width / 4) * Math.ceil(height / 4);
    const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
    const { exports: wasm, memory, base } = instantiate(cells * 300 + 2 * width * height + 65_536);
    let next = base;
    const take = (bytes: number) => {
      const at = next;
      next += (bytes + 63) & ~63;
      return new Uint8Array(memory.buffer, at, bytes);
    };
    const state = take(wasm.flameBytes(width, height));
    const scratch = take(wasm.flameScratchBytes(width, height)).fill(0xaa);
    const out = take(cells + 16).fill(0xee);
    const planes = { luma: take(width * height), u: take(chroma), v: take(chroma) };
    const chance = random(SEED + width * height);
    const expected = twin.glances(width, height);
    let found = 0;
    for (let n = 0; n < PICTURES; n++) {
      draw(planes, n, width, height, chance);
      const slot = (n + 5) & 31;
      const { luma, u, v } = planes;
      wasm.glance(state.byteOffset, slot, luma.byteOffset, u.byteOffset, v.byteOffset, width, height);
      twin.glance(expected, planes, width, height);
      if (n % 3 !== 0) continue;
      const samples = Math.max(2, Math.min(n + 1, 32 - (n % 5)));
      const count = wasm.flame(
        out.byteOffset,
        state.byteOffset,
        slot,
        samples,
        scratch.byteOffset,
        width,
        height,
      );
      const want = twin.flame(expected, samples);
      expectSame(out.subarray(0, cells), want, `flame of picture ${n}`);
      expect(count).toBe(want.filter((score) => score > 0).length);
      expect([...out.subarray(cells)].every((byte) => byte === 0xee)).toBe(true);
      found += count;
    }
    // A view of a few cells may be warm as a whole, or show one colour around each.
    if (what.startsWith('warm') && cells > 80) expect(found).toBeGreaterThan(0);
  });
});
