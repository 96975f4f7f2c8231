/**
 * IngestService.Push: frames from producers beside Vigie's own.
 *
 *   read --> unacknowledged (at most FRAMES_MAX frames, BYTES_MAX bytes) --> append, all that waits at once --> answer
 *
 * A request is answered when everything in it is durable, its refusals included. Beyond the bounds the stream is not read:
 * HTTP/2 then stops the producer. Below this, grpc-js holds at most 16 messages of 256 KB that it has read and we have not.
 */
import { decodePushRequestLenient, encodePushResponse } from '../../proto/messages.ts';
import { CallError, type DuplexCall, status, toStatus } from './grpc.ts';
import type { IngestPort, PushedRequest } from './port.ts';
import { scopeOfCall } from './scope.ts';
import { drained } from './window.ts';

export interface IngestDeskOptions {
  readonly ingest: IngestPort;
  readonly producersMax: number;
  readonly onFailure: (error: unknown) => void;
}

/** Of one stream, read and not answered: 1,024 frames of some 1 KB, or as many as have room. */
export const UNACKNOWLEDGED_FRAMES_MAX = 1_024;
const UNACKNOWLEDGED_BYTES_MAX = 4_000_000;

export class IngestDesk {
  readonly #options: IngestDeskOptions;
  readonly #streams = new Set<AbortController>();
  #closing = false;

  constructor(options: IngestDeskOptions) {
    this.#options = options;
  }

  /** Reads no more, answers what was read, and ends. */
  close(): void {
    this.#closing = true;
    for (const stop of this.#streams) stop.abort();
  }

  readonly push = async (call: DuplexCall): Promise<void> => {
    const { ingest, producersMax, onFailure } = this.#options;
    const stop = new AbortController();
    const gone = () => stop.abort();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    try {
      if (this.#closing) throw shuttingDown();
      if (this.#streams.size >= producersMax) throw tooMany(producersMax);
      this.#streams.add(stop);
      await answer(call, ingest, stop.signal);
      if (this.#closing && !call.cancelled) throw shuttingDown();
      call.end();
    } catch (error) {
      if (!(error instanceof CallError)) onFailure(error);
      if (!call.cancelled) call.emit('error', toStatus(error instanceof CallError ? error : unavailable()));
    } finally {
      this.#streams.delete(stop);
    }
  };
}

/** Until the producer ends the stream, or the signal aborts. */
async function answer(call: DuplexCall, ingest: IngestPort, signal: AbortSignal): Promise<void> {
  const scope = scopeOfCall(call);
  const waiting: PushedRequest[] = [];
  let [frames, bytes, ended] = [0, 0, false];
  let wake = () => {};
  const isFull = () => frames >= UNACKNOWLEDGED_FRAMES_MAX || bytes >= UNACKNOWLEDGED_BYTES_MAX;
  call.on('data', (message: Uint8Array) => {
    const request = { ...decodePushRequestLenient(message), message };
    waiting.push(request);
    frames += weightOf(request);
    bytes += message.length;
    if (isFull()) call.pause();
    wake();
  });
  call.on('end', () => {
    ended = true;
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  while (!signal.aborted) {
    if (waiting.length === 0) {
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const taken = waiting.splice(0);
    for (const response of await ingest.take(taken, (site) => scope.sees({ site }))) {
      if (!call.write(encodePushResponse(response))) await drained(call, signal);
    }
    for (const request of taken) {
      frames -= weightOf(request);
      bytes -= request.message.length;
    }
    if (!isFull() && call.isPaused()) call.resume();
  }
}

/** A request without a frame is one to answer all the same. */
function weightOf({ frames, faults }: PushedRequest): number {
  return Math.max(1, frames.length + faults.length);
}

function shuttingDown(): CallError {
  return new CallError(
    status.UNAVAILABLE,
    'shutting_down',
    'this server is shutting down; push again elsewhere what was not acknowledged',
  );
}

function unavailable(): CallError {
  return new CallError(
    status.UNAVAILABLE,
    'log_unavailable',
    'frames cannot be stored now; push again what was not acknowledged',
  );
}

function tooMany(max: number): CallError {
  return new CallError(
    status.RESOURCE_EXHAUSTED,
    'too_many_producers',
    `this server has ${max} producers, its limit; try another, or later`,
  );
}
