/**
 * From pixels to the sums of a cell, four cells (16 pixels of a row) at a time, a lane for each:
 *
 *   row of u8    a0 a1 a2 a3  b0 b1 b2 b3  c0 c1 c2 c3  d0 d1 d2 d3
 *   even, i16    a0 a2        b0 b2        c0 c2        d0 d2
 *   odd, i16     a1 a3        b1 b3        c1 c3        d1 d3
 *   dot, i32     a            b            c            d
 */
import {
  across,
  active,
  bytes,
  down,
  flowX,
  flowY,
  folds,
  gradients,
  idle,
  left,
  mapBytes,
  near,
  quads,
  structure,
} from './flow-scratch';
import { evens, gather, inBothHalves, loadFourI8, mix, odds } from './lanes';

/** Gradients and their sums wherever a window will look. */
export function accumulateStructure(prev: usize, stride: i32, n: i32): void {
  const map = near + n * mapBytes;
  for (let y = 0; y < down; y++) {
    for (let q = 0; q < quads; q++) {
      if (load<u32>(map + y * bytes + 4 * q) == 0) continue;
      const quad = y * quads + q;
      structureOfFour(prev + 4 * y * stride + 16 * q, stride, gradients + 384 * quad, structure + 80 * quad);
    }
  }
}

/**
 * Sobel gradients from row slopes d = right - left and row blurs s = left + 2 mid + right:
 * gx = d[-1] + 2 d[0] + d[1],  gy = s[1] - s[-1]:  8 x grey levels a pixel, |g| <= 1020
 */
// @ts-ignore: decorator
@inline
function structureOfFour(pixels: usize, stride: i32, rows: usize, sums: usize): void {
  const ones = i16x8.splat(1);
  let xx = i32x4.splat(0);
  let xy = i32x4.splat(0);
  let yy = i32x4.splat(0);
  let sumX = i16x8.splat(0);
  let sumY = i16x8.splat(0);

  let at = pixels - stride;
  let mid = v128.load(at);
  let lefts = evens(v128.load(at - 1));
  let rights = odds(v128.load(at + 1));
  let even = evens(mid);
  let odd = odds(mid);
  let d0Even = i16x8.sub(odd, lefts);
  let d0Odd = i16x8.sub(rights, even);
  let s0Even = blur(lefts, even, odd);
  let s0Odd = blur(even, odd, rights);
  at = pixels;
  mid = v128.load(at);
  lefts = evens(v128.load(at - 1));
  rights = odds(v128.load(at + 1));
  even = evens(mid);
  odd = odds(mid);
  let d1Even = i16x8.sub(odd, lefts);
  let d1Odd = i16x8.sub(rights, even);
  let s1Even = blur(lefts, even, odd);
  let s1Odd = blur(even, odd, rights);
  for (let j = 0; j < 4; j++) {
    v128.store(rows, i16x8.shl(even, 6));
    v128.store(rows, i16x8.shl(odd, 6), 16);
    at += stride;
    mid = v128.load(at);
    lefts = evens(v128.load(at - 1));
    rights = odds(v128.load(at + 1));
    even = evens(mid);
    odd = odds(mid);
    const d2Even = i16x8.sub(odd, lefts);
    const d2Odd = i16x8.sub(rights, even);
    const s2Even = blur(lefts, even, odd);
    const s2Odd = blur(even, odd, rights);
    const gxEven = blur(d0Even, d1Even, d2Even);
    const gxOdd = blur(d0Odd, d1Odd, d2Odd);
    const gyEven = i16x8.sub(s2Even, s0Even);
    const gyOdd = i16x8.sub(s2Odd, s0Odd);
    v128.store(rows, gxEven, 32);
    v128.store(rows, gxOdd, 48);
    v128.store(rows, gyEven, 64);
    v128.store(rows, gyOdd, 80);
    xx = i32x4.add(xx, dots(gxEven, gxEven, gxOdd, gxOdd));
    xy = i32x4.add(xy, dots(gxEven, gyEven, gxOdd, gyOdd));
    yy = i32x4.add(yy, dots(gyEven, gyEven, gyOdd, gyOdd));
    sumX = i16x8.add(sumX, i16x8.add(gxEven, gxOdd));
    sumY = i16x8.add(sumY, i16x8.add(gyEven, gyOdd));
    d0Even = d1Even;
    d0Odd = d1Odd;
    s0Even = s1Even;
    s0Odd = s1Odd;
    d1Even = d2Even;
    d1Odd = d2Odd;
    s1Even = s2Even;
    s1Odd = s2Odd;
    rows += 96;
  }
  v128.store(sums, f32x4.convert_i32x4_s(xx));
  v128.store(sums, f32x4.convert_i32x4_s(xy), 16);
  v128.store(sums, f32x4.convert_i32x4_s(yy), 32);
  v128.store(sums, f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(sumX, ones)), 48);
  v128.store(sums, f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(sumY, ones)), 64);
}

/** a + 2 b + c */
// @ts-ignore: decorator
@inline
function blur(a: v128, b: v128, c: v128): v128 {
  return i16x8.add(i16x8.add(a, c), i16x8.add(b, b));
}

/** Products of both vectors, in their cells' lanes. */
// @ts-ignore: decorator
@inline
function dots(even: v128, byEven: v128, odd: v128, byOdd: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(even, byEven), i32x4.dot_i16x8_s(odd, byOdd));
}

/** What is left to explain, cell by cell, with each cell displaced by its flow. */
export function accumulateResidual(cur: usize, stride: i32, n: i32): void {
  const map = active + n * mapBytes;
  const zero = i32x4.splat(0);
  for (let y = 0; y < down; y++) {
    const row = map + y * bytes;
    if (idle(row)) {
      memory.fill(left + 48 * y * quads, 0, 48 * quads);
      continue;
    }
    place(cur, stride, y);
    for (let q = 0; q < quads; q++) {
      const quad = y * quads + q;
      if (load<u32>(row + 4 * q) != 0) {
        residualOfFour(folds + 16 * q, stride, y * bytes + 4 * q, quad, loadFourI8(row + 4 * q));
      } else {
        const to = left + 48 * quad;
        v128.store(to, zero);
        v128.store(to, zero, 16);
        v128.store(to, zero, 32);
      }
    }
  }
}

/**
 * Where the first pixels of a row's displaced cells are, into the first fold. A whole row ahead, because a cell's
 * pixels would otherwise wait for their address. A displaced cell stays within the repeated edge, which is all that
 * there is to see outside.
 */
function place(cur: usize, stride: i32, y: i32): void {
  let columns = i32x4(0, 4, 8, 12);
  for (let q = 0; q < quads; q++) {
    const dx = loadFourI8(flowX + y * bytes + 4 * q);
    const dy = loadFourI8(flowY + y * bytes + 4 * q);
    const atX = within(i32x4.add(columns, i32x4.shr_s(dx, 3)), 4 * across + 3);
    const atY = within(i32x4.add(i32x4.splat(4 * y), i32x4.shr_s(dy, 3)), 4 * down + 3);
    const offset = i32x4.add(i32x4.mul(atY, i32x4.splat(stride)), atX);
    v128.store(folds + 16 * q, i32x4.add(offset, i32x4.splat(<i32>cur)));
    columns = i32x4.add(columns, i32x4.splat(16));
  }
}

// @ts-ignore: decorator
@inline
function within(at: v128, most: i32): v128 {
  return i32x4.min_s(i32x4.max_s(at, i32x4.splat(-8)), i32x4.splat(most));
}

/** r = (8-b) ((8-a) p[0,0] + a p[1,0]) + b ((8-a) p[0,1] + a p[1,1]) - 64 prev,  (a, b) the eighths of the flow */
// @ts-ignore: decorator
@inline
function residualOfFour(places: usize, stride: i32, byte: i32, quad: i32, mask: v128): void {
  const ones = i16x8.splat(1);
  const seven = i32x4.splat(7);
  const eights = i16x8.splat(8);
  const dx = loadFourI8(flowX + byte);
  const dy = loadFourI8(flowY + byte);
  const a = inBothHalves(v128.and(dx, seven));
  const b = inBothHalves(v128.and(dy, seven));
  const a8 = i16x8.sub(eights, a);
  const b8 = i16x8.sub(eights, b);
  let at0: usize = load<u32>(places);
  let at1: usize = load<u32>(places, 4);
  let at2: usize = load<u32>(places, 8);
  let at3: usize = load<u32>(places, 12);

  let pixels = gather(at0, at1, at2, at3);
  let after = gather(at0 + 1, at1 + 1, at2 + 1, at3 + 1);
  let upperEven = mix(evens(pixels), a8, odds(pixels), a);
  let upperOdd = mix(odds(pixels), a8, odds(after), a);
  let r0 = i32x4.splat(0);
  let rx = i32x4.splat(0);
  let ry = i32x4.splat(0);
  let rows = gradients + 384 * quad;
  for (let j = 0; j < 4; j++) {
    at0 += stride;
    at1 += stride;
    at2 += stride;
    at3 += stride;
    pixels = gather(at0, at1, at2, at3);
    after = gather(at0 + 1, at1 + 1, at2 + 1, at3 + 1);
    const lowerEven = mix(evens(pixels), a8, odds(pixels), a);
    const lowerOdd = mix(odds(pixels), a8, odds(after), a);
    const rEven = i16x8.sub(mix(upperEven, b8, lowerEven, b), v128.load(rows));
    const rOdd = i16x8.sub(mix(upperOdd, b8, lowerOdd, b), v128.load(rows, 16));
    r0 = i32x4.add(r0, i32x4.dot_i16x8_s(i16x8.add(rEven, rOdd), ones));
    rx = i32x4.add(rx, dots(rEven, v128.load(rows, 32), rOdd, v128.load(rows, 48)));
    ry = i32x4.add(ry, dots(rEven, v128.load(rows, 64), rOdd, v128.load(rows, 80)));
    upperEven = lowerEven;
    upperOdd = lowerOdd;
    rows += 96;
  }

  const fx = f32x4.convert_i32x4_s(dx);
  const fy = f32x4.convert_i32x4_s(dy);
  const sums = structure + 80 * quad;
  const xy = v128.load(sums, 16);
  const to = left + 48 * quad;
  v128.store(to, v128.and(mask, explain(v128.load(sums, 48), fx, v128.load(sums, 64), fy, r0)));
  v128.store(to, v128.and(mask, explain(v128.load(sums), fx, xy, fy, rx)), 16);
  v128.store(to, v128.and(mask, explain(xy, fx, v128.load(sums, 32), fy, ry)), 32);
}

/** a x + b y - r */
// @ts-ignore: decorator
@inline
function explain(a: v128, x: v128, b: v128, y: v128, r: v128): v128 {
  return f32x4.sub(f32x4.add(f32x4.mul(a, x), f32x4.mul(b, y)), f32x4.convert_i32x4_s(r));
}
