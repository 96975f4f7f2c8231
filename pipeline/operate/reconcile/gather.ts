/** Reads a log, and files that subscribers wrote, into what the set checker looks at. */
import { readFile } from 'node:fs/promises';
import {
  DecodeError,
  decodeCandidate,
  decodeEvent,
  decodeFrameBatchLenient,
  decodeRejected,
  decodeVerdict,
} from '../../../proto/messages.ts';
import { fault, InputError } from '../../errors.ts';
import type { Log, LogRecord } from '../../log/port.ts';
import type { VerifiedEvent } from '../../model.ts';
import { decodeToken, TokenError } from '../../serve/events/token.ts';
import { partitionsByCamera, TOPICS } from '../../topics.ts';
import { partitionsOf, readThrough } from '../../topology/history.ts';
import { type History, type Received, type Said, Sessions, type Subscriber, type Unread } from './history.ts';

/**
 * Events first, then what they follow from: whatever is appended while this reads is younger than what it explains,
 * so a log that is in use shows no effect without its cause.
 */
export async function gather(log: Log, subscribers: readonly Subscriber[] = []): Promise<History> {
  const partitions = await partitionsByCamera(log);
  const unread: Unread[] = [];
  const all = async <T>(topic: string, count: number, decode: (bytes: Uint8Array) => T) => {
    const said: Said<T>[] = [];
    await readThrough(log, partitionsOf(topic, count), (record) => {
      const value = attempt(record, decode, unread);
      if (value !== undefined) said.push({ ...placeOf(record), value, atMs: record.timestampMs });
    });
    return said;
  };
  const rejected = await all(TOPICS.rejected, 1, decodeRejected);
  const events = await all(TOPICS.events, partitions, decodeEvent);
  const verdicts = await all(TOPICS.verdicts, partitions, decodeVerdict);
  const candidates = await all(TOPICS.candidates, partitions, decodeCandidate);
  const sessions = new Sessions();
  await readThrough(log, partitionsOf(TOPICS.frames, partitions), (record) => {
    const batch = attempt(record, decodeFrameBatchLenient, unread);
    if (batch === undefined) return;
    for (const frame of batch.frames) sessions.take(frame, record.partition);
    const code = batch.faults[0]?.code;
    if (code !== undefined) unread.push({ ...placeOf(record), code, length: record.value.length });
  });
  return {
    partitions,
    sessions: sessions.all(),
    candidates,
    verdicts,
    events,
    rejected,
    unread,
    subscribers,
  };
}

function placeOf({ topic, partition, offset }: LogRecord) {
  return { topic, partition, offset };
}

function attempt<T>(record: LogRecord, decode: (bytes: Uint8Array) => T, unread: Unread[]): T | undefined {
  try {
    return decode(record.value);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    unread.push({ ...placeOf(record), code: error.code, length: record.value.length });
    return undefined;
  }
}

/** What `vigie subscribe --json` wrote: an event and its token on every line. Throws InputError. */
export async function readSubscriber(path: string): Promise<Subscriber> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InputError([fault('events_file_unreadable', path, (error as Error).message)]);
  }
  // A subscriber that was killed leaves half a line, which it never took for received.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const received = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [receivedOf(line, path, index + 1)],
  );
  return { name: path, received };
}

function receivedOf(line: string, file: string, number: number): Received {
  const bad = (message: string) =>
    new InputError([
      {
        ...fault('bad_event_line', 'line', message, 'expected what `vigie subscribe --json` prints'),
        file,
        line: number,
      },
    ]);
  try {
    const { token, ...event } = JSON.parse(line) as VerifiedEvent & { token?: unknown };
    if (
      typeof event.id !== 'string' ||
      typeof event.changeId !== 'string' ||
      typeof event.verdict !== 'object'
    )
      throw bad('is no event');
    if (typeof token !== 'string') return { event };
    return { event, next: decodeToken(Buffer.from(token, 'hex')).offsets };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TokenError) throw bad(error.message);
    throw error;
  }
}
