/**
 * Outages are waited out here and nowhere else: try, report, wait twice as long, try again. What waiting cannot mend
 * (access refused, bad input, a mistake of ours) is thrown on: it would be tried for ever.
 */
import { InputError } from './errors.ts';
import { LogClosedError, LogFailure } from './log/port.ts';

export interface Outage {
  readonly doing: 'read' | 'append' | 'commit';
  readonly error: Error;
  /** 1 on the first failure in a row. */
  readonly attempt: number;
  readonly retryInMs: number;
}

export interface Patience {
  /** Aborted: stop waiting. */
  readonly signal: AbortSignal;
  readonly onOutage?: (outage: Outage) => void;
  /** First wait after a failure, doubled up to the longest. Default 100 ms and 5 s. */
  readonly retryMs?: number;
  readonly retryMsMax?: number;
}

const RETRY_MS = 100;
const RETRY_MS_MAX = 5_000;

/**
 * Tries at least once, until it works; undefined when stopped before. The first attempt is made even after the
 * stop, so that work in hand is finished while the log is well.
 */
export async function patiently<T>(
  doing: Outage['doing'],
  patience: Patience,
  attemptIt: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { value: await attemptIt() };
    } catch (error) {
      await waitOut(doing, error, attempt, patience);
      if (patience.signal.aborted) return undefined;
    }
  }
}

/** Reports one failure and waits before the next attempt. Throws what waiting cannot mend. */
export async function waitOut(
  doing: Outage['doing'],
  error: unknown,
  attempt: number,
  patience: Patience,
): Promise<void> {
  if (isForGood(error)) throw error;
  const first = patience.retryMs ?? RETRY_MS;
  const retryInMs = Math.min(first * 2 ** Math.min(attempt - 1, 16), patience.retryMsMax ?? RETRY_MS_MAX);
  const cause = error instanceof Error ? error : new Error(String(error));
  patience.onOutage?.({ doing, error: cause, attempt, retryInMs });
  await pause(retryInMs, patience.signal);
}

/** What waiting cannot mend. */
export function isForGood(error: unknown): boolean {
  if (error instanceof LogFailure) return !error.transient;
  return FOR_GOOD.some((kind) => error instanceof kind);
}

const FOR_GOOD = [LogClosedError, InputError, TypeError, RangeError, ReferenceError];

/** Resolves after `ms`, at once when stopped. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
