/** Naive twin of kernels/through.ts: where the foreground is the place in other light. */
import { type BackgroundState, FLOOR, Q } from './background.ts';

const TEXTURE_MIN = 2;
const SAME_MIN = 0.45;
const MAYBE_MIN = 0.15;
const ROUNDS_MAX = 8;
const SLOPE_MIN = 0.5;
const SLOPE_MAX = 1.6;
const BROAD_MIN = 6;
/** 240 levels, of 16 pixels in 1/8 level. */
const BURNT = 240 * 16 * 8;
const GAIN_MAX = 6;
const FADES_MAX = 10;
const FOLLOWS_MAX = 5;
/** Luma 16 in the unit of a cell's sums. */
const LIFTED = 16 * 8 * 16;

interface Cell {
  /** Sums over 16 pixels, 1/8 level. */
  readonly a: number;
  readonly b: number;
  /** 16 times the sums of products of deviations. */
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
}

/** Clears `mask` there, and lets the mean follow by 2^-shift; returns how many pixels. */
export function through(
  mask: Uint8Array,
  state: BackgroundState,
  luma: Uint8Array,
  lit: Uint16Array,
  width: number,
  height: number,
  shift: number,
): number {
  const columns = width >> 2;
  const rows = height >> 2;
  const cells = Array.from({ length: columns * rows }, (_, cell) =>
    cellOf(mask, luma, lit, width, 4 * (cell % columns), 4 * Math.floor(cell / columns)),
  );
  const best = cells.map(() => ({ same: 0, slope: 0 }));
  const maybe = cells.map(() => false);
  const isShown = cells.map(() => false);
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < columns; column++) {
      const first = row * columns + column;
      const four = [first, first + 1, first + columns, first + columns + 1];
      const found = windowOf(four.map((cell) => cells[cell]));
      if (found === 'hidden') continue;
      for (const cell of four) maybe[cell] = true;
      if (found === 'maybe') continue;
      for (const cell of four) {
        isShown[cell] = true;
        if (Math.fround(found.same) > best[cell]!.same) best[cell] = found;
      }
    }
  const goesOn = (cell: number, from: number) =>
    isShown[from]! && fits(cells[cell]!, gainOf(cells[from]!), FOLLOWS_MAX);
  for (let round = 0; round < ROUNDS_MAX; round++)
    for (let k = 0; k < cells.length; k++) {
      const cell = round % 2 === 0 ? k : cells.length - 1 - k;
      if (!maybe[cell] || isShown[cell]) continue;
      const column = cell % columns;
      const beside = [cell - columns, cell + columns];
      if (column > 0) beside.push(cell - 1);
      if (column + 1 < columns) beside.push(cell + 1);
      if (!beside.some((from) => goesOn(cell, from))) continue;
      isShown[cell] = true;
      best[cell] = { same: 0, slope: Math.trunc(256 * gainOf(cells[cell]!)) };
    }
  if (isShown.filter((shown) => shown).length * 100 < BROAD_MIN * cells.length) return 0;
  let cleared = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      // Partial cells at the sides go with the last whole ones.
      const at = Math.min(rows - 1, y >> 2) * columns + Math.min(columns - 1, x >> 2);
      const cell = cells[at];
      if (mask[i] === 0 || cell === undefined || !isShown[at]) continue;
      const seen = luma[i]! << Q;
      const place = cell.a + ((best[at]!.slope * (lit[i]! - cell.b)) >> 8);
      if (Math.abs(seen - Math.max(0, Math.min(255 << Q, place))) > (FLOOR << Q) + 3 * state.dev[i]!)
        continue;
      mask[i] = 0;
      state.mean[i] = state.mean[i]! + ((seen - state.mean[i]!) >> shift);
      cleared++;
    }
  return cleared;
}

/** Nothing where no pixel of the cell is foreground. */
function cellOf(
  mask: Uint8Array,
  luma: Uint8Array,
  lit: Uint16Array,
  width: number,
  x0: number,
  y0: number,
): Cell | undefined {
  let [any, a, b, aa, ab, bb] = [0, 0, 0, 0, 0, 0];
  for (let y = y0; y < y0 + 4; y++)
    for (let x = x0; x < x0 + 4; x++) {
      const i = y * width + x;
      const p = luma[i]! << 3;
      const q = lit[i]! >> 4;
      any |= mask[i]!;
      a += p;
      b += q;
      aa += p * p;
      ab += p * q;
      bb += q * q;
    }
  return any === 0 ? undefined : { a, b, aa: 16 * aa - a * a, ab: 16 * ab - a * b, bb: 16 * bb - b * b };
}

/** How well the place is proved in a window of four cells, and its slope in Q8. */
function windowOf(four: readonly (Cell | undefined)[]): 'hidden' | 'maybe' | { same: number; slope: number } {
  const cells = four.filter((cell) => cell !== undefined);
  if (cells.length < 4) return 'hidden';
  const sum = (of: (cell: Cell) => number) => cells.reduce((total, cell) => total + of(cell), 0);
  const [aa, ab, bb] = [sum((cell) => cell.aa), sum((cell) => cell.ab), sum((cell) => cell.bb)];
  const gain = (sum(({ a }) => a) + 4 * LIFTED) / (sum(({ b }) => b) + 4 * LIFTED);
  if (gain > GAIN_MAX || gain * GAIN_MAX < 1) return 'hidden';
  // 64 pixels, 16 times 1/64 level^2.
  if (bb < TEXTURE_MIN ** 2 * 64 * 16 * 64) return 'maybe';
  const same = (ab * ab) / (aa * bb);
  const slope = ab / bb;
  if (ab <= 0 || !(same >= MAYBE_MIN)) return 'hidden';
  if (slope < SLOPE_MIN * gain || slope > SLOPE_MAX * gain) return 'hidden';
  if (same < SAME_MIN || !cells.every((cell) => fits(cell, gain, FADES_MAX))) return 'maybe';
  return { same: Math.fround(same), slope: Math.trunc(256 * slope) };
}

function gainOf({ a, b }: Cell): number {
  return (a + LIFTED) / (b + LIFTED);
}

function fits({ a, b }: Cell, gain: number, offMax: number): boolean {
  const off = a + LIFTED - gain * (b + LIFTED);
  const most = offMax * 8 * 16;
  return (off <= most || b >= BURNT) && (off >= -most || a >= BURNT);
}
