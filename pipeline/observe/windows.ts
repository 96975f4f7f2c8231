/**
 * The windows of a vehicle that watches itself: what moves behind them most of the time is the world outside, not
 * people. Learned per cell of the plane, from how often something changes in it.
 *
 * People come, sit down and go; even somebody restless does not change a cell in four pictures of five for long. A cell
 * that does for a quarter of a minute is passed over as long as it goes on; one that does for a minute or two is a window,
 * and stays one through stops and tunnels.
 */

/** Time constants of the share of pictures in which a cell changes, ms. */
const SOON_MS = 10_000;
const LONG_MS = 60_000;
const SOON_SHARE = 0.8;
const LONG_SHARE = 0.6;
/** A window at which nothing moves for this long, a night in the depot aside, was none. */
const KEPT_MS = 1_800_000;
/** Below this share nothing moves. */
const REST_SHARE = 0.2;
/** What a cell is passed over for. */
const WINDOW = 1;
const FRAME = 2;
/** Pictures farther apart than this say nothing about each other. */
const STEP_MS_MAX = 2_000;

export class Windows {
  readonly #columns: number;
  readonly #rows: number;
  readonly #soon: Float32Array;
  readonly #long: Float32Array;
  /** When each cell that is a window was last like one, ms; not a number for others. */
  readonly #seenAtMs: Float64Array;
  readonly #masked: Uint8Array;
  #count = 0;

  /** Of a plane of `columns` x `rows` cells. */
  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#soon = new Float32Array(columns * rows);
    this.#long = new Float32Array(columns * rows);
    this.#seenAtMs = new Float64Array(columns * rows).fill(Number.NaN);
    this.#masked = new Uint8Array(columns * rows);
  }

  /** How many cells are passed over. */
  get count(): number {
    return this.#count;
  }

  /** `still`: pictures since each cell last changed, 0 for now (kernels/cells.ts). */
  learn(still: Uint16Array, stepMs: number, atMs: number): void {
    const step = Math.min(STEP_MS_MAX, Math.max(0, stepMs));
    const soonGain = 1 - Math.exp(-step / SOON_MS);
    const longGain = 1 - Math.exp(-step / LONG_MS);
    this.#count = 0;
    for (let cell = 0; cell < this.#masked.length; cell++) {
      const active = still[cell] === 0 ? 1 : 0;
      const soon = this.#soon[cell]! + soonGain * (active - this.#soon[cell]!);
      const long = this.#long[cell]! + longGain * (active - this.#long[cell]!);
      this.#soon[cell] = soon;
      this.#long[cell] = long;
      const known = !Number.isNaN(this.#seenAtMs[cell]!);
      if (long > LONG_SHARE || (known && long > REST_SHARE)) this.#seenAtMs[cell] = atMs;
      else if (known && atMs - this.#seenAtMs[cell]! > KEPT_MS) this.#seenAtMs[cell] = Number.NaN;
      const masked = soon > SOON_SHARE || !Number.isNaN(this.#seenAtMs[cell]!);
      this.#masked[cell] = masked ? WINDOW : 0;
      if (masked) this.#count++;
    }
    if (this.#count > 0) this.#widen();
  }

  /** A frame that is half in a cell changes less often: beside a window less is enough. */
  #widen(): void {
    const columns = this.#columns;
    for (let row = 0; row < this.#rows; row++)
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        if (this.#masked[cell] === WINDOW || Math.max(this.#soon[cell]!, this.#long[cell]!) < REST_SHARE)
          continue;
        if (!this.#isBeside(row, column)) continue;
        this.#masked[cell] = FRAME;
        this.#count++;
      }
  }

  #isBeside(row: number, column: number): boolean {
    for (let y = Math.max(0, row - 1); y <= Math.min(this.#rows - 1, row + 1); y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(this.#columns - 1, column + 1); x++)
        if (this.#masked[y * this.#columns + x] === WINDOW) return true;
    return false;
  }

  /** Takes the windows out of the foreground: bits as kernels/bits.ts draws them, rows of whole 8 bytes. */
  clear(bits: Uint8Array, width: number, height: number): void {
    if (this.#count === 0) return;
    const stride = ((width + 63) >> 6) << 3;
    for (let row = 0; row < this.#rows; row++)
      for (let column = 0; column < this.#columns; column++) {
        if (this.#masked[row * this.#columns + column] === 0) continue;
        const keep = (column & 1) === 0 ? 0xf0 : 0x0f;
        const end = Math.min(height, 4 * row + 4);
        for (let y = 4 * row; y < end; y++) bits[y * stride + (column >> 1)]! &= keep;
      }
  }
}
