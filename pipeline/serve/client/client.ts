/**
 * A small client: verified events that survive an outage, and the agent's calls.
 *
 * `subscribe` never skips in silence. It reconnects with back-off and goes on with the last token; when the
 * history after that token is gone it says so as a `gap` before it goes on with the oldest that is kept. Delivery
 * is at least once: whoever stores the token with what was done about an event sees no repeat.
 */
import {
  decodeDecideResponse,
  decodeListCandidatesResponse,
  decodeWatchCandidatesResponse,
  encodeDecideRequest,
  encodeListCandidatesRequest,
  encodeWatchCandidatesRequest,
  type VerdictDraft,
} from '../../../proto/messages.ts';
import type { CandidateReview, ReviewStatus } from '../../model.ts';
import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientTls,
  connect,
  Metadata,
  type ServiceError,
} from '../grpc.ts';
import { eventService, reviewService } from '../services.ts';
import { asRpcError } from './as-rpc-error.ts';
import { type ServiceCalls, serviceCalls } from './calls.ts';
import { type Delivery, type SubscribeOptions, subscription } from './subscription.ts';

export type { PushStream, ServiceCalls } from './calls.ts';
export { RpcError } from './rpc-error.ts';
export type { Delivery, SubscribeOptions } from './subscription.ts';

/** How a server is reached, and with what it is proved who calls. */
export interface ClientAccess {
  readonly tls?: ClientTls;
  /** The token of the moment; asked with every call. */
  readonly bearer?: () => string;
}

export interface VigieClient extends ServiceCalls {
  /** Endless until the signal aborts or the server refuses for good (then it throws RpcError). */
  subscribe(options?: SubscribeOptions): AsyncGenerator<Delivery, void, void>;
  listCandidates(filter?: {
    statuses?: readonly ReviewStatus[];
    sites?: readonly string[];
    cameras?: readonly string[];
    rules?: readonly string[];
    limit?: number;
  }): Promise<readonly CandidateReview[]>;
  /** First all that waits, then every change, until the signal aborts. */
  watchCandidates(options?: {
    sites?: readonly string[];
    signal?: AbortSignal;
    /** All that waits has been given. A server of an earlier release never says so. */
    onCurrent?: () => void;
  }): AsyncGenerator<CandidateReview, void, void>;
  /** `site`, `camera` and `atMs` are filled in by the server. Resolves once the ledger has read it back. */
  decide(verdict: VerdictDraft): Promise<CandidateReview>;
  close(): void;
}

/** Longer than the server's own bound on a verdict, so that its answer is the one that is seen. */
const UNARY_MS_MAX = 15_000;

/** Connects when first used. `address` is host:port. */
export function openClient(address: string, access: ClientAccess = {}): VigieClient {
  const client = new Caller(connect(address, access.tls), access.bearer);
  return {
    ...serviceCalls({
      ask: (path, request, signal) => client.ask(path, request, signal),
      open: (path, request) => client.open(path, request),
      converse: (path) => client.converse(path),
    }),
    subscribe: (options = {}) => {
      let token: string | undefined;
      return subscription(
        (request) => {
          token = access.bearer?.();
          return client.open(eventService.definition.subscribe.path, request);
        },
        options,
        () => access.bearer?.() !== token,
      );
    },
    async listCandidates(filter = {}) {
      const request = encodeListCandidatesRequest({ statuses: [], sites: [], ...filter });
      return decodeListCandidatesResponse(
        await client.ask(reviewService.definition.listCandidates.path, request),
      ).reviews;
    },
    async *watchCandidates({ sites = [], signal, onCurrent } = {}) {
      const call = client.open(
        reviewService.definition.watchCandidates.path,
        encodeWatchCandidatesRequest({ sites, tellWhenCurrent: onCurrent !== undefined }),
      );
      const stop = () => call.cancel();
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      try {
        for await (const bytes of call) {
          const answer = decodeWatchCandidatesResponse(bytes);
          if (answer.kind === 'current') onCurrent?.();
          else yield answer.review;
        }
      } catch (error) {
        if (!signal?.aborted) throw asRpcError(error);
      } finally {
        signal?.removeEventListener('abort', stop);
        call.cancel();
      }
    },
    async decide(verdict) {
      const bytes = await client.ask(reviewService.definition.decide.path, encodeDecideRequest({ verdict }));
      return decodeDecideResponse(bytes).review;
    },
    close: () => client.close(),
  };
}

const same = (bytes: Buffer): Buffer => bytes;
const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The calls of one connection, each with the token of the moment. */
class Caller {
  readonly #client: Client;
  readonly #bearer: (() => string) | undefined;

  constructor(client: Client, bearer: (() => string) | undefined) {
    this.#client = client;
    this.#bearer = bearer;
  }

  open(path: string, request: Uint8Array): ClientReadableStream<Buffer> {
    const call = this.#client.makeServerStreamRequest(path, buffer, same, request, this.#metadata(), {});
    // A cancelled call reports its own cancellation, perhaps after whoever read it has left.
    return call.on('error', () => {});
  }

  converse(path: string): ClientDuplexStream<Uint8Array, Buffer> {
    return this.#client.makeBidiStreamRequest(path, buffer, same, this.#metadata(), {});
  }

  ask(path: string, request: Uint8Array, signal?: AbortSignal): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + UNARY_MS_MAX;
      const stop = () => call.cancel();
      const done = (error: ServiceError | null, value?: Buffer) => {
        signal?.removeEventListener('abort', stop);
        if (error === null && value !== undefined) resolve(value);
        else reject(asRpcError(error));
      };
      const metadata = this.#metadata();
      const call = this.#client.makeUnaryRequest(path, buffer, same, request, metadata, { deadline }, done);
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
    });
  }

  close(): void {
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    if (this.#bearer !== undefined) metadata.set('authorization', `Bearer ${this.#bearer()}`);
    return metadata;
  }
}
