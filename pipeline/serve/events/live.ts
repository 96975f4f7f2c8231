/**
 * The end of the log of events, read once for all who are live: each record is decoded, held to the gate and encoded
 * once, and the same buffer goes to everybody whose filter lets it pass. The resume token is part of that buffer: it is
 * the tail's own place, and whoever is live stands where the tail stood at that entry.
 *
 * A progress entry says "whatever was on the log at this time, you have": the ends of the log are noted first, the entry
 * follows once the tail has passed them, and never before.
 *
 * The ring is bounded, so somebody has to give way when it is full. Who is far behind most others goes on from the log
 * by himself. When most are behind, it is this process that is slow, or their common way: then the tail waits, because
 * a hundred separate readers would be slower still; but HOLD_MS_MAX at most, and then it goes on without them.
 */
import type { Log, LogRecord, Reader } from '../../log/port.ts';
import { eventResponse, partsOf, progressResponse } from '../envelope.ts';
import type { Gate } from './admit.ts';
import { Cursor, covers, endMark, type Mark, positions, turn, unlessAborted } from './cursor.ts';
import { factsOf } from './filter.ts';
import { type Entry, type Form, Ring } from './ring.ts';

export interface LiveTailOptions {
  readonly log: Log;
  readonly topic: string;
  /** Next offset by partition. */
  readonly from: readonly number[];
  readonly progressMs: number;
  readonly now: () => number;
  readonly gate: Gate;
}

/** Who is live: takes entries as they come. */
export interface Member {
  /** The next entry it wants. */
  readonly at: number;
  readonly hasRoom: boolean;
  /** Takes what there is and it has room for. */
  pump(): void;
  /** What it wants next is about to go; it is no member any more. */
  overrun(): void;
  fail(error: unknown): void;
}

/** A place at which somebody can become live: the entry to begin with, and what it follows. */
export interface Here {
  readonly at: number;
  readonly offsets: readonly number[];
}

const BATCH_RECORDS = 64;
const HOLD_MS_MAX = 1_000;
const HOLD_LOOK_MS = 5;

export class LiveTail {
  readonly #options: LiveTailOptions;
  readonly #ring = new Ring();
  readonly #cursor: Cursor;
  readonly #live = new Set<Member>();
  readonly #waiting = new Set<() => void>();
  readonly #stop = new AbortController();
  /** Goes with the ring's entries. */
  readonly #forms = new WeakMap<Buffer, Map<Form, Buffer>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: LiveTailOptions) {
    this.#options = options;
    this.#cursor = new Cursor(options.topic, options.from);
    this.#run().catch((error: unknown) => this.fail(error));
  }

  get partitions(): number {
    return this.#cursor.offsets.length;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  get end(): number {
    return this.#ring.end;
  }

  here(): Here {
    return { at: this.#ring.end, offsets: [...this.#cursor.offsets] };
  }

  entry(at: number): Entry {
    return this.#ring.at(at);
  }

  /** The response of an entry in a form; made once for all who may read the same. */
  formed(response: Buffer, form: Form): Buffer {
    const forms = this.#forms.get(response) ?? new Map<Form, Buffer>();
    this.#forms.set(response, forms);
    const known = forms.get(form);
    if (known !== undefined) return known;
    const { token, event } = partsOf(response);
    const made = eventResponse(token, form(event));
    forms.set(form, made);
    return made;
  }

  /** False: the entry that it wants is gone. */
  join(member: Member): boolean {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (member.at < this.#ring.first) return false;
    this.#live.add(member);
    return true;
  }

  leave(member: Member): void {
    this.#live.delete(member);
  }

  /** Resolves when there is something after `at`, or when the signal aborts. Throws what the log threw. */
  async moved(at: number, signal: AbortSignal): Promise<void> {
    if (this.#failure === undefined && this.#ring.end === at && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        signal.addEventListener('abort', done);
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Ends everybody's time here with this error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop.abort();
    for (const member of this.#live) member.fail(error);
    this.#live.clear();
    this.#wake();
  }

  stop(): void {
    this.#stop.abort();
    this.#wake();
  }

  async #run(): Promise<void> {
    const { log, topic } = this.#options;
    const reader = await log.reader(positions(topic, this.#cursor.offsets));
    try {
      await this.#follow(reader);
    } finally {
      await reader.close();
    }
  }

  async #follow(reader: Reader): Promise<void> {
    const { progressMs, now } = this.#options;
    const { signal } = this.#stop;
    let mark = await this.#mark();
    let owed = true;
    while (!signal.aborted) {
      await this.#makeRoom();
      if (owed && covers(this.#cursor.offsets, mark.ends)) {
        this.#ring.push(this.#progress(mark.atMs));
        this.#tell();
        owed = false;
      }
      const sinceMs = now() - mark.atMs;
      const waitMs = owed ? progressMs : progressMs - sinceMs;
      // Before its mark: the clock was set back, and must not stop progress until it has caught up.
      if (waitMs <= 0 || sinceMs < 0) {
        mark = await this.#mark();
        owed = true;
        continue;
      }
      const records = await unlessAborted(reader.read(BATCH_RECORDS, waitMs), signal);
      if (records === undefined || records.length === 0) continue;
      for (const record of records) this.#take(record);
      this.#tell();
      await turn();
    }
  }

  #mark(): Promise<Mark> {
    const { log, topic, now } = this.#options;
    return endMark(log, topic, this.#cursor.offsets.length, now);
  }

  #take(record: LogRecord): void {
    const { partition, offset, timestampMs } = record;
    // A repeat.
    if (offset < this.#cursor.offsets[partition]!) return;
    const next = offset + 1;
    this.#cursor.pass(partition, next, timestampMs);
    const event = this.#options.gate.admit(record);
    this.#ring.push({
      partition,
      next,
      appendedAtMs: timestampMs,
      facts: event && factsOf(event),
      response: event && eventResponse(this.#cursor.token(), record.value),
    });
  }

  #progress(atMs: number): Entry {
    const response = progressResponse(this.#cursor.token(), atMs);
    return { partition: -1, next: 0, appendedAtMs: atMs, facts: undefined, response };
  }

  #tell(): void {
    for (const member of this.#live) if (member.hasRoom) member.pump();
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  /** For a batch and a progress entry. */
  async #makeRoom(): Promise<void> {
    const first = this.#ring.firstFor(BATCH_RECORDS + 1);
    if (first === this.#ring.first) return;
    const middle = (first + this.#ring.end) / 2;
    for (let heldMs = 0; heldMs < HOLD_MS_MAX && !this.#stop.signal.aborted; heldMs += HOLD_LOOK_MS) {
      const behind = this.#behind(first);
      if (behind.length === 0 || this.#behind(middle).length * 2 <= this.#live.size) break;
      await new Promise((resolve) => setTimeout(resolve, HOLD_LOOK_MS));
    }
    for (const member of this.#behind(first)) {
      this.#live.delete(member);
      member.overrun();
    }
    this.#ring.dropBefore(first);
  }

  #behind(at: number): readonly Member[] {
    return [...this.#live].filter((member) => member.at < at);
  }
}
