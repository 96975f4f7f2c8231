/**
 * The wall clock for pictures that nothing else paces: a rendered scene could be drawn a hundred times too fast.
 */
export class Pace {
  readonly #fps: number;
  readonly #first: number;
  #beganMs = -1;
  #wake: (() => void) | undefined;

  /** Picture `first` is due at once, those after it `fps` a second. */
  constructor(fps: number, first: number) {
    this.#fps = fps;
    this.#first = first;
  }

  /** Waits until picture n is due; answers the one that is due by then, later than n when drawing fell behind. */
  async due(n: number): Promise<number> {
    const nowMs = performance.now();
    if (this.#beganMs < 0) this.#beganMs = nowMs - ((n - this.#first) * 1000) / this.#fps;
    const waitMs = this.#beganMs + ((n - this.#first) * 1000) / this.#fps - nowMs;
    if (waitMs <= 0) {
      const late = Math.floor((-waitMs * this.#fps) / 1000);
      return late > 1 ? n + late : n;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return n;
  }

  /** Ends a wait early. */
  stop(): void {
    this.#wake?.();
  }
}
