/**
 * The newest entries of the tail, shared by all who are live. Numbered from 0 for as long as the tail lives:
 *
 *   gone ... | first ... end - 1 |
 *
 * At most RING_ENTRIES entries and RING_BYTES of responses (and one more), once per server however many subscribe: a
 * second of 4,000 events, or hours of an ordinary day.
 */
import type { Facts } from './filter.ts';

export interface Entry {
  /** The record that it stands for; -1: none, it tells of progress. */
  readonly partition: number;
  readonly next: number;
  readonly appendedAtMs: number;
  /** Undefined: goes to all, or with a record: to nobody. */
  readonly facts: Facts | undefined;
  /** A whole SubscribeResponse, the same for everybody: who has come so far has come from the same place. */
  readonly response: Buffer | undefined;
}

/** What of an event somebody may read: its bytes in another form. The same function for all who may read the same. */
export type Form = (event: Uint8Array) => Uint8Array;

export const RING_ENTRIES = 4_096;
export const RING_BYTES = 16 * 1024 * 1024;

export class Ring {
  readonly #entries: (Entry | undefined)[] = new Array(RING_ENTRIES).fill(undefined);
  #first = 0;
  #end = 0;
  #bytes = 0;

  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `number` lies in first .. end - 1. */
  at(number: number): Entry {
    return this.#entries[number % RING_ENTRIES]!;
  }

  /** There must be room for it; see firstFor(). */
  push(entry: Entry): void {
    if (this.#end - this.#first >= RING_ENTRIES) throw new RangeError('the ring is full');
    this.#entries[this.#end++ % RING_ENTRIES] = entry;
    this.#bytes += entry.response?.length ?? 0;
  }

  /** What `first` has to become before so many more have room. */
  firstFor(more: number): number {
    let first = Math.max(this.#first, this.#end + more - RING_ENTRIES);
    let bytes = this.#bytes;
    for (let number = this.#first; number < this.#end; number++) {
      if (number >= first && bytes <= RING_BYTES) break;
      bytes -= this.at(number).response?.length ?? 0;
      first = Math.max(first, number + 1);
    }
    return first;
  }

  dropBefore(first: number): void {
    for (; this.#first < first; this.#first++) {
      this.#bytes -= this.at(this.#first).response?.length ?? 0;
      this.#entries[this.#first % RING_ENTRIES] = undefined;
    }
  }
}
