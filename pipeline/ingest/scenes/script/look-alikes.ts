/**
 * What has been taken for an event and is none: lights and red clothes for fire, people who sit or sleep for somebody
 * who fell, carts and puddles for something left behind, a runner or passengers for a crowd that flees.
 */

import type { Chance } from '../chance.ts';
import { LOOK_ALIKES, type LookAlike, type LookAlikeKind } from '../look-alike-kinds.ts';
import { type Person, Route } from '../people/actors.ts';
import {
  BENT,
  CROUCHED,
  KNEELING,
  LYING,
  ON_THE_FLOOR,
  type Pose,
  type Posture,
  UPRIGHT,
} from '../people/postures.ts';
import type { World } from '../place/world.ts';
import type { Lantern } from '../props/lamps.ts';
import type { Props } from '../props/props.ts';
import { doorsOf, type Train } from '../props/train.ts';
import { arriving, clearSpot, drawBag, keepClear, stoops, wander } from './cast-watch.ts';
import type { Crowd } from './crowd.ts';

/** What a place can play. */
export function lookAlikesOf(world: Pick<World, 'name'>): readonly LookAlikeKind[] {
  const not: Partial<Record<World['name'], readonly LookAlikeKind[]>> = {
    corridor: ['hazard_lights', 'cart'],
    tracks: ['door'],
    coach: ['hazard_lights', 'cart', 'door', 'puddle', 'beacon', 'runner'],
  };
  return LOOK_ALIKES.filter((kind) => !not[world.name]?.includes(kind));
}

/** One after another from the seed, `everyS` apart on average, each long enough to be taken for what it is not. */
export function drawLookAlikes(world: World, chance: Chance, durationS: number, everyS: number): LookAlike[] {
  const kinds = lookAlikesOf(world);
  const drawn: LookAlike[] = [];
  let bag: LookAlikeKind[] = [];
  for (let t = chance.between(6, 20); t < durationS - 15; t += everyS * chance.between(0.6, 1.4)) {
    // Every kind once before one comes again, so that an hour has them all.
    if (bag.length === 0) bag = [...kinds];
    const kind = bag.splice(chance.whole(0, bag.length - 1), 1)[0]!;
    const lasts = Math.min(durationS - t, chance.between(...LASTS[kind]));
    drawn.push({ kind, atS: t, durationS: lasts });
  }
  return drawn;
}

/** Seconds, from and to. Things and sleepers outlast the minute after which a thing is claimed. */
const LASTS: Readonly<Record<LookAlikeKind, readonly [number, number]>> = {
  sign: [40, 160],
  beacon: [15, 90],
  hazard_lights: [15, 90],
  lamp: [20, 140],
  reflection: [20, 120],
  red_clothes: [25, 90],
  sunset: [60, 150],
  sits: [15, 90],
  kneels: [8, 30],
  bends: [4, 14],
  sleeper: [80, 240],
  stumble: [2, 3],
  cart: [40, 150],
  puddle: [90, 240],
  door: [70, 200],
  stander: [70, 200],
  bag_kept: [70, 180],
  runner: [5, 8],
};

export interface Cast {
  readonly crowd: Crowd;
  readonly chance: Chance;
  readonly props: Props;
}

export function castLookAlike(cast: Cast, of: LookAlike): void {
  const { props } = cast;
  props.played.push({ kind: of.kind, fromS: of.atS, untilS: of.atS + of.durationS });
  PLAY[of.kind](cast, of);
}

type Play = (cast: Cast, of: LookAlike) => void;

const PLAY: Readonly<Record<LookAlikeKind, Play>> = {
  sign: (cast, of) => {
    const { chance } = cast;
    lantern(cast, of, 'wall', {
      rhythm: chance.pick(['blink', 'ticker', 'steady', 'tube'] as const),
      periodS: chance.between(0.4, 2.5),
      ...size(chance.between(0.4, 1.3), chance.between(0.2, 0.5)),
      ...warm(chance),
      halo: chance.between(0, 30),
    });
  },
  beacon: (cast, of) => {
    const { chance } = cast;
    lantern(cast, of, chance.yes(0.5) ? 'wall' : 'floor', {
      rhythm: chance.pick(['rotate', 'twin', 'blink'] as const),
      periodS: chance.between(0.45, 1.4),
      ...size(0.2, 0.22),
      ...(chance.yes(0.7) ? warm(chance) : { luma: 190, u: 190, v: 96 }),
      halo: chance.between(40, 120),
    });
  },
  hazard_lights: castHazard,
  lamp: (cast, of) => {
    const { chance } = cast;
    lantern(cast, of, 'wall', {
      rhythm: chance.yes(0.8) ? 'steady' : 'tube',
      periodS: 1,
      ...size(chance.between(0.2, 0.6), chance.between(0.2, 0.6)),
      luma: 250,
      u: chance.between(84, 120),
      v: chance.between(130, 156),
      halo: chance.between(40, 130),
    });
  },
  reflection: (cast, of) => {
    const { chance } = cast;
    lantern(cast, of, 'wall', {
      rhythm: chance.pick(['steady', 'blink', 'rotate'] as const),
      periodS: chance.between(0.5, 2),
      ...size(chance.between(0.3, 0.8), chance.between(0.2, 0.4)),
      ...warm(chance),
      halo: 20,
      mirrored: chance.between(0.4, 0.9),
    });
  },
  red_clothes: ({ crowd, chance }, of) => {
    const spot = clearSpot(crowd, chance, 0.22);
    const route = arriving(crowd, spot, of.atS);
    while (route.t < of.atS + of.durationS) {
      route.stand(chance.between(2, 9), chance.bell(), chance.bell());
      if (chance.yes(0.6)) wander(crowd, chance, route, crowd.speed());
    }
    crowd.leave(route, crowd.speed());
    const who = crowd.add(route);
    // Red to orange, as bright as safety clothing is.
    const orange = chance.yes(0.6);
    who.look = {
      ...who.look,
      coat: orange ? chance.between(140, 205) : chance.between(80, 120),
      coatU: orange ? chance.between(48, 76) : chance.between(84, 104),
      coatV: orange ? chance.between(166, 194) : chance.between(184, 212),
    };
  },
  sunset: ({ chance, props }, of) => {
    props.glows.push({
      ...{ atS: of.atS, overS: chance.between(8, 25), forS: of.durationS },
      ...{ warmth: chance.between(8, 24), amount: chance.between(0.1, 0.45) },
    });
  },
  sits: (cast, of) => castResting(cast, of, ON_THE_FLOOR),
  kneels: (cast, of) => castResting(cast, of, cast.chance.yes(0.5) ? KNEELING : CROUCHED),
  bends: (cast, of) => castResting(cast, of, BENT),
  sleeper: castSleeper,
  stumble: castStumble,
  cart: castCart,
  puddle: ({ crowd, chance, props }, of) => {
    const [x, y] = clearSpot(crowd, chance, 0.2, 0.3);
    props.things.push({
      ...{ id: props.things.length, kind: 'puddle', heightM: 0.01, u: 128, v: 128, carried: [] },
      ...{ widthM: chance.between(0.5, 1.3), lengthM: 0.6, luma: chance.between(170, 235) },
      salt: chance.whole(1, 1 << 28),
      stays: [{ fromS: of.atS, untilS: of.atS + of.durationS, x, y, z: 0 }],
    });
  },
  door: castDoor,
  stander: (cast, of) => {
    const { crowd, chance } = cast;
    const spot = clearSpot(crowd, chance, 0.2);
    const route = arriving(crowd, spot, of.atS);
    route.stand(of.durationS, chance.bell(), chance.bell());
    crowd.leave(route, crowd.speed());
    crowd.add(route);
  },
  bag_kept: castKept,
  runner: ({ crowd, chance }, of) => {
    // Somebody runs for a train, along the permitted way.
    const { world } = crowd;
    const ends = [...world.doors].sort((a, b) => (a.inside[1] - b.inside[1]) * world.way);
    if (world.name !== 'corridor' && chance.yes(0.5)) ends.reverse();
    const [from, to] = [ends[0]!, ends[ends.length - 1]!];
    const speed = chance.between(3, 4.6);
    const route = new Route(of.atS, from.out[0], from.out[1]).walk(speed, from.inside[0], from.inside[1]);
    crowd.go(route, speed, to.inside);
    route.walk(speed, to.out[0], to.out[1]);
    crowd.add(route);
  },
};

function size(widthM: number, heightM: number) {
  return { widthM, heightM };
}

/** Red, orange or amber, as signs and beacons are. */
function warm(chance: Chance): Pick<Lantern, 'luma' | 'u' | 'v'> {
  return chance.pick([
    { luma: 110, u: 90, v: 214 },
    { luma: 165, u: 52, v: 190 },
    { luma: 205, u: 40, v: 160 },
    { luma: 150, u: 70, v: 200 },
  ]);
}

function lantern(
  { crowd, chance, props }: Cast,
  of: LookAlike,
  where: 'wall' | 'floor',
  looks: Pick<Lantern, 'rhythm' | 'periodS' | 'widthM' | 'heightM' | 'luma' | 'u' | 'v' | 'halo'> & {
    readonly mirrored?: number;
  },
): void {
  const [x, y] = clearSpot(crowd, chance, 0.16, 0.1);
  const { floor } = crowd.world;
  const indoor = crowd.world.name !== 'tracks';
  props.lanterns.push({
    mirrored: 0,
    ...looks,
    x: where === 'wall' && indoor ? floor.x1 - 0.12 : x,
    y,
    z: where === 'wall' ? chance.between(1.2, 2.2) : looks.heightM / 2,
    fromS: of.atS,
    untilS: of.atS + of.durationS,
    salt: chance.whole(1, 1 << 28),
  });
}

/** A vehicle that has stopped beside the way: two amber lights that blink together. */
function castHazard({ crowd, chance, props }: Cast, of: LookAlike): void {
  const [x, y] = clearSpot(crowd, chance, 0.2, 0.4);
  const periodS = chance.between(0.62, 0.85);
  const salt = chance.whole(1, 1 << 28);
  for (const side of [-0.5, 0.5])
    props.lanterns.push({
      ...{ x: x + side, y, z: 0.7, widthM: 0.24, heightM: 0.16, luma: 190, u: 44, v: 170, salt, periodS },
      ...{ fromS: of.atS, untilS: of.atS + of.durationS, rhythm: 'blink', halo: 60, mirrored: 0.25 },
    });
}

function castResting({ crowd, chance }: Cast, of: LookAlike, posture: Posture): void {
  const spot = clearSpot(crowd, chance, 0.22);
  keepClear(crowd, spot, 0.6);
  const route = arriving(crowd, spot, of.atS);
  const untilS = of.atS + of.durationS;
  route.stand(of.durationS + 4, chance.bell(), -Math.abs(chance.bell()));
  crowd.leave(route, crowd.speed());
  const poses: Pose[] = [
    { t0: of.atS + 0.5, t1: of.atS + chance.between(1.2, 2.6), to: posture, how: 'ease' },
  ];
  // Who sits long shifts now and then.
  for (let t = of.atS + 12; t < untilS - 8; t += chance.between(9, 30)) {
    poses.push({ t0: t, t1: t + 0.8, to: { ...posture, lean: posture.lean + 0.35 }, how: 'ease' });
    poses.push({ t0: t + 2.5, t1: t + 3.4, to: posture, how: 'ease' });
  }
  poses.push({ t0: untilS, t1: untilS + chance.between(1, 2.2), to: UPRIGHT, how: 'ease' });
  crowd.add(route).poses = poses;
}

/** Lies down to sleep as one does, by way of sitting; or lies there from the start. */
function castSleeper({ crowd, chance }: Cast, of: LookAlike): void {
  const spot = clearSpot(crowd, chance, 0.22, 1);
  keepClear(crowd, spot, 1.5);
  const fromStart = of.atS < 20 || chance.yes(0.4);
  const who: Person = (() => {
    if (fromStart) {
      const route = new Route(-60, spot[0], spot[1]).stand(of.atS + of.durationS + 60);
      crowd.leave(route, 0.9);
      return crowd.add(route);
    }
    const route = arriving(crowd, spot, of.atS);
    route.stand(of.durationS);
    crowd.leave(route, 0.9);
    return crowd.add(route);
  })();
  const endS = of.atS + of.durationS;
  const middle = (crowd.world.floor.x0 + crowd.world.floor.x1) / 2;
  who.tipTo = [spot[0] < middle ? 0.9 : -0.9, 0.43];
  who.poses = [
    ...(fromStart
      ? [{ t0: -90, t1: -80, to: LYING, how: 'ease' as const }]
      : [
          { t0: of.atS + 1, t1: of.atS + 3, to: ON_THE_FLOOR, how: 'ease' as const },
          { t0: of.atS + 8, t1: of.atS + 11, to: LYING, how: 'ease' as const },
        ]),
    { t0: endS - 9, t1: endS - 6, to: ON_THE_FLOOR, how: 'ease' },
    { t0: endS - 3, t1: endS - 1, to: UPRIGHT, how: 'ease' },
  ];
}

/** Falls and is up again at once. */
function castStumble({ crowd, chance }: Cast, of: LookAlike): void {
  const spot = clearSpot(crowd, chance, 0.22, 0.9);
  keepClear(crowd, spot, 1);
  const route = arriving(crowd, spot, of.atS);
  route.stand(of.durationS + 2.4);
  crowd.leave(route, crowd.speed());
  const who = crowd.add(route);
  who.fell = true;
  who.tipTo = [chance.yes(0.5) ? 1 : -1, 0];
  who.poses = [
    { t0: of.atS, t1: of.atS + 0.7, to: chance.yes(0.5) ? LYING : KNEELING, how: 'drop' },
    { t0: of.atS + 1.6, t1: of.atS + of.durationS + 1.2, to: UPRIGHT, how: 'ease' },
  ];
}

/** Staff push a cart in, work beside it, and push it out again. */
function castCart({ crowd, chance }: Cast, of: LookAlike): void {
  const { world } = crowd;
  const spot = clearSpot(crowd, chance, 0.2, 1);
  keepClear(crowd, spot, 1.2);
  const [x, y] = spot;
  const end = world.doors.find((door) => door.out[1] < 0) ?? world.doors[0]!;
  const speed = 0.9;
  const lead = Math.hypot(x - end.out[0], y - end.out[1]) / speed;
  const untilS = of.atS + of.durationS;
  const path = (dx: number) =>
    new Route(of.atS - lead, end.out[0] + dx, end.out[1])
      .walk(speed, x + dx, y)
      .stand(of.durationS, dx > 0 ? -1 : 1, 0)
      .walk(speed, end.out[0] + dx, end.out[1]);
  const side = x > (world.floor.x0 + world.floor.x1) / 2 ? -0.9 : 0.9;
  const staff = crowd.add(path(side));
  for (let t = of.atS + 4; t < untilS - 6; t += chance.between(6, 18))
    staff.poses = [...(staff.poses ?? []), ...stoops(t)];
  const vivid = chance.between(0, 40);
  crowd.actors.push({
    kind: 'vehicle',
    id: crowd.actors.length,
    steps: path(0).steps,
    ...{
      lengthM: chance.between(0.7, 1.2),
      widthM: chance.between(0.5, 0.7),
      heightM: chance.between(0.8, 1.3),
    },
    ...{ luma: chance.between(40, 200), u: 128 - vivid, v: 128 + 0.4 * vivid, beacon: false },
  });
}

/** The leaf of a door that is pulled shut (or open) and stays so. */
function castDoor({ crowd, chance, props }: Cast, of: LookAlike): void {
  const { world } = crowd;
  const door = world.doors.find(
    ({ out, inside }) => Math.abs(out[0] - inside[0]) > 1 && inside[1] < world.farY,
  );
  if (!door) return;
  const x = door.out[0] > door.inside[0] ? world.floor.x1 : world.floor.x0;
  props.things.push({
    ...{ id: props.things.length, kind: 'door', widthM: 0.06, lengthM: 1.7, heightM: 2.2, carried: [] },
    ...{ luma: chance.between(60, 210), u: chance.between(110, 140), v: chance.between(118, 150) },
    salt: chance.whole(1, 1 << 28),
    stays: [{ fromS: of.atS, untilS: of.atS + of.durationS, x, y: door.inside[1], z: 0 }],
  });
}

/** Puts a bag down and stays with it. */
function castKept({ crowd, chance, props }: Cast, of: LookAlike): void {
  const { world } = crowd;
  const place = clearSpot(crowd, chance, 0.22, 0.8);
  keepClear(crowd, place, 0.5);
  const bag = drawBag(chance, props.things.length, world.floorLuma);
  const route = arriving(crowd, [place[0], place[1] + 0.5], of.atS);
  const beginS = route.steps[0]!.t0;
  const untilS = of.atS + of.durationS;
  // Up to two steps away and back: attended all the same.
  while (route.t < untilS) {
    route.stand(Math.min(chance.between(8, 25), untilS - route.t), chance.bell(), chance.bell());
    if (untilS - route.t < 4) break;
    const aside = Math.max(
      world.floor.x0 + 0.4,
      Math.min(world.floor.x1 - 0.4, place[0] + chance.between(-1.1, 1.1)),
    );
    route.walk(1, aside, place[1] + chance.between(0.3, 1.2));
  }
  route.walk(1, place[0], place[1] + 0.5);
  const takesS = route.t + 0.8;
  route.stand(2.2, 0, -1);
  crowd.leave(route, crowd.speed());
  const who = crowd.add(route);
  who.poses = [...stoops(of.atS + 1), ...stoops(takesS)];
  who.look = { ...who.look, bag: 'none' };
  props.things.push({
    ...bag,
    owner: who.id,
    carried: [
      { by: who.id, fromS: beginS, untilS: of.atS + 1 },
      { by: who.id, fromS: takesS, untilS: route.t },
    ],
    stays: [{ fromS: of.atS + 1, untilS: takesS, x: place[0], y: place[1], z: 0 }],
  });
}

/** A train empties or fills: many at once, at walking pace. */
export function castBoarding({ crowd, chance, props }: Cast, train: Train, people: number): void {
  const { world } = crowd;
  const doors = doorsOf(train).filter((y) => y > 3.5 && y < 24);
  const opens = train.atS + 2.4;
  if (doors.length === 0) return;
  props.played.push({ kind: 'boarding', fromS: opens, untilS: opens + 18 });
  for (let k = 0; k < people; k++) {
    const y = chance.pick(doors) + chance.between(-0.5, 0.5);
    const speed = chance.between(0.9, 1.5);
    const route = new Route(opens + chance.between(0, 7), world.edgeX - 1.3, y);
    route.walk(speed, world.edgeX + chance.between(1, 1.8), y);
    crowd.leave(route, speed);
    crowd.add(route, true);
  }
}
