/**
 * Seeded chance. Two kinds: a stream of draws for building a scene, and a hash for what must be the same whenever
 * picture n is asked for, in whatever order.
 */

/** 32-bit mix of two integers (finaliser of MurmurHash3). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 0..1, a pure function of its arguments. */
export function hash01(a: number, b: number): number {
  return mix(a, b) / 4294967296;
}

/** Smooth noise 0..1 over the plane: bilinear between hashed lattice points. */
export function smoothNoise(x: number, y: number, salt: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const left = mix(ix, salt);
  const right = mix(ix + 1, salt);
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const top = hash01(left, iy) * (1 - sx) + hash01(right, iy) * sx;
  const low = hash01(left, iy + 1) * (1 - sx) + hash01(right, iy + 1) * sx;
  return top * (1 - sy) + low * sy;
}

/** Power of two. */
const CELLS = 1024;

/**
 * smoothNoise of one salt, for who asks for every pixel of every picture: neighbours lie between the same four points of
 * the lattice, which are kept by cell, so that they need not be hashed anew.
 */
export class Grain {
  readonly #salt: number;
  /** Cells are found by where they are; whichever came last to a place is kept. */
  readonly #x = new Float64Array(CELLS).fill(Number.NaN);
  readonly #y = new Float64Array(CELLS);
  /** Top left, top right, low left, low right. */
  readonly #corners = new Float64Array(4 * CELLS);

  constructor(salt: number) {
    this.#salt = salt;
  }

  at(x: number, y: number): number {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const cell = (ix + 37 * iy) & (CELLS - 1);
    if (this.#x[cell] !== ix || this.#y[cell] !== iy) this.#hash(cell, ix, iy);
    const corners = this.#corners;
    const fx = x - ix;
    const fy = y - iy;
    const sx = fx * fx * (3 - 2 * fx);
    const sy = fy * fy * (3 - 2 * fy);
    const top = corners[4 * cell]! * (1 - sx) + corners[4 * cell + 1]! * sx;
    const low = corners[4 * cell + 2]! * (1 - sx) + corners[4 * cell + 3]! * sx;
    return top * (1 - sy) + low * sy;
  }

  #hash(cell: number, ix: number, iy: number): void {
    const left = mix(ix, this.#salt);
    const right = mix(ix + 1, this.#salt);
    this.#x[cell] = ix;
    this.#y[cell] = iy;
    this.#corners[4 * cell] = hash01(left, iy);
    this.#corners[4 * cell + 1] = hash01(right, iy);
    this.#corners[4 * cell + 2] = hash01(left, iy + 1);
    this.#corners[4 * cell + 3] = hash01(right, iy + 1);
  }
}

/** A stream of draws (mulberry32). The same seed gives the same stream on every machine. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = mix(seed | 0, 0x51ed270b);
  }

  /** 0..1, 1 excluded. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Whole number, both ends included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  yes(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(of: readonly T[]): T {
    return of[Math.min(of.length - 1, Math.floor(this.next() * of.length))]!;
  }

  /** Roughly normal, mean 0, deviation 1, within +-3.46. */
  bell(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.next();
    return sum;
  }

  /** A stream of its own, so that drawing more in one part does not change another. */
  fork(salt: number): Chance {
    return new Chance(mix(this.#state, salt));
  }
}
