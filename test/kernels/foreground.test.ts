/**
 * Background, blobs and cells: the WASM kernels against their naive twins, byte for byte, over several pictures of
 * several sizes, so that state carried from one picture to the next is compared as well.
 */
import { describe, expect, it } from 'vitest';
import { instantiate } from '../../pipeline/kernels.ts';
import { expectSame } from '../support/bytes.ts';
import { bitsOf, painted, unpacked } from '../support/planes.ts';
import { random, SEED } from '../support/random.ts';
import * as twinBackground from '../support/twins/background.ts';
import * as twinBlobs from '../support/twins/blobs.ts';
import * as twinCells from '../support/twins/cells.ts';
import * as twinLight from '../support/twins/light.ts';
import * as twinRegions from '../support/twins/regions.ts';
import * as twinSpread from '../support/twins/spread.ts';
import { texture } from '../support/twins/texture.ts';
import { through } from '../support/twins/through.ts';

const SIZES: readonly (readonly [number, number])[] = [
  [96, 54],
  [160, 90],
  [138, 104],
  [90, 160],
  [37, 29],
  [161, 91],
  [17, 16],
];
const BLOBS_MAX = 40;

interface Run {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Uint8Array[];
}

interface Found {
  readonly foreground: number;
  readonly blobs: number;
  readonly litBlocks: number;
  /** Pixels at which the place shows in other light. */
  readonly shown: number;
  /** Of regions that have texture and noise beside them. */
  readonly textured: number;
}

/** Runs both over the same pictures and compares every output and every byte of state after each. */
function compare({ width, height, pictures }: Run): Found {
  const pixels = width * height;
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  const { exports: wasm, memory, base } = instantiate(pixels * 40 + 65_536);
  let next = base;
  const take = (bytes: number) => {
    const at = next;
    next += (bytes + 63) & ~63;
    return at;
  };
  const at = {
    state: take(wasm.backgroundBytes(pixels)),
    luma: take(pixels),
    lit: take(2 * pixels),
    previous: take(pixels),
    seen: take(wasm.bitsBytes(width, height)),
    bits: take(wasm.bitsBytes(width, height)),
    runs: take(wasm.runsBytes(width, height)),
    table: take(BLOBS_MAX * 64),
    spread: take(wasm.spreadBytes(BLOBS_MAX)),
    texture: take(20),
    through: take(wasm.throughBytes(width, height)),
    fate: take(BLOBS_MAX + 1),
    ages: take(2 * columns * rows + 16),
    gathered: take(5 * columns * rows + 16),
    flame: take(columns * rows),
    flowX: take(columns * rows),
    flowY: take(columns * rows),
    occupancy: take(columns * rows),
    still: take(2 * columns * rows),
  };
  const u8 = (from: number, length: number) => new Uint8Array(memory.buffer, from, length);
  const u16 = (from: number, length: number) => new Uint16Array(memory.buffer, from, length);

  const state = twinBackground.backgroundState(pixels);
  const mask = new Uint8Array(pixels);
  const cleaned = new Uint8Array(pixels);
  const labels = new Uint16Array(pixels);
  const table = new Int32Array(BLOBS_MAX * twinBlobs.BLOB_FIELDS);
  const occupancy = new Uint8Array(columns * rows);
  const still = new Uint16Array(columns * rows);
  const chance = random(SEED + columns);
  const [flowX, flowY] = [0, 1].map(() => Int8Array.from(occupancy, () => chance.below(255) - 127)) as [
    Int8Array,
    Int8Array,
  ];
  new Int8Array(memory.buffer, at.flowX, columns * rows).set(flowX);
  new Int8Array(memory.buffer, at.flowY, columns * rows).set(flowY);
  const flame = Uint8Array.from(occupancy, () => (chance.below(9) === 0 ? chance.below(256) : 0));
  u8(at.flame, columns * rows).set(flame);
  let previous: Uint8Array = new Uint8Array(pixels);
  const lit = new Uint16Array(pixels);
  let litBlocks = 0;
  let shown = 0;
  let foreground = 0;
  let blobs = 0;
  let textured = 0;

  pictures.forEach((luma, n) => {
    u8(at.luma, pixels).set(luma);
    u8(at.previous, pixels).set(previous);
    if (n === 0) {
      twinBackground.resetBackground(state, luma);
      wasm.backgroundReset(at.state, at.luma, pixels);
    }
    const changed = twinLight.light(lit, state.mean, luma, width, height);
    expect(wasm.light(at.lit, at.state, at.luma, width, height)).toBe(changed);
    if (changed > 0) expectSame(u16(at.lit, pixels), lit, 'lit');
    litBlocks += changed;
    const warming = n < pictures.length / 2;
    twinBackground.background(mask, state, luma, changed > 0 ? lit : state.mean, 4, warming);
    const litAt = changed > 0 ? at.lit : at.state;
    wasm.background(at.seen, at.state, at.luma, litAt, width, height, 4, warming ? 1 : 0);
    expectSame(unpacked(memory, at.seen, width, height), mask, 'mask');
    if (!warming) {
      const back = changed > 0 ? lit : state.mean;
      const found = through(mask, state, luma, back, width, height, 5);
      expect(wasm.through(at.seen, at.state, at.luma, litAt, at.through, width, height, 5)).toBe(found);
      expectSame(unpacked(memory, at.seen, width, height), mask, 'mask without the place');
      shown += found;
    }
    twinBlobs.clean(cleaned, mask, width, height);
    wasm.clean(at.bits, at.seen, width, height);
    expectSame(unpacked(memory, at.bits, width, height), cleaned, 'cleaned');
    const count = twinBlobs.label(labels, cleaned, width, height, BLOBS_MAX);
    expect(wasm.label(at.runs, at.bits, width, height, BLOBS_MAX)).toBe(count);
    expectSame(painted(memory, at.runs, width, height), labels, 'labels');
    expectSame(unpacked(memory, at.bits, width, height), bitsOf(labels), 'labelled bits');
    twinBlobs.blobTable(table, labels, count, luma, state.mean, width, height);
    wasm.blobTable(at.table, at.runs, count, at.bits, at.luma, at.state, width, height);
    twinRegions.regionAges(table, count, occupancy, still, columns);
    wasm.regionAges(at.table, count, at.occupancy, at.still, at.ages, columns);
    twinRegions.regionFlows(table, count, occupancy, flowX, flowY, columns);
    wasm.regionFlows(at.table, count, at.occupancy, at.flowX, at.flowY, columns);
    expectSame(new Int32Array(memory.buffer, at.table, count * 16), table.subarray(0, count * 16), 'table');
    wasm.spread(at.spread, at.runs, count, BLOBS_MAX);
    const spread = new Float64Array(memory.buffer, at.spread, 4 * count);
    twinSpread.spread(labels, count, width).forEach(({ x, y, slant }, k) => {
      expect(spread[4 * k]).toBeCloseTo(x, 6);
      expect(spread[4 * k + 1]).toBeCloseTo(y, 6);
      expect(spread[4 * k + 2]).toBeCloseTo(slant, 5);
    });
    for (let k = 1; k <= count; k++) {
      wasm.texture(at.texture, at.runs, k, at.luma, at.state, width);
      const sums = [...new Int32Array(memory.buffer, at.texture, 5)];
      expect(sums).toEqual(texture(labels, k, luma, state.mean, width));
      textured += sums[1]! * sums[4]!;
    }
    const fate = Uint8Array.from({ length: BLOBS_MAX + 1 }, (_, k) => (k === 0 ? 0 : k % 4));
    u8(at.fate, BLOBS_MAX + 1).set(fate);
    twinBlobs.settle(labels, fate, state.mean, luma);
    wasm.settle(at.runs, at.fate, at.bits, at.state, at.luma, width);
    expectSame(unpacked(memory, at.bits, width, height), bitsOf(labels), 'settled bits');
    twinCells.cells(occupancy, still, labels, luma, previous, width, height);
    wasm.cells(at.occupancy, at.still, at.bits, at.luma, at.previous, width, height);
    expectSame(u8(at.occupancy, columns * rows), occupancy, 'occupancy');
    const gathered = twinRegions.gatherCells(occupancy, flowX, flowY, flame);
    const listed = occupancy.filter((share, cell) => share !== 0 || flame[cell] !== 0).length;
    expect(wasm.gatherCells(at.gathered, at.occupancy, at.flowX, at.flowY, at.flame, columns * rows)).toBe(
      listed,
    );
    expectSame(u8(at.gathered, gathered.length), gathered, 'gathered cells');
    expectSame(u16(at.still, columns * rows), still, 'still');
    expectSame(u16(at.state, pixels), state.mean, 'mean');
    expectSame(u16(at.state + 2 * pixels, pixels), state.dev, 'dev');
    expectSame(u8(at.state + 4 * pixels, pixels), state.weight, 'weight');
    foreground += mask.reduce((sum, bit) => sum + bit, 0);
    blobs += count;
    previous = luma;
  });
  return { foreground, blobs, litBlocks, textured, shown };
}

describe.each(SIZES)('foreground kernels at %ix%i', (width, height) => {
  const pixels = width * height;

  it(`agree with their twins on a noisy view with things in it (seed ${SEED})`, () => {
    const chance = random(SEED + pixels);
    const empty = Uint8Array.from({ length: pixels }, () => 60 + chance.below(120));
    const pictures = Array.from({ length: 12 }, (_, n) => {
      const luma = empty.map((value) => value + chance.below(7) - 3 + (n > 8 ? 30 : 0));
      for (let thing = 0; thing < 4; thing++) {
        const x0 = (thing * 11 + n * 2) % (width - 5);
        const y0 = (thing * 7 + 3) % (height - 8);
        const value = chance.below(256);
        for (let y = y0; y < y0 + 8; y++) luma.fill(value, y * width + x0, y * width + x0 + 5);
      }
      return luma;
    });
    const found = compare({ width, height, pictures });
    expect(found.foreground).toBeGreaterThan(0);
    expect(found.blobs).toBeGreaterThan(0);
    expect(found.textured).toBeGreaterThan(0);
  });

  it(`agree where light falls off across the view (seed ${SEED})`, () => {
    const chance = random(SEED + 7 * pixels);
    const empty = Uint8Array.from({ length: pixels }, () => 70 + chance.below(24));
    const pictures = Array.from({ length: 8 }, (_, n) =>
      empty.map((value, i) => {
        const gain = n < 5 ? 1 : 1.45 - (0.6 * (i % width)) / width;
        return Math.min(255, Math.round(value * gain) + chance.below(3));
      }),
    );
    const found = compare({ width, height, pictures });
    if (width >= 90 && height >= 54) expect(found.litBlocks).toBeGreaterThan(0);
  });

  it.each([
    ['comes', (n: number) => n >= 5],
    ['goes', (n: number) => n < 5],
  ])(
    `agree where a patch of light %s, burnt out in part, and somebody stands in it (seed ${SEED})`,
    (_, isLit) => {
      const chance = random(SEED + 13 * pixels);
      const empty = Uint8Array.from({ length: pixels }, (_, i) => (isWhite(i) ? 150 : 60 + chance.below(30)));
      function isWhite(i: number): boolean {
        return i % width >= 0.75 * width && i >= 0.25 * pixels && i < 0.7 * pixels;
      }
      const pictures = Array.from({ length: 8 }, (_, n) =>
        empty.map((value, i) => {
          const x = i % width;
          const y = Math.floor(i / width);
          const noisy = value + chance.below(5);
          if (n >= 5 && x > 8 && x < 14 && y < height - 6) return 40 + chance.below(5);
          // It lies at the side and at the lower edge too, where cells are partial.
          return isLit(n) && 2 * x > width - 12
            ? Math.min(255, Math.round(noisy * (1.3 + 0.4 * (n < 5 ? 2 : n - 4))))
            : noisy;
        }),
      );
      expect(compare({ width, height, pictures }).shown).toBeGreaterThan(0);
    },
  );

  it('agree on pure noise, where most labels join and the table overflows', () => {
    const chance = random(SEED ^ pixels);
    const pictures = Array.from({ length: 4 }, () =>
      Uint8Array.from({ length: pixels }, () => chance.below(256)),
    );
    expect(compare({ width, height, pictures }).blobs).toBeGreaterThan(0);
  });

  it.each([
    [0, 1],
    [254, 255],
    [0, 255],
  ])('agree on fills of %i and %i', (low, high) => {
    const chance = random(low + high);
    const pictures = Array.from({ length: 4 }, () =>
      Uint8Array.from({ length: pixels }, () => (chance.below(2) === 0 ? low : high)),
    );
    compare({ width, height, pictures });
  });
});
