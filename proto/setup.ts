/** CameraSetup: what one camera watches for, as somebody set it; and the calls of SetupService. */
import type { Agent, CameraSetup, Candidate } from '../pipeline/model.ts';
import { candidateIn, candidateOut } from './candidate.ts';
import { countOut, idIn, listIn, namesIn, presentIn, refuse, textIn, wideIn, wideOut } from './check.ts';
import { agentIn, agentOut, type WireAgent } from './verdict.ts';
import { MESSAGE_BYTES_MAX, read, v1, write } from './wire.ts';

/**
 * Longest text, UTF-16 units: 64 zones and 64 lines of 64 points of 24 characters are 197,000. With a note it stays
 * below the 256 KB of a record, unless it is written in scripts of three bytes, and is then refused as too large.
 */
export const SETUP_TEXT_MAX = 200_000;
const FAULTS_MAX = 200;
/** Begun within an hour by 128 rules at most. */
const CANDIDATES_MAX = 4_096;
const SETUPS_MAX = 16_384;

/** One thing that is wrong with a setup, as `vigie check` says it. */
export interface SetupFault {
  readonly code: string;
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

export interface GetSetupsRequest {
  readonly site: string;
  /** Empty: every camera. */
  readonly cameras: readonly string[];
}

export interface GetSetupsResponse {
  readonly setups: readonly CameraSetup[];
}

export interface ListSetupsRequest {
  readonly site: string;
  readonly camera: string;
}

export interface ListSetupsResponse {
  /** Newest first; the site file's is the last. */
  readonly setups: readonly CameraSetup[];
}

export interface PreviewSetupRequest {
  readonly site: string;
  readonly camera: string;
  readonly text: string;
  readonly backMs: number;
}

export interface PreviewSetupResponse {
  /** When there are any, nothing was tried. */
  readonly faults: readonly SetupFault[];
  /** Begun within the time that was tried. */
  readonly candidates: readonly Candidate[];
  /** By the camera's clock; absent without frames. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly frames: number;
}

export interface SaveSetupRequest {
  readonly site: string;
  readonly camera: string;
  readonly text: string;
  /** The version that its author looked at. */
  readonly basedOn: number;
  readonly author: Agent;
  readonly note?: string;
  readonly revertsTo?: number;
}

/** Either what is wrong, and nothing was saved, or what was saved. */
export interface SaveSetupResponse {
  readonly faults: readonly SetupFault[];
  readonly setup?: CameraSetup;
}

export function encodeCameraSetup(setup: CameraSetup): Uint8Array {
  return write(v1.CameraSetup, setupOut(setup));
}

/** Throws DecodeError, as all of these do. */
export function decodeCameraSetup(bytes: Uint8Array): CameraSetup {
  return setupIn(read(v1.CameraSetup, bytes));
}

export function encodeGetSetupsRequest({ site, cameras }: GetSetupsRequest): Uint8Array {
  return write(v1.GetSetupsRequest, { site, cameras: [...cameras] });
}

export function decodeGetSetupsRequest(bytes: Uint8Array): GetSetupsRequest {
  const { site, cameras } = read(v1.GetSetupsRequest, bytes);
  return { site: idIn(site, 'site'), cameras: namesIn(cameras, 'cameras') };
}

export function encodeGetSetupsResponse({ setups }: GetSetupsResponse): Uint8Array {
  return write(v1.GetSetupsResponse, { setups: setups.map(setupOut) });
}

export function decodeGetSetupsResponse(bytes: Uint8Array): GetSetupsResponse {
  const { setups } = read(v1.GetSetupsResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX });
  return { setups: listIn(setups, SETUPS_MAX, 'setups').map(setupIn) };
}

export function encodeListSetupsRequest(request: ListSetupsRequest): Uint8Array {
  return write(v1.ListSetupsRequest, { ...request });
}

export function decodeListSetupsRequest(bytes: Uint8Array): ListSetupsRequest {
  const { site, camera } = read(v1.ListSetupsRequest, bytes);
  return { site: idIn(site, 'site'), camera: idIn(camera, 'camera') };
}

export function encodeListSetupsResponse({ setups }: ListSetupsResponse): Uint8Array {
  return write(v1.ListSetupsResponse, { setups: setups.map(setupOut) });
}

export function decodeListSetupsResponse(bytes: Uint8Array): ListSetupsResponse {
  const { setups } = read(v1.ListSetupsResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX });
  return { setups: listIn(setups, SETUPS_MAX, 'setups').map(setupIn) };
}

export function encodePreviewSetupRequest(request: PreviewSetupRequest): Uint8Array {
  const { site, camera, text, backMs } = request;
  return write(v1.PreviewSetupRequest, { site, camera, text, backMs: wideOut(backMs, 'back_ms') });
}

export function decodePreviewSetupRequest(bytes: Uint8Array): PreviewSetupRequest {
  const { site, camera, text, backMs } = read(v1.PreviewSetupRequest, bytes);
  return {
    site: idIn(site, 'site'),
    camera: idIn(camera, 'camera'),
    text: setupTextIn(text),
    backMs: wideIn(backMs, 'back_ms'),
  };
}

export function encodePreviewSetupResponse(response: PreviewSetupResponse): Uint8Array {
  const { fromMs, untilMs } = response;
  return write(v1.PreviewSetupResponse, {
    faults: response.faults.map(faultOut),
    candidates: response.candidates.map(candidateOut),
    fromMs: fromMs === undefined ? null : wideOut(fromMs, 'from_ms'),
    untilMs: untilMs === undefined ? null : wideOut(untilMs, 'until_ms'),
    frames: countOut(response.frames, 'frames'),
  });
}

export function decodePreviewSetupResponse(bytes: Uint8Array): PreviewSetupResponse {
  const wire = read(v1.PreviewSetupResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX, keepUnknown: true });
  const { fromMs, untilMs } = wire;
  return {
    faults: faultsIn(wire.faults),
    candidates: listIn(wire.candidates, CANDIDATES_MAX, 'candidates').map(candidateIn),
    ...(fromMs !== null && fromMs !== undefined && { fromMs: wideIn(fromMs, 'from_ms') }),
    ...(untilMs !== null && untilMs !== undefined && { untilMs: wideIn(untilMs, 'until_ms') }),
    frames: wire.frames,
  };
}

export function encodeSaveSetupRequest(request: SaveSetupRequest): Uint8Array {
  const { site, camera, text, basedOn, author, note, revertsTo } = request;
  return write(v1.SaveSetupRequest, {
    site,
    camera,
    text,
    basedOn: countOut(basedOn, 'based_on'),
    author: agentOut(author),
    note: note ?? null,
    revertsTo: revertsTo === undefined ? null : countOut(revertsTo, 'reverts_to'),
  });
}

export function decodeSaveSetupRequest(bytes: Uint8Array): SaveSetupRequest {
  const wire = read(v1.SaveSetupRequest, bytes);
  return {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    text: setupTextIn(wire.text),
    basedOn: wire.basedOn,
    author: agentIn(wire.author),
    ...noteIn(wire.note),
    ...revertsIn(wire.revertsTo),
  };
}

export function encodeSaveSetupResponse({ faults, setup }: SaveSetupResponse): Uint8Array {
  return write(v1.SaveSetupResponse, {
    faults: faults.map(faultOut),
    setup: setup === undefined ? null : setupOut(setup),
  });
}

export function decodeSaveSetupResponse(bytes: Uint8Array): SaveSetupResponse {
  const { faults, setup } = read(v1.SaveSetupResponse, bytes);
  if (faults.length > 0) return { faults: faultsIn(faults) };
  return { faults: [], setup: setupIn(presentIn(setup, 'setup')) };
}

type WireSetup = NonNullable<Parameters<typeof v1.CameraSetup.encode>[0]>;

function setupOut(setup: CameraSetup): WireSetup {
  const { site, camera, text, author, note, revertsTo } = setup;
  return {
    site,
    camera,
    version: countOut(setup.version, 'version'),
    text,
    author: author === undefined ? null : agentOut(author),
    savedAtMs: wideOut(setup.savedAtMs, 'saved_at_ms'),
    holdsFromMs: wideOut(setup.holdsFromMs, 'holds_from_ms'),
    note: note ?? null,
    revertsTo: revertsTo === undefined ? null : countOut(revertsTo, 'reverts_to'),
  };
}

function setupIn(wire: WireSetup): CameraSetup {
  return {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    version: wire.version ?? 0,
    text: setupTextIn(wire.text),
    ...authorIn(wire.author),
    savedAtMs: wideIn(wire.savedAtMs, 'saved_at_ms'),
    holdsFromMs: wideIn(wire.holdsFromMs, 'holds_from_ms'),
    ...noteIn(wire.note),
    ...revertsIn(wire.revertsTo),
  };
}

function setupTextIn(text: string | null | undefined): string {
  if (!text) refuse('missing_field', 'text is empty');
  if (text.length > SETUP_TEXT_MAX)
    refuse('too_long', `text has ${text.length} characters, at most ${SETUP_TEXT_MAX}`);
  return text;
}

function authorIn(author: WireAgent | null | undefined): { author?: Agent } {
  return author === null || author === undefined ? {} : { author: agentIn(author) };
}

function noteIn(note: string | null | undefined): { note?: string } {
  return note === null || note === undefined ? {} : { note: textIn(note, 'note') };
}

function revertsIn(version: number | null | undefined): { revertsTo?: number } {
  return version === null || version === undefined ? {} : { revertsTo: version };
}

type WireFault = NonNullable<Parameters<typeof v1.SetupFault.encode>[0]>;

function faultOut({ code, at, message, hint }: SetupFault): WireFault {
  return { code, at, message, hint: hint ?? null };
}

function faultsIn(faults: readonly WireFault[] | null | undefined): readonly SetupFault[] {
  return listIn(faults, FAULTS_MAX, 'faults').map(({ code, at, message, hint }) => ({
    code: idIn(code, 'code'),
    at: textIn(at, 'at'),
    message: textIn(message, 'message'),
    ...(hint !== null && hint !== undefined && { hint: textIn(hint, 'hint') }),
  }));
}
