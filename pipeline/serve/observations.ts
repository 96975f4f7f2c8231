/**
 * ObservationService.Watch: what is measured now, of every camera, at about 1 Hz.
 *
 * One reader follows rail.observations for all. A gauge, not a log: a watcher has at most one observation of each camera
 * waiting, the newest; what it replaces is counted as skipped. So a slow watcher costs a reference per camera and the 17
 * messages that grpc-js takes before write() answers false.
 *
 * What was last said of each camera is kept for the status, CAMERAS_MAX of them at most; how many people there were
 * in each zone over the last hour, in history.ts.
 */
import {
  decodeGetHistoryRequest,
  decodeObservation,
  decodeWatchRequest,
  encodeGetHistoryResponse,
  encodeWatchResponse,
  type GetHistoryRequest,
  type GetHistoryResponse,
  type WatchRequest,
} from '../../proto/messages.ts';
import type { Log, LogRecord } from '../log/port.ts';
import { cameraKey, type Observation } from '../model.ts';
import type { Outage } from '../patience.ts';
import { readRequest, unary } from './calls.ts';
import { observationResponse } from './envelope.ts';
import { CallError, Metadata, type StreamCall, status, toStatus, type UnaryCall } from './grpc.ts';
import { fill, HISTORY_MS, History } from './history.ts';
import { Rate } from './rate.ts';
import { scopeOfCall } from './scope.ts';
import { tail } from './tail.ts';
import { drained } from './window.ts';

export interface ObservationFeedOptions {
  readonly log: Log;
  readonly topic: string;
  readonly watchersMax: number;
  readonly now?: () => number;
  readonly onFailure: (error: unknown) => void;
  readonly onOutage?: (outage: Outage | undefined) => void;
}

/** An observation of some 1 KB: 16 MB. */
export const CAMERAS_MAX = 16_384;

/** What was last said of a camera. */
export interface CameraSeen {
  readonly observation: Observation;
  /** As it lies on the log. */
  readonly bytes: Uint8Array;
  /** When it was appended. */
  readonly heardAtMs: number;
  /** Frames measured a second, by the log's append times; absent until two observations were read. */
  framesPerSecond(nowMs: number): number | undefined;
}

interface Watcher {
  readonly wants: (observation: Observation) => boolean;
  readonly pending: Map<string, { seen: CameraSeen; skipped: number }>;
  wake: () => void;
  readonly stop: AbortController;
}

export class ObservationFeed {
  readonly #options: ObservationFeedOptions;
  readonly #stop = new AbortController();
  readonly #watchers = new Set<Watcher>();
  readonly #cameras = new Map<string, { seen: CameraSeen; rate: Rate }>();
  readonly #history = new History();
  #isReading = false;
  #filling: Promise<void> | undefined;

  constructor(options: ObservationFeedOptions) {
    this.#options = options;
  }

  get handlers() {
    const { onFailure } = this.#options;
    return {
      watch: this.watch,
      getHistory: unary(
        decodeGetHistoryRequest,
        (request, call) => this.#answer(request, call),
        encodeGetHistoryResponse,
        onFailure,
      ),
    };
  }

  /** Until it is closed. */
  async run(): Promise<void> {
    const { log, topic, onOutage } = this.#options;
    await tail({
      log,
      topic,
      from: 'end',
      patience: {
        signal: this.#stop.signal,
        onOutage: (outage) => {
          this.#isReading = false;
          onOutage?.(outage);
        },
      },
      onWell: () => {
        this.#isReading = true;
        // Once what comes is being read, so that nothing lies between.
        this.#filling ??= this.#fill();
        onOutage?.(undefined);
      },
      onRecord: (record) => this.#take(record),
    });
    await this.#filling;
  }

  /** What cannot be read of the past stays unknown. */
  async #fill(): Promise<void> {
    const { log, topic, onFailure, now = Date.now } = this.#options;
    await fill(this.#history, log, topic, now(), { signal: this.#stop.signal }).catch(onFailure);
  }

  #answer({ backMs, ...of }: GetHistoryRequest, call: UnaryCall): GetHistoryResponse {
    scopeOfCall(call).require({ sites: [of.site] });
    if (backMs <= 0 || backMs > HISTORY_MS) throw badBack(backMs);
    const nowMs = (this.#options.now ?? Date.now)();
    const seen = this.#cameras.get(cameraKey(of.site, of.camera))?.seen;
    // By the camera's clock, as far as it has been heard of.
    const untilMs = seen === undefined ? nowMs : seen.observation.atMs + Math.max(0, nowMs - seen.heardAtMs);
    return { points: this.#history.points(of, untilMs - backMs, untilMs) };
  }

  /** What was last said of each camera, by `cameraKey`; undefined while the log does not answer. */
  cameras(): ReadonlyMap<string, { readonly seen: CameraSeen }> | undefined {
    return this.#isReading ? this.#cameras : undefined;
  }

  close(): void {
    this.#stop.abort();
    for (const { stop } of this.#watchers) stop.abort();
  }

  readonly watch = async (call: StreamCall): Promise<void> => {
    const stop = new AbortController();
    const gone = () => stop.abort();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    let watcher: Watcher | undefined;
    try {
      if (this.#stop.signal.aborted) throw shuttingDown();
      if (this.#watchers.size >= this.#options.watchersMax) throw tooMany(this.#options.watchersMax);
      const request = readRequest(decodeWatchRequest, call.request);
      const scope = scopeOfCall(call);
      scope.require({ sites: request.sites });
      const fits = filterOf(request);
      const wants = (observation: Observation) => fits(observation) && scope.sees(observation);
      watcher = { wants, pending: new Map(), wake: () => {}, stop };
      stop.signal.addEventListener('abort', () => watcher?.wake(), { once: true });
      this.#watchers.add(watcher);
      call.sendMetadata(new Metadata());
      await send(call, watcher, request);
      if (this.#stop.signal.aborted && !call.cancelled) throw shuttingDown();
    } catch (error) {
      if (!(error instanceof CallError)) this.#options.onFailure(error);
      if (!call.cancelled) call.emit('error', toStatus(error));
    } finally {
      if (watcher !== undefined) this.#watchers.delete(watcher);
    }
  };

  #take(record: LogRecord): void {
    let observation: Observation;
    try {
      observation = decodeObservation(record.value);
    } catch {
      // Written by a worker of ours; who measures is told of it there.
      return;
    }
    this.#history.take(observation);
    const key = cameraKey(observation.site, observation.camera);
    const rate = this.#cameras.get(key)?.rate ?? new Rate();
    rate.add(record.timestampMs, observation.frames);
    const seen: CameraSeen = {
      observation,
      bytes: record.value,
      heardAtMs: record.timestampMs,
      framesPerSecond: (nowMs) => rate.perSecond(nowMs),
    };
    // Set anew, so that the one that was silent for longest comes first.
    this.#cameras.delete(key);
    this.#cameras.set(key, { seen, rate });
    if (this.#cameras.size > CAMERAS_MAX) this.#cameras.delete(this.#cameras.keys().next().value!);
    for (const watcher of this.#watchers) {
      if (!watcher.wants(observation)) continue;
      const before = watcher.pending.get(key);
      watcher.pending.set(key, { seen, skipped: before === undefined ? 0 : before.skipped + 1 });
      watcher.wake();
    }
  }
}

async function send(call: StreamCall, watcher: Watcher, { zones }: WatchRequest): Promise<void> {
  const { pending, stop } = watcher;
  while (!stop.signal.aborted) {
    for (const [key, { seen, skipped }] of pending) {
      pending.delete(key);
      const message =
        zones.length === 0
          ? observationResponse(seen.bytes, skipped)
          : Buffer.from(encodeWatchResponse({ observation: only(zones, seen.observation), skipped }));
      if (!call.write(message)) await drained(call, stop.signal);
      if (stop.signal.aborted) return;
    }
    if (pending.size > 0 || stop.signal.aborted) continue;
    await new Promise<void>((resolve) => {
      watcher.wake = resolve;
    });
  }
}

function only(wanted: readonly string[], observation: Observation): Observation {
  const zones = observation.zones.filter(({ zone }) => wanted.includes(zone));
  return { ...observation, zones, crossings: [] };
}

function filterOf({ sites, cameras, zones }: WatchRequest): (observation: Observation) => boolean {
  return (observation) =>
    (sites.length === 0 || sites.includes(observation.site)) &&
    (cameras.length === 0 || cameras.includes(observation.camera)) &&
    (zones.length === 0 || observation.zones.some(({ zone }) => zones.includes(zone)));
}

function shuttingDown(): CallError {
  return new CallError(status.UNAVAILABLE, 'shutting_down', 'this server is shutting down');
}

function tooMany(max: number): CallError {
  return new CallError(
    status.RESOURCE_EXHAUSTED,
    'too_many_watchers',
    `this server has ${max} watchers, its limit; try another, or later`,
  );
}

function badBack(backMs: number): CallError {
  return new CallError(
    status.INVALID_ARGUMENT,
    'bad_back_ms',
    `back_ms is ${backMs}, expected 1 to ${HISTORY_MS}`,
  );
}
