/** The subscriber's side of EventService.Subscribe: one endless stream out of many connections. */
import {
  type CameraState,
  decodeSubscribeResponse,
  encodeSubscribeRequest,
  type SubscribeResponse,
} from '../../../proto/messages.ts';
import type { EventType, Severity, VerifiedEvent } from '../../model.ts';
import type { ClientReadableStream } from '../grpc.ts';
import { asRpcError } from './as-rpc-error.ts';
import { RpcError } from './rpc-error.ts';

export interface SubscribeOptions {
  /** Empty or absent: all. */
  readonly sites?: readonly string[];
  readonly cameras?: readonly string[];
  readonly types?: readonly EventType[];
  /** Zones and lines of rules. */
  readonly places?: readonly string[];
  readonly severityMin?: Severity;
  /** Of the verdict, ms since the Unix epoch: at or after, and before. */
  readonly verdictFromMs?: number;
  readonly verdictUntilMs?: number;
  /** Also how well the cameras see. */
  readonly cameraStates?: boolean;
  /** Goes on after the message that carried it. */
  readonly resumeToken?: Uint8Array;
  /** Without a token: from the oldest that is kept. Otherwise from the present. */
  readonly fromStart?: boolean;
  readonly signal?: AbortSignal;
  /** First wait before reconnecting, ms; doubles up to `backoffMsMax`. Defaults 250 and 10000. */
  readonly backoffMs?: number;
  readonly backoffMsMax?: number;
  /** 0 to 1, for the half of each wait that is left to chance: many subscribers of one server must not come back at once. */
  readonly chance?: () => number;
}

export type Delivery =
  | { readonly kind: 'event'; readonly event: VerifiedEvent; readonly token: Uint8Array }
  /** Up to date: whatever was on the log at this time has been delivered. */
  | { readonly kind: 'progress'; readonly atMs: number; readonly token: Uint8Array }
  /** History is still being read; the filter let nothing of it pass for a while. */
  | { readonly kind: 'catching_up'; readonly token: Uint8Array }
  | { readonly kind: 'camera_state'; readonly state: CameraState }
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
  const { signal, backoffMs = 250, backoffMsMax = 10_000, chance = Math.random } = options;
  let token = options.resumeToken ?? new Uint8Array(0);
  let waitMsMax = backoffMs;
  while (!signal?.aborted) {
    const call = open(requestFor(options, token));
    const stop = () => call.cancel();
    signal?.addEventListener('abort', stop, { once: true });
    let failure: unknown;
    try {
      for await (const bytes of call) {
        const response = decodeSubscribeResponse(bytes);
        if (response.kind !== 'camera_state') token = response.resumeToken;
        waitMsMax = backoffMs;
        yield deliveryOf(response, token);
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
    const waitMs = Math.round((waitMsMax * (1 + chance())) / 2);
    yield { kind: 'reconnecting', why: failure.message, waitMs };
    await pause(waitMs, signal);
    waitMsMax = Math.min(waitMsMax * 2, backoffMsMax);
  }
}

function deliveryOf(response: SubscribeResponse, token: Uint8Array): Delivery {
  switch (response.kind) {
    case 'event':
      return { kind: 'event', event: response.event, token };
    case 'progress':
      return { kind: 'progress', atMs: response.atMs, token };
    case 'catching_up':
      return { kind: 'catching_up', token };
    case 'camera_state':
      return response;
  }
}

function requestFor(options: SubscribeOptions, token: Uint8Array): Uint8Array {
  return encodeSubscribeRequest({
    sites: options.sites ?? [],
    cameras: options.cameras ?? [],
    types: options.types ?? [],
    places: options.places ?? [],
    ...(options.severityMin === undefined ? {} : { severityMin: options.severityMin }),
    ...(options.verdictFromMs === undefined ? {} : { verdictFromMs: options.verdictFromMs }),
    ...(options.verdictUntilMs === undefined ? {} : { verdictUntilMs: options.verdictUntilMs }),
    resumeToken: token,
    fromStart: options.fromStart ?? false,
    cameraStates: options.cameraStates ?? false,
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
