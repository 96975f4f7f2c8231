/**
 * What a process must do for the review: for the partitions that the group gives it, events and lapses are appended as
 * they follow from candidates and verdicts. One process owns a partition; the others only look (view.ts).
 *
 * Ledgers of owned partitions are folded from the first offset whenever they are taken over, after the events that
 * subscribers were told already: only that makes what comes out new. Bad records on the two topics are met again at
 * every start and put aside again: the repeat names the same offset.
 */
import { DecodeError, decodeEvent, encodeEvent, encodeVerdict } from '../../../proto/messages.ts';
import { drive } from '../../drive.ts';
import type { LogRecord, NewRecord, TopicPartition } from '../../log/port.ts';
import type { VerifiedEvent } from '../../model.ts';
import { type Review, type ReviewInput, type ReviewOutput, review } from '../../review/review.ts';
import { TOPICS } from '../../topics.ts';
import type { Effect, Work } from '../../work.ts';
import { type Common, patienceOf, toRejected } from '../common.ts';
import { readThrough } from '../history.ts';
import { Reading } from './reading.ts';
import { inputOf, REVIEWED, recordOf } from './records.ts';

const TICK_MS = 1_000;

export class ReviewDuty {
  readonly #common: Common;
  readonly #ledgers: Review = review();
  readonly #readings = new Map<number, Reading>();
  #tickedAtMs = 0;
  #caughtUp: () => void = () => undefined;
  /** Resolves when what was owned first has been folded; at once when that was nothing. */
  readonly caughtUp = new Promise<void>((resolve) => {
    this.#caughtUp = resolve;
  });

  constructor(common: Common) {
    this.#common = common;
  }

  /** Until the stop. */
  run(): Promise<void> {
    const { log, site, nowMs, tally } = this.#common;
    return drive({
      ...patienceOf(this.#common, 'review'),
      log,
      nowMs,
      toRejected,
      group: `vigie-review-${site.id}`,
      topics: REVIEWED,
      commits: false,
      workFor: (at) => this.#take(at),
      onDropped: (at) => this.#drop(at.partition),
      onTick: (nowMs, idle) => this.#tick(nowMs, idle),
      onProgress: () => tally.outages.delete('review'),
    });
  }

  async #take({ topic, partition }: TopicPartition): Promise<Work> {
    const { log, tally } = this.#common;
    let reading = this.#readings.get(partition);
    if (reading === undefined) {
      reading = new Reading();
      tally.events.set(partition, 0);
      await readThrough(log, [{ topic: TOPICS.events, partition }], (record) => this.#recall(record));
      // Only now: a read that broke off must be done again, and to be told twice is harmless.
      this.#readings.set(partition, reading);
    }
    await reading.begin(log, topic, partition);
    return { step: (record) => this.#step(record) };
  }

  #drop(partition: number): void {
    if (!this.#readings.delete(partition)) return;
    this.#ledgers.drop(partition);
    this.#common.tally.events.delete(partition);
  }

  /** What cannot be read was never told; serve withholds it and says so. */
  #recall(record: LogRecord): void {
    const event = orUndefined(() => decodeEvent(record.value));
    if (event === undefined || event.candidate.site !== this.#common.site.id) return;
    this.#count(event, record.partition);
    this.#ledgers.step({ kind: 'told', event, atMs: record.timestampMs, partition: record.partition });
  }

  #count({ change }: VerifiedEvent, partition: number): void {
    const { events } = this.#common.tally;
    if (change === 'verified') events.set(partition, (events.get(partition) ?? 0) + 1);
  }

  #step(record: LogRecord): Effect[] {
    this.#readings.get(record.partition)?.passed(record);
    const input = inputOf(record, this.#common.site.id);
    if (input === undefined) return [];
    return this.#fold(input).map((record) => ({ kind: 'append', record }));
  }

  #tick(nowMs: number, idle: boolean): NewRecord[] {
    const readings = [...this.#readings];
    const caughtUp = readings.every(([, reading]) => reading.isCaughtUp());
    if (caughtUp && idle) this.#caughtUp();
    // Either way: a clock that was set back must not stop the ticks until it has caught up.
    if (Math.abs(nowMs - this.#tickedAtMs) < TICK_MS) return [];
    this.#tickedAtMs = nowMs;
    return readings.flatMap(([partition, reading]) => {
      const untilMs = caughtUp && idle ? nowMs : reading.untilMs();
      return untilMs === undefined ? [] : this.#fold({ kind: 'tick', nowMs: untilMs, partition });
    });
  }

  #fold(input: ReviewInput): NewRecord[] {
    return this.#ledgers.step(input).flatMap((output) => this.#act(output));
  }

  #act(output: ReviewOutput): NewRecord[] {
    const { partition } = output;
    switch (output.kind) {
      case 'event':
        this.#count(output.event, partition);
        return [recordOf(TOPICS.events, partition, output.event.candidate, encodeEvent(output.event))];
      case 'lapse':
        return [recordOf(TOPICS.verdicts, partition, output.verdict, encodeVerdict(output.verdict))];
      case 'dropped':
        this.#common.tally.refuse(output.code);
        return [];
      // Those who look and ask are told by the view.
      case 'review':
      case 'settled':
      case 'forgotten':
        return [];
    }
  }
}

function orUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}
