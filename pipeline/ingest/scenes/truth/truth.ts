/**
 * The truth about a scene, computed from where the feet are: never from what the script meant to happen.
 *
 * - forbidden_zone: a foot point inside the zone's polygon; presences less than a second apart are one. Passengers
 *   stepping over the edge to a standing train are not trespassers.
 * - wrong_way, zone: somebody in the zone walks against the way at 0.3 m/s or more (and at 60 degrees or less from
 *   straight against it) for 2 s or more. Line: a crossing to the side that is not allowed; crossings less than 2 s
 *   apart are one.
 * - density: people in the zone at or above the limit for at least the rule's time.
 * - the types that watch a whole view: see truth-watch.ts.
 */

import type { LensEvents, ViewFault } from '../draw/lens.ts';
import type { Foot } from '../foot.ts';
import { type Stance, stanceAt } from '../people/actors.ts';
import { type SceneZone, type World, within } from '../place/world.ts';
import { presence } from '../props/train.ts';
import type { Script } from '../script/script.ts';
import { heightInView, toView } from '../view.ts';
import { grow, Presence, type Region } from './presence.ts';
import type { SceneTruth, TruthCrossing, TruthEvent } from './scene-truth.ts';
import { watchTruth } from './truth-watch.ts';

const stance: Stance = { x: 0, y: 0, z: 0, hx: 0, hy: 1, walked: 0, speed: 0 };

/** Everybody whose feet are on the view at second t. */
export function feetAt(world: World, script: Script, t: number): Foot[] {
  const feet: Foot[] = [];
  for (const actor of script.actors) {
    if (!stanceAt(actor, t, stance)) continue;
    const p = toView(world.view, stance.x, stance.y, stance.z);
    if (!p || p.x < 0 || p.x >= 1 || p.y < 0 || p.y >= 1) continue;
    if (hidden(world, stance.x, stance.y)) continue;
    const tall = actor.kind === 'person' ? actor.look.heightM : actor.heightM;
    feet.push({
      who: actor.id,
      kind: actor.kind,
      x: p.x,
      y: p.y,
      height: heightInView(world.view, stance.x, stance.y, stance.z, tall),
      atX: stance.x,
      atY: stance.y,
      speed: stance.speed,
      headingX: stance.hx,
      headingY: stance.hy,
      aboard: actor.kind === 'person' && actor.passenger && stance.x < world.edgeX + 0.05,
    });
  }
  return feet;
}

/** Beyond the walls: on the way in or out by a door. */
function hidden(world: World, x: number, y: number): boolean {
  if (world.name === 'tracks') return false;
  if (x > world.floor.x1 || y > world.floor.y1 + 1) return true;
  return world.name === 'corridor' && x < world.floor.x0;
}

export function truthOf(
  world: World,
  script: Script,
  fps: number,
  frames: number,
  faults: readonly ViewFault[] = [],
): SceneTruth {
  const zones = new Map(world.zones.map((zone) => [zone.id, zone]));
  const counts: Record<string, number[]> = {};
  for (const id of zones.keys()) counts[id] = new Array<number>(frames).fill(0);
  const trespass = new Presence(fps);
  const against = new Map<number, { from: number; last: number; region: Region }>();
  const wrong = new Presence(fps);
  const crossings: TruthCrossing[] = [];
  const before = new Map<number, Foot>();
  const forbidden = world.rules.filter((rule) => rule.event === 'forbidden_zone');
  const oneWay = world.rules.find((rule) => rule.event === 'wrong_way' && 'zone' in rule);

  const closeWalk = (who: number) => {
    const walk = against.get(who);
    against.delete(who);
    if (walk && walk.last - walk.from >= 2 * fps && oneWay && 'zone' in oneWay)
      wrong.add(oneWay.zone, walk.from, walk.last, who, walk.region);
  };

  const all: Foot[][] = [];
  for (let n = 0; n < frames; n++) {
    const feet = feetAt(world, script, n / fps);
    all.push(feet);
    for (const foot of feet) {
      for (const [id, zone] of zones)
        if (foot.kind === 'person' && !foot.aboard && inside(zone, foot)) counts[id]![n]!++;
      for (const rule of forbidden)
        if (!foot.aboard && inside(zones.get(rule.zone)!, foot))
          trespass.add(rule.zone, n, n, foot.who, regionOf(world, foot));
      if (
        oneWay &&
        'zone' in oneWay &&
        foot.speed * foot.headingY * world.way <= -0.3 &&
        foot.headingY * world.way <= -0.5 &&
        inside(zones.get(oneWay.zone)!, foot)
      ) {
        const walk = against.get(foot.who);
        if (walk && n - walk.last <= 0.5 * fps + 1) {
          walk.last = n;
          grow(walk.region, regionOf(world, foot));
        } else {
          closeWalk(foot.who);
          against.set(foot.who, { from: n, last: n, region: regionOf(world, foot) });
        }
      }
      const was = before.get(foot.who);
      if (was) crossings.push(...crossed(world, was, foot, n));
      before.set(foot.who, foot);
    }
    const seen = new Set(feet.map((foot) => foot.who));
    for (const who of before.keys()) if (!seen.has(who)) before.delete(who);
  }
  for (const who of [...against.keys()]) closeWalk(who);

  const events: TruthEvent[] = [
    ...trespass.events('forbidden_zone'),
    ...wrong.events('wrong_way'),
    ...wrongCrossings(world, crossings, fps),
    ...packed(world, counts, fps),
    ...watchTruth(world, script, fps, frames, all),
  ];
  events.sort((a, b) => a.start_frame - b.start_frame);
  const clamp = (seconds: number) => Math.max(0, Math.min(frames - 1, Math.round(seconds * fps)));
  return {
    fps,
    width: world.view.width,
    height: world.view.height,
    frames,
    events,
    counts_per_zone: counts,
    line_crossings: crossings,
    views: faults.map(({ state, atS, forS }) => ({
      state,
      start_frame: clamp(atS),
      end_frame: clamp(atS + forS),
    })),
    nuisances: [
      ...script.trains.map((train) => {
        const [from, until] = presence(train);
        return { kind: 'train' as const, zone: 'tracks', start_frame: clamp(from), end_frame: clamp(until) };
      }),
      ...script.lights.map((change) => ({
        kind: 'light' as const,
        start_frame: clamp(change.atS),
        end_frame: clamp(change.atS + change.forS + change.overS),
      })),
      ...script.props.played.map(({ kind, fromS, untilS }) => ({
        kind,
        start_frame: clamp(fromS),
        end_frame: clamp(untilS),
      })),
      ...lensNuisances(script.lens).map(({ kind, fromS, untilS }) => ({
        kind,
        start_frame: clamp(fromS),
        end_frame: clamp(untilS),
      })),
    ],
  };
}

function lensNuisances(lens: LensEvents): { kind: string; fromS: number; untilS: number }[] {
  return [
    ...lens.insects.map(({ atS, forS }) => ({ kind: 'insect', fromS: atS, untilS: atS + forS })),
    ...lens.strokes.map(({ atS }) => ({ kind: 'lightning', fromS: atS, untilS: atS + 0.9 })),
    ...lens.steps.map(({ atS, forS }) => ({ kind: 'gain', fromS: atS, untilS: atS + forS })),
    ...lens.nights.map(({ atS, untilS }) => ({ kind: 'infrared', fromS: atS, untilS })),
    ...lens.knocks.map(({ atS }) => ({ kind: 'knock', fromS: atS, untilS: atS + 3 })),
  ];
}

function inside(zone: SceneZone, foot: Foot): boolean {
  return within(zone.polygon, foot.x, foot.y);
}

function regionOf(world: World, foot: Foot): Region {
  const half = (foot.height * 0.22 * world.view.height) / world.view.width;
  return [foot.x - half, foot.y - foot.height, foot.x + half, foot.y];
}

/** Crossings of each line between two neighbouring frames, by the side of the foot point. */
function crossed(world: World, was: Foot, is: Foot, frame: number): TruthCrossing[] {
  const found: TruthCrossing[] = [];
  for (const line of world.lines) {
    const [ax, ay] = line.points[0]!;
    const [bx, by] = line.points[1]!;
    // Above zero: right of the line as seen from its first point to its second (y runs down).
    const side = (x: number, y: number) => (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    const s0 = side(was.x, was.y);
    const s1 = side(is.x, is.y);
    if (s0 > 0 === s1 > 0) continue;
    const w = s0 / (s0 - s1);
    const x = was.x + (is.x - was.x) * w;
    if (x < Math.min(ax, bx) || x > Math.max(ax, bx)) continue;
    const upright = Math.abs(by - ay) * world.view.height > Math.abs(bx - ax) * world.view.width;
    found.push({
      line: line.id,
      frame,
      direction: s1 > 0 ? 'left_to_right' : 'right_to_left',
      travel: upright ? (is.x > was.x ? 'right' : 'left') : is.y > was.y ? 'down' : 'up',
      who: is.who,
    });
  }
  return found;
}

function wrongCrossings(world: World, crossings: readonly TruthCrossing[], fps: number): TruthEvent[] {
  const events: { type: 'wrong_way'; line: string; start_frame: number; end_frame: number; who: number[] }[] =
    [];
  for (const rule of world.rules) {
    if (rule.event !== 'wrong_way' || !('line' in rule)) continue;
    for (const crossing of crossings) {
      if (crossing.line !== rule.line || crossing.direction === rule.allowed) continue;
      const last = events[events.length - 1];
      if (last && last.line === rule.line && crossing.frame - last.end_frame < 2 * fps) {
        last.end_frame = crossing.frame;
        last.who.push(crossing.who);
      } else
        events.push({
          type: 'wrong_way',
          line: rule.line,
          start_frame: crossing.frame,
          end_frame: crossing.frame,
          who: [crossing.who],
        });
    }
  }
  return events;
}

function packed(
  world: World,
  counts: Readonly<Record<string, readonly number[]>>,
  fps: number,
): TruthEvent[] {
  const events: TruthEvent[] = [];
  for (const rule of world.rules) {
    if (rule.event !== 'density') continue;
    const zone = world.zones.find((z) => z.id === rule.zone)!;
    const limit = 'people' in rule.limit ? rule.limit.people : rule.limit.per_m2 * (zone.area_m2 ?? 0);
    const least = Number.parseFloat(rule.for) * fps;
    const series = counts[rule.zone]!;
    let from = -1;
    for (let n = 0; n <= series.length; n++) {
      const over = n < series.length && series[n]! >= limit;
      if (over && from < 0) from = n;
      if (over || from < 0) continue;
      if (n - from >= least)
        events.push({ type: 'density', zone: rule.zone, start_frame: from, end_frame: n - 1, who: [] });
      from = -1;
    }
  }
  return events;
}
