/**
 * The frames of one epoch of one camera, by their numbers, whatever the order in which they come.
 *
 *   step -> follows the last one -> ready
 *        -> leaves a gap         -> held, until the gap is filled or the lateness is over -> ready
 *        -> before the last one  -> late (its gap was given up) or a repeat
 *
 * Numbers alone do not tell a gap, because decimation leaves some on purpose. A frame says how long before it the
 * picture was taken that its flow is measured from: where that is the last one, nothing is missing. A camera without
 * such intervals is known by its stride. Everything here depends on the camera's own frames in the order of the log,
 * and on nothing else, so that whoever reads them again holds and releases the same.
 */
import type { Frame } from '../model.ts';

/**
 * How long a gap may hold back what comes after it, in the camera's own time. Frames of one camera overtake each
 * other when a producer retries a batch, which takes tens to hundreds of ms; the shortest rule waits for a second.
 */
export const LATENESS_MS = 500;
/** For a clock that stands still: 32 frames of at most some 12 KB. */
export const HELD_MAX = 32;
/** Gaps that were given up, remembered so that what was late is told from what is repeated. */
const GAPS_MAX = 16;

export type Placed =
  | { readonly kind: 'repeat' }
  | { readonly kind: 'late'; readonly last: number }
  | { readonly kind: 'placed'; readonly ready: readonly Frame[] };

interface Held {
  readonly frame: Frame;
  /** Refused or skipped: it fills its place in the order and goes no further. */
  readonly dropped: boolean;
}

type Gap = readonly [first: number, last: number];

/** Plain data beside the held frames, which are saved as frames. */
export interface OrderState {
  readonly last?: { readonly number: number; readonly capturedAtMs: number };
  readonly stride?: number;
  readonly gaps: readonly Gap[];
  /** Numbers of held frames that go no further. */
  readonly dropped: readonly number[];
}

export class Order {
  /** Changed in place: one for every frame would be kept until the next. */
  #last: { number: number; capturedAtMs: number } | undefined;
  /** The smallest difference between two numbers that followed each other. */
  #stride: number | undefined;
  /** By number, each once. */
  #held: Held[] = [];
  #gaps: Gap[] = [];

  static from(state: OrderState, held: readonly Frame[]): Order {
    const order = new Order();
    order.#last = state.last && { ...state.last };
    order.#stride = state.stride;
    order.#gaps = [...state.gaps];
    order.#held = held.map((frame) => ({ frame, dropped: state.dropped.includes(frame.number) }));
    return order;
  }

  get state(): OrderState {
    return {
      ...(this.#last !== undefined && { last: { ...this.#last } }),
      ...(this.#stride !== undefined && { stride: this.#stride }),
      gaps: this.#gaps,
      dropped: this.#held.filter(({ dropped }) => dropped).map(({ frame }) => frame.number),
    };
  }

  get held(): readonly Frame[] {
    return this.#held.map(({ frame }) => frame);
  }

  get lastNumber(): number | undefined {
    return this.#last?.number;
  }

  step(frame: Frame, dropped = false): Placed {
    const { number } = frame;
    if (this.#last !== undefined && number <= this.#last.number) {
      const late = this.#gaps.some(([first, last]) => first <= number && number <= last);
      return late ? { kind: 'late', last: this.#last.number } : { kind: 'repeat' };
    }
    if (this.#held.length === 0 && this.#follows(frame)) {
      this.#pass(frame, true);
      return { kind: 'placed', ready: dropped ? [] : [frame] };
    }
    const before = this.#held.findLastIndex((one) => one.frame.number <= number);
    if (this.#held[before]?.frame.number === number) return { kind: 'repeat' };
    this.#held.splice(before + 1, 0, { frame, dropped });
    return { kind: 'placed', ready: this.#release(false) };
  }

  /** The epoch is over: nothing is waited for any more. */
  end(): readonly Frame[] {
    return this.#release(true);
  }

  #release(all: boolean): readonly Frame[] {
    const ready: Frame[] = [];
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      const follows = this.#follows(next.frame);
      if (!follows && !all && !this.#isOverdue(next.frame)) break;
      this.#held.shift();
      this.#pass(next.frame, follows);
      if (!next.dropped) ready.push(next.frame);
    }
    return ready;
  }

  #follows({ number, capturedAtMs, intervalMs }: Frame): boolean {
    const last = this.#last;
    if (last === undefined) return number === 0 || intervalMs === 0;
    const step = number - last.number;
    if (step === 1 || (this.#stride !== undefined && step <= this.#stride)) return true;
    // Without an interval and before any stride is known there is nothing to hold it against.
    if (intervalMs === 0) return this.#stride === undefined;
    return Math.abs(capturedAtMs - intervalMs - last.capturedAtMs) <= intervalMs / 2;
  }

  #isOverdue(next: Frame): boolean {
    const waitedMs = this.#held.at(-1)!.frame.capturedAtMs - next.capturedAtMs;
    // Below zero: the clock was set back meanwhile, and no longer tells how long it has been.
    return waitedMs >= LATENESS_MS || waitedMs < 0 || this.#held.length > HELD_MAX;
  }

  #pass({ number, capturedAtMs }: Frame, follows: boolean): void {
    const step = number - (this.#last?.number ?? -1);
    if (!follows && step > 1)
      this.#gaps = [...this.#gaps, [number - step + 1, number - 1] as const].slice(-GAPS_MAX);
    if (this.#last !== undefined) this.#stride = Math.min(this.#stride ?? step, step);
    this.#last ??= { number, capturedAtMs };
    this.#last.number = number;
    this.#last.capturedAtMs = capturedAtMs;
  }
}
