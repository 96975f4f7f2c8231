/**
 * `rail.rules` as one process knows it: read from its beginning and followed, so that what somebody saves is taken up
 * without a restart.
 *
 * A setup holds from an event time some seconds after it was saved (LEAD_MS), so that whoever measures has read it by
 * then. One that was read later all the same, because the log was away, is taken up with the next frame: it is counted as
 * `setup_late`, because a worker that steps the same frames again after a crash would have known it in time.
 */
import { decodeCameraSetup, encodeCameraSetup } from '../../proto/messages.ts';
import { persist } from '../drive.ts';
import type { LogRecord } from '../log/port.ts';
import type { CameraSetup } from '../model.ts';
import { patiently } from '../patience.ts';
import { tail } from '../serve/tail.ts';
import { isSame, Setups } from '../setup/setups.ts';
import { TOPICS } from '../topics.ts';
import { type Common, patienceOf } from './common.ts';

/** From saving to holding: several times what a record takes to every reader of a Kafka that is well. */
export const LEAD_MS = 2_000;
/** What a clock that ran ahead at an earlier save can put off. */
const LEAD_MS_MAX = 60_000;

const AT = { topic: TOPICS.rules, partition: 0 };

export class SetupLog {
  readonly setups: Setups;
  readonly #common: Common;
  readonly #who: string;
  readonly #waiting = new Set<{ readonly end: number; readonly done: () => void }>();
  readonly #listeners = new Set<(camera: string) => void>();
  #next = 0;

  /** `who`: under which an outage of the log is shown. */
  constructor(common: Common, who: string) {
    this.setups = new Setups(common.site);
    this.#common = common;
    this.#who = who;
  }

  /** Until the stop. Throws what waiting cannot mend. */
  async run(): Promise<void> {
    const { log, tally } = this.#common;
    await tail({
      log,
      topic: TOPICS.rules,
      from: 'first',
      patience: patienceOf(this.#common, this.#who),
      onRecord: (record) => this.#take(record),
      onWell: () => tally.outages.delete(this.#who),
    });
  }

  /** Resolves when everything that is on the log now has been folded, or when stopped before. */
  async current(): Promise<void> {
    const { log, signal } = this.#common;
    const patience = patienceOf(this.#common, this.#who);
    const end = await patiently('read', patience, () => log.endOffset(AT));
    if (end !== undefined) await this.#until(end.value, signal);
  }

  /** Called with every camera of which a version was taken. Returns the way out. */
  watch(listener: (camera: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From when one that is saved now may hold. */
  holdsFromMs(camera: string, nowMs: number): number {
    const before = this.setups.last(camera)?.holdsFromMs ?? 0;
    return Math.max(nowMs + LEAD_MS, Math.min(before, nowMs + LEAD_MS_MAX));
  }

  /** Appends a version and reads it back: false when another took its number. Throws when it was stopped before. */
  async append(setup: CameraSetup): Promise<boolean> {
    const { log, signal, tally } = this.#common;
    const record = { ...AT, key: setup.camera, value: encodeCameraSetup(setup) };
    const offsets = await persist(log, [record], patienceOf(this.#common, 'setups'));
    if (offsets === undefined) throw new Error('stopped before the setup was on the log');
    tally.outages.delete('setups');
    await this.#until(offsets[0]! + 1, signal);
    if (signal.aborted) throw new Error('stopped before the setup was read back');
    // Not by its offset: an append that was tried again may lie there twice.
    const held = this.setups.setup(setup.camera, setup.version);
    return held !== undefined && isSame(held, setup);
  }

  #until(end: number, signal: AbortSignal): Promise<void> {
    if (this.#next >= end || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = {
        end,
        done: () => {
          this.#waiting.delete(waiting);
          signal.removeEventListener('abort', waiting.done);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', waiting.done, { once: true });
    });
  }

  #take(record: LogRecord): void {
    // A reader that broke may be given what was read before.
    if (record.offset >= this.#next) {
      this.#next = record.offset + 1;
      this.#fold(record);
    }
    for (const { end, done } of [...this.#waiting]) if (this.#next >= end) done();
  }

  #fold({ value }: LogRecord): void {
    const { tally } = this.#common;
    let setup: CameraSetup;
    try {
      setup = decodeCameraSetup(value);
    } catch {
      tally.refuse('setup_unreadable');
      return;
    }
    const taken = this.setups.take(setup);
    if (taken.kind === 'void') tally.refuse(taken.code);
    if (taken.kind === 'unfit') tally.refuse('setup_unfit');
    if (taken.kind !== 'taken') return;
    for (const listener of this.#listeners) listener(setup.camera);
  }
}
