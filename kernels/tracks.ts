/**
 * Tracks of one camera by motion and overlap, one step per picture:
 *
 *   predict   every track by its velocity
 *   pair      tracks and sightings in ascending order of cost; equal costs in order of track, then sighting
 *   correct   the paired ones (alpha-beta filter)
 *   drop      those that were carried on by prediction for too long
 *   start     a track for every sighting left over
 *
 * State of one camera, f64 throughout, without a pointer: it can be copied, kept and compared. All zero is a new camera.
 *
 *   0      count | nextId | atMs | 5 free
 *   64     TRACKS_MAX rows of 17, `count` of them alive, oldest first:
 *          0 id  1 x  2 y  3 vx  4 vy  5 x0  6 y0  7 x1  8 y1  9 size  10 people  11 bornAtMs  12 seenAtMs  13 hits
 *          14 stillMs  15 seen (0 or 1)  16 surprise
 *   13120  end
 *
 * x, y is the foot; lengths are plane pixels, velocities plane pixels per second; ids rotate through 1..65535.
 *
 * A sighting is a row of 9 f64, finite, with size > 0:
 *
 *   0 x0  1 y0  2 x1  3 y1  4 footX  5 footY  6 size  7 people  8 stillMs
 *
 * Scratch, meaningless between calls:
 *
 *   0        cost f64, one row of `count` sightings per track; infinite beyond the gate
 *   196608   cheapest i32 per track, the free sighting that it would take, or NONE
 *   196992   taken u8 per sighting
 *   197248   end
 */

const TRACKS_MAX: i32 = 96;
const SIGHTINGS_MAX: i32 = 256;
const HEAD: usize = 64;
const ROW: usize = 17 * 8;
const SIGHTING: usize = 9 * 8;
const CHEAPEST: usize = 8 * TRACKS_MAX * SIGHTINGS_MAX;
const TAKEN: usize = CHEAPEST + 4 * TRACKS_MAX;
const NONE: i32 = -1;
const PAIRED: i32 = -2;

/** Carried on by prediction for this long; a new track that was seen once is given up at once. */
const CARRY_MS: f64 = 2000;
const CARRY_YOUNG_MS: f64 = 400;
const HITS_GROWN: f64 = 4;
/** Ids rotate: after this many the count starts again. */
const IDS: f64 = 65535;
/** A walking person moves at most about 1.6 of their own height in a second; running, 4. */
const SPEED_MAX_SIZES: f64 = 4;
/** A new track has to show that it is found where it is expected. */
const SURPRISE_FIRST: f64 = 0.3;
/** Filter gains. */
const ALPHA: f64 = 0.6;
const BETA: f64 = 0.25;

/** Bytes of one camera's state, a multiple of 64. */
export function tracksBytes(): i32 {
  return i32(HEAD) + TRACKS_MAX * i32(ROW);
}

/** Bytes of scratch, a multiple of 64; all cameras can share it. */
export function tracksScratchBytes(): i32 {
  return i32((TAKEN + SIGHTINGS_MAX + 63) & ~63);
}

/** One picture at `atMs`. Returns the number of tracks; of more than SIGHTINGS_MAX sightings the rest is ignored. */
export function tracksStep(state: usize, sightings: usize, count: i32, atMs: f64, scratch: usize): i32 {
  count = min(max(count, 0), SIGHTINGS_MAX);
  const begun = load<f64>(state, 8) != 0;
  const dt = begun ? max<f64>(0, atMs - load<f64>(state, 16)) / 1000 : 0;
  if (!begun) store<f64>(state, 1, 8);
  store<f64>(state, atMs, 16);
  memory.fill(scratch + TAKEN, 0, SIGHTINGS_MAX);
  const tracks = i32(load<f64>(state));
  for (let t = 0; t < tracks; t++) {
    const track = rowOf(state, t);
    predict(track, dt);
    store<f64>(track, 0, 8 * 15);
    offer(track, scratch + 8 * t * count, sightings, count, dt);
    choose(scratch, t, count);
  }
  for (let t = next(scratch, tracks, count); t != NONE; t = next(scratch, tracks, count)) {
    const s = load<i32>(scratch + CHEAPEST + 4 * t);
    correct(rowOf(state, t), sightings + SIGHTING * s, dt, atMs);
    take(scratch, t, s, tracks, count);
  }
  let alive = drop(state, tracks, atMs);
  for (let s = 0; s < count && alive < TRACKS_MAX; s++) {
    if (load<u8>(scratch + TAKEN + s) == 0) start(state, alive++, sightings + SIGHTING * s, atMs);
  }
  store<f64>(state, alive);
  return alive;
}

// @ts-ignore: decorator
@inline function rowOf(state: usize, t: i32): usize {
  return state + HEAD + ROW * t;
}

function predict(track: usize, dt: f64): void {
  const dx = load<f64>(track, 8 * 3) * dt;
  const dy = load<f64>(track, 8 * 4) * dt;
  store<f64>(track, load<f64>(track, 8 * 1) + dx, 8 * 1);
  store<f64>(track, load<f64>(track, 8 * 2) + dy, 8 * 2);
  store<f64>(track, load<f64>(track, 8 * 5) + dx, 8 * 5);
  store<f64>(track, load<f64>(track, 8 * 6) + dy, 8 * 6);
  store<f64>(track, load<f64>(track, 8 * 7) + dx, 8 * 7);
  store<f64>(track, load<f64>(track, 8 * 8) + dy, 8 * 8);
}

/** What one track would pay for each sighting. */
function offer(track: usize, costs: usize, sightings: usize, count: i32, dt: f64): void {
  // A new track has no velocity yet, so it may be found a fast step away.
  const young = load<f64>(track, 8 * 13) < 3;
  const gate = 0.35 + (young ? 0.5 * SPEED_MAX_SIZES : 0.25 * SPEED_MAX_SIZES) * dt;
  for (let s = 0; s < count; s++) store<f64>(costs + 8 * s, costOf(track, sightings + SIGHTING * s, gate));
}

/** Distance in people's heights, less what the boxes overlap; infinite beyond the gate. */
function costOf(track: usize, sighting: usize, gate: f64): f64 {
  const size = max(load<f64>(track, 8 * 9), load<f64>(sighting, 8 * 6));
  const foot = length(
    load<f64>(sighting, 8 * 4) - load<f64>(track, 8 * 1),
    load<f64>(sighting, 8 * 5) - load<f64>(track, 8 * 2),
  );
  const ax0 = load<f64>(track, 8 * 5);
  const ay0 = load<f64>(track, 8 * 6);
  const ax1 = load<f64>(track, 8 * 7);
  const ay1 = load<f64>(track, 8 * 8);
  const bx0 = load<f64>(sighting);
  const by0 = load<f64>(sighting, 8 * 1);
  const bx1 = load<f64>(sighting, 8 * 2);
  const by1 = load<f64>(sighting, 8 * 3);
  const middle = length((bx0 + bx1 - ax0 - ax1) / 2, (by0 + by1 - ay0 - ay1) / 2);
  const distance = (foot + middle) / 2 / size;
  if (!(distance <= gate)) return Infinity;
  const w = min(ax1, bx1) - max(ax0, bx0);
  const h = min(ay1, by1) - max(ay0, by0);
  if (w <= 0 || h <= 0) return distance;
  const inter = w * h;
  const union = (ax1 - ax0) * (ay1 - ay0) + (bx1 - bx0) * (by1 - by0) - inter;
  return distance - 0.5 * (inter / union);
}

// @ts-ignore: decorator
@inline function length(x: f64, y: f64): f64 {
  return sqrt<f64>(x * x + y * y);
}

/** Notes the cheapest free sighting of track t, the first of equals. */
function choose(scratch: usize, t: i32, count: i32): void {
  const costs = scratch + 8 * t * count;
  let best = NONE;
  let least = Infinity;
  for (let s = 0; s < count; s++) {
    const cost = load<f64>(costs + 8 * s);
    if (cost < least && load<u8>(scratch + TAKEN + s) == 0) {
      best = s;
      least = cost;
    }
  }
  store<i32>(scratch + CHEAPEST + 4 * t, best);
}

/** The track that pays least of all, the first of equals; NONE when nobody has an offer left. */
function next(scratch: usize, tracks: i32, count: i32): i32 {
  let best = NONE;
  let least = Infinity;
  for (let t = 0; t < tracks; t++) {
    const s = load<i32>(scratch + CHEAPEST + 4 * t);
    if (s < 0) continue;
    const cost = load<f64>(scratch + 8 * (t * count + s));
    if (cost < least) {
      best = t;
      least = cost;
    }
  }
  return best;
}

/** Gives sighting s to track t. Only tracks that wanted the same one have to choose again. */
function take(scratch: usize, t: i32, s: i32, tracks: i32, count: i32): void {
  store<u8>(scratch + TAKEN + s, 1);
  store<i32>(scratch + CHEAPEST + 4 * t, PAIRED);
  for (let other = 0; other < tracks; other++) {
    if (load<i32>(scratch + CHEAPEST + 4 * other) == s) choose(scratch, other, count);
  }
}

function correct(track: usize, sighting: usize, dt: f64, atMs: f64): void {
  const rx = load<f64>(sighting, 8 * 4) - load<f64>(track, 8 * 1);
  const ry = load<f64>(sighting, 8 * 5) - load<f64>(track, 8 * 2);
  const hits = load<f64>(track, 8 * 13);
  const surprise = load<f64>(track, 8 * 16);
  const people = load<f64>(track, 8 * 10);
  store<f64>(track, surprise + 0.3 * (length(rx, ry) / load<f64>(sighting, 8 * 6) - surprise), 8 * 16);
  store<f64>(track, load<f64>(track, 8 * 1) + ALPHA * rx, 8 * 1);
  store<f64>(track, load<f64>(track, 8 * 2) + ALPHA * ry, 8 * 2);
  if (dt > 0) {
    const since = max(dt, (atMs - load<f64>(track, 8 * 12)) / 1000);
    // The second sighting sets the velocity, later ones correct it.
    const gain = hits == 1 ? 0.7 : BETA;
    const most = SPEED_MAX_SIZES * load<f64>(track, 8 * 9);
    store<f64>(track, limit(load<f64>(track, 8 * 3) + (gain * rx) / since, most), 8 * 3);
    store<f64>(track, limit(load<f64>(track, 8 * 4) + (gain * ry) / since, most), 8 * 4);
  }
  // The box is not filtered: x0 y0 x1 y1 as seen.
  memory.copy(track + 8 * 5, sighting, 8 * 4);
  store<f64>(track, load<f64>(sighting, 8 * 6), 8 * 9);
  store<f64>(track, people + 0.3 * (load<f64>(sighting, 8 * 7) - people), 8 * 10);
  store<f64>(track, atMs, 8 * 12);
  store<f64>(track, hits + 1, 8 * 13);
  store<f64>(track, load<f64>(sighting, 8 * 8), 8 * 14);
  store<f64>(track, 1, 8 * 15);
}

// @ts-ignore: decorator
@inline function limit(value: f64, most: f64): f64 {
  return max(-most, min(most, value));
}

/** Moves the tracks that stay together, in order, and returns how many there are. */
function drop(state: usize, tracks: i32, atMs: f64): i32 {
  let alive = 0;
  for (let t = 0; t < tracks; t++) {
    const track = rowOf(state, t);
    const carry = load<f64>(track, 8 * 13) < HITS_GROWN ? CARRY_YOUNG_MS : CARRY_MS;
    const unseen = load<f64>(track, 8 * 15) == 0;
    if (unseen && atMs - load<f64>(track, 8 * 12) > carry) continue;
    if (alive != t) memory.copy(rowOf(state, alive), track, ROW);
    alive++;
  }
  return alive;
}

function start(state: usize, t: i32, sighting: usize, atMs: f64): void {
  const track = rowOf(state, t);
  const id = load<f64>(state, 8);
  store<f64>(state, id == IDS ? 1 : id + 1, 8);
  memory.fill(track, 0, ROW);
  store<f64>(track, id);
  store<f64>(track, load<f64>(sighting, 8 * 4), 8 * 1);
  store<f64>(track, load<f64>(sighting, 8 * 5), 8 * 2);
  memory.copy(track + 8 * 5, sighting, 8 * 4);
  store<f64>(track, load<f64>(sighting, 8 * 6), 8 * 9);
  store<f64>(track, load<f64>(sighting, 8 * 7), 8 * 10);
  store<f64>(track, atMs, 8 * 11);
  store<f64>(track, atMs, 8 * 12);
  store<f64>(track, 1, 8 * 13);
  store<f64>(track, load<f64>(sighting, 8 * 8), 8 * 14);
  store<f64>(track, 1, 8 * 15);
  store<f64>(track, SURPRISE_FIRST, 8 * 16);
}
