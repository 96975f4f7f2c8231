/**
 * The life of one rule's claim: a condition that holds for long enough begins it, going on updates it, a pause that
 * is long enough ends it. One claim per continuous condition and place, however many tracks make it up.
 *
 *   quiet --holds--> pending --for holdMs--> open --does not hold for releaseMs--> quiet
 *              \--does not hold for graceMs--> quiet
 *
 * A condition that is unknown (the view is blind) neither holds nor fails: time stands still for the claim, until
 * the view is gone for good.
 */
import type { Box, Finding } from '../model.ts';

/** What a rule found on one frame. */
export interface Condition {
  readonly holds: boolean;
  readonly region: Box;
  /** 0..1, how far beyond the limit. */
  readonly score: number;
  readonly explanation: string;
  readonly findings: readonly Finding[];
}

/** What a rule finds on nearly every frame: nothing that a claim could be about, so nobody reads more of it. */
export const HOLDS_NOT: Condition = {
  holds: false,
  region: { x0: 0, y0: 0, x1: 1, y1: 1 },
  score: 0,
  explanation: '',
  findings: [],
};

export interface Moment {
  readonly frame: number;
  readonly atMs: number;
}

/** A claim's record, before the rule's and the camera's particulars are added. */
export interface ClaimRecord {
  readonly phase: 'begin' | 'update' | 'end';
  readonly revision: number;
  readonly began: Moment;
  readonly at: Moment;
  readonly condition: Condition;
}

export interface ClaimTiming {
  /** The condition must hold for this long before a claim begins. */
  readonly holdMs: number;
  /** A pause shorter than this does not interrupt the holding. */
  readonly graceMs: number;
  /** A pause of this length ends the claim. */
  readonly releaseMs: number;
}

/** Of a longer silence nothing is known: a train that comes out of a tunnel has not held a condition in there. */
const STEP_MS_MAX = 2_000;

/** Time that counts between two frames, ms; 0 before the first. */
export function stepBetween(previousMs: number | undefined, nowMs: number): number {
  return previousMs === undefined ? 0 : Math.min(STEP_MS_MAX, Math.max(0, nowMs - previousMs));
}

/** An open claim says at most this often how it goes on. */
const UPDATE_EVERY_MS = 2_000;

type State =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'pending'; readonly began: Moment; readonly beganMs: number; readonly lastMs: number }
  | {
      readonly kind: 'open';
      readonly began: Moment;
      readonly last: Moment;
      readonly lastMs: number;
      readonly condition: Condition;
      readonly revision: number;
      readonly saidAtMs: number;
    };

export class Claim {
  readonly #timing: ClaimTiming;
  #state: State = { kind: 'quiet' };
  /** Runs only from one known frame to the next. */
  #clockMs = 0;
  #knownAtMs: number | undefined;

  constructor(timing: ClaimTiming) {
    this.#timing = timing;
  }

  save() {
    return { state: this.#state, clockMs: this.#clockMs, knownAtMs: this.#knownAtMs };
  }

  restore({ state, clockMs, knownAtMs }: ReturnType<Claim['save']>): void {
    this.#state = state;
    this.#clockMs = clockMs;
    this.#knownAtMs = knownAtMs;
  }

  get open(): boolean {
    return this.#state.kind === 'open';
  }

  step(condition: Condition | undefined, now: Moment): ClaimRecord | undefined {
    if (condition === undefined) {
      this.#knownAtMs = undefined;
      return undefined;
    }
    this.#clockMs += stepBetween(this.#knownAtMs, now.atMs);
    this.#knownAtMs = now.atMs;
    const clockMs = this.#clockMs;
    const state = this.#state;
    if (state.kind === 'quiet') {
      if (condition.holds) this.#state = { kind: 'pending', began: now, beganMs: clockMs, lastMs: clockMs };
      return this.#mature(condition, now);
    }
    if (state.kind === 'pending') {
      if (condition.holds) this.#state = { ...state, lastMs: clockMs };
      else if (clockMs - state.lastMs > this.#timing.graceMs) this.#state = { kind: 'quiet' };
      return this.#mature(condition, now);
    }
    if (!condition.holds) return clockMs - state.lastMs > this.#timing.releaseMs ? this.end() : undefined;
    const due = now.atMs - state.saidAtMs >= UPDATE_EVERY_MS;
    const revision = due ? state.revision + 1 : state.revision;
    this.#state = {
      ...state,
      last: now,
      lastMs: clockMs,
      condition,
      revision,
      saidAtMs: due ? now.atMs : state.saidAtMs,
    };
    return due ? { phase: 'update', revision, began: state.began, at: now, condition } : undefined;
  }

  /** Ends an open claim now, at the moment at which its condition was last seen to hold. */
  end(): ClaimRecord | undefined {
    const state = this.#state;
    this.#state = { kind: 'quiet' };
    if (state.kind !== 'open') return undefined;
    const { began, last, condition } = state;
    return { phase: 'end', revision: state.revision + 1, began, at: last, condition };
  }

  #mature(condition: Condition, now: Moment): ClaimRecord | undefined {
    const state = this.#state;
    if (state.kind !== 'pending' || !condition.holds) return undefined;
    if (this.#clockMs - state.beganMs < this.#timing.holdMs) return undefined;
    const { began } = state;
    this.#state = {
      kind: 'open',
      began,
      last: now,
      lastMs: this.#clockMs,
      condition,
      revision: 0,
      saidAtMs: now.atMs,
    };
    return { phase: 'begin', revision: 0, began, at: now, condition };
  }
}
