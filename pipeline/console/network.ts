/**
 * The network page's line: first all of it, then what changed, at most CHANGES_PER_S times a second. A slow browser gets
 * the latest of each camera and nothing of what was between.
 */
import type { NetworkChange, NetworkMessage } from './api.ts';
import { NetworkFeed, type Watcher } from './network-feed.ts';
import { pause } from './pause.ts';
import type { Session } from './sessions.ts';
import type { Line } from './sse.ts';

export interface NetworkOptions {
  readonly session: Session;
  readonly now: () => number;
}

const CHANGES_MS_MIN = 200;
/** The line says that it is alive. */
const ALIVE_MS = 5_000;
/** A server that has not answered by then does not hold up the others. */
const OPENING_MS_MAX = 3_000;

/** One for all lines of a session. */
const feeds = new WeakMap<Session, NetworkFeed>();

function feedOf({ session, now }: NetworkOptions): NetworkFeed {
  const feed = feeds.get(session) ?? new NetworkFeed(session, now);
  feeds.set(session, feed);
  return feed;
}

export async function speakNetwork(line: Line, options: NetworkOptions): Promise<void> {
  const { session } = options;
  await new NetworkLine(line, session, feedOf(options)).run();
  if (session.over.aborted) await line.say({ kind: 'over', code: String(session.over.reason) });
}

class NetworkLine implements Watcher {
  readonly #line: Line;
  readonly #session: Session;
  readonly #feed: NetworkFeed;
  readonly #cameras = new Map<string, Set<string>>();
  readonly #figures = new Set<string>();
  readonly #aways = new Map<string, string | undefined>();
  #isWhole = true;
  #aliveIsDue = false;
  #wake: () => void = () => {};

  constructor(line: Line, session: Session, feed: NetworkFeed) {
    this.#line = line;
    this.#session = session;
    this.#feed = feed;
  }

  async run(): Promise<void> {
    const leave = this.#feed.watch(this);
    const signal = AbortSignal.any([this.#line.left, this.#session.over]);
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    const alive = setInterval(() => {
      this.#aliveIsDue = true;
      this.#wake();
    }, ALIVE_MS);
    const openedAtMs = performance.now();
    try {
      while (!this.#feed.isKnown && performance.now() - openedAtMs < OPENING_MS_MAX && !signal.aborted)
        await pause(CHANGES_MS_MIN / 4, signal);
      for (const [site, why] of this.#feed.outages) this.#aways.set(site, why);
      while (!signal.aborted) {
        for (const message of this.#messages()) await this.#line.say(message);
        await pause(CHANGES_MS_MIN, signal);
        await this.#somethingToSay(signal);
      }
    } finally {
      clearInterval(alive);
      leave();
    }
  }

  whole(): void {
    this.#isWhole = true;
    this.#wake();
  }

  changed(site: string, camera: string): void {
    const cameras = this.#cameras.get(site) ?? new Set();
    this.#cameras.set(site, cameras.add(camera));
    this.#wake();
  }

  figures(site: string): void {
    this.#figures.add(site);
    this.#wake();
  }

  away(site: string, why: string | undefined): void {
    this.#aways.set(site, why);
    this.#wake();
  }

  *#messages(): Generator<NetworkMessage> {
    if (this.#isWhole) {
      this.#isWhole = false;
      this.#cameras.clear();
      this.#figures.clear();
      yield { kind: 'network', sites: this.#feed.sites() };
    }
    for (const [site, why] of this.#aways) yield { kind: 'site', site, ...(why !== undefined && { why }) };
    this.#aways.clear();
    const sites = this.#changes();
    if (sites.length > 0 || this.#aliveIsDue) yield { kind: 'changes', sites };
    this.#aliveIsDue = false;
  }

  #changes(): NetworkChange[] {
    const sites = new Set([...this.#cameras.keys(), ...this.#figures]);
    const changes = [...sites].map((site) => ({
      site,
      ...(this.#figures.has(site) && this.#feed.figuresOf(site)),
      cameras: [...(this.#cameras.get(site) ?? [])].flatMap(
        (camera) => this.#feed.camera(site, camera) ?? [],
      ),
    }));
    this.#cameras.clear();
    this.#figures.clear();
    return changes;
  }

  #somethingToSay(signal: AbortSignal): Promise<void> {
    const something =
      this.#isWhole ||
      this.#aliveIsDue ||
      this.#aways.size > 0 ||
      this.#cameras.size > 0 ||
      this.#figures.size > 0;
    if (something || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
