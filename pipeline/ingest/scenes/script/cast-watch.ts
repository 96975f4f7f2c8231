/**
 * Plays the five event types that watch a whole view: fire, a fall, an abandoned thing, a crowd that runs, a weapon.
 * What each really comes to is in the truth (truth-watch.ts), computed from what is drawn.
 */

import type { Chance } from '../chance.ts';
import { Route, shifted } from '../people/actors.ts';
import { CROUCHED, KNEELING, LYING, ON_THE_FLOOR, type Pose, UPRIGHT } from '../people/postures.ts';
import type { World } from '../place/world.ts';
import type { Props } from '../props/props.ts';
import type { Thing } from '../props/things.ts';
import { HALF_WIDTH } from '../props/train.ts';
import type { SceneEvent } from '../spec.ts';
import { heightInView, toView } from '../view.ts';
import type { Crowd } from './crowd.ts';

type Place = readonly [number, number];

/** Free floor that the view shows well: somebody of 1.7 m is `share` of its height there or more. */
export function clearSpot(
  crowd: Crowd,
  chance: Chance,
  share: number,
  roomM = 0.7,
  suits: (place: Place) => boolean = () => true,
): Place {
  const { world } = crowd;
  const low = Math.max(world.floor.x0, world.name === 'corridor' ? -99 : world.edgeX + 0.5) + 0.45;
  let best: Place | undefined;
  // Where the view shows little floor, whatever is nearly as good has to do.
  for (const eased of [1, 0.8, 0.6])
    for (let attempt = 0; attempt < 150; attempt++) {
      const x = chance.between(low, world.floor.x1 - 0.45);
      const y = chance.between(3.2, Math.min(16, world.farY));
      if (heightInView(world.view, x, y, 0, 1.7) < share * eased || !suits([x, y])) continue;
      const p = toView(world.view, x, y, 0);
      const q = toView(world.view, x, y, 1.7);
      const rim = 0.12 * eased ** 3;
      if (!p || !q || p.y > 1 - rim / 2 || q.y < 0.02 - (1 - eased) || p.x < rim || p.x > 1 - rim) continue;
      best ??= [x, y];
      if (!crowd.blocked(x, y, roomM)) return [x, y];
    }
  return best ?? [(low + world.floor.x1) / 2, 7];
}

/** Goes a few steps; on a one-way passage not against the way. */
export function wander(crowd: Crowd, chance: Chance, route: Route, speed: number): Route {
  const { world } = crowd;
  const onWay = ([, y]: Place) => world.name !== 'corridor' || (y - route.y) * world.way >= 0;
  const to = clearSpot(crowd, chance, 0.2, 0.6, onWay);
  return onWay(to) ? crowd.go(route, speed, to) : route;
}

/** Nobody walks here while it is so: keeps `roomM` around a place. */
export function keepClear(crowd: Crowd, [x, y]: Place, roomM: number): void {
  crowd.kept.push({ x0: x - roomM, x1: x + roomM, y0: y - roomM, y1: y + roomM });
}

/** Somebody comes in by a door and is at the place at second `atS`. */
export function arriving(crowd: Crowd, place: Place, atS: number, speed = crowd.speed()): Route {
  const lead = crowd.go(crowd.enter(0, place), speed, place);
  return shifted(lead, atS - lead.t);
}

export function castFire(
  crowd: Crowd,
  event: SceneEvent,
  chance: Chance,
  props: Props,
): readonly [number, number] {
  const { world } = crowd;
  const untilS = event.atS + event.durationS;
  const on = event.on ?? 'ground';
  const growS = chance.between(3, 14);
  const salt = chance.whole(1, 1 << 28);
  const smoke = chance.yes(0.6) ? chance.between(0.15, 0.6) : 0;
  const rails = world.rails[0];
  if (on === 'train' && rails) {
    const y = chance.between(6.5, Math.min(13, world.farY - 1));
    const size = chance.between(0.9, 1.8);
    props.trains.push({
      rails,
      atS: event.atS - chance.between(6, 9),
      standsS: event.durationS + 16,
      speed: chance.between(0.8, 1.1),
      lengthM: chance.between(60, 100),
      stopY: rails.sense < 0 ? chance.between(-12, 2) : chance.between(40, 52),
      luma: chance.between(60, 170),
      u: chance.between(118, 138),
      v: chance.between(118, 138),
      stripe: chance.between(25, 225),
      salt: chance.whole(0, 1e6),
      beam: chance.between(0.45, 1) * world.darkness,
    });
    const z = rails.z + (chance.yes(0.5) ? 0.5 : 1.9);
    const x = rails.x + HALF_WIDTH + 0.06;
    props.fires.push({
      ...{ x, y, z, atS: event.atS, untilS, growS, smoke, salt },
      ...{ widthM: 0.8 * size, heightM: size },
    });
    return [event.atS - 30, untilS + 30];
  }
  const place = clearSpot(crowd, chance, 0.2, 0.8);
  keepClear(crowd, place, 1.2);
  // What can be seen at all: a full-grown fire is a third of a person high or more.
  const size = chance.between(0.65, 1.9);
  let z = 0;
  if (on === 'bin') {
    z = chance.between(0.6, 0.9);
    props.things.push({
      ...{ id: props.things.length, kind: 'bin', widthM: 0.5, lengthM: 0.5, heightM: z },
      ...{ luma: chance.between(40, 120), u: 124, v: 128, salt, carried: [] },
      stays: [{ fromS: -100, untilS: 1e6, x: place[0], y: place[1], z: 0 }],
    });
  }
  props.fires.push({
    ...{
      x: place[0],
      y: place[1],
      z: on === 'bin' ? z - 0.08 : 0,
      atS: event.atS,
      untilS,
      growS,
      smoke,
      salt,
    },
    ...{ widthM: size * (on === 'bin' ? 0.45 : chance.between(0.6, 1)), heightM: size },
  });
  return [event.atS, untilS];
}

export function castFall(crowd: Crowd, event: SceneEvent, chance: Chance): readonly [number, number] {
  const { world } = crowd;
  const fall = event.fall ?? 'fast';
  const towards = event.towards ?? 'sideways';
  const untilS = event.atS + event.durationS;
  const place = clearSpot(crowd, chance, 0.24, 1);
  keepClear(crowd, place, 1.7);
  const route = arriving(crowd, place, event.atS - (fall === 'stumble' ? 0.05 : chance.between(0.5, 4)));
  route.stand(event.atS - route.t);
  // Falls within the floor: sideways away from the nearer border.
  const middle = (world.floor.x0 + world.floor.x1) / 2;
  const slant = chance.between(-0.35, 0.35);
  const aim: Place =
    towards === 'sideways' ? [place[0] < middle ? 1 : -1, slant] : [slant, towards === 'lens' ? -1 : 1];
  const n = Math.hypot(aim[0], aim[1]);
  const poses: Pose[] = [];
  const { atS } = event;
  if (fall === 'slow') {
    const sinks = chance.between(0.8, 1.8);
    const rests = sinks + chance.between(0.3, 1.2);
    poses.push(
      { t0: atS, t1: atS + sinks, to: chance.yes(0.5) ? KNEELING : ON_THE_FLOOR, how: 'ease' },
      { t0: atS + rests, t1: atS + rests + chance.between(0.7, 1.6), to: LYING, how: 'ease' },
    );
  } else poses.push({ t0: atS, t1: atS + chance.between(0.55, 0.95), to: LYING, how: 'drop' });
  if (event.helped) {
    const up = untilS - chance.between(0, 1);
    poses.push(
      { t0: up, t1: up + 1.6, to: ON_THE_FLOOR, how: 'ease' },
      { t0: up + 3, t1: up + 4.6, to: UPRIGHT, how: 'ease' },
    );
    route.stand(up + 5 - route.t);
    crowd.leave(route, 0.8);
  } else route.stand(untilS - route.t + 600);
  const fallen = crowd.add(route);
  fallen.poses = poses;
  fallen.tipTo = [aim[0] / n, aim[1] / n];
  fallen.fell = true;
  if (event.helped) castHelper(crowd, chance, place, aim[0], untilS, poses[0]!.t1);
  return [event.atS - 1, untilS];
}

function castHelper(
  crowd: Crowd,
  chance: Chance,
  place: Place,
  side: number,
  untilS: number,
  downS: number,
): void {
  const { world } = crowd;
  const x = Math.min(world.floor.x1 - 0.4, Math.max(world.floor.x0 + 0.4, place[0] - 0.75 * Math.sign(side)));
  const beside: Place = [x, place[1] + 0.4];
  const from = Math.max(downS + 7, untilS - chance.between(6, 12));
  const helper = arriving(crowd, beside, from);
  helper.stand(untilS + 6 - helper.t, place[0] - x, -0.3);
  crowd.leave(helper, crowd.speed());
  crowd.add(helper).poses = [
    { t0: from + 0.6, t1: from + 1.8, to: CROUCHED, how: 'ease' },
    { t0: untilS + 3, t1: untilS + 4.2, to: UPRIGHT, how: 'ease' },
  ];
}

export function drawBag(chance: Chance, id: number, floorLuma: number): Thing {
  const [widthM, lengthM, heightM] = chance.pick([
    [0.46, 0.28, 0.68],
    [0.4, 0.3, 0.5],
    [0.62, 0.34, 0.36],
    [0.46, 0.46, 0.44],
  ] as const);
  // Stands out from the floor: an invisible thing is no test of anything.
  let luma = chance.yes(0.6) ? chance.between(16, 60) : chance.between(60, 225);
  if (Math.abs(0.85 * luma - floorLuma) < 36)
    luma = floorLuma < 105 ? floorLuma + 85 : Math.max(14, floorLuma - 60);
  const vivid = chance.yes(0.5) ? chance.between(8, 46) : 0;
  const hue = chance.between(0, 6.28);
  return {
    ...{
      id,
      kind: 'bag',
      widthM,
      lengthM,
      heightM,
      luma,
      salt: chance.whole(1, 1 << 28),
      stays: [],
      carried: [],
    },
    ...{ u: 128 + vivid * Math.cos(hue), v: 128 + vivid * Math.sin(hue) },
  };
}

export function castAbandoned(
  crowd: Crowd,
  event: SceneEvent,
  chance: Chance,
  props: Props,
): readonly [number, number] {
  const { world } = crowd;
  const place = clearSpot(crowd, chance, 0.24, 0.9);
  keepClear(crowd, place, 1.2);
  const bag = drawBag(chance, props.things.length, world.floorLuma);
  const owner: Place = [place[0], place[1] + 0.5];
  const route = arriving(crowd, owner, event.atS - 3);
  const beginS = route.steps[0]!.t0;
  const putS = route.t + 0.8;
  // Puts it down before their feet, waits a little, goes.
  route.stand(chance.between(2.2, 6), 0, -1);
  const goesS = route.t;
  crowd.leave(route, crowd.speed());
  const who = crowd.add(route);
  who.poses = stoops(putS);
  who.look = { ...who.look, bag: 'none' };
  const untilS = event.removed ? event.atS + event.durationS : 1e6;
  const carried = [{ by: who.id, fromS: beginS, untilS: putS }];
  if (event.removed) {
    const taker = arriving(crowd, owner, untilS - 0.8);
    taker.stand(2.2, 0, -1);
    crowd.leave(taker, crowd.speed());
    const taking = crowd.add(taker);
    taking.poses = stoops(untilS);
    taking.look = { ...taking.look, bag: 'none' };
    carried.push({ by: taking.id, fromS: untilS, untilS: taker.t });
  }
  props.things.push({
    ...bag,
    owner: who.id,
    carried,
    stays: [{ fromS: putS, untilS, x: place[0], y: place[1], z: 0 }],
  });
  return [goesS, untilS];
}

/** Bends down at second t, and up again. */
export function stoops(t: number): Pose[] {
  return [
    { t0: t - 0.6, t1: t, to: CROUCHED, how: 'ease' },
    { t0: t + 0.3, t1: t + 1, to: UPRIGHT, how: 'ease' },
  ];
}

export function castRush(crowd: Crowd, event: SceneEvent, chance: Chance): readonly [number, number] {
  const { world } = crowd;
  const count = event.people ?? 14;
  // Towards the camera or away; in a passage the way that is permitted.
  const way = world.name === 'corridor' ? world.way : chance.yes(0.5) ? 1 : -1;
  const surge = event.how === 'surge';
  // A surge begins where it has some way to go; people scatter from the middle of what is seen.
  const spots = crowd
    .spots(Math.round(1.6 * count), 1)
    .sort((a, b) => (surge ? way * (a[1] - b[1]) : Math.abs(a[1] - 8) - Math.abs(b[1] - 8)))
    .slice(0, count);
  const cx = spots.reduce((sum, [x]) => sum + x, 0) / Math.max(1, spots.length) + chance.between(-1, 1);
  const cy = spots.reduce((sum, [, y]) => sum + y, 0) / Math.max(1, spots.length) + chance.between(-1, 1);
  const low = Math.max(world.floor.x0, world.name === 'corridor' ? -99 : world.edgeX + 0.4) + 0.4;
  const high = world.floor.x1 - 0.3;
  for (const [x, y] of spots) {
    const speed = chance.between(3, 5);
    const route = chance.yes(0.5)
      ? new Route(-60, x, y)
      : arriving(crowd, [x, y], event.atS - chance.between(3, 20));
    const off = Math.hypot(x - cx, y - cy);
    const startS = event.atS + chance.between(0, 0.3) + Math.min(0.9, 0.12 * off);
    if (chance.yes(0.3) && route.t < startS - 6) stroll(route, chance, x, y, low, high, startS);
    route.stand(Math.max(0.1, startS - route.t), chance.bell(), chance.bell());
    run(route, world, surge ? [0, way] : [x - cx, y - cy || way], speed, low, high);
    crowd.add(route);
  }
  return [event.atS, event.atS + event.durationS];
}

/** A few steps to and fro at a walk while all is calm. */
function stroll(
  route: Route,
  chance: Chance,
  x: number,
  y: number,
  low: number,
  high: number,
  untilS: number,
): void {
  for (let k = 0; k < 4 && route.t < untilS - 7; k++) {
    route.stand(chance.between(1, 5));
    const toX = Math.min(high, Math.max(low, x + chance.between(-1.2, 1.2)));
    route.walk(chance.between(0.8, 1.3), toX, Math.max(3, y + chance.between(-1.5, 1.5)));
  }
}

function run(
  route: Route,
  world: World,
  aim: readonly [number, number],
  speed: number,
  low: number,
  high: number,
): void {
  const n = Math.hypot(aim[0], aim[1]) || 1;
  const reach = 6;
  const x = Math.min(high, Math.max(low, route.x + (aim[0] / n) * reach));
  const y = route.y + (aim[1] / n) * reach;
  const ahead = aim[1] >= 0;
  route.walk(speed, x, Math.max(-1.5, y));
  route.walk(speed, Math.min(high, Math.max(low, x)), ahead ? world.floor.y1 + 3 : -1.6);
}

export function castArmed(crowd: Crowd, event: SceneEvent, chance: Chance): readonly [number, number] {
  const place = clearSpot(crowd, chance, 0.22, 0.6);
  const route = arriving(crowd, place, event.atS - chance.between(-2, 3));
  const untilS = event.atS + event.durationS;
  while (route.t < untilS - 2) {
    route.stand(Math.min(untilS - route.t, chance.between(2, 5)), chance.bell(), chance.bell());
    if (route.t < untilS - 8) wander(crowd, chance, route, 1.1);
  }
  crowd.leave(route, 1.6);
  const armed = crowd.add(route);
  armed.weapon = { kind: event.weapon ?? 'knife', fromS: event.atS, untilS };
  armed.look = { ...armed.look, bag: 'none' };
  return [event.atS, untilS];
}
