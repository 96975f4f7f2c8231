/** Frames a second of one camera, from observations that say how many frames they stand for. */

/** Over how long, and after what silence nothing comes any more: observations come once a second. */
const SPAN_MS = 5_000;
/** Crossings come one by one and may be many: those of one moment are counted together. */
const MOMENT_MS = 250;

export class Rate {
  /** SPAN_MS / MOMENT_MS of them and one, at most. */
  readonly #moments: { readonly atMs: number; frames: number }[] = [];

  /** `frames`: absent from a worker of an older release, and then nothing is known. */
  add(atMs: number, frames: number | undefined): void {
    if (frames === undefined) return;
    const last = this.#moments.at(-1);
    if (last !== undefined && atMs - last.atMs < MOMENT_MS) last.frames += frames;
    else this.#moments.push({ atMs, frames });
    while (this.#moments.length > 2 && this.#moments[1]!.atMs <= atMs - SPAN_MS) this.#moments.shift();
  }

  /** 0 after a silence; undefined until there are two moments to count between. */
  perSecond(nowMs: number): number | undefined {
    const first = this.#moments[0];
    const last = this.#moments.at(-1);
    if (first === undefined || last === undefined) return undefined;
    if (nowMs - last.atMs > SPAN_MS) return 0;
    if (last.atMs === first.atMs) return undefined;
    // What the first stands for came before it.
    const frames = this.#moments.reduce((sum, moment) => sum + moment.frames, 0) - first.frames;
    return (frames * 1_000) / (last.atMs - first.atMs);
  }
}
