import { describe, expect, test } from 'vitest';
import { Claim } from '../../../pipeline/detect/claim.ts';
import { CrowdMovement } from '../../../pipeline/detect/crowd-movement/crowd-movement.ts';
import type { Measured, Mover, Sensitivity } from '../../../pipeline/model.ts';
import type { Zone } from '../../../pipeline/site/site.ts';
import { measured, ruleBase, START_MS, STEP_MS } from '../build.ts';

const FOR_MS = 1_000;
/** What happens begins here. */
const AT = 20_000;
/** Metres across the view: people are a fifth of its height. */
const HIGH_M = 8.5;
const WIDE_M = (HIGH_M * 16) / 9;

interface Body {
  /** Metres from the left and from the top of the view. */
  readonly x: number;
  readonly y: number;
  /** m/s */
  readonly vx: number;
  readonly vy: number;
  readonly people?: number;
  readonly tall?: number;
  readonly wide?: number;
}

function moverOf({ x, y, vx, vy, people = 1, tall = 1, wide = 0.4 }: Body): Mover {
  const foot = { x: x / WIDE_M, y: y / HIGH_M };
  const box = {
    x0: foot.x - (0.85 * wide) / WIDE_M,
    y0: foot.y - (1.7 * tall) / HIGH_M,
    x1: foot.x + (0.85 * wide) / WIDE_M,
    y1: foot.y,
  };
  return { box, foot, people, tall, wide, speed: Math.hypot(vx, vy), velocity: { x: vx, y: vy } };
}

type Scene = (ms: number) => readonly Body[];

/** `count` people on a ring around the middle of the view, one every some degrees. */
function ring(count: number, ms: number, speed: number, way: (angle: number) => number): readonly Body[] {
  return Array.from({ length: count }, (_, k) => {
    const angle = (2 * Math.PI * k) / count;
    const radius = 1 + 0.2 * (k % 3);
    const to = way(angle);
    const gone = (speed * Math.max(0, ms - AT)) / 1000;
    return {
      x: WIDE_M / 2 + radius * Math.cos(angle) + gone * Math.cos(to),
      y: HIGH_M / 2 + radius * Math.sin(angle) + gone * Math.sin(to),
      vx: speed * Math.cos(to),
      vy: speed * Math.sin(to),
    };
  }).filter(({ x, y }) => x > 0 && y > 0 && x < WIDE_M && y < HIGH_M);
}

const stroll = (ms: number, count = 12, speed = 1.2) =>
  ring(count, AT, speed + 0.2 * Math.sin(ms / 900), (angle) => angle + Math.PI / 2);
const then =
  (event: Scene, before: Scene = stroll): Scene =>
  (ms) =>
    ms < AT ? before(ms) : event(ms);
const scatter: Scene = then((ms) => ring(12, ms, 3.5, (angle) => angle));
const surge: Scene = then((ms) => ring(12, ms, 3.2, () => 0));

interface Play {
  readonly sensitivity?: Sensitivity;
  readonly people?: number;
  readonly zone?: Zone;
  readonly calibrated?: boolean;
  readonly untilMs?: number;
  readonly view?: (ms: number) => Measured['frame']['view'];
}

function look(ms: number, scene: Scene, view: Measured['frame']['view'] = 'ok'): Measured {
  const seen = measured(ms / STEP_MS, { view });
  return view === 'ok' ? { ...seen, movers: scene(ms).map(moverOf) } : seen;
}

function ruleOf({ sensitivity = 'medium', people }: Play = {}) {
  const base = { ...ruleBase('crowd_movement'), sensitivity, forMs: FOR_MS };
  return people === undefined ? base : { ...base, people };
}

/** What is claimed within a minute: seconds of begin and end, and the first sentence. */
function claims(scene: Scene, play: Play = {}) {
  const machine = new CrowdMovement(ruleOf(play), play.zone, play.calibrated ?? false);
  const claim = new Claim(machine.timing);
  const found: { s: number; phase: string; text: string }[] = [];
  for (let ms = 0; ms <= (play.untilMs ?? 60_000); ms += STEP_MS) {
    const condition = machine.look(look(ms, scene, play.view?.(ms)));
    const record = claim.step(condition, { frame: ms / STEP_MS, atMs: START_MS + ms });
    if (record === undefined || record.phase === 'update') continue;
    found.push({ s: ms / 1000, phase: record.phase, text: record.condition.explanation });
  }
  return found;
}

describe('is claimed', () => {
  test.each<[string, Scene, RegExp]>([
    ['people who scatter from a point', scatter, /^1[0-2] people ran away from one point at 3\.5 m\/s/],
    ['a surge', surge, /^1[0-2] people ran all one way at 3\.2 m\/s/],
    [
      'people who stand and then run every way',
      then(
        (ms) => ring(12, ms, 3, (angle) => 5 * angle + Math.PI / 2),
        (ms) => stroll(ms, 12, 0.2),
      ),
      /^1[0-2] people ran /,
    ],
  ])('%s', (_, scene, sentence) => {
    const [begin, ...more] = claims(scene);
    expect(begin?.s).toBeGreaterThanOrEqual((AT + FOR_MS / 2) / 1000);
    expect(begin?.s).toBeLessThanOrEqual((AT + FOR_MS) / 1000 + 0.6);
    expect(begin?.text).toMatch(sentence);
    expect(more.map(({ phase }) => phase)).toEqual(['end']);
  });

  test('after five seconds of which nothing but a walk was seen', () => {
    const early: Scene = (ms) => scatter(ms + AT - 5_000);
    expect(claims(early)[0]?.s).toBeCloseTo(5.8, 0);
  });

  test('a surge into a view that was empty, once they have been in it for a while', () => {
    const into = then(
      (ms) => ring(9, AT, 3, () => 0).filter((_, k) => ms - AT > 150 * k && ms - AT < 6_000),
      () => [],
    );
    expect(claims(into)).toHaveLength(2);
  });
});

describe('is no crowd movement', () => {
  const walkOff = (angle: number) => angle;
  const car = (ms: number, speed = 8): Body => ({
    x: ((ms * speed) / 1000) % WIDE_M,
    y: 6,
    vx: speed,
    vy: 0,
    people: 7,
    tall: 0.9,
    wide: 2.4,
  });
  const none: readonly (readonly [string, Scene])[] = [
    ['a walk, however many walk', (ms) => stroll(ms, 30)],
    ['one who runs', then((ms) => [...stroll(ms), ...ring(1, ms, 4, walkOff)])],
    ['three who run for a train', then((ms) => [...stroll(ms), ...ring(3, ms, 3.5, () => 0)])],
    ['a train that empties: many begin to walk at once', then((ms) => ring(20, ms, 1.5, walkOff))],
    [
      'a train that empties where people stood and waited',
      then(
        (ms) => ring(20, ms, 1.6, walkOff),
        (ms) => stroll(ms, 12, 0.2),
      ),
    ],
    ['people who walk briskly', then((ms) => ring(14, ms, 2, walkOff))],
    ['cars that come', then((ms) => [...stroll(ms), car(ms), car(ms + 700), car(ms + 1_500)])],
    ['cars, always', (ms) => [car(ms), car(ms + 700), car(ms + 1_200), car(ms + 1_700)]],
    [
      'a train that arrives, with pieces of it beside',
      then((ms) => [
        ...stroll(ms),
        { x: 5, y: 7, vx: 9, vy: 0, people: 40, tall: 2, wide: 8 },
        ...ring(3, AT, 9, () => 0),
      ]),
    ],
    [
      'an escalator',
      (ms) =>
        Array.from({ length: 9 }, (_, k) => ({ x: 4 + 0.8 * k, y: 3 + 0.4 * k + 0 * ms, vx: 0.5, vy: 0.3 })),
    ],
    ['sport: they always run', (ms) => ring(10, AT, 2.5 + Math.sin(ms / 700), (angle) => 3 * angle)],
    [
      'a game that pauses, once it has been seen',
      (ms) => (ms % 10_000 < 3_000 && ms > 3_000 && ms < 13_000 ? [] : ring(10, AT, 3.2, () => 0)),
    ],
    [
      'light that sweeps over the place: many patches for a moment',
      then(
        (ms) => (ms < AT + 800 ? ring(40, AT, 6, () => 0) : stroll(ms)),
        () => [],
      ),
    ],
    [
      'litter in the wind',
      then((ms) => ring(20, ms, 4, () => 0).map((one) => ({ ...one, tall: 0.2, wide: 0.2, people: 0.3 }))),
    ],
    [
      'a dash that lasts half a second',
      then((ms) => (ms < AT + 500 ? ring(12, ms, 3.5, () => 0) : stroll(ms))),
    ],
  ];
  test.each(none)('%s', (_, scene) => {
    expect(claims(scene)).toEqual([]);
  });
});

test('a yard in which six often run is known after a while', () => {
  const yard: Scene = (ms) =>
    ms % 20_000 < 4_000 ? [...stroll(ms, 6), ...ring(6, AT, 3.2, () => 0)] : stroll(ms);
  const begun = claims(yard, { untilMs: 900_000 }).filter(({ phase }) => phase === 'begin');
  expect(begun.length).toBeGreaterThan(0);
  expect(begun.at(-1)!.s).toBeLessThan(450);
});

test('the rule may say how many', () => {
  const two = then((ms) => [...stroll(ms), ...ring(2, ms, 3.5, (angle) => angle + 0.5)]);
  expect(claims(two)).toEqual([]);
  expect(
    claims(
      then((ms) => ring(2, ms, 3.5, () => 0)),
      { people: 2 },
    ),
  ).toHaveLength(2);
  expect(claims(scatter, { people: 15 })).toEqual([]);
});

test('sensitivity decides how many, how fast and which share', () => {
  const few = then((ms) => [...ring(4, ms, 3.4, (angle) => angle), ...stroll(ms, 3)]);
  const some = then((ms) => ring(6, ms, 3.4, (angle) => angle));
  const found = (scene: Scene) =>
    (['low', 'medium', 'high'] as const).filter((sensitivity) => claims(scene, { sensitivity }).length > 0);
  expect(found(few)).toEqual(['high']);
  expect(found(some)).toEqual(['medium', 'high']);
  expect(found(scatter)).toEqual(['low', 'medium', 'high']);
});

test('a zone sees its own people alone', () => {
  const left = (x1: number): Zone => ({
    id: 'z',
    polygon: [
      { x: 0, y: 0 },
      { x: x1, y: 0 },
      { x: x1, y: 1 },
      { x: 0, y: 1 },
    ],
  });
  expect(claims(scatter, { zone: left(1) })).toHaveLength(2);
  expect(claims(scatter, { zone: left(0.4) })).toEqual([]);
});

test('a view that comes back is looked at before anything is claimed', () => {
  const machine = new CrowdMovement(ruleOf(), undefined, false);
  expect(machine.look(look(0, scatter, 'dark'))).toBeUndefined();
  const view = (ms: number) => (ms < AT ? 'dark' : 'ok');
  expect(claims(scatter, { view })).toEqual([]);
});

test('what it has learned is bounded', () => {
  const machine = new CrowdMovement(ruleOf(), undefined, false);
  const sizes = new Set<number>();
  for (let ms = 0; ms < 600_000; ms += STEP_MS) {
    machine.look(look(ms, (at) => stroll(at, 40)));
    if (ms > 20_000) sizes.add(JSON.stringify(machine.save().present).length);
  }
  expect(machine.save().pace.peopleSeconds).toBeLessThanOrEqual(3_000);
  expect(Math.max(...sizes)).toBeLessThan(1_000);
});

test('a machine that goes on from saved state answers the same', () => {
  const whole = new CrowdMovement(ruleOf(), undefined, false);
  let moved = new CrowdMovement(ruleOf(), undefined, false);
  let held = 0;
  for (let ms = 0; ms <= 30_000; ms += STEP_MS) {
    const next = new CrowdMovement(ruleOf(), undefined, false);
    next.restore(structuredClone(moved.save()));
    moved = next;
    const want = whole.look(look(ms, scatter));
    expect(moved.look(look(ms, scatter))).toEqual(want);
    if (want?.holds) held++;
  }
  expect(held).toBeGreaterThan(3);
});
