/**
 * A subscriber's connection without a socket: what EventFeed writes on one side, `subscription` reads on the other.
 * As grpc-js has it, write() answers false at message 17 and takes more all the same; `most` is what that came to.
 */
import { EventEmitter } from 'node:events';
import { DEVELOPMENT } from '../../pipeline/identity/identity.ts';
import { type ClientReadableStream, Metadata, type StreamCall, status } from '../../pipeline/serve/grpc.ts';
import { setCaller } from '../../pipeline/serve/identity/caller.ts';

const WINDOW = 16;

export class Stream {
  /** The server's side. */
  readonly call: StreamCall;
  /** The client's side. */
  readonly readable: ClientReadableStream<Buffer>;
  /** Messages waiting at once, at most. */
  most = 0;
  readonly #server = new EventEmitter();
  readonly #messages: Buffer[] = [];
  readonly #pace: () => Promise<void>;
  #failure: Error | undefined;
  #wake = () => {};
  #cancelled = false;

  /** `pace`: awaited by the client before it takes each message. */
  constructor(request: Uint8Array, pace: () => Promise<void>) {
    this.#pace = pace;
    const server = this.#server;
    server.on('error', (error: Error) => this.#fail(error));
    const isCancelled = () => this.#cancelled;
    const waiting = () => this.#messages.length;
    this.call = Object.assign(server, {
      request,
      getPeer: () => 'simulated',
      sendMetadata: () => undefined,
      write: (message: Buffer) => this.#write(message),
      get cancelled() {
        return isCancelled();
      },
      get writableLength() {
        return waiting();
      },
    }) as unknown as StreamCall;
    setCaller(this.call, DEVELOPMENT);
    // Object.assign reads getters once; these two must stay alive.
    Object.defineProperty(this.call, 'cancelled', { get: isCancelled });
    Object.defineProperty(this.call, 'writableLength', { get: waiting });
    this.readable = {
      cancel: () => this.#cancel(),
      [Symbol.asyncIterator]: () => this.#read(),
    } as unknown as ClientReadableStream<Buffer>;
  }

  /** The connection breaks: what was on its way is lost, and either side learns it. */
  cut(why: string): void {
    this.#messages.length = 0;
    this.#fail(
      Object.assign(new Error(why), { code: status.UNAVAILABLE, details: why, metadata: new Metadata() }),
    );
    this.#cancel();
  }

  #write(message: Buffer): boolean {
    if (this.#cancelled) return false;
    this.#messages.push(message);
    this.most = Math.max(this.most, this.#messages.length);
    this.#wake();
    return this.#messages.length < WINDOW;
  }

  #fail(error: Error): void {
    const {
      code = status.UNKNOWN,
      details = error.message,
      metadata = new Metadata(),
    } = error as Error & {
      code?: number;
      details?: string;
      metadata?: Metadata;
    };
    this.#failure ??= Object.assign(new Error(details), { code, details, metadata });
    this.#wake();
  }

  #cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#server.emit('cancelled');
    this.#wake();
  }

  async *#read(): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      await this.#pace();
      const message = this.#messages.shift();
      if (message !== undefined) {
        if (this.#messages.length === 0) this.#server.emit('drain');
        yield message;
      } else if (this.#failure !== undefined) {
        throw this.#failure;
      } else if (this.#cancelled) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
