/** Waiting that ends early when it no longer matters. */

/** How soon a server that is away is asked again: at first, and at most, twice as long each time. */
export const RETRY_MS = 250;
export const RETRY_MS_MAX = 5_000;

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
