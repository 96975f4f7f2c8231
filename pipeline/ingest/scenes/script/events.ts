/**
 * Plays the events: a trespass, a walk the wrong way, a crowd beyond the limit; those that watch a whole view are in
 * cast-watch.ts.
 */

import type { Chance } from '../chance.ts';
import { Route, shifted, type Vehicle } from '../people/actors.ts';
import type { Props } from '../props/props.ts';
import type { SceneEvent } from '../spec.ts';
import { castAbandoned, castArmed, castFall, castFire, castRush } from './cast-watch.ts';
import type { Crowd } from './crowd.ts';

/** Adds the event's actors; answers from when until when the place is taken, s. */
export function castEvent(
  crowd: Crowd,
  event: SceneEvent,
  chance: Chance,
  props: Props,
): readonly [number, number] {
  switch (event.type) {
    case 'fire':
      return castFire(crowd, event, chance, props);
    case 'person_on_ground':
      return castFall(crowd, event, chance);
    case 'abandoned_object':
      return castAbandoned(crowd, event, chance, props);
    case 'crowd_movement':
      return castRush(crowd, event, chance);
    case 'weapon':
      return castArmed(crowd, event, chance);
    case 'forbidden_zone':
      return event.by === 'vehicle' ? castVehicle(crowd, event, chance) : castTrespass(crowd, event, chance);
    case 'wrong_way':
      return castWrongWay(crowd, event, chance);
    case 'density': {
      const count = Math.ceil(crowd.limit * (event.share ?? 1.6));
      crowd.gather(count, event.atS, event.atS + event.durationS, chance.between(12, 22));
      return [event.atS, event.atS + event.durationS];
    }
  }
}

function castTrespass(crowd: Crowd, event: SceneEvent, chance: Chance): readonly [number, number] {
  const { world } = crowd;
  const z = world.rails[0]!.z;
  const near = 5.5;
  const far = world.farY - 1.5;
  const walkX = world.rails[chance.whole(0, world.rails.length - 1)]!.x + chance.between(-0.6, 0.6);
  const alongRails = chance.yes(0.3);
  let end = event.atS;
  for (let k = 0; k < (event.people ?? 1); k++) {
    const speed = chance.between(0.9, 1.5);
    const x = walkX + 0.75 * (k % 2 === 0 ? k / 2 : -(k + 1) / 2);
    const y = chance.between(near + 1, Math.max(near + 2, far - 2));
    const lead = alongRails
      ? // Out of the distance, along the sleepers.
        new Route(0, x, world.farY + 14, z).walk(speed, x, world.farY + 0.3, z)
      : crowd.go(doorway(crowd, chance), speed, [world.edgeX + 0.7, y]).stand(chance.between(0.5, 2), -1, 0);
    const route = shifted(lead, event.atS - lead.t + k * 0.8);
    // Down the edge (or over the first rail), then up and down the tracks until it is time.
    if (alongRails) route.walk(speed, x, y, z);
    else route.walk(z < 0 ? 1.1 : speed, world.edgeX - 0.9, y, z).walk(speed, x, y, z);
    const until = event.atS + event.durationS;
    while (route.t < until - 2) {
      const toY = chance.between(near, far);
      const left = until - route.t;
      const reach = Math.min(Math.abs(toY - route.y), left * speed);
      route.walk(speed, x, route.y + Math.sign(toY - route.y) * reach, z);
      if (chance.yes(0.4))
        route.stand(
          Math.min(chance.between(1, 4), Math.max(0.1, until - route.t)),
          -1,
          chance.between(-1, 1),
        );
    }
    if (alongRails) route.walk(speed, x, world.farY + 14, z);
    else {
      const back = route.y;
      route.walk(speed, world.edgeX - 0.9, back, z).walk(1, world.edgeX + 0.7, back, 0);
      const door = chance.pick(world.doors);
      crowd.go(route, speed, door.inside);
      route.walk(speed, door.out[0], door.out[1]);
    }
    crowd.add(route, false, world.bedLuma);
    end = Math.max(end, route.t);
  }
  return [event.atS - 4, end];
}

function doorway(crowd: Crowd, chance: Chance): Route {
  const door = chance.pick(crowd.world.doors);
  return new Route(0, door.out[0], door.out[1]).walk(1.2, door.inside[0], door.inside[1]);
}

/** A trolley that rolls along the rails, or on open line a cart that drives onto them, stops, and backs off. */
function castVehicle(crowd: Crowd, event: SceneEvent, chance: Chance): readonly [number, number] {
  const { world } = crowd;
  const rails = world.rails[0]!;
  const speed = chance.between(1.2, 2.6);
  let route: Route;
  if (world.name === 'tracks' && chance.yes(0.5)) {
    const y = chance.between(8, Math.max(9, world.farY - 4));
    const from = world.floor.x1 + 9;
    route = new Route(event.atS - (from - world.edgeX) / speed, from, y)
      .walk(speed, rails.x, y)
      .stand(Math.max(2, event.durationS - 3), -1, 0)
      .walk(speed, from, y);
  } else {
    const farY = world.farY;
    const stopY = chance.between(7, Math.max(8, farY - 5));
    const pause = Math.max(0.5, event.durationS - (farY - 3) / speed);
    route = new Route(event.atS - 18 / speed, rails.x, farY + 18, rails.z)
      .walk(speed, rails.x, stopY, rails.z)
      .stand(pause, 0, -1)
      .walk(speed, rails.x, -6, rails.z);
  }
  const vivid = chance.between(10, 40);
  const hue = chance.between(0, 6.28);
  const vehicle: Vehicle = {
    kind: 'vehicle',
    id: crowd.actors.length,
    steps: route.steps,
    lengthM: chance.between(1.8, 2.8),
    widthM: chance.between(1.3, 1.7),
    heightM: chance.between(1.3, 2),
    luma: chance.yes(0.5) ? chance.between(150, 215) : chance.between(40, 60),
    u: 128 + vivid * Math.cos(hue),
    v: 128 + vivid * Math.sin(hue),
    beacon: chance.yes(0.6),
  };
  crowd.actors.push(vehicle);
  return [route.steps[0]!.t0 - 2, route.t];
}

/** People who come from the exit and walk all the way back, or turn round half-way. */
function castWrongWay(crowd: Crowd, event: SceneEvent, chance: Chance): readonly [number, number] {
  const { world } = crowd;
  const way = world.way;
  const ends = [...world.doors].sort((a, b) => (a.inside[1] - b.inside[1]) * way);
  const first = ends[0]!;
  const last = ends[ends.length - 1]!;
  const turns = chance.yes(0.3);
  const lane = chance.between(world.floor.x0 + 0.9, world.floor.x1 - 0.9);
  let end = event.atS;
  for (let k = 0; k < (event.people ?? 1); k++) {
    const speed = chance.between(0.9, 1.6);
    const x = Math.max(
      world.floor.x0 + 0.5,
      Math.min(world.floor.x1 - 0.5, lane + 0.65 * (k % 2 === 0 ? k / 2 : -(k + 1) / 2)),
    );
    // Where the wrong way begins: near the zone's exit end.
    const beginY = way > 0 ? world.farY - 0.5 : 3.5;
    let lead: Route;
    if (turns) {
      lead = new Route(0, first.out[0], first.out[1]).walk(speed, x, first.inside[1]);
      crowd.go(lead, speed, [x, way > 0 ? world.farY - 1 : 4.5]).stand(chance.between(0.8, 2), 1, 0);
    } else {
      lead = new Route(0, last.out[0], last.out[1]).walk(speed, last.inside[0], last.inside[1]);
      crowd.go(lead, speed, [x, beginY]);
    }
    const route = shifted(lead, event.atS - lead.t + k * 0.7);
    crowd.go(route, speed, [x, first.inside[1]]);
    route.walk(speed, first.out[0], first.out[1]);
    crowd.add(route);
    end = Math.max(end, route.t);
  }
  return [event.atS, end];
}
