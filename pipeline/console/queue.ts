/**
 * The queue of a browser: what every server's watch says, gathered for GATHER_MS and passed on.
 *
 * A browser that is slow gets the latest state of each candidate: at most PENDING_MAX wait here, then the servers' streams
 * are not read until it has caught up, and behind them the servers do the same.
 *
 * `ready` is said when every server that answers has told all that waits. A server that had and comes back after an
 * outage ends the line: in between something may have been decided that no watch tells any more, and the browser, which
 * connects again by itself, is then told everything anew.
 */
import type { CandidateReview } from '../model.ts';
import { RpcError } from '../serve/client/client.ts';
import type { QueueMessage } from './api.ts';
import type { Connection } from './connections.ts';
import { pause, RETRY_MS, RETRY_MS_MAX } from './pause.ts';
import type { Session } from './sessions.ts';
import type { Line } from './sse.ts';

export interface QueueOptions {
  readonly session: Session;
  readonly now: () => number;
  readonly timeMs?: number;
  readonly openingMs?: number;
}

const GATHER_MS = 20;
const REVIEWS_MAX = 200;
const PENDING_MAX = 2_000;
const TIME_MS = 5_000;
/** A server that has not said a word by then does not hold up the others. */
const OPENING_MS_MAX = 3_000;

type Upstream =
  | { readonly kind: 'opening' }
  | { readonly kind: 'telling' }
  | { readonly kind: 'current' }
  | { readonly kind: 'away'; readonly why: string; readonly wasCurrent: boolean };

export async function speakQueue(line: Line, options: QueueOptions): Promise<void> {
  const { session } = options;
  await new Queue(line, options).run();
  if (session.over.aborted) await line.say({ kind: 'over', code: String(session.over.reason) });
}

class Queue {
  readonly #line: Line;
  readonly #options: QueueOptions;
  readonly #stop = new AbortController();
  readonly #upstreams = new Map<Connection, Upstream>();
  readonly #pending = new Map<string, CandidateReview>();
  /** Sites of which it has to be said how their server does. */
  readonly #changed = new Set<Connection>();
  #timeIsDue = true;
  #readySaid = false;
  #wake: () => void = () => {};
  readonly #waitForRoom = new Set<() => void>();

  constructor(line: Line, options: QueueOptions) {
    this.#line = line;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { session, timeMs = TIME_MS, openingMs = OPENING_MS_MAX } = this.#options;
    const end = () => this.#end();
    for (const signal of [session.over, this.#line.left]) {
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    }
    const clock = setInterval(() => {
      this.#timeIsDue = true;
      this.#wake();
    }, timeMs);
    const opening = setTimeout(() => this.#giveUpOpening(), openingMs);
    for (const connection of session.connections.usable) {
      this.#upstreams.set(connection, { kind: 'opening' });
      void this.#follow(connection);
    }
    try {
      await this.#speak();
    } finally {
      end();
      clearInterval(clock);
      clearTimeout(opening);
      for (const signal of [session.over, this.#line.left]) signal.removeEventListener('abort', end);
    }
  }

  async #speak(): Promise<void> {
    const { signal } = this.#stop;
    let saidAtMs = 0;
    while (!signal.aborted) {
      await this.#sayNotes();
      if (this.#pending.size > 0) {
        const early = saidAtMs + GATHER_MS - performance.now();
        if (early > 0) await pause(early, signal);
        saidAtMs = performance.now();
        await this.#line.say({ kind: 'reviews', reviews: this.#take() });
      } else if (!this.#readySaid && this.#isReady()) {
        this.#readySaid = true;
        await this.#line.say({ kind: 'ready' });
      } else {
        await this.#somethingToSay();
      }
    }
  }

  async #sayNotes(): Promise<void> {
    if (this.#timeIsDue) {
      this.#timeIsDue = false;
      await this.#say({ kind: 'time', nowMs: this.#options.now() });
    }
    for (const connection of this.#changed) {
      this.#changed.delete(connection);
      const upstream = this.#upstreams.get(connection)!;
      const why = upstream.kind === 'away' ? { why: upstream.why } : {};
      await this.#say({ kind: 'site', site: connection.site, ...why });
    }
  }

  #say(message: QueueMessage): Promise<void> {
    return this.#line.say(message);
  }

  #take(): CandidateReview[] {
    const reviews: CandidateReview[] = [];
    for (const [id, review] of this.#pending) {
      if (reviews.length >= REVIEWS_MAX) break;
      this.#pending.delete(id);
      reviews.push(review);
    }
    if (this.#pending.size < PENDING_MAX) this.#hasRoom();
    return reviews;
  }

  #somethingToSay(): Promise<void> {
    if (this.#stop.signal.aborted || this.#timeIsDue || this.#changed.size > 0 || this.#pending.size > 0)
      return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #isReady(): boolean {
    return [...this.#upstreams.values()].every(({ kind }) => kind === 'current' || kind === 'away');
  }

  /** Until the line ends or the server is not for this person. */
  async #follow(connection: Connection): Promise<void> {
    const { session } = this.#options;
    const { signal } = this.#stop;
    let waitMs = RETRY_MS;
    while (!signal.aborted) {
      let why = 'the stream has ended';
      try {
        if ((await connection.learn()).kind === 'closed') {
          this.#upstreams.delete(connection);
          this.#wake();
          return;
        }
        await this.#hear(connection, () => {
          waitMs = RETRY_MS;
        });
      } catch (error) {
        if (signal.aborted || session.failed(error)) return;
        why = error instanceof RpcError ? error.message : String(error);
      }
      if (signal.aborted) return;
      this.#away(connection, why);
      await pause(waitMs, signal);
      waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
    }
  }

  async #hear(connection: Connection, onWell: () => void): Promise<void> {
    const { signal } = this.#stop;
    const onCurrent = () => {
      onWell();
      this.#becomes(connection, { kind: 'current' });
    };
    for await (const review of connection.client.watchCandidates({ signal, onCurrent })) {
      const { kind } = this.#upstreams.get(connection)!;
      if (kind === 'opening' || kind === 'away') this.#becomes(connection, { kind: 'telling' });
      this.#pending.set(review.candidate.id, review);
      this.#wake();
      if (this.#pending.size >= PENDING_MAX && !signal.aborted) {
        await new Promise<void>((resolve) => this.#waitForRoom.add(resolve));
      }
    }
  }

  #becomes(connection: Connection, next: Upstream): void {
    const before = this.#upstreams.get(connection);
    this.#upstreams.set(connection, next);
    if (before?.kind === 'away' && before.wasCurrent && next.kind !== 'away') {
      this.#end();
      return;
    }
    const changed = before?.kind === 'away' || next.kind === 'away' || before?.kind === 'opening';
    if (changed) this.#changed.add(connection);
    this.#wake();
  }

  #away(connection: Connection, why: string): void {
    const before = this.#upstreams.get(connection);
    const wasCurrent = before?.kind === 'away' ? before.wasCurrent : before?.kind === 'current';
    // Once it is said; a server that stays away says nothing new.
    if (before?.kind === 'away' && before.why === why) return;
    this.#becomes(connection, { kind: 'away', why, wasCurrent });
  }

  #giveUpOpening(): void {
    for (const [connection, { kind }] of this.#upstreams) {
      if (kind === 'opening') this.#away(connection, 'no answer yet');
    }
  }

  #hasRoom(): void {
    for (const resolve of this.#waitForRoom) resolve();
    this.#waitForRoom.clear();
  }

  #end(): void {
    this.#stop.abort();
    this.#wake();
    this.#hasRoom();
  }
}
