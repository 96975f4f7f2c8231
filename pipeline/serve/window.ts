/**
 * The one rule about write(): when it answers false, wait. grpc-js would go on taking messages until memory ends.
 *
 * grpc-js counts messages, 16 of them, of whatever size. A window counts bytes too, so that a peer that does not read
 * holds WINDOW_BYTES and one message more.
 */
import type { Writable } from 'node:stream';
import type { StreamCall } from './grpc.ts';

/** With what HTTP/2 has under way (64 KB a stream) and a message of 256 KB at most: below half a MB a subscriber. */
export const WINDOW_BYTES = 128 * 1024;

export class Window {
  /** Called when there is room again after there was none. */
  onRoom: () => void = () => {};
  readonly #call: StreamCall;
  #hasRoom = true;
  #bytes = 0;
  #waiting: (() => void) | undefined;

  constructor(call: StreamCall) {
    this.#call = call;
    call.on('drain', this.#open);
  }

  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  /** Takes the message in any case. False: it was the last one until there is room again. */
  send(message: Uint8Array): boolean {
    const call = this.#call;
    if (call.writableLength === 0) this.#bytes = 0;
    this.#bytes += message.length;
    if (this.#bytes < WINDOW_BYTES) {
      this.#hasRoom = call.write(message);
    } else {
      this.#hasRoom = false;
      // Below 16 messages no drain would come.
      call.write(message, this.#open);
    }
    return this.#hasRoom;
  }

  /** Resolves when there is room, or when the signal says that it no longer matters. One at a time. */
  room(signal: AbortSignal): Promise<void> {
    if (this.#hasRoom || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting = undefined;
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting = done;
      signal.addEventListener('abort', done);
    });
  }

  readonly #open = (): void => {
    if (this.#hasRoom) return;
    this.#hasRoom = true;
    this.#bytes = 0;
    this.#waiting?.();
    this.onRoom();
  };
}

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
