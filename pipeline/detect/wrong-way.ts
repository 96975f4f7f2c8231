/**
 * wrong_way: travel against a zone's permitted direction, or over a line to the side that is not allowed.
 *
 * In a zone every track keeps how long it has been going against the direction; looking back, turning on the spot or
 * stepping aside does not count, because the travel must be faster than swaying, mostly along the axis, and carried
 * on for the rule's hold.
 */
import type { LineCrossing, Measured, Point, Track } from '../model.ts';
import type { WrongWayLineRule, WrongWayZoneRule } from '../site/site.ts';
import type { Condition } from './claim.ts';
import { around, isWhole, Origins, people, peopleIn, type RuleMachine, seconds } from './rule.ts';

/** A track must have been followed for this long, and be found where it is expected (people's heights). */
const AGE_MIN_MS = 800;
const SURPRISE_MAX = 0.1;
/** Whoever crosses a line has come from somewhere, people's heights. */
const TRAVEL_MIN = 0.5;
/** Speed against the direction, metres per second: half of a slow walk. */
const SPEED_MIN = 0.45;
/** And on the view, people's heights per second: far away a foot that trembles by a pixel is a walk on the floor. */
const SEEN_MIN = 0.08;
/** Height of a person, metres. */
const PERSON_M = 1.7;
/** Share of the speed that must be along the axis, relative to across it. */
const ALONG_MIN = 0.8;
/** Share of the slowest way that must have been covered since the track turned against the direction. */
const COVER_SHARE = 0.8;
/** What counts against a track is forgotten this many times as fast as it is gathered. */
const FORGET = 1.5;

export class WrongWayZone implements RuleMachine {
  readonly place: string;
  /** Beyond the rule's own hold, which each track serves: one picture proves nothing. */
  readonly timing = { holdMs: 150, graceMs: 0, releaseMs: 1_500 };
  readonly #rule: WrongWayZoneRule;
  /** Per track how long it has been against the direction, and where that began. */
  readonly #against = new Map<number, { readonly ms: number; readonly from: Point }>();
  #previousMs: number | undefined;

  constructor(rule: WrongWayZoneRule) {
    this.#rule = rule;
    this.place = rule.zone;
  }

  look({ frame, tracks }: Measured): Condition | undefined {
    const stepMs = this.#previousMs === undefined ? 0 : Math.max(0, frame.capturedAtMs - this.#previousMs);
    this.#previousMs = frame.capturedAtMs;
    const alive = new Set(tracks.map((track) => track.id));
    for (const id of this.#against.keys()) if (!alive.has(id)) this.#against.delete(id);
    const aspect = frame.planeWidth / frame.planeHeight;
    const against: Track[] = [];
    let longestMs = 0;
    let fastest = 0;
    for (const track of tracks) {
      const speed = speedAgainst(track, this.#rule, aspect);
      const wrong = speed !== undefined && track.zones.includes(this.place);
      const before = this.#against.get(track.id);
      const spent = Math.max(0, (before?.ms ?? 0) + (wrong ? stepMs : -FORGET * stepMs));
      const from = before === undefined || before.ms === 0 ? track.foot : before.from;
      this.#against.set(track.id, { ms: spent, from });
      if (!wrong || spent < this.#rule.holdMs || !isTrusted(track)) continue;
      // Whoever goes somewhere gets there; a track that is passed from one person to the next does not.
      const covered = onFloor(
        ((track.foot.x - from.x) * aspect) / track.personHeight,
        (track.foot.y - from.y) / track.personHeight,
        track,
      );
      if (covered < (COVER_SHARE * SPEED_MIN * spent) / 1000) continue;
      against.push(track);
      longestMs = Math.max(longestMs, spent);
      fastest = Math.max(fastest, speed);
    }
    if (frame.view !== 'ok') return undefined;
    const count = peopleIn(against);
    return {
      holds: against.length > 0,
      region: around(against.map((track) => track.box)),
      score: Math.min(1, longestMs / (5 * this.#rule.holdMs) + 0.1 * count),
      explanation: `${people(count)} against the set direction in '${this.place}' for ${seconds(longestMs)}, limit ${seconds(this.#rule.holdMs)}`,
      findings: [
        { name: 'people', value: count, limit: 0, unit: 'people' },
        { name: 'against', value: longestMs / 1000, limit: this.#rule.holdMs / 1000, unit: 's' },
        { name: 'speed', value: fastest, limit: SPEED_MIN, unit: 'm/s' },
      ],
    };
  }
}

/** Speed against the rule in metres per second on the floor, undefined when the track is not against it. */
function speedAgainst(track: Track, rule: WrongWayZoneRule, aspect: number): number | undefined {
  // In people's heights, which are the same along both axes of the view.
  const vx = (track.velocity.x * aspect) / track.personHeight;
  const vy = track.velocity.y / track.personHeight;
  const length = Math.hypot(rule.direction.x * aspect, rule.direction.y);
  const dx = (rule.direction.x * aspect) / length;
  const dy = rule.direction.y / length;
  const along = vx * dx + vy * dy;
  const across = vx * -dy + vy * dx;
  if (rule.eitherSign) {
    const speed = onFloor(across * -dy, across * dx, track);
    return Math.abs(across) > SEEN_MIN && speed > SPEED_MIN && Math.abs(across) > ALONG_MIN * Math.abs(along)
      ? speed
      : undefined;
  }
  const speed = onFloor(along * dx, along * dy, track);
  return -along > SEEN_MIN && speed > SPEED_MIN && -along > ALONG_MIN * Math.abs(across) ? speed : undefined;
}

function onFloor(x: number, y: number, track: Track): number {
  return PERSON_M * Math.hypot(x, y * track.depth);
}

/** Crossings to the side that is not allowed; those that follow each other closely are one claim. */
export class WrongWayLine implements RuleMachine {
  readonly place: string;
  readonly timing = { holdMs: 0, graceMs: 0, releaseMs: 2_000 };
  readonly #rule: WrongWayLineRule;
  readonly #origins = new Origins();

  constructor(rule: WrongWayLineRule) {
    this.#rule = rule;
    this.place = rule.line;
  }

  look({ frame, tracks, crossings }: Measured): Condition | undefined {
    const aspect = frame.planeWidth / frame.planeHeight;
    this.#origins.update(tracks, frame.capturedAtMs);
    if (frame.view !== 'ok') return undefined;
    const against = crossings.filter(
      (crossing) => crossing.line === this.#rule.line && crossing.direction !== this.#rule.allowed,
    );
    const who = tracks.filter(
      (track) =>
        isTrusted(track) &&
        this.#origins.travelled(track, aspect) >= TRAVEL_MIN &&
        against.some((crossing) => crossing.track === track.id),
    );
    const wrong = against.filter((crossing) => who.some((track) => track.id === crossing.track));
    return {
      holds: wrong.length > 0,
      region: around(who.map((track) => track.box)),
      score: Math.min(1, 0.4 + 0.1 * wrong.length),
      explanation: sentence(wrong, this.#rule),
      findings: [{ name: 'crossings', value: wrong.length, limit: 0, unit: 'crossings' }],
    };
  }
}

/** A foot that jumps because people part or meet has not walked over the line. */
function isTrusted(track: Track): boolean {
  return track.seen && track.ageMs >= AGE_MIN_MS && track.surprise <= SURPRISE_MAX && isWhole(track);
}

function sentence(wrong: readonly LineCrossing[], rule: WrongWayLineRule): string {
  const way = rule.allowed === 'left_to_right' ? 'right to left' : 'left to right';
  return `${people(wrong.length)} crossed '${rule.line}' ${way}, allowed is ${rule.allowed.replaceAll('_', ' ')}`;
}
