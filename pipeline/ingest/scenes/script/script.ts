/**
 * What happens: who comes and goes, which trains run, how the light changes. Made once from a seed; after that
 * every second of it is a closed form.
 */

import { Chance } from '../chance.ts';
import { drawLens, type LensEvents } from '../draw/lens.ts';
import type { LightChange } from '../draw/sensor.ts';
import { type Actor, beginsAt } from '../people/actors.ts';
import type { World } from '../place/world.ts';
import { Props } from '../props/props.ts';
import { glareAt, presence, type Train } from '../props/train.ts';
import { DRAWN, drawEvent, type SceneEvent, type ScriptSpec } from '../spec.ts';
import { Crowd } from './crowd.ts';
import { castEvent } from './events.ts';
import { castBoarding, castLookAlike, drawLookAlikes } from './look-alikes.ts';

export interface Script {
  readonly actors: readonly Actor[];
  readonly trains: readonly Train[];
  readonly lights: readonly LightChange[];
  /** Factor of the automatic gain, ten a second from second 0. */
  readonly gain: Float32Array;
  /** What watches of a whole view come upon: fires, lights, things. */
  readonly props: Readonly<Props>;
  readonly lens: LensEvents;
}

/** A stretch of script and the second at which it begins. */
export interface Stretch {
  readonly script: Script;
  readonly fromS: number;
}

/** Seconds that trains keep from a trespass: a person on the tracks beside a train is nobody's clear case. */
const TRAIN_CLEAR_S = 6;

export function writeScript(world: World, spec: ScriptSpec): Script {
  const chance = new Chance(spec.seed);
  const events = playlist(world, spec, chance.fork(1));
  const crowd = new Crowd(world, chance.fork(2));
  const props = new Props();
  const busy: (readonly [number, number])[] = [];
  for (const event of events) {
    const span = castEvent(crowd, event, chance.fork(3 + event.atS), props);
    if (event.type === 'forbidden_zone' || props.trains.length > 0) busy.push(span);
  }
  const everyS = spec.nuisances.lookAlikeEveryS ?? 0;
  const lookAlikes = [
    ...(spec.lookAlikes ?? []),
    ...(everyS > 0 ? drawLookAlikes(world, chance.fork(11), spec.durationS, everyS) : []),
  ];
  for (const [k, one] of lookAlikes.entries())
    castLookAlike({ crowd, chance: chance.fork(1000 + k), props }, one);
  const trains = spec.nuisances.trains ? timetable(world, spec, busy, chance.fork(4)) : [];
  if (world.name === 'coach') crowd.seat(spec, chance.fork(14));
  const boarding = spec.nuisances.boarding ?? 0;
  if (boarding > 0) boardTrains(crowd, spec, trains, boarding, chance.fork(12), props);
  trains.push(...props.trains);
  crowd.fill(
    spec,
    trains,
    events.some((event) => event.type === 'density'),
  );
  const actors = [...crowd.actors].sort((a, b) => beginsAt(a) - beginsAt(b));
  return {
    actors,
    trains,
    lights: spec.nuisances.lights ? lightChanges(world, spec.durationS, chance.fork(6)) : [],
    gain: automaticGain(trains, spec.durationS),
    props,
    lens: drawLens(spec.nuisances, spec.durationS, chance.fork(13)),
  };
}

/** Trains that empty: as many as keep everybody together below 0.7 of the density rule's limit. */
function boardTrains(
  crowd: Crowd,
  spec: ScriptSpec,
  trains: readonly Train[],
  share: number,
  chance: Chance,
  props: Props,
): void {
  const everyday = Math.max(spec.people * 0.6, spec.nuisances.crowd) * crowd.limit;
  const people = Math.min(20, Math.floor((0.7 * crowd.limit - everyday) * share));
  if (people < 5) return;
  for (const train of trains)
    if (train.standsS > 8 && chance.yes(0.6)) castBoarding({ crowd, chance, props }, train, people);
}

function playlist(world: World, spec: ScriptSpec, chance: Chance): readonly SceneEvent[] {
  if (spec.events === 'none') return [];
  if (spec.events !== 'one') return spec.events;
  const type = spec.type ?? chance.pick(DRAWN[world.name]);
  return [drawEvent(type, chance, spec.atS ?? chance.between(18, 26), world.name)];
}

function timetable(
  world: World,
  spec: ScriptSpec,
  busy: readonly (readonly [number, number])[],
  chance: Chance,
): Train[] {
  const trains: Train[] = [];
  for (const rails of world.rails) {
    let t = chance.between(14, 45);
    while (t < spec.durationS - 8) {
      const train = drawTrain(world, rails, t, chance);
      const [from, until] = presence(train);
      const clear =
        until < spec.durationS - 1 &&
        from > 1 &&
        busy.every(([a, b]) => until + TRAIN_CLEAR_S < a || from - TRAIN_CLEAR_S > b);
      if (clear) {
        trains.push(train);
        t = until + chance.between(25, 110);
      } else t += 7;
    }
  }
  return trains;
}

function drawTrain(world: World, rails: Train['rails'], atS: number, chance: Chance): Train {
  const passing = world.name === 'tracks' || chance.yes(0.15);
  const vivid = chance.between(0, 30);
  const hue = chance.between(0, 6.28);
  return {
    rails,
    atS,
    standsS: passing ? 0 : chance.between(14, 24),
    speed: passing ? chance.between(11, 28) : chance.between(0.75, 1.1),
    lengthM: chance.between(55, 110),
    stopY: passing ? 0 : rails.sense < 0 ? chance.between(-14, 5) : chance.between(38, 55),
    luma: chance.between(60, 185),
    u: 128 + vivid * Math.cos(hue),
    v: 128 + vivid * Math.sin(hue),
    stripe: chance.between(25, 225),
    salt: chance.whole(0, 1e6),
    beam: chance.between(0.45, 1) * world.darkness,
  };
}

/** A change every 20 to 70 s, each over before the script ends. */
function lightChanges(world: World, durationS: number, chance: Chance): LightChange[] {
  const changes: LightChange[] = [];
  for (let t = chance.between(9, 40); t < durationS - 6; t += chance.between(20, 70)) {
    const what = chance.pick(
      world.weakLamp >= 0 ? (['all', 'lamp', 'patch'] as const) : (['all', 'patch', 'patch'] as const),
    );
    const overS = chance.pick([0.05, 0.4, 1.5, 4]);
    const forS = Math.min(durationS - t - overS - 1, chance.between(3, 45));
    if (forS < 2 * overS) continue;
    const cloud = world.name === 'tracks' && what === 'patch';
    changes.push({
      what,
      atS: t,
      overS,
      forS,
      amount:
        what === 'all'
          ? chance.between(0.06, 0.22) * (chance.yes(0.5) ? 1 : -1)
          : what === 'lamp'
            ? -0.92
            : cloud
              ? -chance.between(0.15, 0.4)
              : chance.between(0.2, 0.7),
      blinks: what === 'lamp' && chance.yes(0.5),
    });
  }
  return changes;
}

/** A camera stops down within half a second of being dazzled and takes longer to open again. */
function automaticGain(trains: readonly Train[], durationS: number): Float32Array {
  const gain = new Float32Array(Math.ceil(durationS * 10) + 2);
  let level = 1;
  for (let k = 0; k < gain.length; k++) {
    let glare = 0;
    for (const train of trains) glare += glareAt(train, k / 10);
    const target = 1 / (1 + 0.45 * glare);
    level += (target - level) * (target < level ? 0.18 : 0.06);
    gain[k] = level;
  }
  return gain;
}

/** The factor at second t; 1 outside the script. */
export function gainAt(script: Script, t: number): number {
  const at = t * 10;
  const k = Math.floor(at);
  if (k < 0 || k + 1 >= script.gain.length) return 1;
  return script.gain[k]! + (script.gain[k + 1]! - script.gain[k]!) * (at - k);
}
