/** The client's side of the services beside Subscribe and the review. */
import {
  decodeGetHistoryResponse,
  decodeGetResponse,
  decodeGetStatisticsResponse,
  decodeListResponse,
  decodePushResponse,
  decodeStatusResponse,
  decodeWatchResponse,
  decodeWhoAmIResponse,
  encodeGetHistoryRequest,
  encodeGetRequest,
  encodeGetStatisticsRequest,
  encodeListRequest,
  encodePushRequest,
  encodeStatusRequest,
  encodeWatchRequest,
  encodeWhoAmIRequest,
  type GetHistoryRequest,
  type GetStatisticsRequest,
  type HistoryPoint,
  type ListRequest,
  type ListResponse,
  type PushResponse,
  type StatusResponse,
  type WatchRequest,
  type WatchResponse,
  type WhoAmIResponse,
} from '../../../proto/messages.ts';
import type { EventState, Frame, StatisticsRow } from '../../model.ts';
import type { ClientDuplexStream } from '../grpc.ts';
import {
  eventService,
  ingestService,
  observationService,
  operationService,
  statisticsService,
} from '../services.ts';
import { drained } from '../window.ts';
import { asRpcError } from './as-rpc-error.ts';
import type { Calling } from './calling.ts';
import { type ClipCalls, clipCalls } from './clip-calls.ts';
import { RpcError } from './rpc-error.ts';
import { type SetupCalls, setupCalls } from './setup-calls.ts';

export interface ServiceCalls extends SetupCalls, ClipCalls {
  /** Throws RpcError `unknown_event`. */
  getEvent(id: string): Promise<EventState>;
  /** One page. */
  listEvents(request?: Partial<ListRequest>): Promise<ListResponse>;
  /** What is measured now, until the signal aborts. */
  watchObservations(
    options?: Partial<WatchRequest> & { readonly signal?: AbortSignal },
  ): AsyncGenerator<WatchResponse, void, void>;
  /** People in one zone over the last while, oldest first; absent while unknown. */
  getHistory(of: GetHistoryRequest): Promise<readonly HistoryPoint[]>;
  /** For a producer of frames. */
  openPush(): PushStream;
  status(): Promise<StatusResponse>;
  /** Whom the server takes this caller for. */
  whoAmI(): Promise<WhoAmIResponse>;
  /** By site, camera, rule and day. `fromMs`, `untilMs`: 0 is no limit. */
  getStatistics(of: GetStatisticsRequest): Promise<readonly StatisticsRow[]>;
}

export interface PushStream {
  /**
   * Resolves when the frames are durable, with what was refused. Several may be on their way: how many is the server's to
   * bound. Rejects with RpcError when the stream breaks: push what was not acknowledged again, repeats are recognised.
   */
  push(frames: readonly Frame[]): Promise<PushResponse>;
  /** Resolves when everything is acknowledged and the stream has ended. */
  close(): Promise<void>;
}

export function serviceCalls(calling: Calling): ServiceCalls {
  return {
    ...setupCalls(calling),
    ...clipCalls(calling),
    async getHistory(of) {
      const { getHistory } = observationService.definition;
      return decodeGetHistoryResponse(await calling.ask(getHistory.path, encodeGetHistoryRequest(of))).points;
    },
    async getEvent(id) {
      const { get } = eventService.definition;
      return decodeGetResponse(await calling.ask(get.path, encodeGetRequest({ id }))).event;
    },
    async listEvents(request = {}) {
      const { list } = eventService.definition;
      return decodeListResponse(
        await calling.ask(list.path, encodeListRequest({ ...EVERYTHING, ...request })),
      );
    },
    async *watchObservations({ sites = [], cameras = [], zones = [], signal } = {}) {
      const { watch } = observationService.definition;
      const call = calling.open(watch.path, encodeWatchRequest({ sites, cameras, zones }));
      const stop = () => call.cancel();
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      try {
        for await (const bytes of call) yield decodeWatchResponse(bytes);
      } catch (error) {
        if (!signal?.aborted) throw asRpcError(error);
      } finally {
        signal?.removeEventListener('abort', stop);
        call.cancel();
      }
    },
    openPush: () => pushing(calling.converse(ingestService.definition.push.path)),
    async status() {
      const { status } = operationService.definition;
      return decodeStatusResponse(await calling.ask(status.path, encodeStatusRequest()));
    },
    async getStatistics(of) {
      const { getStatistics } = statisticsService.definition;
      const bytes = await calling.ask(getStatistics.path, encodeGetStatisticsRequest(of));
      return decodeGetStatisticsResponse(bytes).rows;
    },
    async whoAmI() {
      const { whoAmI } = operationService.definition;
      return decodeWhoAmIResponse(await calling.ask(whoAmI.path, encodeWhoAmIRequest()));
    },
  };
}

const EVERYTHING: ListRequest = {
  sites: [],
  cameras: [],
  places: [],
  types: [],
  states: [],
  oldestFirst: false,
  pageSize: 0,
  pageToken: '',
};

interface Awaited {
  readonly resolve: (response: PushResponse) => void;
  readonly reject: (error: unknown) => void;
}

function pushing(call: ClientDuplexStream<Uint8Array, Buffer>): PushStream {
  const waiting: Awaited[] = [];
  const over = new AbortController();
  let failure: unknown;
  let sequence = 0;
  /** One after the other: only when there is room for what was written last. */
  let room = Promise.resolve();
  const ended = new Promise<void>((resolve) => {
    const end = (error: unknown) => {
      failure ??= error;
      over.abort();
      for (const { reject } of waiting.splice(0)) reject(failure);
      resolve();
    };
    call.on('data', (bytes: Buffer) => waiting.shift()?.resolve(decodePushResponse(bytes)));
    call.on('error', (error) => end(asRpcError(error)));
    call.on('end', () => end(new RpcError('UNAVAILABLE', 'stream_ended', 'the stream has ended')));
  });
  return {
    async push(frames) {
      if (failure !== undefined) throw failure;
      sequence += 1;
      const answer = new Promise<PushResponse>((resolve, reject) => waiting.push({ resolve, reject }));
      // Whoever awaits it hears of it; while this waits for room nobody does yet.
      answer.catch(() => undefined);
      const bytes = encodePushRequest({ sequence, frames });
      room = room.then(async () => {
        if (failure === undefined && !call.write(bytes)) await drained(call, over.signal);
      });
      await room;
      return answer;
    },
    async close() {
      await room;
      call.end();
      await ended;
    },
  };
}
