/** Requests and responses of the gRPC services. */
import type {
  CandidateReview,
  EventType,
  ReviewState,
  ReviewStatus,
  Severity,
  VerifiedEvent,
  ViewState,
} from '../pipeline/model.ts';
import { candidateIn, candidateOut } from './candidate.ts';
import { FILTERS_MAX, idIn, isKnown, listIn, namesIn, presentIn, refuse, wideIn, wideOut } from './check.ts';
import { eventIn, eventOut } from './event.ts';
import { agentIn, agentOut, draftIn, draftOut, type VerdictDraft, verdictIn, verdictOut } from './verdict.ts';
import { MESSAGE_BYTES_MAX, read, v1, write } from './wire.ts';
import { eventTypes, reviewStatuses, severities, viewStates } from './words.ts';

export interface SubscribeRequest {
  /** Empty lists do not filter. */
  readonly sites: readonly string[];
  readonly cameras: readonly string[];
  readonly types: readonly EventType[];
  readonly places: readonly string[];
  readonly severityMin?: Severity;
  /** At or after, and before. */
  readonly verdictFromMs?: number;
  readonly verdictUntilMs?: number;
  /** Empty: from now on, or from the start where that is asked for. */
  readonly resumeToken: Uint8Array;
  readonly fromStart: boolean;
  readonly cameraStates: boolean;
}

export type SubscribeResponse =
  | { readonly kind: 'event'; readonly resumeToken: Uint8Array; readonly event: VerifiedEvent }
  | { readonly kind: 'progress'; readonly resumeToken: Uint8Array; readonly atMs: number }
  | { readonly kind: 'catching_up'; readonly resumeToken: Uint8Array }
  | { readonly kind: 'camera_state'; readonly state: CameraState };

/** Whether a camera's view can be trusted, and since when by its own clock. */
export interface CameraState {
  readonly site: string;
  readonly camera: string;
  readonly view: ViewState;
  readonly sinceMs: number;
}

export interface ListCandidatesRequest {
  /** Empty: waiting and claimed. */
  readonly statuses: readonly ReviewStatus[];
  readonly sites: readonly string[];
  /** Absent or empty: all. */
  readonly cameras?: readonly string[];
  readonly rules?: readonly string[];
  /** Absent: as many as there are. */
  readonly limit?: number;
}

export interface ListCandidatesResponse {
  readonly reviews: readonly CandidateReview[];
}

export interface WatchCandidatesRequest {
  readonly sites: readonly string[];
  /** Say when all that waits has been sent. */
  readonly tellWhenCurrent?: boolean;
}

export type WatchCandidatesResponse =
  | { readonly kind: 'review'; readonly review: CandidateReview }
  /** All that waits has been sent. */
  | { readonly kind: 'current' };

export interface DecideRequest {
  readonly verdict: VerdictDraft;
}

export interface DecideResponse {
  readonly review: CandidateReview;
}

const TOKEN_BYTES_MAX = 65_536;
const NO_BYTES = new Uint8Array(0);

export function encodeSubscribeRequest(request: SubscribeRequest): Uint8Array {
  return write(v1.SubscribeRequest, {
    sites: [...request.sites],
    cameras: [...request.cameras],
    types: request.types.map(eventTypes.out),
    places: [...request.places],
    severityMin: request.severityMin === undefined ? 0 : severities.out(request.severityMin),
    resumeToken: request.resumeToken,
    fromStart: request.fromStart,
    verdictFromMs: wideOut(request.verdictFromMs ?? 0, 'verdict_from_ms'),
    verdictUntilMs: wideOut(request.verdictUntilMs ?? 0, 'verdict_until_ms'),
    cameraStates: request.cameraStates,
  });
}

/** Throws DecodeError, as all of these do. */
export function decodeSubscribeRequest(bytes: Uint8Array): SubscribeRequest {
  const wire = read(v1.SubscribeRequest, bytes);
  const fromMs = wideIn(wire.verdictFromMs, 'verdict_from_ms');
  const untilMs = wideIn(wire.verdictUntilMs, 'verdict_until_ms');
  return {
    sites: namesIn(wire.sites, 'sites'),
    cameras: namesIn(wire.cameras, 'cameras'),
    types: listIn(wire.types, FILTERS_MAX, 'types').map((type) => eventTypes.in(type, 'types')),
    places: namesIn(wire.places, 'places'),
    ...(fromMs !== 0 && { verdictFromMs: fromMs }),
    ...(untilMs !== 0 && { verdictUntilMs: untilMs }),
    ...(wire.severityMin !== 0 && { severityMin: severities.in(wire.severityMin, 'severity_min') }),
    resumeToken: tokenIn(wire.resumeToken),
    fromStart: wire.fromStart,
    cameraStates: wire.cameraStates,
  };
}

export function encodeSubscribeResponse(response: SubscribeResponse): Uint8Array {
  if (response.kind === 'camera_state')
    return write(v1.SubscribeResponse, { cameraState: stateOut(response.state) });
  const { resumeToken } = response;
  if (response.kind === 'event')
    return write(v1.SubscribeResponse, { resumeToken, event: eventOut(response.event) });
  if (response.kind === 'catching_up')
    return write(v1.SubscribeResponse, { resumeToken, progress: { catchingUp: true } });
  return write(v1.SubscribeResponse, { resumeToken, progress: { atMs: wideOut(response.atMs, 'at_ms') } });
}

export function decodeSubscribeResponse(bytes: Uint8Array): SubscribeResponse {
  const wire = read(v1.SubscribeResponse, bytes, { keepUnknown: true });
  const resumeToken = tokenIn(wire.resumeToken);
  if (wire.event) return { kind: 'event', resumeToken, event: eventIn(wire.event) };
  if (wire.progress?.catchingUp) return { kind: 'catching_up', resumeToken };
  if (wire.progress) return { kind: 'progress', resumeToken, atMs: wideIn(wire.progress.atMs, 'at_ms') };
  if (wire.cameraState) return { kind: 'camera_state', state: cameraStateIn(wire.cameraState) };
  refuse('missing_field', 'kind is absent');
}

export function encodeListCandidatesRequest(request: ListCandidatesRequest): Uint8Array {
  return write(v1.ListCandidatesRequest, {
    statuses: request.statuses.map(reviewStatuses.out),
    sites: [...request.sites],
    cameras: [...(request.cameras ?? [])],
    rules: [...(request.rules ?? [])],
    limit: request.limit ?? 0,
  });
}

export function decodeListCandidatesRequest(bytes: Uint8Array): ListCandidatesRequest {
  const wire = read(v1.ListCandidatesRequest, bytes);
  return {
    statuses: listIn(wire.statuses, FILTERS_MAX, 'statuses').map((status) =>
      reviewStatuses.in(status, 'statuses'),
    ),
    sites: namesIn(wire.sites, 'sites'),
    ...(wire.cameras.length > 0 && { cameras: namesIn(wire.cameras, 'cameras') }),
    ...(wire.rules.length > 0 && { rules: namesIn(wire.rules, 'rules') }),
    ...(wire.limit > 0 && { limit: wire.limit }),
  };
}

export function encodeListCandidatesResponse(response: ListCandidatesResponse): Uint8Array {
  return write(v1.ListCandidatesResponse, { reviews: response.reviews.map(reviewOut) });
}

export function decodeListCandidatesResponse(bytes: Uint8Array): ListCandidatesResponse {
  const wire = read(v1.ListCandidatesResponse, bytes, { bytesMax: MESSAGE_BYTES_MAX });
  return { reviews: wire.reviews.map(reviewIn) };
}

export function encodeWatchCandidatesRequest(request: WatchCandidatesRequest): Uint8Array {
  return write(v1.WatchCandidatesRequest, {
    sites: [...request.sites],
    tellWhenCurrent: request.tellWhenCurrent ?? false,
  });
}

export function decodeWatchCandidatesRequest(bytes: Uint8Array): WatchCandidatesRequest {
  const { sites, tellWhenCurrent } = read(v1.WatchCandidatesRequest, bytes);
  return { sites: namesIn(sites, 'sites'), ...(tellWhenCurrent && { tellWhenCurrent }) };
}

export function encodeWatchCandidatesResponse(response: WatchCandidatesResponse): Uint8Array {
  if (response.kind === 'current') return write(v1.WatchCandidatesResponse, { current: true });
  return write(v1.WatchCandidatesResponse, { review: reviewOut(response.review) });
}

export function decodeWatchCandidatesResponse(bytes: Uint8Array): WatchCandidatesResponse {
  const { review, current } = read(v1.WatchCandidatesResponse, bytes);
  return current ? { kind: 'current' } : { kind: 'review', review: reviewIn(review) };
}

export function encodeDecideRequest(request: DecideRequest): Uint8Array {
  return write(v1.DecideRequest, { verdict: draftOut(request.verdict) });
}

export function decodeDecideRequest(bytes: Uint8Array): DecideRequest {
  return { verdict: draftIn(read(v1.DecideRequest, bytes, { keepUnknown: true }).verdict) };
}

export function encodeDecideResponse(response: DecideResponse): Uint8Array {
  return write(v1.DecideResponse, { review: reviewOut(response.review) });
}

export function decodeDecideResponse(bytes: Uint8Array): DecideResponse {
  return { review: reviewIn(read(v1.DecideResponse, bytes).review) };
}

type WireCameraState = NonNullable<Parameters<typeof v1.CameraState.encode>[0]>;

function stateOut({ site, camera, view, sinceMs }: CameraState): WireCameraState {
  return { site, camera, view: viewStates.out(view), sinceMs: wideOut(sinceMs, 'since_ms') };
}

function cameraStateIn(wire: WireCameraState): CameraState {
  return {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    view: viewStates.in(wire.view, 'view'),
    sinceMs: wideIn(wire.sinceMs, 'since_ms'),
  };
}

type WireReview = NonNullable<Parameters<typeof v1.CandidateReview.encode>[0]>;

function reviewOut({ candidate, state, ...review }: CandidateReview): WireReview {
  const { sinceMs, lapsesAtMs, firstConfirmation } = review;
  const common = {
    candidate: candidateOut(candidate),
    status: reviewStatuses.out(state.kind),
    sinceMs: sinceMs === undefined ? null : wideOut(sinceMs, 'since_ms'),
    lapsesAtMs: lapsesAtMs === undefined ? null : wideOut(lapsesAtMs, 'lapses_at_ms'),
    firstConfirmation: firstConfirmation === undefined ? null : verdictOut(firstConfirmation),
  };
  if (state.kind === 'waiting') return common;
  if (state.kind !== 'claimed') return { ...common, verdict: verdictOut(state.verdict) };
  return {
    ...common,
    claimedBy: agentOut(state.by),
    claimedUntilMs: wideOut(state.untilMs, 'claimed_until_ms'),
  };
}

function reviewIn(wire: WireReview | null | undefined): CandidateReview {
  const found = presentIn(wire, 'review');
  const { sinceMs, lapsesAtMs, firstConfirmation } = found;
  return {
    candidate: candidateIn(found.candidate),
    state: stateIn(found),
    ...(isKnown(sinceMs) && { sinceMs: wideIn(sinceMs, 'since_ms') }),
    ...(isKnown(lapsesAtMs) && { lapsesAtMs: wideIn(lapsesAtMs, 'lapses_at_ms') }),
    ...(firstConfirmation && { firstConfirmation: verdictIn(firstConfirmation) }),
  };
}

function stateIn(wire: WireReview): ReviewState {
  const kind = reviewStatuses.in(wire.status, 'status');
  if (kind === 'waiting') return { kind };
  if (kind !== 'claimed') return { kind, verdict: verdictIn(wire.verdict) };
  return { kind, by: agentIn(wire.claimedBy), untilMs: wideIn(wire.claimedUntilMs, 'claimed_until_ms') };
}

function tokenIn(bytes: Uint8Array | null | undefined): Uint8Array {
  // An absent bytes field comes as an empty array of another type.
  const token = bytes?.length ? bytes : NO_BYTES;
  if (token.length > TOKEN_BYTES_MAX)
    refuse('too_long', `the token has ${token.length} bytes, at most ${TOKEN_BYTES_MAX}`);
  return token;
}
