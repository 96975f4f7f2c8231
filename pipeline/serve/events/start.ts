/**
 * Where a subscription begins, by partition, and what is said when it cannot begin there.
 *
 * A token is honoured to the letter or refused with a reason: INVALID_ARGUMENT when it cannot be one of ours,
 * FAILED_PRECONDITION when it is of another topic or partition count, OUT_OF_RANGE when what follows it is no
 * longer kept. Nothing is ever skipped in silence.
 */
import type { SubscribeRequest } from '../../../proto/messages.ts';
import type { Log } from '../../log/port.ts';
import { CallError, Metadata, status } from '../grpc.ts';
import { everyPartition } from './cursor.ts';
import { decodeToken, encodeToken, type ResumePoint, TokenError } from './token.ts';

/** Next offset to read, by partition. Throws CallError. */
export async function startingPoint(log: Log, topic: string, request: SubscribeRequest): Promise<number[]> {
  const count = await log.partitionCount(topic);
  if (count === undefined) {
    throw new CallError(
      status.UNAVAILABLE,
      'topic_missing',
      `topic '${topic}' does not exist yet; try again`,
    );
  }
  if (request.resumeToken.length > 0) return resume(log, topic, count, request.resumeToken);
  return everyPartition(topic, count, (at) => (request.fromStart ? log.firstOffset(at) : log.endOffset(at)));
}

async function resume(log: Log, topic: string, count: number, token: Uint8Array): Promise<number[]> {
  const point = readToken(token);
  if (point.topic !== topic || point.offsets.length !== count) {
    throw new CallError(
      status.FAILED_PRECONDITION,
      'token_of_another_log',
      `the resume token is for topic '${point.topic}' with ${point.offsets.length} partitions, ` +
        `this server has '${topic}' with ${count}: its positions mean nothing here; subscribe without a token`,
    );
  }
  const cursor = [...point.offsets];
  const firsts = await everyPartition(topic, count, (at) => log.firstOffset(at));
  if (cursor.some((offset, partition) => offset < firsts[partition]!)) {
    throw await historyGone(log, topic, cursor, 'events after the resume token are no longer kept');
  }
  const ends = await everyPartition(topic, count, (at) => log.endOffset(at));
  const ahead = cursor.findIndex((offset, partition) => offset > ends[partition]!);
  if (ahead >= 0) {
    throw new CallError(
      status.INVALID_ARGUMENT,
      'token_ahead',
      `the resume token stands at ${cursor[ahead]} of partition ${ahead}, which ends at ${ends[ahead]}: ` +
        'it was not made from this log',
    );
  }
  if (await isOfAnotherLog(log, topic, point, firsts)) {
    throw new CallError(
      status.FAILED_PRECONDITION,
      'token_of_another_log',
      `the resume token is for a topic '${topic}' that was deleted and made anew since: its positions mean nothing ` +
        'here; subscribe without a token',
    );
  }
  return cursor;
}

/**
 * Whether the token's witness is not on this log. Two questions about times tell it where times never fall; where they
 * do (brokers with different clocks), the record itself is asked before anybody is sent away.
 */
async function isOfAnotherLog(
  log: Log,
  topic: string,
  { offsets, witness }: ResumePoint,
  firsts: readonly number[],
): Promise<boolean> {
  if (witness === undefined) return false;
  const { partition, atMs } = witness;
  const at = { topic, partition };
  const offset = offsets[partition]! - 1;
  // No longer kept: nobody can tell.
  if (offset < firsts[partition]!) return false;
  const [from, after] = await Promise.all([log.offsetAt(at, atMs), log.offsetAt(at, atMs + 1)]);
  if (from <= offset && offset < after) return false;
  const reader = await log.reader([{ ...at, offset }]);
  try {
    const [record] = await reader.read(1, WITNESS_MS_MAX);
    return record !== undefined && (record.offset !== offset || record.timestampMs !== atMs);
  } finally {
    await reader.close();
  }
}

const WITNESS_MS_MAX = 5_000;

function readToken(token: Uint8Array) {
  try {
    return decodeToken(token);
  } catch (error) {
    if (error instanceof TokenError) {
      throw new CallError(status.INVALID_ARGUMENT, 'token_invalid', error.message);
    }
    throw error;
  }
}

/** The token that comes along skips what is gone and nothing else: elsewhere the cursor stays. */
export async function historyGone(
  log: Log,
  topic: string,
  cursor: readonly number[],
  why: string,
): Promise<CallError> {
  const firsts = await everyPartition(topic, cursor.length, (at) => log.firstOffset(at));
  const offsets = cursor.map((offset, partition) => Math.max(offset, firsts[partition]!));
  const trailers = new Metadata();
  trailers.set('vigie-oldest-token-bin', encodeToken({ topic, offsets }));
  return new CallError(
    status.OUT_OF_RANGE,
    'history_gone',
    `${why}; the oldest position still kept is in vigie-oldest-token-bin`,
    trailers,
  );
}
