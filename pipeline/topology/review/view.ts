/**
 * What a process knows of the review: every partition's candidates and verdicts, folded for looking and for answering
 * agents. It appends nothing; what follows from what is folded is the business of the partition's owner (duty.ts).
 *
 * What cannot be read is passed over without a word: the owner puts it aside.
 */
import { InputError } from '../../errors.ts';
import { type LogRecord, OffsetGoneError, type Position, type Reader } from '../../log/port.ts';
import { patiently, waitOut } from '../../patience.ts';
import { type Review, type ReviewOutput, review } from '../../review/review.ts';
import { type Common, patienceOf } from '../common.ts';
import { Reading } from './reading.ts';
import { inputOf, REVIEWED } from './records.ts';

const BATCH_MAX = 512;
const WAIT_MS = 100;
const TICK_MS = 1_000;
const OUTAGE = 'review view';

export class ReviewView {
  readonly #common: Common;
  readonly #onOutput: (output: ReviewOutput) => void;
  readonly #readings: Reading[] = [];
  readonly ledgers: Review = review();
  #tickedAtMs = 0;
  #caughtUp: () => void = () => undefined;
  /** Resolves when everything that was on the log at the start has been folded. */
  readonly caughtUp = new Promise<void>((resolve) => {
    this.#caughtUp = resolve;
  });

  constructor(common: Common, onOutput: (output: ReviewOutput) => void) {
    this.#common = common;
    this.#onOutput = onOutput;
  }

  /** Until the stop; outages are waited out, and what was folded is kept through them. */
  async run(): Promise<void> {
    const { log, signal } = this.#common;
    const patience = patienceOf(this.#common, OUTAGE);
    if ((await patiently('read', patience, () => this.#begin())) === undefined) return;
    let failures = 0;
    while (!signal.aborted) {
      const opened = await patiently('read', patience, () => log.reader(this.#positions()));
      if (opened === undefined) return;
      try {
        await this.#follow(opened.value, () => {
          failures = 0;
        });
      } catch (error) {
        if (error instanceof OffsetGoneError) this.#jump(error);
        else await waitOut('read', error, ++failures, patience);
      } finally {
        await opened.value.close().catch(() => undefined);
      }
    }
  }

  async #begin(): Promise<void> {
    const { log, partitions } = this.#common;
    for (let partition = this.#readings.length; partition < partitions; partition++) {
      const reading = new Reading();
      await Promise.all(REVIEWED.map((topic) => reading.begin(log, topic, partition)));
      this.#readings.push(reading);
    }
  }

  #positions(): Position[] {
    return this.#readings.flatMap((reading, partition) =>
      REVIEWED.map((topic) => ({ topic, partition, offset: reading.next(topic) })),
    );
  }

  #jump({ at, first }: OffsetGoneError): void {
    this.#readings[at.partition]!.jump(at.topic, first);
  }

  async #follow(reader: Reader, onWell: () => void): Promise<void> {
    const { signal, nowMs, tally } = this.#common;
    while (!signal.aborted) {
      // Everything that was appended before this moment has been read when the read gives nothing.
      const askedAtMs = nowMs();
      const records = await reader.read(BATCH_MAX, WAIT_MS);
      tally.outages.delete(OUTAGE);
      onWell();
      for (const record of records) this.#take(record);
      this.#tick(askedAtMs, records.length === 0);
    }
  }

  #take(record: LogRecord): void {
    this.#readings[record.partition]!.passed(record);
    try {
      const input = inputOf(record, this.#common.site.id);
      if (input !== undefined) this.ledgers.step(input).forEach(this.#onOutput);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }

  #tick(nowMs: number, idle: boolean): void {
    const caughtUp = this.#readings.every((reading) => reading.isCaughtUp());
    if (caughtUp) this.#caughtUp();
    // Either way: a clock that was set back must not stop the ticks until it has caught up.
    if (Math.abs(nowMs - this.#tickedAtMs) < TICK_MS) return;
    this.#tickedAtMs = nowMs;
    for (const [partition, reading] of this.#readings.entries()) {
      const untilMs = caughtUp && idle ? nowMs : reading.untilMs();
      if (untilMs === undefined) continue;
      this.ledgers.step({ kind: 'tick', nowMs: untilMs, partition }).forEach(this.#onOutput);
    }
  }
}
