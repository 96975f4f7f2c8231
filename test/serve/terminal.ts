/** A terminal made of streams: what is typed goes in, what was said can be read. */
import { PassThrough } from 'node:stream';
import type { Terminal } from '../../pipeline/operate/terminal.ts';
import { BEGAN_MS } from './world.ts';

export function testTerminal(
  options: { tty?: boolean; columns?: number; env?: Record<string, string> } = {},
) {
  const stop = new AbortController();
  const input = Object.assign(new PassThrough(), { isTTY: options.tty ?? false });
  const output = Object.assign(new PassThrough(), { isTTY: false, columns: options.columns ?? 1_000 });
  const errors = new PassThrough();
  const said = { output: '', errors: '' };
  const waiters = new Set<() => void>();
  for (const [name, stream] of Object.entries({ output, errors }) as ['output' | 'errors', PassThrough][]) {
    stream.on('data', (chunk: Buffer) => {
      said[name] += chunk;
      for (const look of waiters) look();
    });
  }
  const terminal: Terminal = {
    input,
    output,
    errors,
    env: options.env ?? {},
    now: () => BEGAN_MS + 60_000,
    stop: stop.signal,
  };
  return {
    terminal,
    said,
    stop: () => stop.abort(),
    type: (line: string) => void input.write(`${line}\n`),
    /** Resolves once it was said `times` times. */
    heard(where: 'output' | 'errors', what: string, times = 1): Promise<void> {
      return new Promise((resolve) => {
        const look = () => {
          if (said[where].split(what).length <= times) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      });
    },
  };
}
