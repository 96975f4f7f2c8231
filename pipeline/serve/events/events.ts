/**
 * EventService: verified events, as they come, to whoever subscribed. At least once; ordered per camera, because a
 * camera lives in one partition.
 *
 * One tail (live.ts) reads the log for all who are live; it lives as long as somebody is subscribed. A subscriber who
 * reads history, or cannot keep up, has a reader of its own until it is live (subscriber.ts).
 */
import { decodeSubscribeRequest } from '../../../proto/messages.ts';
import { type Log, OffsetGoneError } from '../../log/port.ts';
import { readRequest } from '../calls.ts';
import { CallError, Metadata, type StreamCall, status, toStatus } from '../grpc.ts';
import { scopeOfCall } from '../scope.ts';
import { Gate, type Withheld } from './admit.ts';
import { everyPartition } from './cursor.ts';
import { cameraFilter, eventFilter } from './filter.ts';
import { LiveTail } from './live.ts';
import { historyGone, startingPoint } from './start.ts';
import { CameraStates } from './states.ts';
import { Subscriber } from './subscriber.ts';

export type { Withheld } from './admit.ts';

export interface EventFeedOptions {
  readonly log: Log;
  readonly topic: string;
  /** Where camera states come from. Absent: asking for them is refused. */
  readonly observations?: string;
  readonly progressMs: number;
  readonly subscribersMax: number;
  readonly now: () => number;
  readonly onWithheld: (withheld: Withheld) => void;
  readonly onFailure: (error: unknown) => void;
}

/** One open subscription, as the status shows it. */
export interface SubscriberState {
  readonly peer: string;
  readonly sent: number;
  /** Messages taken by write() and not yet by the network. */
  readonly unsent: number;
  /** false: it reads history, because it came late or is slow. */
  readonly isLive: boolean;
}

/** A subscription from its first moment on; `subscriber` once it is known where it begins. */
interface Open {
  readonly call: StreamCall;
  readonly stop: AbortController;
  subscriber?: Subscriber;
}

export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #open = new Set<Open>();
  readonly #gate: Gate;
  readonly #states: CameraStates | undefined;
  #tail: Promise<LiveTail> | undefined;
  #closing = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#gate = new Gate(options.onWithheld);
    const { log, observations, now, onFailure } = options;
    if (observations !== undefined)
      this.#states = new CameraStates({ log, topic: observations, now, onFailure });
  }

  subscribers(): SubscriberState[] {
    return [...this.#open].map(({ call, subscriber }) => ({
      peer: call.getPeer(),
      sent: subscriber?.sent ?? 0,
      unsent: call.writableLength,
      isLive: subscriber?.isLive ?? false,
    }));
  }

  /** Ends every subscription after the message at hand and a last token. */
  close(): void {
    this.#closing = true;
    for (const { stop } of this.#open) stop.abort();
  }

  readonly subscribe = async (call: StreamCall): Promise<void> => {
    const open: Open = { call, stop: new AbortController() };
    const gone = () => open.stop.abort();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    try {
      if (this.#closing) throw shuttingDown();
      if (this.#open.size >= this.#options.subscribersMax) throw tooMany(this.#options.subscribersMax);
      this.#open.add(open);
      await this.#run(open);
      if (!this.#closing || call.cancelled) return;
      open.subscriber?.sayLastToken();
      throw shuttingDown();
    } catch (error) {
      if (!call.cancelled) call.emit('error', toStatus(this.#asCallError(error)));
    } finally {
      this.#open.delete(open);
      if (this.#open.size === 0) this.#stopTail();
    }
  };

  async #run(open: Open): Promise<void> {
    const { log, topic } = this.#options;
    const { call, stop } = open;
    const scope = scopeOfCall(call);
    const request = readRequest(decodeSubscribeRequest, call.request);
    scope.require(request);
    if (request.cameraStates && this.#states === undefined) throw noStates();
    const from = await startingPoint(log, topic, request);
    const tail = await this.#tailNow(from.length);
    // Headers first: the caller learns that it is subscribed, however long the first event takes.
    call.sendMetadata(new Metadata());
    const wants = eventFilter(request);
    const subscriber = new Subscriber({
      ...this.#options,
      call,
      from,
      tail,
      wants: (facts) => wants(facts) && scope.sees(facts),
      ...(scope.form && { form: scope.form }),
      gate: this.#gate,
    });
    open.subscriber = subscriber;
    const ofCamera = cameraFilter(request);
    const unwatch = request.cameraStates
      ? this.#states?.watch(
          (site, camera) => scope.sees({ site }) && ofCamera(site, camera),
          (camera, response) => subscriber.show(camera, response),
        )
      : undefined;
    try {
      await subscriber.run(stop.signal);
    } catch (error) {
      if (!(error instanceof OffsetGoneError)) throw error;
      throw await historyGone(log, topic, subscriber.cursor.offsets, error.message);
    } finally {
      unwatch?.();
    }
  }

  /** A tail that failed is of no more use: it begins anew with whoever comes next. */
  async #tailNow(partitions: number): Promise<LiveTail> {
    for (;;) {
      const asked = this.#tail;
      const known = await asked?.catch(() => undefined);
      // Live subscribers would never hear of a partition that was added; coming back, they are told.
      if (known?.partitions !== partitions)
        known?.fail(new Error(`the topic has ${partitions} partitions now`));
      if (known !== undefined && !known.hasFailed) return known;
      // Unless somebody else was faster.
      if (this.#tail !== asked) continue;
      this.#tail = this.#openTail(partitions);
      return this.#tail;
    }
  }

  async #openTail(partitions: number): Promise<LiveTail> {
    const { log, topic } = this.#options;
    const from = await everyPartition(topic, partitions, (at) => log.endOffset(at));
    return new LiveTail({ ...this.#options, from, gate: this.#gate });
  }

  #stopTail(): void {
    const tail = this.#tail;
    this.#tail = undefined;
    tail?.then(
      (opened) => opened.stop(),
      () => undefined,
    );
  }

  #asCallError(error: unknown): unknown {
    if (error instanceof CallError) return error;
    this.#options.onFailure(error);
    return new CallError(
      status.UNAVAILABLE,
      'log_unavailable',
      'the log of events cannot be read now; try again',
    );
  }
}

function shuttingDown(): CallError {
  return new CallError(
    status.UNAVAILABLE,
    'shutting_down',
    'this server is shutting down; go on with the last resume token',
  );
}

function tooMany(max: number): CallError {
  return new CallError(
    status.RESOURCE_EXHAUSTED,
    'too_many_subscribers',
    `this server has ${max} subscribers, its limit; try another, or later`,
  );
}

function noStates(): CallError {
  return new CallError(
    status.UNIMPLEMENTED,
    'no_camera_states',
    'this server does not read observations, so it knows of no camera states',
  );
}
