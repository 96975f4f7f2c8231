/**
 * Event time of one epoch of one camera: the camera's own time, as long as it can be believed. It never runs
 * backwards, never runs far ahead of the receipt, and passes over what its clock does.
 *
 * | the clock                            | event time                                                              |
 * |--------------------------------------|-------------------------------------------------------------------------|
 * | goes back by a second at most        | stands still until the clock has caught up                              |
 * | goes back further                    | goes on with the time of receipt, then the clock's pace from there on   |
 * | jumps ahead of the receipt           | the same                                                                |
 * | comes back to where event time is    | the clock is believed again                                             |
 * | is ahead of the receipt throughout   | is held at `AHEAD_MS_MAX` after the receipt                             |
 * | is more than a day behind the receipt | begins with the receipt: it was never set                              |
 *
 * A jump forward that stays before the receipt is no fault: a tunnel, or a clock that was put right.
 */

/** How far a camera's clock may run ahead of the receipt before it is held: unsynchronised clocks drift seconds. */
export const AHEAD_MS_MAX = 2_000;
/** Frames wait in a spool for hours, not days. */
export const BEHIND_MS_MAX = 86_400_000;
/** What jitter and slewing do; event time may stand still for so long. */
const STEP_MS_MIN = 1_000;

export interface Told {
  readonly atMs: number;
  /** The clock is ahead of what can be believed. */
  readonly clamped: boolean;
  /** The clock jumped here. */
  readonly stepped: boolean;
}

/** Plain data. */
export interface ClockState {
  /** Event time minus the camera's. */
  readonly offsetMs: number;
  readonly last?: Last;
}

interface Last {
  readonly atMs: number;
  readonly receivedAtMs: number;
  /** Receipt as it is reckoned minus as it is stamped: the clock of an ingest process may be set back as well. */
  readonly receiptOffsetMs: number;
}

export class Clock {
  #offsetMs: number;
  /** Changed in place: one for every frame would be kept until the next. */
  #last: { -readonly [Name in keyof Last]: Last[Name] } | undefined;

  constructor(state: ClockState = { offsetMs: 0 }) {
    this.#offsetMs = state.offsetMs;
    this.#last = state.last && { ...state.last };
  }

  get state(): ClockState {
    return { offsetMs: this.#offsetMs, ...(this.#last !== undefined && { last: { ...this.#last } }) };
  }

  /** One frame's, in the order of their numbers. */
  tell(capturedAtMs: number, stampedAtMs: number): Told {
    const receivedAtMs = this.#receipt(stampedAtMs);
    const latestMs = receivedAtMs + AHEAD_MS_MAX;
    const before = this.#offsetMs;
    this.#settle(capturedAtMs, receivedAtMs);
    const wantedMs = capturedAtMs + this.#offsetMs;
    const atMs = Math.max(Math.min(wantedMs, latestMs), this.#last?.atMs ?? 0);
    this.#last ??= { atMs, receivedAtMs, receiptOffsetMs: 0 };
    this.#last.atMs = atMs;
    this.#last.receivedAtMs = receivedAtMs;
    this.#last.receiptOffsetMs = receivedAtMs - stampedAtMs;
    return { atMs, clamped: capturedAtMs > latestMs, stepped: this.#offsetMs !== before };
  }

  #receipt(stampedAtMs: number): number {
    const last = this.#last;
    if (last === undefined || stampedAtMs >= last.receivedAtMs) return stampedAtMs;
    return Math.max(stampedAtMs + last.receiptOffsetMs, last.receivedAtMs);
  }

  #settle(capturedAtMs: number, receivedAtMs: number): void {
    const last = this.#last;
    if (last === undefined) {
      if (receivedAtMs - capturedAtMs > BEHIND_MS_MAX) this.#offsetMs = receivedAtMs - capturedAtMs;
      return;
    }
    // What passed by the receipt; in a burst nothing has, and event time waits for the clock's own pace.
    const paceMs = Math.min(receivedAtMs - last.receivedAtMs, STEP_MS_MIN);
    const isAhead = (atMs: number) => atMs - receivedAtMs > AHEAD_MS_MAX;
    const wantedMs = capturedAtMs + this.#offsetMs;
    const back = last.atMs - wantedMs > STEP_MS_MIN;
    const jumped = isAhead(wantedMs) && wantedMs - last.atMs > paceMs + STEP_MS_MIN;
    if (!back && !jumped) return;
    const believable = capturedAtMs >= last.atMs && !isAhead(capturedAtMs);
    this.#offsetMs = believable ? 0 : last.atMs + paceMs - capturedAtMs;
  }
}
