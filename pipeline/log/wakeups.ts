/** Lets readers sleep until something was appended, a deadline passed or they were closed. */
export class Wakeups {
  readonly #sleepers = new Set<() => void>();
  #count = 0;

  /** Taken before looking, given to `sleep` after: what happens in between is not slept through. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when `wake` was called since `count` was taken, or after waitMs. */
  sleep(count: number, waitMs: number): Promise<void> {
    if (count !== this.#count) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#sleepers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, waitMs));
      this.#sleepers.add(done);
    });
  }

  wake(): void {
    this.#count++;
    for (const done of [...this.#sleepers]) done();
  }
}
