/** EventService.Get and List: events as they stand. */
import type { EventChange, EventState, EventType, Severity } from '../pipeline/model.ts';
import { FILTERS_MAX, idIn, listIn, namesIn, presentIn, textIn, wideIn, wideOut } from './check.ts';
import { eventIn } from './event.ts';
import { MESSAGE_BYTES_MAX, read, v1, write } from './wire.ts';
import { eventChanges, eventTypes, severities } from './words.ts';

export interface GetRequest {
  readonly id: string;
}

export interface GetResponse {
  readonly event: EventState;
  /** Whatever was on the log at this time is in the answer. */
  readonly asOfMs: number;
}

export interface ListRequest {
  /** Empty lists do not filter. */
  readonly sites: readonly string[];
  readonly cameras: readonly string[];
  /** Zones and lines of rules. */
  readonly places: readonly string[];
  readonly types: readonly EventType[];
  readonly severityMin?: Severity;
  readonly states: readonly EventChange[];
  /** Of the first confirming verdict: at or after, and before. */
  readonly verdictFromMs?: number;
  readonly verdictUntilMs?: number;
  /** Otherwise newest first. */
  readonly oldestFirst: boolean;
  /** 0: the default. */
  readonly pageSize: number;
  /** Empty: the first page. */
  readonly pageToken: string;
}

export interface ListResponse {
  readonly events: readonly EventState[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
  /** Older events than are listed may be on the log: what was first confirmed from then on is listed whole. */
  readonly completeSinceMs?: number;
  /** Whatever was on the log at this time is in the answer. */
  readonly asOfMs: number;
}

/**
 * An event as it stands, its last change as the bytes that lie on the log: they go out as they are, with what a newer
 * release wrote into them.
 */
export type StoredEventState = Omit<EventState, 'event'> & { readonly event: Uint8Array };

export function encodeGetRequest({ id }: GetRequest): Uint8Array {
  return write(v1.GetRequest, { id });
}

/** Throws DecodeError, as all of these do. */
export function decodeGetRequest(bytes: Uint8Array): GetRequest {
  return { id: idIn(read(v1.GetRequest, bytes).id, 'id') };
}

export function encodeGetResponse({
  event,
  asOfMs,
}: {
  readonly event: StoredEventState;
  readonly asOfMs: number;
}): Uint8Array {
  return joined([field(1, stateOut(event)), write(v1.GetResponse, { asOfMs: wideOut(asOfMs, 'as_of_ms') })]);
}

export function decodeGetResponse(bytes: Uint8Array): GetResponse {
  const wire = read(v1.GetResponse, bytes, { keepUnknown: true });
  return { event: stateIn(wire.event), asOfMs: wideIn(wire.asOfMs, 'as_of_ms') };
}

export function encodeListRequest(request: ListRequest): Uint8Array {
  const { severityMin, verdictFromMs = 0, verdictUntilMs = 0 } = request;
  return write(v1.ListRequest, {
    sites: [...request.sites],
    cameras: [...request.cameras],
    places: [...request.places],
    types: request.types.map(eventTypes.out),
    severityMin: severityMin === undefined ? 0 : severities.out(severityMin),
    states: request.states.map(eventChanges.out),
    verdictFromMs: wideOut(verdictFromMs, 'verdict_from_ms'),
    verdictUntilMs: wideOut(verdictUntilMs, 'verdict_until_ms'),
    oldestFirst: request.oldestFirst,
    pageSize: request.pageSize,
    pageToken: request.pageToken,
  });
}

export function decodeListRequest(bytes: Uint8Array): ListRequest {
  const wire = read(v1.ListRequest, bytes);
  return {
    sites: namesIn(wire.sites, 'sites'),
    cameras: namesIn(wire.cameras, 'cameras'),
    places: namesIn(wire.places, 'places'),
    types: listIn(wire.types, FILTERS_MAX, 'types').map((type) => eventTypes.in(type, 'types')),
    ...(wire.severityMin !== 0 && { severityMin: severities.in(wire.severityMin, 'severity_min') }),
    states: listIn(wire.states, FILTERS_MAX, 'states').map((state) => eventChanges.in(state, 'states')),
    ...boundIn('verdictFromMs', wire.verdictFromMs),
    ...boundIn('verdictUntilMs', wire.verdictUntilMs),
    oldestFirst: wire.oldestFirst,
    pageSize: wire.pageSize,
    pageToken: textIn(wire.pageToken, 'page_token'),
  };
}

export function encodeListResponse(response: {
  readonly events: readonly StoredEventState[];
  readonly nextPageToken: string;
  readonly completeSinceMs?: number;
  readonly asOfMs: number;
}): Uint8Array {
  const { events, nextPageToken, completeSinceMs, asOfMs } = response;
  const rest = write(v1.ListResponse, {
    nextPageToken,
    completeSinceMs: completeSinceMs === undefined ? null : wideOut(completeSinceMs, 'complete_since_ms'),
    asOfMs: wideOut(asOfMs, 'as_of_ms'),
  });
  return joined([...events.map((event) => field(1, stateOut(event))), rest]);
}

export function decodeListResponse(bytes: Uint8Array): ListResponse {
  const wire = read(v1.ListResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX, keepUnknown: true });
  return {
    events: wire.events.map(stateIn),
    nextPageToken: textIn(wire.nextPageToken, 'next_page_token'),
    ...timeIn('completeSinceMs', wire.completeSinceMs),
    asOfMs: wideIn(wire.asOfMs, 'as_of_ms'),
  };
}

/** Fields of a message may stand in any order, so the stored event goes before what is known of it. */
function stateOut({ event, state, ...times }: StoredEventState): Uint8Array {
  const { endedAtMs, retractedAtMs } = times;
  const rest = write(v1.EventState, {
    state: eventChanges.out(state),
    beganAtMs: wideOut(times.beganAtMs, 'began_at_ms'),
    updatedAtMs: wideOut(times.updatedAtMs, 'updated_at_ms'),
    endedAtMs: endedAtMs === undefined ? null : wideOut(endedAtMs, 'ended_at_ms'),
    verifiedAtMs: wideOut(times.verifiedAtMs, 'verified_at_ms'),
    retractedAtMs: retractedAtMs === undefined ? null : wideOut(retractedAtMs, 'retracted_at_ms'),
  });
  return joined([field(1, event), rest]);
}

type WireState = NonNullable<Parameters<typeof v1.EventState.encode>[0]>;

function stateIn(wire: WireState | null | undefined): EventState {
  const found = presentIn(wire, 'event');
  return {
    event: eventIn(found.event),
    state: eventChanges.in(found.state, 'state'),
    beganAtMs: wideIn(found.beganAtMs, 'began_at_ms'),
    updatedAtMs: wideIn(found.updatedAtMs, 'updated_at_ms'),
    ...timeIn('endedAtMs', found.endedAtMs),
    verifiedAtMs: wideIn(found.verifiedAtMs, 'verified_at_ms'),
    ...timeIn('retractedAtMs', found.retractedAtMs),
  };
}

function timeIn<Key extends string>(
  key: Key,
  value: WireState['endedAtMs'],
): { readonly [K in Key]?: number } {
  if (value === null || value === undefined) return {};
  return { [key]: wideIn(value, key) } as { readonly [K in Key]: number };
}

/** 0: no bound. */
function boundIn<Key extends string>(
  key: Key,
  value: WireState['beganAtMs'],
): { readonly [K in Key]?: number } {
  return timeIn(key, wideIn(value, key) || undefined);
}

/** A field of wire type 2 (https://protobuf.dev/programming-guides/encoding/): tag, length as a varint, what it holds. */
function field(number: number, value: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = value.length;
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return joined([Uint8Array.of((number << 3) | 2, ...length, rest), value]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
