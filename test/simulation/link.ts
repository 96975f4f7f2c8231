/**
 * One process's way to the log, and the process's fate: everything it does to the world goes through here, so here it
 * is slowed, cut off, stopped for a while or killed, before or after an operation took effect.
 *
 * A process that was killed never hears again of anything; what it had in hand is gone. One that is stalled comes back
 * later and does what it was about to do: by then others may own what it owned.
 */
import {
  type Consumer,
  type GroupOptions,
  type Log,
  LogFailure,
  type LogRecord,
  type NewRecord,
  type Position,
  type Reader,
  type TopicPartition,
  type TopicSpec,
} from '../../pipeline/log/port.ts';
import type { Chance } from '../support/random.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual.ts';

export interface Weather {
  /** Share of operations that take time, and how long at most. */
  slow: number;
  slowMsMax: number;
  /** Share of operations whose request never arrives, and whose answer is lost. */
  lostRequests: number;
  lostAnswers: number;
  /** Share of appends that are done in part. */
  torn: number;
}

export const FAIR: Weather = { slow: 0, slowMsMax: 0, lostRequests: 0, lostAnswers: 0, torn: 0 };

export interface LinkWorld {
  readonly log: Log;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly weather: Weather;
  /** After every append that took effect. */
  readonly onAppend: () => void;
}

/** Asking an idle log less often changes nothing but the time that a run takes. */
const IDLE_STRETCH = 12;
const IDLE_MS = 1_200;

/** One for each that waits: a shared one would keep everybody who ever waited, and all that they hold. */
const never = () => new Promise<never>(() => undefined);

export class Link implements Log {
  readonly name: string;
  readonly #world: LinkWorld;
  #dead = false;
  #stalledUntilMs = 0;
  #cutUntilMs = 0;

  constructor(name: string, world: LinkWorld) {
    this.name = name;
    this.#world = world;
  }

  kill(): void {
    this.#dead = true;
  }

  stall(ms: number): void {
    this.#stalledUntilMs = this.#world.time.nowMs + ms;
  }

  cut(ms: number): void {
    this.#cutUntilMs = this.#world.time.nowMs + ms;
  }

  mend(): void {
    this.#stalledUntilMs = 0;
    this.#cutUntilMs = 0;
  }

  /** On the way there: nothing has happened yet. */
  async request(what: string): Promise<void> {
    const { chance, weather } = this.#world;
    await this.#travel();
    if (this.#isCut() || chance.unit() < weather.lostRequests) throw this.#failure(what, 'did not arrive');
  }

  /** On the way back: it has happened. */
  async answer(what: string): Promise<void> {
    const { chance, weather } = this.#world;
    await this.#travel();
    if (this.#isCut() || chance.unit() < weather.lostAnswers) throw this.#failure(what, 'was not answered');
  }

  async #travel(): Promise<void> {
    const { chance, time, weather } = this.#world;
    if (this.#dead) return never();
    if (weather.slow > 0 && chance.unit() < weather.slow)
      await time.wait(1 + chance.below(weather.slowMsMax));
    while (this.#stalledUntilMs > time.nowMs)
      await time.wait(Math.min(300, this.#stalledUntilMs - time.nowMs));
    if (this.#dead) return never();
    return undefined;
  }

  #isCut(): boolean {
    return this.#cutUntilMs > this.#world.time.nowMs;
  }

  #failure(what: string, why: string): LogFailure {
    this.note(`${what} ${why}`);
    return new LogFailure('unreachable', `${what} ${why}`, { transient: true });
  }

  note(what: string): void {
    this.#world.trace.note(this.name, what);
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    await this.request('createTopics');
    await this.#world.log.createTopics(topics);
  }

  partitionCount(topic: string): Promise<number | undefined> {
    return this.#ask('partitionCount', () => this.#world.log.partitionCount(topic));
  }

  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    const { log, chance, trace, weather, onAppend } = this.#world;
    await this.request('append');
    const some = chance.unit() < weather.torn ? halfOf(records, chance) : records;
    const offsets = some.length === 0 ? [] : await log.append(some);
    some.forEach((record, i) => {
      trace.note(this.name, `append ${record.topic}/${record.partition}@${offsets[i]}`);
      trace.bytes(record.value);
    });
    onAppend();
    await this.answer('append');
    if (some !== records) throw this.#failure('append', 'was done in part');
    return offsets;
  }

  firstOffset(at: TopicPartition): Promise<number> {
    return this.#ask('firstOffset', () => this.#world.log.firstOffset(at));
  }

  endOffset(at: TopicPartition): Promise<number> {
    return this.#ask('endOffset', () => this.#world.log.endOffset(at));
  }

  offsetAt(at: TopicPartition, timestampMs: number): Promise<number> {
    return this.#ask('offsetAt', () => this.#world.log.offsetAt(at, timestampMs));
  }

  committed(group: string, at: TopicPartition): Promise<number | undefined> {
    return this.#ask('committed', () => this.#world.log.committed(group, at));
  }

  async reader(from: readonly Position[]): Promise<Reader> {
    const inner = await this.#ask('reader', () => this.#world.log.reader(from));
    return {
      read: (max, waitMs) =>
        this.ask('read', () =>
          inner.read(this.share(max), Math.max(waitMs, Math.min(IDLE_MS, IDLE_STRETCH * waitMs))),
        ),
      close: () => inner.close(),
    };
  }

  async consumer(options: GroupOptions): Promise<Consumer> {
    await this.request('consumer');
    const inner = await this.#world.log.consumer(options);
    await this.answer('consumer');
    return new LinkConsumer(this, inner, options);
  }

  async close(): Promise<void> {}

  isAway(): boolean {
    return this.#dead || this.#isCut();
  }

  async ask<T>(what: string, effect: () => Promise<T>): Promise<T> {
    await this.request(what);
    const value = await effect();
    await this.answer(what);
    return value;
  }

  /** Questions change nothing: one way is enough. */
  async #ask<T>(what: string, effect: () => Promise<T>): Promise<T> {
    await this.request(what);
    return effect();
  }

  /** A read gives any number of what there is. */
  share(max: number): number {
    const { chance, weather } = this.#world;
    return weather.slow > 0 && chance.unit() < 0.3 ? 1 + chance.below(4) : max;
  }

  /** Partitions arrive in any order, each in its own. */
  mixed(records: readonly LogRecord[]): readonly LogRecord[] {
    const { chance, weather } = this.#world;
    if (records.length < 2 || weather.slow === 0) return records;
    const queues = new Map<string, LogRecord[]>();
    for (const record of records) {
      const place = `${record.topic}/${record.partition}`;
      const queue = queues.get(place);
      if (queue === undefined) queues.set(place, [record]);
      else queue.push(record);
    }
    if (queues.size < 2) return records;
    const rest = [...queues.values()];
    const mixed: LogRecord[] = [];
    while (rest.length > 0) {
      const pick = chance.below(rest.length);
      mixed.push(rest[pick]!.shift()!);
      if (rest[pick]!.length === 0) rest.splice(pick, 1);
    }
    return mixed;
  }
}

class LinkConsumer implements Consumer {
  readonly #link: Link;
  readonly #inner: Consumer;
  readonly #options: GroupOptions;

  constructor(link: Link, inner: Consumer, options: GroupOptions) {
    this.#link = link;
    this.#inner = inner;
    this.#options = options;
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    const link = this.#link;
    const records = await link.ask('read', () => this.#inner.read(link.share(max), IDLE_STRETCH * waitMs));
    if (records.length > 0) link.note(`read ${records.length} from ${records[0]!.topic}`);
    return link.mixed(records);
  }

  assigned(): readonly TopicPartition[] {
    return this.#inner.assigned();
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#inner.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#inner.resume(partitions);
  }

  async commit(positions: readonly Position[]): Promise<void> {
    const what = `commit ${positions.map((one) => `${one.topic}/${one.partition}@${one.offset}`).join(' ')}`;
    await this.#link.ask(what, () => this.#inner.commit(positions));
    this.#link.note(what);
  }

  /** Cut off, the group does not hear of it: the member is a ghost until its lease ends. */
  async close(): Promise<void> {
    if (!this.#link.isAway()) return this.#inner.close();
    this.#link.note('close unheard');
    const owned = this.#inner.assigned();
    if (owned.length > 0) await this.#options.onRevoked?.(owned);
  }
}

/** Some partitions got theirs, the others nothing; of one partition the first ones. */
function halfOf(records: readonly NewRecord[], chance: Chance): readonly NewRecord[] {
  const keep = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { topic, partition } of records) {
    const place = `${topic}/${partition}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  for (const [place, count] of counts) keep.set(place, chance.below(count + 1));
  const some = records.filter(({ topic, partition }) => {
    const place = `${topic}/${partition}`;
    const left = keep.get(place)!;
    keep.set(place, left - 1);
    return left > 0;
  });
  return some.length === records.length ? records : some;
}
