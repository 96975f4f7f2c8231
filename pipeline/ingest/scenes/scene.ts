/**
 * Rendered scenes: seeded pictures of a station with ground truth, for tests, the demonstration and benchmarks.
 *
 * The picture number n of a seed is the same bytes whenever and in whatever order it is asked for. What stands still
 * is drawn once; a picture is a copy of it, then trains, their light, vehicles and people from far to near, then
 * what the camera adds.
 *
 * Frozen: it was written before the detectors and is not to be changed to suit them. Only faults are mended, and new
 * event types are added, without changing the pictures of those that exist. All eight types, the look-alikes, the lens
 * and the coach are frozen as of the commit that brought them; test/ingest/scenes-frozen.test.ts holds their digests.
 */
import type { DetectedObject } from '../../model.ts';
import { Chance, mix } from './chance.ts';
import { objectsAt, type Posed, type Seen as SeenPerson } from './detector.ts';
import { type Canvas, limb } from './draw/brush.ts';
import { lensGain } from './draw/lens.ts';
import { changeAt, Sensor } from './draw/sensor.ts';
import type { Foot } from './foot.ts';
import { Optics } from './painter-optics.ts';
import { type Actor, type Stance, stanceAt } from './people/actors.ts';
import { bodyBox, drawPerson, handOf } from './people/figure.ts';
import { postureAt } from './people/postures.ts';
import { drawBackdrop } from './place/backdrop.ts';
import { coachWorld } from './place/coach.ts';
import { corridorWorld } from './place/corridor.ts';
import { platformWorld } from './place/platform.ts';
import { tracksWorld } from './place/tracks.ts';
import {
  groundSamples,
  lightAt,
  type SceneLine,
  type SceneRule,
  type SceneZone,
  type World,
} from './place/world.ts';
import { drawFire, drawSoot } from './props/flames.ts';
import { drawLantern } from './props/lamps.ts';
import { carriedAt, drawCarried, drawThing, stayAt, type Thing } from './props/things.ts';
import { drawTrain, lightAhead, presence } from './props/train.ts';
import { drawVehicle } from './props/vehicle.ts';
import type { Stretch } from './script/script.ts';
import { gainAt, type Script, writeScript } from './script/script.ts';
import type { SceneSpec } from './spec.ts';
import type { SceneTruth } from './truth/scene-truth.ts';
import { feetAt, truthOf } from './truth/truth.ts';
import { project } from './view.ts';

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
  /** The picture at any second, also between two analysed ones: what flickers is seen at the decoder's rate. */
  renderAt(seconds: number, into: Planes): void;
  /** What a detector of objects says of picture n; undefined when the spec has none. */
  objects(n: number): readonly DetectedObject[] | undefined;
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
    () => truthOf(world, script, spec.fps, frames, spec.faults),
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

const PLACES = { platform: platformWorld, corridor: corridorWorld, tracks: tracksWorld, coach: coachWorld };

function buildWorld(spec: SceneSpec): World {
  const chance = new Chance(mix(spec.seed, 1));
  const place = PLACES[spec.scene];
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
  // Who asks for the truth alone needs no picture, and what stands still takes a fifth of a second to draw.
  let painter: Painter | undefined;
  const paint = (seconds: number, n: number, into: Planes) => {
    painter ??= new Painter(world, spec);
    painter.paint(seconds, n, stretches, into);
  };
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
    render: (n, into) => paint(n / spec.fps, n, into),
    renderAt: (seconds, into) => paint(seconds, numberAt(seconds, spec.fps), into),
    objects: (n) => objects(world, spec, stretches(n / spec.fps), n),
  };
}

/** The number of an analysed picture, or one that no analysed picture has: noise differs in every picture. */
function numberAt(seconds: number, fps: number): number {
  const n = Math.round(seconds * fps);
  return Math.abs(seconds * fps - n) < 1e-6 ? n : mix(Math.round(seconds * 10_000), 0x6265_7477) | (1 << 30);
}

function objects(
  world: World,
  spec: SceneSpec,
  stretches: readonly Stretch[],
  n: number,
): readonly DetectedObject[] | undefined {
  if (!spec.detector) return undefined;
  const now = n / spec.fps;
  const people = stretches.flatMap(({ script, fromS }) =>
    feetAt(world, script, now - fromS).map((foot): SeenPerson => {
      const actor = script.actors.find((one) => one.id === foot.who);
      const weapon = actor?.kind === 'person' ? actor.weapon : undefined;
      const held = weapon && now - fromS >= weapon.fromS && now - fromS < weapon.untilS;
      const posed = actor && posedAt(world, actor, now - fromS);
      return { ...foot, ...(held ? { weapon: weapon.kind } : {}), ...(posed ? { posed } : {}) };
    }),
  );
  return objectsAt(mix(spec.seed, 9), now, spec.fps, people, world.view, spec.detector);
}

const posing: Stance = { x: 0, y: 0, z: 0, hx: 0, hy: 1, walked: 0, speed: 0 };

/** Around whoever sits, kneels, falls or lies; undefined for those who walk or stand. */
function posedAt({ view }: World, actor: Actor, t: number): Posed | undefined {
  const posture = actor.kind === 'person' ? postureAt(actor.poses ?? [], t) : undefined;
  if (actor.kind !== 'person' || posture === undefined || !stanceAt(actor, t, posing)) return undefined;
  const [x0, y0, x1, y1] = bodyBox(view, actor.look, posing, posture, actor.tipTo ?? [1, 0]);
  const { width, height } = view;
  return {
    box: { x0: x0 / width, y0: y0 / height, x1: x1 / width, y1: y1 / height },
    tip: posture.tip,
  };
}

interface Seen {
  actor: Actor;
  stance: Stance;
  depth: number;
  /** Second of the scene, and of the script that the actor is in. */
  t: number;
  local: number;
  things: readonly Thing[];
}

/** Something else that stands among the people: drawn in its turn from far to near. */
interface Standing {
  readonly depth: number;
  readonly draw: () => void;
}

class Painter {
  readonly #world: World;
  readonly #fps: number;
  readonly #canvas: Canvas;
  readonly #backdrop: ReturnType<typeof drawBackdrop>;
  readonly #sensor: Sensor;
  readonly #trainDepth: Float32Array;
  readonly #pool: Seen[] = [];
  readonly #optics: Optics;

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
    this.#optics = new Optics(spec, world, this.#backdrop);
  }

  /** `t` in seconds; `n` is what chance hangs on: the number of the picture. */
  paint(t: number, n: number, stretchesAt: (t: number) => readonly Stretch[], into: Planes): void {
    const frozenS = this.#optics.frozenSince(t);
    if (frozenS !== undefined) {
      t = frozenS;
      n = Math.round(frozenS * this.#fps);
    }
    this.#paint(t, n, stretchesAt(t), into);
  }

  #paint(now: number, n: number, stretches: readonly Stretch[], into: Planes): void {
    const { luma, u, v } = this.#canvas;
    const backdrop = this.#backdrop;
    luma.set(backdrop.luma);
    u.set(backdrop.u);
    v.set(backdrop.v);
    this.#localLight(stretches, now);
    this.#optics.background(this.#canvas, stretches, now);
    this.#trains(stretches, now);
    this.#people(stretches, now);
    let gain = this.#sensor.level(now, n);
    for (const { script, fromS } of stretches)
      gain *=
        gainAt(script, now - fromS) *
        (1 + changeAt(script.lights, 'all', now - fromS)) *
        lensGain(script.lens, now - fromS);
    gain *= this.#optics.before(this.#canvas, stretches, now, n);
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
      for (let share = 0; share < 256; share++) {
        byLamp[share] = 1 + lamp * share;
        bySun[share] = sun * share;
      }
      for (let i = 0; i < luma.length; i++) {
        const value = luma[i]! * (byLamp[weak[i]!]! + bySun[patch[i]!]!);
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
      const stance = { x: 0, y: 0, z: 0, hx: 0, hy: 1, walked: 0, speed: 0 };
      place = { actor, stance, depth: 0, t: 0, local: 0, things: [] };
      this.#pool.push(place);
    }
    return place;
  }

  #people(stretches: readonly Stretch[], now: number): void {
    const { view } = this.#world;
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
        place.local = t;
        place.things = script.props.things;
        place.depth = (s.x - view.x) * fx + (s.y - view.y) * fy + (s.z - view.z) * fz;
        seen.push(place);
      }
    }
    seen.sort((a, b) => b.depth - a.depth || a.actor.id - b.actor.id);
    const standing = this.#standing(stretches, now);
    let next = 0;
    for (const one of seen) {
      while (next < standing.length && standing[next]!.depth >= one.depth) standing[next++]!.draw();
      this.#actor(one);
    }
    while (next < standing.length) standing[next++]!.draw();
  }

  #actor({ actor, stance, t, local, things }: Seen): void {
    const { view, sun } = this.#world;
    const light = Math.min(1.3, lightAt(this.#world, stance.x, stance.y, stance.z + 1));
    if (actor.kind !== 'person') {
      drawVehicle(this.#canvas, view, this.#backdrop, actor, stance, t, light);
      return;
    }
    const posture = actor.poses && postureAt(actor.poses, local);
    drawPerson(this.#canvas, view, actor.look, stance, t, light, sun, posture, actor.tipTo);
    const carried = things.length > 0 ? carriedAt(things, actor.id, local) : undefined;
    const armed = actor.weapon && local >= actor.weapon.fromS && local < actor.weapon.untilS;
    if (!carried && !armed) return;
    project(view, stance.x, stance.y, stance.z, at);
    const px = view.focalPx / at[2]!;
    const near = at[2]! - 0.5;
    handOf(hand);
    if (carried) drawCarried(this.#canvas, carried, hand.x, hand.y, px, near, light);
    if (armed) {
      const tip = 0.26 * px;
      const blade = actor.weapon?.kind === 'knife' ? 200 : 24;
      const ahead = Math.sign(stance.hx || 1) * tip;
      limb(
        this.#canvas,
        hand.x,
        hand.y,
        0.02 * px,
        hand.x + ahead,
        hand.y - 0.4 * tip,
        0.015 * px,
        blade,
        128,
        128,
        near,
        0,
      );
    }
  }

  /** Fires, lights and things on the picture, from far to near. */
  #standing(stretches: readonly Stretch[], now: number): Standing[] {
    const { view } = this.#world;
    const canvas = this.#canvas;
    const found: Standing[] = [];
    const depthOf = (x: number, y: number, z: number) => {
      project(view, x, y, z, at);
      return at[2]!;
    };
    for (const { script, fromS } of stretches) {
      const t = now - fromS;
      const { fires, lanterns, things } = script.props;
      for (const fire of fires) {
        if (t < fire.atS) continue;
        if (fire.z === 0) drawSoot(canvas, view, fire, t);
        found.push({ depth: depthOf(fire.x, fire.y, fire.z), draw: () => drawFire(canvas, view, fire, t) });
      }
      for (const lantern of lanterns)
        if (t >= lantern.fromS && t < lantern.untilS)
          found.push({
            depth: depthOf(lantern.x, lantern.y, lantern.z),
            draw: () => drawLantern(canvas, view, lantern, t),
          });
      for (const thing of things) {
        const stay = stayAt(thing, t);
        if (!stay) continue;
        const light = Math.min(1.3, lightAt(this.#world, stay.x, stay.y, stay.z + 0.3));
        found.push({
          depth: depthOf(stay.x, stay.y, stay.z) + (thing.kind === 'puddle' ? 1 : 0),
          draw: () => drawThing(canvas, view, this.#backdrop, thing, stay, t, light),
        });
      }
    }
    return found.sort((a, b) => b.depth - a.depth);
  }
}

/** By a pixel's share of the light. */
const byLamp = new Float64Array(256);
const bySun = new Float64Array(256);
const at = [0, 0, 0];
const hand = { x: 0, y: 0 };
