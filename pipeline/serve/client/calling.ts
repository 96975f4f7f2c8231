/** How the client's side of every service reaches its server. */
import type { ClientDuplexStream, ClientReadableStream } from '../grpc.ts';

/** How calls are made over one connection. */
export interface Calling {
  /** The signal cancels it. */
  ask(path: string, request: Uint8Array, signal?: AbortSignal): Promise<Buffer>;
  open(path: string, request: Uint8Array): ClientReadableStream<Buffer>;
  converse(path: string): ClientDuplexStream<Uint8Array, Buffer>;
}
