/** How a command that runs until it is told to stop is told: Ctrl-C, and what service managers send. */

/** Said by the second Ctrl-C. */
export const INTERRUPTED = 130;

/** npm passes on the Ctrl-C that its child has had from the terminal already: so close, it is the same one. */
const TWICE_MS = 500;

/** The first signal asks to stop; the second one does not wait for anything. */
export function untilTold(): { readonly signal: AbortSignal; readonly once: Promise<undefined> } {
  const asked = new AbortController();
  const { signal } = asked;
  const once = new Promise<undefined>((resolve) => {
    let askedAtMs: number | undefined;
    const ask = () => {
      const nowMs = performance.now();
      askedAtMs ??= nowMs;
      if (nowMs - askedAtMs > TWICE_MS) process.exit(INTERRUPTED);
      asked.abort();
      resolve(undefined);
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, ask);
  });
  return { signal, once };
}
