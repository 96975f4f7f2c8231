/**
 * A subscriber's way through the log of events: one cursor over all partitions, oldest first within each.
 *
 * Catching up and being live are the same read, so there is no seam at which an event could be missed or doubled.
 * A progress step says "whatever was on the log at this time, you have": the end of the log is noted first, the
 * step follows once the cursor has passed it, and never before. What the cursor skips because of the filter still
 * moves the token on, so a subscriber to a quiet camera does not fall out of the kept history.
 */
import type { Log, LogRecord, Position } from '../log/port.ts';
import { encodeToken } from './token.ts';

export type Step =
  | { readonly kind: 'event'; readonly event: Uint8Array; readonly token: Uint8Array }
  | { readonly kind: 'progress'; readonly atMs: number; readonly token: Uint8Array };

export interface FollowOptions {
  readonly log: Log;
  readonly topic: string;
  /** Next offset by partition; advanced in place, so that whoever handles an error knows where it stopped. */
  readonly cursor: number[];
  readonly progressMs: number;
  readonly now: () => number;
  /** Whether this record goes to the subscriber. */
  readonly wanted: (record: LogRecord) => boolean;
  readonly signal: AbortSignal;
}

/** Records held between log and subscriber: with the 17 that grpc-js takes before write() says stop, the window. */
export const BATCH_RECORDS = 64;

export async function* follow(options: FollowOptions): AsyncGenerator<Step, void, void> {
  const { log, topic, cursor, progressMs, now, wanted, signal } = options;
  const reader = await log.reader(positions(topic, cursor));
  try {
    let mark = await endMark(log, topic, cursor.length, now);
    let owed = true;
    while (!signal.aborted) {
      if (owed && mark.ends.every((end, partition) => (cursor[partition] ?? 0) >= end)) {
        yield { kind: 'progress', atMs: mark.atMs, token: encodeToken({ topic, offsets: cursor }) };
        owed = false;
      }
      const sinceMs = now() - mark.atMs;
      const waitMs = owed ? progressMs : progressMs - sinceMs;
      // Before its mark: the clock was set back, and must not stop progress until it has caught up.
      if (waitMs <= 0 || sinceMs < 0) {
        mark = await endMark(log, topic, cursor.length, now);
        owed = true;
        continue;
      }
      const records = await unlessAborted(reader.read(BATCH_RECORDS, waitMs), signal);
      for (const record of records ?? []) {
        cursor[record.partition] = record.offset + 1;
        if (!wanted(record)) continue;
        yield { kind: 'event', event: record.value, token: encodeToken({ topic, offsets: cursor }) };
        if (signal.aborted) return;
      }
    }
  } finally {
    await reader.close();
  }
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

/** The time is taken before the ends: an event appended in between is younger than what is claimed. */
async function endMark(log: Log, topic: string, count: number, now: () => number) {
  const atMs = now();
  const ends = await everyPartition(topic, count, (at) => log.endOffset(at));
  return { atMs, ends };
}

/**
 * What was promised, or undefined as soon as the signal aborts. The listener goes with the promise: Promise.race
 * against one long-lived promise would keep a reaction for every read of a subscription that lasts for weeks.
 */
function unlessAborted<T>(promised: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promised.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
