/**
 * Records that wait on this machine's disk until the log takes them: first in, first out, and bounded.
 *
 * Kept in an embedded log of its own, so that what was added survives kill -9. A record is removed only after the log
 * has it; a crash between the two sends it twice, and whoever reads it drops the repeat by its number. When the space
 * is used up the oldest records go, and it is said of which cameras.
 *
 * Space: `bytesMax` of record values and some 64 bytes each; the file keeps the largest size that it had.
 */
import { decodeFrameBatchLenient } from '../../proto/messages.ts';
import { openEmbeddedLog } from '../log/embedded/embedded.ts';
import type { LogRecord, NewRecord } from '../log/port.ts';
import type { SweptLog } from '../log/store.ts';
import { TOPICS } from '../topics.ts';
import type { Epochs } from './epochs.ts';

/** Frames by camera id. */
export type FrameCounts = ReadonlyMap<string, number>;

export interface SpoolOptions {
  /** Of nobody else. Made when missing. */
  readonly directory: string;
  readonly bytesMax: number;
  /** Frames came to wait here. At the opening: those that were left. */
  readonly onHeld?: (frames: FrameCounts) => void;
  /** Frames wait here no more: the log has them, or, `lost`, they found no room. */
  readonly onGone?: (frames: FrameCounts, lost: boolean) => void;
}

const AT = { topic: 'spool', partition: 0 } as const;
const BATCH_RECORDS = 256;
/** What is sent at once. */
const BATCH_BYTES = 1_000_000;
const RECORD_BYTES = 64;
/** Room is made in pieces, so that a full spool does not make some for every record. */
const ROOM_SHARE = 0.02;

export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const log = await openEmbeddedLog({ directory: options.directory });
  await log.createTopics([{ topic: AT.topic, partitions: 1 }]);
  const spool = new Spool(log, options);
  await spool.recount();
  return spool;
}

export class Spool {
  readonly #log: SweptLog;
  readonly #options: SpoolOptions;
  #bytes = 0;
  #records = 0;
  readonly #left = new Map<string, number>();
  /** Changes one after the other: the counts must agree with what is there. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(log: SweptLog, options: SpoolOptions) {
    this.#log = log;
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Last epoch of what the process before left here, by camera id. */
  get left(): Epochs {
    return this.#left;
  }

  get isEmpty(): boolean {
    return this.#records === 0;
  }

  /** Durable when it resolves. Returns the offset after the last. Throws LogFailure: the disk. */
  add(records: readonly NewRecord[]): Promise<number> {
    return this.#inTurn(async () => {
      const bytes = sumOf(records.map(bytesOf));
      if (this.#bytes + bytes > this.#options.bytesMax) await this.#makeRoom(bytes);
      const offsets = await this.#log.append(
        records.map(({ partition, value }) => ({ ...AT, key: String(partition), value })),
      );
      this.#bytes += bytes;
      this.#records += records.length;
      this.#options.onHeld?.(framesOf(records));
      return offsets.at(-1)! + 1;
    });
  }

  /** The records that have waited longest, for `rail.frames`, and the offset after them. Empty: none wait. */
  async oldest(): Promise<{ readonly records: readonly NewRecord[]; readonly upTo: number }> {
    const found = await this.#from(await this.#log.firstOffset(AT));
    let bytes = 0;
    const some = found.filter((record, i) => {
      bytes += bytesOf(record);
      return i === 0 || bytes <= BATCH_BYTES;
    });
    const records = some.map(({ key, value }) => ({ topic: TOPICS.frames, partition: Number(key), value }));
    return { records, upTo: (some.at(-1)?.offset ?? -1) + 1 };
  }

  /** What comes before `upTo` need not wait any more. */
  remove(upTo: number): Promise<void> {
    return this.#inTurn(() => this.#removeBefore(upTo, false));
  }

  /** Gives up the oldest quarter, for a disk that is full before the spool is. */
  shrink(): Promise<void> {
    return this.#inTurn(() => this.#makeRoom(this.#options.bytesMax - this.#bytes * 0.75));
  }

  /** Reads what was left by the process before. */
  async recount(): Promise<void> {
    let next = await this.#log.firstOffset(AT);
    for (;;) {
      const found = await this.#from(next);
      if (found.length === 0) return;
      next = found.at(-1)!.offset + 1;
      this.#bytes += sumOf(found.map(bytesOf));
      this.#records += found.length;
      this.#options.onHeld?.(framesOf(found));
      for (const { value } of found)
        for (const { camera, epoch } of decodeFrameBatchLenient(value).frames)
          this.#left.set(camera, Math.max(epoch, this.#left.get(camera) ?? 0));
    }
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#log.close());
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { bytesMax } = this.#options;
    const goal = Math.max(0, bytesMax - bytes - bytesMax * ROOM_SHARE);
    while (this.#bytes > goal) {
      const found = await this.#from(await this.#log.firstOffset(AT));
      let left = this.#bytes;
      const enough = found.findIndex((record) => {
        left -= bytesOf(record);
        return left <= goal;
      });
      const last = enough < 0 ? found.at(-1) : found[enough];
      if (last === undefined) return;
      await this.#removeBefore(last.offset + 1, true);
    }
  }

  async #removeBefore(upTo: number, lost: boolean): Promise<void> {
    for (;;) {
      const found = (await this.#from(await this.#log.firstOffset(AT))).filter(({ offset }) => offset < upTo);
      if (found.length === 0) return;
      await this.#log.dropBefore(AT, found.at(-1)!.offset + 1);
      this.#bytes -= sumOf(found.map(bytesOf));
      this.#records -= found.length;
      this.#options.onGone?.(framesOf(found), lost);
    }
  }

  async #from(offset: number): Promise<readonly LogRecord[]> {
    const reader = await this.#log.reader([{ ...AT, offset }]);
    try {
      return await reader.read(BATCH_RECORDS, 0);
    } finally {
      await reader.close();
    }
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(change);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

function bytesOf({ value }: { readonly value: Uint8Array }): number {
  return value.length + RECORD_BYTES;
}

function framesOf(records: readonly { readonly value: Uint8Array }[]): FrameCounts {
  const counts = new Map<string, number>();
  for (const { value } of records) {
    for (const { camera } of decodeFrameBatchLenient(value).frames)
      counts.set(camera, (counts.get(camera) ?? 0) + 1);
  }
  return counts;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}
