/**
 * Tracks written to be read: the twin of kernels/tracks.ts, number for number.
 *
 * Every offer of every track to every sighting is listed and sorted; pairs are taken from the top of the list.
 */
import type { Sighting } from '../../../pipeline/measure/sightings.ts';
import type { Tracked } from '../../../pipeline/measure/tracker.ts';

/** What a track needs to know of a sighting. */
export type Seen = Omit<Sighting, 'areaPx' | 'flowX' | 'flowY' | 'divided'>;

type Track = { -readonly [Field in keyof Tracked]: Tracked[Field] };

const TRACKS_MAX = 96;
const SIGHTINGS_MAX = 256;
/** Carried on by prediction for this long; a new track that was seen once is given up at once. */
const CARRY_MS = 2_000;
const CARRY_YOUNG_MS = 400;
const HITS_GROWN = 4;
/** Ids rotate: after this many the count starts again. */
const IDS = 65_535;

/** A walking person moves at most about 1.6 of their own height in a second; running, 4. */
const SPEED_MAX_SIZES = 4;
/** A new track has to show that it is found where it is expected. */
const SURPRISE_FIRST = 0.3;
/** Filter gains. */
const ALPHA = 0.6;
const BETA = 0.25;

export class TrackerTwin {
  readonly tracks: Track[] = [];
  #nextId = 1;
  #atMs: number | undefined;

  step(all: readonly Seen[], atMs: number): readonly Tracked[] {
    const sightings = all.slice(0, SIGHTINGS_MAX);
    const dt = this.#atMs === undefined ? 0 : Math.max(0, atMs - this.#atMs) / 1000;
    this.#atMs = atMs;
    for (const track of this.tracks) predict(track, dt);
    const pairs = pair(this.tracks, sightings, dt);
    const taken = new Set<number>();
    this.tracks.forEach((track, t) => {
      const s = pairs.get(t);
      if (s === undefined) {
        track.seen = false;
        return;
      }
      taken.add(s);
      correct(track, sightings[s]!, dt, atMs);
    });
    for (let t = this.tracks.length - 1; t >= 0; t--) {
      const track = this.tracks[t]!;
      const carry = track.hits < HITS_GROWN ? CARRY_YOUNG_MS : CARRY_MS;
      if (!track.seen && atMs - track.seenAtMs > carry) this.tracks.splice(t, 1);
    }
    sightings.forEach((sighting, s) => {
      if (!taken.has(s) && this.tracks.length < TRACKS_MAX) this.tracks.push(this.#start(sighting, atMs));
    });
    return this.tracks;
  }

  #start(from: Seen, atMs: number): Track {
    const id = this.#nextId;
    this.#nextId = (this.#nextId % IDS) + 1;
    return {
      id,
      x: from.footX,
      y: from.footY,
      vx: 0,
      vy: 0,
      x0: from.x0,
      y0: from.y0,
      x1: from.x1,
      y1: from.y1,
      size: from.size,
      people: from.people,
      bornAtMs: atMs,
      seenAtMs: atMs,
      hits: 1,
      stillMs: from.stillMs,
      seen: true,
      surprise: SURPRISE_FIRST,
    };
  }
}

function predict(track: Track, dt: number): void {
  const dx = track.vx * dt;
  const dy = track.vy * dt;
  track.x += dx;
  track.y += dy;
  track.x0 += dx;
  track.x1 += dx;
  track.y0 += dy;
  track.y1 += dy;
}

/** Greedy by ascending cost; equal costs in order of track, then sighting. */
function pair(tracks: readonly Track[], sightings: readonly Seen[], dt: number): Map<number, number> {
  const offers: { t: number; s: number; cost: number }[] = [];
  tracks.forEach((track, t) => {
    sightings.forEach((sighting, s) => {
      const cost = costOf(track, sighting, dt);
      if (cost !== undefined) offers.push({ t, s, cost });
    });
  });
  offers.sort((a, b) => a.cost - b.cost || a.t - b.t || a.s - b.s);
  const pairs = new Map<number, number>();
  const used = new Set<number>();
  for (const { t, s } of offers) {
    if (pairs.has(t) || used.has(s)) continue;
    pairs.set(t, s);
    used.add(s);
  }
  return pairs;
}

/** Distance in people's heights, less what the boxes overlap; undefined beyond the gate. */
function costOf(track: Track, sighting: Seen, dt: number): number | undefined {
  const size = Math.max(track.size, sighting.size);
  const foot = length(sighting.footX - track.x, sighting.footY - track.y);
  const middle = length(
    (sighting.x0 + sighting.x1 - track.x0 - track.x1) / 2,
    (sighting.y0 + sighting.y1 - track.y0 - track.y1) / 2,
  );
  const distance = (foot + middle) / 2 / size;
  // A new track has no velocity yet, so it may be found a fast step away.
  const gate = 0.35 + (track.hits < 3 ? 0.5 * SPEED_MAX_SIZES : 0.25 * SPEED_MAX_SIZES) * dt;
  if (distance > gate) return undefined;
  return distance - 0.5 * overlap(track, sighting);
}

function overlap(a: Track, b: Seen): number {
  const w = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const h = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  if (w <= 0 || h <= 0) return 0;
  const inter = w * h;
  const union = (a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0) - inter;
  return inter / union;
}

function correct(track: Track, sighting: Seen, dt: number, atMs: number): void {
  const rx = sighting.footX - track.x;
  const ry = sighting.footY - track.y;
  track.surprise += 0.3 * (length(rx, ry) / sighting.size - track.surprise);
  track.x += ALPHA * rx;
  track.y += ALPHA * ry;
  if (dt > 0) {
    const since = Math.max(dt, (atMs - track.seenAtMs) / 1000);
    // The second sighting sets the velocity, later ones correct it.
    const gain = track.hits === 1 ? 0.7 : BETA;
    const most = SPEED_MAX_SIZES * track.size;
    track.vx = limit(track.vx + (gain * rx) / since, most);
    track.vy = limit(track.vy + (gain * ry) / since, most);
  }
  track.x0 = sighting.x0;
  track.y0 = sighting.y0;
  track.x1 = sighting.x1;
  track.y1 = sighting.y1;
  track.size = sighting.size;
  track.people += 0.3 * (sighting.people - track.people);
  track.stillMs = sighting.stillMs;
  track.seenAtMs = atMs;
  track.hits++;
  track.seen = true;
}

function limit(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
