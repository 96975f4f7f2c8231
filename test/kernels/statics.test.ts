/** Static pixels and their regions: the WASM kernels against their naive twins, byte for byte, over several steps. */
import { describe, expect, it } from 'vitest';
import { instantiate } from '../../pipeline/kernels.ts';
import { expectSame } from '../support/bytes.ts';
import { bitsOf, painted, unpacked } from '../support/planes.ts';
import { random, SEED } from '../support/random.ts';
import * as twin from '../support/twins/statics.ts';

const SIZES: readonly (readonly [number, number])[] = [
  [96, 54],
  [160, 90],
  [138, 104],
  [90, 160],
  [37, 29],
  [161, 91],
  [17, 16],
];
const REGIONS_MAX = 40;
const [MOST, LEAST] = [20, 4];
const SEAM = 5;

describe.each(SIZES)('static pixels at %ix%i', (width, height) => {
  it.each([false, true])(`agree with their twin, in other light: %s (seed ${SEED})`, (otherLight) => {
    const pixels = width * height;
    const { exports: wasm, memory, base } = instantiate(pixels * 30 + 65_536);
    let next = base;
    const take = (bytes: number) => {
      const at = next;
      next += (bytes + 63) & ~63;
      return at;
    };
    const bitsBytes = wasm.bitsBytes(width, height);
    const at = {
      state: take(wasm.staticsBytes(pixels)),
      seen: take(bitsBytes),
      kept: take(bitsBytes),
      out: take(bitsBytes),
      luma: take(pixels),
      mean: take(2 * pixels),
      lit: take(2 * pixels),
      runs: take(wasm.runsBytes(width, height)),
      table: take(REGIONS_MAX * 64),
    };
    const chance = random(SEED + pixels);
    const mean = Uint16Array.from({ length: pixels }, () => chance.below(256) << 7);
    const lit = otherLight ? mean.map((value) => Math.min(32_640, (value * 5) >> 2)) : mean;
    new Uint16Array(memory.buffer, at.mean, pixels).set(mean);
    new Uint16Array(memory.buffer, at.lit, pixels).set(lit);
    const litAt = otherLight ? at.lit : at.mean;
    const state = twin.staticsState(pixels);
    const thing = Uint8Array.from({ length: pixels }, () => chance.below(256));
    const out = new Uint8Array(pixels);
    const table = new Int32Array(REGIONS_MAX * 16);
    let found = 0;
    for (let n = 0; n < 14; n++) {
      // Mostly the same value, now and then something in front, and at last the empty view.
      const luma = thing.map((value) =>
        chance.below(8) === 0 ? chance.below(256) : Math.min(255, value + chance.below(5)),
      );
      const seen = luma.map((_, i) =>
        n < 11 && ((i >> 2) + (i >> 8)) % 3 !== 0 && chance.below(20) > 0 ? 1 : 0,
      );
      const kept = seen.map((bit) => (chance.below(10) === 0 ? 1 - bit : bit));
      new Uint8Array(memory.buffer, at.luma, pixels).set(luma);
      pack(memory.buffer, at.seen, seen, width, height);
      pack(memory.buffer, at.kept, kept, width, height);
      const step = 1 + (n % 3);
      wasm.statics(
        at.out,
        at.state,
        at.seen,
        at.kept,
        at.luma,
        at.mean,
        litAt,
        width,
        height,
        step,
        MOST,
        LEAST,
      );
      twin.statics(out, state, seen, kept, luma, { mean, lit }, [step, MOST, LEAST]);
      expectSame(unpacked(memory, at.out, width, height), out, `static pixels of step ${n}`);
      expectSame(new Uint8Array(memory.buffer, at.state, pixels), state.rival, `rival of step ${n}`);
      expectSame(
        new Uint8Array(memory.buffer, at.state + pixels, pixels),
        state.support,
        `support of step ${n}`,
      );
      if (n % 5 !== 4) continue;
      wasm.staticSeams(at.out, at.state, width, height, SEAM);
      twin.staticSeams(out, state, width, height, SEAM);
      expectSame(unpacked(memory, at.out, width, height), out, `bits of step ${n}, cut apart`);
      const count = wasm.label(at.runs, at.out, width, height, REGIONS_MAX);
      const labels = painted(memory, at.runs, width, height);
      expectSame(unpacked(memory, at.out, width, height), bitsOf(labels), 'labelled bits');
      wasm.staticTable(
        at.table,
        at.runs,
        count,
        at.out,
        at.state,
        at.seen,
        at.luma,
        at.mean,
        litAt,
        width,
        height,
      );
      twin.staticTable(table, labels, count, state, seen, luma, { mean, lit }, width, height);
      expectSame(
        new Int32Array(memory.buffer, at.table, 16 * count),
        table.subarray(0, 16 * count),
        `table of step ${n}`,
      );
      found += count;
    }
    expect(found).toBeGreaterThan(0);
  });
});

describe.each(SIZES)('things and what they change of the floor at %ix%i', (width, height) => {
  it(`are cut apart as their twin does (seed ${SEED})`, () => {
    const pixels = width * height;
    const { exports: wasm, memory, base } = instantiate(pixels * 30 + 65_536);
    let next = base;
    const take = (bytes: number) => {
      const at = next;
      next += (bytes + 63) & ~63;
      return at;
    };
    const at = {
      state: take(wasm.staticsBytes(pixels)),
      out: take(wasm.bitsBytes(width, height)),
      mean: take(2 * pixels),
      runs: take(wasm.runsBytes(width, height)),
      table: take(REGIONS_MAX * 64),
    };
    const chance = random(SEED + 3 * pixels);
    let cuts = 0;
    for (let n = 0; n < 40; n++) {
      const floor = 100 + chance.below(100);
      const mean = Uint16Array.from({ length: pixels }, () => (floor + chance.below(7)) << 7);
      const state = twin.staticsState(pixels);
      const bits = new Uint8Array(pixels);
      // A thing, what lies beside it of any height, and now and then noise.
      const box = () => {
        const [x0, y0] = [chance.below(width - 8), chance.below(height - 8)];
        return { x0, y0, x1: x0 + 4 + chance.below(14), y1: y0 + 4 + chance.below(14) };
      };
      const thing = box();
      const shade = { ...thing, y0: thing.y1, y1: thing.y1 + 2 + chance.below(10) };
      const boxes = [shade, thing, ...(n % 3 === 0 ? [box(), box()] : [])];
      for (const { x0, y0, x1, y1 } of boxes) {
        const off = chance.below(floor);
        for (let y = y0; y < Math.min(height, y1); y++)
          for (let x = x0; x < Math.min(width, x1); x++) {
            bits[y * width + x] = chance.below(30) > 0 ? 1 : 0;
            state.rival[y * width + x] = Math.max(0, floor - off + chance.below(9));
          }
      }
      new Uint16Array(memory.buffer, at.mean, pixels).set(mean);
      new Uint8Array(memory.buffer, at.state, pixels).set(state.rival);
      pack(memory.buffer, at.out, bits, width, height);
      const count = wasm.label(at.runs, at.out, width, height, REGIONS_MAX);
      const labels = painted(memory, at.runs, width, height);
      const found = wasm.staticShades(at.table, at.runs, count, at.out, at.state, at.mean, width, height);
      expect(twin.staticShades(bits, labels, count, state, mean, width, height)).toBe(found);
      expectSame(unpacked(memory, at.out, width, height), bits, `bits of scene ${n}`);
      cuts += found;
    }
    expect(cuts).toBeGreaterThan(0);
  });
});

function pack(buffer: ArrayBuffer, at: number, plane: Uint8Array, width: number, height: number): void {
  const stride = ((width + 63) >> 6) * 8;
  const bytes = new Uint8Array(buffer, at, stride * height).fill(0);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) bytes[y * stride + (x >> 3)]! |= plane[y * width + x]! << (x & 7);
}
