/**
 * The audit on the log: who did what, or was kept from it, on `rail.audit`, kept for 12 months.
 *
 * Entries are appended in the order in which they came. While the log is away they wait, at most ENTRIES_MAX of them,
 * some 500 bytes each; what finds no room is counted, and the count is the first entry when the log is back. Whoever
 * may not go on without an entry awaits it.
 */
import { encodeAuditEntry } from '../../proto/messages.ts';
import { persist } from '../drive.ts';
import type { AuditEntry } from '../model.ts';
import type { AuditTrail } from '../serve/audit.ts';
import { TOPICS } from '../topics.ts';
import { type Common, patienceOf } from './common.ts';

const ENTRIES_MAX = 10_000;
const BATCH = 256;

interface Waiting {
  readonly entry: AuditEntry;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export class AuditLog implements AuditTrail {
  readonly #common: Common;
  #waiting: Waiting[] = [];
  #dropped = 0;
  #running: Promise<void> | undefined;

  constructor(common: Common) {
    this.#common = common;
  }

  write(entry: AuditEntry): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#waiting.length >= ENTRIES_MAX) {
        this.#dropped++;
        failed(new Error('the audit is full: the log has been away for too long'));
        return;
      }
      this.#waiting.push({ entry, done, failed });
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  /** Resolves when everything that came is on the log, or will not be. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What comes in the same turn goes with one append.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      const entries = [...this.#droppedEntry(), ...batch.map(({ entry }) => entry)];
      try {
        const { log, tally } = this.#common;
        const records = entries.map((entry) => ({
          topic: TOPICS.audit,
          partition: 0,
          value: encodeAuditEntry(entry),
        }));
        if ((await persist(log, records, patienceOf(this.#common, 'audit'))) === undefined) {
          throw new Error('stopped before the entry was in the audit');
        }
        tally.outages.delete('audit');
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  #droppedEntry(): AuditEntry[] {
    if (this.#dropped === 0) return [];
    const repeats = this.#dropped;
    this.#dropped = 0;
    const nobody = { who: '', proof: '', object: TOPICS.audit, peer: '' };
    const why = 'entries found no room while the log was away';
    return [{ ...nobody, atMs: this.#common.nowMs(), act: 'audit', result: 'entries_lost', why, repeats }];
  }
}
