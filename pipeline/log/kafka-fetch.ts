/**
 * Reading partitions from their leaders. A partition is asked for again only when everything that came of it before
 * was taken: at most one answer per leader waits in memory (FETCH_BYTES_MAX, and one record more where a record is
 * larger), whatever the application's pace.
 */
import { placeOf } from './group.ts';
import {
  type Broker,
  backOff,
  byTopic,
  type Cluster,
  disconnected,
  type FetchedMessage,
  messageOf,
  OFFSET_OF,
  protocolError,
  type Wire,
} from './kafka-wire.ts';
import {
  LogClosedError,
  type LogRecord,
  OffsetGoneError,
  type Position,
  type Reader,
  type TopicPartition,
} from './port.ts';
import { patiently } from './reader.ts';
import { Wakeups } from './wakeups.ts';

const FETCH_BYTES_MAX = 8 * 1024 * 1024;
const PARTITION_BYTES_MAX = 2 * 1024 * 1024;
/** How long a broker may hold an empty answer back. A partition added meanwhile waits for it. */
const LONG_POLL_MS = 200;
/** Vigie writes no transactions: READ_UNCOMMITTED sees the same and waits for nobody else's. */
const READ_UNCOMMITTED = 0;

interface Lane {
  readonly at: TopicPartition;
  next: number;
  waiting: LogRecord[];
  paused: boolean;
  gone: OffsetGoneError | undefined;
}

export class Fetcher {
  readonly wakeups = new Wakeups();
  readonly #wire: Wire;
  readonly #cluster: Cluster;
  readonly #lanes = new Map<string, Lane>();
  readonly #leaders = new Map<string, number>();
  /** Leaders with a request under way. */
  readonly #asked = new Set<number>();
  #refreshing = false;
  #failures = 0;
  #turn = 0;
  #closed = false;

  constructor(wire: Wire, cluster: Cluster) {
    this.#wire = wire;
    this.#cluster = cluster;
  }

  set({ topic, partition, offset }: Position): void {
    const place = placeOf({ topic, partition });
    const paused = this.#lanes.get(place)?.paused ?? false;
    this.#lanes.set(place, { at: { topic, partition }, next: offset, waiting: [], paused, gone: undefined });
    this.wakeups.wake();
  }

  delete(place: string): void {
    this.#lanes.delete(place);
  }

  isGone(place: string): boolean {
    return this.#lanes.get(place)?.gone !== undefined;
  }

  setPaused(place: string, paused: boolean): void {
    const lane = this.#lanes.get(place);
    if (lane !== undefined) lane.paused = paused;
    this.wakeups.wake();
  }

  close(): void {
    this.#closed = true;
    this.wakeups.wake();
  }

  /** What is here, in turn over the partitions; asks for more in the background. Throws OffsetGoneError. */
  take(max: number): LogRecord[] {
    const ready: Lane[] = [];
    for (const lane of this.#lanes.values()) {
      if (lane.paused) continue;
      if (lane.gone !== undefined) throw lane.gone;
      if (lane.waiting.length > 0) ready.push(lane);
    }
    const records: LogRecord[] = [];
    this.#turn++;
    for (let i = 0; i < ready.length && records.length < max; i++) {
      const lane = ready[(this.#turn + i) % ready.length]!;
      const fairShare = Math.ceil((max - records.length) / (ready.length - i));
      for (const record of lane.waiting.splice(0, fairShare)) records.push(record);
    }
    this.#ask();
    return records;
  }

  #ask(): void {
    if (this.#closed || this.#refreshing) return;
    const wanted = new Map<number, Lane[]>();
    const held = new Set<number>();
    for (const [place, lane] of this.#lanes) {
      const leader = this.#leaders.get(place);
      if (leader === undefined) {
        void this.#refresh();
        return;
      }
      if (lane.gone !== undefined || lane.paused) continue;
      if (lane.waiting.length > 0) held.add(leader);
      else wanted.set(leader, [...(wanted.get(leader) ?? []), lane]);
    }
    for (const [leader, lanes] of wanted) {
      if (this.#asked.has(leader)) continue;
      // While some of its partitions still have records here, their turn must not wait for a long poll of the rest.
      void this.#fetch(leader, lanes, held.has(leader) ? 5 : LONG_POLL_MS);
    }
  }

  async #fetch(leader: number, lanes: readonly Lane[], maxWaitTime: number): Promise<void> {
    this.#asked.add(leader);
    try {
      const broker: Broker = await this.#cluster.findBroker({ nodeId: leader });
      const { responses } = await broker.fetch({
        isolationLevel: READ_UNCOMMITTED,
        maxWaitTime,
        minBytes: 1,
        maxBytes: FETCH_BYTES_MAX,
        topics: byTopic(
          lanes.map((lane) => lane.at),
          ({ partition }, i) => ({
            partition,
            fetchOffset: `${lanes[i]!.next}`,
            maxBytes: PARTITION_BYTES_MAX,
          }),
        ),
      });
      for (const { topicName, partitions } of responses) {
        for (const { partition, messages } of partitions) {
          const lane = this.#lanes.get(`${topicName}/${partition}`);
          // Handed over or moved while the answer was under way: those records are not this lane's.
          if (lane !== undefined && lanes.includes(lane)) receive(lane, messages);
        }
      }
      this.#succeeded();
    } catch (error) {
      if (!this.#closed) await this.#recover(error, lanes);
    } finally {
      this.#asked.delete(leader);
      this.wakeups.wake();
    }
  }

  async #recover(error: unknown, lanes: readonly Lane[]): Promise<void> {
    if (protocolError(error) === 'OFFSET_OUT_OF_RANGE' || nameOf(error) === 'KafkaJSOffsetOutOfRange') {
      await this.#findGone(lanes).catch((again: unknown) => this.#failed(again));
      return;
    }
    await this.#failed(error);
  }

  /** One position of those asked is outside what is held: before it, or (waiting for the future) after it. */
  async #findGone(lanes: readonly Lane[]): Promise<void> {
    let found = false;
    for (const lane of lanes) {
      const first = await offsetOf(this.#cluster, lane.at, OFFSET_OF.first);
      if (lane.next >= first) continue;
      lane.gone = new OffsetGoneError(lane.at, lane.next, first);
      found = true;
    }
    if (!found) await backOff(this.wakeups, () => this.#closed, 1);
  }

  async #failed(error: unknown): Promise<void> {
    this.#failures++;
    if (this.#failures === 3)
      this.#wire.onStatus(`reading from Kafka fails, trying again: ${messageOf(error)}`);
    this.#leaders.clear();
    await backOff(this.wakeups, () => this.#closed, this.#failures);
  }

  #succeeded(): void {
    if (this.#failures >= 3) this.#wire.onStatus('reading from Kafka again');
    this.#failures = 0;
  }

  async #refresh(): Promise<void> {
    this.#refreshing = true;
    try {
      const topics = [...new Set([...this.#lanes.values()].map((lane) => lane.at.topic))];
      await this.#cluster.connect();
      await this.#cluster.addMultipleTargetTopics(topics);
      await this.#cluster.refreshMetadata();
      for (const topic of topics) {
        for (const { partitionId, leader } of this.#cluster.findTopicPartitionMetadata(topic)) {
          if (leader >= 0) this.#leaders.set(`${topic}/${partitionId}`, leader);
        }
      }
      const missing = [...this.#lanes.keys()].filter((place) => !this.#leaders.has(place));
      if (missing.length > 0) throw new Error(`no leader for ${missing.join(', ')}`);
    } catch (error) {
      if (!this.#closed) await this.#failed(error);
    } finally {
      this.#refreshing = false;
      this.wakeups.wake();
    }
  }
}

/** Reads partitions without a group. */
export class KafkaReader implements Reader {
  readonly #cluster: Cluster;
  readonly #fetcher: Fetcher;
  #closed = false;

  constructor(wire: Wire, from: readonly Position[]) {
    this.#cluster = wire.newCluster();
    this.#fetcher = new Fetcher(wire, this.#cluster);
    for (const position of from) this.#fetcher.set(position);
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closed) throw new LogClosedError('this reader was closed');
    return patiently(
      { wakeups: this.#fetcher.wakeups, pollMsMax: Number.POSITIVE_INFINITY },
      waitMs,
      () => this.#closed,
      () => this.#fetcher.take(max),
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#fetcher.close();
    await disconnected(this.#cluster);
  }
}

/** `when`: ms since the Unix epoch, or one of OFFSET_OF. -1 when there is none so late. */
export async function offsetOf(cluster: Cluster, at: TopicPartition, when: number): Promise<number> {
  await cluster.addMultipleTargetTopics([at.topic]);
  const partitions = [{ partition: at.partition }];
  const answer = await cluster.fetchTopicsOffset([{ topic: at.topic, partitions, fromTimestamp: when }]);
  const offset = answer[0]?.partitions[0]?.offset;
  if (offset === undefined) throw new Error(`no leader answers for ${placeOf(at)}`);
  return Number(offset);
}

function receive(lane: Lane, messages: readonly FetchedMessage[]): void {
  for (const message of messages) {
    const offset = Number(message.offset);
    // A broker answers with whole batches, which may begin before what was asked.
    if (offset < lane.next) continue;
    lane.next = offset + 1;
    if (!message.isControlRecord) lane.waiting.push(recordOf(lane.at, offset, message));
  }
}

function recordOf({ topic, partition }: TopicPartition, offset: number, message: FetchedMessage): LogRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    const last = Buffer.isBuffer(value) ? value : (value as readonly Buffer[]).at(-1);
    headers[name] = last?.toString('utf8') ?? '';
  }
  return {
    topic,
    partition,
    offset,
    ...(message.key === null ? {} : { key: message.key.toString('utf8') }),
    value: message.value ?? new Uint8Array(0),
    headers,
    timestampMs: Number(message.timestamp),
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
