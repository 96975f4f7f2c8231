/**
 * How the pixels of every component lie about their mean: what tells somebody upright from somebody lying when an arm
 * or a speck stretches the box. A row of 4 f64 per component (a sum while they are gathered):
 *
 *   0 deviation x (sum x)  1 deviation y (sum y)  2 slant, the correlation of x and y (sum x y)  3 free (sum y y)
 *
 *   for every pixel: n, sx, sy, sxx, syy, sxy
 *   deviation x = sqrt(sxx / n - (sx / n)^2)        slant = (sxy / n - sx sy / n^2) / (deviation x * deviation y)
 *
 * Departures from that: a run at once, whose sums of x and x x are closed forms; sxx has a second table, as a row has
 * room for four. All sums are whole numbers below 2^53 (57,600 pixels, each less than 500 x 500), so that their order does
 * not matter.
 */
import { RUN, RUNS_HEAD } from './label';

const ROW: usize = 32;

/** Bytes of rows for `max` components and of the sums behind them. */
export function spreadBytes(max: i32): i32 {
  return max * (i32(ROW) + 16);
}

/** Fills rows for `count` components of at most `max`. */
export function spread(out: usize, runs: usize, count: i32, max: i32): void {
  // Behind the rows: sum x x and number of pixels.
  const more = out + ROW * max;
  memory.fill(out, 0, ROW * count);
  memory.fill(more, 0, 16 * count);
  const end = runs + RUNS_HEAD + RUN * load<i32>(runs);
  for (let run = runs + RUNS_HEAD; run < end; run += RUN) {
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    const k = i32(load<u16>(run, 6)) - 1;
    const at = out + ROW * k;
    const n = f64(x1 - x0);
    const y = f64(load<u16>(run, 4));
    const x = f64(((x0 + x1 - 1) * (x1 - x0)) >> 1);
    const pixels = more + 16 * k;
    store<f64>(at, load<f64>(at) + x);
    store<f64>(at, load<f64>(at, 8) + n * y, 8);
    store<f64>(at, load<f64>(at, 16) + x * y, 16);
    store<f64>(at, load<f64>(at, 24) + n * y * y, 24);
    store<f64>(pixels, load<f64>(pixels) + f64(squaresBelow(x1) - squaresBelow(x0)));
    store<f64>(pixels, load<f64>(pixels, 8) + n, 8);
  }
  for (let k = 0; k < count; k++) finish(out + ROW * k, more + 16 * k);
}

/** 0 0 + 1 1 + .. + (end - 1)(end - 1) */
// @ts-ignore: decorator
@inline function squaresBelow(end: i32): i32 {
  return ((end - 1) * end * (2 * end - 1)) / 6;
}

function finish(at: usize, pixels: usize): void {
  const n = load<f64>(pixels, 8);
  const x = load<f64>(at) / n;
  const y = load<f64>(at, 8) / n;
  const across = max<f64>(0, load<f64>(pixels) / n - x * x);
  const along = max<f64>(0, load<f64>(at, 24) / n - y * y);
  const both = load<f64>(at, 16) / n - x * y;
  const product = sqrt<f64>(across * along);
  store<f64>(at, sqrt<f64>(across));
  store<f64>(at, sqrt<f64>(along), 8);
  store<f64>(at, product > 0 ? max<f64>(-1, min<f64>(1, both / product)) : 0, 16);
  store<f64>(at, 0, 24);
}
