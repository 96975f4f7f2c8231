/**
 * Verdicts that were read before their candidate: the two topics are read side by side, and neither waits.
 *
 * Bound: HELD_MAX verdicts of some 0.6 KB, 6 MB. A verdict that finds no room is refused and says so.
 */
import type { Verdict } from '../model.ts';

export const HELD_MAX = 10_000;

export interface HeldVerdict {
  readonly verdict: Verdict;
  readonly atMs: number;
}

export class Held {
  readonly #byCandidate = new Map<string, HeldVerdict[]>();
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** false: no room. */
  hold(verdict: Verdict, atMs: number): boolean {
    if (this.#count >= HELD_MAX) return false;
    this.#count++;
    const waiting = this.#byCandidate.get(verdict.candidate);
    if (waiting) waiting.push({ verdict, atMs });
    else this.#byCandidate.set(verdict.candidate, [{ verdict, atMs }]);
    return true;
  }

  /** Gives back, in order, what was held for a candidate. */
  release(candidateId: string): readonly HeldVerdict[] {
    const waiting = this.#byCandidate.get(candidateId) ?? [];
    this.#byCandidate.delete(candidateId);
    this.#count -= waiting.length;
    return waiting;
  }

  /** Gives up those whose candidate has not come since `goneMs`. */
  expire(goneMs: number): readonly HeldVerdict[] {
    const expired: HeldVerdict[] = [];
    for (const [id, waiting] of this.#byCandidate) {
      if (waiting.at(-1)!.atMs < goneMs) expired.push(...this.release(id));
    }
    return expired;
  }
}
