/** How far the reviewed topics of one partition were read, and up to what time that makes them known. */
import type { Log, LogRecord } from '../../log/port.ts';
import { REVIEWED } from './records.ts';

export class Reading {
  readonly #next = new Map<string, number>();
  /** Where they ended when the reading began. */
  readonly #ends = new Map<string, number>();
  /** Append time of the last record of each. */
  readonly #lastMs = new Map<string, number>();

  /** Notes where a topic of the partition begins and ends now. Returns where it begins. */
  async begin(log: Log, topic: string, partition: number): Promise<number> {
    const at = { topic, partition };
    const first = await log.firstOffset(at);
    this.#ends.set(topic, await log.endOffset(at));
    this.#next.set(topic, first);
    return first;
  }

  passed({ topic, offset, timestampMs }: LogRecord): void {
    this.#next.set(topic, offset + 1);
    this.#lastMs.set(topic, timestampMs);
  }

  /** Goes on at `offset`: what was before it is gone. */
  jump(topic: string, offset: number): void {
    this.#next.set(topic, offset);
  }

  next(topic: string): number {
    return this.#next.get(topic)!;
  }

  /** Everything that was there when the reading began has been read. */
  isCaughtUp(): boolean {
    return REVIEWED.every((topic) => {
      const end = this.#ends.get(topic);
      return end !== undefined && this.#next.get(topic)! >= end;
    });
  }

  /** The append time up to which both topics have been read, or undefined. */
  untilMs(): number | undefined {
    return this.#lastMs.size < REVIEWED.length ? undefined : Math.min(...this.#lastMs.values());
  }
}
