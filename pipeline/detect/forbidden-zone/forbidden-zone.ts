/**
 * forbidden_zone: a person or vehicle whose foot point is in the zone for longer than the dwell.
 *
 * A train that fills the zone is not a trespasser: while a region far larger than people or carts stands in or
 * crosses the zone, and shortly after, nothing new is claimed there, because its doors, lights and shadow would be.
 */
import type { Measured, Track } from '../../model.ts';
import type { ForbiddenZoneRule } from '../../site/site.ts';
import { type Condition, HOLDS_NOT, stepBetween } from '../claim.ts';
import { Clutter } from '../clutter.ts';
import { around, isUpright, isWhole, Origins, people, peopleIn, type RuleMachine, seconds } from '../rule.ts';
import { Swaying } from '../swaying.ts';
import { Blinking } from './blinking.ts';
import { Carried } from './carried.ts';
import { LearnedTrain } from './learned-train.ts';
import { Masses } from './masses.ts';

/** A track must have been seen for this long: a flicker has no foot. */
const AGE_MIN_MS = 350;
/**
 * Beyond this surprise (people's heights) a track is hopping from one thing to another, as between cars in traffic;
 * measured on street views, people stay below 0.1.
 */
const SURPRISE_MAX = 0.13;
/**
 * Who was first seen inside comes from nowhere, as an insect on the lens does, whose wings make its foot tremble at 0.11
 * and more for as long as it is there; of somebody it does for a moment. In snow everybody's does, and the age says more.
 */
const SURPRISE_MAX_FROM_NOWHERE = 0.09;
/** Lower than this share of a person is a piece of one, as of somebody whose coat cannot be told from the platform. */
const HEIGHT_MIN = 0.6;
/** A cart is lower, and as wide as that. */
const CART_HEIGHT_MIN = 0.45;
/** In snow and the like (clutter.ts) somebody must have been followed for this long. */
const CLUTTERED_AGE_MIN_MS = 4_000;
/** Nobody is in a zone without having come: what never moved is a ghost, a puddle or a patch of light. People's heights. */
const TRAVEL_MIN = 0.3;
/** What is low is a cart, or an insect on the lens: a cart goes somewhere, and is followed for longer before it is one. */
const LOW_TRAVEL_MIN = 1;
const LOW_AGE_MIN_MS = 3_000;
/**
 * And the body goes where the foot goes (carried.ts). On rendered platforms and tracks all who trespass but two have
 * 0.17 and more when they are claimed, patches of light, rain and passing-over to others below 0.13.
 */
const BODY_SHARE_MIN = 0.15;
/** Whose feet were hidden has come as a body by so many people's heights: a ghost has not. */
const BODY_WAY_MIN = 0.06;
/** A region this many times as tall as a person, or standing for this many people, is a train. */
const TRAIN_HEIGHTS = 2.2;
const TRAIN_PEOPLE = 9;
/** A zone of which more than this is covered, by nothing upright, has a train in it. */
const TRAIN_COVER = 0.35;
/** So many people do not come into a zone all at once; the pieces of a train do, in its first pictures. */
const AT_ONCE_PEOPLE = 6;
const AT_ONCE_MS = 500;
/**
 * Nor do they come into view within a second as one mass that sweeps over so much of the zone, wherever their feet are.
 * People come over an edge at 1.3 a second and metre at most (Weidmann 1993): these would need five metres of it.
 */
const SWEEP_SHARE = 0.2;
const SWEEP_MS = 1_000;
/** Gap between two parts of a mass, people's heights. */
const SWEEP_GAP = 0.1;
/** Looks that are kept of a second. */
const LOOKS_MAX = 32;
/** What the side of the view cuts off and still stands for so many people is wider than is seen: nobody upright. */
const CUT_OFF_PEOPLE = 3;
/** Whoever stood there while the view was blind seems to come at once as well. */
const SIGHTED_MS = 1_000;
/** Share of the zone that may still be covered when the train has left, and how long leaving may take. */
const LEFT_COVER = 0.12;
const TRAIN_LEAVES_MS = 120_000;
const TRAIN_AFTER_MS = 3_000;

interface Coverage {
  readonly atMs: number;
  /** Share of the zone. */
  readonly covered: number;
}

export class ForbiddenZone implements RuleMachine {
  readonly place: string;
  readonly timing = { holdMs: 0, graceMs: 0, releaseMs: 1_800 };
  readonly #dwellMs: number;
  /** Of each track, whether it was first seen inside. */
  readonly #fromNowhere = new Map<number, boolean>();
  /** How long each track has been inside without leaving. */
  readonly #insideMs = new Map<number, number>();
  #trainAtMs = Number.NEGATIVE_INFINITY;
  #previousMs: number | undefined;
  #claimed = false;
  /** Since when the view has been trusted without a break. */
  #sightedAtMs: number | undefined;
  #trustedAtMs = Number.NEGATIVE_INFINITY;
  /** How much of the zone was covered in the last second. */
  #coverages: readonly Coverage[] = [];
  readonly #origins = new Origins();
  readonly #clutter = new Clutter();
  readonly #carried = new Carried();
  readonly #blinking = new Blinking();
  readonly #masses = new Masses();
  readonly #swaying = new Swaying();
  readonly #learned = new LearnedTrain();

  constructor(rule: ForbiddenZoneRule) {
    this.place = rule.zone;
    this.#dwellMs = rule.dwellMs;
  }

  save() {
    return {
      fromNowhere: this.#fromNowhere,
      insideMs: this.#insideMs,
      trainAtMs: this.#trainAtMs,
      previousMs: this.#previousMs,
      claimed: this.#claimed,
      sightedAtMs: this.#sightedAtMs,
      trustedAtMs: this.#trustedAtMs,
      coverages: this.#coverages,
      origins: this.#origins.save(),
      clutter: this.#clutter.save(),
      carried: this.#carried.save(),
      blinking: this.#blinking.save(),
      masses: this.#masses.save(),
      swaying: this.#swaying.save(),
      learned: this.#learned.save(),
    };
  }

  restore(saved: ReturnType<ForbiddenZone['save']>): void {
    this.#fromNowhere.clear();
    for (const [track, inside] of saved.fromNowhere) this.#fromNowhere.set(track, inside);
    this.#insideMs.clear();
    for (const [track, ms] of saved.insideMs) this.#insideMs.set(track, ms);
    this.#trainAtMs = saved.trainAtMs;
    this.#previousMs = saved.previousMs;
    this.#claimed = saved.claimed;
    this.#sightedAtMs = saved.sightedAtMs;
    this.#trustedAtMs = saved.trustedAtMs;
    this.#coverages = saved.coverages;
    this.#origins.restore(saved.origins);
    this.#clutter.restore(saved.clutter);
    this.#carried.restore(saved.carried);
    this.#blinking.restore(saved.blinking);
    this.#masses.restore(saved.masses);
    this.#swaying.restore(saved.swaying);
    this.#learned.restore(saved.learned);
  }

  look({ frame, tracks, zones }: Measured): Condition | undefined {
    const now = frame.capturedAtMs;
    const stepMs = stepBetween(this.#previousMs, now);
    this.#previousMs = now;
    if (frame.view !== 'ok') {
      this.#sightedAtMs = undefined;
      this.#learned.blind(frame.view, this.#trainAtMs > Number.NEGATIVE_INFINITY, now);
      return undefined;
    }
    this.#sightedAtMs ??= now;
    const inside = tracks.filter((track) => track.zones.includes(this.place));
    this.#count(inside, stepMs);
    this.#begin(tracks);
    const seen = inside.filter((track) => track.seen);
    const aspect = frame.planeWidth / frame.planeHeight;
    const cluttered = this.#clutter.step(tracks, stepMs, aspect);
    this.#origins.update(tracks, now);
    this.#carried.step(tracks, stepMs);
    this.#blinking.step(tracks, now);
    this.#masses.step(tracks, frame.blobs, now);
    this.#swaying.step(tracks, frame, stepMs);
    const zone = zones.find((measured) => measured.zone === this.place);
    const covered = zone?.covered ?? 0;
    const upright = seen.some((track) => isSomebody(track, aspect));
    const swept = this.#swept(covered, now);
    const sighted = now - this.#sightedAtMs >= SIGHTED_MS;
    // What came while nobody could see, or is part of the background by now, but for what moves behind its windows.
    const came = !sighted && covered > LEFT_COVER;
    const filled = (covered > TRAIN_COVER && !upright) || seen.some((track) => isTrain(track, aspect));
    this.#learned.look({ came, uncovers: filled }, now);
    if (sighted) this.#learned.sighted();
    if (
      came ||
      filled ||
      (sighted && atOnce(seen) >= AT_ONCE_PEOPLE) ||
      (sighted && swept >= SWEEP_SHARE && massIn(seen, tracks, aspect) >= AT_ONCE_PEOPLE)
    )
      this.#trainAtMs = now;
    // It has left when little is covered; what stays covered after that is not the train any more.
    const sinceMs = now - this.#trainAtMs;
    const ordinary = sinceMs < TRAIN_AFTER_MS || (sinceMs < TRAIN_LEAVES_MS && covered > LEFT_COVER);
    const train = ordinary || this.#learned.stands(now);
    if (!ordinary) this.#trainAtMs = Number.NEGATIVE_INFINITY;
    // What a train leaves behind has to move by itself, or to look like somebody, before it is anybody.
    if (train)
      for (const track of inside) {
        this.#origins.restart(track, now);
        if (!(isWhole(track) && isUpright(track, aspect))) this.#carried.restart(track);
      }
    const trusted = train
      ? []
      : seen.filter((track) => isTrusted(track, aspect, cluttered) && this.#clutter.stands(track));
    // One foot must stay for the dwell to begin a claim; after that any foot inside carries it on.
    const entered = trusted.some(
      (track) =>
        (this.#insideMs.get(track.id) ?? 0) >= this.#dwellMs &&
        this.#hasCome(track, aspect, now) &&
        (cluttered || track.surprise <= this.#surpriseMax(track)) &&
        !this.#masses.hasPart(track) &&
        !this.#blinking.is(track, now) &&
        !this.#swaying.is(track) &&
        this.#carried.share(track, aspect) >= BODY_SHARE_MIN,
    );
    if (trusted.length > 0) this.#trustedAtMs = now;
    if (now - this.#trustedAtMs > this.timing.releaseMs) this.#claimed = false;
    this.#claimed ||= entered;
    if (!this.#claimed || trusted.length === 0) return HOLDS_NOT;
    const longestMs = Math.max(0, ...trusted.map((track) => this.#insideMs.get(track.id) ?? 0));
    const count = peopleIn(trusted);
    return {
      holds: true,
      region: around(trusted.map((track) => track.box)),
      score: Math.min(1, longestMs / (10 * Math.max(500, this.#dwellMs)) + 0.1 * count),
      explanation: `${people(count)} in '${this.place}' for ${seconds(longestMs)}, limit ${seconds(this.#dwellMs)}`,
      findings: [
        { name: 'people', value: count, limit: 0, unit: 'people' },
        { name: 'presence', value: longestMs / 1000, limit: this.#dwellMs / 1000, unit: 's' },
      ],
    };
  }

  /** On its feet; or as a body at least, when its feet were hidden until it stood there. */
  #hasCome(track: Track, aspect: number, now: number): boolean {
    const travelled = this.#origins.travelled(track, aspect);
    if (isLow(track)) return travelled >= LOW_TRAVEL_MIN;
    if (travelled >= TRAVEL_MIN) return true;
    return this.#origins.arrived(track, aspect, now) && this.#carried.way(track, aspect) >= BODY_WAY_MIN;
  }

  /** Share of the zone that was covered within the last second. */
  #swept(covered: number, now: number): number {
    const kept = this.#coverages.filter(({ atMs }) => now - atMs <= SWEEP_MS);
    this.#coverages = [...kept, { atMs: now, covered }].slice(-LOOKS_MAX);
    return covered - Math.min(...this.#coverages.map((look) => look.covered));
  }

  #begin(tracks: readonly Track[]): void {
    const there = new Set(tracks.map(({ id }) => id));
    for (const id of this.#fromNowhere.keys()) if (!there.has(id)) this.#fromNowhere.delete(id);
    for (const { id, zones } of tracks)
      if (!this.#fromNowhere.has(id)) this.#fromNowhere.set(id, zones.includes(this.place));
  }

  #surpriseMax({ id }: Track): number {
    return this.#fromNowhere.get(id) === true ? SURPRISE_MAX_FROM_NOWHERE : SURPRISE_MAX;
  }

  /** A track that is carried on by prediction neither gains nor loses; one that leaves starts again. */
  #count(inside: readonly Track[], stepMs: number): void {
    const there = new Set(inside.map((track) => track.id));
    for (const id of this.#insideMs.keys()) if (!there.has(id)) this.#insideMs.delete(id);
    for (const track of inside) {
      const before = this.#insideMs.get(track.id);
      this.#insideMs.set(track.id, before === undefined ? 0 : before + (track.seen ? stepMs : 0));
    }
  }
}

/** How many people are in the zone who were not seen anywhere half a second ago. */
function atOnce(seen: readonly Track[]): number {
  return seen.reduce((sum, track) => sum + (track.ageMs < AT_ONCE_MS ? track.people : 0), 0);
}

/** People of those who came into view within a second and touch each other, beginning with those in the zone. */
function massIn(seen: readonly Track[], tracks: readonly Track[], aspect: number): number {
  const mass = seen.filter(isNew);
  const left = new Set(tracks.filter((track) => track.seen && isNew(track)));
  for (const track of mass) left.delete(track);
  for (let k = 0; k < mass.length; k++)
    for (const track of left)
      if (touches(mass[k]!, track, aspect)) {
        left.delete(track);
        mass.push(track);
      }
  return mass.reduce((sum, track) => sum + track.people, 0);
}

function isNew({ ageMs }: Track): boolean {
  return ageMs <= SWEEP_MS;
}

function touches(a: Track, b: Track, aspect: number): boolean {
  const gap = SWEEP_GAP * Math.max(a.personHeight, b.personHeight);
  const apartX = Math.max(a.box.x0 - b.box.x1, b.box.x0 - a.box.x1) * aspect;
  const apartY = Math.max(a.box.y0 - b.box.y1, b.box.y0 - a.box.y1);
  return Math.max(apartX, apartY) <= gap;
}

function isTrusted(track: Track, aspect: number, cluttered: boolean): boolean {
  const ageMsMin = cluttered ? CLUTTERED_AGE_MIN_MS : isLow(track) ? LOW_AGE_MIN_MS : AGE_MIN_MS;
  return track.ageMs >= ageMsMin && track.surprise <= SURPRISE_MAX && !isPiece(track, aspect);
}

function isLow({ box, personHeight }: Track): boolean {
  return box.y1 - box.y0 < HEIGHT_MIN * personHeight;
}

function isPiece({ box, personHeight }: Track, aspect: number): boolean {
  const height = box.y1 - box.y0;
  const wide = (box.x1 - box.x0) * aspect >= HEIGHT_MIN * personHeight;
  return height < (wide ? CART_HEIGHT_MIN : HEIGHT_MIN) * personHeight;
}

/** Trains are wide; what is upright is a person, however tall a camera that nobody calibrated takes it to be. */
function isTrain(track: Track, aspect: number): boolean {
  if (isSomebody(track, aspect)) return false;
  const height = track.box.y1 - track.box.y0;
  return height > TRAIN_HEIGHTS * track.personHeight || track.people >= TRAIN_PEOPLE;
}

function isSomebody(track: Track, aspect: number): boolean {
  const cutOff = track.box.x0 <= 0 || track.box.x1 >= 1;
  return isUpright(track, aspect) && !(cutOff && track.people >= CUT_OFF_PEOPLE);
}
