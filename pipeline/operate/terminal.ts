/** What a command that talks to a person needs of its process; tests hand in streams of their own. */
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly errors: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** Aborts when the person wants out. */
  readonly stop: AbortSignal;
}

/** This process's own. Ctrl-C stops the command, a second one the process. */
export function processTerminal(): Terminal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    env: process.env,
    now: Date.now,
    stop: stop.signal,
  };
}

/** Resolves when the stream can take more: a pipe that nobody reads holds the command, not memory. */
export function say(stream: Writable, line: string): Promise<void> {
  return new Promise((resolve) => {
    if (stream.write(`${line}\n`)) return resolve();
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
