/**
 * The way of frames out of an ingest process: to the log while it takes them in time, through the spool otherwise.
 *
 *            in time
 *   append --------------------------------> log
 *      \  late, failed, or others wait        ^
 *       +-----> spool (disk) --- drain -------+
 *
 * While the log is well nothing is written to disk. Once a record went to the spool all that follow go behind it, so
 * the frames of a camera stay in order, until the spool is empty again. An append that came too late may have worked
 * nevertheless: its frames are then sent twice, and dropped once, by their number, where they are read.
 */
import type { Log, NewRecord } from '../log/port.ts';
import { isForGood, type Patience, patiently, pause } from '../patience.ts';
import type { Epochs } from './epochs.ts';
import type { Spool } from './spool.ts';

export interface OutboxOptions {
  readonly log: Pick<Log, 'append'>;
  /** Opened at the first need, and then for good. */
  readonly openSpool: () => Promise<Spool>;
  readonly patience: Patience;
  /** The log has taken records. */
  readonly onTaken?: () => void;
  /** How long the log may take for an append. Default 1000 ms. */
  readonly inTimeMs?: number;
}

const IN_TIME_MS = 1_000;
/** Clients give up by themselves; one that does not must not keep the spool from being sent. */
const LATE_MS_MAX = 60_000;

export class Outbox {
  readonly #options: OutboxOptions;
  #spool: Spool | undefined;
  #draining: Promise<void> | undefined;
  /** Calls that are on their way into the spool. */
  #adding = 0;
  #failure: Error | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Sends first what a process before this one left. Returns its last epochs. */
  async resume(): Promise<Epochs> {
    this.#spool = await this.#options.openSpool();
    if (!this.#spool.isEmpty) this.#drain();
    return this.#spool.left;
  }

  /**
   * One call at a time. Resolves when the records are durable: on the log, or in the spool. Rejects when the log failed
   * for good.
   */
  async append(records: readonly NewRecord[]): Promise<readonly number[]> {
    if (this.#failure !== undefined) throw this.#failure;
    // Also when it is stopped and nothing is sent any more: what is newer must not overtake.
    if (this.#draining !== undefined || this.#spool?.isEmpty === false) {
      await this.#hold(records);
      return [];
    }
    const sent = this.#options.log.append(records);
    const inTimeMs = this.#options.inTimeMs ?? IN_TIME_MS;
    const outcome = await inTime(sent, inTimeMs);
    if (outcome.kind === 'done') {
      this.#options.onTaken?.();
      return [];
    }
    if (outcome.kind === 'failed' && isForGood(outcome.error)) throw outcome.error;
    this.#tell(outcome.kind === 'failed' ? outcome.error : new Error(`no answer within ${inTimeMs} ms`));
    await this.#hold(records, outcome.kind === 'late' ? sent : undefined);
    return [];
  }

  /** Resolves when the log has everything, or when stopped before. Rejects when the log failed for good. */
  async emptied(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** After the stop. What is in the spool waits there for the next process. */
  async close(): Promise<void> {
    await this.#draining;
    await this.#spool?.close();
  }

  /** `sent`: an append of the same records that has not come back. */
  async #hold(records: readonly NewRecord[], sent?: Promise<unknown>): Promise<void> {
    this.#adding += 1;
    try {
      const upTo = await this.#add(records);
      this.#drain(sent === undefined ? undefined : { sent, upTo });
    } catch (error) {
      // The disk takes nothing either: the source waits, as it must where there is no spool.
      this.#adding -= 1;
      this.#tell(error);
      await this.#draining;
      this.#adding += 1;
      const { log, patience } = this.#options;
      if ((await patiently('append', patience, () => log.append(records))) !== undefined)
        this.#options.onTaken?.();
    } finally {
      this.#adding -= 1;
    }
  }

  async #add(records: readonly NewRecord[]): Promise<number> {
    this.#spool ??= await this.#options.openSpool();
    try {
      return await this.#spool.add(records);
    } catch (error) {
      if (this.#spool.isEmpty) throw error;
      await this.#spool.shrink();
      return this.#spool.add(records);
    }
  }

  #drain(late?: Late): void {
    // A turn later: after the stop it ends without waiting for anything, and must not have ended before it is noted.
    this.#draining ??= Promise.resolve().then(() => this.#send(late));
  }

  async #send(late: Late | undefined): Promise<void> {
    const { log, patience, onTaken } = this.#options;
    const spool = this.#spool!;
    try {
      if (late !== undefined && (await inTime(late.sent, LATE_MS_MAX, patience.signal)).kind === 'done')
        await spool.remove(late.upTo);
      while (!patience.signal.aborted) {
        // Read anew for every attempt: in a long outage the oldest make room for others.
        const sent = await patiently('append', patience, async () => {
          const oldest = await spool.oldest();
          if (oldest.records.length > 0) await log.append(oldest.records);
          return oldest;
        });
        if (sent === undefined) break;
        const { records, upTo } = sent.value;
        if (records.length === 0) {
          if (this.#adding > 0) await pause(1, patience.signal);
          // Nothing awaits between this look and the change of mode.
          else if (spool.isEmpty) break;
          continue;
        }
        onTaken?.();
        await spool.remove(upTo);
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#draining = undefined;
    }
  }

  #tell(error: unknown): void {
    const cause = error instanceof Error ? error : new Error(String(error));
    this.#options.patience.onOutage?.({ doing: 'append', error: cause, attempt: 1, retryInMs: 0 });
  }
}

/** An append that has not come back, and where its records end in the spool. */
interface Late {
  readonly sent: Promise<unknown>;
  readonly upTo: number;
}

type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'late' }
  | { readonly kind: 'failed'; readonly error: unknown };

async function inTime(sent: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<Outcome> {
  const over = new AbortController();
  const stop = () => over.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const late = pause(ms, over.signal).then((): Outcome => ({ kind: 'late' }));
  const settled = sent.then(
    (): Outcome => ({ kind: 'done' }),
    (error: unknown): Outcome => ({ kind: 'failed', error }),
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    stop();
    signal?.removeEventListener('abort', stop);
  }
}
