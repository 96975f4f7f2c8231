/**
 * Follows sightings within one camera, for at most minutes, by motion and overlap alone: no appearance is used, and
 * ids are local and rotate. How: kernels/tracks.ts.
 *
 * One kernel instance serves all cameras, one step at a time. A camera's state is an array of its own, of which the
 * living rows are copied in and out: a kilobyte or two against the trouble of memory that somebody must give back. What
 * is read of them is handed out in records that serve all cameras, too: kept from one picture of a camera to its next,
 * new ones would be most of what the garbage collector has to copy.
 *
 *   base   state of the camera that steps | sightings | scratch
 */
import { instantiate } from '../kernels.ts';
import type { Point } from '../model.ts';
import type { Sighting } from './sightings.ts';

/** Lengths in plane pixels of the view. Holds until the next step of any tracker. */
export interface Tracked {
  /** 1..65535, then from 1 again. */
  readonly id: number;
  /** Foot point, filtered. */
  readonly x: number;
  readonly y: number;
  /** Plane pixels per second. */
  readonly vx: number;
  readonly vy: number;
  /** Where it was last seen, moved on by its velocity since. */
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Height of a person who stands there. */
  readonly size: number;
  readonly people: number;
  readonly bornAtMs: number;
  readonly seenAtMs: number;
  /** Pictures in which it was paired. */
  readonly hits: number;
  readonly stillMs: number;
  readonly seen: boolean;
  /** Smoothed distance between where it was predicted and where it was found, in people's heights. */
  readonly surprise: number;
}

/** Tracks of one camera at most; while there are as many, nobody new is followed. */
export const TRACKS_MAX = 96;
/** Sightings of one picture that are looked at; the rest is ignored. */
export const SIGHTINGS_MAX = 256;

/** f64 in the head of the state, per track and per sighting, as drawn in kernels/tracks.ts. */
const HEAD = 8;
const TRACK = 17;
const SIGHTING = 9;

const { exports, memory, at } = reserveTracks();
const shared = new Float64Array(memory.buffer, at.state, HEAD + TRACKS_MAX * TRACK);
const rows = new Float64Array(memory.buffer, at.sightings, SIGHTINGS_MAX * SIGHTING);
const records = Array.from({ length: TRACKS_MAX }, newRecord);

export class Tracker {
  readonly #state = new Float64Array(HEAD + TRACKS_MAX * TRACK);
  /** How many live. */
  #alive = 0;

  /** The head of the state and its living rows, as drawn in kernels/tracks.ts; a view of them, until the next step. */
  save(): Float64Array {
    return this.#state.subarray(0, HEAD + this.#alive * TRACK);
  }

  restore(state: Float64Array): void {
    this.#state.set(state);
    this.#alive = (state.length - HEAD) / TRACK;
  }

  /** One picture at `atMs`; tracks come oldest first. Sightings are finite and their size is above 0. */
  step(sightings: readonly Sighting[], atMs: number): readonly Tracked[] {
    const count = Math.min(SIGHTINGS_MAX, sightings.length);
    for (let s = 0; s < count; s++) put(sightings[s]!, SIGHTING * s);
    const before = HEAD + this.#alive * TRACK;
    copy(this.#state, shared, before);
    const alive = exports.tracksStep(at.state, at.sightings, count, atMs, at.scratch);
    copy(shared, this.#state, HEAD + alive * TRACK);
    // Rows of the dead stay zero, so that equal cameras hold equal state.
    for (let i = HEAD + alive * TRACK; i < before; i++) this.#state[i] = 0;
    this.#alive = alive;
    return tracksIn(alive);
  }
}

/** Where it stands on the view, 0..1; width and height of the plane. */
export function footOf(track: Tracked, width: number, height: number): Point {
  return { x: clamp01(track.x / width), y: clamp01(track.y / height) };
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Views cost more to make than these few numbers to copy. */
function copy(from: Float64Array, to: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) to[i] = from[i]!;
}

/** The first `count` of those in the kernel's memory. */
function tracksIn(count: number): readonly Tracked[] {
  const tracks: Tracked[] = [];
  for (let t = 0; t < count; t++) tracks.push(read(records[t]!, HEAD + TRACK * t));
  return tracks;
}

function put(sighting: Sighting, to: number): void {
  rows[to] = sighting.x0;
  rows[to + 1] = sighting.y0;
  rows[to + 2] = sighting.x1;
  rows[to + 3] = sighting.y1;
  rows[to + 4] = sighting.footX;
  rows[to + 5] = sighting.footY;
  rows[to + 6] = sighting.size;
  rows[to + 7] = sighting.people;
  rows[to + 8] = sighting.stillMs;
}

type Record = { -readonly [Name in keyof Tracked]: Tracked[Name] };

function newRecord(): Record {
  return {
    id: 0,
    x: 0,
    y: 0,
    vx: 0,
    vy: 0,
    x0: 0,
    y0: 0,
    x1: 0,
    y1: 0,
    size: 0,
    people: 0,
    bornAtMs: 0,
    seenAtMs: 0,
    hits: 0,
    stillMs: 0,
    seen: false,
    surprise: 0,
  };
}

function read(record: Record, from: number): Tracked {
  record.id = shared[from]!;
  record.x = shared[from + 1]!;
  record.y = shared[from + 2]!;
  record.vx = shared[from + 3]!;
  record.vy = shared[from + 4]!;
  record.x0 = shared[from + 5]!;
  record.y0 = shared[from + 6]!;
  record.x1 = shared[from + 7]!;
  record.y1 = shared[from + 8]!;
  record.size = shared[from + 9]!;
  record.people = shared[from + 10]!;
  record.bornAtMs = shared[from + 11]!;
  record.seenAtMs = shared[from + 12]!;
  record.hits = shared[from + 13]!;
  record.stillMs = shared[from + 14]!;
  record.seen = shared[from + 15]! === 1;
  record.surprise = shared[from + 16]!;
  return record;
}

function reserveTracks() {
  const sizes = instantiate(0).exports;
  const stateBytes = sizes.tracksBytes();
  const sightingBytes = 8 * SIGHTINGS_MAX * SIGHTING;
  const kernels = instantiate(stateBytes + sightingBytes + sizes.tracksScratchBytes());
  const state = kernels.base;
  const sightings = state + stateBytes;
  return { ...kernels, at: { state, sightings, scratch: sightings + sightingBytes } };
}
