/**
 * `measure`: from frames to what is measured in every zone and on every line, and the tracks that rules look at.
 * Pure; state per camera is bounded and is dropped when a new epoch of the camera begins.
 */
import type { Frame, LineCrossing, Measured, Point, Track, ZoneObservation } from '../model.ts';
import { cameraKey } from '../model.ts';
import type { Camera, Site } from '../site/site.ts';
import type { Stage } from '../stage.ts';
import { BodyFlow } from './body-flow.ts';
import { type DensityZone, density } from './density.ts';
import { cross, inside, maskOf, type Passage } from './geometry.ts';
import { Ground } from './ground.ts';
import { type Sighting, sightings } from './sightings.ts';
import { type Tracked, Tracker } from './tracker.ts';

/** A track counts as somebody after this long. */
const GROWN_MS = 500;
/** A person is known by walking, or by having stood upright for this many pictures. */
const HITS_STANDING = 10;
/** Counts are smoothed over about this long: people do not appear and vanish within a second. */
const SMOOTH_MS = 1_000;
/** A foot must be this far from a line, as a share of the view's longer side, before it counts as clear of it. */
const HYSTERESIS = 0.012;

export function measure(site: Site): Stage<Frame, Measured> {
  const cameras = new Map(site.cameras.map((camera) => [cameraKey(site.id, camera.id), camera]));
  const states = new Map<string, CameraMeasure>();
  return {
    step(frame) {
      const key = cameraKey(frame.site, frame.camera);
      const camera = cameras.get(key);
      if (camera === undefined) return [];
      let state = states.get(key);
      if (state === undefined || !state.fits(frame)) {
        state = new CameraMeasure(camera, frame);
        states.set(key, state);
      }
      return [state.step(frame)];
    },
  };
}

class CameraMeasure {
  readonly #camera: Camera;
  readonly #epoch: number;
  readonly #width: number;
  readonly #height: number;
  readonly #ground: Ground;
  readonly #tracker = new Tracker();
  readonly #bodyFlow: BodyFlow;
  readonly #zones: readonly DensityZone[];
  readonly #passages = new Map<number, Passage[]>();
  readonly #feet = new Map<number, Point>();
  readonly #smooth = new Map<string, number>();
  readonly #cellsOfPerson: Float64Array;
  readonly #rowsOfPerson: Float64Array;

  constructor(camera: Camera, frame: Frame) {
    this.#camera = camera;
    this.#epoch = frame.epoch;
    this.#width = frame.planeWidth;
    this.#height = frame.planeHeight;
    this.#ground = new Ground(camera.ground);
    this.#bodyFlow = new BodyFlow(frame.planeWidth, frame.planeHeight);
    this.#zones = camera.zones.map((zone) => ({
      id: zone.id,
      mask: maskOf(zone.polygon, frame.planeWidth, frame.planeHeight),
      ...(zone.areaM2 === undefined ? {} : { areaM2: zone.areaM2 }),
    }));
    const rows = (frame.planeHeight + 3) >> 2;
    this.#cellsOfPerson = new Float64Array(rows);
    this.#rowsOfPerson = new Float64Array(rows);
  }

  fits(frame: Frame): boolean {
    return (
      frame.epoch === this.#epoch && frame.planeWidth === this.#width && frame.planeHeight === this.#height
    );
  }

  step(frame: Frame): Measured {
    const found = sightings(frame, this.#ground);
    const tracked = this.#tracker.step(found, frame.capturedAtMs);
    this.#learn(found, tracked, frame);
    const crossings = this.#crossings(tracked, frame);
    this.#bodyFlow.read(frame.view === 'ok' ? frame.cells : undefined, new Set(tracked.map(({ id }) => id)));
    const tracks = tracked.map((track) => this.#track(track, frame));
    return {
      frame,
      zones: this.#measureZones(frame, tracks),
      crossings,
      tracks,
    };
  }

  #measureZones(frame: Frame, tracks: readonly Track[]): readonly ZoneObservation[] {
    if (frame.view !== 'ok' || frame.cells === undefined)
      return this.#zones.map((zone) => ({ zone: zone.id }));
    const rows = this.#rowsOfPerson.length;
    for (let row = 0; row < rows; row++) {
      const heightPx = this.#ground.height(Math.min(1, ((row + 0.5) * 4) / this.#height)) * this.#height;
      this.#rowsOfPerson[row] = heightPx / 4;
      this.#cellsOfPerson[row] = Math.max(0.5, (this.#ground.fill * heightPx * heightPx) / 16);
    }
    const observed = density(
      frame.cells,
      this.#zones,
      this.#cellsOfPerson,
      this.#rowsOfPerson,
      this.#height,
      frame.intervalMs,
    );
    return observed.map(({ covered, crowded, ...zone }) => {
      // Where people stand apart, the tracks count them as well as the cells do, and the two err differently.
      const apart = 1 - crowded;
      const counted = tracks
        .filter((track) => track.seen && track.ageMs >= GROWN_MS && track.zones.includes(zone.zone))
        .reduce((sum, track) => sum + Math.max(1, track.people), 0);
      const people = this.#smoothed(
        zone.zone,
        zone.people + (apart / 2) * (counted - zone.people),
        frame.intervalMs,
      );
      const area = this.#zones.find((known) => known.id === zone.zone)?.areaM2;
      return { ...zone, people, covered, ...(area === undefined ? {} : { density: people / area }) };
    });
  }

  #smoothed(zone: string, value: number, intervalMs: number): number {
    const before = this.#smooth.get(zone) ?? value;
    const gain = Math.min(1, intervalMs / SMOOTH_MS);
    const next = before + gain * (value - before);
    this.#smooth.set(zone, next);
    return next;
  }

  /** Upright, whole, followed for a while, not cut by the view's edge: what one person looks like. */
  #learn(found: readonly Sighting[], tracked: readonly Tracked[], frame: Frame): void {
    for (const sighting of found) {
      const height = sighting.y1 - sighting.y0;
      const width = sighting.x1 - sighting.x0;
      const upright = height > 1.5 * width && height < 4.5 * width && height >= 6;
      const whole =
        sighting.x0 > 0 && sighting.y0 > 0 && sighting.x1 < this.#width && sighting.y1 < this.#height;
      if (!upright || !whole || sighting.divided) continue;
      const known = tracked.some(
        (track) =>
          track.seen &&
          track.x0 === sighting.x0 &&
          track.y1 === sighting.y1 &&
          (track.hits >= HITS_STANDING || (track.hits >= 3 && moves(track))),
      );
      if (!known) continue;
      this.#ground.learn(
        sighting.footY / frame.planeHeight,
        height / frame.planeHeight,
        sighting.areaPx / height ** 2,
      );
    }
  }

  #crossings(tracked: readonly Tracked[], frame: Frame): readonly LineCrossing[] {
    const crossings: LineCrossing[] = [];
    const alive = new Set(tracked.map((track) => track.id));
    for (const id of this.#feet.keys())
      if (!alive.has(id)) {
        this.#feet.delete(id);
        this.#passages.delete(id);
      }
    for (const track of tracked) {
      const foot = this.#point(track.x, track.y);
      const from = this.#feet.get(track.id) ?? foot;
      this.#feet.set(track.id, foot);
      const passages = this.#passages.get(track.id) ?? this.#camera.lines.map(() => ({ armed: 0, net: 0 }));
      this.#passages.set(track.id, passages);
      this.#camera.lines.forEach((line, l) => {
        const direction = cross(
          passages[l]!,
          from,
          foot,
          line.points,
          { width: this.#width, height: this.#height },
          HYSTERESIS,
        );
        if (direction === undefined || frame.view !== 'ok') return;
        for (let person = 0; person < Math.max(1, Math.round(track.people)); person++)
          crossings.push({
            line: line.id,
            track: track.id,
            frame: frame.number,
            atMs: frame.capturedAtMs,
            direction,
            velocity: { x: track.vx / this.#width, y: track.vy / this.#height },
          });
      });
    }
    return crossings;
  }

  #track(track: Tracked, frame: Frame): Track {
    const foot = this.#point(track.x, track.y);
    const flow = this.#bodyFlow.of(track.id, track, frame.intervalMs);
    return {
      id: track.id,
      box: {
        x0: track.x0 / this.#width,
        y0: track.y0 / this.#height,
        x1: track.x1 / this.#width,
        y1: track.y1 / this.#height,
      },
      foot,
      zones: this.#camera.zones.filter((zone) => inside(foot, zone.polygon)).map((zone) => zone.id),
      velocity: { x: track.vx / this.#width, y: track.vy / this.#height },
      flow: { x: flow.x / this.#width, y: flow.y / this.#height },
      personHeight: track.size / this.#height,
      depth: this.#ground.depth(foot.y, this.#width / this.#height),
      ageMs: frame.capturedAtMs - track.bornAtMs,
      stillMs: track.stillMs,
      people: track.people,
      seen: track.seen,
      surprise: track.surprise,
    };
  }

  #point(x: number, y: number): Point {
    return { x: clamp01(x / this.#width), y: clamp01(y / this.#height) };
  }
}

/** Faster than a fifth of one's own height a second: walking, not swaying. */
function moves(track: Tracked): boolean {
  return Math.hypot(track.vx, track.vy) > 0.2 * track.size;
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
