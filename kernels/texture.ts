/**
 * Whether a region shows the texture of the place behind it. Light and shadow lie on a place: they change it smoothly and
 * its texture shows through; a thing hides it and brings its own.
 *
 *   d = LOG luma - LOG mean        the difference, in the logarithm in which light adds the same to dark and bright
 *
 *   over pixels two apart in a row, both in the region:     |d - d'|  its own texture    |LOG mean - LOG mean'|  the place's
 *   over those two apart just before and behind its runs:   |d - d'|  what noise alone makes
 */
import { RUN, RUNS_HEAD } from './label';
import { LOG } from './light';

const Q: i32 = 7;
/** A step is taken between pixels this far apart: beyond the blur of a lens, within a fold of cloth. */
const APART: i32 = 2;

// @ts-ignore: decorator
@inline function logOf(value: i32): i32 {
  return i32(load<u8>(LOG + value));
}

// @ts-ignore: decorator
@inline function backOf(mean: usize, i: i32): i32 {
  return logOf(i32(load<u16>(mean + 2 * i)) >> Q);
}

// @ts-ignore: decorator
@inline function differenceAt(luma: usize, mean: usize, i: i32): i32 {
  return logOf(i32(load<u8>(luma + i))) - backOf(mean, i);
}

/**
 * Five i32 at `out` for the region with that `label`: pairs within, the sum of |d - d'| over them, the sum of the place's;
 * pairs beside it, and the sum of |d - d'| over those.
 */
export function texture(out: usize, runs: usize, label: i32, luma: usize, mean: usize, width: i32): void {
  let within = 0;
  let own = 0;
  let place = 0;
  let beside = 0;
  let noise = 0;
  const begin = runs + RUNS_HEAD;
  const end = begin + RUN * load<i32>(runs);
  for (let run = begin; run < end; run += RUN) {
    if (i32(load<u16>(run, 6)) != label) continue;
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    const y = i32(load<u16>(run, 4));
    const row = y * width;
    for (let i = row + x0; i + APART < row + x1; i++) {
      own += abs(differenceAt(luma, mean, i) - differenceAt(luma, mean, i + APART));
      place += abs(backOf(mean, i) - backOf(mean, i + APART));
      within++;
    }
    // Two pixels from its end, where the rim is over, up to where the next run in the row begins.
    const next = run + RUN < end && i32(load<u16>(run + RUN, 4)) == y ? i32(load<u16>(run + RUN)) : width;
    const after = row + x1 + APART;
    if (x1 + 2 * APART < next) {
      noise += abs(differenceAt(luma, mean, after) - differenceAt(luma, mean, after + APART));
      beside++;
    }
    const last = run > begin && i32(load<u16>(run - RUN, 4)) == y ? i32(load<u16>(run - RUN, 2)) : 0;
    const before = row + x0 - 1 - APART;
    if (x0 - 1 - 2 * APART >= last) {
      noise += abs(differenceAt(luma, mean, before) - differenceAt(luma, mean, before - APART));
      beside++;
    }
  }
  store<i32>(out, within);
  store<i32>(out, own, 4);
  store<i32>(out, place, 8);
  store<i32>(out, beside, 12);
  store<i32>(out, noise, 16);
}
