/** Observation: what was measured. Unknown stays absent on the wire and never becomes zero. */
import type { LineCrossing, Observation, ZoneObservation } from '../pipeline/model.ts';
import {
  countOut,
  finiteIn,
  finiteOut,
  idIn,
  listIn,
  namesIn,
  presentIn,
  rangeIn,
  refuse,
  shareOut,
  wideIn,
  wideOut,
} from './check.ts';
import { carriedBy, carry, read, v1, write } from './wire.ts';
import { crossingDirections, viewStates } from './words.ts';

const PLACES_MAX = 1024;
const CROSSINGS_MAX = 4096;
const DIRECTIONS = 8;
/** An hour of seconds. */
const POINTS_MAX = 3_600;

export function encodeObservation(observation: Observation): Uint8Array {
  return write(v1.Observation, observationOut(observation));
}

/** Throws DecodeError. */
export function decodeObservation(bytes: Uint8Array): Observation {
  return observationIn(read(v1.Observation, bytes, { keepUnknown: true }));
}

type WireObservation = NonNullable<Parameters<typeof v1.Observation.encode>[0]>;

function observationOut(observation: Observation): WireObservation {
  return {
    site: observation.site,
    camera: observation.camera,
    epoch: wideOut(observation.epoch, 'epoch'),
    frame: countOut(observation.frame, 'frame'),
    atMs: wideOut(observation.atMs, 'at_ms'),
    view: viewStates.out(observation.view),
    zones: observation.zones.map(zoneOut),
    crossings: observation.crossings.map(crossingOut),
    frames: unlessUnknown(observation.frames, countOut, 'frames'),
    ...carriedBy(observation),
  };
}

function observationIn(wire: WireObservation): Observation {
  return carry(wire, {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    epoch: wideIn(wire.epoch, 'epoch'),
    frame: wire.frame ?? 0,
    atMs: wideIn(wire.atMs, 'at_ms'),
    view: viewStates.in(wire.view, 'view'),
    zones: listIn(wire.zones, PLACES_MAX, 'zones').map(zoneIn),
    crossings: listIn(wire.crossings, CROSSINGS_MAX, 'crossings').map(crossingIn),
    ...known('frames', wire.frames, countIn),
  });
}

export interface WatchRequest {
  /** Empty lists do not filter. */
  readonly sites: readonly string[];
  readonly cameras: readonly string[];
  /** Other zones are left out of what comes. */
  readonly zones: readonly string[];
}

export interface WatchResponse {
  readonly observation: Observation;
  /** Observations of this camera that were passed over because the watcher was slow. */
  readonly skipped: number;
}

export function encodeWatchRequest({ sites, cameras, zones }: WatchRequest): Uint8Array {
  return write(v1.WatchRequest, { sites: [...sites], cameras: [...cameras], zones: [...zones] });
}

/** Throws DecodeError. */
export function decodeWatchRequest(bytes: Uint8Array): WatchRequest {
  const { sites, cameras, zones } = read(v1.WatchRequest, bytes);
  return {
    sites: namesIn(sites, 'sites'),
    cameras: namesIn(cameras, 'cameras'),
    zones: namesIn(zones, 'zones'),
  };
}

export function encodeWatchResponse({ observation, skipped }: WatchResponse): Uint8Array {
  return write(v1.WatchResponse, {
    observation: observationOut(observation),
    skipped: countOut(skipped, 'skipped'),
  });
}

/** Throws DecodeError. */
export function decodeWatchResponse(bytes: Uint8Array): WatchResponse {
  const wire = read(v1.WatchResponse, bytes, { keepUnknown: true });
  return { observation: observationIn(presentIn(wire.observation, 'observation')), skipped: wire.skipped };
}

export interface GetHistoryRequest {
  readonly site: string;
  readonly camera: string;
  readonly zone: string;
  /** At most an hour. */
  readonly backMs: number;
}

/** People in a zone over some seconds; absent while unknown. */
export interface HistoryPoint {
  readonly atMs: number;
  readonly people?: number;
}

export interface GetHistoryResponse {
  /** Oldest first, evenly spaced. */
  readonly points: readonly HistoryPoint[];
}

export function encodeGetHistoryRequest({ backMs, ...of }: GetHistoryRequest): Uint8Array {
  return write(v1.GetHistoryRequest, { ...of, backMs: wideOut(backMs, 'back_ms') });
}

/** Throws DecodeError. */
export function decodeGetHistoryRequest(bytes: Uint8Array): GetHistoryRequest {
  const { site, camera, zone, backMs } = read(v1.GetHistoryRequest, bytes);
  return {
    site: idIn(site, 'site'),
    camera: idIn(camera, 'camera'),
    zone: idIn(zone, 'zone'),
    backMs: wideIn(backMs, 'back_ms'),
  };
}

export function encodeGetHistoryResponse({ points }: GetHistoryResponse): Uint8Array {
  return write(v1.GetHistoryResponse, {
    points: points.map(({ atMs, people }) => ({
      atMs: wideOut(atMs, 'at_ms'),
      people: amountOut(people, 'people'),
    })),
  });
}

/** Throws DecodeError. */
export function decodeGetHistoryResponse(bytes: Uint8Array): GetHistoryResponse {
  const { points } = read(v1.GetHistoryResponse, bytes);
  return {
    points: listIn(points, POINTS_MAX, 'points').map(({ atMs, people }) => ({
      atMs: wideIn(atMs, 'at_ms'),
      ...known('people', people, amountIn),
    })),
  };
}

type WireZone = NonNullable<Parameters<typeof v1.ZoneObservation.encode>[0]>;

function zoneOut(zone: ZoneObservation): WireZone {
  return {
    zone: zone.zone,
    people: amountOut(zone.people, 'people'),
    moving: amountOut(zone.moving, 'moving'),
    covered: amountOut(zone.covered, 'covered'),
    density: amountOut(zone.density, 'density'),
    fluxX: unlessUnknown(zone.fluxX, finiteOut, 'flux_x'),
    fluxY: unlessUnknown(zone.fluxY, finiteOut, 'flux_y'),
    coherence: unlessUnknown(zone.coherence, shareOut, 'coherence'),
    divergence: unlessUnknown(zone.divergence, finiteOut, 'divergence'),
    directions: (zone.directions ?? []).map((share) => shareOut(share, 'directions')),
    ...carriedBy(zone),
  };
}

function zoneIn(wire: WireZone): ZoneObservation {
  const directions = listIn(wire.directions, DIRECTIONS, 'directions');
  if (directions.length !== 0 && directions.length !== DIRECTIONS) {
    refuse('bad_number', `directions has ${directions.length} shares, expected none or ${DIRECTIONS}`);
  }
  return carry(wire, {
    zone: idIn(wire.zone, 'zone'),
    ...known('people', wire.people, amountIn),
    ...known('moving', wire.moving, amountIn),
    ...known('covered', wire.covered, amountIn),
    ...known('density', wire.density, amountIn),
    ...known('fluxX', wire.fluxX, finiteIn),
    ...known('fluxY', wire.fluxY, finiteIn),
    ...known('coherence', wire.coherence, shareIn),
    ...known('divergence', wire.divergence, finiteIn),
    ...(directions.length !== 0 && { directions: directions.map((share) => shareIn(share, 'directions')) }),
  });
}

function amountOut(value: number | undefined, field: string): number | null {
  return unlessUnknown(value, (known) => Math.max(0, finiteOut(known, field)), field);
}

function unlessUnknown(
  value: number | undefined,
  out: (value: number, field: string) => number,
  field: string,
): number | null {
  return value === undefined ? null : out(value, field);
}

function known<Key extends string>(
  key: Key,
  value: number | null | undefined,
  check: (value: number, field: string) => number,
): { readonly [K in Key]?: number } {
  if (value === null || value === undefined) return {};
  return { [key]: check(value, key) } as { readonly [K in Key]: number };
}

function amountIn(value: number, field: string): number {
  return rangeIn(value, 0, Number.MAX_VALUE, field);
}

function countIn(value: number): number {
  return value;
}

function shareIn(value: number, field: string): number {
  return rangeIn(value, 0, 1, field);
}

type WireCrossing = NonNullable<Parameters<typeof v1.LineCrossing.encode>[0]>;

function crossingOut(crossing: LineCrossing): WireCrossing {
  return {
    line: crossing.line,
    track: countOut(crossing.track, 'track'),
    frame: countOut(crossing.frame, 'frame'),
    atMs: wideOut(crossing.atMs, 'at_ms'),
    direction: crossingDirections.out(crossing.direction),
    velocityX: finiteOut(crossing.velocity.x, 'velocity_x'),
    velocityY: finiteOut(crossing.velocity.y, 'velocity_y'),
  };
}

function crossingIn(wire: WireCrossing): LineCrossing {
  return {
    line: idIn(wire.line, 'line'),
    track: wire.track ?? 0,
    frame: wire.frame ?? 0,
    atMs: wideIn(wire.atMs, 'at_ms'),
    direction: crossingDirections.in(wire.direction, 'direction'),
    velocity: { x: finiteIn(wire.velocityX, 'velocity_x'), y: finiteIn(wire.velocityY, 'velocity_y') },
  };
}
