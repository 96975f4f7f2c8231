/**
 * abandoned_object: something that somebody brought stands by itself, and whoever brought it has gone away.
 *
 *   static region --somebody is at it when it comes--> attended --they are seen far away--> alone --forMs--> claim
 *                                                         ^------somebody stays by it--------/
 *
 * What nobody brought (light, a puddle, a door), what was taken away (its rim is in the background), what is as large as
 * a person, and what does not keep still as only a thing does, is no object. Distances are people's heights on the floor.
 */
import { shareWithin } from '../../box.ts';
import type { Blob, Measured, Sensitivity, StaticRegion, Track } from '../../model.ts';
import type { WatchRule, Zone } from '../../site/site.ts';
import { type Condition, stepBetween } from '../claim.ts';
import { isInside } from '../inside.ts';
import { around, isWhole, type RuleMachine, seconds } from '../rule.ts';
import { BESIDE, footBehind, isBeside, liesBeside } from './beside.ts';
import { BIRTH_MS, broughtBy, cameOutOf } from './bringers.ts';
import { isLong, isOfWhoLies, type Lain, lainNow } from './lain.ts';
import { distance, heightInRow, heightNear, PATH_STEP_MS, type Path, remembered } from './paths.ts';
import { isItself, isOnlyIt } from './phantoms.ts';
import {
  cameTogether,
  GONE_MS,
  goesOnAs,
  HIDDEN_MS,
  isBagAt,
  isCompact,
  isNamed,
  KNOWN_MS,
  STILL_STEADY,
  shownAreaOf,
  type Thing,
  tallOf,
  wideOf,
} from './thing.ts';
import { stillWaiting, waitedNear } from './waiting.ts';
import { wholeOf } from './whole.ts';

interface Limits {
  /** Steadiness of a thing when it is claimed. */
  readonly steady: number;
  /** How much of its rim must be in the picture rather than in the background. */
  readonly rim: number;
  /** Rim, and share of the time since it was left in which it was seen as steady, together. */
  readonly evidence: number;
  /** Height at most, people's heights. */
  readonly tall: number;
  /** Width at most, also of all that it is a part of: 1 m is more than luggage has, 1.2 m somebody who lies. */
  readonly wide: number;
  /** Plane pixels at least, on average: what is smaller is mostly a reflection, a lit sign or the edge of a door. */
  readonly areaPx: number;
}

const LIMITS: Readonly<Record<Sensitivity, Limits>> = {
  low: { steady: 0.9, rim: 0.2, evidence: 1, tall: 0.5, wide: 0.52, areaPx: 42 },
  medium: { steady: 0.8, rim: 0.15, evidence: 0.85, tall: 0.6, wide: 0.58, areaPx: 35 },
  high: { steady: 0.7, rim: 0.05, evidence: 0.6, tall: 0.75, wide: 0.7, areaPx: 24 },
};
/** While it waits, a thing may be this much less steady: its outline settles only after its owner has left. */
const SETTLING = 0.2;
/** What a detector calls a bag need not be as steady, and is a thing whatever its rim says. */
const NAMED_STEADY = 0.15;
/** Lower or narrower (0.27 m) it is litter or the edge of something. People's heights. */
const SIDE_MIN = 0.16;
/** Width over height of a bag on its side is 2 at most, seen from above the floor; what is flatter is wet floor. */
const FLAT_MAX = 2.3;
/** Farther away than this they have left it: 3 m, as in the convention of PETS 2006. */
const LEFT = 1.8;
/** Who was last seen as far away as this, and has not been seen since for so long, has left the view. */
const VANISHED = 1.2;
const VANISHED_MS = 2_000;
/** Who stays beside it for this long attends to it. */
const BESIDE_MS = 8_000;
/** In a crowd tracks break: somebody or other beside it for this long without a gap is somebody who stays. */
const ANYBODY_MS = 16_000;
/** Where somebody or other has been beside it for more than this share of the time, they keep it, wherever they step. */
const TENDED_MAX = 0.5;
/** Whose track ended near a thing has left when nobody at all has been within LEFT for this long. */
const NOBODY_MS = 5_000;
/** Share of its box that others must cover to hide it, and in which it must lie to have come out of another. */
const COVERED_MIN = 0.5;
const WITHIN_MIN = 0.8;
/** So many regions that come at once are a change of light or scene. */
const TOGETHER_MAX = 8;
const TOGETHER_MS = 3_000;
/** And for so long in all it must be as steady as a thing. */
const SETTLED_MS = 5_000;
/** What has been claimed stays claimed while it does not look like a thing, or is attended to, for less than this. */
const DOUBT_MS = 8_000;
/** Share of the wait in which a thing must be seen; for the rest others may pass before it. */
const SHOWN_MIN = 0.33;
/** In any picture it has this many pixels of the plane, else it is not seen. */
const AREA_MIN_PX = 24;
/** Of what is as large as this, plane pixels (7 by 7), for so much of the wait it need not be seen to be alone: others hid it. */
const LARGE_PX = 49;
const LARGE_HIDDEN = 0.25;
/** When it was alone for this share of the time since: who keeps a thing comes back to it, and it is alone now and then. */
const LARGE_ALONE_MIN = 0.45;
const CANDIDATES_MAX = 32;
const OWNERS_MAX = 8;

export class AbandonedObject implements RuleMachine {
  readonly place: string | undefined;
  readonly timing = { holdMs: 0, graceMs: 0, releaseMs: 2_000 };
  readonly #rule: WatchRule;
  readonly #limits: Limits;
  readonly #zone: Zone | undefined;
  readonly #calibrated: boolean;
  #things: readonly Thing[] = [];
  #paths: ReadonlyMap<number, Path> = new Map();
  #lain: readonly Lain[] = [];
  #previousMs: number | undefined;

  /** `calibrated`: the site file says how tall people are in this view; else it is learned while things stand. */
  constructor(rule: WatchRule, zone: Zone | undefined, calibrated: boolean) {
    this.#rule = rule;
    this.#calibrated = calibrated;
    this.#limits = LIMITS[rule.sensitivity];
    this.#zone = zone;
    this.place = rule.zone;
  }

  save() {
    return { things: this.#things, paths: this.#paths, lain: this.#lain, previousMs: this.#previousMs };
  }

  restore({ things, paths, lain, previousMs }: ReturnType<AbandonedObject['save']>): void {
    this.#things = things;
    this.#paths = paths;
    this.#lain = lain;
    this.#previousMs = previousMs;
  }

  look({ frame, tracks }: Measured): Condition | undefined {
    const now = frame.capturedAtMs;
    const stepMs = stepBetween(this.#previousMs, now);
    this.#previousMs = now;
    if (frame.view !== 'ok') return undefined;
    const aspect = frame.planeWidth / frame.planeHeight;
    const seen = tracks.filter((track) => track.seen);
    this.#paths = remembered(this.#paths, seen, now);
    const followed = this.#follow(frame, seen, aspect, stepMs, now);
    const wholes = new Map(
      followed
        .filter(({ seenAtMs }) => seenAtMs === now)
        .map((thing) => [thing, wholeOf(thing.region, frame)]),
    );
    const long = [...wholes].filter(([{ size }, box]) => isLong(box, size, aspect)).map(([, box]) => box);
    this.#lain = lainNow(this.#lain, long, seen, frame, aspect, stepMs);
    this.#things = followed.map((thing) => {
      const namedAtMs = frame.objects.some((object) => isBagAt(object, thing.region)) ? now : thing.namedAtMs;
      const whole = wholes.get(thing);
      const allWide = whole === undefined ? thing.allWide : whole.x1 - whole.x0;
      const size = this.#sizeOf(thing, seen);
      const same = namedAtMs === thing.namedAtMs && allWide === thing.allWide && size === thing.size;
      return this.#judge(same ? thing : { ...thing, namedAtMs, allWide, size }, seen, aspect, stepMs, now);
    });
    const left = this.#things.filter(
      (thing) =>
        this.#isLongAlone(thing, now) &&
        thing.shownMs >= SHOWN_MIN * this.#rule.forMs &&
        thing.settledMs >= SETTLED_MS &&
        (thing.claimed || (thing.tendedMs <= TENDED_MAX * thing.leftMs && this.#isEvident(thing, now))) &&
        this.#isInZone(thing),
    );
    this.#things = this.#things.map((thing) => {
      const claimed = left.includes(thing);
      return claimed === thing.claimed ? thing : { ...thing, claimed };
    });
    return this.#condition(left, now);
  }

  #sizeOf({ size, claimed, region }: Thing, seen: readonly Track[]): number {
    return this.#calibrated || claimed ? size : heightInRow(region.foot, seen) || size;
  }

  #condition(left: readonly Thing[], now: number): Condition {
    const first = left.reduce<Thing | undefined>(
      (most, thing) => (most === undefined || thing.aloneMs > most.aloneMs ? thing : most),
      undefined,
    );
    const aloneMs = first?.aloneMs ?? 0;
    const limitMs = first === undefined ? this.#rule.forMs : this.#aloneMin(first);
    const tall = first === undefined ? 0 : tallOf(first.region, first.size);
    const goneMs = first?.leftAtMs === undefined ? 0 : now - first.leftAtMs;
    const steady = first?.region.steady ?? 0;
    const others = left.length > 1 ? ` (${left.length} objects)` : '';
    return {
      holds: left.length > 0,
      region: around(left.map((thing) => thing.region.box)),
      score: Math.min(1, 0.4 + (0.2 * aloneMs) / Math.max(1_000, limitMs)),
      explanation:
        `an object of ${tall.toFixed(1)} person heights has stood alone for ${seconds(aloneMs)}, ` +
        `limit ${seconds(limitMs)}; whoever brought it left ${seconds(goneMs)} ago, limit ${seconds(this.#rule.forMs)}${others}`,
      findings: [
        { name: 'alone', value: aloneMs / 1000, limit: limitMs / 1000, unit: 's' },
        { name: 'owner_gone', value: goneMs / 1000, limit: this.#rule.forMs / 1000, unit: 's' },
        { name: 'height', value: tall, limit: this.#limits.tall, unit: 'person heights' },
        { name: 'steady', value: steady, limit: this.#limits.steady, unit: 'share' },
      ],
    };
  }

  /** Things go on where a region is; new regions that may be one begin. */
  #follow(
    { statics, blobs }: Measured['frame'],
    seen: readonly Track[],
    aspect: number,
    stepMs: number,
    now: number,
  ): readonly Thing[] {
    const before = this.#things;
    const taken = new Set<StaticRegion>();
    const things: Thing[] = [];
    for (const thing of this.#things) {
      const region = statics.find((one) => !taken.has(one) && goesOnAs(one, thing, now));
      if (region !== undefined) {
        taken.add(region);
        // What others hid for long is from now on as old as what is left of its support.
        const worn = !cameTogether(region, thing.bornAtMs, now);
        const bornAtMs = worn ? now - region.sinceMs : thing.bornAtMs;
        things.push({ ...thing, region, bornAtMs, seenAtMs: now, bareMs: 0 });
      } else {
        const { box } = thing.region;
        const hides = (one: StaticRegion | Blob) => shareWithin(box, one.box) >= COVERED_MIN;
        const hidden = statics.some(hides) || blobs.some(hides);
        const bareMs = hidden ? thing.bareMs : thing.bareMs + stepMs;
        if (bareMs <= GONE_MS && now - thing.seenAtMs <= HIDDEN_MS) things.push({ ...thing, bareMs });
      }
    }
    for (const region of statics) {
      if (taken.has(region) || things.length >= CANDIDATES_MAX) continue;
      const together = statics.filter((one) => Math.abs(one.sinceMs - region.sinceMs) < TOGETHER_MS);
      if (together.length <= TOGETHER_MAX) things.push(this.#begun(region, before, seen, aspect, now));
    }
    return things;
  }

  #begun(
    region: StaticRegion,
    before: readonly Thing[],
    seen: readonly Track[],
    aspect: number,
    now: number,
  ): Thing {
    const bornAtMs = now - region.sinceMs;
    // What people who stand close by were one region with comes out of it when they go.
    const whole = before.find(
      (one) =>
        shareWithin(region.box, one.region.box) >= WITHIN_MIN && cameTogether(region, one.bornAtMs, now),
    );
    const own = broughtBy(this.#paths, region, bornAtMs, aspect);
    const owners = own.length > 0 ? own : (whole?.owners ?? []);
    return {
      region,
      bornAtMs,
      seenAtMs: now,
      bareMs: 0,
      brought: owners.length > 0 || cameOutOf(this.#paths, region, bornAtMs),
      owners: owners.slice(0, OWNERS_MAX),
      waiting: waitedNear(this.#paths, region, bornAtMs, aspect),
      leftAtMs: undefined,
      aloneMs: 0,
      shownMs: 0,
      shownAreaMs: 0,
      settledMs: 0,
      coveredMs: 0,
      apart: false,
      stillMs: 0,
      besideMs: 0,
      heldMs: 0,
      nobodyMs: 0,
      stood: undefined,
      leftMs: 0,
      tendedMs: 0,
      namedAtMs: undefined,
      // Of whoever brought it, else of whoever was seen of late.
      size: heightNear(region.foot, this.#paths, owners.length > 0 ? owners : this.#paths.keys(), seen),
      claimed: false,
      allWide: 0,
    };
  }

  #judge(thing: Thing, seen: readonly Track[], aspect: number, stepMs: number, now: number): Thing {
    const { region, size, apart, leftAtMs } = thing;
    // Most of what is static nobody brought: it is followed, and never left.
    if (!thing.brought) return thing;
    const visible = thing.bareMs === 0 && thing.seenAtMs === now;
    const shows = (track: Track) => isItself(track, region) || (visible && isOnlyIt(track, region));
    const people = seen.filter((track) => isWhole(track) && !shows(track));
    // A track that has gone over to the thing is the thing, and whoever takes it over from there is anybody.
    const isThis = (id: number) =>
      visible && seen.some((track) => track.id === id && isItself(track, region) && !isWhole(track));
    const far = (track: Track) =>
      distance(footBehind(track, region), region.foot, track.personHeight, track.depth, aspect);
    // They tell that it has been left; who waits when its owner has come back may be with them.
    const waiting =
      leftAtMs === undefined ? stillWaiting(thing.waiting, thing.owners, people, far, aspect) : [];
    const waits = (id: number) => waiting.some((one) => one.id === id);
    const heirs = leftAtMs === undefined ? this.#ownersOf(thing, people, aspect) : thing.owners;
    const owners = heirs.filter((id) => !isThis(id));
    const owns = (track: Track) => owners.includes(track.id);
    const lies = (track: Track) => !shows(track) && liesBeside(track, region, aspect);
    const beside = [
      ...people.filter((track) => isBeside(track, region, visible, aspect)),
      ...seen.filter(lies),
    ];
    // Whoever lies or crouches by it has not left.
    const held = seen.some((track) => owns(track) && !shows(track) && far(track) <= LEFT);
    // Who has been far away since it came cannot be who has stayed with it, whatever their number.
    const mayKeep = ({ id }: Track) => !waits(id) && !this.#cameFromAfar(id, thing, aspect);
    const nobody = !held && !people.some((track) => far(track) <= LEFT && mayKeep(track));
    const isApart = apart || (visible && (people.some(owns) || isCompact(thing, aspect)));
    const besideMs = beside.length > 0 ? thing.besideMs + stepMs : 0;
    const heldMs = held ? thing.heldMs + stepMs : 0;
    const nobodyMs = nobody ? thing.nobodyMs + stepMs : 0;
    const isLeft = () =>
      people.some((track) => owns(track) && far(track) > LEFT) ||
      owners.some((id) => this.#hasVanished(id, thing, aspect, now)) ||
      (isApart && nobodyMs >= NOBODY_MS);
    const attended = () =>
      besideMs >= ANYBODY_MS ||
      heldMs >= BESIDE_MS ||
      beside.some((track) => this.#staysBeside(track.id, thing, aspect, now));
    const since = leftAtMs ?? (size > 0 && !held && isLeft() ? now : undefined);
    const isAlone = since !== undefined && !attended();
    const isThing = visible && this.#isThing(thing, aspect, now);
    const shown = isAlone && isThing;
    // Of whoever is cut off by the view's border, or by what stands there, less than a whole person covers it as well.
    const covered =
      !visible && seen.some((track) => !shows(track) && shareWithin(region.box, track.box) >= COVERED_MIN);
    const passedMs = () => {
      if (!visible) return covered ? this.#hiddenMs(thing, stepMs, now) : 0;
      if (shown) return stepMs;
      return people.some((track) => shareWithin(region.box, track.box) > 0) ? 0 : -stepMs;
    };
    const aloneMs = Math.max(
      0,
      isAlone ? thing.aloneMs + passedMs() : this.#attendedMs(thing, since, heldMs, stepMs),
    );
    const settled = shown && region.steady >= this.#steadyMin(thing, now);
    return {
      ...thing,
      owners,
      waiting,
      apart: isApart,
      stillMs: visible ? (region.steady >= STILL_STEADY ? thing.stillMs + stepMs : 0) : thing.stillMs,
      besideMs,
      heldMs,
      nobodyMs,
      stood: thing.stood ?? (isThing ? { box: region.box, atMs: now } : undefined),
      ...this.#tended(thing, since !== undefined && heldMs < BESIDE_MS, beside.length > 0, stepMs),
      leftAtMs: heldMs >= BESIDE_MS ? undefined : since,
      aloneMs,
      shownMs: thing.shownMs + (shown ? stepMs : 0),
      shownAreaMs: thing.shownAreaMs + (shown ? region.areaPx * stepMs : 0),
      settledMs: aloneMs === 0 ? 0 : thing.settledMs + (settled ? stepMs : 0),
      coveredMs: visible ? 0 : thing.coveredMs + (covered ? stepMs : 0),
    };
  }

  /** Counts that are as old as twice the wait are halved: who kept it long ago does not keep it now. */
  #tended({ leftMs, tendedMs }: Thing, isLeft: boolean, isBeside: boolean, stepMs: number) {
    if (!isLeft) return { leftMs: 0, tendedMs: 0 };
    const share = leftMs >= 2 * this.#rule.forMs ? 0.5 : 1;
    return { leftMs: share * leftMs + stepMs, tendedMs: share * tendedMs + (isBeside ? stepMs : 0) };
  }

  /** Whoever stands by it may be anybody: the clock runs back, of a claim from the limit. An owner sets it to nothing. */
  #attendedMs({ aloneMs }: Thing, since: number | undefined, heldMs: number, stepMs: number): number {
    const begins = since === undefined || heldMs >= BESIDE_MS;
    return begins ? 0 : Math.min(aloneMs, this.#rule.forMs) - stepMs;
  }

  /** Who passes before a thing does not attend to it; but it is claimed only when it is seen again. */
  #hiddenMs(thing: Thing, stepMs: number, now: number): number {
    const { bareMs, seenAtMs, aloneMs, shownMs } = thing;
    if (bareMs > 0 || now - seenAtMs > HIDDEN_MS || shownMs < KNOWN_MS) return 0;
    return Math.max(0, Math.min(stepMs, this.#aloneMin(thing) - stepMs - aloneMs));
  }

  /** The same person has been beside it for long. */
  #staysBeside(id: number, { region }: Thing, aspect: number, now: number): boolean {
    const points = this.#paths.get(id)?.points ?? [];
    const away = points.findLastIndex(
      ({ foot, near, depth, whole }) => !whole || distance(foot, region.foot, near, depth, aspect) > BESIDE,
    );
    const from = points[away + 1];
    return from !== undefined && now - from.atMs >= BESIDE_MS - PATH_STEP_MS;
  }

  #cameFromAfar(id: number, { region, bornAtMs }: Thing, aspect: number): boolean {
    const points = this.#paths.get(id)?.points ?? [];
    return points.some(
      ({ atMs, foot, near, depth, whole }) =>
        whole && atMs >= bornAtMs && distance(foot, region.foot, near, depth, aspect) > LEFT,
    );
  }

  /** An owner's track may end at the thing, or stay with it: who is first seen there then leaves in their place. */
  #ownersOf(
    { region, brought, owners, bornAtMs }: Thing,
    people: readonly Track[],
    aspect: number,
  ): readonly number[] {
    if (!brought || owners.length >= OWNERS_MAX) return owners;
    if (people.some((track) => owners.includes(track.id))) return owners;
    const heirs = people.filter((track) => {
      const path = this.#paths.get(track.id);
      if (path === undefined || path.bornAtMs < bornAtMs - BIRTH_MS) return false;
      return distance(path.bornAt, region.foot, track.personHeight, track.depth, aspect) <= BESIDE;
    });
    return heirs.length === 0 ? owners : [...owners, ...heirs.map(({ id }) => id)].slice(0, OWNERS_MAX);
  }

  #hasVanished(id: number, { region }: Thing, aspect: number, now: number): boolean {
    const last = this.#paths.get(id)?.points.at(-1);
    if (last === undefined || now - last.atMs < VANISHED_MS) return false;
    return distance(last.foot, region.foot, last.near, last.depth, aspect) > VANISHED;
  }

  #steadyMin({ namedAtMs }: Thing, now: number): number {
    return this.#limits.steady - (isNamed(namedAtMs, now) ? NAMED_STEADY : 0);
  }

  #isThing(thing: Thing, aspect: number, now: number): boolean {
    const { region, size } = thing;
    const tall = tallOf(region, size);
    const wide = wideOf(region, size, aspect);
    if (region.areaPx < AREA_MIN_PX) return false;
    // A part of somebody who lies, or of a puddle, is no thing.
    if (thing.allWide * aspect > this.#limits.wide * size || isOfWhoLies(region, thing.stood, this.#lain))
      return false;
    if (
      Math.min(tall, wide) < SIDE_MIN ||
      tall > this.#limits.tall ||
      wide > this.#limits.wide ||
      wide > FLAT_MAX * tall
    )
      return false;
    if (region.steady < this.#steadyMin(thing, now) - SETTLING) return false;
    return region.rim >= this.#limits.rim || isNamed(thing.namedAtMs, now);
  }

  /** What has hardly a rim of its own, or is seen steady now and then alone, may be a reflection, a mark or a part. */
  #isEvident(thing: Thing, now: number): boolean {
    const { region, settledMs, leftAtMs, namedAtMs } = thing;
    if (shownAreaOf(thing) < this.#limits.areaPx) return false;
    const seen = Math.min(1, settledMs / Math.max(1, now - (leftAtMs ?? now)));
    return isNamed(namedAtMs, now) || region.rim + seen >= this.#limits.evidence;
  }

  /** Since whoever brought it left the wait is over, and for so much of it nobody was by it. */
  #isLongAlone(thing: Thing, now: number): boolean {
    const doubtMs = thing.claimed ? Math.min(DOUBT_MS, this.#rule.forMs / 2) : 0;
    const goneMs = now - (thing.leftAtMs ?? now);
    if (thing.aloneMs < this.#aloneMin(thing) - doubtMs) return false;
    const mostly = thing.aloneMs >= Math.min(this.#rule.forMs, LARGE_ALONE_MIN * goneMs);
    return thing.claimed || (goneMs >= this.#rule.forMs && mostly);
  }

  #aloneMin(thing: Thing): number {
    return this.#rule.forMs * (shownAreaOf(thing) >= LARGE_PX ? 1 - LARGE_HIDDEN : 1);
  }

  #isInZone({ region }: Thing): boolean {
    return this.#zone === undefined || isInside(region.foot, this.#zone.polygon);
  }
}
