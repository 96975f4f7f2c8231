/**
 * A group member over a Store. Partitions change hands only inside `read`: between two reads a member owns what it
 * owned, unless it was silent for longer than its lease, and then its next commit is refused.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  expire,
  type GroupMember,
  goal,
  join,
  leave,
  placeFrom,
  placeOf,
  release,
  renew,
  take,
} from './group.ts';
import {
  type Consumer,
  type GroupOptions,
  LogClosedError,
  type LogRecord,
  type Position,
  type TopicPartition,
  UnknownTopicError,
} from './port.ts';
import { Cursors, patiently } from './reader.ts';
import type { Store } from './store.ts';

export async function openMember(store: Store, options: GroupOptions): Promise<Consumer> {
  for (const topic of options.topics) {
    if (store.partitionCount(topic) === undefined) throw new UnknownTopicError(topic);
  }
  const member = new StoreMember(store, options);
  await member.enter();
  return member;
}

class StoreMember implements Consumer {
  readonly #store: Store;
  readonly #options: GroupOptions;
  readonly #id: string;
  readonly #cursors: Cursors;
  readonly #owned = new Set<string>();
  /** Owned, but the application has not been told yet. */
  readonly #untold = new Set<string>();
  readonly #paused = new Set<string>();
  #seenVersion = -1;
  #renewedAtMs = 0;
  #closed = false;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(store: Store, options: GroupOptions) {
    this.#store = store;
    this.#options = options;
    this.#id = store.memberId?.() ?? randomUUID();
    this.#cursors = new Cursors(store);
  }

  async enter(): Promise<void> {
    await this.#store.changeGroup(this.#options.group, (state) => {
      expire(state, (member) => isDead(member, this.#store.now()));
      join(state, this.#id, this.#presence());
    });
    this.#store.wakeups.wake();
    if (!this.#store.heartbeats) return;
    this.#heartbeat = setInterval(() => void this.#renew().catch(() => {}), this.#store.leaseMs / 4);
    this.#heartbeat.unref();
  }

  assigned(): readonly TopicPartition[] {
    return [...this.#owned].map(placeFrom);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.add(placeOf(at));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.delete(placeOf(at));
    this.#store.wakeups.wake();
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closed) throw new LogClosedError('this consumer was closed');
    return patiently(
      this.#store,
      waitMs,
      () => this.#closed,
      async () => {
        await this.#settle();
        if (this.#closed) return [];
        return this.#cursors.next(max, (place) => this.#paused.has(place));
      },
    );
  }

  async commit(positions: readonly Position[]): Promise<void> {
    if (positions.length === 0) return;
    await this.#store.commit(this.#options.group, this.#id, positions);
    for (const position of positions) {
      const at = this.#cursors.get(placeOf(position));
      // Committing past what retention took is how a member goes on after an OffsetGoneError.
      if (at !== undefined && at.offset < this.#store.bounds(at).first) this.#cursors.set(position);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#store.wakeups.wake();
    const owned = this.assigned();
    this.#owned.clear();
    try {
      if (owned.length > 0) await this.#options.onRevoked?.(owned);
    } finally {
      await this.#store.changeGroup(this.#options.group, (state) => leave(state, this.#id));
      this.#store.wakeups.wake();
    }
  }

  /** Hands back what others should have, takes what is free; nothing to do while the version stands still. */
  async #settle(): Promise<void> {
    while (this.#isUnsettled()) {
      const plan = await this.#plan();
      if (this.#closed) return;
      if (plan.lost.length > 0) {
        await this.#handBack(plan.lost);
        this.#seenVersion = -1;
        continue;
      }
      for (const place of plan.taken) this.#untold.add(place);
      if (this.#untold.size > 0) await this.#welcome();
      this.#seenVersion = plan.version;
      if (plan.taken.length === 0) return;
    }
  }

  #isUnsettled(): boolean {
    return (
      this.#untold.size > 0 ||
      this.#store.groupVersion(this.#options.group) !== this.#seenVersion ||
      this.#store.now() - this.#renewedAtMs > this.#store.leaseMs / 4
    );
  }

  #plan(): Promise<{ lost: string[]; taken: string[]; version: number }> {
    return this.#store.changeGroup(this.#options.group, (state) => {
      if (this.#closed) return { lost: [], taken: [], version: state.version };
      expire(state, (member) => isDead(member, this.#store.now()));
      if (state.members[this.#id] === undefined) join(state, this.#id, this.#presence());
      else renew(state, this.#id, this.#leaseUntilMs());
      const wanted = goal(state, (topic) => this.#store.partitionCount(topic) ?? 0);
      const lost = [...this.#owned, ...this.#untold].filter(
        (place) => state.owners[place] !== this.#id || wanted.get(place) !== this.#id,
      );
      // What is handed back must not be taken in the same breath: it would be released as soon as it was taken.
      return { lost, taken: lost.length > 0 ? [] : take(state, this.#id, wanted), version: state.version };
    });
  }

  async #handBack(lost: readonly string[]): Promise<void> {
    const told = lost.filter((place) => this.#owned.has(place));
    for (const place of lost) {
      this.#owned.delete(place);
      this.#untold.delete(place);
      this.#paused.delete(place);
      this.#cursors.delete(place);
    }
    if (told.length > 0) await this.#options.onRevoked?.(told.map(placeFrom));
    await this.#store.changeGroup(this.#options.group, (state) => release(state, this.#id, lost));
    this.#store.wakeups.wake();
  }

  async #welcome(): Promise<void> {
    const places = [...this.#untold];
    await this.#options.onAssigned?.(places.map(placeFrom));
    for (const place of places) {
      const at = placeFrom(place);
      const offset = this.#store.committed(this.#options.group, at) ?? this.#store.bounds(at).first;
      this.#cursors.set({ ...at, offset });
      this.#owned.add(place);
      this.#untold.delete(place);
    }
  }

  async #renew(): Promise<void> {
    await this.#store.changeGroup(this.#options.group, (state) => {
      renew(state, this.#id, this.#leaseUntilMs());
      expire(state, (member) => isDead(member, this.#store.now()));
    });
  }

  #presence(): GroupMember {
    return {
      topics: this.#options.topics,
      leaseUntilMs: this.#leaseUntilMs(),
      host: hostname(),
      pid: process.pid,
    };
  }

  #leaseUntilMs(): number {
    this.#renewedAtMs = this.#store.now();
    // A number that survives JSON; Infinity does not.
    return Math.min(Number.MAX_SAFE_INTEGER, this.#renewedAtMs + this.#store.leaseMs);
  }
}

/** On this host a process that has gone is dead at once; anything else is dead when its lease is over. */
function isDead(member: GroupMember, nowMs: number): boolean {
  if (member.leaseUntilMs < nowMs) return true;
  if (member.host !== hostname() || member.pid === process.pid) return false;
  try {
    process.kill(member.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
