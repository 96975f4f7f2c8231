/**
 * People who move against a zone's direction, counted from optical flow alone: the zone's moving people whose direction
 * is against the rule. Where people hide each other tracks break, but whoever goes the other way still shows between
 * them, and in a stream that goes one way hardly anything else does.
 */
import type { ZoneObservation } from '../../model.ts';
import type { WrongWayZoneRule } from '../../site/site.ts';

/** Arms that swing back and edges at which flow is torn add up to less than this many people. */
const PEOPLE_MIN = 0.25;
/** And to less than this share of all who move: a crowd has many edges. */
const SHARE_MIN = 0.02;
/**
 * Where fewer than this many people move, tracks tell who goes where; there, somebody who stands up or bends down is all
 * the flow that there is, and goes nowhere.
 */
const CROWD_MIN = 2;
/** Directions at less than about 53 degrees to straight against; a bin counts by its middle. */
const AGAINST_COSINE = -0.6;
/** Either way along the axis is permitted: directions at more than 60 degrees to it are not. */
const ACROSS_COSINE_MAX = 0.5;
/** What was gathered is forgotten as fast as it was gathered, and of a long time no more is kept than twice the rule's hold. */
const FORGET = 1;
const KEPT_HOLDS = 2;
/** Flow that light, snow or somebody who bends down leaves behind is over a moment later than the rule asks. */
const HOLDS = 1.2;
const BINS = 8;

export interface Stream {
  readonly people: number;
  readonly ms: number;
  readonly holds: boolean;
}

export class Counterflow {
  readonly #rule: WrongWayZoneRule;
  #spentMs = 0;

  constructor(rule: WrongWayZoneRule) {
    this.#rule = rule;
  }

  save(): number {
    return this.#spentMs;
  }

  restore(spentMs: number): void {
    this.#spentMs = spentMs;
  }

  /** How many are against it now, for how long somebody has been, and whether that is long enough. `aspect`: the view's. */
  look(zone: ZoneObservation | undefined, aspect: number, stepMs: number): Stream {
    const moving = zone?.moving ?? 0;
    const people = moving * against(zone?.directions, this.#rule, aspect);
    const goes = moving >= CROWD_MIN && people > PEOPLE_MIN + SHARE_MIN * moving;
    // Whoever has gone is not there again because an arm swings back half a minute later.
    const kept = goes ? this.#spentMs : Math.min(this.#spentMs, KEPT_HOLDS * this.#rule.holdMs);
    this.#spentMs = Math.max(0, kept + (goes ? stepMs : -FORGET * stepMs));
    if (!goes) return { people: 0, ms: 0, holds: false };
    return { people, ms: this.#spentMs, holds: this.#spentMs >= HOLDS * this.#rule.holdMs };
  }
}

/** Share, 0..1, of those who move that is against the rule. */
function against(directions: readonly number[] = [], rule: WrongWayZoneRule, aspect: number): number {
  const permitted = Math.atan2(rule.direction.y, rule.direction.x * aspect);
  return directions.reduce((sum, share, bin) => {
    const cosine = Math.cos((bin * 2 * Math.PI) / BINS - permitted);
    const counts = rule.eitherSign ? Math.abs(cosine) < ACROSS_COSINE_MAX : cosine < AGAINST_COSINE;
    return counts ? sum + share : sum;
  }, 0);
}
