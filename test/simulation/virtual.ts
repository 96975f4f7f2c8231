/**
 * Time that passes only when everybody waits. While it is installed, every timer and clock of the process is this
 * one: production code runs unchanged, and a minute of it takes as long as its work.
 *
 * One event at a time, in order of time and then of asking; after each, all that follows from it in microtasks runs
 * to its end. So the same inputs give the same run, to the last interleaving.
 */
interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  dateNow: Date.now,
  performanceNow: performance.now,
};

export class VirtualTime {
  nowMs: number;
  readonly #startMs: number;
  readonly #heap: Timer[] = [];
  #order = 0;
  /** Events run so far. */
  turns = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
    this.#startMs = startMs;
  }

  /** Since the start. */
  get elapsedMs(): number {
    return this.nowMs - this.#startMs;
  }

  at(delayMs: number, run: () => void): Timer {
    const timer = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, run, cancelled: false };
    push(this.#heap, timer);
    return timer;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(ms, resolve));
  }

  /** Runs what is due until `untilMs` after the start, or until nothing is left to happen. */
  async run(untilMs: number): Promise<void> {
    await settle();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs - this.#startMs > untilMs) break;
      pop(this.#heap);
      if (next.cancelled) continue;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.turns++;
      next.run();
      await settle();
    }
    this.nowMs = Math.max(this.nowMs, this.#startMs + untilMs);
  }

  /** Returns the way back. */
  install(): () => void {
    const asTimer = (timer: Timer) => Object.assign(timer, { ref: () => timer, unref: () => timer });
    const cancel = (timer: unknown) => {
      if (typeof timer === 'object' && timer !== null) (timer as Timer).cancelled = true;
    };
    type Run = (...args: unknown[]) => void;
    const every = (run: Run, ms: number) => {
      const handle = { cancelled: false, ref: () => handle, unref: () => handle };
      const again = () => {
        if (handle.cancelled) return;
        run();
        this.at(ms, again);
      };
      this.at(ms, again);
      return handle;
    };
    Object.assign(globalThis, {
      setTimeout: (run: Run, ms = 0, ...args: unknown[]) => asTimer(this.at(ms, () => run(...args))),
      clearTimeout: cancel,
      setInterval: every,
      clearInterval: cancel,
      setImmediate: (run: Run, ...args: unknown[]) => asTimer(this.at(0, () => run(...args))),
    });
    Date.now = () => this.nowMs;
    performance.now = () => this.elapsedMs;
    return () => {
      const { dateNow, performanceNow, ...timers } = real;
      Object.assign(globalThis, timers);
      Date.now = dateNow;
      performance.now = performanceNow;
    };
  }
}

/** Microtasks are all done when the real loop comes round. */
function settle(): Promise<void> {
  return new Promise((resolve) => real.setImmediate(resolve));
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const up = (at - 1) >> 1;
    if (!isBefore(timer, heap[up]!)) break;
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    if (down >= heap.length) break;
    if (down + 1 < heap.length && isBefore(heap[down + 1]!, heap[down]!)) down++;
    if (!isBefore(heap[down]!, last)) break;
    heap[at] = heap[down]!;
    at = down;
  }
  heap[at] = last;
}
