/**
 * A group member over node-rdkafka, cooperative: who stays keeps what it has while others come and go.
 *
 * The library's assignors look at each topic by itself, the port gives partition n of all topics to one member. So the
 * group is told of one topic only (`leadOf`), and with its number n a member reads n of the others as well.
 *
 * What the group decides is noted when it is told and done inside `read`: until the member has handed a partition back
 * the group waits for it, so between two reads nothing changes hands.
 */
import { mixedClients } from '../kafka-options.ts';
import {
  type Consumer,
  type GroupOptions,
  LogClosedError,
  LogFailure,
  type LogRecord,
  type Position,
  StaleGenerationError,
  type TopicPartition,
} from '../port.ts';
import { Wakeups } from '../wakeups.ts';
import type { Client, NativeConfig, NativeConsumer } from './client.ts';
import { Commits } from './commits.ts';
import { nameOf } from './errors.ts';
import { Inbox, keyOf } from './inbox.ts';
import { Outage } from './outage.ts';
import { Pump, untilAny } from './pump.ts';

export interface RdkafkaMemberOptions {
  /** With these callbacks in its configuration, connected when it is first used. */
  client(callbacks: NativeConfig): Client<NativeConsumer>;
  readonly group: GroupOptions;
  /** Partition counts of the group's topics. */
  readonly counts: ReadonlyMap<string, number>;
  firstOffset(at: TopicPartition): Promise<number>;
  /** Throws UnknownTopicError or RangeError. */
  check(at: TopicPartition): Promise<void>;
  /** Throws while no broker answers. */
  probe(): Promise<unknown>;
}

interface Change {
  readonly kind: 'given' | 'taken';
  readonly numbers: readonly number[];
}

const GIVEN = -175;
const TAKEN = -174;
const ASK_MS = 5_000;

export class RdkafkaMember implements Consumer {
  readonly #options: RdkafkaMemberOptions;
  readonly #client: Client<NativeConsumer>;
  readonly #inbox: Inbox;
  readonly #pump: Pump;
  readonly #outage: Outage;
  readonly #commits: Commits;
  readonly #wakeups = new Wakeups();
  readonly #owned = new Map<string, TopicPartition>();
  readonly #paused = new Set<string>();
  readonly #changes: Change[] = [];
  #consumer: NativeConsumer | undefined;
  #entered: Promise<NativeConsumer> | undefined;
  /** The group took this member for dead; true until it has dropped what it owned. */
  #expelled = false;
  #closing = false;

  constructor(options: RdkafkaMemberOptions) {
    this.#options = options;
    this.#client = options.client({
      rebalance_cb: (error: { code?: number } | undefined, at: readonly TopicPartition[]) =>
        this.#hear(error?.code ?? 0, at),
      offset_commit_cb: (error: Error | undefined) => this.#commits.hear(error),
    });
    this.#inbox = new Inbox(options.firstOffset);
    this.#pump = new Pump(this.#client, this.#inbox, (position, consumer) => this.#seek(position, consumer));
    this.#outage = new Outage(this.#client, options.probe);
    this.#commits = new Commits(this.#client, this.#pump, options.group.group);
  }

  assigned(): readonly TopicPartition[] {
    return [...this.#owned.values()];
  }

  /** Known to the client too, so that it does not fetch what nobody takes. */
  pause(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.add(keyOf(at));
    const mine = partitions.filter((at) => this.#owned.has(keyOf(at)));
    if (mine.length > 0) this.#consumer?.pause(mine);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.delete(keyOf(at));
    const mine = partitions.filter((at) => this.#owned.has(keyOf(at)));
    if (mine.length > 0) this.#consumer?.resume(mine);
    this.#wakeups.wake();
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closing) throw new LogClosedError('this consumer was closed');
    try {
      await this.enter();
      return await untilAny(
        this.#wakeups,
        waitMs,
        () => this.#closing,
        () => this.#look(max),
      );
    } catch (error) {
      if (this.#closing && error instanceof LogClosedError) return [];
      const cause = error instanceof LogFailure ? error.cause : undefined;
      if (nameOf(cause) === 'inconsistent_group_protocol') {
        throw mixedClients(this.#options.group.group, 'rdkafka', cause);
      }
      throw error;
    }
  }

  async commit(positions: readonly Position[]): Promise<void> {
    if (positions.length === 0) return;
    for (const position of positions) {
      await this.#options.check(position);
      if (!this.#expelled && this.#isMine(position)) continue;
      throw new StaleGenerationError(`${keyOf(position)} is not owned by this member`);
    }
    try {
      await this.#commits.commit(positions);
    } catch (error) {
      if (error instanceof StaleGenerationError) this.#expelled = true;
      throw error;
    }
    for (const position of positions) {
      if (!this.#inbox.passes(position)) continue;
      this.#seek(position, await this.#client.use());
      this.#inbox.set(position);
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#wakeups.wake();
    await this.#pump.rest();
    const owned = this.assigned();
    try {
      if (owned.length > 0) await this.#options.group.onRevoked?.(owned);
    } finally {
      this.#owned.clear();
      try {
        this.#consumer?.incrementalUnassign(owned);
      } catch {
        // Lost already.
      }
      for (const change of this.#changes.splice(0)) this.#answerClosing(change);
      await this.#client.close();
    }
  }

  /** Joins the group; asked again after a failure. */
  enter(): Promise<NativeConsumer> {
    this.#entered ??= this.#client
      .use()
      .then((consumer) => {
        this.#consumer = consumer;
        consumer.setDefaultConsumeTimeout(0);
        consumer.subscribe([leadOf(this.#options.counts)]);
        return consumer;
      })
      .catch((error: unknown) => {
        this.#entered = undefined;
        throw error;
      });
    return this.#entered;
  }

  #hear(code: number, at: readonly TopicPartition[]): void {
    const change: Change = {
      kind: code === GIVEN ? 'given' : 'taken',
      numbers: code === GIVEN || code === TAKEN ? at.map(({ partition }) => partition) : this.#numbers(),
    };
    if (this.#closing) this.#answerClosing(change);
    else this.#changes.push(change);
    this.#wakeups.wake();
  }

  async #look(max: number): Promise<readonly LogRecord[] | undefined> {
    await this.#settle();
    if (this.#closing) return [];
    // What was fetched for the generation that is over: the next owner reads it again, from what was committed.
    const found = this.#expelled ? [] : this.#inbox.take(max, (key) => this.#paused.has(key));
    if (found.length > 0) {
      this.#pump.ahead(max);
      return found;
    }
    const seen = this.#wakeups.count;
    const came = await this.#pump.poll(max);
    if (came > 0 || seen !== this.#wakeups.count) return undefined;
    await this.#outage.check();
    return [];
  }

  /** Does what the group decided, in its order. */
  async #settle(): Promise<void> {
    for (let change = this.#changes[0]; change !== undefined; change = this.#changes[0]) {
      const consumer = await this.#client.use();
      await this.#pump.rest();
      if (change.kind === 'taken') await this.#handBack(change.numbers, consumer);
      else if (!(await this.#welcome(change.numbers, consumer))) return;
      if (this.#closing) return;
      this.#changes.shift();
    }
  }

  async #handBack(numbers: readonly number[], consumer: NativeConsumer): Promise<void> {
    const lost = this.assigned().filter(({ partition }) => numbers.includes(partition));
    // While they are told, what was done may still be committed.
    if (lost.length > 0) await this.#options.group.onRevoked?.(lost);
    for (const at of lost) {
      this.#owned.delete(keyOf(at));
      this.#paused.delete(keyOf(at));
      this.#inbox.delete(at);
    }
    if (this.#owned.size === 0) this.#expelled = false;
    if (!this.#closing) this.#tell(() => consumer.incrementalUnassign(lost));
  }

  /** False when closed meanwhile. */
  async #welcome(numbers: readonly number[], consumer: NativeConsumer): Promise<boolean> {
    const gained = this.#places(numbers);
    if (gained.length > 0) await this.#options.group.onAssigned?.(gained);
    const starts = await this.#starts(gained);
    if (this.#closing) return false;
    this.#tell(() => consumer.incrementalAssign(starts));
    for (const start of starts) {
      const { topic, partition } = start;
      this.#owned.set(keyOf(start), { topic, partition });
      this.#inbox.set(start);
    }
    return true;
  }

  /** What the group committed last, else the oldest kept. */
  async #starts(places: readonly TopicPartition[]): Promise<readonly Position[]> {
    if (places.length === 0) return [];
    const committed = await this.#client.ask<readonly Partial<Position>[]>((consumer, done) =>
      consumer.committed(places, ASK_MS, done),
    );
    return Promise.all(
      places.map(async (at, i) => ({
        ...at,
        offset: committed[i]?.offset ?? (await this.#options.firstOffset(at)),
      })),
    );
  }

  #tell(answer: () => void): void {
    try {
      answer();
    } catch (error) {
      // The group has moved on: it will say what holds now.
      this.#changes.shift();
      throw this.#client.failure(error);
    }
  }

  /** The group waits for an answer, or closing would wait for ever. */
  #answerClosing({ kind }: Change): void {
    try {
      if (kind === 'given') this.#consumer?.incrementalAssign([]);
      else this.#consumer?.incrementalUnassign([]);
    } catch {
      // It has ended by itself.
    }
  }

  #seek(position: Position, consumer: NativeConsumer): void {
    const { topic, partition } = position;
    if (!this.#owned.has(keyOf(position))) return;
    consumer.incrementalUnassign([{ topic, partition }]);
    consumer.incrementalAssign([position]);
    if (this.#paused.has(keyOf(position))) consumer.pause([{ topic, partition }]);
  }

  /** The number decides in a topic that the group does not read. */
  #isMine(at: TopicPartition): boolean {
    if (this.#options.counts.has(at.topic)) return this.#owned.has(keyOf(at));
    return this.#numbers().includes(at.partition);
  }

  #numbers(): readonly number[] {
    return [...new Set(this.assigned().map(({ partition }) => partition))];
  }

  #places(numbers: readonly number[]): readonly TopicPartition[] {
    const sorted = [...numbers].sort((a, b) => a - b);
    return [...this.#options.counts].flatMap(([topic, count]) =>
      sorted.filter((partition) => partition < count).map((partition) => ({ topic, partition })),
    );
  }
}

/** The topic whose partitions the group shares out: the one with the most, of equals the first by name. */
function leadOf(counts: ReadonlyMap<string, number>): string {
  const [lead] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return lead![0];
}
