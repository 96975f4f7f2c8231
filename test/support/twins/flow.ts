/**
 * The flow kernel again, one cell at a time, written to be read. Same arithmetic (integers, and f32 through
 * Math.fround in the same order), so the same bytes.
 */
import { type Level, pixel } from './pyramid.ts';

/** Per cell, row-major, ceil(w/4) x ceil(h/4): displacement in 1/8 pixel and how well texture fixes it. */
export interface FlowCells {
  readonly across: number;
  readonly down: number;
  readonly x: Int8Array;
  readonly y: Int8Array;
  readonly q: Uint8Array;
}

const f = Math.fround;
const ITERATIONS = 2;
/** Longest change of a cell's flow in one iteration, 1/8 pixel. */
const STEP = 8;
/** Holds a cell without texture where it is: 16 per pixel of the window. */
const LAMBDA = 16 * 256;
const WINDOW_INVERSE = 1 / 256;
/** Sum of absolute differences of a cell's 16 pixels up to which it counts as unchanged, per level. */
const STILL = [88, 44, 24];

export function flowTwin(prev: readonly Level[], cur: readonly Level[]): FlowCells {
  const active = activeCells(prev, cur);
  let flow: FlowCells | undefined;
  for (let n = prev.length - 1; n >= 0; n--) {
    flow = flowOnLevel(prev[n]!, cur[n]!, active[n]!, flow);
  }
  return flow!;
}

// ---- which cells are worked on at all --------------------------------------------------------------------------

/** 1 for each cell that has a changed cell among its 3x3 neighbours; all others get zero flow unseen. */
function activeCells(prev: readonly Level[], cur: readonly Level[]): Uint8Array[] {
  const changed = prev.map((level, n) => {
    const { across, down } = cells(level);
    return Uint8Array.from({ length: across * down }, (_, c) =>
      difference(level, cur[n]!, c % across, Math.floor(c / across)) > STILL[n]! ? 1 : 0,
    );
  });
  // When so much of the coarsest level changed, the view itself moves or its light does: flat cells move too.
  const coarsest = changed.at(-1)!;
  if (5 * coarsest.filter((one) => one === 1).length > 2 * coarsest.length) {
    return changed.map((map) => map.fill(1));
  }

  const children = (n: number, visit: (parent: number, child: number) => void) => {
    const fine = cells(prev[n]!);
    const coarse = cells(prev[n + 1]!);
    for (let y = 0; y < fine.down; y++) {
      for (let x = 0; x < fine.across; x++) visit((y >> 1) * coarse.across + (x >> 1), y * fine.across + x);
    }
  };
  // A change seen on any level counts on all of them.
  for (const n of [1, 0]) {
    children(n, (parent, child) => {
      if (changed[n + 1]![parent]) changed[n]![child] = 1;
    });
  }
  for (const n of [0, 1]) {
    children(n, (parent, child) => {
      if (changed[n]![child]) changed[n + 1]![parent] = 1;
    });
  }
  return changed.map((map, n) => {
    const { across, down } = cells(prev[n]!);
    return map.map((_, c) => Math.max(...neighbours(map, c % across, Math.floor(c / across), across, down)));
  });
}

function difference(prev: Level, cur: Level, cellX: number, cellY: number): number {
  let sum = 0;
  eachPixel((i, j) => {
    const x = cellX * 4 + i;
    const y = cellY * 4 + j;
    sum += Math.abs(pixel(prev, x, y) - pixel(cur, x, y));
  });
  return sum;
}

// ---- one level -------------------------------------------------------------------------------------------------

/** What a cell's 16 pixels add to the normal equations. g: gradient, r: residual. */
interface Structure {
  readonly gx: Int16Array;
  readonly gy: Int16Array;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
  readonly x: number;
  readonly y: number;
}

function flowOnLevel(prev: Level, cur: Level, active: Uint8Array, coarse: FlowCells | undefined): FlowCells {
  const { across, down } = cells(prev);
  const count = across * down;
  const x = new Int8Array(count);
  const y = new Int8Array(count);
  const q = new Uint8Array(count);
  const column = (c: number) => c % across;
  const row = (c: number) => Math.floor(c / across);
  for (let c = 0; c < count; c++) {
    if (!coarse || !active[c]) continue;
    const parent = (row(c) >> 1) * coarse.across + (column(c) >> 1);
    x[c] = saturate(2 * coarse.x[parent]!);
    y[c] = saturate(2 * coarse.y[parent]!);
  }

  const structure = Array.from({ length: count }, (_, c) => structureOf(prev, column(c), row(c)));
  const windowOf = (values: ArrayLike<number>, c: number) =>
    windowSum(values, column(c), row(c), across, down);
  const sums = (name: 'xx' | 'xy' | 'yy' | 'x' | 'y') => structure.map((s) => f(s[name]));
  const [sxx, sxy, syy, sx, sy] = [sums('xx'), sums('xy'), sums('yy'), sums('x'), sums('y')];
  const solver = structure.map((_, c) =>
    solverOf(windowOf(sxx, c), windowOf(sxy, c), windowOf(syy, c), windowOf(sx, c), windowOf(sy, c)),
  );
  for (let c = 0; c < count; c++) q[c] = active[c] ? solver[c]!.q : 0;

  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    // Per cell: sum of s, s gx, s gy with s = g . d - r, the residual that would be left at zero displacement.
    const s0 = new Float32Array(count);
    const s1 = new Float32Array(count);
    const s2 = new Float32Array(count);
    for (let c = 0; c < count; c++) {
      if (!active[c]) continue;
      const s = structure[c]!;
      const [r0, r1, r2] = residualOf(prev, cur, s, column(c), row(c), x[c]!, y[c]!);
      s0[c] = f(s.x * x[c]! + s.y * y[c]! - r0);
      s1[c] = f(f(f(f(s.xx) * x[c]!) + f(f(s.xy) * y[c]!)) - f(r1));
      s2[c] = f(f(f(f(s.xy) * x[c]!) + f(f(s.yy) * y[c]!)) - f(r2));
    }
    const rawX = new Int8Array(count);
    const rawY = new Int8Array(count);
    for (let c = 0; c < count; c++) {
      if (!active[c]) continue;
      const w = solver[c]!;
      const mean = windowOf(s0, c);
      const u = f(f(windowOf(s1, c) - f(w.meanX * mean)) + f(LAMBDA * x[c]!));
      const v = f(f(windowOf(s2, c) - f(w.meanY * mean)) + f(LAMBDA * y[c]!));
      rawX[c] = step(x[c]!, f(f(w.inverseXX * u) - f(w.inverseXY * v)));
      rawY[c] = step(y[c]!, f(f(w.inverseYY * v) - f(w.inverseXY * u)));
    }
    for (let c = 0; c < count; c++) {
      x[c] = active[c] ? median(neighbours(rawX, column(c), row(c), across, down)) : 0;
      y[c] = active[c] ? median(neighbours(rawY, column(c), row(c), across, down)) : 0;
    }
  }
  return { across, down, x, y, q };
}

/** Sobel gradients: 8 x (grey levels per pixel), which is 64 x (grey levels per 1/8 pixel). */
function structureOf(prev: Level, cellX: number, cellY: number): Structure {
  const gx = new Int16Array(16);
  const gy = new Int16Array(16);
  let [xx, xy, yy, x, y] = [0, 0, 0, 0, 0];
  eachPixel((i, j) => {
    const p = (di: number, dj: number) => pixel(prev, cellX * 4 + i + di, cellY * 4 + j + dj);
    const dx = p(1, -1) + 2 * p(1, 0) + p(1, 1) - p(-1, -1) - 2 * p(-1, 0) - p(-1, 1);
    const dy = p(-1, 1) + 2 * p(0, 1) + p(1, 1) - p(-1, -1) - 2 * p(0, -1) - p(1, -1);
    gx[j * 4 + i] = dx;
    gy[j * 4 + i] = dy;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
    x += dx;
    y += dy;
  });
  return { gx, gy, xx, xy, yy, x, y };
}

/** The inverse of the window's 2x2 matrix after the offset is eliminated, and the mean gradients that eliminate it. */
function solverOf(xx: number, xy: number, yy: number, x: number, y: number) {
  const meanX = f(x * WINDOW_INVERSE);
  const meanY = f(y * WINDOW_INVERSE);
  const a = f(f(xx - f(meanX * x)) + LAMBDA);
  const b = f(xy - f(meanX * y));
  const d = f(f(yy - f(meanY * y)) + LAMBDA);
  const determinant = f(1 / f(f(a * d) - f(b * b)));
  const between = f(a - d);
  const twice = f(b + b);
  const spread = f(Math.sqrt(f(f(between * between) + f(twice * twice))));
  const least = f(f(f(f(a + d) - spread) * 0.5) - LAMBDA);
  const q = Math.min(255, nearest(f(Math.sqrt(f(Math.max(0, least) * WINDOW_INVERSE)))));
  return {
    meanX,
    meanY,
    inverseXX: f(d * determinant),
    inverseXY: f(b * determinant),
    inverseYY: f(a * determinant),
    q,
  };
}

/** r = 64 x (cur at the displaced place - prev), summed over the cell plain, times gx, times gy. */
function residualOf(
  prev: Level,
  cur: Level,
  s: Structure,
  cellX: number,
  cellY: number,
  dx: number,
  dy: number,
) {
  const { across, down } = cells(prev);
  const x0 = Math.min(Math.max(cellX * 4 + (dx >> 3), -8), across * 4 + 3);
  const y0 = Math.min(Math.max(cellY * 4 + (dy >> 3), -8), down * 4 + 3);
  const a = dx & 7;
  const b = dy & 7;
  let [r0, r1, r2] = [0, 0, 0];
  eachPixel((i, j) => {
    const p = (di: number, dj: number) => pixel(cur, x0 + i + di, y0 + j + dj);
    const upper = (8 - a) * p(0, 0) + a * p(1, 0);
    const lower = (8 - a) * p(0, 1) + a * p(1, 1);
    const r = (8 - b) * upper + b * lower - 64 * pixel(prev, cellX * 4 + i, cellY * 4 + j);
    r0 += r;
    r1 += r * s.gx[j * 4 + i]!;
    r2 += r * s.gy[j * 4 + i]!;
  });
  return [r0, r1, r2] as const;
}

// ---- words shared above ----------------------------------------------------------------------------------------

function cells(level: Level): { across: number; down: number } {
  return { across: Math.ceil(level.w / 4), down: Math.ceil(level.h / 4) };
}

function eachPixel(visit: (i: number, j: number) => void): void {
  for (let j = 0; j < 4; j++) for (let i = 0; i < 4; i++) visit(i, j);
}

/** The 3x3 around a cell, row by row; outside, the nearest cell of the edge is repeated. */
function neighbours(values: ArrayLike<number>, x: number, y: number, across: number, down: number): number[] {
  const found: number[] = [];
  for (let j = y - 1; j <= y + 1; j++) {
    for (let i = x - 1; i <= x + 1; i++) {
      const column = Math.min(Math.max(i, 0), across - 1);
      const row = Math.min(Math.max(j, 0), down - 1);
      found.push(values[row * across + column]!);
    }
  }
  return found;
}

/** Weights [1 2 1] x [1 2 1], columns first: 256 pixels' worth. */
function windowSum(values: ArrayLike<number>, x: number, y: number, across: number, down: number): number {
  const n = neighbours(values, x, y, across, down);
  const fold = (a: number, b: number, c: number) => f(f(a + c) + f(b + b));
  const columns = [0, 1, 2].map((i) => fold(n[i]!, n[i + 3]!, n[i + 6]!));
  return fold(columns[0]!, columns[1]!, columns[2]!);
}

/** Towards the solution, one pixel of the level at most. */
function step(from: number, to: number): number {
  return saturate(nearest(Math.min(Math.max(to, from - STEP), from + STEP)));
}

/** Half to even, as IEEE rounds. |value| < 2^22. */
function nearest(value: number): number {
  return f(f(value + 12582912) - 12582912);
}

function saturate(value: number): number {
  return Math.min(Math.max(value, -127), 127);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[4]!;
}
