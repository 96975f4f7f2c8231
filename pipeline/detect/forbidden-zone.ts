/**
 * forbidden_zone: a person or vehicle whose foot point is in the zone for longer than the dwell.
 *
 * A train that fills the zone is not a trespasser: while a region far larger than people or carts stands in or
 * crosses the zone, and shortly after, nothing new is claimed there, because its doors, lights and shadow would be.
 */
import type { Measured, Track } from '../model.ts';
import type { ForbiddenZoneRule } from '../site/site.ts';
import type { Condition } from './claim.ts';
import { around, people, peopleIn, type RuleMachine, seconds } from './rule.ts';

/** A track must have been seen for this long: a flicker has no foot. */
const AGE_MIN_MS = 350;
/** A region this many times as tall as a person, or standing for this many people, is a train. */
const TRAIN_HEIGHTS = 2.2;
const TRAIN_PEOPLE = 9;
const TRAIN_AFTER_MS = 3_000;

export class ForbiddenZone implements RuleMachine {
  readonly place: string;
  readonly timing;
  readonly #dwellMs: number;
  #trainUntilMs = -Infinity;
  #sinceMs: number | undefined;

  constructor(rule: ForbiddenZoneRule) {
    this.place = rule.zone;
    this.#dwellMs = rule.dwellMs;
    this.timing = { holdMs: rule.dwellMs, graceMs: 600, releaseMs: 1_800 };
  }

  look({ frame, tracks }: Measured): Condition | undefined {
    if (frame.view !== 'ok') return undefined;
    const now = frame.capturedAtMs;
    const standing = tracks.filter((track) => track.seen && track.zones.includes(this.place));
    if (standing.some(isTrain)) this.#trainUntilMs = now + TRAIN_AFTER_MS;
    const there = now < this.#trainUntilMs ? [] : standing.filter((track) => track.ageMs >= AGE_MIN_MS);
    if (there.length === 0) this.#sinceMs = undefined;
    else this.#sinceMs ??= now;
    const forMs = this.#sinceMs === undefined ? 0 : now - this.#sinceMs;
    const count = peopleIn(there);
    return {
      holds: there.length > 0,
      region: around(there.map((track) => track.box)),
      score: Math.min(1, forMs / (10 * Math.max(500, this.#dwellMs)) + 0.1 * count),
      explanation: `${people(count)} in '${this.place}' for ${seconds(forMs)}, limit ${seconds(this.#dwellMs)}`,
      findings: [
        { name: 'people', value: count, limit: 0, unit: 'people' },
        { name: 'presence', value: forMs / 1000, limit: this.#dwellMs / 1000, unit: 's' },
      ],
    };
  }
}

function isTrain(track: Track): boolean {
  const height = track.box.y1 - track.box.y0;
  return height > TRAIN_HEIGHTS * track.personHeight || track.people >= TRAIN_PEOPLE;
}
