/** Waiting, for what drives processes from outside. */

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves with whether it came true in time. */
export async function comesTrue(
  holds: () => Promise<boolean> | boolean,
  withinMs: number,
  everyMs = 250,
): Promise<boolean> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() >= untilMs) return false;
    await sleep(everyMs);
  }
}
