/**
 * Fetches for a reader or a member: takes what the client has here already, never waits in it, and looks again soon.
 * The client fetches ahead by itself, up to QUEUED_KB of records, whatever is read.
 */
import type { KafkaOptions } from '../kafka-options.ts';
import { LogFailure, type LogRecord, type Position } from '../port.ts';
import { READ_BYTES_MAX } from '../store.ts';
import type { Wakeups } from '../wakeups.ts';
import {
  type Client,
  commonConfig,
  type NativeConfig,
  type NativeConsumer,
  type NativeMessage,
} from './client.ts';
import { nameOf } from './errors.ts';
import type { Inbox } from './inbox.ts';

/** Half of it, with answers of 8 MB, read 45 % of what the C tool does at 44 KB a record; this 54 %; twice it no more. */
const QUEUED_KB = 32 * 1024;
/** Records taken at once, until it is known how large they are. */
const TAKEN_FIRST = 32;
/** What a record takes in objects, however small its value: at most 8,192 of them are taken at once. */
const BYTES_MIN = 1_024;
/** Between two looks while nothing comes: doubled from one to the other. A look costs some 50 us. */
const LOOK_MS_MIN = 1;
const LOOK_MS_MAX = 16;
/** A connection that broke is mended within this, or it is called an outage. */
const MENDING_MS = 5_000;

export function consumerConfig(options: KafkaOptions, group: string): NativeConfig {
  return {
    ...commonConfig(options),
    'group.id': group,
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    // As every other implementation: transactions of others are read as they come.
    'isolation.level': 'read_uncommitted',
    'allow.auto.create.topics': false,
    'fetch.wait.max.ms': 250,
    'fetch.max.bytes': QUEUED_KB * 1024,
    'fetch.message.max.bytes': 1024 * 1024,
    'queued.max.messages.kbytes': QUEUED_KB,
    // The default second is waited out whenever the queue was full once: at 1 KB 76k records/s against 212k.
    'fetch.queue.backoff.ms': 5,
    'fetch.error.backoff.ms': 100,
  };
}

/**
 * A place that is gone: the client goes on from the oldest kept, and the inbox notices and says so. As an error of the
 * client's it could get lost behind records of other partitions.
 */
export const CONSUMER_TOPIC_CONFIG: NativeConfig = { 'auto.offset.reset': 'earliest' };

export class Pump {
  readonly #client: Client<NativeConsumer>;
  readonly #inbox: Inbox;
  readonly #seek: (position: Position, consumer: NativeConsumer) => void;
  #polling: Promise<number> | undefined;
  /** Of the largest value of late; halved with every look, so that one does not slow down all that follow. */
  #bytes = READ_BYTES_MAX / TAKEN_FIRST;
  #failingSinceMs: number | undefined;
  #failure: Error | undefined;

  constructor(
    client: Client<NativeConsumer>,
    inbox: Inbox,
    seek: (position: Position, consumer: NativeConsumer) => void,
  ) {
    this.#client = client;
    this.#inbox = inbox;
    this.#seek = seek;
  }

  /** Puts what is here into the inbox; how many came. Events that wait in the client are served too. */
  poll(max: number): Promise<number> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    this.#polling ??= this.#poll(max).finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  /** Fetches while the application works through what it has: at most one look's worth. */
  ahead(max: number): void {
    if (this.#polling !== undefined || this.#failure !== undefined) return;
    this.poll(max).catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Resolves when no look is under way. */
  async rest(): Promise<void> {
    await this.#polling?.catch(() => undefined);
  }

  async #poll(max: number): Promise<number> {
    const consumer = await this.#client.use();
    for (const position of this.#inbox.mislaid()) {
      this.#seek(position, consumer);
      this.#inbox.set(position);
    }
    const most = Math.max(1, Math.min(max, Math.floor(READ_BYTES_MAX / this.#bytes)));
    const messages = await new Promise<readonly NativeMessage[]>((resolve, reject) => {
      consumer.consume(most, (error, found) => (error ? reject(error) : resolve(found)));
    }).catch((error: unknown) => this.#pass(error));
    if (messages.length === 0) return 0;
    this.#failingSinceMs = undefined;
    this.#bytes = Math.max(BYTES_MIN, this.#bytes / 2);
    for (const { value } of messages) this.#bytes = Math.max(this.#bytes, value?.length ?? 0);
    await this.#inbox.keep(messages);
    return messages.length;
  }

  /** A leader that moves or a broker that restarts is waited for a little; the client itself goes on trying. */
  #pass(error: unknown): readonly NativeMessage[] {
    const failure = this.#client.failure(error);
    if (nameOf(error) === 'timed_out') return [];
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    const isOver = nowMs - this.#failingSinceMs > MENDING_MS;
    if (!isOver && failure instanceof LogFailure && failure.transient) return [];
    this.#failingSinceMs = undefined;
    throw failure;
  }
}

/** Looks until records came, the time is over or the reader was closed. */
export async function untilAny(
  wakeups: Wakeups,
  waitMs: number,
  isClosed: () => boolean,
  /** Undefined: something came that has to be looked through at once. */
  look: () => Promise<readonly LogRecord[] | undefined>,
): Promise<readonly LogRecord[]> {
  const deadline = performance.now() + waitMs;
  let lookMs = LOOK_MS_MIN;
  for (;;) {
    const seen = wakeups.count;
    const records = await look();
    if (isClosed()) return [];
    if (records === undefined) continue;
    const leftMs = deadline - performance.now();
    if (records.length > 0 || leftMs <= 0) return records;
    await wakeups.sleep(seen, Math.min(leftMs, lookMs));
    if (isClosed()) return [];
    lookMs = Math.min(lookMs * 2, LOOK_MS_MAX);
  }
}
