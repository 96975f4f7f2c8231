/** What every rule machine is: a look at one measured frame, and the timing under which looks become a claim. */
import type { Box, Measured, Point, Track } from '../model.ts';
import type { ClaimTiming, Condition } from './claim.ts';

export interface RuleMachine {
  readonly timing: ClaimTiming;
  /** The zone or line that the claim is about; undefined for the whole view. */
  readonly place: string | undefined;
  /** Undefined when nothing can be known from this frame. */
  look(measured: Measured): Condition | undefined;
  /** All that later looks depend on, as plain data (pipeline/saved.ts). */
  save(): unknown;
  /** What `save` of a machine of this class gave; it may be kept and changed. */
  restore(saved: unknown): void;
}

/** Union of boxes; the whole view when there is none. */
export function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x0: 0, y0: 0, x1: 1, y1: 1 };
  return {
    x0: Math.min(...boxes.map((box) => box.x0)),
    y0: Math.min(...boxes.map((box) => box.y0)),
    x1: Math.max(...boxes.map((box) => box.x1)),
    y1: Math.max(...boxes.map((box) => box.y1)),
  };
}

export function peopleIn(tracks: readonly Track[]): number {
  return Math.max(1, Math.round(tracks.reduce((sum, track) => sum + track.people, 0)));
}

/** "1 person", "3 people" */
export function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Remembers where each track of a camera was first seen; forgets tracks that are gone. */
export class Origins {
  readonly #first = new Map<
    number,
    { readonly foot: Point; readonly atMs: number; readonly doubted: boolean }
  >();

  save() {
    return this.#first;
  }

  restore(first: ReturnType<Origins['save']>): void {
    this.#first.clear();
    for (const [id, origin] of first) this.#first.set(id, origin);
  }

  update(tracks: readonly Track[], nowMs: number): void {
    const alive = new Set(tracks.map((track) => track.id));
    for (const id of this.#first.keys()) if (!alive.has(id)) this.#first.delete(id);
    for (const track of tracks)
      if (!this.#first.has(track.id))
        this.#first.set(track.id, { foot: track.foot, atMs: nowMs, doubted: false });
  }

  /** What the track has done so far says nothing about what it will: it has to move, or to look like a person. */
  restart(track: Track, nowMs: number): void {
    this.#first.set(track.id, { foot: track.foot, atMs: nowMs, doubted: true });
  }

  /** Came into being a moment ago, and has moved for most of that time. */
  arrived(track: Track, aspect: number, nowMs: number): boolean {
    const first = this.#first.get(track.id);
    if (first === undefined || (first.doubted && !(isWhole(track) && isUpright(track, aspect)))) return false;
    const sinceMs = nowMs - first.atMs;
    return sinceMs <= ARRIVING_MS && track.stillMs < sinceMs / 2;
  }

  /** How far the foot is from where it was first seen, in people's heights. `aspect`: width over height of the view. */
  travelled(track: Track, aspect: number): number {
    const from = this.#first.get(track.id)?.foot ?? track.foot;
    return Math.hypot((track.foot.x - from.x) * aspect, track.foot.y - from.y) / track.personHeight;
  }
}

/** About as tall as a person at its foot would be: not a piece of one, and not a train. */
export function isWhole(track: Track): boolean {
  const height = track.box.y1 - track.box.y0;
  return height >= WHOLE_MIN * track.personHeight && height <= WHOLE_MAX * track.personHeight;
}

/** Taller than anybody: people one behind the other, or a train and who steps out of it. */
export function isLarger(track: Track): boolean {
  return track.box.y1 - track.box.y0 > WHOLE_MAX * track.personHeight;
}

/** Somebody who comes in as part of another region is first seen inside; after this long they have been there. */
const ARRIVING_MS = 5_000;
const WHOLE_MIN = 0.6;
const WHOLE_MAX = 1.7;

/** Height over width from which a region is upright. */
const UPRIGHT = 1.5;

export function isUpright(track: Track, aspect: number): boolean {
  return track.box.y1 - track.box.y0 > UPRIGHT * (track.box.x1 - track.box.x0) * aspect;
}
