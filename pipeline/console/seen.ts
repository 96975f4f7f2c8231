/**
 * What a person has seen in this session: a candidate is confirmed only by who has watched its clip, or was told that
 * there is none.
 *
 *   clip ended `ok`            -> fetched -- POST seen --> seen
 *   clip ended: there is none  -> seen
 *
 * Bounded: CANDIDATES_MAX ids of some 80 bytes; whoever watched more since then watches again.
 */

/** Ends of a clip stream after which there is nothing to be watched. */
const NONE: ReadonlySet<string> = new Set(['clip_gone', 'clip_not_here']);
const CANDIDATES_MAX = 2_000;

export class Seen {
  readonly #candidates = new Map<string, 'fetched' | 'seen'>();

  /** How a clip that was asked for ended, when the browser has taken all of it. */
  fetched(candidate: string, code: string): void {
    if (NONE.has(code)) this.#note(candidate, 'seen');
    else if (code === 'ok' && !this.has(candidate)) this.#note(candidate, 'fetched');
  }

  /** It was played to its end. False: it was not fetched here. */
  played(candidate: string): boolean {
    if (!this.#candidates.has(candidate)) return false;
    this.#note(candidate, 'seen');
    return true;
  }

  has(candidate: string): boolean {
    return this.#candidates.get(candidate) === 'seen';
  }

  #note(candidate: string, what: 'fetched' | 'seen'): void {
    this.#candidates.delete(candidate);
    if (this.#candidates.size >= CANDIDATES_MAX) {
      this.#candidates.delete(this.#candidates.keys().next().value!);
    }
    this.#candidates.set(candidate, what);
  }
}
