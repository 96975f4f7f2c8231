/**
 * The truth of the event types that watch a whole view, computed from what is drawn:
 *
 * - fire: flames of 3 pixels or more in height and 2 in width whose foot is on the view.
 * - person_on_ground: somebody who fell lies for 5 s or more; from when they lie to when they begin to get up.
 *   Who is hidden for most of that time by others, by what stands there or by the view's border is not to be found.
 * - abandoned_object: a bag stands on the view and its owner is 3 m or more away or has left, for the rule's minute;
 *   from when they are that far. What is hidden for most of that time by others, by what stands there or by the view's
 *   border is not to be found.
 * - crowd_movement: four or more run (2.5 m/s or faster) on the view, for a second or more.
 * - weapon: whoever holds one is on the view.
 */

import type { Foot } from '../foot.ts';
import { type Person, type Stance, stanceAt } from '../people/actors.ts';
import { bodyBox } from '../people/figure.ts';
import { LYING, liesDuring } from '../people/postures.ts';
import type { World } from '../place/world.ts';
import { flameBox } from '../props/flames.ts';
import { stayAt, thingBox } from '../props/things.ts';
import type { Script } from '../script/script.ts';
import { toView } from '../view.ts';
import { grow, type Region } from './presence.ts';
import type { TruthEvent } from './scene-truth.ts';
import { shareSeen, shareSeenOf } from './visible.ts';

export const LIES_S_MIN = 5;
/** Less of somebody is not seen to lie, and less of a thing is not seen to stand. */
const SEEN_MIN = 0.5;
export const LEFT_M = 3;
export const ALONE_S_MIN = 60;
export const RUNNING_MPS = 2.5;
export const RUNNERS_MIN = 4;

type Box = [number, number, number, number];

/** `feet` answers who is on the view in frame n. */
export function watchTruth(
  world: World,
  script: Script,
  fps: number,
  frames: number,
  feet: readonly (readonly Foot[])[],
): TruthEvent[] {
  return [
    ...fires(world, script, fps, frames),
    ...falls(world, script, fps, frames, feet),
    ...abandoned(world, script, fps, frames, feet),
    ...rushes(world, fps, feet),
    ...weapons(world, script, fps, feet),
  ];
}

interface Span {
  start: number;
  end: number;
  region: Region;
  who: Set<number>;
}

/** Frames in which something is so, joined where less than `gap` frames lie between them. */
class Spans {
  readonly #gap: number;
  readonly all: Span[] = [];

  constructor(gap: number) {
    this.#gap = gap;
  }

  add(n: number, region: Region, who: readonly number[]): void {
    let span = this.all[this.all.length - 1];
    if (!span || n - span.end > this.#gap) {
      span = { start: n, end: n, region: [...region], who: new Set() };
      this.all.push(span);
    }
    span.end = n;
    grow(span.region, region);
    for (const id of who) span.who.add(id);
  }

  events(type: TruthEvent['type'], framesMin: number): TruthEvent[] {
    const round = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
    return this.all
      .filter((span) => span.end - span.start + 1 >= framesMin)
      .map(({ start, end, region, who }) => {
        const [x0, y0, x1, y1] = region.map(round) as Region;
        return {
          type,
          start_frame: start,
          end_frame: end,
          region: [
            [x0, y0],
            [x1, y0],
            [x1, y1],
            [x0, y1],
          ],
          who: [...who].sort((a, b) => a - b),
        };
      });
  }
}

function share(world: World, [x0, y0, x1, y1]: Box): Region {
  const { width, height } = world.view;
  return [x0 / width, y0 / height, x1 / width, y1 / height];
}

function fires(world: World, script: Script, fps: number, frames: number): TruthEvent[] {
  return script.props.fires.flatMap((fire) => {
    const spans = new Spans(fps);
    for (let n = 0; n < frames; n++) {
      const found = flameBox(world.view, fire, n / fps);
      if (!found) continue;
      const { box } = found;
      const foot = toView(world.view, fire.x, fire.y, fire.z);
      if (!foot || foot.x < 0 || foot.x > 1 || foot.y < 0 || foot.y > 1.05) continue;
      if (box[3] - box[1] >= 3 && box[2] - box[0] >= 2) spans.add(n, share(world, box), []);
    }
    return spans.events('fire', 1);
  });
}

const stance: Stance = { x: 0, y: 0, z: 0, hx: 0, hy: 1, walked: 0, speed: 0 };

function falls(
  world: World,
  script: Script,
  fps: number,
  frames: number,
  feet: readonly (readonly Foot[])[],
): TruthEvent[] {
  return script.actors.flatMap((actor) => {
    if (actor.kind !== 'person' || !actor.fell || !actor.poses) return [];
    return liesDuring(actor.poses).flatMap(([from, until]) => {
      const spans = new Spans(fps);
      const seen: number[] = [];
      for (let n = Math.max(0, Math.ceil(from * fps)); n < Math.min(frames, until * fps); n++) {
        if (!feet[n]!.some((foot) => foot.who === actor.id)) continue;
        if (!stanceAt(actor, n / fps, stance)) continue;
        const tipTo = actor.tipTo ?? [1, 0];
        const box = bodyBox(world.view, actor.look, stance, LYING, tipTo);
        spans.add(n, share(world, box), [actor.id]);
        const others = feet[n]!.filter((foot) => foot.who !== actor.id);
        const { x, y, z } = stance;
        if (shareSeen(world, [x, y, z], tipTo, actor.look.heightM, others) >= SEEN_MIN) seen.push(n);
      }
      return seenMostly(spans.events('person_on_ground', LIES_S_MIN * fps), seen);
    });
  });
}

/** Those of which at least half of the frames are among `seen`. */
function seenMostly(events: readonly TruthEvent[], seen: readonly number[]): TruthEvent[] {
  return events.filter((event) => {
    const within = seen.filter((n) => n >= event.start_frame && n <= event.end_frame);
    return within.length >= (event.end_frame - event.start_frame + 1) / 2;
  });
}

function abandoned(
  world: World,
  script: Script,
  fps: number,
  frames: number,
  feet: readonly (readonly Foot[])[],
): TruthEvent[] {
  return script.props.things.flatMap((thing) => {
    if (thing.owner === undefined) return [];
    const owner = script.actors.find((actor) => actor.id === thing.owner) as Person | undefined;
    const spans = new Spans(0.5 * fps + 1);
    const seen: number[] = [];
    for (let n = 0; n < frames; n++) {
      const stay = stayAt(thing, n / fps);
      if (!stay) continue;
      const foot = toView(world.view, stay.x, stay.y, stay.z);
      if (!foot || foot.x < 0 || foot.x > 1 || foot.y < 0 || foot.y > 1) continue;
      const near = feet[n]!.find((one) => one.who === owner?.id);
      if (near && Math.hypot(near.atX - stay.x, near.atY - stay.y) < LEFT_M) continue;
      spans.add(n, share(world, thingBox(world.view, thing, stay)), owner ? [owner.id] : []);
      const part = shareSeenOf(world, [stay.x, stay.y, stay.z], thing.widthM, thing.heightM, feet[n]!);
      if (part >= SEEN_MIN) seen.push(n);
    }
    return seenMostly(spans.events('abandoned_object', ALONE_S_MIN * fps), seen);
  });
}

function rushes(world: World, fps: number, feet: readonly (readonly Foot[])[]): TruthEvent[] {
  const spans = new Spans(fps);
  for (const [n, all] of feet.entries()) {
    const running = all.filter((foot) => foot.kind === 'person' && foot.speed >= RUNNING_MPS);
    if (running.length < RUNNERS_MIN) continue;
    const region: Region = [1, 1, 0, 0];
    for (const foot of running) grow(region, around(world, foot));
    spans.add(
      n,
      region,
      running.map((foot) => foot.who),
    );
  }
  return spans.events('crowd_movement', fps);
}

function weapons(
  world: World,
  script: Script,
  fps: number,
  feet: readonly (readonly Foot[])[],
): TruthEvent[] {
  return script.actors.flatMap((actor) => {
    const weapon = actor.kind === 'person' ? actor.weapon : undefined;
    if (!weapon) return [];
    const spans = new Spans(fps);
    for (const [n, all] of feet.entries()) {
      if (n / fps < weapon.fromS || n / fps >= weapon.untilS) continue;
      const foot = all.find((one) => one.who === actor.id);
      if (foot) spans.add(n, around(world, foot), [actor.id]);
    }
    return spans.events('weapon', fps);
  });
}

function around(world: World, foot: Foot): Region {
  const half = (foot.height * 0.3 * world.view.height) / world.view.width;
  return [foot.x - half, foot.y - foot.height, foot.x + half, foot.y];
}
