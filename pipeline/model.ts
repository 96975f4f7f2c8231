/**
 * The words of Vigie as types: what travels between stages and through the log.
 *
 * Plain data only. Coordinates on the view are normalised: 0..1 as `number` in memory, u16 (0..65535) on the
 * wire; x runs right, y runs down. Times are milliseconds since the Unix epoch. A value that is not known is
 * absent (`undefined`), never zero.
 *
 * What is missing here is missing on purpose: no picture, no face, no appearance, no identity that outlives a
 * camera's track. See test/tidy.test.ts, which reads the schema for such words.
 */

import type {
  EventChange,
  EventType,
  ObjectClass,
  RejectReason,
  Role,
  Severity,
  SiteKind,
  ViewState,
} from './kinds.ts';

export * from './kinds.ts';
export { type AuditEntry, DECIDED_WITHIN_S, type Rejected, type StatisticsRow } from './records.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Axis-aligned, normalised, x0 <= x1 and y0 <= y1. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * The non-empty 4x4-pixel cells of one analysis plane, row-major.
 * `bitmap` has one bit per cell (bit i&7 of byte i>>3 is cell i); the other arrays have one byte per set bit, in
 * that order: a frame of an empty platform costs a few dozen bytes.
 */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly bitmap: Uint8Array;
  /** Share of the cell's pixels that are foreground: 0..255 is 0..1. */
  readonly occupancy: Uint8Array;
  /** Displacement since the previous analysed picture, i8 in 1/8 plane pixels (+-15.9 px), x right and y down. */
  readonly flowX: Uint8Array;
  readonly flowY: Uint8Array;
  /**
   * How much the cell looks like a flame, 0..255: coloured like one and flickering like one over the last second or two.
   * Absent when nothing burns in the view, or nobody looked (no colour, pictures too seldom).
   */
  readonly flame?: Uint8Array;
}

/** A connected moving or newly static region. */
export interface Blob {
  readonly box: Box;
  /** Where it stands: bottom centre of the region. */
  readonly foot: Point;
  /** Foreground pixels of the analysis plane. */
  readonly areaPx: number;
  /** Mean displacement since the previous analysed picture, plane pixels. */
  readonly flowX: number;
  readonly flowY: number;
  /** How long the region has not moved, ms. 0 while it moves. */
  readonly stillMs: number;
  /** How its pixels lie; absent when its producer gives a box alone. */
  readonly spread?: Spread;
}

/** Second moments of a region's pixels about their mean, plane pixels. */
export interface Spread {
  /** Standard deviations. */
  readonly x: number;
  readonly y: number;
  /** Correlation of x and y, -1..1: 0 upright or flat, positive from top left to bottom right. */
  readonly slant: number;
}

/**
 * A region that looks otherwise than the background and has not changed since: put down, taken away, or lit. Seen even
 * while people pass before it; `since` counts from when it came.
 */
export interface StaticRegion {
  readonly box: Box;
  readonly foot: Point;
  /** Plane pixels. */
  readonly areaPx: number;
  readonly sinceMs: number;
  /** Share of its pixels that have not changed since, 0..1: a thing is near 1, somebody who stands is not. */
  readonly steady: number;
  /** -1..1: 1 when its rim is in the picture alone (put there), -1 when in the background alone (taken away). */
  readonly rim: number;
}

/** A class-labelled box from a detector outside or beside Vigie. */
export interface DetectedObject {
  readonly class: ObjectClass;
  readonly box: Box;
  /** 0..1 */
  readonly confidence: number;
}

/** On the globe (WGS 84), degrees: latitude -90..90, longitude -180..180. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** The vehicle that a camera rides in, as far as it is known. Nothing here says who is aboard. */
export interface Vehicle {
  /** As its operator numbers it. */
  readonly id: string;
  /** The journey that it makes, as passengers' information knows it. */
  readonly trip?: string;
  readonly position?: Position;
}

/** Metadata of one analysed picture. Holds no pixels. */
export interface Frame {
  readonly site: string;
  readonly camera: string;
  /** One uninterrupted session of the camera's stream: the ms at which it began. */
  readonly epoch: number;
  /** Index of the picture in the decoded stream of this epoch, from 0. Decimation leaves gaps. */
  readonly number: number;
  readonly capturedAtMs: number;
  readonly receivedAtMs: number;
  /** Time between this analysed picture and the one that flow is measured from, ms. 0 on the first. */
  readonly intervalMs: number;
  readonly planeWidth: number;
  readonly planeHeight: number;
  readonly view: ViewState;
  /** Absent when the view is unusable. */
  readonly cells?: Cells;
  readonly blobs: readonly Blob[];
  readonly objects: readonly DetectedObject[];
  readonly statics: readonly StaticRegion[];
  /** Where the camera rides; absent for a fixed camera, or as the site file says. */
  readonly vehicle?: Vehicle;
}

/** One record of `rail.frames`: frames of one partition, gathered over some tens of ms. */
export interface FrameBatch {
  readonly frames: readonly Frame[];
}

/** What was measured in one zone over one step (design: optical-flow density). */
export interface ZoneObservation {
  readonly zone: string;
  /** Absent while warming or blind. */
  readonly people?: number;
  readonly moving?: number;
  /** Share of the zone in which somebody or something is seen, 0..1. */
  readonly covered?: number;
  /** people per m2; absent without area_m2. */
  readonly density?: number;
  /** Sum of occupancy-weighted flow: people x plane heights/s. */
  readonly fluxX?: number;
  readonly fluxY?: number;
  /** |flux| / sum of |weighted flow|, 0..1: 1 when all move one way. */
  readonly coherence?: number;
  /** Mean divergence of the flow over the zone's occupied cells, 1/s. Positive: people spread. */
  readonly divergence?: number;
  /** Share of moving people per direction, 8 bins of 45 degrees, bin 0 centred on +x, clockwise as y runs down. */
  readonly directions?: readonly number[];
}

/** One crossing of a line by one track. Sides are left and right of first-to-second point (ONVIF). */
export interface LineCrossing {
  readonly line: string;
  readonly track: number;
  readonly frame: number;
  readonly atMs: number;
  readonly direction: 'left_to_right' | 'right_to_left';
  /** Displacement of the track in the picture around the crossing, normalised units per second. */
  readonly velocity: Point;
}

/** A record of `rail.observations`: at 1 Hz per camera, and at once when a line is crossed. */
export interface Observation {
  readonly site: string;
  readonly camera: string;
  readonly epoch: number;
  readonly frame: number;
  readonly atMs: number;
  readonly view: ViewState;
  readonly zones: readonly ZoneObservation[];
  readonly crossings: readonly LineCrossing[];
  /** Frames measured since the observation before this one, itself included; absent from older releases. */
  readonly frames?: number;
}

/** A blob or object followed within one camera for at most minutes; the id is local and rotates. */
export interface Track {
  readonly id: number;
  readonly box: Box;
  readonly foot: Point;
  /** Ids of the zones in which the foot point lies. */
  readonly zones: readonly string[];
  /** View widths and heights per second. */
  readonly velocity: Point;
  /** Mean optical flow of what is seen in the box, view widths and heights per second, over about half a second. */
  readonly flow: Point;
  /** Height of a person standing at the foot point, share of the view's height. */
  readonly personHeight: number;
  /** Metres on the floor per metre seen, for travel up and down the view: 1 for a view from above, more when flat. */
  readonly depth: number;
  readonly ageMs: number;
  readonly stillMs: number;
  /** People (or vehicles) that the region stands for, at least 1. */
  readonly people: number;
  /** false while the track is carried on by prediction alone. */
  readonly seen: boolean;
  /** Smoothed distance between where it is predicted and where it is found, people's heights: how far to trust it. */
  readonly surprise: number;
}

/** A region as one would measure it on the floor: what tells whether many people run. */
export interface Mover {
  readonly box: Box;
  readonly foot: Point;
  /** People whom its area would make. */
  readonly people: number;
  /** Height and width, people's heights. */
  readonly tall: number;
  readonly wide: number;
  /** Mean speed of what moves in it, metres per second on the floor. */
  readonly speed: number;
  /** Mean velocity of all that is seen in it, right and down the view. */
  readonly velocity: Point;
}

/** What one occupied cell shows of how people move on the floor. */
export interface CellMotion {
  /** Its middle, and the row on which whoever is in it stands, shares of the view. */
  readonly x: number;
  readonly y: number;
  readonly footY: number;
  /** People whom its area would make. */
  readonly people: number;
  /** Metres per second; right and down the view. */
  readonly speed: number;
  readonly vx: number;
  readonly vy: number;
}

/** What `measure` hands to `detect` for every frame; never on the log. */
export interface Measured {
  readonly frame: Frame;
  readonly zones: readonly ZoneObservation[];
  readonly crossings: readonly LineCrossing[];
  readonly tracks: readonly Track[];
  /** Absent where no rule of the camera asks for them, and while the view cannot be trusted. */
  readonly movers?: readonly Mover[];
  /** Whenever movers are. */
  readonly motion?: readonly CellMotion[];
}

/** A number that explains a claim: what was found, and the limit it was held against. */
export interface Finding {
  readonly name: string;
  readonly value: number;
  readonly limit?: number;
  readonly unit: string;
}

export type CandidatePhase = 'begin' | 'update' | 'end';

/** A rule's claim that an event began / goes on / ended. Advisory only. */
export interface Candidate {
  /** `site/camera/epoch/rule/frame at which the claim began`; see candidateId(). */
  readonly id: string;
  readonly site: string;
  readonly siteKind: SiteKind;
  readonly camera: string;
  readonly epoch: number;
  readonly type: EventType;
  readonly rule: string;
  readonly ruleVersion: number;
  readonly severity: Severity;
  /** The zone or line of the rule; absent for the whole view. */
  readonly place?: string;
  readonly phase: CandidatePhase;
  /** Counts the records of this claim from 0: `begin` is 0, every update and the end one more. */
  readonly revision: number;
  readonly beganFrame: number;
  readonly beganAtMs: number;
  /** The frame and time this record speaks of. */
  readonly frame: number;
  readonly atMs: number;
  readonly region: Box;
  /** 0..1, how far beyond its limit the condition is; orders the queue, decides nothing. */
  readonly score: number;
  /** One sentence for the agent. */
  readonly explanation: string;
  readonly findings: readonly Finding[];
  /** Kernels and rules that made this claim; `replay` needs the same. */
  readonly build: string;
  /** For people; absent when the site file gives none. */
  readonly siteName?: string;
  /** Of a vehicle's camera: as of the frame that this record speaks of. */
  readonly vehicle?: Vehicle;
  /** How many people must confirm it, each named; absent: one. */
  readonly confirmers?: number;
}

/** A named person (or, for `lapse` only, the service that let time pass). */
export interface Agent {
  readonly name: string;
  readonly role: Role;
}

/** What was done about a candidate. */
export type VerdictAct =
  | { readonly kind: 'claim'; readonly leaseMs: number }
  | { readonly kind: 'release' /** For whoever takes it on. */; readonly note?: string }
  | { readonly kind: 'confirm'; readonly note?: string }
  | { readonly kind: 'reject'; readonly reason: RejectReason; readonly note?: string }
  /** Takes back a confirmation or a rejection. `of` is the id of the verdict taken back. */
  | { readonly kind: 'reverse'; readonly of: string; readonly note?: string }
  /** Nobody decided in time. Never a confirmation. */
  | { readonly kind: 'lapse' };

/** A record of `rail.verdicts`. */
export interface Verdict {
  /** Chosen by the caller so that a retry is recognised; unique per act. */
  readonly id: string;
  readonly candidate: string;
  readonly site: string;
  readonly camera: string;
  readonly by: Agent;
  readonly atMs: number;
  readonly act: VerdictAct;
}

/** Where a candidate's review stands; see pipeline/review/ledger.ts. */
export type ReviewState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'claimed'; readonly by: Agent; readonly untilMs: number }
  | { readonly kind: 'confirmed'; readonly verdict: Verdict }
  | { readonly kind: 'rejected'; readonly verdict: Verdict }
  | { readonly kind: 'lapsed'; readonly verdict: Verdict };
export type ReviewStatus = ReviewState['kind'];

/** A candidate as it was last heard of, and where its review stands. */
export interface CandidateReview {
  readonly candidate: Candidate;
  readonly state: ReviewState;
  /** While it is open, by the log's time: since when, and when it lapses unless somebody decides. */
  readonly sinceMs?: number;
  readonly lapsesAtMs?: number;
  /** Where a confirmation takes two people: that of the first, with or without a second. */
  readonly firstConfirmation?: Verdict;
}

/** A record of `rail.events`: the only thing that subscribers see. */
export interface VerifiedEvent {
  /** The candidate's id. */
  readonly id: string;
  /** Derived from what caused the change, so that a repeat is recognised: `id#verified#verdict` ... */
  readonly changeId: string;
  readonly change: EventChange;
  readonly candidate: Candidate;
  /** The verdict that confirms it, or with `retracted` the one that takes the confirmation back. */
  readonly verdict: Verdict;
  /** Where the rule asks for two people: the confirmation of the first. Absent with `retracted`. */
  readonly firstConfirmation?: Verdict;
}

/** A verified event as it stands: all its changes folded. */
export interface EventState {
  /** Its last change, as subscribers received it. */
  readonly event: VerifiedEvent;
  /** `retracted` whatever came before, `ended`, `updated` while it goes on. */
  readonly state: EventChange;
  /** By the camera's clock. */
  readonly beganAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs?: number;
  /** When it was first confirmed, and when that was taken back, by the server's clock. */
  readonly verifiedAtMs: number;
  readonly retractedAtMs?: number;
}

/** A record of `rail.rules`: zones, lines and rules of one camera, as somebody set them. */
export interface CameraSetup {
  readonly site: string;
  readonly camera: string;
  /** Counts from 1 for each camera; 0 is what the site file says. */
  readonly version: number;
  /** `{ zones, lines, rules }` with the keys of the site file, as JSON. */
  readonly text: string;
  /** Nobody for version 0. */
  readonly author?: Agent;
  /** When it was saved, and the event time from which it holds. */
  readonly savedAtMs: number;
  readonly holdsFromMs: number;
  readonly note?: string;
  /** The version whose text this one brings back. */
  readonly revertsTo?: number;
}

/** The key by which a camera's records find their partition. */
export function cameraKey(site: string, camera: string): string {
  if (site === lastSite && camera === lastCamera) return lastKey;
  lastSite = site;
  lastCamera = camera;
  lastKey = `${site}/${camera}`;
  return lastKey;
}

// Every stage asks for the key of the frame at hand, and a text that was asked for before is found faster in a Map.
let [lastSite, lastCamera, lastKey] = ['', '', '/'];

/** Derived from what it identifies: a replay of the same frames gives the same id. */
export function candidateId(
  of: { site: string; camera: string; epoch: number },
  rule: string,
  beganFrame: number,
): string {
  return `${of.site}/${of.camera}/${of.epoch}/${rule}/${beganFrame}`;
}
