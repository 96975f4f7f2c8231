/**
 * Whether a track sways as no body does: an insect on or before the glass is as large as people or a cart look
 * somewhere on the view, and its track is as theirs. But it is light, and walks in arcs: within a second or two it turns,
 * and turns back. What is as broad as that on the floor is heavy, or several people: it starts, goes and stops.
 *
 *   velocity   insect  .-'-._.-'-._      cart or people  ____.-----    what is left of it when a straight line is taken
 *                                                                     out: 0.15 heights a second and more, and 0.1
 *
 * Velocity is the optical flow in the box, of some seconds. Of who is upright and by themselves nothing is asked: one
 * person may turn as they like. Where a producer sends no flow nothing sways.
 */
import type { Blob, Frame, Track } from '../model.ts';
import { regionOf } from './region-of.ts';

/** People's heights a second. */
const SWAY_MIN = 0.13;
/** Looked at for as long as this, and not said of less than half of it. */
const WINDOW_MS = 3_000;
const LEAST_MS = 1_500;
/** A sample of the velocity every so often: body flow is smoothed over 600 ms. The number that are kept follows. */
const SAMPLE_MS = 200;
const SAMPLES_MAX = WINDOW_MS / SAMPLE_MS + 1;
/** An insect keeps its size for so much of the time, within this factor. */
const STEADY_SHARE = 0.7;
const STEADY_FACTOR = 1.15;
/** Height over width from which a region is upright, and over how long its shape is averaged. */
const UPRIGHT = 1.5;
const BROAD_MS = 1_000;

/** Speeds are kept in thousandths, up to 8 people's heights a second. */
const PER_HEIGHT = 1_000;
const SPEED_OFFSET = 8_000;

interface Sample {
  readonly atMs: number;
  /** People's heights a second. */
  readonly x: number;
  readonly y: number;
  /** Of the region in which it is seen, plane pixels; undefined while it is not. */
  readonly areaPx: number | undefined;
}

/** Changed in place. */
interface Gait {
  samples: readonly Sample[];
  /** 0..1: how much of the last second the region in which it is seen was broad. */
  broad: number;
}

export class Swaying {
  readonly #gaits = new Map<number, Gait>();

  /** Samples as whole numbers in a row, which take a fifth of the room that records take (pipeline/saved.ts). */
  save() {
    return new Map(
      [...this.#gaits].map(([id, { samples, broad }]) => [id, { samples: flat(samples), broad }]),
    );
  }

  restore(gaits: ReturnType<Swaying['save']>): void {
    this.#gaits.clear();
    for (const [id, { samples, broad }] of gaits) this.#gaits.set(id, { samples: unflat(samples), broad });
  }

  /** `stepMs`: since the frame before. */
  step(tracks: readonly Track[], frame: Frame, stepMs: number): void {
    const alive = new Set(tracks.map(({ id }) => id));
    for (const id of this.#gaits.keys()) if (!alive.has(id)) this.#gaits.delete(id);
    const aspect = frame.planeWidth / frame.planeHeight;
    const kept = Math.exp(-stepMs / BROAD_MS);
    for (const track of tracks) {
      const gait = this.#gaits.get(track.id) ?? { samples: [], broad: 0 };
      this.#gaits.set(track.id, gait);
      const region = track.seen ? regionOf(track, frame.blobs) : undefined;
      if (region !== undefined) gait.broad = kept * gait.broad + (isBroad(region, aspect) ? 1 - kept : 0);
      const atMs = frame.capturedAtMs;
      if (atMs - (gait.samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) < SAMPLE_MS) continue;
      const { flow, personHeight } = track;
      const x = exact((flow.x * aspect) / personHeight);
      const sample = { atMs, x, y: exact(flow.y / personHeight), areaPx: region?.areaPx };
      const recent = gait.samples.filter((one) => atMs - one.atMs <= WINDOW_MS);
      gait.samples = [...recent, sample].slice(-SAMPLES_MAX);
    }
  }

  is({ id }: Track): boolean {
    const gait = this.#gaits.get(id);
    return gait !== undefined && gait.broad >= 0.5 && sways(gait.samples);
  }

  /**
   * And it does so while its region stays as large as it is: in a crowd regions join and part, and the flow in a narrow
   * box of one goes to and fro.
   */
  isInsect(track: Track): boolean {
    return this.is(track) && sways(steady(this.#gaits.get(track.id)!.samples));
  }
}

/** As exact as it is saved, and never -0. */
function exact(speed: number): number {
  const most = SPEED_OFFSET / PER_HEIGHT;
  return Math.round(PER_HEIGHT * Math.min(most, Math.max(-most, speed))) / PER_HEIGHT + 0;
}

/** Per sample: ms since the one before, both speeds from 0 on, and the area plus 1, 0 without one. */
function flat(samples: readonly Sample[]): readonly number[] {
  return samples.flatMap(({ atMs, x, y, areaPx }, k) => [
    atMs - (samples[k - 1]?.atMs ?? 0),
    Math.round(PER_HEIGHT * x) + SPEED_OFFSET,
    Math.round(PER_HEIGHT * y) + SPEED_OFFSET,
    areaPx === undefined ? 0 : areaPx + 1,
  ]);
}

function unflat(row: readonly number[]): readonly Sample[] {
  const samples: Sample[] = [];
  for (let k = 0; k < row.length; k += 4) {
    const area = row[k + 3]!;
    samples.push({
      atMs: (samples.at(-1)?.atMs ?? 0) + row[k]!,
      x: (row[k + 1]! - SPEED_OFFSET) / PER_HEIGHT,
      y: (row[k + 2]! - SPEED_OFFSET) / PER_HEIGHT,
      areaPx: area === 0 ? undefined : area - 1,
    });
  }
  return samples;
}

function sways(samples: readonly Sample[]): boolean {
  if (samples.length === 0 || samples.at(-1)!.atMs - samples[0]!.atMs < LEAST_MS) return false;
  return Math.sqrt(offLine(samples, 'x') + offLine(samples, 'y')) >= SWAY_MIN;
}

/** Those in which the region is about as large as at the median, if most are. */
function steady(samples: readonly Sample[]): readonly Sample[] {
  const sizes = samples.flatMap(({ areaPx }) => areaPx ?? []).sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 0;
  const near = samples.filter(
    ({ areaPx = 0 }) => areaPx <= middle * STEADY_FACTOR && areaPx >= middle / STEADY_FACTOR,
  );
  return near.length >= STEADY_SHARE * samples.length ? near : [];
}

function isBroad({ box }: Blob, aspect: number): boolean {
  return box.y1 - box.y0 <= UPRIGHT * (box.x1 - box.x0) * aspect;
}

/** Mean square of what lies off the straight line through the samples over time (least squares). */
function offLine(samples: readonly Sample[], axis: 'x' | 'y'): number {
  const count = samples.length;
  let meanMs = 0;
  let mean = 0;
  for (const sample of samples) {
    meanMs += (sample.atMs - samples[0]!.atMs) / count;
    mean += sample[axis] / count;
  }
  let tt = 0;
  let tv = 0;
  let vv = 0;
  for (const sample of samples) {
    const t = sample.atMs - samples[0]!.atMs - meanMs;
    const v = sample[axis] - mean;
    tt += t * t;
    tv += t * v;
    vv += v * v;
  }
  return Math.max(0, vv - (tv * tv) / tt) / count;
}
