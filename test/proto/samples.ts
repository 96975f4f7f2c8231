/**
 * Values with every field set, exactly as the wire can hold them (positions in 1/65535, floats of 32 bits), so that
 * a round trip must give back the same value. test/proto/messages.test.ts checks that no field was left out.
 */
import type {
  AuditEntry,
  Candidate,
  CandidateReview,
  EventState,
  Frame,
  Observation,
  Rejected,
  ReviewState,
  Verdict,
  VerdictAct,
  VerifiedEvent,
} from '../../pipeline/model.ts';
import * as messages from '../../proto/messages.ts';
import { clipSamples } from './clip-samples.ts';
import { type Sample, sample } from './sample.ts';
import { setupSamples } from './setup-samples.ts';

const at = (units: number) => units / 65_535;
const f32 = Math.fround;
const NOW = 1_794_000_000_123;

/** 10x6 pixels: 3x2 cells, the first, third and sixth set. */
export const frame: Frame = {
  site: 'gare-exemple',
  camera: 'quai-a-01',
  epoch: NOW - 5000,
  number: 4_294_967_295,
  capturedAtMs: NOW,
  receivedAtMs: NOW + 40,
  intervalMs: 200,
  planeWidth: 10,
  planeHeight: 6,
  view: 'ok',
  cells: {
    columns: 3,
    rows: 2,
    bitmap: Uint8Array.of(0b100101),
    occupancy: Uint8Array.of(1, 128, 255),
    flowX: Uint8Array.of(0, 127, 128),
    flowY: Uint8Array.of(255, 1, 2),
    flame: Uint8Array.of(0, 200, 3),
  },
  blobs: [
    {
      box: { x0: at(1), y0: at(2), x1: at(65_535), y1: at(4) },
      foot: { x: at(5), y: at(6) },
      areaPx: 60,
      flowX: -1.125,
      flowY: 5.875,
      stillMs: 400,
      spread: { x: 1.125, y: 2.5, slant: -12 / 127 },
    },
  ],
  statics: [
    {
      box: { x0: at(1), y0: at(2), x1: at(3), y1: at(4) },
      foot: { x: at(5), y: at(6) },
      areaPx: 12,
      sinceMs: 61_000,
      steady: 250 / 255,
      rim: -100 / 127,
    },
  ],
  vehicle: { id: '4521', trip: 'TER 857312', position: { latitude: 48.8443, longitude: 2.3744 } },
  objects: [{ class: 'bag', box: { x0: at(1), y0: at(2), x1: at(3), y1: at(4) }, confidence: f32(0.7) }],
};

export const observation: Observation = {
  site: 'gare-exemple',
  camera: 'quai-a-01',
  epoch: NOW,
  frame: 12,
  atMs: NOW,
  view: 'moved',
  zones: [
    {
      zone: 'platform',
      people: f32(5.3),
      moving: f32(2.1),
      density: f32(0.4),
      fluxX: f32(-0.3),
      fluxY: f32(0.2),
      coherence: f32(0.9),
      divergence: f32(-1.5),
      directions: [0.125, 0.25, 0, 0.5, 0.125, 0, 0, 1],
      covered: 0.75,
    },
  ],
  crossings: [
    {
      line: 'gate',
      track: 7,
      frame: 11,
      atMs: NOW,
      direction: 'right_to_left',
      velocity: { x: f32(-0.1), y: f32(0.01) },
    },
  ],
  frames: 5,
};

export const candidate: Candidate = {
  id: 'gare-exemple/quai-a-01/1794000000123/no-tracks/3',
  site: 'gare-exemple',
  siteKind: 'station',
  camera: 'quai-a-01',
  epoch: NOW,
  type: 'forbidden_zone',
  rule: 'no-tracks',
  ruleVersion: 4,
  severity: 'critical',
  place: 'tracks',
  phase: 'update',
  revision: 2,
  beganFrame: 3,
  beganAtMs: NOW,
  frame: 9,
  atMs: NOW + 1200,
  region: { x0: at(10), y0: at(20), x1: at(30), y1: at(40) },
  score: f32(0.8),
  explanation: 'Quelqu’un est sur la voie depuis 3 s',
  findings: [{ name: 'dwell', value: 3.1, limit: 2, unit: 's' }],
  build: 'a1b2c3',
  siteName: 'Gare d’Exemple',
  vehicle: { id: '4521', trip: 'TER 857312', position: { latitude: -48.8443, longitude: -179.5 } },
  confirmers: 2,
};

export function verdict(act: VerdictAct, id: string = act.kind): Verdict {
  return {
    id,
    candidate: candidate.id,
    site: candidate.site,
    camera: candidate.camera,
    by: { name: 'A. Martin', role: 'agent' },
    atMs: NOW + 2000,
    act,
  };
}

const acts: readonly VerdictAct[] = [
  { kind: 'claim', leaseMs: 60_000 },
  { kind: 'release', note: 'fin de poste' },
  { kind: 'confirm', note: 'vu à l’écran' },
  { kind: 'reject', reason: 'true_but_irrelevant', note: 'agent de maintenance' },
  { kind: 'reverse', of: 'v1', note: 'erreur' },
  { kind: 'lapse' },
];

export const event: VerifiedEvent = {
  id: candidate.id,
  changeId: `${candidate.id}#verified#confirm`,
  change: 'verified',
  candidate,
  verdict: verdict({ kind: 'confirm' }),
  firstConfirmation: verdict({ kind: 'confirm' }, 'first'),
};

const eventState: EventState = {
  event,
  state: 'retracted',
  beganAtMs: NOW,
  updatedAtMs: NOW + 1200,
  endedAtMs: NOW + 1300,
  verifiedAtMs: NOW + 2000,
  retractedAtMs: NOW + 3000,
};

/** Whom a server may take its caller for. */
const callers: readonly messages.WhoAmIResponse[] = [
  { kind: 'development', served: { site: 'gare', siteName: 'Gare', siteKind: 'station' } },
  {
    kind: 'known',
    name: 'A. Martin',
    role: 'agent',
    sites: 'all',
    types: 'all',
    agentNames: true,
    untilMs: NOW,
  },
  {
    kind: 'known',
    name: 'B. Petit',
    role: 'supervisor',
    sites: ['gare'],
    types: ['density', 'fire'],
    agentNames: false,
    untilMs: NOW,
    served: { site: 'gare', siteKind: 'coach' },
  },
];

const status: messages.StatusResponse = {
  site: 'gare-exemple',
  siteName: 'Gare d’Exemple',
  siteKind: 'station',
  atMs: NOW,
  upMs: 5000,
  release: '0.1.0',
  cameras: [
    {
      camera: 'quai-a-01',
      source: 'failed',
      why: 'no such file',
      view: 'dark',
      framesPerSecond: 4.96,
      observedAtMs: NOW - 40,
      zones: [{ zone: 'platform', people: f32(5.3) }, { zone: 'tracks' }],
      repeats: 1,
      late: 2,
      skipped: 3,
      spooled: 4,
      dropped: 5,
    },
  ],
  framesPerSecond: 4.96,
  lagRecords: 7,
  waiting: 3,
  claimed: 1,
  verified: 12,
  subscribers: 2,
  rejected: [{ code: 'late', count: 4 }],
  outages: ['worker: cannot read'],
};

const rejected: Rejected = {
  code: 'garbage',
  detail: 'index out of range',
  topic: 'rail.frames',
  partition: 3,
  offset: 9_007_199_254_740_991,
  length: 120,
  sha256: '0123456789abcdef'.repeat(4),
  atMs: NOW,
  site: 'gare-exemple',
  camera: 'quai-a-01',
};

const auditEntry: AuditEntry = {
  atMs: NOW,
  who: 'A. Martin',
  role: 'agent',
  proof: 'token 9f0c',
  act: 'verdict',
  object: candidate.id,
  result: 'claimed_by_other',
  why: 'claimed by B. Diallo',
  peer: '10.0.0.7:51234',
  repeats: 3,
};

const states: readonly ReviewState[] = [
  { kind: 'waiting' },
  { kind: 'claimed', by: { name: 'B. Diallo', role: 'supervisor' }, untilMs: NOW + 9000 },
  { kind: 'confirmed', verdict: verdict({ kind: 'confirm' }) },
  { kind: 'rejected', verdict: verdict({ kind: 'reject', reason: 'false' }) },
  { kind: 'lapsed', verdict: verdict({ kind: 'lapse' }) },
];
const reviews: readonly CandidateReview[] = states.flatMap((state) => [
  { candidate, state },
  {
    candidate,
    state,
    sinceMs: NOW,
    lapsesAtMs: NOW + 900_000,
    firstConfirmation: verdict({ kind: 'confirm' }, 'first'),
  },
]);

const resumeToken = Uint8Array.of(1, 2, 3);
const { id, by } = verdict({ kind: 'release' });

const m = messages;
export const samples: readonly Sample[] = [
  sample('FrameBatch', { frames: [frame, { ...frame, number: 0 }] }, m.encodeFrameBatch, m.decodeFrameBatch),
  sample('Observation', observation, m.encodeObservation, m.decodeObservation),
  sample('Candidate', candidate, m.encodeCandidate, m.decodeCandidate),
  ...acts.map((act) => sample('Verdict', verdict(act), m.encodeVerdict, m.decodeVerdict)),
  sample('Event', event, m.encodeEvent, m.decodeEvent),
  sample('Rejected', rejected, m.encodeRejected, m.decodeRejected),
  sample('AuditEntry', auditEntry, m.encodeAuditEntry, m.decodeAuditEntry),
  sample(
    'Checkpoint',
    {
      kind: 'camera',
      id: 'worker/1',
      site: 'a',
      camera: 'b',
      admit: Uint8Array.of(1),
      measure: Uint8Array.of(2, 3),
      detect: Uint8Array.of(),
      observations: Uint8Array.of(4),
      held: [frame],
      open: [candidate],
      orphaned: [candidate, candidate],
      setup: 3,
    },
    m.encodeCheckpoint,
    m.decodeCheckpoint,
  ),
  sample(
    'Checkpoint',
    {
      kind: 'seal',
      id: 'worker/1',
      layout: 1,
      build: 'c',
      framesOffset: 2 ** 40,
      candidatesOffset: 7,
      cameras: 63,
    },
    m.encodeCheckpoint,
    m.decodeCheckpoint,
  ),
  sample(
    'SubscribeRequest',
    {
      sites: ['a'],
      cameras: ['b'],
      types: ['fire', 'density'],
      places: ['tracks'],
      severityMin: 'high',
      verdictFromMs: NOW,
      verdictUntilMs: NOW + 1,
      resumeToken,
      fromStart: true,
      cameraStates: true,
    },
    m.encodeSubscribeRequest,
    m.decodeSubscribeRequest,
  ),
  sample(
    'SubscribeResponse',
    { kind: 'event', resumeToken, event },
    m.encodeSubscribeResponse,
    m.decodeSubscribeResponse,
  ),
  sample(
    'SubscribeResponse',
    { kind: 'progress', resumeToken, atMs: NOW },
    m.encodeSubscribeResponse,
    m.decodeSubscribeResponse,
  ),
  sample(
    'SubscribeResponse',
    { kind: 'catching_up', resumeToken },
    m.encodeSubscribeResponse,
    m.decodeSubscribeResponse,
  ),
  sample(
    'SubscribeResponse',
    { kind: 'camera_state', state: { site: 'a', camera: 'b', view: 'covered', sinceMs: NOW } },
    m.encodeSubscribeResponse,
    m.decodeSubscribeResponse,
  ),
  sample(
    'ListCandidatesRequest',
    { statuses: ['waiting', 'lapsed'], sites: ['a'] },
    m.encodeListCandidatesRequest,
    m.decodeListCandidatesRequest,
  ),
  sample(
    'ListCandidatesRequest',
    { statuses: ['confirmed'], sites: ['a'], cameras: ['quai'], rules: ['fire'], limit: 20 },
    m.encodeListCandidatesRequest,
    m.decodeListCandidatesRequest,
  ),
  sample(
    'ListCandidatesResponse',
    { reviews },
    m.encodeListCandidatesResponse,
    m.decodeListCandidatesResponse,
  ),
  sample(
    'WatchCandidatesRequest',
    { sites: ['a', 'b'], tellWhenCurrent: true },
    m.encodeWatchCandidatesRequest,
    m.decodeWatchCandidatesRequest,
  ),
  sample(
    'WatchCandidatesResponse',
    { kind: 'review', review: reviews[1]! },
    m.encodeWatchCandidatesResponse,
    m.decodeWatchCandidatesResponse,
  ),
  sample(
    'WatchCandidatesResponse',
    { kind: 'current' },
    m.encodeWatchCandidatesResponse,
    m.decodeWatchCandidatesResponse,
  ),
  sample(
    'DecideRequest',
    { verdict: { id, candidate: candidate.id, by, act: { kind: 'confirm' } } },
    m.encodeDecideRequest,
    m.decodeDecideRequest,
  ),
  sample('GetRequest', { id: candidate.id }, m.encodeGetRequest, m.decodeGetRequest),
  sample(
    'GetResponse',
    { event: eventState, asOfMs: NOW },
    (value) => m.encodeGetResponse({ ...value, event: stored(value.event) }),
    m.decodeGetResponse,
  ),
  sample(
    'ListRequest',
    {
      sites: ['a'],
      cameras: ['b'],
      places: ['tracks', 'gate'],
      types: ['fire'],
      severityMin: 'high',
      states: ['verified', 'retracted'],
      verdictFromMs: NOW,
      verdictUntilMs: NOW + 1,
      oldestFirst: true,
      pageSize: 17,
      pageToken: 'b2s',
    },
    m.encodeListRequest,
    m.decodeListRequest,
  ),
  sample(
    'ListResponse',
    { events: [eventState, eventState], nextPageToken: 'b2s', completeSinceMs: NOW, asOfMs: NOW + 1 },
    (value) => m.encodeListResponse({ ...value, events: value.events.map(stored) }),
    m.decodeListResponse,
  ),
  sample(
    'WatchRequest',
    { sites: ['a'], cameras: ['b', 'c'], zones: ['platform'] },
    m.encodeWatchRequest,
    m.decodeWatchRequest,
  ),
  sample('WatchResponse', { observation, skipped: 3 }, m.encodeWatchResponse, m.decodeWatchResponse),
  sample(
    'PushRequest',
    { sequence: 2 ** 40, frames: [frame, { ...frame, number: 0 }] },
    m.encodePushRequest,
    (bytes) => {
      const { sequence, frames, faults } = m.decodePushRequestLenient(bytes);
      for (const { code, detail } of faults) throw new m.DecodeError(code, detail);
      return { sequence, frames };
    },
  ),
  sample(
    'PushResponse',
    { sequence: 3, accepted: 1, rejections: [{ index: 1, code: 'bad_grid', detail: 'the grid is 0x0' }] },
    m.encodePushResponse,
    m.decodePushResponse,
  ),
  sample('StatusRequest', {}, m.encodeStatusRequest, m.decodeStatusRequest),
  sample('StatusResponse', status, m.encodeStatusResponse, m.decodeStatusResponse),
  sample('WhoAmIRequest', {}, m.encodeWhoAmIRequest, m.decodeWhoAmIRequest),
  ...callers.map((caller) =>
    sample('WhoAmIResponse', caller, m.encodeWhoAmIResponse, m.decodeWhoAmIResponse),
  ),
  ...clipSamples(frame),
  ...setupSamples(candidate),
  sample('DecideResponse', { review: reviews[2]! }, m.encodeDecideResponse, m.decodeDecideResponse),
];

/** As the server has it: the event as the bytes that lie on the log. */
function stored(state: EventState): messages.StoredEventState {
  return { ...state, event: messages.encodeEvent(state.event) };
}
