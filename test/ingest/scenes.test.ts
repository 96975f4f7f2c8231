/** Rendered scenes: the same seed gives the same bytes, and the truth agrees with where the feet are. */
import { describe, expect, it } from 'vitest';
import { Chance } from '../../pipeline/ingest/scenes/chance.ts';
import {
  buildScene,
  type Foot,
  openScene,
  PLAYS,
  type Planes,
  SCENE_NAMES,
  type Scene,
  type SceneEventType,
  type SceneName,
  sampleSpec,
  sceneSpec,
} from '../../pipeline/ingest/scenes/index.ts';
import { heightInView, toView, viewOf } from '../../pipeline/ingest/scenes/view.ts';

function planesFor(scene: { width: number; height: number }): Planes {
  const chroma = Math.ceil(scene.width / 2) * Math.ceil(scene.height / 2);
  return {
    luma: new Uint8Array(scene.width * scene.height),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
}

function picture(scene: Scene, n: number): Buffer {
  const planes = planesFor(scene);
  scene.render(n, planes);
  return Buffer.concat([planes.luma, planes.u, planes.v]);
}

const played: [SceneName, SceneEventType][] = SCENE_NAMES.flatMap((scene) =>
  PLAYS[scene].map((type): [SceneName, SceneEventType] => [scene, type]),
);

describe('pictures', () => {
  it.each(SCENE_NAMES)('of %s depend on seed and number alone, not on what was asked before', (name) => {
    const spec = sampleSpec(name, PLAYS[name][0]!, 5, { width: 96, height: 54 });
    const inOrder = buildScene(spec);
    const sequence = Array.from({ length: 130 }, (_, n) => picture(inOrder, n));
    const atRandom = buildScene(spec);
    for (const n of [129, 0, 64, 63, 100, 1])
      expect(picture(atRandom, n).equals(sequence[n]!), `${n}`).toBe(true);
    expect(sequence[40]!.equals(sequence[41]!)).toBe(false);
  });

  it('differ between seeds', () => {
    const [a, b] = [1, 2].map((seed) =>
      buildScene(sampleSpec('platform', 'none', seed, { width: 96, height: 54 })),
    );
    const [first, second] = [picture(a!, 0), picture(b!, 0)];
    let apart = 0;
    for (let i = 0; i < 96 * 54; i++) if (Math.abs(first[i]! - second[i]!) > 12) apart++;
    expect(apart).toBeGreaterThan(96 * 54 * 0.3);
  });

  it.each([
    [96, 54],
    [160, 90],
    [138, 104],
    [90, 160],
    [97, 55],
    [320, 180],
  ])('fill planes of %d x %d', (width, height) => {
    for (const name of SCENE_NAMES) {
      const scene = buildScene(sampleSpec(name, 'none', 9, { width, height, durationS: 30 }));
      const planes = planesFor(scene);
      planes.luma.fill(255);
      scene.render(17, planes);
      const mean = planes.luma.reduce((sum, value) => sum + value, 0) / planes.luma.length;
      expect(mean).toBeGreaterThan(25);
      expect(mean).toBeLessThan(215);
      for (const plane of [planes.u, planes.v]) {
        const grey = plane.reduce((sum, value) => sum + value, 0) / plane.length;
        expect(Math.abs(grey - 128)).toBeLessThan(24);
      }
    }
  });

  it('show the same second at every rate', () => {
    for (const fps of [1, 7, 12.5, 25]) {
      const scene = buildScene(sampleSpec('corridor', 'wrong_way', 3, { fps, width: 96, height: 54 }));
      const slow = buildScene(sampleSpec('corridor', 'wrong_way', 3, { fps: 1, width: 96, height: 54 }));
      const feet = scene.feet(Math.round(30 * fps)).map((foot) => foot.who);
      if (Number.isInteger(30 * fps)) expect(feet).toEqual(slow.feet(30).map((foot) => foot.who));
      expect(scene.truth.frames).toBe(scene.frames);
      expect(() => picture(scene, scene.frames - 1)).not.toThrow();
    }
  });

  it('change where somebody walks, and hardly anywhere else', () => {
    const base = sceneSpec({
      scene: 'corridor',
      seed: 4,
      people: 0,
      events: [{ type: 'wrong_way', atS: 8, durationS: 10 }],
      nuisances: { trains: false, lights: false, crowd: 0, shake: 0, noise: 0.5 },
    });
    const walked = buildScene(base);
    const empty = buildScene({ ...base, events: 'none' });
    const n = walked.truth.events[0]!.start_frame + 25;
    const region = walked.truth.events[0]!.region!;
    const [a, b] = [picture(walked, n), picture(empty, n)];
    let inside = 0;
    let outside = 0;
    for (let y = 0; y < 90; y++)
      for (let x = 0; x < 160; x++) {
        if (Math.abs(a[y * 160 + x]! - b[y * 160 + x]!) < 12) continue;
        const within =
          x / 160 > region[0]![0] - 0.06 && x / 160 < region[2]![0] + 0.06 && y / 90 > region[0]![1] - 0.06;
        if (within) inside++;
        else outside++;
      }
    expect(inside).toBeGreaterThan(15);
    expect(outside).toBeLessThan(inside);
  });
});

describe('the view', () => {
  it('puts feet below heads, near people lower and taller than far ones', () => {
    const chance = new Chance(8);
    for (let k = 0; k < 50; k++) {
      const pose = {
        focal: chance.between(0.9, 1.2),
        x: 0,
        z: chance.between(3, 5),
        tilt: chance.between(0.25, 0.45),
        yaw: chance.between(-0.2, 0.2),
        mirrored: chance.yes(0.5),
      };
      const view = viewOf(pose, 160, 90);
      const [near, far] = [6, 16].map((y) => ({
        foot: toView(view, 0, y, 0)!,
        tall: heightInView(view, 0, y, 0, 1.7),
      }));
      expect(near!.foot.y).toBeGreaterThan(far!.foot.y);
      expect(near!.tall).toBeGreaterThan(1.8 * far!.tall);
      // Height is linear in the foot's row, which is what `ground` in a site file rests on.
      const mid = { foot: toView(view, 0, 9, 0)!, tall: heightInView(view, 0, 9, 0, 1.7) };
      const line =
        near!.tall + ((far!.tall - near!.tall) * (mid.foot.y - near!.foot.y)) / (far!.foot.y - near!.foot.y);
      expect(Math.abs(mid.tall - line)).toBeLessThan(0.02);
    }
  });

  it.each(SCENE_NAMES)('of %s shows people of a plausible size', (name) => {
    for (let seed = 0; seed < 12; seed++) {
      const scene = buildScene(sampleSpec(name, 'none', seed, { durationS: 40 }));
      const [near, far] = scene.ground;
      expect(near!.height).toBeGreaterThan(0.2);
      expect(near!.height).toBeLessThan(0.75);
      expect(far!.height).toBeGreaterThan(0.09);
      expect(far!.height).toBeLessThan(near!.height);
      for (const foot of scene.feet(100)) expect(foot.height).toBeLessThan(0.9);
    }
  });
});

/** Even-odd by angles: another way than the generator's, so that a mistake in one shows. */
function turns(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let sum = 0;
  for (let k = 0; k < polygon.length; k++) {
    const [ax, ay] = [polygon[k]![0] - x, polygon[k]![1] - y];
    const next = polygon[(k + 1) % polygon.length]!;
    const [bx, by] = [next[0] - x, next[1] - y];
    sum += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }
  return Math.abs(sum) > Math.PI;
}

function limitOf(scene: Scene): { zone: string; limit: number } {
  for (const rule of scene.rules)
    if (rule.event === 'density') {
      const zone = scene.zones.find((z) => z.id === rule.zone)!;
      return {
        zone: zone.id,
        limit: 'people' in rule.limit ? rule.limit.people : rule.limit.per_m2 * zone.area_m2!,
      };
    }
  throw new Error('no density rule');
}

const HIDEABLE: readonly string[] = ['person_on_ground', 'abandoned_object'];

describe('the truth', () => {
  it.each(played)('of %s / %s agrees with the feet', (name, type) => {
    let hidden = 0;
    for (let seed = 100; seed < 104; seed++) {
      const scene = buildScene(sampleSpec(name, type, seed));
      const { truth } = scene;
      const events = truth.events.filter((event) => event.type === type);
      // A fall or a bag behind others or a seat, which nothing on the picture shows, is no event.
      if (HIDEABLE.includes(type) && events.length === 0) hidden++;
      else expect(events.length, `seed ${seed}`).toBeGreaterThan(0);
      for (const event of events) {
        expect(event.start_frame).toBeGreaterThanOrEqual(10 * truth.fps);
        expect(event.end_frame).toBeLessThan(truth.frames);
        expect(event.end_frame).toBeGreaterThanOrEqual(event.start_frame);
      }
      for (const zone of scene.zones) {
        const inZone = (foot: Foot) => turns(zone.polygon, foot.x, foot.y);
        for (let n = 0; n < truth.frames; n += 7) {
          const people = scene
            .feet(n)
            .filter((foot) => foot.kind === 'person' && !foot.aboard && inZone(foot));
          expect(truth.counts_per_zone[zone.id]![n], `seed ${seed} zone ${zone.id} frame ${n}`).toBe(
            people.length,
          );
        }
      }
      if (type === 'forbidden_zone') trespassIsPresence(scene, seed);
      if (type === 'density') densityIsTooMany(scene, seed);
      if (type === 'wrong_way') wrongWayIsAgainst(scene, seed);
    }
    expect(hidden, 'events that nobody could see').toBeLessThanOrEqual(2);
  });

  function trespassIsPresence(scene: Scene, seed: number): void {
    const { truth } = scene;
    const zone = scene.zones.find((z) => z.id === 'tracks')!;
    const gap = truth.fps;
    for (let n = 0; n < truth.frames; n++) {
      const there = scene.feet(n).some((foot) => !foot.aboard && turns(zone.polygon, foot.x, foot.y));
      const told = truth.events.some(
        (e) => e.type === 'forbidden_zone' && n >= e.start_frame && n <= e.end_frame,
      );
      if (there) expect(told, `seed ${seed} frame ${n}`).toBe(true);
      const near = truth.events.some((e) => n >= e.start_frame - gap && n <= e.end_frame + gap);
      if (!near) expect(there, `seed ${seed} frame ${n}`).toBe(false);
    }
    // A train and a trespasser are never there together, nor within five seconds.
    for (const train of truth.nuisances.filter((nuisance) => nuisance.kind === 'train'))
      for (const event of truth.events.filter((e) => e.type === 'forbidden_zone'))
        expect(
          train.end_frame + 5 * truth.fps < event.start_frame ||
            train.start_frame - 5 * truth.fps > event.end_frame,
        ).toBe(true);
  }

  function densityIsTooMany(scene: Scene, seed: number): void {
    const { truth } = scene;
    const { zone, limit } = limitOf(scene);
    const counts = truth.counts_per_zone[zone]!;
    for (const event of truth.events.filter((e) => e.type === 'density')) {
      expect(event.end_frame - event.start_frame + 1).toBeGreaterThanOrEqual(10 * truth.fps);
      for (let n = event.start_frame; n <= event.end_frame; n++)
        expect(counts[n], `seed ${seed} frame ${n}`).toBeGreaterThanOrEqual(limit);
    }
    expect(Math.max(...counts)).toBeGreaterThan(1.15 * limit);
  }

  function wrongWayIsAgainst(scene: Scene, seed: number): void {
    const { truth } = scene;
    const rule = scene.rules.find((r) => r.event === 'wrong_way' && 'zone' in r)!;
    const direction = 'direction' in rule ? rule.direction : [0, 0];
    const event = truth.events.find((e) => e.type === 'wrong_way' && e.zone)!;
    const where = (n: number, who: number) => scene.feet(n).find((foot) => foot.who === who);
    const [a, b] = [
      where(event.start_frame, event.who[0]!),
      where(event.start_frame + 2 * truth.fps, event.who[0]!),
    ];
    const along = (b!.x - a!.x) * scene.width * direction[0]! + (b!.y - a!.y) * scene.height * direction[1]!;
    expect(along, `seed ${seed}`).toBeLessThan(0);
    // Who crosses the gate the permitted way is in no event of the gate.
    const gate = scene.rules.find((r) => r.event === 'wrong_way' && 'line' in r)!;
    const permitted = truth.line_crossings.filter((c) => 'allowed' in gate && c.direction === gate.allowed);
    for (const crossing of permitted)
      expect(
        truth.events.some((e) => e.line && e.start_frame === crossing.frame && e.who.includes(crossing.who)),
      ).toBe(false);
  }

  it.each(SCENE_NAMES)('of %s without events has none, whatever else goes on', (name) => {
    let trains = 0;
    let people = 0;
    for (let seed = 0; seed < 12; seed++) {
      const scene = buildScene(sampleSpec(name, 'none', seed, { durationS: 300 }));
      const { truth } = scene;
      expect(truth.events, `seed ${seed}`).toEqual([]);
      const { zone, limit } = limitOf(scene);
      people += Math.max(...truth.counts_per_zone[zone]!);
      expect(Math.max(...truth.counts_per_zone[zone]!), `seed ${seed}`).toBeLessThan(0.75 * limit);
      trains += truth.nuisances.filter((nuisance) => nuisance.kind === 'train').length;
    }
    expect(people).toBeGreaterThan(12);
    if (name === 'platform' || name === 'tracks') expect(trains).toBeGreaterThan(6);
  });

  it('keeps everyday feet 40 cm or more from the tracks, boarding apart', () => {
    for (let seed = 0; seed < 8; seed++) {
      const scene = buildScene(sampleSpec('platform', 'none', seed, { durationS: 200 }));
      const tracks = scene.zones.find((zone) => zone.id === 'tracks')!;
      for (let n = 0; n < scene.frames; n += 3)
        for (const foot of scene.feet(n))
          if (!foot.aboard) expect(turns(tracks.polygon, foot.x, foot.y)).toBe(false);
    }
  });

  it('keeps a packed platform above its limit for ten minutes', () => {
    const scene = buildScene(
      sceneSpec({
        scene: 'platform',
        seed: 31,
        durationS: 640,
        events: [{ type: 'density', atS: 30, durationS: 600, share: 1.6 }],
        people: 0.2,
      }),
    );
    const event = scene.truth.events.find((e) => e.type === 'density')!;
    expect(event.end_frame - event.start_frame).toBeGreaterThanOrEqual(600 * scene.fps);
  });
});

describe('a scene as a source', () => {
  it('gives numbered pictures, ends where it ends, and goes on where it was', async () => {
    const numbers: number[] = [];
    const seen: Buffer[] = [];
    const source = openScene('tracks', {
      events: 'none',
      durationS: 10,
      fps: 2,
      startMs: 5000,
      width: 96,
      height: 54,
    });
    for await (const { number, capturedAtMs, luma } of source.pictures()) {
      numbers.push(number);
      expect(capturedAtMs).toBe(5000 + number * 500);
      seen.push(Buffer.from(luma));
    }
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
    const again = openScene('tracks', {
      events: 'none',
      durationS: 10,
      fps: 2,
      from: 15,
      width: 96,
      height: 54,
    });
    for await (const { number, luma } of again.pictures())
      expect(seen[number]!.equals(Buffer.from(luma))).toBe(true);
  });

  it('goes on for ever on request, the same when asked again, and stops when closed', async () => {
    const options = { pace: 'free', from: 400, frames: 40, width: 96, height: 54 } as const;
    const runs = await Promise.all(
      [0, 1].map(async () => {
        const pictures: Buffer[] = [];
        for await (const { luma } of openScene('scene:corridor?seed=3&period=40', options).pictures())
          pictures.push(Buffer.from(luma));
        return pictures;
      }),
    );
    expect(runs[0]!.length).toBe(40);
    for (const [k, luma] of runs[0]!.entries()) expect(luma.equals(runs[1]![k]!)).toBe(true);

    const live = openScene('scene:corridor?seed=3', { fps: 1, width: 96, height: 54 });
    let given = 0;
    for await (const _ of live.pictures()) {
      given++;
      await live.close();
    }
    expect(given).toBe(1);
  });
});
