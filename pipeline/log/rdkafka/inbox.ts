/**
 * Records that came and were not taken, per partition. Every record's offset is compared with the one expected: the
 * client goes on from the oldest kept when its place is gone, and would not tell. Here that is an OffsetGoneError.
 */
import { LogFailure, type LogRecord, OffsetGoneError, type Position, type TopicPartition } from '../port.ts';
import { READ_BYTES_MAX } from '../store.ts';
import type { NativeMessage } from './client.ts';

interface Place extends TopicPartition {
  /** Offset of the next record to come. */
  next: number;
  records: LogRecord[];
  taken: number;
  wrong: Error | undefined;
  /** What came after the last kept one could not be judged and was dropped: it has to be fetched again. */
  mislaid: boolean;
}

export class Inbox {
  readonly #places = new Map<string, Place>();
  readonly #firstOffset: (at: TopicPartition) => Promise<number>;
  #turn = 0;

  constructor(firstOffset: (at: TopicPartition) => Promise<number>) {
    this.#firstOffset = firstOffset;
  }

  set({ topic, partition, offset }: Position): void {
    const place = { topic, partition, next: offset, records: [], taken: 0, wrong: undefined, mislaid: false };
    this.#places.set(keyOf(place), place);
  }

  delete(at: TopicPartition): void {
    this.#places.delete(keyOf(at));
  }

  /** Whether to go on from this committed position, because what came before it is gone. */
  passes(position: Position): boolean {
    const place = this.#places.get(keyOf(position));
    return place?.wrong instanceof OffsetGoneError && position.offset > place.next;
  }

  /** Where to fetch again, once what was in the way has been told. */
  mislaid(): Position[] {
    const found = [...this.#places.values()].filter(({ mislaid, wrong }) => mislaid && wrong === undefined);
    return found.map(({ topic, partition, next }) => ({ topic, partition, offset: next }));
  }

  /** In the order in which they came. */
  async keep(messages: readonly NativeMessage[]): Promise<void> {
    for (const message of messages) {
      const place = this.#places.get(keyOf(message));
      if (place === undefined || place.wrong !== undefined || place.mislaid) continue;
      if (message.offset !== place.next) await this.#explain(place, message.offset);
      if (place.wrong !== undefined) continue;
      place.next = message.offset + 1;
      place.records.push(recordOf(message));
    }
  }

  /** Throws what stands in the way of a partition. */
  take(max: number, isPaused: (key: string) => boolean = () => false): LogRecord[] {
    const ready: Place[] = [];
    for (const [key, place] of this.#places) {
      if (isPaused(key)) continue;
      if (place.taken < place.records.length) ready.push(place);
      else if (place.wrong !== undefined) {
        const { wrong } = place;
        if (place.mislaid) place.wrong = undefined;
        throw wrong;
      }
    }
    const found: LogRecord[] = [];
    let bytesLeft = READ_BYTES_MAX;
    this.#turn += 1;
    for (let i = 0; i < ready.length && found.length < max; i++) {
      const place = ready[(this.#turn + i) % ready.length]!;
      const share = Math.ceil((max - found.length) / (ready.length - i));
      const until = Math.min(place.records.length, place.taken + share);
      for (; place.taken < until && bytesLeft > 0; place.taken++) {
        const record = place.records[place.taken]!;
        bytesLeft -= record.value.length;
        found.push(record);
      }
      if (place.taken === place.records.length) {
        place.records = [];
        place.taken = 0;
      }
    }
    return found;
  }

  /** A gap is a fault only when what lay in it is gone: the marks of transactions take offsets too. */
  async #explain(place: Place, offset: number): Promise<void> {
    const { topic, partition, next } = place;
    if (offset > next) {
      try {
        const first = await this.#firstOffset(place);
        if (first > next) place.wrong = new OffsetGoneError({ topic, partition }, next, first);
      } catch (error) {
        place.wrong = error instanceof Error ? error : new Error(String(error));
        place.mislaid = true;
      }
      return;
    }
    place.wrong = new LogFailure(
      'kafka_offset_ahead',
      `Kafka: offset ${next} of ${topic}/${partition} was expected, ${offset} came: the log was cut or made anew`,
      { transient: true },
    );
  }
}

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

function recordOf({ topic, partition, offset, key, value, headers, timestamp }: NativeMessage): LogRecord {
  const named: Record<string, string> = {};
  for (const header of headers ?? []) {
    for (const [name, text] of Object.entries(header)) named[name] = text.toString();
  }
  return {
    topic,
    partition,
    offset,
    ...(key !== null && { key: key.toString() }),
    value: value ?? new Uint8Array(0),
    headers: named,
    timestampMs: timestamp,
  };
}
