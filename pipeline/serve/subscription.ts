/** The subscriber's side of EventService.Subscribe: one endless stream out of many connections. */
import { decodeSubscribeResponse, encodeSubscribeRequest } from '../../proto/messages.ts';
import type { EventType, Severity, VerifiedEvent } from '../model.ts';
import type { ClientReadableStream } from './grpc.ts';
import { asRpcError, RpcError } from './rpc-error.ts';

export interface SubscribeOptions {
  /** Empty or absent: all. */
  readonly sites?: readonly string[];
  readonly cameras?: readonly string[];
  readonly types?: readonly EventType[];
  readonly severityMin?: Severity;
  /** Goes on after the message that carried it. */
  readonly resumeToken?: Uint8Array;
  /** Without a token: from the oldest that is kept. Otherwise from the present. */
  readonly fromStart?: boolean;
  readonly signal?: AbortSignal;
  /** First wait before reconnecting, ms; doubles up to `backoffMsMax`. Defaults 250 and 10000. */
  readonly backoffMs?: number;
  readonly backoffMsMax?: number;
}

export type Delivery =
  | { readonly kind: 'event'; readonly event: VerifiedEvent; readonly token: Uint8Array }
  | { readonly kind: 'progress'; readonly atMs: number; readonly token: Uint8Array }
  /** The connection is lost; the next attempt comes after `waitMs`. */
  | { readonly kind: 'reconnecting'; readonly why: string; readonly waitMs: number }
  /** Events were lost to this subscriber: the history after its token is no longer kept. */
  | { readonly kind: 'gap'; readonly why: string; readonly token: Uint8Array };

type Open = (request: Uint8Array) => ClientReadableStream<Buffer>;

/** Worth another try: the server or the way to it may come back. All other refusals stay refusals. */
const PASSING = new Set([
  'UNAVAILABLE',
  'INTERNAL',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'CANCELLED',
]);

export async function* subscription(
  open: Open,
  options: SubscribeOptions,
  /** Whether another token has come since the last call was opened. */
  renewed: () => boolean = () => false,
): AsyncGenerator<Delivery, void, void> {
  const { signal, backoffMs = 250, backoffMsMax = 10_000 } = options;
  let token = options.resumeToken ?? new Uint8Array(0);
  let waitMs = backoffMs;
  while (!signal?.aborted) {
    const call = open(requestFor(options, token));
    const stop = () => call.cancel();
    signal?.addEventListener('abort', stop, { once: true });
    let failure: unknown;
    try {
      for await (const bytes of call) {
        const response = decodeSubscribeResponse(bytes);
        token = response.resumeToken;
        waitMs = backoffMs;
        yield response.kind === 'event'
          ? { kind: 'event', event: response.event, token }
          : { kind: 'progress', atMs: response.atMs, token };
      }
      failure = new RpcError('UNAVAILABLE', 'stream_ended', 'the server ended the stream');
    } catch (error) {
      failure = asRpcError(error);
    } finally {
      signal?.removeEventListener('abort', stop);
      call.cancel();
    }
    if (signal?.aborted) return;
    if (!(failure instanceof RpcError)) throw failure;
    if (failure.code === 'history_gone' && failure.oldestToken !== undefined) {
      token = failure.oldestToken;
      yield { kind: 'gap', why: failure.message, token };
      continue;
    }
    const again = failure.status === 'UNAUTHENTICATED' && renewed();
    if (!again && !PASSING.has(failure.status)) throw failure;
    yield { kind: 'reconnecting', why: failure.message, waitMs };
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, backoffMsMax);
  }
}

function requestFor(options: SubscribeOptions, token: Uint8Array): Uint8Array {
  return encodeSubscribeRequest({
    sites: options.sites ?? [],
    cameras: options.cameras ?? [],
    types: options.types ?? [],
    ...(options.severityMin === undefined ? {} : { severityMin: options.severityMin }),
    resumeToken: token,
    fromStart: options.fromStart ?? false,
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
  });
}
