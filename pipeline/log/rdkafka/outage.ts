/**
 * Tells an outage from a log that has nothing new. The client says when a connection broke, not when it is whole
 * again; so while nothing comes after such a word, a broker is asked now and then.
 */
import type { Client, NativeConsumer } from './client.ts';

const ASKED_EVERY_MS = 2_000;

export class Outage {
  readonly #client: Client<NativeConsumer>;
  readonly #probe: () => Promise<unknown>;
  #askedMs = 0;

  constructor(client: Client<NativeConsumer>, probe: () => Promise<unknown>) {
    this.#client = client;
    this.#probe = probe;
  }

  /** Throws what the brokers' silence is due to. */
  async check(): Promise<void> {
    const { heard } = this.#client;
    if (heard === '') return;
    const nowMs = performance.now();
    if (nowMs - this.#askedMs < ASKED_EVERY_MS) return;
    this.#askedMs = nowMs;
    await this.#probe();
    // They answer; the next word is a new one.
    this.#client.forget();
  }
}
