/**
 * weapon: a detector beside Vigie sees a knife or a firearm again and again, where it was before, in somebody's hands.
 *
 * One picture proves nothing: detectors take phones, umbrellas and shadows for weapons, now and then and here and there.
 * What they see must come back for `for`, in a good share of the pictures in which the detector spoke at all, never
 * farther than a hand moves, and a person must be there. Nothing is ever concluded from motion.
 */
import { boxArea, sharedArea } from '../box.ts';
import type { Box, DetectedObject, Frame, Measured, Point, Sensitivity } from '../model.ts';
import type { WatchRule, Zone } from '../site/site.ts';
import { type Condition, HOLDS_NOT } from './claim.ts';
import { isInside } from './inside.ts';
import { around, type RuleMachine, seconds } from './rule.ts';

interface Limits {
  /** The detector's own, 0..1. */
  readonly confidence: number;
  /** Pictures in which it was seen. */
  readonly pictures: number;
  /** Share of the pictures in which the detector saw anything since. */
  readonly share: number;
}

const LIMITS: Readonly<Record<Sensitivity, Limits>> = {
  low: { confidence: 0.65, pictures: 5, share: 0.5 },
  medium: { confidence: 0.5, pictures: 4, share: 0.4 },
  high: { confidence: 0.35, pictures: 3, share: 0.3 },
};
/** What was seen is remembered for so long beyond `for`. */
const MEMORY_MS = 3_000;
/** As far from a person's outline, their heights: an arm. */
const REACH = 0.35;
/** Longer than this, the person's heights, it is no weapon that one carries. */
const LONG_MAX = 0.8;
/** A hand moves this far between two pictures, heights, and this much farther for each second between them. */
const STEP = 0.3;
const STEP_PER_S = 1.5;
/** At most so many are followed, and so many pictures of each remembered: 4 s at 60 a second. */
const WEAPONS_MAX = 8;
const PICTURES_MAX = 256;
/** Two boxes are one weapon when they share this much of the smaller. */
const SAME_MIN = 0.3;

/** A weapon as it was last seen, and the pictures since it was first. */
interface Weapon {
  readonly box: Box;
  readonly person: Box;
  readonly seenAtMs: number;
  /** Pictures in which the detector saw anything; `confidence` where it saw this. */
  readonly pictures: readonly {
    readonly atMs: number;
    readonly confidence?: number;
    readonly kind?: string;
  }[];
}

interface Held {
  readonly object: DetectedObject;
  readonly person: Box;
}

export class Weapons implements RuleMachine {
  readonly place: string | undefined;
  readonly timing = { holdMs: 0, graceMs: 0, releaseMs: 3_000 };
  readonly #rule: WatchRule;
  readonly #limits: Limits;
  readonly #zone: Zone | undefined;
  #weapons: readonly Weapon[] = [];

  constructor(rule: WatchRule, zone: Zone | undefined) {
    this.#rule = rule;
    this.#limits = LIMITS[rule.sensitivity];
    this.#zone = zone;
    this.place = rule.zone;
  }

  save() {
    return { weapons: this.#weapons };
  }

  restore({ weapons }: ReturnType<Weapons['save']>): void {
    this.#weapons = weapons;
  }

  look(measured: Measured): Condition | undefined {
    const { frame } = measured;
    if (frame.view !== 'ok' && frame.view !== 'warming') return undefined;
    const now = frame.capturedAtMs;
    const oldest = now - this.#rule.forMs - MEMORY_MS;
    const kept = this.#weapons.filter(({ seenAtMs }) => seenAtMs >= oldest).map((one) => recent(one, oldest));
    // Without any object nobody knows whether the detector looked.
    this.#weapons = frame.objects.length === 0 ? kept : this.#follow(kept, this.#heldIn(measured), frame);
    const sure = this.#weapons.filter((weapon) => weapon.seenAtMs === now && this.#isSure(weapon));
    return sure.length === 0 ? HOLDS_NOT : this.#condition(sure);
  }

  #condition(sure: readonly Weapon[]): Condition {
    const { pictures, share, confidence } = this.#limits;
    const first = sure.reduce((most, one) => (hitsOf(one).length > hitsOf(most).length ? one : most));
    const hits = hitsOf(first);
    const lastedMs = lastedOf(first);
    const kind = hits.filter((hit) => hit.kind === 'firearm').length * 2 >= hits.length ? 'firearm' : 'knife';
    const certainty = hits.reduce((sum, hit) => sum + (hit.confidence ?? 0), 0) / hits.length;
    const others = sure.length > 1 ? ` (${sure.length} weapons)` : '';
    return {
      holds: true,
      region: around(sure.flatMap(({ box, person }) => [box, person])),
      score: Math.min(1, certainty),
      explanation:
        `a ${kind} with a person, seen in ${hits.length} of ${first.pictures.length} pictures over ${seconds(lastedMs)}, ` +
        `limit ${pictures} pictures over ${seconds(this.#rule.forMs)}; the detector's confidence is ` +
        `${certainty.toFixed(2)}, limit ${confidence.toFixed(2)}${others}`,
      findings: [
        { name: 'pictures', value: hits.length, limit: pictures, unit: 'pictures' },
        { name: 'share', value: shareOf(first), limit: share, unit: 'share' },
        { name: 'lasted', value: lastedMs / 1000, limit: this.#rule.forMs / 1000, unit: 's' },
        { name: 'confidence', value: certainty, limit: confidence, unit: 'share' },
      ],
    };
  }

  /** Every weapon takes what is nearest to where it was; what is left begins a new one. */
  #follow(known: readonly Weapon[], held: readonly Held[], frame: Frame): readonly Weapon[] {
    const now = frame.capturedAtMs;
    const aspect = frame.planeWidth / frame.planeHeight;
    const free = new Set(held);
    const followed = known.map((weapon): Weapon => {
      const next = nearestTo(weapon, free, now, aspect);
      if (next === undefined) return { ...weapon, pictures: [...weapon.pictures, { atMs: now }] };
      free.delete(next);
      return seenAgain(weapon, next, now);
    });
    for (const one of free)
      if (followed.length < WEAPONS_MAX)
        followed.push(
          seenAgain({ box: one.object.box, person: one.person, seenAtMs: now, pictures: [] }, one, now),
        );
    return followed;
  }

  /** Weapons that the detector is sure enough of, each once, with the person who has it. */
  #heldIn({ frame, tracks }: Measured): readonly Held[] {
    const aspect = frame.planeWidth / frame.planeHeight;
    const people = [
      ...frame.objects.filter((object) => object.class === 'person').map(({ box }) => box),
      ...tracks.filter((track) => track.seen).map(({ box }) => box),
    ];
    const held: Held[] = [];
    const likely = frame.objects
      .filter(({ class: kind }) => kind === 'knife' || kind === 'firearm')
      .filter(({ confidence }) => confidence >= this.#limits.confidence)
      .sort((a, b) => b.confidence - a.confidence || a.box.x0 - b.box.x0 || a.box.y0 - b.box.y0);
    for (const object of likely) {
      if (held.some((other) => isSame(other.object.box, object.box))) continue;
      const person = people.find((box) => isInReach(object.box, box, aspect) && this.#isInZone(box));
      if (person !== undefined) held.push({ object, person });
    }
    return held;
  }

  #isSure(weapon: Weapon): boolean {
    const hits = hitsOf(weapon).length;
    return (
      hits >= this.#limits.pictures &&
      shareOf(weapon) >= this.#limits.share &&
      lastedOf(weapon) >= this.#rule.forMs
    );
  }

  #isInZone({ x0, x1, y1 }: Box): boolean {
    return this.#zone === undefined || isInside({ x: (x0 + x1) / 2, y: y1 }, this.#zone.polygon);
  }
}

/** Begins with a picture in which it was seen. */
function recent(weapon: Weapon, oldest: number): Weapon {
  const { pictures } = weapon;
  const from = pictures.findIndex(({ atMs, confidence }) => atMs >= oldest && confidence !== undefined);
  return { ...weapon, pictures: pictures.slice(Math.max(from, pictures.length - PICTURES_MAX, 0)) };
}

function seenAgain(weapon: Weapon, { object, person }: Held, now: number): Weapon {
  const picture = { atMs: now, confidence: object.confidence, kind: object.class };
  return { box: object.box, person, seenAtMs: now, pictures: [...weapon.pictures, picture] };
}

function nearestTo(weapon: Weapon, free: ReadonlySet<Held>, now: number, aspect: number): Held | undefined {
  const size = weapon.person.y1 - weapon.person.y0;
  let least = (STEP + (STEP_PER_S * (now - weapon.seenAtMs)) / 1000) * size;
  let nearest: Held | undefined;
  for (const one of free) {
    const off = distance(middleOf(one.object.box), middleOf(weapon.box), aspect);
    if (off > least) continue;
    least = off;
    nearest = one;
  }
  return nearest;
}

function hitsOf(weapon: Weapon) {
  return weapon.pictures.filter(({ confidence }) => confidence !== undefined);
}

/** Of the pictures after the first, which is one in which it was seen. */
function shareOf(weapon: Weapon): number {
  return (hitsOf(weapon).length - 1) / Math.max(1, weapon.pictures.length - 1);
}

/** From the first picture in which it was seen to the last. */
function lastedOf(weapon: Weapon): number {
  const first = weapon.pictures.find(({ confidence }) => confidence !== undefined);
  return first === undefined ? 0 : weapon.seenAtMs - first.atMs;
}

/** Its middle is within an arm of the outline, and it is no longer than what one carries. */
function isInReach(weapon: Box, person: Box, aspect: number): boolean {
  const size = person.y1 - person.y0;
  const long = Math.max((weapon.x1 - weapon.x0) * aspect, weapon.y1 - weapon.y0);
  const { x, y } = middleOf(weapon);
  const at = {
    x: Math.min(person.x1, Math.max(person.x0, x)),
    y: Math.min(person.y1, Math.max(person.y0, y)),
  };
  return long <= LONG_MAX * size && distance({ x, y }, at, aspect) <= REACH * size;
}

function middleOf({ x0, y0, x1, y1 }: Box): Point {
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}

/** View heights. */
function distance(a: Point, b: Point, aspect: number): number {
  return Math.hypot((a.x - b.x) * aspect, a.y - b.y);
}

function isSame(a: Box, b: Box): boolean {
  return sharedArea(a, b) >= SAME_MIN * Math.min(boxArea(a), boxArea(b));
}
