/** The kinds of look-alike, and when one is played. How each is: look-alikes.ts. */

/** Every kind; which ones a place can play is in looksAlikeOf. */
export const LOOK_ALIKES = [
  'sign',
  'beacon',
  'hazard_lights',
  'lamp',
  'reflection',
  'red_clothes',
  'sunset',
  'sits',
  'kneels',
  'bends',
  'sleeper',
  'stumble',
  'cart',
  'puddle',
  'door',
  'stander',
  'bag_kept',
  'runner',
] as const;

export type LookAlikeKind = (typeof LOOK_ALIKES)[number];

export interface LookAlike {
  readonly kind: LookAlikeKind;
  readonly atS: number;
  readonly durationS: number;
}
