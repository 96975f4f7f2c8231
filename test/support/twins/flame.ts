/**
 * Naive twin of kernels/flame.ts: what flickers and glows as a flame does, per 4x4 cell, over pictures that are simply
 * kept in a list, newest last.
 */
const SLOTS = 32;

export interface Glances {
  readonly columns: number;
  readonly rows: number;
  /** Of each of the last 32 pictures, per cell: mean luma, and 128 + mean (v - u). */
  readonly luma: number[][];
  readonly warmth: number[][];
  /** Share of 128 - u in warmth, of 255 and at least 1, where a cell is hot; else 0. */
  readonly hue: number[][];
  /** Cells of each that changed and are no flame. */
  readonly unrest: number[];
  /** Pictures until a cell is forgotten. */
  readonly heat: number[];
}

export function glances(width: number, height: number): Glances {
  const [columns, rows] = [Math.ceil(width / 4), Math.ceil(height / 4)];
  const none = () => Array.from({ length: SLOTS }, () => new Array<number>(columns * rows).fill(0));
  const heat = new Array<number>(columns * rows).fill(0);
  const unrest = new Array<number>(SLOTS).fill(0);
  return { columns, rows, luma: none(), warmth: none(), hue: none(), unrest, heat };
}

export function glance(
  state: Glances,
  { luma, u, v }: { readonly luma: Uint8Array; readonly u: Uint8Array; readonly v: Uint8Array },
  width: number,
  height: number,
): void {
  const { columns, rows, heat } = state;
  const [chromaWidth, chromaHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const nowLuma: number[] = [];
  const nowWarmth: number[] = [];
  const nowHue: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      nowLuma.push(Math.floor(meanIn(luma, 4 * column, 4 * row, 4, width, height)));
      const red = meanIn(v, 2 * column, 2 * row, 2, chromaWidth, chromaHeight) - 128;
      const blue = 128 - meanIn(u, 2 * column, 2 * row, 2, chromaWidth, chromaHeight);
      const size = squareIn(2 * column, 2 * row, 2, chromaWidth, chromaHeight);
      nowWarmth.push(Math.max(0, Math.min(255, 128 + Math.floor(warmthOf(red, blue, size)))));
      const hot = warmthOf(red, blue, size) >= 40;
      nowHue.push(hot ? Math.max(1, Math.min(255, Math.floor((255 * blue) / (red + blue)))) : 0);
    }
  const before = state.luma.at(-1)!;
  const warmBefore = state.warmth.at(-1)!;
  let restless = 0;
  for (let i = 0; i < columns * rows; i++) {
    const change = Math.abs(nowLuma[i]! - before[i]!);
    heat[i] = change >= 8 && nowWarmth[i]! >= 140 ? SLOTS : Math.max(0, heat[i]! - 1);
    const hot = nowWarmth[i]! >= 168 || warmBefore[i]! >= 168;
    const glare = nowLuma[i]! >= 200 && before[i]! >= 200;
    if (change >= 12 && !hot && !glare) restless++;
  }
  for (const [list, one] of [
    [state.luma, nowLuma],
    [state.warmth, nowWarmth],
    [state.hue, nowHue],
  ] as const) {
    list.shift();
    list.push(one);
  }
  state.unrest.shift();
  state.unrest.push(restless);
}

/** Red and blue of a cell as they differ from grey; what is red and not orange is warm, but not hot. */
function warmthOf(red: number, blue: number, size: number): number {
  // The kernel takes sums over the pixels, rounded down.
  const least = Math.floor((13 * red * size) / 32) / size;
  return Math.max(red + blue - 16 * Math.max(0, least - blue), Math.min(red + blue, 36));
}

function squareIn(x0: number, y0: number, side: number, width: number, height: number): number {
  return (Math.min(width, x0 + side) - x0) * (Math.min(height, y0 + side) - y0);
}

/** Mean of a square that the plane may cut off. */
function meanIn(plane: Uint8Array, x0: number, y0: number, side: number, width: number, height: number) {
  let sum = 0;
  let size = 0;
  for (let y = y0; y < Math.min(height, y0 + side); y++)
    for (let x = x0; x < Math.min(width, x0 + side); x++) {
      sum += plane[y * width + x]!;
      size++;
    }
  return sum / size;
}

interface Candidate {
  readonly column: number;
  readonly row: number;
  /** Worth of the turns (0..5) times worth of the colour (0..8). */
  readonly mark: number;
  /** Turns once less than it should: nothing is held against it. */
  readonly slow: boolean;
  /** Luma less its mean, oldest first. */
  readonly series: readonly number[];
  /** While it is hot. */
  readonly hues: readonly number[];
  /** Correlation of luma and warmth, of 256, where it is white-hot. */
  readonly pale: number | undefined;
}

/** How much each cell looks like a flame, 0..255, over the last `samples` pictures. */
export function flame(state: Glances, samples: number): Uint8Array {
  const { columns, rows } = state;
  const out = new Uint8Array(columns * rows);
  const candidates: Candidate[] = [];
  const solid = new Set<number>();
  const view = viewOf(state);
  const lumas = state.luma.slice(-samples);
  for (let i = 0; i < columns * rows; i++) {
    // The kernel looks at sixteen cells when one of them has stirred.
    const group = state.heat.slice(i & ~15, (i & ~15) + 16);
    if (group.every((heat) => heat === 0)) continue;
    const luma = state.luma.slice(-samples).map((cells) => cells[i]!);
    const warmth = state.warmth.slice(-samples).map((cells) => cells[i]!);
    if (isSolid(luma, warmth, view.cast)) solid.add(i);
    const marked = markOf(luma, warmth, view);
    if (marked === 0) continue;
    const mark = marked * ownShare(luma, warmth, switchesAround(i, lumas, columns, rows));
    if (mark === 0) continue;
    const mean = Math.floor(luma.reduce((sum, value) => sum + value, 0) / samples);
    const series = luma.map((value) => value - mean);
    const slow = isSlow(luma, warmth, view.cast);
    const hot = state.hue.slice(-samples).map((cells) => cells[i]!);
    const hues = hot.filter((hue, k) => hue > 0 && luma[k]! >= 110 && warmth[k]! >= 168 + view.cast);
    const pale = hues.length < 2 ? correlation(luma, warmth) : undefined;
    candidates.push({ column: i % columns, row: Math.floor(i / columns), mark, slow, series, hues, pale });
  }
  const unrest = state.unrest.slice(-samples).reduce((sum, count) => sum + count, 0);
  const calm = share((0.4 - unrest / (samples * columns * rows)) / 0.2);
  for (const one of candidates) {
    const near = candidates.filter(
      (other) =>
        other !== one &&
        !other.slow &&
        Math.abs(other.column - one.column) <= 4 &&
        Math.abs(other.row - one.row) <= 4,
    );
    if (near.length === 0) continue;
    const power = product(one.series, one.series);
    const together = likenessToLiveliest(
      one.series,
      near.map(({ series }) => series),
    );
    const apart = share((0.95 - together) / 0.35);
    const switched = likenessToLiveliest(
      stepsOf(one.series),
      near.map(({ series }) => stepsOf(series)),
    );
    const single = share((0.85 - switched) / 0.2);
    const varied = colourful(one, candidates);
    const soft = share((4 - solidsAround(one, solid, columns, rows)) / 4);
    const staying = share((0.9 - passing(one, candidates)) / 0.2);
    const steps = stepsOf(one.series);
    const repeated = Math.max(periodic(one.series, power), periodic(steps, product(steps, steps)));
    const irregular = share((0.85 - repeated) / 0.25);
    out[one.row * columns + one.column] = Math.trunc(
      (one.mark * 255 * apart * single * varied * soft * staying * irregular * calm) / 40,
    );
  }
  return out;
}

/** How far the hues around scatter, each cell's around its own mean; where too few are hot, whether white gets warmer as it dims. */
function colourful({ column, row }: Candidate, candidates: readonly Candidate[]): number {
  const near = candidates.filter(
    (other) => Math.abs(other.column - column) <= 2 && Math.abs(other.row - row) <= 2,
  );
  const count = near.reduce((sum, { hues }) => sum + hues.length, 0);
  if (count >= 16) {
    const off = near.reduce((sum, { hues }) => sum + squaresOff(hues), 0);
    return share((Math.sqrt(off / count) - 3) / 3);
  }
  const pale = near.flatMap((other) => other.pale ?? []);
  if (pale.length === 0) return 1;
  const mean = pale.reduce((sum, one) => sum + one, 0) / (256 * pale.length);
  return share((-0.2 - mean) / (-0.2 - -0.5));
}

/** Sum of the squares by which values lie off their mean, as whole numbers. */
function squaresOff(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sum = values.reduce((all, value) => all + value, 0);
  return product(values, values) - Math.floor((sum * sum) / values.length);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  const sumOf = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const power = (values: readonly number[]) => n * product(values, values) - sumOf(values) ** 2;
  const both = n * product(a, b) - sumOf(a) * sumOf(b);
  const powers = power(a) * power(b);
  return powers > 0 ? Math.trunc((256 * both) / Math.sqrt(powers)) : 0;
}

/** Squared correlation with the one that varies most. */
function likenessToLiveliest(one: readonly number[], others: readonly (readonly number[])[]): number {
  const lively = others.reduce((most, other) => (product(other, other) > product(most, most) ? other : most));
  const both = product(one, lively);
  return (both * both) / (product(one, one) * product(lively, lively));
}

function stepsOf(series: readonly number[]): readonly number[] {
  return series.slice(1).map((value, k) => value - series[k]!);
}

/** How much warmer than in white light flames must be, and what a white-hot cell counts. */
interface View {
  readonly cast: number;
  readonly white: number;
}

function viewOf({ luma, warmth }: Glances): View {
  const falling = warmth.at(-1)!.toSorted((a, b) => b - a);
  const median = falling[Math.ceil(falling.length / 2) - 1]!;
  const bright = luma.at(-1)!.filter((value) => value >= 200).length / falling.length;
  return {
    cast: Math.max(0, Math.min(24, median - 152)),
    white: bright < 0.25 ? 2 : bright < 0.33 ? 1 : 0,
  };
}

function markOf(luma: readonly number[], warmth: readonly number[], { cast, white }: View): number {
  const isHot = (value: number, k: number) => value >= 110 && warmth[k]! >= 168 + cast;
  const late = luma.slice(-20);
  const hot = luma.some((value, k) => k >= luma.length - 20 && isHot(value, k))
    ? luma.filter(isHot).length
    : 0;
  const isWhite = Math.min(...warmth) >= 127 && Math.max(...warmth) >= 144 + cast && Math.max(...late) >= 200;
  const colour = Math.max(Math.min(8, hot), isWhite ? white : 0);
  if (Math.max(...late) - Math.min(...late) < 10) return 0;
  const turns = turnsIn(luma, warmth);
  return (isSlow(luma, warmth, cast) ? 0.5 : Math.min(5, Math.max(0, turns - 2))) * colour;
}

/** Pictures of the window to which a fifth of the 12x12 cells around the tile of 4x4 are switched, twice each way. */
function switchesAround(
  cell: number,
  lumas: readonly (readonly number[])[],
  columns: number,
  rows: number,
): ReadonlySet<number> {
  const [x0, y0] = [
    4 * Math.floor((cell % columns) / 4) - 4,
    4 * Math.floor(Math.floor(cell / columns) / 4) - 4,
  ];
  const [on, off] = [new Set<number>(), new Set<number>()];
  for (let k = 1; k < lumas.length; k++) {
    let [up, down] = [0, 0];
    for (let y = Math.max(0, y0); y < Math.min(rows, y0 + 12); y++)
      for (let x = Math.max(0, x0); x < Math.min(columns, x0 + 12); x++) {
        const step = lumas[k]![y * columns + x]! - lumas[k - 1]![y * columns + x]!;
        if (step >= 12) up++;
        if (step <= -12) down++;
      }
    if (up + down >= 30 && 20 * Math.max(up, down) >= 17 * (up + down)) (up > down ? on : off).add(k);
  }
  return Math.min(on.size, off.size) < 2 ? new Set() : new Set([...on, ...off]);
}

/** Share of its worth that a cell keeps when the light is left on. */
function ownShare(luma: readonly number[], warmth: readonly number[], switches: ReadonlySet<number>): number {
  const without = (series: readonly number[]) => {
    let level = 0;
    return series.map((value, k) => {
      if (k > 0 && !switches.has(k)) level += value - series[k - 1]!;
      return level;
    });
  };
  const all = turnsIn(luma, warmth);
  const own = turnsIn(without(luma), without(warmth));
  if (all < 3) return own < all ? 0 : 1;
  return Math.min(1, Math.max(0, own - 2) / Math.min(5, all - 2));
}

function isSlow(luma: readonly number[], warmth: readonly number[], cast: number): boolean {
  const hot = luma.filter((value, k) => value >= 110 && warmth[k]! >= 168 + cast).length;
  return turnsIn(luma, warmth) === 2 && hot >= Math.floor((3 * luma.length) / 4);
}

function turnsIn(luma: readonly number[], warmth: readonly number[]): number {
  return Math.max(turnsOf(luma, 10), turnsOf(warmth, 12));
}

/** Hot nearly always, and without flicker. */
function isSolid(luma: readonly number[], warmth: readonly number[], cast: number): boolean {
  const hot = luma.filter((value, k) => value >= 110 && warmth[k]! >= 168 + cast).length;
  return 5 * hot >= 4 * luma.length && Math.max(...luma) - Math.min(...luma) < 32;
}

function solidsAround({ column, row }: Candidate, solid: Set<number>, columns: number, rows: number): number {
  let count = 0;
  for (let y = Math.max(0, row - 2); y <= Math.min(rows - 1, row + 2); y++)
    for (let x = Math.max(0, column - 2); x <= Math.min(columns - 1, column + 2); x++)
      if (solid.has(y * columns + x)) count++;
  return count;
}

/** Turning points between which the series goes at least `swing` up or down. */
function turnsOf(series: readonly number[], swing: number): number {
  let [high, low] = [series[0]!, series[0]!];
  let going: 'up' | 'down' | undefined;
  let turns = 0;
  for (const value of series) {
    high = Math.max(high, value);
    low = Math.min(low, value);
    const falls = going !== 'down' && high - value >= swing;
    const rises = going !== 'up' && value - low >= swing && !falls;
    if (!falls && !rises) continue;
    if (going !== undefined) turns++;
    going = falls ? 'down' : 'up';
    [high, low] = [value, value];
  }
  return turns;
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
}

/** Squared correlation with what a candidate to the side, at most at 45 degrees, shows 1 to 4 pictures later, at best. */
function passing(one: Candidate, candidates: readonly Candidate[]): number {
  const samples = one.series.length;
  let best = 0;
  for (const other of candidates) {
    const [across, down] = [Math.abs(other.column - one.column), Math.abs(other.row - one.row)];
    if (other.slow || across === 0 || across > 4 || down > Math.min(3, across)) continue;
    const powers = product(one.series, one.series) * product(other.series, other.series);
    for (let lag = 1; lag <= Math.min(4, samples - 8); lag++) {
      const sum = Math.max(0, product(one.series, other.series.slice(lag)));
      const whole = (sum * samples) / (samples - lag);
      best = Math.max(best, (whole * whole) / powers);
    }
  }
  return best;
}

/** Autocorrelation at the best lag after the first at which it is negative. */
function periodic(series: readonly number[], power: number): number {
  const samples = series.length;
  let swung = false;
  let best = 0;
  for (let lag = 1; lag <= Math.min(20, samples - 8); lag++) {
    const sum = product(series, series.slice(lag));
    if (sum < 0) swung = true;
    else if (swung) best = Math.max(best, (sum * samples) / (power * (samples - lag)));
  }
  return best;
}

function share(value: number): number {
  return Math.max(0, Math.min(1, value));
}
