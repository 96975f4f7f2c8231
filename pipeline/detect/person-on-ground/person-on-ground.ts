/**
 * person_on_ground: somebody who stood is down on the floor within seconds, and stays there.
 *
 *   upright --the head comes down to the floor--> down --forMs, without going elsewhere--> claim
 *      ^------------gets up, goes on------------/
 *
 * How far down is measured against the person's own past: head = (floor - top) / height, with floor and height of when
 * they last stood. Foreshortening cannot hide it: who falls towards the lens grows downwards in the picture, who falls
 * across it sideways, and the top comes near the old floor in both. Somebody who lies has at most 0.35; somebody who sits
 * on the floor 0.52 (sitting height over stature), who squats, kneels, bends or sits on a chair 0.5 to 0.8.
 */
import { boxArea, sharedArea } from '../../box.ts';
import type { Box, Measured, Sensitivity } from '../../model.ts';
import type { GroundSample, WatchRule, Zone } from '../../site/site.ts';
import { type ClaimTiming, type Condition, HOLDS_NOT, stepBetween } from '../claim.ts';
import { isInside } from '../inside.ts';
import { around, type RuleMachine } from '../rule.ts';
import { Bodies, type Body, middleOf } from './bodies.ts';
import { type Evidence, isBorneOut, NO_EVIDENCE, PROVEN, weigh } from './borne-out.ts';
import { claimOf, type Fallen } from './fall-claim.ts';
import { fallMsMax } from './fall-time.ts';
import { type Laid, Lays } from './laid.ts';
import { LastStood } from './last-stood.ts';
import { HEAD_MIN, headOf, isFlat, type Stretched, stretchedOut } from './lying.ts';
import { isAsLarge, likeness, Places, REST_MS } from './places.ts';
import { Sprawls } from './sprawled.ts';
import { remember, type Stance, type Stood } from './stances.ts';
import { tippedOver } from './tipped.ts';
import { Vacated } from './vacated.ts';

interface Limits {
  /** How high above the floor the top may be, heights of the person. */
  readonly head: number;
  /** Width over height at least. */
  readonly flat: number;
  /** From standing to lying at most. */
  readonly fallMs: number;
  /** Also who was not seen to come down by themselves (laid.ts), and who tipped over (tipped.ts). */
  readonly inferred: boolean;
}

const LIMITS: Readonly<Record<Sensitivity, Limits>> = {
  low: { head: 0.34, flat: 0.9, fallMs: 3_000, inferred: false },
  medium: { head: 0.4, flat: 0.8, fallMs: 4_000, inferred: true },
  high: { head: 0.46, flat: 0.7, fallMs: 7_000, inferred: true },
};
/**
 * Whose feet stay has their top about where these were, or above. Lower, they took a step while they fell, which is soon
 * over: who took longer walked on, unseen, and sat down elsewhere.
 */
const STEPPED_HEAD = -0.1;
const STEPPED_MS_MAX = 4_000;
/** Knees and arms may come higher than the limit by this, once somebody is down. */
const LOOSE = 0.06;
/** Less than this share of the height squared is luggage, or what is left of somebody who leaves. */
const AREA_MIN = 0.08;
const VANISHING = 0.7;
/**
 * Large suitcases are 0.36 heights of a person wide and 0.11 large: who is as narrow is larger than that, or reaches
 * farther below the old floor than where luggage is put down.
 */
const NARROW_WIDE = 0.4;
const BELOW_MIN = 0.2;
const NARROW_AREA_MIN = 0.12;
/** It takes this long until a fall has come to rest; from then on nobody who lies moves farther than this, heights. */
const SETTLE_MS = 600;
const TRAVEL_MAX = 0.3;
/** Nor so far who is told by how long they lie: they may be on their way down, or up. */
const SINKS_MAX = 0.1;
/** Who goes on like that starts again, and after so many ms without rest is somebody who crawls or a car. */
const RESTLESS_MS = 6_000;
/** So short a look at something else is a flicker. */
const FLICKER_MS = 700;
/**
 * While others are before or beside them, who was seen to lie for so long is taken to go on, and this long at most: one
 * region with others, they could not be seen to get up.
 */
const SEEN_MS_MIN = 1_500;
const HIDDEN_MS = 15_000;
/** Share of where they lay that must be covered by that region. */
const COVERED_MIN = 0.6;
const FREE_MAX = 0.3;
/** Intersection over union with where they lay, from which it is they who are seen again. */
const AGAIN_MIN = 0.5;
/** Somebody upright who stays this still after they parted from somebody low is the hole that these left. */
const HOLE_STILL_MS = 200;
/** And these are no smaller than somebody is: pieces of a hole lie low and still as well. */
const HOLE_AREA_MIN = 0.12;
/** Who lay at rest when last seen has been taken for the background, and is remembered for so long. */
const ABSORBED_MS = 60_000;
/** Who had come to rest and was lost to sight is known again for so long, where they lay, by what is as still. */
const LOST_MS = 30_000;
const LOST_MAX = 16;
/** What lies where somebody stood is looked at for so long at least. */
const KNOWN_MS_MIN = 1_000;
/** Who tipped over and is as tall as who sits does not move a limb for so long; who sits does, now and then. */
const MOTIONLESS_MS = 2_000;
/**
 * All of that must go on holding for so long before it is claimed, but for a flicker: of those who lie it does; who sat,
 * squatted or was passed by a train is down for a moment at the end of `for`. Whoever asks for claims within so many ms wants
 * them at once.
 */
const LASTS_MS = 4_000;
const AT_ONCE_MS = 1_000;
/** Who lies is lost from sight for so long and found again: others pass or stand before them. It is one claim. */
const RELEASE_MS = 10_000;
/** Stances are remembered for this long beyond the slowest fall. */
const PAST_MS = 4_000;

/** Somebody who is down. Lengths in plane pixels; `floor` and `tall` are of when they stood. */
interface Down extends Fallen, Evidence {
  /** When they were last seen. */
  readonly lastMs: number;
  /** Where they came to rest, and when. */
  readonly x: number;
  readonly y: number;
  readonly restMs: number;
  readonly stillMs: number;
  /** Since when they are one region with others. */
  readonly hiddenAtMs: number | undefined;
}

interface Person {
  readonly stances: readonly Stance[];
  readonly down: Down | undefined;
}

const NEW: Person = { stances: [], down: undefined };

export class PersonOnGround implements RuleMachine {
  readonly place: string | undefined;
  readonly timing: ClaimTiming;
  readonly #rule: WatchRule;
  readonly #limits: Limits;
  readonly #zone: Zone | undefined;
  readonly #ground: readonly GroundSample[];
  readonly #bodies = new Bodies();
  readonly #lays = new Lays();
  readonly #places = new Places();
  readonly #vacated = new Vacated();
  readonly #sprawls = new Sprawls();
  readonly #lastStood: LastStood;
  #people: ReadonlyMap<number, Person> = new Map();
  /** Who was down and is one region with others, or was lost from sight beside them. */
  #lost: readonly Down[] = [];
  #previousMs: number | undefined;

  constructor(rule: WatchRule, zone: Zone | undefined, ground: readonly GroundSample[]) {
    this.#rule = rule;
    this.#limits = LIMITS[rule.sensitivity];
    this.#zone = zone;
    this.#ground = ground;
    this.#lastStood = new LastStood(ground);
    this.place = rule.zone;
    const holdMs = Math.min(LASTS_MS, Math.max(0, rule.forMs - AT_ONCE_MS));
    this.timing = { holdMs, graceMs: FLICKER_MS, releaseMs: RELEASE_MS };
  }

  save() {
    return {
      bodies: this.#bodies.save(),
      places: this.#places.save(),
      lays: this.#lays.save(),
      vacated: this.#vacated.save(),
      sprawls: this.#sprawls.save(),
      people: this.#people,
      lost: this.#lost,
      previousMs: this.#previousMs,
    };
  }

  restore({
    bodies,
    places,
    lays,
    vacated,
    sprawls,
    people,
    lost,
    previousMs,
  }: ReturnType<PersonOnGround['save']>): void {
    this.#bodies.restore(bodies);
    this.#places.restore(places);
    this.#lays.restore(lays);
    this.#vacated.restore(vacated);
    this.#sprawls.restore(sprawls);
    this.#people = people;
    this.#lost = lost;
    this.#previousMs = previousMs;
  }

  look({ frame }: Measured): Condition | undefined {
    // Who stands there while the view is still being learned is seen well enough to know how tall they are.
    if (frame.view !== 'ok' && frame.view !== 'warming') return undefined;
    const now = frame.capturedAtMs;
    const { planeWidth: width, planeHeight: height } = frame;
    const bodies = this.#bodies.step(frame);
    const look = { now, stepMs: stepBetween(this.#previousMs, now), height, bodies };
    this.#previousMs = now;
    this.#vacated.step(frame);
    const people = new Map<number, Person>();
    for (const body of bodies) {
      const before = this.#people.get(body.id) ?? this.#orphan(body, bodies) ?? this.#parted(body);
      people.set(body.id, body.seenAtMs === now ? this.#judge(before, body, look) : stillThere(before, look));
    }
    const adopted = new Set([...people.values()].map(({ down }) => down?.sinceMs));
    for (const [id, person] of this.#people)
      if (!people.has(id) && !adopted.has(person.down?.sinceMs) && isThere(person, look))
        people.set(id, stillThere(person, look));
    for (const [id, { stances, down }] of people)
      if (down !== undefined)
        people.set(id, {
          stances,
          down: { ...down, ...weigh(down, this.#vacated, this.#limits.fallMs, look.stepMs) },
        });
    this.#lost = this.#lostFrom(people, now);
    this.#people = people;
    this.#places.step(bodies, (id) => this.#lastStood.of(id, people.get(id)?.stances ?? [], height), now);
    this.#lastStood.forget();
    const laid = this.#limits.inferred
      ? this.#lays.step(frame, bodies, this.#places, this.#vacated, this.#ground, this.#limits.fallMs)
      : [];
    const sprawled = this.#limits.inferred
      ? this.#sprawls.step(frame, this.#vacated, this.#ground, this.#limits.fallMs)
      : [];
    if (frame.view !== 'ok') return undefined;
    const downs = [...people.values()].flatMap(({ down }) => (down === undefined ? [] : [down]));
    const lying = [
      ...downs,
      ...laid
        .filter(({ box }) => !downs.some((down) => sharedArea(down.box, box) > 0))
        .map((one) => downOf(one, 'region', this.#rule.forMs, now)),
    ];
    const followed = lying.filter(
      (down) =>
        down.lyingMs >= this.#rule.forMs &&
        isBorneOut(down, this.#rule.forMs) &&
        (down.topMax === undefined || down.stillMs >= MOTIONLESS_MS) &&
        (down.lastMs === now || down.stillMs >= REST_MS || down.hiddenAtMs !== undefined) &&
        this.#isInZone(down, width, height),
    );
    // Whoever is followed, or is a region, as well is claimed once.
    const others = sprawled
      .filter(({ box, lastMs }) => lastMs === now && !followed.some((down) => sharedArea(down.box, box) > 0))
      .map((one) => downOf(one, one.along ? 'cells below' : 'cells', this.#rule.forMs, now))
      .filter((down) => down.lyingMs >= this.#rule.forMs && this.#isInZone(down, width, height));
    return this.#condition([...followed, ...others], width, height);
  }

  #condition(claimed: readonly Down[], width: number, height: number): Condition {
    const [first] = claimed.toSorted((a, b) => b.lyingMs - a.lyingMs);
    if (first === undefined) return HOLDS_NOT;
    const region = around(claimed.map(({ box }) => boxOf(box, width, height)));
    return claimOf(first, claimed.length, region, { ...this.#limits, forMs: this.#rule.forMs }, height);
  }

  /** Those who were down a look ago and are nobody's now, with those of before. */
  #lostFrom(people: ReadonlyMap<number, Person>, now: number): readonly Down[] {
    const downs = [...people.values()].flatMap(({ down }) => (down === undefined ? [] : [down]));
    const before = [...this.#people.values()].flatMap(({ down }) => (down === undefined ? [] : [down]));
    return [
      ...this.#lost,
      ...before.filter(({ lyingMs, stillMs }) => lyingMs >= SEEN_MS_MIN && stillMs >= REST_MS),
    ]
      .filter((down) => now - down.lastMs <= LOST_MS)
      .filter((down) => !downs.some((other) => other.sinceMs === down.sinceMs))
      .slice(-LOST_MAX);
  }

  /** Who was down where this lies now: others were before them for a while. */
  #found(body: Body, look: Look): Down | undefined {
    const lost = this.#lost.find(
      (down) =>
        body.stillMs >= REST_MS &&
        likeness(body, down.box) >= AGAIN_MIN &&
        this.#isLow(body, down, this.#limits.head + LOOSE, look.height),
    );
    if (lost !== undefined) return { ...lost, hiddenAtMs: undefined };
    // Who is known by where they lie is known once at rest: their length is not asked to come earlier than their top.
    const stood = this.#places
      .fallenFrom(body, look.bodies, this.#limits.fallMs, look.now)
      .find(
        (one) => this.#isInTime(one, false, look) && this.#isLow(body, one, this.#limits.head, look.height),
      );
    return stood && begun(body, stood);
  }

  /** Who lay there, and is seen again. */
  #orphan(body: Body, bodies: readonly Body[]): Person | undefined {
    for (const [id, person] of this.#people) {
      if (person.down === undefined || bodies.some((other) => other.id === id)) continue;
      if (likeness(body, person.down.box) >= AGAIN_MIN) return person;
    }
    return undefined;
  }

  /** Who parts from another may be the one who stood there. */
  #parted(body: Body): Person {
    const other = body.partedFrom === undefined ? undefined : this.#people.get(body.partedFrom);
    if (other?.down !== undefined && likeness(body, other.down.box) >= AGAIN_MIN) return other;
    return other === undefined ? NEW : { stances: other.stances, down: undefined };
  }

  #judge({ stances, down }: Person, body: Body, look: Look): Person {
    if (down?.topMax !== undefined && this.#isDown(body, down, look)) {
      const { topMax: _, ...low } = down;
      return this.#judge({ stances, down: low }, body, look);
    }
    if (down !== undefined) {
      // A look that falls short while the fall comes to rest takes it back.
      const doubtful = look.now - down.sinceMs < SETTLE_MS && body.mixedAtMs !== look.now;
      if (
        doubtful &&
        down.topMax === undefined &&
        !this.#isLow(body, down, this.#limits.head + LOOSE, look.height)
      )
        return { stances, down: undefined };
      const next = this.#goesOn(down, body, look);
      return next === undefined ? NEW : { stances, down: next };
    }
    const keepMs = PAST_MS + this.#limits.fallMs;
    const stood = this.#lastStood.of(body.id, stances, look.height);
    if (stood !== undefined && this.#isDown(body, stood, look)) return { stances, down: begun(body, stood) };
    if (stood !== undefined && this.#limits.inferred && tippedOver(body, stances, stood, look)) {
      const tipped = begun(body, stood);
      return { stances, down: { ...tipped, topMax: tipped.head + LOOSE } };
    }
    const found = this.#found(body, look);
    if (found !== undefined) return { stances, down: found };
    return { stances: remember(stances, body, stood, look.height, keepMs), down };
  }

  /** They have not stood for longer than a fall takes. */
  #isInTime(stood: Stood, stretched: boolean, { now, height }: Look): boolean {
    return now - stood.atMs <= fallMsMax(this.#limits.fallMs, stood, stretched, this.#ground, height);
  }

  #isDown(body: Body, stood: Stood, look: Look): boolean {
    const { now, height, bodies } = look;
    const stretched = headOf(body, stood) > this.#limits.head;
    if (!this.#isInTime(stood, stretched, look) || body.mixedAtMs > stood.atMs) return false;
    // What has been still since before they last stood did not come down.
    if (body.stillMs >= now - stood.atMs || this.#places.layAt(body, stood.atMs)) return false;
    if (!this.#isLow(body, stood, this.#limits.head, height)) return false;
    const below = body.floor - stood.floor > BELOW_MIN * stood.tall;
    const areaMin = below || body.wide >= NARROW_WIDE * stood.tall ? AREA_MIN : NARROW_AREA_MIN;
    return body.areaPx >= areaMin * stood.tall ** 2 && isTheOne(body, bodies, stood, now);
  }

  #isLow(body: Body, stood: Stood, limit: number, planeHeight: number): boolean {
    const head = headOf(body, stood);
    if (head < HEAD_MIN || (head > limit && this.#stretched(body, stood) === undefined)) return false;
    const cut = body.y1 >= planeHeight && (body.stillMs < REST_MS || stood.floor > planeHeight);
    return this.#isFlat(body, stood, cut || stood.before === true, planeHeight);
  }

  #stretched(body: Body, stood: Stood): Stretched | undefined {
    return this.#limits.inferred ? stretchedOut(body, stood) : undefined;
  }

  #isFlat(body: Body, stood: Stood, doubtful: boolean, planeHeight: number): boolean {
    return isFlat(body, stood, { doubtful, flat: this.#limits.flat, ground: this.#ground, planeHeight });
  }

  /** Undefined for who has got up or gone on. */
  #goesOn(down: Down, body: Body, { now, stepMs, height: planeHeight }: Look): Down | undefined {
    const head = headOf(body, down);
    const vanishes = body.areaPx < VANISHING * AREA_MIN * down.tall ** 2;
    const high = down.topMax === undefined && !this.#isFlat(body, down, false, planeHeight);
    const elsewhere = head < HEAD_MIN || (head < STEPPED_HEAD && down.sinceMs - down.atMs > STEPPED_MS_MAX);
    const stretched = this.#stretched(body, down);
    const above = head > (down.topMax ?? this.#limits.head + LOOSE);
    const rises = above && stretched === undefined;
    if (rises || elsewhere || vanishes || high) {
      const hiddenAtMs = down.hiddenAtMs ?? (body.mixedAtMs === now ? now : undefined);
      if (hiddenAtMs !== undefined && isHiddenBy(down, body, now, hiddenAtMs))
        return { ...down, hiddenAtMs, lyingMs: down.lyingMs + stepMs };
      return now - down.lastMs <= FLICKER_MS ? down : undefined;
    }
    const [x, y] = middleOf(body);
    const settling = now - down.restMs < SETTLE_MS;
    const travelled = Math.hypot(x - down.x, y - down.y) > (above ? SINKS_MAX : TRAVEL_MAX) * down.tall;
    if (travelled && !settling && now - down.sinceMs > RESTLESS_MS) return undefined;
    const seen = {
      ...down,
      lastMs: now,
      head,
      stretched,
      box: boxed(body),
      stillMs: body.stillMs,
      hiddenAtMs: undefined,
    };
    if (travelled && !settling) return { ...seen, x, y, restMs: now, lyingMs: 0, takenMs: 0 };
    return { ...seen, ...(settling ? { x, y } : {}), lyingMs: down.lyingMs + stepMs };
  }

  #isInZone({ box }: Down, width: number, height: number): boolean {
    if (this.#zone === undefined) return true;
    const [x, y] = middleOf(box);
    return isInside({ x: x / width, y: y / height }, this.#zone.polygon);
  }
}

/** What is judged on one frame; `height` of the plane. */
interface Look {
  readonly now: number;
  readonly stepMs: number;
  readonly height: number;
  readonly bodies: readonly Body[];
}

function begun(body: Body, stood: Stood): Down {
  const [x, y] = middleOf(body);
  const now = body.seenAtMs;
  return {
    ...stood,
    sinceMs: now,
    lyingMs: 0,
    lastMs: now,
    x,
    y,
    restMs: now,
    head: headOf(body, stood),
    box: boxed(body),
    stillMs: body.stillMs,
    hiddenAtMs: undefined,
    ...NO_EVIDENCE,
  };
}

/** What has lain there for a while has not to do so anew, but is looked at for a second. */
function downOf(laid: Laid, unseen: NonNullable<Fallen['unseen']>, forMs: number, now: number): Down {
  const { box, floor, tall, atMs, fromMs, sinceMs } = laid;
  const [x, y] = middleOf(box);
  const knownMs = Math.min(Math.max(0, sinceMs - fromMs), Math.max(0, forMs - KNOWN_MS_MIN));
  return {
    floor,
    tall,
    atMs,
    sinceMs: Math.max(atMs, fromMs),
    lyingMs: knownMs + now - sinceMs,
    lastMs: now,
    x,
    y,
    restMs: fromMs,
    head: (floor - box.y0) / tall,
    box,
    stillMs: REST_MS,
    hiddenAtMs: undefined,
    unseen,
    ...PROVEN,
  };
}

function boxed({ x0, y0, x1, y1 }: Body): Box {
  return { x0, y0, x1, y1 };
}

/** Who parted from somebody upright who goes on is not the one who stood: luggage, a dog, a child. */
function isTheOne(body: Body, bodies: readonly Body[], stood: Stood, now: number): boolean {
  // Of two who were one region, pieces part that are nobody: who has fallen is as large as somebody, and comes to rest.
  if (stood.before) return body.stillMs >= REST_MS && isAsLarge(body, stood);
  if (body.partedFrom === undefined || stood.atMs >= body.bornAtMs) return true;
  if (body.areaPx < HOLE_AREA_MIN * stood.tall ** 2) return false;
  const other = bodies.find(({ id }) => id === body.partedFrom);
  return other === undefined || other.stillMs >= HOLE_STILL_MS || now - other.seenAtMs > FLICKER_MS;
}

/** Not seen any more, and not gone: they lie so still that they are taken for the background, or others are before them. */
function isThere({ down }: Person, { now, bodies }: Look): boolean {
  if (down === undefined) return false;
  const seen = bodies.filter((body) => body.seenAtMs === now);
  // Something that begins there is they who get up, or who comes to them.
  const free = seen.every((body) => sharedArea(body, down.box) <= FREE_MAX * boxArea(down.box));
  if (free) return down.stillMs >= REST_MS && now - down.lastMs <= ABSORBED_MS;
  return seen.some((body) => isHiddenBy(down, body, now, down.hiddenAtMs ?? now));
}

function stillThere(person: Person, look: Look): Person {
  const { stances, down } = person;
  if (down === undefined || !isThere(person, look)) return person;
  const hiddenAtMs = down.stillMs >= REST_MS ? down.hiddenAtMs : (down.hiddenAtMs ?? look.now);
  return { stances, down: { ...down, hiddenAtMs, lyingMs: down.lyingMs + look.stepMs } };
}

function isHiddenBy(down: Down, body: Body, now: number, sinceMs: number): boolean {
  if (down.lyingMs < SEEN_MS_MIN || now - sinceMs > HIDDEN_MS) return false;
  return sharedArea(body, down.box) >= COVERED_MIN * boxArea(down.box);
}

function boxOf({ x0, y0, x1, y1 }: Box, width: number, height: number): Box {
  return { x0: x0 / width, y0: y0 / height, x1: x1 / width, y1: y1 / height };
}
