/**
 * 8-connected components, numbered from 1 in raster order of their first pixel, as runs:
 *
 *   runs of set pixels     ..111...11.   a run joins every run above that it touches, corners included,
 *                          .1...1111..   so labels are looked up once a run and not once a pixel
 *
 *   count i32, 12 bytes free | x0 u16, x1 u16 (exclusive), y u16, label u16 | ... row by row, from left to right
 *
 * What follows (kernels/blobs.ts) goes from run to run and never looks at what is empty.
 */
import { bitRow, nextClear, nextSet, within } from './bits';

export const RUNS_HEAD: i32 = 16;
export const RUN: i32 = 8;

/** A parent per provisional label, of which 8-connectivity needs one per 2x2 block. */
// @ts-ignore: decorator
@inline
function parentBytes(width: i32, height: i32): i32 {
  return ((((width + 1) >> 1) * ((height + 1) >> 1) + 1) * 2 + 63) & ~63;
}

/** Bytes of the runs of a plane, of which every second pixel can begin one, and of the parents behind them. */
export function runsBytes(width: i32, height: i32): i32 {
  return runsPart(width, height) + parentBytes(width, height);
}

// @ts-ignore: decorator
@inline
function runsPart(width: i32, height: i32): i32 {
  return (RUNS_HEAD + ((width + 1) >> 1) * height * RUN + 63) & ~63;
}

/** Returns the number of components, at most `max`; those beyond that are taken out of `bits` and have no run. */
export function label(runs: usize, bits: usize, width: i32, height: i32, max: i32): i32 {
  const parents = runs + runsPart(width, height);
  const begin = runs + RUNS_HEAD;
  const stride = bitRow(width);
  const words = stride >> 3;
  let next = 0;
  let end = begin;
  let above = begin;
  let aboveEnd = begin;
  for (let y = 0; y < height; y++) {
    const row = bits + y * stride;
    const first = end;
    for (let x = nextSet(row, 0, words); x < width; ) {
      const stop = nextClear(row, x, words);
      // Runs above that end before this one begins cannot touch later ones either.
      while (above < aboveEnd && i32(load<u16>(above, 2)) < x) above += RUN;
      let root = 0;
      for (let other = above; other < aboveEnd && i32(load<u16>(other)) <= stop; other += RUN) {
        root = joined(parents, root, load<u16>(other, 6));
      }
      if (root == 0) {
        root = ++next;
        store<u16>(parents + 2 * root, root);
      }
      store<u64>(end, u64(x) | (u64(stop) << 16) | (u64(y) << 32) | (u64(root) << 48));
      end += RUN;
      x = nextSet(row, stop, words);
    }
    above = first;
    aboveEnd = end;
  }
  const count = number(parents, next, max);
  store<i32>(runs, i32((keep(begin, end, parents, bits, stride) - begin) / RUN));
  return min(count, max);
}

/**
 * A root is the smallest label of its component, so ascending roots are in raster order of first pixels. Parents
 * point downwards, so one ascending pass replaces every provisional label by its final number, 0 beyond `max`.
 */
function number(parents: usize, next: i32, max: i32): i32 {
  let count = 0;
  for (let i = 1; i <= next; i++) {
    const parent = i32(load<u16>(parents + 2 * i));
    if (parent == i) {
      count++;
      store<u16>(parents + 2 * i, count <= max ? count : 0);
    } else {
      store<u16>(parents + 2 * i, load<u16>(parents + 2 * parent));
    }
  }
  return count;
}

/** Gives the runs their final labels and drops those without one; returns their new end. */
function keep(begin: usize, end: usize, parents: usize, bits: usize, stride: i32): usize {
  let to = begin;
  for (let run = begin; run < end; run += RUN) {
    const found = load<u64>(run);
    const final = load<u16>(parents + 2 * i32(found >> 48));
    if (final == 0) {
      clear(bits + i32((found >> 32) & 0xffff) * stride, i32(found & 0xffff), i32((found >> 16) & 0xffff));
      continue;
    }
    store<u64>(to, (found & 0xffffffffffff) | (u64(final) << 48));
    to += RUN;
  }
  return to;
}

/** Clears the pixels x0 to x1 (exclusive) of a row. */
export function clear(row: usize, x0: i32, x1: i32): void {
  for (let from = x0 & ~63; from < x1; from += 64) {
    const at = row + (from >> 3);
    store<u64>(at, load<u64>(at) & ~within(from, x0, x1));
  }
}

/** The smaller root of two labels (0 is none), after joining them. */
function joined(parents: usize, root: i32, label: i32): i32 {
  if (label == 0) return root;
  let other = label;
  while (true) {
    const parent = i32(load<u16>(parents + 2 * other));
    if (parent == other) break;
    other = parent;
  }
  if (root == 0 || root == other) return other;
  if (other < root) {
    store<u16>(parents + 2 * root, other);
    return other;
  }
  store<u16>(parents + 2 * other, root);
  return root;
}
