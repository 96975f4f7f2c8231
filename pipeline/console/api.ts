/**
 * What the console's pages and its HTTP server say to each other. Types and paths, no code: both sides import it.
 *
 * Everything below `/api` is JSON but for the clip; every POST carries the session's CSRF token in `CSRF_HEADER`. An
 * answer that is no 2xx is an `ApiFailure`. Times are ms since the Unix epoch, by the server's clock unless said
 * otherwise; what is not known is absent, never zero.
 */
import type { ClipHeader } from '../clip.ts';
import type {
  Candidate,
  CandidateReview,
  DetectedObject,
  EventType,
  Role,
  SiteKind,
  VerdictAct,
  ViewState,
  ZoneObservation,
} from '../model.ts';

export const CSRF_HEADER = 'x-vigie-csrf';

export const PATHS = {
  /** POST LoginRequest -> SessionInfo. */
  login: '/api/login',
  /** POST {} -> 204. */
  logout: '/api/logout',
  /** GET -> SessionInfo, or 401 `session_missing` with LoginWays as `details`. */
  session: '/api/session',
  /** GET, server-sent events: QueueMessage. */
  queue: '/api/queue',
  /** POST DecideBody -> CandidateReview. */
  decide: '/api/decide',
  /** GET ?candidate=&why= -> clip stream, see ClipPart. */
  clip: '/api/clip',
  /** POST { candidate } -> 204: it was played to its end once. */
  seen: '/api/seen',
  /** GET ?candidate= -> CandidateContext. */
  context: '/api/context',
  /** GET, server-sent events: NetworkMessage. */
  network: '/api/network',
  /** GET ?site=&camera=&why= -> a clip stream of one picture. */
  picture: '/api/picture',
  /** GET ?site= -> CameraSetup[]: those in force, in the order of the site file. */
  setups: '/api/setups',
  /** GET ?site=&camera= -> CameraSetup[], newest first. */
  setupVersions: '/api/setups/versions',
  /** POST PreviewBody -> Preview. */
  setupPreview: '/api/setups/preview',
  /** POST SaveBody -> SaveAnswer. */
  setupSave: '/api/setups/save',
  /** GET ?fromMs=&untilMs= -> StatisticsRow[]. */
  statistics: '/api/statistics',
  /** The same as a file (text/csv; UTF-8 with a byte order mark, so that spreadsheets read the accents). */
  statisticsCsv: '/api/statistics.csv',
} as const;

export interface ApiFailure {
  /** For programs; words change, codes do not. `session_missing` and `session_over` ask for a new login. */
  readonly code: string;
  /** For people, in English; pages have words of their own for the codes that they expect. */
  readonly message: string;
  readonly details?: unknown;
}

/** How one can log in here. `name`: the development identity, which believes every name. */
export type LoginWays = { readonly way: 'name' } | { readonly way: 'token' };

export type LoginRequest = { readonly name: string; readonly role: Role } | { readonly token: string };

export interface SessionInfo {
  readonly name: string;
  readonly role: Role;
  /** The server believes names: said on every page. */
  readonly development: boolean;
  readonly csrf: string;
  /** The session ends then whatever is done, and after `idleMs` without a request. */
  readonly untilMs: number;
  readonly idleMs: number;
  readonly nowMs: number;
  readonly sites: readonly SiteInfo[];
  /** Types in the person's scope. */
  readonly types: readonly EventType[];
  /** What this role may: pages show nothing that would be refused. */
  readonly may: {
    readonly decide: boolean;
    readonly seeNetwork: boolean;
    readonly seeStatistics: boolean;
    readonly editZones: boolean;
  };
  /** How long a claim lasts. */
  readonly leaseMs: number;
}

export interface SiteInfo {
  readonly id: string;
  readonly name?: string;
  readonly kind: SiteKind;
}

/** Server-sent events of the queue; `event` is the kind, `data` its JSON. */
export type QueueMessage =
  /** Candidates that are new or changed, decided ones included: replace what is known by candidate id. */
  | { readonly kind: 'reviews'; readonly reviews: readonly CandidateReview[] }
  /** All that waits has been sent (again, after a new connection): what was known and not sent since is gone. */
  | { readonly kind: 'ready' }
  /** Every 5 s: the server's clock, and that the line is alive. */
  | { readonly kind: 'time'; readonly nowMs: number }
  /** A site's server does not answer; `undefined` why: it does again. */
  | { readonly kind: 'site'; readonly site: string; readonly why?: string }
  /** The session is over: why, as a code. */
  | { readonly kind: 'over'; readonly code: string };

export interface DecideBody {
  /** Chosen by the page, so that a repeat is recognised. */
  readonly id: string;
  readonly candidate: string;
  readonly act: VerdictAct;
}

/** A clip is a stream of parts, each: u32 length of JSON, JSON, u32 length of picture, picture (little endian). */
export type ClipPart =
  /** First. */
  | ({ readonly part: 'header' } & ClipInfo)
  /** Oldest first; with the picture's bytes. */
  | ({ readonly part: 'picture' } & ClipPictureInfo)
  /** Last, always: `ok` or the code of what went wrong. */
  | { readonly part: 'end'; readonly code: string; readonly message: string };

/** Of one candidate, or of what a camera sees now: what the edge says of it. */
export type ClipInfo = Omit<ClipHeader, 'epoch' | 'candidate'>;

export interface ClipPictureInfo {
  readonly number: number;
  readonly capturedAtMs: number;
  readonly frame?: SeenFrame;
}

/** What was seen in one picture, to be drawn over it. Coordinates 0..1 of the view, y down. */
export interface SeenFrame {
  readonly view: ViewState;
  readonly planeWidth: number;
  readonly planeHeight: number;
  readonly blobs: readonly {
    readonly box: readonly [number, number, number, number];
    readonly stillMs: number;
  }[];
  readonly objects: readonly DetectedObject[];
  /** Non-empty cells: index row-major, occupancy 0..255, flow in 1/8 plane pixels (signed), flame 0..255. */
  readonly cells?: {
    readonly columns: number;
    readonly rows: number;
    readonly index: readonly number[];
    readonly occupancy: readonly number[];
    readonly flowX: readonly number[];
    readonly flowY: readonly number[];
    readonly flame?: readonly number[];
  };
}

/** What helps to decide about a candidate. */
export interface CandidateContext {
  /** Decided candidates of the same camera and rule, last decided first, at most 20. */
  readonly earlier: readonly CandidateReview[];
  /** People in the candidate's zone over the last hour, evenly spaced; absent where unknown. */
  readonly history?: { readonly zone: string; readonly points: readonly HistoryPoint[] };
  /** Zones, lines and rules in force. */
  readonly setup?: CameraSetup;
}

export interface HistoryPoint {
  readonly atMs: number;
  readonly people?: number;
}

/** Server-sent events of the network page. */
export type NetworkMessage =
  /** First, and whenever the set of cameras changed. */
  | { readonly kind: 'network'; readonly sites: readonly NetworkSite[] }
  /** At most 5 times a second: what changed since, by site. */
  | { readonly kind: 'changes'; readonly sites: readonly NetworkChange[] }
  | { readonly kind: 'site'; readonly site: string; readonly why?: string }
  | { readonly kind: 'over'; readonly code: string };

export interface NetworkSite extends SiteFigures {
  readonly site: string;
  readonly name?: string;
  readonly kind: SiteKind;
  readonly cameras: readonly NetworkCamera[];
}

export interface NetworkChange extends Partial<SiteFigures> {
  readonly site: string;
  readonly cameras: readonly NetworkCamera[];
}

export interface SiteFigures {
  readonly framesPerSecond?: number;
  readonly lagRecords?: number;
  readonly waiting: number;
  readonly claimed: number;
  readonly outages: readonly string[];
}

export interface NetworkCamera {
  readonly camera: string;
  /** `live`: frames come and the view can be trusted; `late`: nothing measured for more than 5 s. */
  readonly state: 'live' | 'late' | 'blind' | 'moved' | 'stopped' | 'starting' | 'unknown';
  /** Why it is not live: a view state, or the fault of its source. */
  readonly why?: string;
  readonly framesPerSecond?: number;
  /** Event time of what was measured last. */
  readonly observedAtMs?: number;
  readonly zones: readonly Pick<ZoneObservation, 'zone' | 'people'>[];
  /** Candidates that wait or are claimed. */
  readonly candidates: number;
}

export interface CameraSetup {
  readonly site: string;
  readonly camera: string;
  /** 0: as the site file has it. */
  readonly version: number;
  readonly setup: SetupText;
  readonly author?: { readonly name: string; readonly role: Role };
  readonly savedAtMs?: number;
  readonly holdsFromMs?: number;
  readonly note?: string;
  readonly revertsTo?: number;
}

/** With the site file's own keys. */
export interface SetupText {
  readonly zones: readonly {
    readonly id: string;
    readonly polygon: readonly Pair[];
    readonly area_m2?: number;
  }[];
  readonly lines: readonly { readonly id: string; readonly points: readonly Pair[] }[];
  readonly rules: readonly RuleText[];
}

export type Pair = readonly [number, number];

/** `event`, `id` and what the event type knows: zone, line, direction, allowed, limit, for, severity ... */
export interface RuleText {
  readonly id: string;
  readonly event: EventType;
  readonly [key: string]: unknown;
}

export interface PreviewBody {
  readonly site: string;
  readonly camera: string;
  readonly setup: SetupText;
  readonly backMs: number;
}

export interface SetupFault {
  readonly code: string;
  /** `zones[2].polygon` */
  readonly at: string;
  readonly message: string;
  readonly hint?: string;
}

export interface Preview {
  /** When there are any, nothing was tried. */
  readonly faults: readonly SetupFault[];
  readonly candidates: readonly Candidate[];
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly frames: number;
}

export interface SaveBody {
  readonly site: string;
  readonly camera: string;
  readonly setup: SetupText;
  readonly basedOn: number;
  readonly note?: string;
  readonly revertsTo?: number;
}

export interface SaveAnswer {
  readonly faults: readonly SetupFault[];
  readonly saved?: CameraSetup;
}

export type { StatisticsRow } from '../model.ts';
