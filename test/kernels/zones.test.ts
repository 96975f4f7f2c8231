import { describe, expect, it } from 'vitest';
import { instantiate } from '../../pipeline/kernels.ts';
import type { P } from '../support/twins/zones.ts';
import * as twin from '../support/twins/zones.ts';

const kernels = instantiate(1 << 20);
const { exports: wasm, base } = kernels;
const bytes = new Uint8Array(kernels.memory.buffer);
const points = new Int32Array(kernels.memory.buffer, base, 128);
const STATE = base + 1024;
const OUT = base + 4096;
const MAX = 65535;

/** Park-Miller; the seed is part of every message. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return Math.floor((state / 0x7fffffff) * below);
  };
}

function put(list: readonly P[]): number {
  points.set(list.flat());
  return list.length;
}

function walk(state: number, feet: readonly P[], line: readonly P[], hysteresis: number): number[] {
  const n = put(line);
  bytes.fill(0, state, state + 8);
  return feet.map((q, i) => {
    const p = feet[Math.max(0, i - 1)] as P;
    return wasm.crossing(state, p[0], p[1], q[0], q[1], base, n, hysteresis);
  });
}

describe('sideOfLine', () => {
  // ONVIF: left and right of first-to-second point, as somebody sees it who looks along the line. y runs down.
  it.each([
    ['to the right, above', [0, 100], [100, 100], [50, 50], 1],
    ['to the right, below', [0, 100], [100, 100], [50, 150], -1],
    ['downwards, at the picture right', [100, 0], [100, 100], [150, 50], 1],
    ['downwards, at the picture left', [100, 0], [100, 100], [50, 50], -1],
    ['on the line', [0, 0], [100, 100], [30, 30], 0],
    ['on its extension', [0, 0], [100, 100], [MAX, MAX], 0],
    ['one unit off a diagonal across the whole view', [0, 0], [MAX, MAX - 1], [MAX - 1, MAX - 1], -1],
    ['corner to corner, the other corner', [0, 0], [MAX, MAX], [MAX, 0], 1],
  ] as [string, P, P, P, number][])('%s', (_, a, b, p, want) => {
    expect(wasm.sideOfLine(...a, ...b, ...p)).toBe(want);
    expect(twin.sideOfLine(a, b, p)).toBe(want);
    expect(wasm.sideOfLine(...b, ...a, ...p)).toBe(-want + 0);
  });

  it('is the twin on every triple of a 5x5 grid at the far corner of the view', () => {
    const grid: P[] = Array.from({ length: 25 }, (_, i) => [MAX - (i % 5), MAX - Math.floor(i / 5)]);
    for (const a of grid) {
      for (const b of grid) {
        for (const p of grid) {
          const got = wasm.sideOfLine(...a, ...b, ...p);
          if (got !== twin.sideOfLine(a, b, p)) expect.fail(`a ${a} b ${b} p ${p}: ${got}`);
        }
      }
    }
  });
});

describe('insidePolygon', () => {
  const square: P[] = [
    [10, 10],
    [20, 10],
    [20, 20],
    [10, 20],
  ];
  it.each([
    ['inside', [15, 15], 1],
    ['outside', [25, 15], 0],
    ['left of it on the height of a corner', [5, 10], 0],
    ['corner', [20, 20], 1],
    ['lower edge', [15, 20], 1],
    ['on the extension of an edge', [25, 20], 0],
  ] as [string, P, number][])('%s', (_, p, want) => {
    expect(wasm.insidePolygon(...p, base, put(square))).toBe(want);
  });

  it('takes the foot at the very edge of the view as inside a zone that ends there', () => {
    const zone: P[] = [
      [0, 40000],
      [MAX, 40000],
      [MAX, MAX],
      [0, MAX],
    ];
    expect(wasm.insidePolygon(MAX, MAX, base, put(zone))).toBe(1);
    expect(wasm.insidePolygon(0, 39999, base, put(zone))).toBe(0);
  });

  it('is the twin for every point of a small grid and random polygons, self-crossing ones too', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = chance(seed);
      const polygon = Array.from({ length: 3 + next(6) }, (): P => [next(9), next(9)]);
      const n = put(polygon);
      for (let i = 0; i < 100; i++) {
        const p: P = [i % 10, Math.floor(i / 10)];
        const got = wasm.insidePolygon(...p, base, n);
        if (got !== twin.insidePolygon(p, polygon))
          expect.fail(`seed ${seed}, ${polygon.join(' ')} at ${p}: ${got}`);
      }
    }
  });

  it('is the twin over the whole range of coordinates', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const next = chance(seed);
      const anywhere = (): P => [next(4) === 0 ? MAX : next(65536), next(4) === 0 ? 0 : next(65536)];
      const polygon = Array.from({ length: 3 + next(12) }, anywhere);
      const n = put(polygon);
      for (const p of [...polygon, ...Array.from({ length: 20 }, anywhere)]) {
        const got = wasm.insidePolygon(...p, base, n);
        if (got !== twin.insidePolygon(p, polygon))
          expect.fail(`seed ${seed}, ${polygon.join(' ')} at ${p}: ${got}`);
      }
    }
  });
});

describe('crossing', () => {
  const upright: P[] = [
    [100, 0],
    [100, 100],
  ];
  const across = (...xs: number[]): P[] => xs.map((x) => [x, 50]);

  // Facing down the upright line, left is at the picture's right.
  it.each([
    ['left to right is travel to the picture left', across(130, 115, 95, 80), [0, 0, 0, 1]],
    ['right to left', across(70, 85, 105, 120), [0, 0, 0, -1]],
    ['exactly the hysteresis beyond is not clear yet', across(130, 90, 89), [0, 0, 1]],
    ['in one stride', across(130, 70), [0, 1]],
    ['trembles on the line and goes back', across(130, 98, 102, 98, 102, 130), [0, 0, 0, 0, 0, 0]],
    ['trembles on the line and goes through', across(130, 98, 102, 98, 70), [0, 0, 0, 0, 1]],
    ['stands on the line exactly, goes through', across(130, 100, 100, 70), [0, 0, 0, 1]],
    ['stands on the line exactly, goes back', across(130, 100, 100, 130), [0, 0, 0, 0]],
    ['there and back counts both ways', across(130, 70, 130), [0, 1, -1]],
    ['was never clear of the line before', across(105, 95, 70), [0, 0, 0]],
  ] as [string, P[], number[]][])('%s', (_, feet, want) => {
    expect(walk(STATE, feet, upright, 10)).toEqual(want);
  });

  it('takes nothing for passing beyond an end, even when the way goes round it', () => {
    const round: P[] = [
      [130, 50],
      [130, 130],
      [70, 130],
      [70, 50],
    ];
    expect(walk(STATE, round, upright, 10)).toEqual([0, 0, 0, 0]);
  });

  it('counts two people who cross together as two', () => {
    const n = put(upright);
    const [one, two] = [STATE, STATE + 8];
    bytes.fill(0, one, two + 8);
    const steps = [130, 95, 70].map((x, i, xs) => {
      const from = xs[Math.max(0, i - 1)] ?? x;
      return [
        wasm.crossing(one, from, 40, x, 40, base, n, 10),
        wasm.crossing(two, from, 42, x, 42, base, n, 10),
      ];
    });
    expect(steps).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });

  it('counts a passage through a vertex of a polyline once', () => {
    const bent: P[] = [
      [100, 0],
      [110, 50],
      [100, 100],
    ];
    expect(walk(STATE, across(130, 110, 80), bent, 5)).toEqual([0, 0, 1]);
    expect(walk(STATE, across(140, 80), bent, 5)).toEqual([0, 1]);
  });

  it('works with no hysteresis: clear is off the line', () => {
    expect(walk(STATE, across(101, 100, 99), upright, 0)).toEqual([0, 0, 1]);
  });

  it('is the twin on random walks, near the line and over the whole range', () => {
    let crossings = 0;
    for (let seed = 1; seed <= 600; seed++) {
      const next = chance(seed);
      const size = [12, 300, 65536][seed % 3] as number;
      const anywhere = (): P => [next(size), next(size)];
      const line = Array.from({ length: 2 + next(4) }, anywhere);
      const hysteresis = next(1 + Math.floor(size / (2 + next(8))));
      const feet = Array.from({ length: 40 }, anywhere);
      const got = walk(STATE, feet, line, hysteresis);
      const naive = new twin.CrossingTwin();
      const want = feet.map((q, i) => naive.step(feet[Math.max(0, i - 1)] as P, q, line, hysteresis));
      expect(got, `seed ${seed}`).toEqual(want);
      crossings += got.filter((value) => value !== 0).length;
    }
    // A comparison of zeros would prove nothing.
    expect(crossings).toBeGreaterThan(1000);
  });

  it('compares distances exactly where squares leave 64 bits', () => {
    // 3-4-5: the line rises 4 for 3 over the whole view, so distances are whole numbers.
    const line: P[] = [
      [0, 0],
      [49149, 65532],
    ];
    const middle: P = [24573, 32764];
    // 4 to the right and 3 up per 5 of distance; right in the picture is left of a line that runs down.
    const at = (distance: number): P => [middle[0] + (distance / 5) * 4, middle[1] - (distance / 5) * 3];
    expect(walk(STATE, [at(-20000), at(20000)], line, 20000)).toEqual([0, 0]);
    expect(walk(STATE, [at(-20005), at(20000), at(20005)], line, 20000)).toEqual([0, 0, -1]);
    // Corner to corner against the other diagonal with the smallest hysteresis: the largest quotient there is.
    const diagonal: P[] = [
      [0, MAX],
      [MAX, 0],
    ];
    const corners: P[] = [
      [MAX, MAX],
      [0, 0],
    ];
    expect(walk(STATE, corners, diagonal, 1)).toEqual([0, -1]);
  });
});

describe('maskPolygon', () => {
  const sizes: [number, number][] = [
    [96, 54],
    [160, 90],
    [138, 104],
    [90, 160],
    [1, 1],
    [17, 5],
    [33, 31],
  ];

  it.each(sizes)('is the twin on %i x %i', (w, h) => {
    const [columns, rows] = [Math.ceil(w / 4), Math.ceil(h / 4)];
    for (let seed = 1; seed <= 4; seed++) {
      const next = chance(seed);
      const polygon = Array.from({ length: 3 + next(5) }, (): P => [next(65536), next(65536)]);
      bytes.fill(0xaa, OUT - 8, OUT + columns * rows + 8);
      wasm.maskPolygon(OUT, columns, rows, base, put(polygon), w, h);
      const got = bytes.slice(OUT, OUT + columns * rows);
      expect(got, `seed ${seed}`).toEqual(twin.maskPolygon(polygon, w, h));
      expect([bytes[OUT - 1], bytes[OUT + columns * rows]], 'writes outside').toEqual([0xaa, 0xaa]);
    }
  });

  it('is full on the whole view, partial cells included, and half on a half', () => {
    const whole: P[] = [
      [0, 0],
      [MAX, 0],
      [MAX, MAX],
      [0, MAX],
    ];
    wasm.maskPolygon(OUT, 5, 2, base, put(whole), 17, 5);
    expect([...bytes.slice(OUT, OUT + 10)]).toEqual(new Array(10).fill(255));
    // 65535 / 51 * 2 is 2 of 51 pixels: half of the first cell.
    const strip: P[] = [
      [0, 0],
      [2570, 0],
      [2570, MAX],
      [0, MAX],
    ];
    wasm.maskPolygon(OUT, 13, 1, base, put(strip), 51, 4);
    expect([...bytes.slice(OUT, OUT + 3)]).toEqual([128, 0, 0]);
  });
});
