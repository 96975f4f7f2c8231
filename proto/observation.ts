/** Observation: what was measured. Unknown stays absent on the wire and never becomes zero. */
import type { LineCrossing, Observation, ZoneObservation } from '../pipeline/model.ts';
import {
  countOut,
  finiteIn,
  finiteOut,
  idIn,
  listIn,
  rangeIn,
  refuse,
  shareOut,
  wideIn,
  wideOut,
} from './check.ts';
import { read, v1, write } from './wire.ts';
import { crossingDirections, viewStates } from './words.ts';

const PLACES_MAX = 1024;
const CROSSINGS_MAX = 4096;
const DIRECTIONS = 8;

export function encodeObservation(observation: Observation): Uint8Array {
  return write(v1.Observation, {
    site: observation.site,
    camera: observation.camera,
    epoch: wideOut(observation.epoch, 'epoch'),
    frame: countOut(observation.frame, 'frame'),
    atMs: wideOut(observation.atMs, 'at_ms'),
    view: viewStates.out(observation.view),
    zones: observation.zones.map(zoneOut),
    crossings: observation.crossings.map(crossingOut),
  });
}

/** Throws DecodeError. */
export function decodeObservation(bytes: Uint8Array): Observation {
  const wire = read(v1.Observation, bytes);
  return {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    epoch: wideIn(wire.epoch, 'epoch'),
    frame: wire.frame,
    atMs: wideIn(wire.atMs, 'at_ms'),
    view: viewStates.in(wire.view, 'view'),
    zones: listIn(wire.zones, PLACES_MAX, 'zones').map(zoneIn),
    crossings: listIn(wire.crossings, CROSSINGS_MAX, 'crossings').map(crossingIn),
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
  };
}

function zoneIn(wire: WireZone): ZoneObservation {
  const directions = listIn(wire.directions, DIRECTIONS, 'directions');
  if (directions.length !== 0 && directions.length !== DIRECTIONS) {
    refuse('bad_number', `directions has ${directions.length} shares, expected none or ${DIRECTIONS}`);
  }
  return {
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
  };
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
