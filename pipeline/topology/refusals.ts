/** One refusal per reason, camera and record: a flood of bad frames must not become a flood of refusals. */
import type { LogRecord } from '../log/port.ts';
import type { Effect, Refusal } from '../work.ts';

export class Refusals {
  readonly #found = new Map<LogRecord, Map<string, { refusal: Refusal; count: number }>>();

  add(record: LogRecord, code: string, detail: string, site?: string, camera?: string): void {
    const ofRecord = this.#found.get(record) ?? new Map<string, { refusal: Refusal; count: number }>();
    this.#found.set(record, ofRecord);
    const key = JSON.stringify([code, site, camera]);
    const found = ofRecord.get(key);
    if (found !== undefined) {
      found.count += 1;
      return;
    }
    const whose = { ...(site !== undefined && { site }), ...(camera !== undefined && { camera }) };
    ofRecord.set(key, { refusal: { code, detail, ...whose }, count: 1 });
  }

  /** What became of them since the last call. `count` is told how many frames each stands for. */
  take(count: (code: string, frames: number) => void): Effect[] {
    const effects: Effect[] = [];
    for (const [record, ofRecord] of this.#found) {
      for (const { refusal, count: frames } of ofRecord.values()) {
        const more = frames > 1 ? ` (and ${frames - 1} more of this kind in the record)` : '';
        count(refusal.code, frames);
        effects.push({ kind: 'reject', refusal: { ...refusal, detail: `${refusal.detail}${more}` }, record });
      }
    }
    this.#found.clear();
    return effects;
  }
}
