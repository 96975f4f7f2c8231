/** The one rule about write(): when it answers false, wait. grpc-js would go on taking messages until memory ends. */
import type { Writable } from 'node:stream';

/** Resolves when the peer has taken what was written, or when the signal says that it no longer matters. */
export function drained(call: Pick<Writable, 'on' | 'off'>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
