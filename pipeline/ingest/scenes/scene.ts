/**
 * Rendered scenes: seeded pictures of a station with ground truth, for tests, the demonstration and benchmarks.
 *
 * The picture number n of a seed is the same bytes whenever and in whatever order it is asked for. What stands still
 * is drawn once; a picture is a copy of it, then trains, their light, vehicles and people from far to near, then
 * what the camera adds.
 *
 * Frozen: it was written before the detectors and is not to be changed to suit them. Only faults are mended, and new
 * event types are added, without changing the pictures of those that exist.
 */
import { type Actor, type Stance, stanceAt } from './actors.ts';
import { drawBackdrop } from './backdrop.ts';
import type { Canvas } from './brush.ts';
import { Chance, mix } from './chance.ts';
import { drawPerson } from './figure.ts';
import { corridorWorld } from './place-corridor.ts';
import { platformWorld } from './place-platform.ts';
import { tracksWorld } from './place-tracks.ts';
import { gainAt, type Script, writeScript } from './script.ts';
import { changeAt, Sensor } from './sensor.ts';
import type { SceneSpec } from './spec.ts';
import { drawTrain, lightAhead, presence } from './train.ts';
import { type Foot, feetAt, type SceneTruth, truthOf } from './truth.ts';
import { drawVehicle } from './vehicle.ts';
import {
  groundSamples,
  lightAt,
  type SceneLine,
  type SceneRule,
  type SceneZone,
  type World,
} from './world.ts';

/** Where a picture goes: luma width x height, chroma half of each, rounded up. */
export interface Planes {
  readonly luma: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Infinity for a scene that goes on for ever. */
  readonly frames: number;
  /** As site.yaml writes them. */
  readonly zones: readonly SceneZone[];
  readonly lines: readonly SceneLine[];
  readonly rules: readonly SceneRule[];
  readonly ground: readonly { readonly foot: readonly [number, number]; readonly height: number }[];
  /** Computed when first asked for. Throws for a scene that goes on for ever. */
  readonly truth: SceneTruth;
  /** Everybody whose feet are on the view in picture n. */
  feet(n: number): readonly Foot[];
  render(n: number, into: Planes): void;
}

/** A stretch of script and the second at which it begins. */
export interface Stretch {
  readonly script: Script;
  readonly fromS: number;
}

export function buildScene(spec: SceneSpec): Scene {
  const world = buildWorld(spec);
  const script = writeScript(world, { ...spec, seed: mix(spec.seed, 2), peopled: true });
  const stretch = [{ script, fromS: 0 }];
  const frames = Math.round(spec.durationS * spec.fps);
  return assemble(
    world,
    spec,
    frames,
    () => stretch,
    () => truthOf(world, script, spec.fps, frames),
  );
}

/** A scene for ever: period after period of script, each with a seed of its own, over the same place. */
export function buildEndlessScene(
  spec: SceneSpec,
  periodS: number,
  write: (world: World, period: number) => Script,
): Scene {
  const world = buildWorld(spec);
  const kept = new Map<number, Script>();
  const scriptOf = (period: number): Script => {
    let script = kept.get(period);
    if (!script) {
      script = write(world, period);
      kept.set(period, script);
      // Now and the one before are in use; nothing older is kept.
      for (const old of kept.keys()) if (old < period - 2) kept.delete(old);
    }
    return script;
  };
  const stretches = (t: number): Stretch[] => {
    const period = Math.floor(t / periodS);
    const now = { script: scriptOf(period), fromS: period * periodS };
    // Those who came in the last period may still be on their way out.
    return period === 0 ? [now] : [{ script: scriptOf(period - 1), fromS: now.fromS - periodS }, now];
  };
  return assemble(world, spec, Number.POSITIVE_INFINITY, stretches, () => {
    throw new Error('a scene that goes on for ever has no truth as a whole; ask feet(n)');
  });
}

function buildWorld(spec: SceneSpec): World {
  const chance = new Chance(mix(spec.seed, 1));
  const place = { platform: platformWorld, corridor: corridorWorld, tracks: tracksWorld }[spec.scene];
  return place(chance, spec.width, spec.height, spec);
}

function assemble(
  world: World,
  spec: SceneSpec,
  frames: number,
  stretches: (t: number) => readonly Stretch[],
  tell: () => SceneTruth,
): Scene {
  let truth: SceneTruth | undefined;
  const painter = new Painter(world, spec);
  return {
    width: spec.width,
    height: spec.height,
    fps: spec.fps,
    frames,
    zones: world.zones,
    lines: world.lines,
    rules: world.rules,
    ground: groundSamples(world),
    get truth() {
      truth ??= tell();
      return truth;
    },
    feet: (n) => stretches(n / spec.fps).flatMap((s) => feetAt(world, s.script, n / spec.fps - s.fromS)),
    render: (n, into) => painter.paint(n, stretches(n / spec.fps), into),
  };
}

interface Seen {
  actor: Actor;
  stance: Stance;
  depth: number;
  t: number;
}

class Painter {
  readonly #world: World;
  readonly #fps: number;
  readonly #canvas: Canvas;
  readonly #backdrop: ReturnType<typeof drawBackdrop>;
  readonly #sensor: Sensor;
  readonly #trainDepth: Float32Array;
  readonly #pool: Seen[] = [];

  constructor(world: World, spec: SceneSpec) {
    this.#world = world;
    this.#fps = spec.fps;
    this.#backdrop = drawBackdrop(world);
    const { width, height } = world.view;
    const chroma = this.#backdrop.u.length;
    this.#canvas = {
      width,
      height,
      chromaWidth: Math.ceil(width / 2),
      chromaHeight: Math.ceil(height / 2),
      luma: new Uint8Array(width * height),
      u: new Uint8Array(chroma),
      v: new Uint8Array(chroma),
      depth: this.#backdrop.depth,
    };
    this.#trainDepth = new Float32Array(width * height);
    const chance = new Chance(mix(spec.seed, 3));
    const indoor = world.name !== 'tracks';
    this.#sensor = new Sensor({
      seed: mix(spec.seed, 4),
      noise: spec.nuisances.noise,
      blocks: chance.between(0, 0.8),
      drift: spec.nuisances.lights ? chance.between(0.01, 0.07) : 0,
      flicker: indoor && spec.nuisances.lights ? chance.between(0, 0.012) : 0,
      shake: spec.nuisances.shake,
      gain: chance.between(0.8, 1.3),
      lift: chance.between(2, 26),
    });
  }

  paint(n: number, stretches: readonly Stretch[], into: Planes): void {
    const { luma, u, v } = this.#canvas;
    const backdrop = this.#backdrop;
    luma.set(backdrop.luma);
    u.set(backdrop.u);
    v.set(backdrop.v);
    const now = n / this.#fps;
    this.#localLight(stretches, now);
    this.#trains(stretches, now);
    this.#people(stretches, now);
    let gain = this.#sensor.level(now, n);
    for (const { script, fromS } of stretches)
      gain *= gainAt(script, now - fromS) * (1 + changeAt(script.lights, 'all', now - fromS));
    this.#sensor.sense(luma, into.luma, this.#canvas.width, this.#canvas.height, n, gain);
    this.#sensor.senseChroma(u, into.u, n, 31);
    this.#sensor.senseChroma(v, into.v, n, 32);
  }

  #localLight(stretches: readonly Stretch[], now: number): void {
    const { luma } = this.#canvas;
    const { weak, patch } = this.#backdrop;
    for (const { script, fromS } of stretches) {
      const lamp = changeAt(script.lights, 'lamp', now - fromS) / 255;
      const sun = changeAt(script.lights, 'patch', now - fromS) / 255;
      if (lamp === 0 && sun === 0) continue;
      for (let i = 0; i < luma.length; i++) {
        const value = luma[i]! * (1 + lamp * weak[i]! + sun * patch[i]!);
        luma[i] = Math.min(value, 255);
      }
    }
  }

  #trains(stretches: readonly Stretch[], now: number): void {
    const canvas = this.#canvas;
    canvas.depth = this.#backdrop.depth;
    for (const { script, fromS } of stretches) {
      for (const train of script.trains) {
        const t = now - fromS;
        const [from, until] = presence(train);
        if (t < from || t > until) continue;
        if (canvas.depth !== this.#trainDepth) {
          this.#trainDepth.set(this.#backdrop.depth);
          canvas.depth = this.#trainDepth;
        }
        lightAhead(canvas, this.#world.view, this.#backdrop, train, t);
        drawTrain(canvas, this.#world.view, this.#backdrop, train, t);
      }
    }
  }

  /** One of the reused places for those on the picture. */
  #place(k: number, actor: Actor): Seen {
    let place = this.#pool[k];
    if (!place) {
      place = { actor, stance: { x: 0, y: 0, z: 0, hx: 0, hy: 1, walked: 0, speed: 0 }, depth: 0, t: 0 };
      this.#pool.push(place);
    }
    return place;
  }

  #people(stretches: readonly Stretch[], now: number): void {
    const { view, sun } = this.#world;
    const [fx, fy, fz] = view.forward;
    const seen: Seen[] = [];
    for (const { script, fromS } of stretches) {
      const t = now - fromS;
      for (const actor of script.actors) {
        if (actor.steps[0]!.t0 > t) break;
        const place = this.#place(seen.length, actor);
        if (!stanceAt(actor, t, place.stance)) continue;
        const s = place.stance;
        place.actor = actor;
        place.t = now;
        place.depth = (s.x - view.x) * fx + (s.y - view.y) * fy + (s.z - view.z) * fz;
        seen.push(place);
      }
    }
    seen.sort((a, b) => b.depth - a.depth || a.actor.id - b.actor.id);
    for (const { actor, stance, t } of seen) {
      const light = Math.min(1.3, lightAt(this.#world, stance.x, stance.y, stance.z + 1));
      if (actor.kind === 'person') drawPerson(this.#canvas, view, actor.look, stance, t, light, sun);
      else drawVehicle(this.#canvas, view, this.#backdrop, actor, stance, t, light);
    }
  }
}
