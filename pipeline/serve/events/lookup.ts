/**
 * EventService.Get and List: events as they stand, from an index that follows the log of events (event-index.ts).
 *
 * An answer says how new it is: whatever was on the log at that time is in it. What the index had no room for is not
 * answered, and a list says from when on it is whole: it never ends early in silence. A page goes on after the last event of the page
 * before, by an order that never moves, so events that come meanwhile neither repeat one nor hide one.
 */
import { createHash } from 'node:crypto';
import {
  decodeEvent,
  decodeGetRequest,
  decodeListRequest,
  encodeGetResponse,
  encodeListResponse,
  type ListRequest,
  type StoredEventState,
} from '../../../proto/messages.ts';
import type { Log } from '../../log/port.ts';
import { SEVERITIES } from '../../model.ts';
import type { Outage } from '../../patience.ts';
import { unary } from '../calls.ts';
import { CallError, RESPONSE_BYTES_MAX, status } from '../grpc.ts';
import { type Scope, scopeOfCall } from '../scope.ts';
import { tail } from '../tail.ts';
import { whyNotVerified } from './admit.ts';
import { EventIndex, type IndexedEvent, type Place } from './event-index.ts';

export interface EventLookupOptions {
  readonly log: Log;
  readonly topic: string;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
  readonly onOutage?: (outage: Outage | undefined) => void;
  readonly index?: EventIndex;
}

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 500;
/** One event more has at most 256 KB, and still fits. */
const PAGE_BYTES_MAX = RESPONSE_BYTES_MAX - 512 * 1024;
/** Some tenths of a millisecond. */
const LOOKED_MAX = 1_000;
/** How long a caller waits while the history is read after the start. */
const CATCH_UP_MS_MAX = 5_000;

export class EventLookup {
  readonly #options: EventLookupOptions;
  readonly #index: EventIndex;
  readonly #stop = new AbortController();
  #caughtUp: () => void = () => undefined;
  readonly #isThere = new Promise<void>((resolve) => {
    this.#caughtUp = resolve;
  });
  #asOfMs = 0;
  #failed = false;

  constructor(options: EventLookupOptions) {
    this.#options = options;
    this.#index = options.index ?? new EventIndex();
  }

  /** Until it is closed. */
  async run(): Promise<void> {
    const { log, topic, now, onOutage } = this.#options;
    const reading = tail({
      log,
      topic,
      from: 'first',
      patience: { signal: this.#stop.signal, ...(onOutage && { onOutage }) },
      now,
      onCurrent: (atMs) => {
        this.#asOfMs = atMs;
        this.#caughtUp();
      },
      onWell: () => onOutage?.(undefined),
      onRecord: ({ value }) => this.#take(value),
    });
    await reading.catch((error: unknown) => {
      this.#failed = true;
      throw error;
    });
  }

  close(): void {
    this.#stop.abort();
  }

  /** Events of a site that stand verified. */
  standing(site: string): number {
    return this.#index.standing(site);
  }

  get handlers() {
    const { onFailure } = this.#options;
    return {
      get: unary(
        decodeGetRequest,
        ({ id }, call) => this.#get(id, scopeOfCall(call)),
        encodeGetResponse,
        onFailure,
      ),
      list: unary(
        decodeListRequest,
        (request, call) => this.#list(request, scopeOfCall(call)),
        encodeListResponse,
        onFailure,
      ),
    };
  }

  /** What cannot be read or was not verified is withheld by the feed of events, which says so. */
  #take(value: Uint8Array): void {
    let event: ReturnType<typeof decodeEvent>;
    try {
      event = decodeEvent(value);
    } catch {
      return;
    }
    if (whyNotVerified(event) === undefined) this.#index.take(event, value);
  }

  async #get(id: string, scope: Scope): Promise<{ event: StoredEventState; asOfMs: number }> {
    await this.#ready();
    const found = this.#index.get(id);
    if (found === undefined || !scope.sees(found)) {
      throw new CallError(
        status.NOT_FOUND,
        'unknown_event',
        `no verified event that is kept has the id '${id}'`,
      );
    }
    return { event: shownTo(scope, found), asOfMs: this.#asOfMs };
  }

  async #list(request: ListRequest, scope: Scope) {
    scope.require(request);
    await this.#ready();
    const fits = filterOf(request);
    const most = Math.min(request.pageSize === 0 ? PAGE_SIZE : request.pageSize, PAGE_SIZE_MAX);
    const events: StoredEventState[] = [];
    let bytes = 0;
    let nextPageToken = '';
    let last: Place | undefined;
    pages: for await (const some of this.#walk(request)) {
      for (const one of some) {
        if (!fits(one) || !scope.sees(one)) continue;
        if (events.length === most || bytes > PAGE_BYTES_MAX) {
          nextPageToken = tokenOf(request, last!);
          break pages;
        }
        events.push(shownTo(scope, one));
        bytes += one.event.length;
        last = one;
      }
    }
    const { completeSinceMs } = this.#index;
    const asOfMs = this.#asOfMs;
    return { events, nextPageToken, asOfMs, ...(completeSinceMs !== undefined && { completeSinceMs }) };
  }

  /** In parts, with a pause between two: a list that finds little must not hold up who waits for an event. */
  async *#walk(request: ListRequest): AsyncGenerator<readonly IndexedEvent[], void, void> {
    let after = request.pageToken === '' ? undefined : placeFrom(request);
    for (;;) {
      const some: IndexedEvent[] = [];
      for (const one of this.#index.walk(request.oldestFirst, after))
        if (some.push(one) === LOOKED_MAX) break;
      yield some;
      if (some.length < LOOKED_MAX) return;
      after = some.at(-1);
      await new Promise(setImmediate);
    }
  }

  async #ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(catchingUp()), CATCH_UP_MS_MAX);
    });
    await Promise.race([this.#isThere, late]).finally(() => clearTimeout(timer));
    if (this.#failed) throw catchingUp();
  }
}

function shownTo(scope: Scope, event: IndexedEvent): StoredEventState {
  return { ...event, event: scope.event(event.event) };
}

function filterOf(request: ListRequest): (event: IndexedEvent) => boolean {
  const { verdictFromMs = 0, verdictUntilMs = Number.POSITIVE_INFINITY } = request;
  const rankMin = request.severityMin === undefined ? 0 : SEVERITIES.indexOf(request.severityMin);
  const [sites, cameras, places] = [among(request.sites), among(request.cameras), among(request.places)];
  const [types, states] = [among(request.types), among(request.states)];
  return ({ site, camera, place, type, state, severity, verifiedAtMs }) =>
    sites(site) &&
    cameras(camera) &&
    places(place) &&
    types(type) &&
    states(state) &&
    SEVERITIES.indexOf(severity) >= rankMin &&
    verifiedAtMs >= verdictFromMs &&
    verifiedAtMs < verdictUntilMs;
}

function among<T>(wanted: readonly T[]): (value: T | undefined) => boolean {
  if (wanted.length === 0) return () => true;
  const set = new Set<T | undefined>(wanted);
  return (value) => set.has(value);
}

/** Opaque to callers and good at every server: version, what was asked for, and the place of the last event sent. */
function tokenOf(request: ListRequest, { verifiedAtMs, id }: Place): string {
  return Buffer.from(JSON.stringify([1, digestOf(request), verifiedAtMs, id])).toString('base64url');
}

/** Throws CallError. */
function placeFrom(request: ListRequest): Place {
  const [version, digest, verifiedAtMs, id] = parsed(request.pageToken);
  if (version !== 1 || typeof id !== 'string' || !Number.isSafeInteger(verifiedAtMs)) {
    throw new CallError(
      status.INVALID_ARGUMENT,
      'page_token_invalid',
      'the page token is not one of this server',
    );
  }
  if (digest !== digestOf(request)) {
    throw new CallError(
      status.INVALID_ARGUMENT,
      'page_token_of_another_list',
      'the page token comes from a request with other filters or another order; begin without a token',
    );
  }
  return { verifiedAtMs: Number(verifiedAtMs), id };
}

function parsed(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function digestOf({ pageToken: _, pageSize: __, ...asked }: ListRequest): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16);
}

function catchingUp(): CallError {
  return new CallError(
    status.UNAVAILABLE,
    'catching_up',
    'the log of events is still being read, or cannot be; try again',
  );
}
