/** Where somebody stands on the log of events: the next offset of every partition, and what to say about it. */
import type { Log, Position } from '../../log/port.ts';
import { encodeToken } from './token.ts';

/** A place that moves on, record by record. */
export class Cursor {
  readonly topic: string;
  /** Next offset to read, by partition. */
  readonly offsets: number[];
  #witness = -1;
  #witnessAtMs = 0;

  constructor(topic: string, offsets: readonly number[]) {
    this.topic = topic;
    this.offsets = [...offsets];
  }

  /** Past a record, and everything before it in its partition. */
  pass(partition: number, next: number, appendedAtMs: number): void {
    this.offsets[partition] = next;
    this.#witness = partition;
    this.#witnessAtMs = appendedAtMs;
  }

  token(): Buffer {
    const { topic, offsets } = this;
    if (this.#witness < 0) return encodeToken({ topic, offsets });
    return encodeToken({ topic, offsets, witness: { partition: this.#witness, atMs: this.#witnessAtMs } });
  }
}

/** Whether `offsets` is nowhere before `others`. */
export function covers(offsets: readonly number[], others: readonly number[]): boolean {
  return others.every((other, partition) => offsets[partition]! >= other);
}

export function positions(topic: string, offsets: readonly number[]): Position[] {
  return offsets.map((offset, partition) => ({ topic, partition, offset }));
}

/** First or end offset of every partition. */
export function everyPartition(
  topic: string,
  count: number,
  ask: (at: { topic: string; partition: number }) => Promise<number>,
): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, (_, partition) => ask({ topic, partition })));
}

/** Whoever has passed `ends` has everything that was on the log at `atMs`. */
export interface Mark {
  readonly atMs: number;
  readonly ends: readonly number[];
}

/** The time is taken before the ends: an event appended in between is younger than what is claimed. */
export async function endMark(log: Log, topic: string, count: number, now: () => number): Promise<Mark> {
  const atMs = now();
  const ends = await everyPartition(topic, count, (at) => log.endOffset(at));
  return { atMs, ends };
}

/**
 * What was promised, or undefined as soon as the signal aborts. The listener goes with the promise: Promise.race
 * against one long-lived promise would keep a reaction for every read of a subscription that lasts for weeks.
 */
export function unlessAborted<T>(promised: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promised.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Lets everything else that waits have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
