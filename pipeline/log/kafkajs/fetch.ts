/**
 * Reading partitions of Kafka. One request per leading broker is under way at most; what it brings is kept per
 * partition until it is taken, and a partition is asked for again only when nothing of it is left: so at most about
 * PARTITION_BYTES_MAX are held for each, paused ones included.
 */

import { LogFailure, type LogRecord, OffsetGoneError, type Position, type TopicPartition } from '../port.ts';
import { Wakeups } from '../wakeups.ts';
import { type Connection, isMoved } from './connection.ts';
import { byTopic, failureOf, type Message, typeOf } from './wire.ts';

const PARTITION_BYTES_MAX = 1024 * 1024;
const FETCH_BYTES_MAX = 8 * 1024 * 1024;
/** How long a broker holds an empty answer back. */
const FETCH_WAIT_MS = 250;
/** A leader that moves or a broker that restarts is waited for so long before it is called an outage. */
const MENDING_MS = 5_000;
const RETRY_MS = 200;

interface Place extends TopicPartition {
  /** Offset that the next request asks for. */
  next: number;
  /** Records that came and were not taken, from `taken` on. */
  records: readonly LogRecord[];
  taken: number;
  gone: OffsetGoneError | undefined;
}

export class Fetcher {
  readonly wakeups = new Wakeups();
  readonly #connection: Connection;
  readonly #places = new Map<string, Place>();
  readonly #busy = new Set<number>();
  #looking = false;
  #failingSinceMs: number | undefined;
  #failure: Error | undefined;
  #turn = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  set({ topic, partition, offset }: Position): void {
    const key = `${topic}/${partition}`;
    this.#places.set(key, { topic, partition, next: offset, records: [], taken: 0, gone: undefined });
    this.wakeups.wake();
  }

  delete(key: string): void {
    this.#places.delete(key);
  }

  /** Goes on from a committed position when what came before it is gone. */
  pass(position: Position): void {
    const place = this.#places.get(`${position.topic}/${position.partition}`);
    if (place?.gone !== undefined && position.offset > place.next) this.set(position);
  }

  /** Records that are here already. Throws what stands in the way. */
  take(max: number, isPaused: (key: string) => boolean = () => false): LogRecord[] {
    const ready: Place[] = [];
    for (const [key, place] of this.#places) {
      if (isPaused(key)) continue;
      if (place.gone !== undefined) throw place.gone;
      if (place.taken < place.records.length) ready.push(place);
    }
    const found: LogRecord[] = [];
    this.#turn += 1;
    for (let i = 0; i < ready.length && found.length < max; i++) {
      const place = ready[(this.#turn + i) % ready.length]!;
      const share = Math.ceil((max - found.length) / (ready.length - i));
      const until = Math.min(place.records.length, place.taken + share);
      for (; place.taken < until; place.taken++) found.push(place.records[place.taken]!);
      if (place.taken === place.records.length) {
        place.records = [];
        place.taken = 0;
      }
    }
    if (found.length > 0 || this.#failure === undefined) return found;
    const failure = this.#failure;
    this.#failure = undefined;
    throw failure;
  }

  /** Asks for what is missing, in the background. */
  ask(isPaused: (key: string) => boolean = () => false): void {
    if (this.#looking || this.#failure !== undefined) return;
    const wanted = [...this.#places].flatMap(([key, place]) =>
      place.records.length === 0 && place.gone === undefined && !isPaused(key) ? [place] : [],
    );
    if (wanted.length === 0) return;
    this.#looking = true;
    void this.#askFor(wanted).finally(() => {
      this.#looking = false;
    });
  }

  async #askFor(wanted: readonly Place[]): Promise<void> {
    try {
      const leaders = await this.#connection.byLeader(wanted);
      for (const [leader, places] of leaders) {
        if (this.#busy.has(leader)) continue;
        this.#busy.add(leader);
        void this.#fetch(leader, places).finally(() => {
          this.#busy.delete(leader);
          this.wakeups.wake();
        });
      }
    } catch (error) {
      await this.#mend(error);
      this.wakeups.wake();
    }
  }

  async #fetch(leader: number, places: readonly Place[]): Promise<void> {
    const asked = places.map((place) => ({ place, offset: place.next }));
    try {
      const { responses } = await this.#connection.broker(leader, (broker) =>
        broker.fetch({
          isolationLevel: 0,
          maxWaitTime: FETCH_WAIT_MS,
          minBytes: 1,
          maxBytes: FETCH_BYTES_MAX,
          topics: [...byTopic(places)].map(([topic, ofTopic]) => ({
            topic,
            partitions: ofTopic.map(({ partition, next }) => ({
              partition,
              fetchOffset: `${next}`,
              maxBytes: PARTITION_BYTES_MAX,
            })),
          })),
        }),
      );
      this.#failingSinceMs = undefined;
      for (const { topicName, partitions } of responses) {
        for (const { partition, messages } of partitions) {
          const found = asked.find(({ place }) => place.topic === topicName && place.partition === partition);
          if (found !== undefined) this.#keep(found.place, found.offset, messages);
        }
      }
    } catch (error) {
      if (typeOf(error) === 'OFFSET_OUT_OF_RANGE')
        await this.#lookForGone(places).catch((e) => this.#mend(e));
      else await this.#mend(error);
    }
  }

  #keep(place: Place, asked: number, messages: readonly Message[]): void {
    // Handed back or moved meanwhile: what came is of a place that nobody holds any more.
    if (place !== this.#places.get(`${place.topic}/${place.partition}`)) return;
    const records: LogRecord[] = [];
    for (const message of messages) {
      const offset = Number(message.offset);
      // A broker answers with whole batches: the first may begin before what was asked for.
      if (offset < asked) continue;
      place.next = offset + 1;
      if (!message.isControlRecord) records.push(recordOf(place, offset, message));
    }
    if (records.length > 0) place.records = records;
  }

  /** Which of these begin after what was asked for. Never reset: the port's caller decides where to go on. */
  async #lookForGone(places: readonly Place[]): Promise<void> {
    for (const place of places) {
      const { topic, partition, next } = place;
      const first = await this.#connection.listOffset(place, -2);
      if (next < first) {
        place.gone = new OffsetGoneError({ topic, partition }, next, first);
        continue;
      }
      const end = await this.#connection.listOffset(place, -1);
      if (next <= end) continue;
      throw new LogFailure(
        'kafka_offset_ahead',
        `Kafka: offset ${next} of ${topic}/${partition} was asked for, the log ends at ${end}: it was cut or made anew`,
        { transient: true },
      );
    }
  }

  /** Waits a little, and speaks up when that does not help. */
  async #mend(error: unknown): Promise<void> {
    const failure = failureOf(error);
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    const isOver = nowMs - this.#failingSinceMs > MENDING_MS;
    if (
      isOver ||
      !(failure instanceof LogFailure) ||
      !failure.transient ||
      failure.code === 'kafka_offset_ahead'
    ) {
      this.#failure = failure;
      this.#failingSinceMs = undefined;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (isMoved(error)) await this.#connection.refresh().catch(() => undefined);
  }
}

/** Copied: a small value must not hold the whole answer of which it was a part. */
function recordOf({ topic, partition }: TopicPartition, offset: number, message: Message): LogRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    headers[name] = last?.toString() ?? '';
  }
  return {
    topic,
    partition,
    offset,
    ...(message.key !== null && { key: message.key.toString() }),
    value: message.value === null ? new Uint8Array(0) : Buffer.from(message.value),
    headers,
    timestampMs: Number(message.timestamp),
  };
}
