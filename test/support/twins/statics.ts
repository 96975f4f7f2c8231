/**
 * Naive twin of kernels/statics.ts: pixels that differ from the background and have kept one value since, and what their
 * regions look like.
 */
const SAME_MAX = 8;
const LIFT = 16;
const Q = 7;

export interface StaticsState {
  readonly rival: Uint8Array;
  readonly support: Uint8Array;
}

/** The background, u16 in Q7, and how it looks in the picture's light: the same array where the light is the same. */
export interface Backgrounds {
  readonly mean: Uint16Array;
  readonly lit: Uint16Array;
}

export function staticsState(pixels: number): StaticsState {
  return { rival: new Uint8Array(pixels), support: new Uint8Array(pixels) };
}

/** A rival's value as it would look where the background looks like `lit`, in single precision. */
function expectedAt({ rival }: StaticsState, { mean, lit }: Backgrounds, i: number): number {
  if (mean === lit) return rival[i]!;
  const gain = Math.fround((lit[i]! + (LIFT << Q)) / (mean[i]! + (LIFT << Q)));
  const bright = Math.fround((rival[i]! + LIFT) * gain);
  const low = Math.floor(bright);
  const half = bright - low;
  const rounded = half > 0.5 || (half === 0.5 && low % 2 !== 0) ? low + 1 : low;
  return Math.max(0, Math.min(255, rounded - LIFT));
}

export function statics(
  out: Uint8Array,
  state: StaticsState,
  seen: Uint8Array,
  kept: Uint8Array,
  luma: Uint8Array,
  backgrounds: Backgrounds,
  [step, most, least]: readonly [number, number, number],
): void {
  const { rival, support } = state;
  for (let i = 0; i < luma.length; i++) {
    const expected = expectedAt(state, backgrounds, i);
    if (seen[i] === 0 && kept[i] === 0) support[i] = support[i]! >> 1;
    else if (kept[i] === 1 && support[i]! > 0 && Math.abs(luma[i]! - expected) <= SAME_MAX) {
      support[i] = Math.min(most, support[i]! + step);
      rival[i] = Math.max(0, Math.min(255, rival[i]! + Math.sign(luma[i]! - expected)));
    } else {
      support[i] = Math.max(0, support[i]! - step);
      if (kept[i] === 1 && support[i] === 0) {
        support[i] = step;
        rival[i] = luma[i]!;
      }
    }
    out[i] = support[i]! >= least ? 1 : 0;
  }
}

/** Clears what touches a pixel whose support is larger by `gap`. */
export function staticSeams(
  bits: Uint8Array,
  { support }: StaticsState,
  width: number,
  height: number,
  gap: number,
): void {
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (const [dx, dy] of [
      [-1, -1],
      [0, -1],
      [1, -1],
      [-1, 0],
      [1, 0],
      [-1, 1],
      [0, 1],
      [1, 1],
    ] as const) {
      if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
      if (support[(y + dy) * width + x + dx]! >= support[i]! + gap) bits[i] = 0;
    }
  }
}

/** `labels` from 1; rows of 16. */
export function staticTable(
  table: Int32Array,
  labels: Uint16Array,
  count: number,
  state: StaticsState,
  seen: Uint8Array,
  luma: Uint8Array,
  backgrounds: Backgrounds,
  width: number,
  height: number,
): void {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  for (let k = 0; k < count; k++) {
    const own = [...labels.keys()].filter((i) => labels[i] === k + 1);
    const xs = own.map((i) => i % width);
    const ys = own.map((i) => Math.floor(i / width));
    const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
    const [y0, y1] = [Math.min(...ys), Math.max(...ys)];
    const feet = own.filter((_, n) => ys[n]! > y1 - Math.max(2, (y1 - y0 + 1) >> 3));
    const footSum = feet.reduce((sum, i) => sum + (i % width), 0);
    const row = new Int32Array(16);
    row.set([x0, y0, x1, y1, own.length, Math.floor((8 * footSum + 4 * feet.length) / feet.length)]);
    for (const i of own) {
      row[6]! += state.support[i]!;
      row[7]! += Math.abs(luma[i]! - expectedAt(state, backgrounds, i)) <= SAME_MAX ? 1 : 0;
      const [x, y] = [i % width, Math.floor(i / width)];
      for (const [dx, dy] of [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ] as const) {
        const next = (y + dy) * width + x + dx;
        if (!inside(x + dx, y + dy) || labels[next] !== 0) continue;
        row[8]!++;
        const fringe =
          state.support[next]! > 0 &&
          Math.abs(luma[next]! - expectedAt(state, backgrounds, next)) <= SAME_MAX;
        row[9]! += seen[next] === 1 && !fringe ? 1 : 0;
        const far = (y + 2 * dy) * width + x + 2 * dx;
        if (!inside(x + 2 * dx, y + 2 * dy) || labels[far] !== 0) continue;
        const outside = backgrounds.mean[far]! >> Q;
        row[10]! += Math.abs(state.rival[i]! - outside);
        row[11]! += Math.abs((backgrounds.mean[i]! >> Q) - outside);
      }
    }
    table.set(row, k * 16);
  }
}

/** kernels/shades.ts: clears the pixels that touch the greater of two heights; `labels` numbers components from 1. */
export function staticShades(
  bits: Uint8Array,
  labels: ArrayLike<number>,
  count: number,
  { rival }: StaticsState,
  mean: Uint16Array,
  width: number,
  height: number,
): number {
  const apart = Int32Array.from(rival, (value, i) => Math.abs(value - (mean[i]! >> Q)));
  const before = bits.slice();
  let cut = 0;
  for (let k = 1; k <= count; k++) {
    const pixels = Array.from(bits.keys()).filter((i) => labels[i] === k);
    const threshold = otsu(pixels.map((i) => apart[i]!));
    if (threshold === 0) continue;
    const greater = pixels.filter((i) => apart[i]! >= threshold);
    const lesser = pixels.filter((i) => apart[i]! < threshold);
    const touching = lesser.filter((i) =>
      around(i, width, height).some((j) => before[j] === 1 && apart[j]! >= threshold),
    );
    const xs = greater.map((i) => i % width);
    const ys = greater.map((i) => Math.floor(i / width));
    const box = (Math.max(...xs) - Math.min(...xs) + 1) * (Math.max(...ys) - Math.min(...ys) + 1);
    const beyond = lesser.length - touching.length;
    if (beyond < 12 || 6 * beyond < pixels.length || 2 * greater.length < box) continue;
    for (const i of touching) bits[i] = 0;
    cut++;
  }
  return cut;
}

/** The threshold between two heights in steps of 8; 0 where there is one. */
function otsu(values: readonly number[]): number {
  const middles = values.map((value) => 8 * (value >> 3) + 4);
  const n = middles.length;
  const sum = middles.reduce((total, value) => total + value, 0);
  const variance = middles.reduce((total, value) => total + value * value, 0) - (sum * sum) / n;
  let best = 0;
  let threshold = 0;
  for (let at = 8; at < 256; at += 8) {
    const low = middles.filter((value) => value < at);
    const high = n - low.length;
    if (low.length < 12 || high < 12) continue;
    const lowSum = low.reduce((total, value) => total + value, 0);
    const lesser = lowSum / low.length;
    const greater = (sum - lowSum) / high;
    const between = ((low.length * high) / n) * (greater - lesser) * (greater - lesser);
    if (between <= best) continue;
    best = between;
    const holds = between >= 0.75 * variance && lesser <= 0.65 * greater && greater - lesser >= 24;
    threshold = holds ? at : 0;
  }
  return threshold;
}

function around(i: number, width: number, height: number): number[] {
  const [x, y] = [i % width, Math.floor(i / width)];
  const found: number[] = [];
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) found.push(v * width + u);
  return found;
}
