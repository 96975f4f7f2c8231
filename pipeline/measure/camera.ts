/** What is measured on one camera during one epoch of its stream. */
import type { Frame, Measured, Track } from '../model.ts';
import type { Camera } from '../site/site.ts';
import { BodyFlow } from './body-flow.ts';
import { Crossings } from './crossings.ts';
import { inside } from './geometry.ts';
import { Ground } from './ground.ts';
import { type Sighting, sightings } from './sightings.ts';
import { footOf, type Tracked, Tracker } from './tracker.ts';
import { ZoneCounts } from './zone-counts.ts';

/** A person is known by walking, or by having stood upright for this many pictures. */
const HITS_STANDING = 10;

/** An epoch of a camera's stream, and the plane on which it is analysed. */
export interface Session {
  readonly epoch: number;
  readonly planeWidth: number;
  readonly planeHeight: number;
}

export type CameraMeasureState = ReturnType<CameraMeasure['save']>;

export class CameraMeasure {
  readonly #camera: Camera;
  readonly #epoch: number;
  readonly #width: number;
  readonly #height: number;
  readonly #ground: Ground;
  readonly #tracker = new Tracker();
  readonly #bodyFlow: BodyFlow;
  readonly #crossings: Crossings;
  readonly #zones: ZoneCounts;

  constructor(camera: Camera, { epoch, planeWidth, planeHeight }: Session) {
    this.#camera = camera;
    this.#epoch = epoch;
    this.#width = planeWidth;
    this.#height = planeHeight;
    this.#ground = new Ground(camera.ground);
    this.#bodyFlow = new BodyFlow(planeWidth, planeHeight);
    this.#crossings = new Crossings(camera.lines, planeWidth, planeHeight);
    this.#zones = new ZoneCounts(camera.zones, this.#ground, planeWidth, planeHeight);
  }

  static restored(camera: Camera, state: CameraMeasureState): CameraMeasure {
    const { epoch, planeWidth, planeHeight } = state;
    const restored = new CameraMeasure(camera, { epoch, planeWidth, planeHeight });
    restored.#ground.restore(state.ground);
    restored.#tracker.restore(state.tracks);
    restored.#bodyFlow.restore(state.flows);
    restored.#crossings.restore(state.crossings);
    restored.#zones.restore(state.zones);
    return restored;
  }

  save() {
    return {
      epoch: this.#epoch,
      planeWidth: this.#width,
      planeHeight: this.#height,
      ground: this.#ground.save(),
      tracks: this.#tracker.save(),
      flows: this.#bodyFlow.save(),
      crossings: this.#crossings.save(),
      zones: this.#zones.save(),
    };
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
    const crossings = this.#crossings.step(tracked, frame);
    this.#bodyFlow.read(frame.view === 'ok' ? frame.cells : undefined, new Set(tracked.map(({ id }) => id)));
    const tracks = tracked.map((track) => this.#track(track, frame));
    return { frame, zones: this.#zones.step(frame, tracks), crossings, tracks };
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

  #track(track: Tracked, frame: Frame): Track {
    const foot = footOf(track, this.#width, this.#height);
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
}

/** Faster than a fifth of one's own height a second: walking, not swaying. */
function moves(track: Tracked): boolean {
  return Math.hypot(track.vx, track.vy) > 0.2 * track.size;
}
