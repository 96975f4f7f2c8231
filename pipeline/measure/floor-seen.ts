/**
 * How many people stand in a zone, from how much of its floor is still seen. Where a crowd hides its own feet this errs
 * differently from counting what is seen of it (density.ts), and from a camera that hangs low much less.
 *
 * People who stand at random, d of them per m2, leave a point of the floor unhidden with probability exp(-d A(y)) (the
 * Boolean model; Matheron, 1975), A(y) being the floor on which whoever stands hides a point at row y:
 *
 *   A(y) = sum over foot rows f with f - h(f) <= y <= f of  w(f) j(f)
 *
 * where h(f) is a person's height there, w(f) their width, and j(f) the m2 of floor of which a cell shows. With
 * c(y) the share of the zone's row y that is hidden and m(y) its cells, the likeliest d solves
 *
 *   sum over y of  m(y) A(y) (c(y) / (1 - exp(-d A(y))) - 1)  =  0,
 *
 * of which the left side falls with d. People are d times the floor of the zone, all measured by people's heights, so
 * that a guessed focal length, which stretches both, takes no part in it.
 */
import type { Grid } from './grid.ts';
import type { Ground } from './ground.ts';
import { PERSON_M } from './movers.ts';

/** Of those who stand in a view, this share is seen; the rest of them happens to look like what is behind. */
const SEEN_SHARE = 0.95;
/** People per m2, more than ever stood anywhere (Fruin, 1971, knew 6 in a crush). */
const PER_M2_MAX = 8;
/** Halves the range of d to a thousandth of a person per m2. */
const STEPS = 13;
/** Whoever stands below the view hides the floor in it with their heads: so many heights of the view further down. */
const BELOW_VIEWS = 3;

/** `mask`: share of each cell that the zone covers, 0..255; `height` and `aspect` (width over height) of the plane. */
export function peopleByFloor(
  grid: Grid,
  mask: Uint8Array,
  ground: Ground,
  height: number,
  aspect: number,
): number {
  const { columns, rows, f64, at } = grid;
  const strip = new Strip(ground, rows, height, aspect);
  const seen: Row[] = [];
  let areaM2 = 0;
  for (let row = 0; row < rows; row++) {
    let cells = 0;
    let filled = 0;
    for (let cell = row * columns; cell < (row + 1) * columns; cell++) {
      const share = mask[cell]! / 255;
      cells += share;
      filled += share * f64[at.scratch / 8 + cell]!;
    }
    if (cells === 0) continue;
    areaM2 += cells * strip.cellM2[row]!;
    seen.push({
      cells,
      hidden: Math.min(1, filled / 255 / cells / SEEN_SHARE),
      hidingM2: strip.hidingM2(row),
    });
  }
  return areaM2 * likeliest(seen);
}

interface Row {
  /** Cells of the zone in this row. */
  readonly cells: number;
  /** Share of them in which somebody is seen, 0..1. */
  readonly hidden: number;
  /** A(y). */
  readonly hidingM2: number;
}

/** People per m2. */
function likeliest(seen: readonly Row[]): number {
  let low = 0;
  let high = PER_M2_MAX;
  for (let step = 0; step < STEPS; step++) {
    const perM2 = (low + high) / 2;
    let slope = 0;
    for (const { cells, hidden, hidingM2 } of seen)
      slope += cells * hidingM2 * (hidden / -Math.expm1(-perM2 * hidingM2) - 1);
    if (slope > 0) low = perM2;
    else high = perM2;
  }
  return (low + high) / 2;
}

/** One column of cells from the top of the view to some way below it. */
class Strip {
  /** By row: m2 of floor that one cell shows. */
  readonly cellM2: Float64Array;
  /** By row: cells that a person is tall whose foot is there. */
  readonly #tall: Float64Array;
  readonly #fill: number;

  constructor(ground: Ground, rows: number, height: number, aspect: number) {
    const deep = (1 + BELOW_VIEWS) * rows;
    this.cellM2 = new Float64Array(deep);
    this.#tall = new Float64Array(deep);
    this.#fill = ground.fill;
    for (let row = 0; row < deep; row++) {
      const y = ((row + 0.5) * 4) / height;
      const tall = (ground.height(y) * height) / 4;
      this.#tall[row] = tall;
      this.cellM2[row] = (PERSON_M / tall) ** 2 * ground.depth(y, aspect);
    }
  }

  hidingM2(row: number): number {
    let m2 = 0;
    for (let foot = row; foot < this.#tall.length; foot++) {
      const tall = this.#tall[foot]!;
      if (foot - tall <= row) m2 += this.#fill * tall * this.cellM2[foot]!;
    }
    return m2;
  }
}
