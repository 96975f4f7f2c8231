/** Reader and group member over Kafka: what the port promises of reading, on top of fetching and membership. */

import {
  type Consumer,
  type GroupOptions,
  LogClosedError,
  type LogRecord,
  type Position,
  type Reader,
  StaleGenerationError,
  type TopicPartition,
} from '../port.ts';
import type { Wakeups } from '../wakeups.ts';
import type { Connection } from './connection.ts';
import { Fetcher } from './fetch.ts';
import { Membership, type MembershipOptions } from './group.ts';

export class KafkaReader implements Reader {
  readonly #connection: Connection;
  readonly #fetcher: Fetcher;
  #closed = false;

  constructor(connection: Connection, from: readonly Position[]) {
    this.#connection = connection;
    this.#fetcher = new Fetcher(connection);
    for (const position of from) this.#fetcher.set(position);
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closed) throw new LogClosedError('this reader was closed');
    return untilAny(
      this.#fetcher.wakeups,
      waitMs,
      () => this.#closed,
      () => {
        const found = this.#fetcher.take(max);
        this.#fetcher.ask();
        return found;
      },
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#fetcher.wakeups.wake();
    await this.#connection.close();
  }
}

export interface KafkaConsumerOptions extends Omit<MembershipOptions, 'onChange' | 'group' | 'topics'> {
  /** For fetches, which wait at the broker as joining does. */
  readonly fetching: Connection;
  readonly group: GroupOptions;
  /** Throws UnknownTopicError or RangeError. */
  check(at: TopicPartition): Promise<void>;
  /** What the group committed last, else the oldest kept. */
  startOf(at: TopicPartition): Promise<number>;
}

export class KafkaConsumer implements Consumer {
  readonly #options: KafkaConsumerOptions;
  readonly #membership: Membership;
  readonly #fetcher: Fetcher;
  readonly #counts: ReadonlyMap<string, number>;
  readonly #owned = new Map<string, TopicPartition>();
  readonly #paused = new Set<string>();
  #closed = false;

  /** `counts`: how many partitions the group's topics have. */
  constructor(options: KafkaConsumerOptions, counts: ReadonlyMap<string, number>) {
    this.#options = options;
    this.#counts = counts;
    this.#fetcher = new Fetcher(options.fetching);
    const { group, topics } = options.group;
    this.#membership = new Membership({
      ...options,
      group,
      topics,
      onChange: () => this.#fetcher.wakeups.wake(),
    });
    this.#membership.enter();
  }

  assigned(): readonly TopicPartition[] {
    return [...this.#owned.values()];
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.add(keyOf(at));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.delete(keyOf(at));
    this.#fetcher.wakeups.wake();
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closed) throw new LogClosedError('this consumer was closed');
    const isPaused = (key: string) => this.#paused.has(key);
    return untilAny(
      this.#fetcher.wakeups,
      waitMs,
      () => this.#closed,
      async () => {
        await this.#settle();
        if (this.#closed) return [];
        const found = this.#fetcher.take(max, isPaused);
        this.#fetcher.ask(isPaused);
        if (found.length === 0) this.#membership.check();
        return found;
      },
    );
  }

  async commit(positions: readonly Position[]): Promise<void> {
    if (positions.length === 0) return;
    for (const position of positions) {
      await this.#options.check(position);
      if (this.#isMine(position)) continue;
      const { topic, partition } = position;
      throw new StaleGenerationError(`${topic}/${partition} is not owned by this member`);
    }
    await this.#membership.commit(positions);
    for (const position of positions) this.#fetcher.pass(position);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#fetcher.wakeups.wake();
    const owned = this.assigned();
    try {
      if (owned.length > 0) await this.#options.group.onRevoked?.(owned);
    } finally {
      this.#owned.clear();
      await Promise.all([this.#membership.close(), this.#options.fetching.close()]);
    }
  }

  /** Hands back what others should have, then takes what was given. */
  async #settle(): Promise<void> {
    const surplus = this.#membership.surplus();
    if (surplus.length > 0) {
      const lost = this.assigned().filter(({ partition }) => surplus.includes(partition));
      // While they are told, what was done may still be committed.
      if (lost.length > 0) await this.#options.group.onRevoked?.(lost);
      for (const at of lost) {
        this.#owned.delete(keyOf(at));
        this.#paused.delete(keyOf(at));
        this.#fetcher.delete(keyOf(at));
      }
      this.#membership.release(surplus);
    }
    const gained = this.#places().filter((at) => !this.#owned.has(keyOf(at)));
    if (gained.length === 0 || this.#membership.expelled) return;
    await this.#options.group.onAssigned?.(gained);
    const starts = await Promise.all(gained.map((at) => this.#options.startOf(at)));
    if (this.#closed) return;
    gained.forEach((at, i) => {
      this.#owned.set(keyOf(at), at);
      this.#fetcher.set({ ...at, offset: starts[i]! });
    });
  }

  /** The number decides in a topic that the group does not read. */
  #isMine(at: TopicPartition): boolean {
    if (this.#counts.has(at.topic)) return this.#owned.has(keyOf(at));
    return [...this.#owned.values()].some(({ partition }) => partition === at.partition);
  }

  #places(): readonly TopicPartition[] {
    const numbers = [...this.#membership.held].sort((a, b) => a - b);
    return [...this.#counts].flatMap(([topic, count]) =>
      numbers.filter((partition) => partition < count).map((partition) => ({ topic, partition })),
    );
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Tries whenever something changed, until records came, the time is over or the reader was closed. */
async function untilAny(
  wakeups: Wakeups,
  waitMs: number,
  isClosed: () => boolean,
  attempt: () => readonly LogRecord[] | Promise<readonly LogRecord[]>,
): Promise<readonly LogRecord[]> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const seen = wakeups.count;
    const records = await attempt();
    const leftMs = deadline - performance.now();
    if (records.length > 0 || leftMs <= 0 || isClosed()) return records;
    // setTimeout takes at most 2^31 - 1.
    await wakeups.sleep(seen, Math.min(leftMs, 2 ** 31 - 1));
    if (isClosed()) return [];
  }
}
