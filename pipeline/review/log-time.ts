/**
 * What time it is on the log, as far as one who reads it can tell. Append times are certain. Between them a process's
 * clock has to do (ticks), and it may be wrong: how far it is ahead shows when what it took for due came too early.
 *
 * What is reckoned here decides when to ask and what is shown, never what a verdict does (judge.ts).
 */
export class LogTime {
  /** Latest append time read. */
  #readMs = 0;
  /** Of the last tick. */
  #tickedMs = 0;
  /** What ticks are known to be ahead by. */
  #aheadMs = 0;

  get nowMs(): number {
    return Math.max(this.#readMs, this.#tickedMs - this.#aheadMs);
  }

  tick(nowMs: number): void {
    this.#tickedMs = nowMs;
  }

  read(atMs: number): void {
    this.#readMs = Math.max(this.#readMs, atMs);
    // No record is read before it was appended, so no clock is ahead by more than this.
    this.#aheadMs = Math.max(0, Math.min(this.#aheadMs, this.#tickedMs - atMs));
  }

  /** A record that this reader asked for when it was due by its own reckoning was appended at `atMs`, too early. */
  wasAhead(atMs: number): void {
    this.#aheadMs = Math.max(this.#aheadMs, this.#tickedMs - atMs);
  }
}
