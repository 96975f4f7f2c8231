/**
 * The people of a script: routes that go round furniture, places to stand, and everyday comings and goings that
 * break no rule.
 */

import type { Chance } from '../chance.ts';
import { type Actor, beginsAt, drawLook, endsAt, type Person, Route, shifted } from '../people/actors.ts';
import { type Pose, SEATED } from '../people/postures.ts';
import { type Obstacle, type World, within } from '../place/world.ts';
import { doorsOf, type Train } from '../props/train.ts';
import type { ScriptSpec } from '../spec.ts';
import { toView } from '../view.ts';

type Place = readonly [number, number];

export class Crowd {
  readonly actors: Actor[] = [];
  readonly world: World;
  readonly chance: Chance;
  /** Floor that everyday people go round: somebody lies there, a thing stands there. */
  readonly kept: Obstacle[] = [];
  #taken: Place[] = [];

  constructor(world: World, chance: Chance) {
    this.world = world;
    this.chance = chance;
  }

  add(route: Route, passenger = false, groundLuma = this.world.floorLuma): Person {
    const person: Person = {
      kind: 'person',
      id: this.actors.length,
      steps: route.steps,
      look: drawLook(this.chance, groundLuma),
      passenger,
    };
    this.actors.push(person);
    return person;
  }

  /** Limit of the density rule in people. */
  get limit(): number {
    for (const rule of this.world.rules) {
      if (rule.event !== 'density') continue;
      const zone = this.world.zones.find((z) => z.id === rule.zone)!;
      return 'people' in rule.limit ? rule.limit.people : rule.limit.per_m2 * (zone.area_m2 ?? 0);
    }
    return 10;
  }

  get #densityZone() {
    const rule = this.world.rules.find((r) => r.event === 'density');
    return this.world.zones.find((z) => rule && 'zone' in rule && z.id === rule.zone)!;
  }

  /**
   * Places to stand in the density zone, `count` of them or as many as fit at 45 cm from each other. They keep away
   * from the platform's edge, the gate, furniture, and the zone's own border, where a count would be a matter of taste.
   */
  spots(count: number, edgeM = 0.95): Place[] {
    const { world, chance } = this;
    const zone = this.#densityZone;
    const found: Place[] = [];
    for (let gap = 0.95; gap >= 0.44 && found.length < count; gap -= 0.1) {
      for (let attempt = 0; attempt < 60 * count && found.length < count; attempt++) {
        const x = chance.between(world.floor.x0 + 0.3, world.floor.x1 - 0.3);
        const y = chance.between(2, world.farY);
        if (world.name !== 'corridor' && x < world.edgeX + edgeM) continue;
        if (world.gateY !== undefined && Math.abs(y - world.gateY) < 0.6) continue;
        if (this.blocked(x, y, 0.35)) continue;
        const p = toView(world.view, x, y, 0);
        if (!p || p.y > 0.985 || p.x < 0.01 || p.x > 0.99 || !within(zone.polygon, p.x, p.y)) continue;
        const near = (o: Place) => Math.hypot(o[0] - x, o[1] - y) < gap;
        if (found.some(near) || this.#taken.some(near)) continue;
        found.push([x, y]);
      }
    }
    this.#taken.push(...found);
    return found;
  }

  /** Walks to a place, round furniture where the straight way is barred. */
  go(route: Route, speed: number, to: Place): Route {
    const from: Place = [route.x, route.y];
    const barred = (a: Place, b: Place) => {
      const n = Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) / 0.25);
      for (let k = 1; k < n; k++)
        if (this.blocked(a[0] + ((b[0] - a[0]) * k) / n, a[1] + ((b[1] - a[1]) * k) / n, 0.2)) return true;
      return false;
    };
    if (barred(from, to)) {
      const { floor, edgeX } = this.world;
      const low = this.world.name === 'corridor' ? floor.x0 + 0.5 : edgeX + 0.9;
      for (let attempt = 0; attempt < 10; attempt++) {
        const w = this.chance.between(0.2, 0.8);
        const by: Place = [this.chance.between(low, floor.x1 - 0.6), from[1] + (to[1] - from[1]) * w];
        if (barred(from, by) || barred(by, to)) continue;
        route.walk(speed, by[0], by[1]);
        break;
      }
    }
    return route.walk(speed, to[0], to[1]);
  }

  blocked(x: number, y: number, margin: number): boolean {
    const bars = (o: Obstacle) =>
      x > o.x0 - margin && x < o.x1 + margin && y > o.y0 - margin && y < o.y1 + margin;
    return this.world.obstacles.some(bars) || this.kept.some(bars);
  }

  speed(): number {
    return Math.min(1.8, Math.max(0.8, 1.28 + 0.2 * this.chance.bell()));
  }

  /** Everyday life up to 0.6 of the limit: walkers, groups, people who wait, passengers of the trains. */
  fill(spec: ScriptSpec, trains: readonly Train[], crowded: boolean): void {
    const { chance } = this;
    const budget = Math.max(2, Math.floor(this.limit * 0.6));
    const planned: Actor[] = [];
    const standing = crowded ? 0 : Math.min(budget - 1, Math.round(this.limit * spec.nuisances.crowd));
    if (standing > 0) this.#standers(standing, spec, planned);
    const most = Math.max(1, Math.round(budget * spec.people));
    // At any second no more than `most` on the floor; a group that would exceed it does not come.
    const room = (from: number, until: number, extra: number) => {
      for (let t = from; t <= until; t += 2)
        if (
          planned.filter((a) => beginsAt(a) <= t && endsAt(a) > t).length + extra >
          Math.max(most, standing)
        )
          return false;
      return true;
    };
    const every = 60 / (2 + 14 * spec.people);
    const end = spec.peopled ? spec.durationS : spec.durationS - 10;
    for (let t = spec.peopled ? -25 : 0.5; t < end; t += every * -Math.log(1 - chance.next() * 0.98)) {
      const size = chance.yes(0.68) ? 1 : chance.whole(2, 4);
      const before = this.actors.length;
      this.#visit(t, size, spec.durationS);
      const came = this.actors.slice(before);
      const from = Math.min(...came.map(beginsAt));
      const until = Math.max(...came.map(endsAt));
      if (room(from, until, came.length)) planned.push(...came);
      else this.actors.length = before;
    }
    for (const train of trains)
      if (train.standsS > 8) this.#passengers(train, Math.max(1, Math.round(budget * 0.4)), room, planned);
  }

  /** Passengers on the benches of a coach, there from the start. */
  seat(spec: ScriptSpec, chance: Chance): void {
    // In a scene for ever they would double from period to period.
    const count = spec.peopled ? Math.round(0.3 * this.limit * spec.people) : 0;
    for (let k = 0; k < count; k++) {
      const side = chance.yes(0.5) ? 1 : -1;
      const x = side * (this.world.floor.x1 - 0.34);
      const y = chance.between(3.4, this.world.farY);
      if (this.kept.some((o) => y > o.y0 - 0.4 && y < o.y1 + 0.4)) continue;
      if (
        !this.blocked(x + side * 0.6, y, 0) ||
        this.#taken.some((o) => Math.hypot(o[0] - x, o[1] - y) < 0.6)
      )
        continue;
      this.#taken.push([x, y]);
      const route = new Route(-60, x, y).stand(spec.durationS + 120, -side, 0.05);
      const poses: Pose[] = [{ t0: -90, t1: -80, to: SEATED, how: 'ease' }];
      for (let t = chance.between(5, 40); t < spec.durationS; t += chance.between(12, 60)) {
        poses.push({ t0: t, t1: t + 0.9, to: { ...SEATED, lean: chance.between(0.2, 0.6) }, how: 'ease' });
        poses.push({ t0: t + 3, t1: t + 4, to: SEATED, how: 'ease' });
      }
      this.add(route).poses = poses;
    }
  }

  #standers(count: number, spec: ScriptSpec, planned: Actor[]): void {
    for (const spot of this.spots(count)) {
      const route = spec.peopled
        ? new Route(-60, spot[0], spot[1])
        : this.go(this.enter(this.chance.between(0, 20), spot), this.speed(), spot);
      route.stand(spec.durationS + 60 - (spec.peopled ? 0 : 90), this.chance.bell(), this.chance.bell());
      if (!spec.peopled) this.leave(route, this.speed());
      planned.push(this.add(route));
    }
  }

  /** Comes in by a door that lies upstream of the place (any door where there is no one-way rule). */
  enter(t: number, to: Place): Route {
    const door = this.#door((d) => (to[1] - d.inside[1]) * this.world.way > 2, 0);
    return new Route(t, door.out[0], door.out[1]).walk(1.2, door.inside[0], door.inside[1]);
  }

  leave(route: Route, speed: number): Route {
    const door = this.#door((d) => (d.inside[1] - route.y) * this.world.way > 1.5, -1);
    this.go(route, speed, door.inside);
    return route.walk(speed, door.out[0], door.out[1]);
  }

  /** Any door; where only one way is permitted, one that suits, and in want of it the first or last of that way. */
  #door(suits: (door: World['doors'][number]) => boolean, else_: 0 | -1): World['doors'][number] {
    const { world, chance } = this;
    if (world.name !== 'corridor') return chance.pick(world.doors);
    const fit = world.doors.filter(suits);
    return fit.length > 0 ? chance.pick(fit) : this.#downstream().at(else_)!;
  }

  /** Doors in the order in which the permitted way passes them. */
  #downstream(): World['doors'][number][] {
    const { doors, way } = this.world;
    return [...doors].sort((a, b) => (a.inside[1] - b.inside[1]) * way);
  }

  /** A gathering crowd: each comes to a spot between `from` and `by`, stays until `until`, leaves within 12 s. */
  gather(count: number, by: number, until: number, rampS: number): number {
    const spots = this.spots(count);
    for (const spot of spots) {
      const speed = this.speed();
      const lead = this.enter(0, spot);
      this.go(lead, speed, spot);
      const arrive = by - this.chance.between(0, rampS);
      const start = by <= 0 ? -60 : arrive - lead.t;
      const route = by <= 0 ? new Route(-60, spot[0], spot[1]) : shifted(lead, start);
      const stay = until + this.chance.between(0, 12) - route.t;
      // Facing the tracks or along the way, more or less.
      const facing = this.chance.between(-1, 1);
      route.stand(
        stay,
        this.world.name === 'corridor' ? facing * 0.5 : -1,
        this.world.name === 'corridor' ? this.world.way : facing,
      );
      this.leave(route, speed);
      this.add(route);
    }
    return spots.length;
  }

  /** One group: walks through, or waits for a while and goes on. */
  #visit(t: number, size: number, durationS: number): void {
    const { world, chance } = this;
    const speed = this.speed();
    const waits =
      world.name === 'platform' ? chance.yes(0.6) : chance.yes(world.name === 'corridor' ? 0.08 : 0.25);
    const seconds = chance.between(8, 60);
    const low = world.name === 'corridor' ? world.floor.x0 + 0.6 : world.edgeX + (chance.yes(0.25) ? 0.5 : 1);
    const laneX = chance.between(low, world.floor.x1 - 0.7);
    const hx = chance.bell();
    const hy = chance.bell();
    const doors = [...world.doors];
    const first = world.name === 'corridor' ? this.#wayDoors() : undefined;
    const from = first ? first[0] : doors.splice(chance.whole(0, doors.length - 1), 1)[0]!;
    const to = first ? first[1] : chance.pick(doors);
    let spot = waits ? this.spots(1, chance.yes(0.3) ? 0.5 : 0.95)[0] : undefined;
    // On a one-way passage a place to wait has to lie on the way.
    const ahead = (a: number, b: number) => (b - a) * world.way > 1.2;
    if (spot && first && !(ahead(from.inside[1], spot[1]) && ahead(spot[1], to.inside[1]))) spot = undefined;
    for (let k = 0; k < size; k++) {
      // Side by side and a little behind one another.
      const dx = k === 0 ? 0 : (k % 2 === 0 ? -1 : 1) * 0.62 * Math.ceil(k / 2);
      const clampX = (x: number) => Math.max(low, Math.min(world.floor.x1 - 0.5, x));
      const route = new Route(t + k * 0.25, from.out[0], from.out[1]);
      route.walk(speed, from.inside[0], from.inside[1]);
      if (spot) {
        this.go(route, speed, [clampX(spot[0] + dx), spot[1] + (k === 0 ? 0 : 0.3 * world.way)]);
        route.stand(Math.max(3, Math.min(seconds, durationS + 20 - route.t)), hx, hy);
      } else {
        const a = from.inside[1] + (to.inside[1] - from.inside[1]) * 0.22;
        const b = from.inside[1] + (to.inside[1] - from.inside[1]) * 0.85;
        this.go(route, speed, [clampX(laneX + dx), a]);
        this.go(route, speed, [clampX(laneX + dx), b]);
      }
      this.go(route, speed, to.inside);
      route.walk(speed, to.out[0], to.out[1]);
      this.add(route);
    }
  }

  /** A door to come from and one to leave by, the permitted way. */
  #wayDoors(): readonly [World['doors'][number], World['doors'][number]] {
    const { chance } = this;
    const sorted = this.#downstream();
    const first = sorted[0]!;
    const last = sorted[sorted.length - 1]!;
    const side = sorted.slice(1, -1);
    if (side.length === 0 || chance.yes(0.7)) return [first, last];
    return chance.yes(0.5) ? [first, chance.pick(side)] : [chance.pick(side), last];
  }

  #passengers(
    train: Train,
    most: number,
    room: (from: number, until: number, extra: number) => boolean,
    planned: Actor[],
  ): void {
    const { world, chance } = this;
    const doors = doorsOf(train).filter((y) => y > 3.5 && y < 30);
    if (doors.length === 0) return;
    for (let k = chance.whole(0, most); k > 0; k--) {
      const y = chance.pick(doors) + chance.between(-0.4, 0.4);
      const opens = train.atS + 2.4;
      const speed = this.speed();
      let route: Route;
      if (chance.yes(0.55)) {
        route = new Route(opens + chance.between(0, 6), world.edgeX - 1.3, y).walk(
          speed,
          world.edgeX + chance.between(1, 1.6),
          y,
        );
        this.leave(route, speed);
      } else {
        const lead = this.go(this.enter(0, [world.edgeX + 1.2, y]), speed, [world.edgeX + 1.1, y]);
        route = shifted(lead, Math.max(1, opens + chance.between(0.5, train.standsS - 7) - lead.t));
        if (route.t > train.atS + train.standsS - 3.5) continue;
        if (route.t < opens) route.stand(opens - route.t + 0.5, -1, 0);
        route.walk(speed, world.edgeX - 1.3, y);
      }
      const last = route.steps[route.steps.length - 1]!;
      if (!room(route.steps[0]!.t0, last.t1, 1)) continue;
      planned.push(this.add(route, true));
    }
  }
}
