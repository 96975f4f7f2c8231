/** What is measured on one camera during one epoch of its stream. */
import type { Frame, Measured, Point, Track } from '../model.ts';
import type { Camera } from '../site/site.ts';
import { BodyFlow } from './body-flow.ts';
import { Crossings } from './crossings.ts';
import { inside, type Shape, shapeOf } from './geometry.ts';
import { type Grid, gridOf } from './grid.ts';
import { Ground } from './ground.ts';
import { motionIn } from './motion.ts';
import { movers } from './movers.ts';
import { withoutVehicles } from './objects.ts';
import { sightings } from './sightings.ts';
import { footOf, type Tracked, Tracker } from './tracker.ts';
import { walkers } from './walkers.ts';
import { ZoneCounts } from './zone-counts.ts';

/** An epoch of a camera's stream, and the plane on which it is analysed. */
export interface Session {
  readonly epoch: number;
  readonly planeWidth: number;
  readonly planeHeight: number;
}

export type CameraMeasureState = ReturnType<CameraMeasure['save']>;

export class CameraMeasure {
  readonly #camera: Camera;
  readonly #shapes: readonly { readonly id: string; readonly shape: Shape }[];
  readonly #epoch: number;
  readonly #width: number;
  readonly #height: number;
  readonly #ground: Ground;
  readonly #tracker = new Tracker();
  readonly #bodyFlow = new BodyFlow();
  readonly #crossings: Crossings;
  readonly #zones: ZoneCounts;
  readonly #asksMovers: boolean;

  constructor(camera: Camera, { epoch, planeWidth, planeHeight }: Session) {
    this.#camera = camera;
    this.#shapes = camera.zones.map(({ id, polygon }) => ({ id, shape: shapeOf(polygon) }));
    this.#epoch = epoch;
    this.#width = planeWidth;
    this.#height = planeHeight;
    this.#ground = new Ground(camera.ground);
    this.#crossings = new Crossings(camera.lines, planeWidth, planeHeight);
    this.#zones = new ZoneCounts(camera.zones, this.#ground, planeWidth, planeHeight);
    this.#asksMovers = camera.rules.some((rule) => rule.event === 'crowd_movement');
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
    const grid = frame.cells === undefined ? undefined : gridOf(frame.cells, this.#camera.zones.length);
    const trusted = frame.view === 'ok' ? grid : undefined;
    const found = sightings(frame, grid, this.#ground);
    const tracked = this.#tracker.step(found, frame.capturedAtMs);
    for (const { footY, height, fill, weight, settled } of walkers(frame))
      if (!settled || !this.#ground.known) this.#ground.learn(footY, height, fill, weight);
    const alive = new Set<number>();
    for (const track of tracked) alive.add(track.id);
    this.#crossings.keep(alive);
    this.#bodyFlow.keep(alive);
    const feet = tracked.map((track) => footOf(track, this.#width, this.#height));
    const crossings = this.#crossings.step(tracked, feet, frame);
    const tracks = this.#tracks(tracked, feet, frame, trusted);
    const moving = this.#asksMovers && trusted ? this.#moving(frame, trusted) : {};
    // The last to read the cells: vehicles are taken out of them.
    const counted = trusted && frame.objects.length > 0 ? this.#withoutVehicles(frame) : trusted;
    return { frame, zones: this.#zones.step(frame, counted, tracks), crossings, tracks, ...moving };
  }

  #moving(frame: Frame, trusted: Grid): Pick<Measured, 'movers' | 'motion'> {
    return {
      movers: movers(frame, trusted, this.#ground),
      motion: motionIn(frame, trusted, this.#ground),
    };
  }

  #withoutVehicles(frame: Frame): Grid | undefined {
    return frame.cells && gridOf(withoutVehicles(frame.cells, frame), this.#camera.zones.length);
  }

  #tracks(
    tracked: readonly Tracked[],
    feet: readonly Point[],
    frame: Frame,
    trusted: Grid | undefined,
  ): readonly Track[] {
    const zones = this.#zonesOf(feet);
    return tracked.map((track, t) => this.#track(track, feet[t]!, zones[t]!, frame, trusted));
  }

  /** Zone by zone, so that each is shown to the kernel once. */
  #zonesOf(feet: readonly Point[]): readonly (readonly string[])[] {
    const zones = feet.map((): string[] => []);
    for (const { id, shape } of this.#shapes)
      for (let t = 0; t < feet.length; t++) if (inside(feet[t]!, shape)) zones[t]!.push(id);
    return zones;
  }

  #track(
    track: Tracked,
    foot: Point,
    zones: readonly string[],
    frame: Frame,
    trusted: Grid | undefined,
  ): Track {
    const flow = this.#bodyFlow.of(track.id, track, trusted, frame.intervalMs);
    return {
      id: track.id,
      box: {
        x0: track.x0 / this.#width,
        y0: track.y0 / this.#height,
        x1: track.x1 / this.#width,
        y1: track.y1 / this.#height,
      },
      foot,
      zones,
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
