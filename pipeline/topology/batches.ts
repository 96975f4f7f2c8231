/**
 * Gathers frames into records: one FrameBatch per partition, because the cost of a record dwarfs that of a frame.
 *
 *   add -> waiting (at most GATHER_MS, at most FRAMES_MAX) -> encode -> append
 *
 * A frame waits GATHER_MS at most while the log is well. While it is away frames wait here, up to WAITING_MAX; then
 * `add` waits too, and with it the source: nothing is lost and memory is bounded. With an outbox (outbox.ts) in the
 * place of the log, frames go to disk instead and the source need not wait.
 */
import { encodeFrameBatch } from '../../proto/messages.ts';
import { persist } from '../drive.ts';
import { partitionFor } from '../log/partition.ts';
import type { Log, NewRecord } from '../log/port.ts';
import { cameraKey, type Frame } from '../model.ts';
import type { Patience } from '../patience.ts';
import { TOPICS } from '../topics.ts';

export const GATHER_MS = 40;
/** 64 frames of at most some 12 KB (3,600 cells x 3 bytes + bitmap + blobs) stay below a record of 1 MB. */
export const FRAMES_MAX = 64;
/** 1,024 frames of some 12 KB at most are 12 MB. */
export const WAITING_MAX = 1_024;
/** Room below the log's limit of 1,000,000 bytes. */
const BYTES_MAX = 900_000;

export class FrameBatches {
  readonly #log: Pick<Log, 'append'>;
  readonly #partitions: number;
  readonly #patience: Patience;
  readonly #onDurable: () => void;
  readonly #waiting = new Map<number, Frame[]>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;

  /** `onDurable`: after every append that worked. */
  constructor(
    log: Pick<Log, 'append'>,
    partitions: number,
    patience: Patience,
    onDurable: () => void = () => undefined,
  ) {
    this.#log = log;
    this.#partitions = partitions;
    this.#patience = patience;
    this.#onDurable = onDurable;
  }

  /** Resolves when there is room for more. Rejects when the log failed for good. */
  async add(frame: Frame): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const partition = partitionFor(cameraKey(frame.site, frame.camera), this.#partitions);
    const frames = this.#waiting.get(partition) ?? [];
    frames.push(frame);
    this.#waiting.set(partition, frames);
    this.#count += 1;
    if (this.#count >= WAITING_MAX) {
      await this.flush();
    } else if (frames.length >= FRAMES_MAX) {
      this.#flushSoon();
      // A source that never waits for anything outside would keep the process from everything else.
      await new Promise(setImmediate);
    } else {
      this.#timer ??= setTimeout(() => this.#flushSoon(), GATHER_MS);
    }
  }

  /** Resolves when everything added so far is durable, or when stopped before. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#flushing !== undefined) await this.#flushing;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#count === 0) return;
    this.#flushing = this.#append(this.#take());
    await this.#flushing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The next `add` or `flush` throws what went wrong. */
  #flushSoon(): void {
    this.flush().catch(() => undefined);
  }

  async #append(records: readonly NewRecord[]): Promise<void> {
    try {
      if ((await persist(this.#log, records, this.#patience)) !== undefined) this.#onDurable();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#flushing = undefined;
    }
  }

  #take(): NewRecord[] {
    const records = frameRecords(this.#waiting);
    this.#waiting.clear();
    this.#count = 0;
    return records;
  }
}

/** The records of frames by partition, as many as their size asks for. */
export function frameRecords(frames: ReadonlyMap<number, readonly Frame[]>): NewRecord[] {
  return [...frames].flatMap(([partition, there]) =>
    encode(there).map((value) => ({ topic: TOPICS.frames, partition, value })),
  );
}

function encode(frames: readonly Frame[]): Uint8Array[] {
  const value = encodeFrameBatch({ frames });
  if (value.length <= BYTES_MAX || frames.length === 1) return [value];
  const half = frames.length >> 1;
  return [...encode(frames.slice(0, half)), ...encode(frames.slice(half))];
}
