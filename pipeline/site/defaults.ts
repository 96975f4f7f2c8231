/** What holds where the site file is silent, and the bounds of what it may say. */
import type { EventType, Severity } from '../model.ts';

export const SEVERITY_DEFAULT: Readonly<Record<EventType, Severity>> = {
  weapon: 'critical',
  fire: 'critical',
  person_on_ground: 'high',
  forbidden_zone: 'high',
  wrong_way: 'medium',
  crowd_movement: 'high',
  density: 'medium',
  abandoned_object: 'medium',
};

/** A second pair of eyes where what follows is armed. */
export const TWO_CONFIRM: readonly EventType[] = ['weapon'];

/** Presence in a forbidden zone: shorter is a passing shadow. */
export const DWELL_MS_DEFAULT = 500;
/** Travel against the direction: shorter is a step aside. */
export const HOLD_MS_DEFAULT = 1_500;
/** Too many people: shorter is a train that empties. */
export const DENSITY_FOR_MS_DEFAULT = 10_000;

/** The rules that may watch a whole view: how long what they watch for must go on. */
export const WATCH_FOR_MS_DEFAULT = {
  /** A weapon that is seen for less is a phone, an umbrella or an error of the detector. */
  weapon: 1_000,
  fire: 1_500,
  crowd_movement: 1_000,
  /** Somebody who gets up again at once needs nobody. */
  person_on_ground: 5_000,
  /** Whoever ties a shoe or asks the way comes back sooner. */
  abandoned_object: 60_000,
} as const;

/** A duration in the file is at most a day. */
export const DURATION_MS_MAX = 24 * 3_600_000;

/** More people than this cannot stand on one m2, so a rule above it could never fire. */
export const PEOPLE_PER_M2_MAX = 12;

/** Smallest side of an analysis plane: three pyramid levels of whole cells. */
export const PLANE_SIDE_MIN = 32;
/** Longest side over shortest. */
export const PLANE_ASPECT_MAX = 4;
export const FPS_MAX = 60;

/** Rendered scenes that a source may name as `scene:NAME`. */
export const SCENE_NAMES = ['platform', 'corridor', 'tracks', 'coach'] as const;

/** Bounds of one file; each is far above what a site needs and far below what would slow it. */
export const FILE_BYTES_MAX = 4_000_000;
export const CAMERAS_MAX = 5_000;
export const PLACES_MAX = 64;
export const RULES_MAX = 128;
export const POINTS_MAX = 64;
