/**
 * EventService: verified events, as they come, to whoever subscribed.
 *
 * A subscriber costs a cursor and a small window: at most BATCH_RECORDS records read ahead and the 17 messages
 * that grpc-js takes before write() answers false. Then the subscription waits for drain, and a slow subscriber
 * goes on from the log. At least once; ordered per camera, because a camera lives in one partition.
 */
import { decodeEvent, decodeSubscribeRequest } from '../../proto/messages.ts';
import { type Log, type LogRecord, OffsetGoneError } from '../log/port.ts';
import type { VerifiedEvent } from '../model.ts';
import { whyNotVerified } from './admit.ts';
import { readRequest } from './calls.ts';
import { eventResponse, progressResponse } from './envelope.ts';
import { eventFilter } from './filter.ts';
import { follow } from './follow.ts';
import { CallError, Metadata, type StreamCall, status, toStatus } from './grpc.ts';
import { callerOf, requireScope } from './identity/caller.ts';
import { scopeOfCall } from './scope.ts';
import { historyGone, startingPoint } from './start.ts';
import { drained } from './window.ts';

/** A record on the log of events that must not, or cannot, go out. */
export interface Withheld {
  readonly record: LogRecord;
  readonly code: 'event_undecodable' | 'event_unverified';
  readonly detail: string;
}

export interface EventFeedOptions {
  readonly log: Log;
  readonly topic: string;
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
}

/** Places remembered so that they are not reported twice; some 40 bytes each. */
const WITHHELD_MAX = 1_000;

export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #open = new Set<{ call: StreamCall; sent: number; stop: AbortController }>();
  readonly #withheld = new Set<string>();
  #closing = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  subscribers(): SubscriberState[] {
    return [...this.#open].map(({ call, sent }) => ({
      peer: call.getPeer(),
      sent,
      unsent: call.writableLength,
    }));
  }

  /** Ends every subscription after the message at hand; the token in that message goes on elsewhere. */
  close(): void {
    this.#closing = true;
    for (const { stop } of this.#open) stop.abort();
  }

  readonly subscribe = async (call: StreamCall): Promise<void> => {
    const stop = new AbortController();
    const subscriber = { call, sent: 0, stop };
    const gone = () => stop.abort();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    try {
      if (this.#closing) throw shuttingDown();
      if (this.#open.size >= this.#options.subscribersMax) throw tooMany(this.#options.subscribersMax);
      this.#open.add(subscriber);
      await this.#run(subscriber, stop.signal);
      if (this.#closing && !call.cancelled) throw shuttingDown();
    } catch (error) {
      if (!call.cancelled) call.emit('error', toStatus(this.#asCallError(error)));
    } finally {
      this.#open.delete(subscriber);
    }
  };

  async #run(subscriber: { call: StreamCall; sent: number }, signal: AbortSignal): Promise<void> {
    const { log, topic, progressMs, now } = this.#options;
    const { call } = subscriber;
    const request = readRequest(decodeSubscribeRequest, call.request);
    requireScope(callerOf(call), request);
    const scope = scopeOfCall(call);
    const cursor = await startingPoint(log, topic, request);
    // Headers first: the caller learns that it is subscribed, however long the first event takes.
    call.sendMetadata(new Metadata());
    const wants = eventFilter(request);
    const wanted = (record: LogRecord): boolean => {
      const event = this.#admit(record);
      return event !== undefined && wants(event) && scope.sees(event.candidate);
    };
    try {
      for await (const step of follow({ log, topic, cursor, progressMs, now, wanted, signal })) {
        const message =
          step.kind === 'event'
            ? eventResponse(step.token, scope.event(step.event))
            : progressResponse(step.token, step.atMs);
        if (step.kind === 'event') subscriber.sent++;
        if (!call.write(message)) await drained(call, signal);
      }
    } catch (error) {
      if (error instanceof OffsetGoneError) throw await historyGone(log, topic, cursor, error.message);
      throw error;
    }
  }

  #admit(record: LogRecord): VerifiedEvent | undefined {
    try {
      const event = decodeEvent(record.value);
      const why = whyNotVerified(event);
      if (why === undefined) return event;
      this.#withhold({ record, code: 'event_unverified', detail: why });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#withhold({ record, code: 'event_undecodable', detail });
    }
    return undefined;
  }

  /** Every subscriber meets the same bad record; it is reported once. */
  #withhold(withheld: Withheld): void {
    const { partition, offset } = withheld.record;
    const place = `${partition}/${offset}`;
    if (this.#withheld.has(place)) return;
    if (this.#withheld.size >= WITHHELD_MAX) this.#withheld.clear();
    this.#withheld.add(place);
    this.#options.onWithheld(withheld);
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
