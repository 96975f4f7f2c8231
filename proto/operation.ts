/** OperationService.Status: how an installation does, as the process that is asked sees it. */
import type { SiteKind, ViewState } from '../pipeline/model.ts';
import { countOut, finiteOut, idIn, isKnown, listIn, rangeIn, textIn, wideIn, wideOut } from './check.ts';
import { MESSAGE_BYTES_MAX, read, v1, write } from './wire.ts';
import type { SourceWord } from './words.ts';
import { siteKinds, sourceStates, viewStates } from './words.ts';

export interface CameraStatus {
  readonly camera: string;
  readonly source: SourceWord;
  /** Why the source failed. */
  readonly why?: string;
  /** Absent until something was measured. */
  readonly view?: ViewState;
  /** Measured, over the last seconds. */
  readonly framesPerSecond?: number;
  /** Event time of the last observation. */
  readonly observedAtMs?: number;
  /** People by zone; absent while unknown. */
  readonly zones: readonly { readonly zone: string; readonly people?: number }[];
  /** Of what passes through the process that answers, since its start. */
  readonly repeats: number;
  readonly late: number;
  readonly skipped: number;
  readonly spooled: number;
  readonly dropped: number;
}

export interface StatusResponse {
  readonly site: string;
  readonly siteName?: string;
  readonly siteKind: SiteKind;
  readonly atMs: number;
  readonly upMs: number;
  readonly release: string;
  readonly cameras: readonly CameraStatus[];
  readonly framesPerSecond?: number;
  /** Records of frames that are not measured yet. */
  readonly lagRecords?: number;
  readonly waiting: number;
  readonly claimed: number;
  /** Events that stand verified, as far back as they are listed. */
  readonly verified: number;
  readonly subscribers: number;
  readonly rejected: readonly { readonly code: string; readonly count: number }[];
  readonly outages: readonly string[];
}

const CAMERAS_MAX = 16_384;
const ZONES_MAX = 1_024;
const CODES_MAX = 1_024;

export function encodeStatusRequest(): Uint8Array {
  return write(v1.StatusRequest, {});
}

/** Throws DecodeError, as all of these do. */
export function decodeStatusRequest(bytes: Uint8Array): Record<string, never> {
  read(v1.StatusRequest, bytes);
  return {};
}

export function encodeStatusResponse(status: StatusResponse): Uint8Array {
  const { framesPerSecond, lagRecords } = status;
  return write(v1.StatusResponse, {
    site: status.site,
    siteName: status.siteName ?? '',
    siteKind: siteKinds.out(status.siteKind),
    atMs: wideOut(status.atMs, 'at_ms'),
    upMs: wideOut(status.upMs, 'up_ms'),
    release: status.release,
    cameras: status.cameras.map(cameraOut),
    framesPerSecond: framesPerSecond === undefined ? null : finiteOut(framesPerSecond, 'frames_per_second'),
    lagRecords: lagRecords === undefined ? null : wideOut(lagRecords, 'lag_records'),
    waiting: countOut(status.waiting, 'waiting'),
    claimed: countOut(status.claimed, 'claimed'),
    verified: countOut(status.verified, 'verified'),
    subscribers: countOut(status.subscribers, 'subscribers'),
    rejected: status.rejected.map(({ code, count }) => ({ code, count: wideOut(count, 'count') })),
    outages: [...status.outages],
  });
}

export function decodeStatusResponse(bytes: Uint8Array): StatusResponse {
  const wire = read(v1.StatusResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX });
  const { siteName, framesPerSecond, lagRecords } = wire;
  return {
    site: idIn(wire.site, 'site'),
    ...(siteName !== '' && { siteName: textIn(siteName, 'site_name') }),
    siteKind: siteKinds.in(wire.siteKind, 'site_kind'),
    atMs: wideIn(wire.atMs, 'at_ms'),
    upMs: wideIn(wire.upMs, 'up_ms'),
    release: textIn(wire.release, 'release'),
    cameras: listIn(wire.cameras, CAMERAS_MAX, 'cameras').map(cameraIn),
    ...(isKnown(framesPerSecond) && { framesPerSecond: rateIn(framesPerSecond) }),
    ...(isKnown(lagRecords) && { lagRecords: wideIn(lagRecords, 'lag_records') }),
    waiting: wire.waiting,
    claimed: wire.claimed,
    verified: wire.verified,
    subscribers: wire.subscribers,
    rejected: listIn(wire.rejected, CODES_MAX, 'rejected').map(({ code, count }) => ({
      code: idIn(code, 'code'),
      count: wideIn(count, 'count'),
    })),
    outages: listIn(wire.outages, CODES_MAX, 'outages').map((outage) => textIn(outage, 'outages')),
  };
}

type WireCamera = NonNullable<Parameters<typeof v1.CameraStatus.encode>[0]>;

function cameraOut(one: CameraStatus): WireCamera {
  const { view, framesPerSecond, observedAtMs } = one;
  return {
    camera: one.camera,
    source: sourceStates.out(one.source),
    why: one.why ?? null,
    view: view === undefined ? 0 : viewStates.out(view),
    framesPerSecond: framesPerSecond === undefined ? null : finiteOut(framesPerSecond, 'frames_per_second'),
    observedAtMs: observedAtMs === undefined ? null : wideOut(observedAtMs, 'observed_at_ms'),
    zones: one.zones.map(({ zone, people }) => ({ zone, people: people ?? null })),
    repeats: wideOut(one.repeats, 'repeats'),
    late: wideOut(one.late, 'late'),
    skipped: wideOut(one.skipped, 'skipped'),
    spooled: wideOut(one.spooled, 'spooled'),
    dropped: wideOut(one.dropped, 'dropped'),
  };
}

function cameraIn(wire: WireCamera): CameraStatus {
  const { why, view, framesPerSecond, observedAtMs } = wire;
  return {
    camera: idIn(wire.camera, 'camera'),
    source: sourceStates.in(wire.source, 'source'),
    ...(isKnown(why) && { why: textIn(why, 'why') }),
    ...(view && { view: viewStates.in(view, 'view') }),
    ...(isKnown(framesPerSecond) && { framesPerSecond: rateIn(framesPerSecond) }),
    ...(isKnown(observedAtMs) && { observedAtMs: wideIn(observedAtMs, 'observed_at_ms') }),
    zones: listIn(wire.zones, ZONES_MAX, 'zones').map(({ zone, people }) => ({
      zone: idIn(zone, 'zone'),
      ...(isKnown(people) && { people: rangeIn(people, 0, Number.MAX_VALUE, 'people') }),
    })),
    repeats: wideIn(wire.repeats, 'repeats'),
    late: wideIn(wire.late, 'late'),
    skipped: wideIn(wire.skipped, 'skipped'),
    spooled: wideIn(wire.spooled, 'spooled'),
    dropped: wideIn(wire.dropped, 'dropped'),
  };
}

function rateIn(value: number): number {
  return rangeIn(value, 0, Number.MAX_VALUE, 'frames_per_second');
}
