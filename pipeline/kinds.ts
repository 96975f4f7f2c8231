/** The closed lists of Vigie: a word that is not in its list is refused, and none is added by the way. */

/** Closed list of French decree 2023-828, art. 3. */
export const EVENT_TYPES = [
  'wrong_way',
  'forbidden_zone',
  'weapon',
  'fire',
  'crowd_movement',
  'person_on_ground',
  'density',
  'abandoned_object',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const SITE_KINDS = ['station', 'train', 'coach', 'school'] as const;
export type SiteKind = (typeof SITE_KINDS)[number];

/** How readily a rule claims: `low` where false alerts cost most, `high` where a miss does. */
export const SENSITIVITIES = ['low', 'medium', 'high'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether the view can be trusted. `warming`: the background is still being learned. */
export const VIEW_STATES = [
  'ok',
  'warming',
  'lost',
  'frozen',
  'dark',
  'bright',
  'blurred',
  'covered',
  'moved',
] as const;
export type ViewState = (typeof VIEW_STATES)[number];

export const OBJECT_CLASSES = ['person', 'vehicle', 'bag', 'knife', 'firearm', 'animal', 'other'] as const;
export type ObjectClass = (typeof OBJECT_CLASSES)[number];

export const REJECT_REASONS = ['false', 'true_but_irrelevant', 'test'] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

export const ROLES = ['producer', 'agent', 'subscriber', 'supervisor', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const EVENT_CHANGES = ['verified', 'updated', 'ended', 'retracted'] as const;
export type EventChange = (typeof EVENT_CHANGES)[number];
