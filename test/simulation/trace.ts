/** What happened, as one number: two runs of a seed agree on it or differ in what anybody did, saw or was told. */
import { createHash } from 'node:crypto';

export class Trace {
  readonly #hash = createHash('sha1');
  readonly #kept: string[] | undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, keep: boolean) {
    this.#nowMs = nowMs;
    this.#kept = keep ? [] : undefined;
  }

  note(who: string, what: string): void {
    const line = `${this.#nowMs()} ${who} ${what}\n`;
    this.#hash.update(line);
    this.#kept?.push(line);
  }

  /** A record's content, so that two runs that differ in a byte differ in the trace. */
  bytes(value: Uint8Array): void {
    this.#hash.update(value);
  }

  digest(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }

  lines(): readonly string[] {
    return this.#kept ?? [];
  }
}
