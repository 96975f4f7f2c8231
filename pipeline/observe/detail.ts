/**
 * Whether the view has lost the structure that it used to have: nothing left to see (something covers the lens) or
 * only its fine part gone (defocus, dew). Looks once a second, at blocks of 8x8 pixels, against a slow reference.
 */

const BLOCK = 8;
/** Every second row says as much at half the price. */
const ROWS = 2;
const LOOK_MS = 1_000;
/** So many looks make a reference; until then nothing is said. */
const LEARNED_LOOKS = 10;
/** As shares a look: the reference follows dirt and seasons, and lets go of a wrong one within some ten minutes. */
const FOLLOW = 1 / 600;
/** So many looks in a row: a train's flank or a hand that passes is gone by then. */
const LOST_LOOKS = 5;
/** Standard deviation, grey levels: of a block that had structure, and of one that has none beside noise (some 2). */
const CONTRAST_HAD = 8;
const CONTRAST_NONE = 4;
/**
 * Root of the mean square step between neighbours, grey levels, of a block with fine structure; noise alone makes some
 * 3. Squares, because a soft edge takes as many levels in all as a hard one, only in smaller steps.
 */
const FINE_HAD = 8;
/** Share of it that is left behind a lens out of focus by a disc of some 5 pixels' radius, in the same light. */
const FINE_LEFT = 0.45;
/** Share of the blocks that must agree: trains and crowds have structure of their own. */
const BLOCKS_COVERED = 0.7;
const BLOCKS_BLURRED = 0.8;
/** Other light leaves some structure: where so much of it is gone the lens is covered, and what was known is still true. */
const BLOCKS_BARE = 0.95;
/** Fewer blocks to go by prove nothing. */
const BLOCKS_MIN = 12;

export type Loss = 'covered' | 'blurred';

export class Detail {
  readonly #width: number;
  readonly #height: number;
  /** Per block: reference and newest. */
  readonly #contrast: Float32Array;
  readonly #fine: Float32Array;
  readonly #contrastNow: Float32Array;
  readonly #fineNow: Float32Array;
  /** Standard deviation of the blocks' means: falls with the light, hardly with focus. */
  #spread = 0;
  #spreadNow = 0;
  #looks = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #coveredLooks = 0;
  #blurredLooks = 0;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    const blocks = Math.floor(width / BLOCK) * Math.floor(height / BLOCK);
    this.#contrast = new Float32Array(blocks);
    this.#fine = new Float32Array(blocks);
    this.#contrastNow = new Float32Array(blocks);
    this.#fineNow = new Float32Array(blocks);
  }

  /** What is lost, after 5 s of it; undefined while all is well or nothing can be told. Times in order. */
  judge(luma: Uint8Array, atMs: number): Loss | undefined {
    if (atMs - this.#lookedAtMs >= LOOK_MS) {
      this.#lookedAtMs = atMs;
      this.#measure(luma);
      if (this.#looks >= LEARNED_LOOKS) this.#compare();
      this.#follow();
    }
    if (this.#coveredLooks >= LOST_LOOKS) return 'covered';
    return this.#blurredLooks >= LOST_LOOKS ? 'blurred' : undefined;
  }

  /**
   * The same scene in other light, and as it looks now: learned anew, unless there is nothing to learn. Then it is
   * covered from now on, and false is returned.
   */
  relit(luma: Uint8Array): boolean {
    this.#measure(luma);
    const { had, none } = this.#lost();
    const isBare = this.#looks >= LEARNED_LOOKS && had >= BLOCKS_MIN && none >= BLOCKS_BARE * had;
    if (isBare) this.#coveredLooks = LOST_LOOKS;
    else this.restart();
    return !isBare;
  }

  /** Another scene: everything is learned anew. */
  restart(): void {
    this.#looks = 0;
    this.#coveredLooks = 0;
    this.#blurredLooks = 0;
  }

  /** Blocks that had structure, and those of them that have none now. */
  #lost(): { readonly had: number; readonly none: number } {
    let had = 0;
    let none = 0;
    for (let b = 0; b < this.#contrast.length; b++) {
      if (this.#contrast[b]! < CONTRAST_HAD) continue;
      had++;
      if (this.#contrastNow[b]! < CONTRAST_NONE) none++;
    }
    return { had, none };
  }

  #compare(): void {
    const { had, none } = this.#lost();
    let fine = 0;
    let soft = 0;
    const light = this.#spread === 0 ? 1 : Math.min(1, this.#spreadNow / this.#spread);
    for (let b = 0; b < this.#contrast.length; b++) {
      if (this.#fine[b]! >= FINE_HAD) {
        fine++;
        if (this.#fineNow[b]! < FINE_LEFT * light * this.#fine[b]!) soft++;
      }
    }
    this.#coveredLooks = had >= BLOCKS_MIN && none >= BLOCKS_COVERED * had ? this.#coveredLooks + 1 : 0;
    this.#blurredLooks = fine >= BLOCKS_MIN && soft >= BLOCKS_BLURRED * fine ? this.#blurredLooks + 1 : 0;
  }

  #follow(): void {
    const share = this.#looks < LEARNED_LOOKS ? 1 / (this.#looks + 1) : FOLLOW;
    for (let b = 0; b < this.#contrast.length; b++) {
      this.#contrast[b]! += share * (this.#contrastNow[b]! - this.#contrast[b]!);
      this.#fine[b]! += share * (this.#fineNow[b]! - this.#fine[b]!);
    }
    this.#spread =
      this.#looks === 0 ? this.#spreadNow : this.#spread + share * (this.#spreadNow - this.#spread);
    this.#looks++;
  }

  #measure(luma: Uint8Array): void {
    const width = this.#width;
    let all = 0;
    let allSquares = 0;
    let block = 0;
    for (let y = 0; y + BLOCK <= this.#height; y += BLOCK)
      for (let x = 0; x + BLOCK <= width; x += BLOCK) {
        let sum = 0;
        let squares = 0;
        let steps = 0;
        for (let row = y * width + x, end = row + BLOCK * width; row < end; row += ROWS * width)
          for (let i = row; i < row + BLOCK; i++) {
            const value = luma[i]!;
            sum += value;
            squares += value * value;
            if (i > row) steps += (value - luma[i - 1]!) ** 2;
          }
        const count = (BLOCK * BLOCK) / ROWS;
        this.#contrastNow[block] = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
        this.#fineNow[block] = Math.sqrt((steps * BLOCK) / (count * (BLOCK - 1)));
        block++;
        all += sum / count;
        allSquares += (sum / count) ** 2;
      }
    const blocks = Math.max(1, block);
    this.#spreadNow = Math.sqrt(Math.max(0, allSquares / blocks - (all / blocks) ** 2));
  }
}
