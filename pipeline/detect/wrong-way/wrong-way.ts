/**
 * wrong_way: travel against a zone's permitted direction, or over a line to the side that is not allowed.
 *
 * In a zone every track keeps how long it has been going against the direction; looking back, turning on the spot or
 * stepping aside does not count, because the travel must be faster than swaying, mostly along the axis, and carried
 * on for the rule's hold. Where tracks fail, in crowds, the zone's own flow may say that somebody goes against it.
 */
import type { Box, Frame, Measured, Point, Track } from '../../model.ts';
import type { Line, WrongWayLineRule, WrongWayZoneRule, Zone } from '../../site/site.ts';
import { type Condition, HOLDS_NOT, stepBetween } from '../claim.ts';
import { around, isWhole, Origins, people, peopleIn, type RuleMachine, seconds } from '../rule.ts';
import { Swaying } from '../swaying.ts';
import { Counterflow } from './counterflow.ts';
import { GoesOn } from './goes-on.ts';

/** A track must have been followed for this long. */
const AGE_MIN_MS = 800;
/**
 * The body must move the same way as its foot, people's heights per second: feet jump where people meet and part. On
 * rendered corridors this told 38 of 60 crossings against the rule from 82 of 83 that nobody had made; how steadily the
 * foot was found told 27 from 81.
 */
const FLOW_MIN = 0.04;
/**
 * Beyond this surprise (people's heights) the foot hops: between people who overlap, the patches of a lamp, or an insect.
 * Then the body has to tell more of it by itself. On 12 quiet hours of rendered corridors nine of twelve false claims were
 * such, with 0.11 at most; of 120 true ones five, and most of those were told a moment later.
 */
const HOPPING = 0.12;
const HOPPING_FLOW_MIN = 0.12;
/** Whoever crosses a line has come from somewhere, people's heights. */
const TRAVEL_MIN = 0.3;
/**
 * Who bends down or rises beside a line is lower than people are, and their foot hops: their flow goes nowhere. A child is
 * as low, and its foot does not hop.
 */
const BENT = 0.8;
const BENT_SURPRISE = 0.1;
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
/** From here on a cell burns: a quarter of what a flame without doubt has, 255. */
const BURNS = 64;
/** What counts against a track is forgotten this many times as fast as it is gathered. */
const FORGET = 1.5;

export class WrongWayZone implements RuleMachine {
  readonly place: string;
  /**
   * Beyond the rule's own hold, which each track serves: whoever goes that way goes on, while an arm that swings back or a
   * track that is passed from one person to the next is over in a picture or two.
   */
  readonly timing = { holdMs: 400, graceMs: 200, releaseMs: 1_500 };
  readonly #rule: WrongWayZoneRule;
  /** Per track how long it has been against the direction, and where that began; changed in place. */
  readonly #against = new Map<number, { ms: number; readonly from: { x: number; y: number } }>();
  readonly #counterflow: Counterflow;
  readonly #whole: Box;
  readonly #swaying = new Swaying();
  #previousMs: number | undefined;

  constructor(rule: WrongWayZoneRule, { polygon }: Zone) {
    this.#rule = rule;
    this.place = rule.zone;
    this.#counterflow = new Counterflow(rule);
    this.#whole = around(polygon.map(({ x, y }) => ({ x0: x, y0: y, x1: x, y1: y })));
  }

  save() {
    return {
      against: this.#against,
      counterflow: this.#counterflow.save(),
      swaying: this.#swaying.save(),
      previousMs: this.#previousMs,
    };
  }

  restore({ against, counterflow, swaying, previousMs }: ReturnType<WrongWayZone['save']>): void {
    this.#counterflow.restore(counterflow);
    this.#swaying.restore(swaying);
    this.#against.clear();
    for (const [track, { ms, from }] of against) this.#against.set(track, { ms, from: { ...from } });
    this.#previousMs = previousMs;
  }

  look({ frame, tracks, zones }: Measured): Condition | undefined {
    const stepMs = stepBetween(this.#previousMs, frame.capturedAtMs);
    this.#previousMs = frame.capturedAtMs;
    const alive = new Set(tracks.map((track) => track.id));
    for (const id of this.#against.keys()) if (!alive.has(id)) this.#against.delete(id);
    const aspect = frame.planeWidth / frame.planeHeight;
    this.#swaying.step(tracks, frame, stepMs);
    const against: Track[] = [];
    let longestMs = 0;
    let fastest = 0;
    for (const track of tracks) {
      const speed = speedAgainst(track, this.#rule, aspect);
      const wrong = speed !== undefined && track.zones.includes(this.place) && !this.#swaying.isInsect(track);
      const gone = this.#goneBy(track);
      const { from } = gone;
      const spent = Math.max(0, gone.ms + (wrong ? stepMs : -FORGET * stepMs));
      gone.ms = spent;
      if (!wrong || spent < this.#rule.holdMs || !isTrusted(track)) continue;
      if (flowAgainst(track, this.#rule, aspect) < flowMin(track)) continue;
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
    const zone = zones.find((measured) => measured.zone === this.place);
    // Flow of an insect, or of flames and their glow on the floor, goes every way; no stream can be told from it.
    const insect = tracks.some((track) => track.seen && this.#swaying.isInsect(track));
    const stream = this.#counterflow.look(insect || burns(frame) ? undefined : zone, aspect, stepMs);
    if (against.length === 0 && !stream.holds) return HOLDS_NOT;
    const count = Math.max(peopleIn(against), Math.round(stream.holds ? stream.people : 0));
    longestMs = Math.max(longestMs, stream.holds ? stream.ms : 0);
    return {
      holds: true,
      region: against.length > 0 ? around(against.map((track) => track.box)) : this.#whole,
      score: Math.min(1, longestMs / (5 * this.#rule.holdMs) + 0.1 * count),
      explanation: `${people(count)} against the set direction in '${this.place}' for ${seconds(longestMs)}, limit ${seconds(this.#rule.holdMs)}`,
      findings: [
        { name: 'people', value: count, limit: 0, unit: 'people' },
        { name: 'against', value: longestMs / 1000, limit: this.#rule.holdMs / 1000, unit: 's' },
        ...(against.length > 0 ? [{ name: 'speed', value: fastest, limit: SPEED_MIN, unit: 'm/s' }] : []),
      ],
    };
  }

  /** What is known of a track; as long as it has not been against the direction, that begins where it is now. */
  #goneBy({ id, foot }: Track) {
    const known = this.#against.get(id);
    if (known === undefined) {
      const fresh = { ms: 0, from: { x: foot.x, y: foot.y } };
      this.#against.set(id, fresh);
      return fresh;
    }
    if (known.ms === 0) {
      known.from.x = foot.x;
      known.from.y = foot.y;
    }
    return known;
  }
}

/** Speed against the rule in metres per second on the floor, undefined when the track is not against it. */
function speedAgainst(track: Track, rule: WrongWayZoneRule, aspect: number): number | undefined {
  const { along, across, dx, dy } = splitBy(rule, track.velocity, track.personHeight, aspect);
  if (rule.eitherSign) {
    const speed = onFloor(across * -dy, across * dx, track);
    return Math.abs(across) > SEEN_MIN && speed > SPEED_MIN && Math.abs(across) > ALONG_MIN * Math.abs(along)
      ? speed
      : undefined;
  }
  const speed = onFloor(along * dx, along * dy, track);
  return -along > SEEN_MIN && speed > SPEED_MIN && -along > ALONG_MIN * Math.abs(across) ? speed : undefined;
}

/** How fast the body itself goes the way that the foot goes against the rule, people's heights per second. */
function flowAgainst(track: Track, rule: WrongWayZoneRule, aspect: number): number {
  const flow = splitBy(rule, track.flow, track.personHeight, aspect);
  if (!rule.eitherSign) return -flow.along;
  return flow.across * Math.sign(splitBy(rule, track.velocity, track.personHeight, aspect).across);
}

/** A motion on the view along the rule's direction (dx, dy) and across it, people's heights, equal on both axes. */
function splitBy({ direction }: WrongWayZoneRule, motion: Point, personHeight: number, aspect: number) {
  const x = (motion.x * aspect) / personHeight;
  const y = motion.y / personHeight;
  const length = Math.hypot(direction.x * aspect, direction.y);
  const dx = (direction.x * aspect) / length;
  const dy = direction.y / length;
  return { along: x * dx + y * dy, across: x * -dy + y * dx, dx, dy };
}

function onFloor(x: number, y: number, track: Track): number {
  return PERSON_M * Math.hypot(x, y * track.depth);
}

/** Crossings to the side that is not allowed; those that follow each other closely are one claim. */
export class WrongWayLine implements RuleMachine {
  readonly place: string;
  readonly timing = { holdMs: 0, graceMs: 0, releaseMs: 2_000 };
  readonly #rule: WrongWayLineRule;
  readonly #line: Line;
  readonly #origins = new Origins();
  readonly #goesOn = new GoesOn();

  constructor(rule: WrongWayLineRule, line: Line) {
    this.#rule = rule;
    this.#line = line;
    this.place = rule.line;
  }

  save() {
    return { origins: this.#origins.save(), goesOn: this.#goesOn.save() };
  }

  restore({ origins, goesOn }: ReturnType<WrongWayLine['save']>): void {
    this.#origins.restore(origins);
    this.#goesOn.restore(goesOn);
  }

  look({ frame, tracks, crossings }: Measured): Condition | undefined {
    const aspect = frame.planeWidth / frame.planeHeight;
    this.#origins.update(tracks, frame.capturedAtMs);
    if (frame.view !== 'ok') {
      this.#goesOn.forget();
      return undefined;
    }
    const over = (track: Track, motion: Point) =>
      overLine(this.#line, this.#rule.allowed, track, motion, aspect);
    const crossing = crossings.flatMap((one): Track[] => {
      if (one.line !== this.#rule.line || one.direction === this.#rule.allowed) return [];
      const track = tracks.find(({ id }) => id === one.track);
      if (track === undefined || !isTrusted(track) || isBent(track)) return [];
      if (over(track, track.flow) < flowMin(track)) return [];
      return this.#origins.travelled(track, aspect) >= TRAVEL_MIN ? [track] : [];
    });
    const wrong = this.#goesOn.step(crossing, tracks, over, frame.capturedAtMs);
    if (wrong.length === 0) return HOLDS_NOT;
    return {
      holds: true,
      region: around(wrong.map(({ box }) => box)),
      score: Math.min(1, 0.4 + 0.1 * wrong.length),
      explanation: sentence(wrong.length, this.#rule),
      findings: [{ name: 'crossings', value: wrong.length, limit: 0, unit: 'crossings' }],
    };
  }
}

/** Also while somebody else hides it: then it is carried on, and the flow in its box still has to agree. */
function isTrusted(track: Track): boolean {
  return track.ageMs >= AGE_MIN_MS && isWhole(track);
}

function isBent({ box, personHeight, surprise }: Track): boolean {
  return box.y1 - box.y0 < BENT * personHeight && surprise >= BENT_SURPRISE;
}

function burns({ cells }: Frame): boolean {
  return cells?.flame?.some((score) => score >= BURNS) ?? false;
}

function flowMin({ surprise }: Track): number {
  return surprise > HOPPING ? HOPPING_FLOW_MIN : FLOW_MIN;
}

/** How far a motion of a track goes over the line to the side that is not allowed, people's heights. */
function overLine(
  { points }: Line,
  allowed: WrongWayLineRule['allowed'],
  { foot, personHeight }: Track,
  motion: Point,
  aspect: number,
): number {
  const { x, y } = segmentAt(points, foot, aspect);
  // The right-hand side of somebody who looks from the first point to the second, as y runs down.
  const toRight = (-y * motion.x * aspect + x * motion.y) / Math.hypot(x, y) / personHeight;
  return allowed === 'left_to_right' ? -toRight : toRight;
}

/** Direction of the segment of a polyline that is nearest to `foot`, equal units on both axes. */
function segmentAt(points: readonly Point[], foot: Point, aspect: number): Point {
  let nearest = { x: 1, y: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]!;
    const x = (points[i]!.x - from.x) * aspect;
    const y = points[i]!.y - from.y;
    const toX = (foot.x - from.x) * aspect;
    const toY = foot.y - from.y;
    const share = Math.min(1, Math.max(0, (toX * x + toY * y) / (x * x + y * y)));
    const distance = Math.hypot(toX - share * x, toY - share * y);
    if (distance >= least) continue;
    least = distance;
    nearest = { x, y };
  }
  return nearest;
}

function sentence(count: number, rule: WrongWayLineRule): string {
  const way = rule.allowed === 'left_to_right' ? 'right to left' : 'left to right';
  return `${people(count)} crossed '${rule.line}' ${way}, allowed is ${rule.allowed.replaceAll('_', ' ')}`;
}
