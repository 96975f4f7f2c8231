/** The event types that watch a whole view, what is taken for them, and what the lens does: pictures and truth agree. */
import { describe, expect, it } from 'vitest';
import {
  buildScene,
  FAULTS,
  LOOK_ALIKES,
  mixedSpec,
  openScene,
  PLAYS,
  parseSceneSource,
  SCENE_NAMES,
  type Scene,
  type SceneEvent,
  type SceneEventType,
  type SceneName,
  type SceneSpec,
  sampleSpec,
  sceneOf,
  sceneSpec,
} from '../../pipeline/ingest/scenes/index.ts';
import { LYING, liesDuring, postureAt, UPRIGHT } from '../../pipeline/ingest/scenes/people/postures.ts';
import { puffAt } from '../../pipeline/ingest/scenes/props/flames.ts';
import { shinesAt } from '../../pipeline/ingest/scenes/props/lamps.ts';

const SIZE = { width: 96, height: 54 };
const CALM = { trains: false, lights: false, crowd: 0, shake: 0, noise: 0 };
const NEW: readonly SceneEventType[] = [
  'fire',
  'person_on_ground',
  'abandoned_object',
  'crowd_movement',
  'weapon',
];
const played = SCENE_NAMES.flatMap((scene) =>
  PLAYS[scene].filter((type) => NEW.includes(type)).map((type): [SceneName, SceneEventType] => [scene, type]),
);

interface Picture {
  readonly luma: Buffer;
  readonly u: Buffer;
  readonly v: Buffer;
}

function picture(scene: Scene, seconds: number): Picture {
  const chroma = Math.ceil(scene.width / 2) * Math.ceil(scene.height / 2);
  const luma = Buffer.alloc(scene.width * scene.height);
  const planes = { luma, u: Buffer.alloc(chroma), v: Buffer.alloc(chroma) };
  scene.renderAt(seconds, planes);
  return planes;
}

/** Byte for byte, by a comparison that does not look at one element after the other. */
function same(a: Picture, b: Picture): boolean {
  return a.luma.equals(b.luma) && a.u.equals(b.u) && a.v.equals(b.v);
}

/** Share of pixels that differ by more than `levels`. */
function apart(a: Uint8Array, b: Uint8Array, levels = 6): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]!) > levels) count++;
  return count / a.length;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function calm(scene: SceneName, seed: number, more: Partial<SceneSpec> = {}): SceneSpec {
  return sceneSpec({ scene, seed, people: 0, events: 'none', nuisances: CALM, ...SIZE, ...more });
}

function play(scene: SceneName, seed: number, event: SceneEvent, durationS = 90): Scene {
  return buildScene(calm(scene, seed, { events: [event], durationS }));
}

describe('pictures of', () => {
  it.each(played)('%s / %s are the same whatever was asked before, and at any second', (name, type) => {
    const spec = mixedSpec(name, type, 8, SIZE);
    const [a, b] = [buildScene(spec), buildScene(spec)];
    for (const t of [31, 19.4, 25.2]) picture(a, t);
    for (const t of [19.4, 19.44, 31]) expect(same(picture(a, t), picture(b, t)), `${t}`).toBe(true);
    const planes = picture(a, 0);
    a.render(97, planes);
    expect(same(planes, picture(b, 97 / 5))).toBe(true);
    expect(a.objects(97)).toEqual(b.objects(97));
  });
});

const HIDEABLE: readonly string[] = ['person_on_ground', 'abandoned_object'];

describe('the truth of', () => {
  it.each(played)('%s / %s has the event, after there was time to learn the view', (name, type) => {
    let without = 0;
    for (let seed = 60; seed < 66; seed++) {
      const { truth, fps, frames } = buildScene(mixedSpec(name, type, seed, SIZE));
      const events = truth.events.filter((event) => event.type === type);
      if (events.length === 0) without++;
      for (const event of events) {
        expect(event.start_frame).toBeGreaterThanOrEqual(10 * fps);
        expect(event.end_frame).toBeLessThan(frames);
        for (const [x, y] of event.region!) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(y).toBeLessThanOrEqual(1);
        }
      }
    }
    // Who falls may lie hidden behind others or below the view, and so may a bag: that nobody can see.
    expect(without).toBeLessThanOrEqual(HIDEABLE.includes(type) ? 3 : 0);
  });

  it.each(['ground', 'bin', 'train'] as const)(
    'fire on %s: there are flames from then on, and none before',
    (on) => {
      const events: SceneEvent[] = [{ type: 'fire', atS: 20, durationS: 30, on }];
      const scene = buildScene(calm('platform', 3, { events, durationS: 60, width: 160, height: 90 }));
      const [fire] = scene.truth.events;
      expect(fire!.type).toBe('fire');
      // Yellow to red, and bright.
      const flames = (n: number) => {
        const { luma, u, v } = picture(scene, n / scene.fps);
        const half = scene.width / 2;
        let inside = 0;
        let all = 0;
        for (let c = 0; c < v.length; c++) {
          const [x, y] = [c % half, Math.floor(c / half)];
          if (v[c]! - u[c]! < 45 || luma[2 * y * scene.width + 2 * x]! < 80) continue;
          all++;
          const [x0, y0] = fire!.region![0]!;
          const [x1, y1] = fire!.region![2]!;
          const [px, py] = [(x + 0.5) / half, (y + 0.5) / (scene.height / 2)];
          if (px > x0 - 0.04 && px < x1 + 0.04 && py > y0 - 0.12 && py < y1 + 0.04) inside++;
        }
        return { inside, all };
      };
      // What is painted like flames on a wall is there before as well.
      const before = flames(fire!.start_frame - 15);
      const grown = flames(fire!.end_frame - 15);
      expect(grown.inside - before.inside).toBeGreaterThan(1);
      expect(grown.inside - before.inside).toBeGreaterThan(0.6 * (grown.all - before.all));
      expect(flames(fire!.start_frame + 5).inside).toBeLessThanOrEqual(grown.inside + 3);
    },
  );

  it.each(['fast', 'slow', 'stumble'] as const)('a %s fall: the body lies in its region', (fall) => {
    for (const towards of ['sideways', 'lens', 'away'] as const) {
      const event: SceneEvent = {
        type: 'person_on_ground',
        atS: 20,
        durationS: 20,
        fall,
        towards,
        helped: true,
      };
      const scene = play('corridor', 5, event, 70);
      const [lies] = scene.truth.events;
      expect(lies!.type).toBe('person_on_ground');
      expect(lies!.start_frame / scene.fps).toBeGreaterThan(20);
      expect(lies!.start_frame / scene.fps).toBeLessThan(fall === 'slow' ? 26 : 22);
      expect(lies!.end_frame / scene.fps).toBeGreaterThan(38);
      const foot = scene.feet(lies!.start_frame).find((one) => lies!.who.includes(one.who))!;
      const [x0, y0] = lies!.region![0]!;
      const [x1, y1] = lies!.region![2]!;
      // Lower on the view than they were tall.
      expect(y1 - y0).toBeLessThan(0.8 * foot.height);
      const empty = picture(scene, 2).luma;
      // Somebody else may walk about, then or now.
      const now = scene.feet(lies!.start_frame + scene.fps);
      const others = [...now, ...scene.feet(2 * scene.fps)].filter((one) => !lies!.who.includes(one.who));
      const there = picture(scene, lies!.start_frame / scene.fps + 1).luma;
      let inside = 0;
      let all = 0;
      for (let i = 0; i < there.length; i++) {
        if (Math.abs(there[i]! - empty[i]!) < 9) continue;
        const [px, py] = [(i % 96) / 96, Math.floor(i / 96) / 54];
        if (
          others.some(
            (one) =>
              Math.abs(px - one.x) < 0.3 * one.height && py > one.y - 1.1 * one.height && py < one.y + 0.05,
          )
        )
          continue;
        all++;
        if (px > x0 - 0.03 && px < x1 + 0.03 && py > y0 - 0.04 && py < y1 + 0.04) inside++;
      }
      expect(all).toBeGreaterThan(5);
      expect(inside / all, `${fall} ${towards}`).toBeGreaterThan(0.7);
    }
  });

  it('an abandoned bag begins when its owner is 3 m away, not when it is put down', () => {
    for (const removed of [true, false]) {
      const scene = play('platform', 9, { type: 'abandoned_object', atS: 20, durationS: 80, removed }, 130);
      const [left] = scene.truth.events.filter((event) => event.type === 'abandoned_object');
      const owner = left!.who[0]!;
      const at = (n: number) => scene.feet(n).find((foot) => foot.who === owner);
      const began = at(left!.start_frame - 1)!;
      const next = at(left!.start_frame);
      expect(began).toBeDefined();
      if (next) expect(Math.hypot(next.atX - began.atX, next.atY - began.atY)).toBeLessThan(0.7);
      expect(left!.start_frame).toBeGreaterThan(20 * scene.fps);
      expect(left!.end_frame === scene.frames - 1).toBe(!removed);
      const [x0, y0] = left!.region![0]!;
      const [x1, y1] = left!.region![2]!;
      const tone = (n: number) => {
        const { luma } = picture(scene, n / scene.fps);
        const [x, y] = [Math.floor(48 * (x0 + x1)), Math.floor(54 * (0.4 * y0 + 0.6 * y1))];
        return luma[y * 96 + x]!;
      };
      expect(Math.abs(tone(left!.start_frame + 30) - tone(5))).toBeGreaterThan(12);
      if (removed) expect(Math.abs(tone(scene.frames - 5) - tone(5))).toBeLessThan(6);
    }
  });

  it('a bag whose owner stays is none, nor is somebody who lies from the start, sits, or is up again at once', () => {
    for (const kind of LOOK_ALIKES) {
      const scene = buildScene(
        calm('platform', 21, { durationS: 150, lookAlikes: [{ kind, atS: 30, durationS: 90 }] }),
      );
      expect(scene.truth.events, kind).toEqual([]);
      expect(scene.truth.nuisances.map((one) => one.kind)).toContain(kind);
    }
  });

  it.each(['scatter', 'surge'] as const)('a %s: many run at once, and nobody before', (how) => {
    const scene = play('platform', 4, { type: 'crowd_movement', atS: 25, durationS: 8, people: 16, how }, 60);
    const [rush] = scene.truth.events.filter((event) => event.type === 'crowd_movement');
    const running = (n: number) => scene.feet(n).filter((foot) => foot.speed >= 2.5);
    expect(rush!.start_frame / scene.fps).toBeGreaterThan(24.9);
    for (let n = 0; n < rush!.start_frame; n++) expect(running(n).length).toBeLessThan(4);
    const most = Math.max(...Array.from({ length: 20 }, (_, k) => running(rush!.start_frame + k).length));
    expect(most).toBeGreaterThanOrEqual(6);
    const feet = running(rush!.start_frame + 2);
    const headings = feet.map((foot) => foot.headingY);
    const alike = Math.abs(mean(headings));
    if (how === 'surge') expect(alike).toBeGreaterThan(0.8);
    else expect(Math.max(...headings) - Math.min(...headings)).toBeGreaterThan(0.8);
    for (const foot of feet) expect(foot.speed).toBeLessThanOrEqual(5);
  });

  it('a weapon: objects show it in most pictures of the event, and hardly in others', () => {
    const scene = buildScene({ ...sampleSpec('corridor', 'weapon', 12, SIZE) });
    const [armed] = scene.truth.events.filter((event) => event.type === 'weapon');
    const shown = (n: number) =>
      scene.objects(n)!.filter((one) => one.class === 'knife' || one.class === 'firearm').length;
    let inside = 0;
    let outside = 0;
    for (let n = 0; n < scene.frames; n++) {
      if (n >= armed!.start_frame && n <= armed!.end_frame) inside += Math.min(1, shown(n));
      else outside += Math.min(1, shown(n));
    }
    const length = armed!.end_frame - armed!.start_frame + 1;
    expect(inside / length).toBeGreaterThan(0.5);
    expect(inside / length).toBeLessThan(0.95);
    expect(outside / (scene.frames - length)).toBeLessThan(0.06);
    for (const { box, confidence } of scene.objects(armed!.start_frame)!) {
      expect(box.x0).toBeLessThanOrEqual(box.x1);
      expect(box.y1).toBeLessThanOrEqual(1);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThan(1);
    }
    expect(buildScene(calm('corridor', 12, { durationS: 20 })).objects(3)).toBeUndefined();
  });
});

describe('what flickers', () => {
  /** How often a minute a series crosses its mean, each way. */
  const crossings = (of: (t: number) => number, seconds = 60) => {
    const values = Array.from({ length: seconds * 25 }, (_, k) => of(20 + k / 25));
    const middle = mean(values);
    let count = 0;
    for (let k = 1; k < values.length; k++) if (values[k]! > middle !== values[k - 1]! > middle) count++;
    return (count * 60) / seconds;
  };
  const fire = { x: 0, y: 8, z: 0, atS: 0, untilS: 200, heightM: 1, growS: 5, smoke: 0 };

  it('flames: 1 to 12 times a second, and never alike', () => {
    for (const widthM of [0.2, 0.6, 1.2])
      for (let salt = 1; salt < 6; salt++) {
        const hertz = crossings((t) => puffAt({ ...fire, widthM, salt }, t)) / 120;
        expect(hertz).toBeGreaterThan(1);
        expect(hertz).toBeLessThan(12);
      }
  });

  it('lamps: steady, or to a beat', () => {
    const lamp = {
      x: 0,
      y: 8,
      z: 2,
      widthM: 0.3,
      heightM: 0.3,
      luma: 200,
      u: 60,
      v: 190,
      fromS: 0,
      untilS: 200,
    };
    const of = { ...lamp, periodS: 0.8, halo: 0, mirrored: 0, salt: 3 };
    expect(crossings((t) => shinesAt({ ...of, rhythm: 'steady' }, t))).toBe(0);
    expect(crossings((t) => shinesAt({ ...of, rhythm: 'blink' }, t)) / 120).toBeCloseTo(1.25, 1);
    expect(shinesAt({ ...of, rhythm: 'rotate' }, 30)).toBeCloseTo(
      shinesAt({ ...of, rhythm: 'rotate' }, 38),
      6,
    );
    expect(shinesAt({ ...of, rhythm: 'twin' }, 250)).toBe(0);
  });

  it('is given between the analysed pictures when asked for', async () => {
    const options = { events: 'none', durationS: 10, ...SIZE, startMs: 0 } as const;
    const told: [number, number, boolean][] = [];
    const source = openScene('platform', { ...options, between: true });
    expect(source.sourceFps).toBe(15);
    const lumas = new Map<number, Buffer>();
    for await (const { number, capturedAtMs, between, luma } of source.pictures()) {
      told.push([number, capturedAtMs, between ?? false]);
      if (!between) lumas.set(number / 3, Buffer.from(luma));
    }
    expect(told.slice(0, 5)).toEqual([
      [0, 0, false],
      [1, 67, true],
      [2, 133, true],
      [3, 200, false],
      [4, 267, true],
    ]);
    // The analysed ones are what they are without.
    for await (const { number, luma } of openScene('platform', options).pictures())
      expect(lumas.get(number)!.equals(Buffer.from(luma))).toBe(true);
  });
});

describe('postures', () => {
  it('run from one to the next and end upright', () => {
    const poses = [
      { t0: 10, t1: 11, to: LYING, how: 'drop' as const },
      { t0: 20, t1: 22, to: UPRIGHT, how: 'ease' as const },
    ];
    expect(postureAt(poses, 9.9)).toBeUndefined();
    expect(postureAt(poses, 10.5)!.tip).toBeCloseTo(Math.PI / 8, 6);
    expect(postureAt(poses, 15)).toEqual(LYING);
    expect(postureAt(poses, 22)).toBeUndefined();
    expect(liesDuring(poses)).toEqual([[11, 20]]);
  });
});

describe('knobs', () => {
  const knobs: [string, SceneName, Partial<SceneSpec['nuisances']>][] = [
    ['rain', 'tracks', { rain: 1 }],
    ['snow', 'tracks', { snow: 1 }],
    ['insects', 'platform', { insects: 20 }],
    ['lightning', 'tracks', { lightning: 20 }],
    ['gainSteps', 'corridor', { gainSteps: 20 }],
    ['infrared', 'tracks', { infrared: 40 }],
    ['knocks', 'platform', { knocks: 20 }],
    ['sway', 'tracks', { sway: 1 }],
    ['vibration', 'coach', { vibration: 1 }],
    ['trees', 'tracks', { trees: 1 }],
    ['lookAlikeEveryS', 'platform', { lookAlikeEveryS: 15 }],
    ['boarding', 'platform', { trains: true, boarding: 1 }],
  ];
  it.each(knobs)('%s changes what is seen, and is off when absent or 0', (name, scene, nuisances) => {
    // A platform without trains has nothing to board: the plain one has them too.
    const plain = { ...CALM, ...(nuisances.trains ? { trains: true } : {}) };
    const seed = name === 'boarding' ? 29 : 16;
    const of = (more: object) =>
      buildScene(calm(scene, seed, { durationS: 60, nuisances: { ...plain, ...more } }));
    const [without, none, full] = [of({}), of({ [name]: 0 }), of(nuisances)];
    let most = 0;
    for (let t = 6; t < 59; t += 1.37) {
      const a = picture(without, t);
      expect(same(picture(none, t), a)).toBe(true);
      most = Math.max(most, apart(a.luma, picture(full, t).luma));
    }
    expect(most).toBeGreaterThan(0.004);
  });

  it.each(LOOK_ALIKES)('look-alike %s is seen while it lasts', (kind) => {
    const scene = kind === 'hazard_lights' ? 'tracks' : 'platform';
    const [without, full] = [[], [{ kind, atS: 20, durationS: 30 }]].map((lookAlikes) =>
      buildScene(calm(scene, 23, { durationS: 60, lookAlikes })),
    );
    let most = 0;
    for (let t = 20; t < 50; t += 0.9) {
      const [a, b] = [picture(without!, t), picture(full!, t)];
      most = Math.max(most, apart(a.luma, b.luma), apart(a.v, b.v, 4));
    }
    expect(most).toBeGreaterThan(0.0015);
  });

  it.each(FAULTS)('a view that is %s looks so, and is well again afterwards', (state) => {
    const spec = calm('platform', 6, { durationS: 60, people: 1, nuisances: { ...CALM, noise: 1 } });
    const scene = buildScene({ ...spec, faults: [{ state, atS: 20, forS: 10 }] });
    const well = buildScene(spec);
    expect(scene.truth.views).toEqual([{ state, start_frame: 100, end_frame: 150 }]);
    const [bad, good] = [picture(scene, 25), picture(well, 25)];
    const contrast = (luma: Uint8Array) => {
      let sum = 0;
      for (let i = 1; i < luma.length; i++) sum += Math.abs(luma[i]! - luma[i - 1]!);
      return sum / luma.length;
    };
    if (state === 'frozen') expect(same(bad, picture(scene, 20))).toBe(true);
    if (state === 'dark') expect(mean(bad.luma)).toBeLessThan(45);
    if (state === 'bright') expect(mean(bad.luma)).toBeGreaterThan(200);
    if (state === 'covered' || state === 'blurred')
      expect(contrast(bad.luma)).toBeLessThan(0.5 * contrast(good.luma));
    if (state === 'moved') expect(apart(bad.luma, good.luma, 10)).toBeGreaterThan(0.2);
    expect(same(picture(scene, 40), picture(well, 40))).toBe(true);
  });

  it('of a source are those of its settings', () => {
    const source = parseSceneSource(
      'scene:tracks?events=none&rain=0.5&knocks=2&lookAlikeEveryS=40&fault=blurred&objects=on&duration=60',
    );
    expect(source).toMatchObject({
      knobs: { rain: 0.5, knocks: 2, lookAlikeEveryS: 40 },
      fault: 'blurred',
      objects: true,
    });
    const scene = sceneOf(source, SIZE);
    expect(scene.truth.views).toEqual([{ state: 'blurred', start_frame: 100, end_frame: 150 }]);
    expect(scene.objects(10)).toBeDefined();
    for (const wrong of ['rain=2', 'rain=wet', 'fault=lost', 'objects=1'])
      expect(() => parseSceneSource(`scene:tracks?${wrong}`), wrong).toThrow();
  });
});

describe('a coach', () => {
  it('has windows behind which the world passes, and a floor that stays', () => {
    const scene = buildScene(calm('coach', 2, { durationS: 120 }));
    const rows = (from: number, to: number) => {
      const [a, b] = [picture(scene, 4), picture(scene, 4.6)];
      return apart(a.luma.subarray(from * 96, to * 96), b.luma.subarray(from * 96, to * 96), 10);
    };
    expect(rows(10, 30)).toBeGreaterThan(5 * rows(42, 54));
    // Tunnels come and go: the windows are dark at times.
    const glass = Array.from({ length: 60 }, (_, k) => mean(picture(scene, 2 * k).luma));
    expect(Math.max(...glass) - Math.min(...glass)).toBeGreaterThan(10);
  });
});
