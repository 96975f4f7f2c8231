/**
 * A site as its file describes it, after parsing: every default filled in, every reference resolved.
 * parse.ts makes it from `site.yaml`; stages only ever see this.
 */
import type { ClipKind } from '../clip.ts';
import type { Box, EventType, Point, Sensitivity, Severity, SiteKind, Vehicle } from '../model.ts';

export interface Zone {
  readonly id: string;
  /** At least 3 points, 0..1, y down, not self-intersecting. */
  readonly polygon: readonly Point[];
  readonly areaM2?: number;
}

export interface Line {
  readonly id: string;
  /** At least 2 points. Sides are left and right of first-to-second point as in ONVIF. */
  readonly points: readonly Point[];
}

/** A person's height at two places gives the ground calibration: height is linear in the foot's y. */
export interface GroundSample {
  readonly foot: Point;
  /** Share of the view's height. */
  readonly height: number;
}

export interface Analysis {
  /** Absent: follows the view's aspect ratio at about 14,400 pixels (analysisPlane()). */
  readonly width?: number;
  readonly height?: number;
  /** Absent: the divisor of the source's rate nearest to 5. */
  readonly fps?: number;
}

interface RuleBase {
  readonly id: string;
  readonly version: number;
  readonly severity: Severity;
  readonly sensitivity: Sensitivity;
  /** How many people must confirm what it claims, each named and none twice; absent: one. */
  readonly confirmers?: 2;
}

/** Presence in a zone for longer than `dwellMs`. */
export interface ForbiddenZoneRule extends RuleBase {
  readonly event: 'forbidden_zone';
  readonly zone: string;
  readonly dwellMs: number;
}

/** Travel against a zone's permitted direction, or across a line to the side that is not allowed. */
export interface WrongWayZoneRule extends RuleBase {
  readonly event: 'wrong_way';
  readonly zone: string;
  /** The permitted direction, unit vector on the view (y down). */
  readonly direction: Point;
  /** true: both senses of the direction are permitted, across it is not. */
  readonly eitherSign: boolean;
  readonly holdMs: number;
}

export interface WrongWayLineRule extends RuleBase {
  readonly event: 'wrong_way';
  readonly line: string;
  readonly allowed: 'left_to_right' | 'right_to_left';
}

export interface DensityRule extends RuleBase {
  readonly event: 'density';
  readonly zone: string;
  readonly limit: { readonly people: number } | { readonly perM2: number };
  readonly forMs: number;
}

/** What is watched for in a zone or, without one, in the whole view, and how long it must go on. */
export interface WatchRule extends RuleBase {
  readonly event: 'weapon' | 'fire' | 'crowd_movement' | 'person_on_ground' | 'abandoned_object';
  readonly zone?: string;
  readonly forMs: number;
  /** crowd_movement: how many must run; absent: as the sensitivity has it. */
  readonly people?: number;
}

export type Rule = ForbiddenZoneRule | WrongWayZoneRule | WrongWayLineRule | DensityRule | WatchRule;

/** What a camera watches for. */
export type Setup = Pick<Camera, 'zones' | 'lines' | 'rules'>;

export interface Camera {
  readonly id: string;
  /** rtsp://..., a path resolved against the site file, scene:NAME; absent: frames arrive by log or gRPC. */
  readonly source?: string;
  readonly analysis: Analysis;
  readonly ground: readonly GroundSample[];
  readonly zones: readonly Zone[];
  readonly lines: readonly Line[];
  readonly rules: readonly Rule[];
  /** That it rides in; frames that say more of it are believed. */
  readonly vehicle?: Vehicle;
  /** What may be shown of a candidate. Absent: the analysis plane. */
  readonly clips?: ClipKind;
}

/** Outside it nothing is raised. */
export interface Authorisation {
  readonly fromMs: number;
  /** Inclusive: the last ms of the day named in the file. */
  readonly toMs: number;
  readonly basis: string;
  readonly events: readonly EventType[];
}

export interface Site {
  readonly id: string;
  /** For people, on events. */
  readonly name?: string;
  readonly kind: SiteKind;
  /** Absent only in development. */
  readonly authorisation?: Authorisation;
  readonly cameras: readonly Camera[];
}

/** Whose cameras ride along: what is outside moves past their windows. */
export function isVehicle({ kind }: Pick<Site, 'kind'>): boolean {
  return kind === 'train' || kind === 'coach';
}

/** Side length of a cell in plane pixels. */
export const CELL_PX = 4;

/** Most pixels that an analysis plane may have (320x180). */
export const PLANE_PIXELS_MAX = 57_600;

/** Pixels of a plane whose size the site file leaves open (160x90). */
export const PLANE_PIXELS_DEFAULT = 14_400;

/**
 * The analysis plane for a view of `width` x `height` pixels: same aspect ratio, about 14,400 pixels, both sides
 * even (the chroma planes are half as wide and high). 16:9 gives 160x90, 4:3 gives 138x104, 9:16 gives 90x160.
 */
export function analysisPlane(width: number, height: number): { width: number; height: number } {
  const scale = Math.sqrt(PLANE_PIXELS_DEFAULT / (width * height));
  const even = (value: number) => Math.max(16, 2 * Math.round(value / 2));
  return { width: even(width * scale), height: even(height * scale) };
}

/** Pictures a second below which the turning points of a flame's flicker go by unseen. */
export const FLICKER_FPS_MIN = 9;

/** Whether a camera's flicker is to be seen, which takes more pictures than are analysed. */
export function needsFlicker({ rules }: Pick<Camera, 'rules'>): boolean {
  return rules.some(({ event }) => event === 'fire');
}

/**
 * Every how many pictures one is analysed: the divisor of the source's rate nearest to `fps` (5 when the site file
 * leaves it open). Whole divisors keep the interval between analysed pictures constant, which flow and tracks need.
 */
export function decimation(sourceFps: number, fps = 5): number {
  return Math.max(1, Math.round(sourceFps / fps));
}

export function boundsOf(points: readonly Point[]): Box {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
