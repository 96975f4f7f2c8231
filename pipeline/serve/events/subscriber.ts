/**
 * One subscription: history from the log, then live from the tail, and back to the log whenever it was too slow.
 *
 * The seam: the tail's place is taken first, then history is read up to exactly that place in every partition, and what
 * follows comes from the tail's ring. If the ring has moved on meanwhile, the same again from there. A token may be ahead
 * of this server's tail, when another server was faster; then the tail is waited for.
 *
 * A subscriber costs a cursor, a window (window.ts) and, while it reads history, at most a batch.
 */
import type { Log, LogRecord } from '../../log/port.ts';
import { catchingUpResponse, eventResponse, progressResponse } from '../envelope.ts';
import type { StreamCall } from '../grpc.ts';
import { WINDOW_BYTES, Window } from '../window.ts';
import type { Gate } from './admit.ts';
import { Cursor, covers, endMark, turn, unlessAborted } from './cursor.ts';
import { type EventFilter, factsOf } from './filter.ts';
import type { LiveTail, Member } from './live.ts';
import type { Form } from './ring.ts';

export interface SubscriberOptions {
  readonly call: StreamCall;
  readonly log: Log;
  readonly topic: string;
  /** Next offset by partition. */
  readonly from: readonly number[];
  readonly wants: EventFilter;
  /** Absent: events as they are on the log. */
  readonly form?: Form;
  readonly tail: LiveTail;
  readonly gate: Gate;
  readonly progressMs: number;
  readonly now: () => number;
}

const BATCH_RECORDS = 64;
/** Until it is known how large they are. */
const BATCH_RECORDS_FIRST = 8;

export class Subscriber implements Member {
  /** The entry of the tail that it wants next, while it is live. */
  at = 0;
  sent = 0;
  isLive = false;
  readonly cursor: Cursor;
  readonly #options: SubscriberOptions;
  readonly #window: Window;
  readonly #states = new Map<string, Uint8Array>();
  /** Told as soon as it is live: everything that was on the log when it came, it has. */
  #owedAtMs: number | undefined;
  #toldAtMs: number | undefined;
  #left: { resolve(): void; reject(error: unknown): void } | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.cursor = new Cursor(options.topic, options.from);
    this.#window = new Window(options.call);
    this.#window.onRoom = () => this.pump();
  }

  get hasRoom(): boolean {
    return this.#window.hasRoom;
  }

  /** Until the signal aborts. Throws what the log threw. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, topic, tail, now } = this.#options;
    const { offsets } = this.cursor;
    const mark = await endMark(log, topic, offsets.length, now);
    this.#owedAtMs = mark.atMs;
    while (!signal.aborted) {
      const here = tail.here();
      await this.#catchUp(here.offsets, signal);
      if (covers(here.offsets, offsets) && covers(here.offsets, mark.ends)) await this.#live(here.at, signal);
      else await tail.moved(here.at, signal);
    }
  }

  pump(): void {
    if (this.isLive) this.#pumpEntries();
    if (this.#states.size > 0) this.#pumpStates();
  }

  overrun(): void {
    this.isLive = false;
    this.#left?.resolve();
  }

  fail(error: unknown): void {
    this.#left?.reject(error);
  }

  /** How well a camera sees; what is not sent yet is replaced by what is newer. */
  show(camera: string, response: Uint8Array): void {
    this.#states.set(camera, response);
    if (this.hasRoom) this.#pumpStates();
  }

  /** The place where another server goes on, unless it waits behind messages that were not taken. */
  sayLastToken(): void {
    if (!this.hasRoom) return;
    const token = this.cursor.token();
    const { call } = this.#options;
    call.write(
      this.#toldAtMs === undefined ? catchingUpResponse(token) : progressResponse(token, this.#toldAtMs),
    );
  }

  /** Resolves when it is too slow to be live, or the signal aborts. */
  async #live(at: number, signal: AbortSignal): Promise<void> {
    const { tail } = this.#options;
    this.at = at;
    await this.#room(signal);
    if (signal.aborted || !tail.join(this)) return;
    this.isLive = true;
    const leave = () => this.#left?.resolve();
    signal.addEventListener('abort', leave);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#left = { resolve, reject };
        this.pump();
      });
    } finally {
      signal.removeEventListener('abort', leave);
      this.#left = undefined;
      this.isLive = false;
      tail.leave(this);
    }
  }

  #pumpEntries(): void {
    const { tail, wants, form } = this.#options;
    if (this.#owedAtMs !== undefined) {
      this.#toldAtMs = this.#owedAtMs;
      this.#owedAtMs = undefined;
      if (!this.#window.send(progressResponse(this.cursor.token(), this.#toldAtMs))) return;
    }
    for (const { end } = tail; this.at < end; ) {
      const { partition, next, appendedAtMs, facts, response } = tail.entry(this.at++);
      if (partition >= 0) this.cursor.pass(partition, next, appendedAtMs);
      else this.#toldAtMs = appendedAtMs;
      if (response === undefined) continue;
      if (facts !== undefined) {
        if (!wants(facts)) continue;
        this.sent++;
      }
      const formed = facts === undefined || form === undefined ? response : tail.formed(response, form);
      if (!this.#window.send(formed)) return;
    }
  }

  #pumpStates(): void {
    for (const [camera, response] of this.#states) {
      this.#states.delete(camera);
      if (!this.#window.send(response)) return;
    }
  }

  /** Reads up to `offsets` and not further, in whichever partition it is behind. */
  async #catchUp(offsets: readonly number[], signal: AbortSignal): Promise<void> {
    const { log, topic, progressMs, now } = this.#options;
    const mine = this.cursor.offsets;
    const behind = () => offsets.some((offset, partition) => mine[partition]! < offset);
    if (!behind()) return;
    const from = mine.flatMap((offset, partition) =>
      offset < offsets[partition]! ? [{ topic, partition, offset }] : [],
    );
    const reader = await log.reader(from);
    try {
      let saidAtMs = now();
      let max = BATCH_RECORDS_FIRST;
      while (behind() && !signal.aborted) {
        const records = (await unlessAborted(reader.read(max, progressMs), signal)) ?? [];
        for (const record of records) {
          if (record.offset < offsets[record.partition]!) this.#passHistory(record);
          await this.#room(signal);
          if (signal.aborted) return;
        }
        max = batchAfter(records);
        const sinceMs = now() - saidAtMs;
        if (sinceMs >= progressMs || sinceMs < 0) {
          saidAtMs = now();
          this.#window.send(catchingUpResponse(this.cursor.token()));
          await this.#room(signal);
        }
        await turn();
      }
    } finally {
      await reader.close();
    }
  }

  /** Camera states may take the room that has just come. */
  async #room(signal: AbortSignal): Promise<void> {
    while (!this.hasRoom && !signal.aborted) await this.#window.room(signal);
  }

  #passHistory(record: LogRecord): void {
    const { gate, wants, form } = this.#options;
    const { partition, offset, timestampMs, value } = record;
    // A repeat.
    if (offset < this.cursor.offsets[partition]!) return;
    this.cursor.pass(partition, offset + 1, timestampMs);
    const event = gate.admit(record);
    if (event === undefined || !wants(factsOf(event))) return;
    this.sent++;
    this.#window.send(eventResponse(this.cursor.token(), form === undefined ? value : form(value)));
  }
}

/** Records wait in memory while a subscriber does not take them: as many as fill its window. */
function batchAfter(records: readonly LogRecord[]): number {
  const largest = records.reduce((most, { value }) => Math.max(most, value.length), 1);
  return Math.max(1, Math.min(BATCH_RECORDS, Math.floor(WINDOW_BYTES / largest)));
}
