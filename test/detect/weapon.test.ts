import { describe, expect, test } from 'vitest';
import { Claim } from '../../pipeline/detect/claim.ts';
import { Weapons } from '../../pipeline/detect/weapon.ts';
import type { DetectedObject, Measured, ObjectClass, Sensitivity, Track } from '../../pipeline/model.ts';
import type { Zone } from '../../pipeline/site/site.ts';
import { random, SEED } from '../support/random.ts';
import { measured, person, ruleBase, START_MS, STEP_MS } from './build.ts';

const FOR_MS = 1_000;

interface Shown {
  readonly objects?: readonly DetectedObject[];
  readonly tracks?: readonly Track[];
  readonly view?: Measured['frame']['view'];
}

/** A box of `wide` x `tall` view heights around x, y; somebody is a fifth of the view tall. */
function object(
  kind: ObjectClass,
  x: number,
  y: number,
  wide: number,
  tall: number,
  confidence = 0.8,
): DetectedObject {
  const half = (wide * 9) / 16 / 2;
  return { class: kind, confidence, box: { x0: x - half, y0: y - tall / 2, x1: x + half, y1: y + tall / 2 } };
}

const somebody = (x: number) => object('person', x, 0.7, 0.08, 0.2, 0.9);
const gun = (x: number, confidence = 0.8) => object('firearm', x + 0.03, 0.68, 0.04, 0.03, confidence);

type Scene = (ms: number, n: number) => Shown;

function look(ms: number, { objects = [], tracks = [], view = 'ok' }: Shown): Measured {
  const seen = measured(ms / STEP_MS, { tracks, view });
  return { ...seen, frame: { ...seen.frame, objects } };
}

interface Play {
  readonly sensitivity?: Sensitivity;
  readonly zone?: Zone;
  readonly stepMs?: number;
}

/** What is claimed within 20 s. */
function claims(scene: Scene, { sensitivity = 'medium', zone, stepMs = STEP_MS }: Play = {}) {
  const machine = new Weapons({ ...ruleBase('weapon'), sensitivity, forMs: FOR_MS }, zone);
  const claim = new Claim(machine.timing);
  const found: { s: number; phase: string; text: string }[] = [];
  for (let n = 0; n * stepMs <= 20_000; n++) {
    const ms = n * stepMs;
    const record = claim.step(machine.look(look(ms, scene(ms, n))), { frame: n, atMs: START_MS + ms });
    if (record !== undefined && record.phase !== 'update')
      found.push({ s: ms / 1000, phase: record.phase, text: record.condition.explanation });
  }
  return found;
}

const from2To10 =
  (seen: (ms: number, n: number) => readonly DetectedObject[]): Scene =>
  (ms, n) => ({ objects: ms >= 2_000 && ms < 10_000 ? seen(ms, n) : [somebody(0.3)] });

describe('is claimed', () => {
  const cases: readonly (readonly [string, Scene])[] = [
    ['somebody who holds one', from2To10(() => [somebody(0.3), gun(0.3)])],
    ['somebody who walks with one', from2To10((ms) => [somebody(0.2 + ms / 20_000), gun(0.2 + ms / 20_000)])],
    [
      'one that is seen in every second picture',
      from2To10((_, n) => [somebody(0.3), ...(n % 2 === 0 ? [gun(0.3)] : [])]),
    ],
    [
      'one whom only a track shows, because the detector knows weapons alone',
      (ms) => ({
        objects: ms >= 2_000 && ms < 10_000 ? [gun(0.3)] : [],
        tracks: [person({ x: 0.3, y: 0.8 })],
      }),
    ],
    [
      'one of a detector that speaks once a second',
      from2To10((ms) => (ms % 1_000 === 0 ? [somebody(0.3), gun(0.3)] : [])),
    ],
  ];
  test.each<readonly [string, Scene]>(cases)('%s', (_, scene) => {
    const [begin, end, ...more] = claims(scene);
    expect(begin?.phase).toBe('begin');
    expect(begin?.s).toBeGreaterThanOrEqual(3);
    expect(begin?.s).toBeLessThanOrEqual(5);
    expect(begin?.text).toMatch(
      /^a firearm with a person, seen in \d+ of \d+ pictures over \d\.\d s, limit 4/,
    );
    expect(end?.phase).toBe('end');
    expect(more).toEqual([]);
  });

  test('pictures at another rate tell the same', () => {
    const scene = from2To10(() => [somebody(0.3), gun(0.3)]);
    for (const stepMs of [100, 250, 500]) expect(claims(scene, { stepMs })).toHaveLength(2);
  });
});

describe('is no weapon', () => {
  const cases: readonly (readonly [string, Scene])[] = [
    ['what is seen once', (ms) => ({ objects: [somebody(0.3), ...(ms === 4_000 ? [gun(0.3)] : [])] })],
    [
      'what is seen for less than the time',
      (ms) => ({ objects: [somebody(0.3), ...(ms >= 4_000 && ms < 4_800 ? [gun(0.3)] : [])] }),
    ],
    [
      'a phone that is taken for one now and then',
      (_, n) => ({ objects: [somebody(0.3), ...(n % 4 === 0 ? [gun(0.3)] : [])] }),
    ],
    [
      'what is seen now here, now there',
      (_, n) => ({
        objects: [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x, k) => [somebody(x), ...(n % 5 === k ? [gun(x)] : [])]),
      }),
    ],
    ['a picture of one on a wall', () => ({ objects: [somebody(0.8), gun(0.3)] })],
    ['one that nobody is near', () => ({ objects: [gun(0.3)] })],
    [
      'what is as long as who carries it: a pole',
      () => ({ objects: [somebody(0.3), object('firearm', 0.3, 0.7, 0.03, 0.19)] }),
    ],
    ['what the detector hardly believes', () => ({ objects: [somebody(0.3), gun(0.3, 0.45)] })],
    ['an umbrella, by its name', () => ({ objects: [somebody(0.3), { ...gun(0.3), class: 'other' }] })],
    [
      'somebody who raises an arm, without any detector',
      (ms) => ({ tracks: [person({ x: 0.3 + ms / 100_000, y: 0.8 })] }),
    ],
    [
      'what is seen on a view that cannot be trusted',
      () => ({ objects: [somebody(0.3), gun(0.3)], view: 'moved' }),
    ],
  ];
  test.each(cases)('%s', (_, scene) => {
    expect(claims(scene)).toEqual([]);
  });
});

test('two boxes of one weapon in one picture are one', () => {
  const doubled = from2To10(() => [somebody(0.3), gun(0.3), gun(0.302, 0.7)]);
  expect(claims(doubled)[0]?.text).not.toContain('weapons)');
  const two = from2To10(() => [somebody(0.3), gun(0.3), somebody(0.7), gun(0.7)]);
  expect(claims(two)[0]?.text).toContain('(2 weapons)');
});

test('sensitivity decides how sure and how often', () => {
  const found = (scene: Scene) =>
    (['low', 'medium', 'high'] as const).filter((sensitivity) => claims(scene, { sensitivity }).length > 0);
  const held = (confidence: number, every = 1): Scene =>
    from2To10((_, n) => [somebody(0.3), ...(n % every === 0 ? [gun(0.3, confidence)] : [])]);
  expect(found(held(0.9))).toEqual(['low', 'medium', 'high']);
  expect(found(held(0.55))).toEqual(['medium', 'high']);
  expect(found(held(0.4))).toEqual(['high']);
  expect(found(held(0.9, 3))).toEqual(['high']);
});

test('a zone is for who stands in it', () => {
  const right: Zone = {
    id: 'z',
    polygon: [
      { x: 0.5, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
      { x: 0.5, y: 1 },
    ],
  };
  const at = (x: number) => from2To10(() => [somebody(x), gun(x)]);
  expect(claims(at(0.3), { zone: right })).toEqual([]);
  expect(claims(at(0.7), { zone: right })).toHaveLength(2);
});

test(`state is bounded and goes on as it was, whatever a detector says (seed ${SEED})`, () => {
  const chance = random(SEED);
  const rule = { ...ruleBase('weapon'), sensitivity: 'high' as const, forMs: FOR_MS };
  const whole = new Weapons(rule, undefined);
  let moved = new Weapons(rule, undefined);
  for (let n = 0; n < 1_500; n++) {
    const objects = Array.from({ length: chance.below(31) }, () => {
      const kind = (['person', 'knife', 'firearm', 'bag'] as const)[chance.below(4)]!;
      const tall = kind === 'person' ? 0.2 : 0.03;
      return object(kind, chance.unit(), chance.unit(), 0.6 * tall, tall, chance.unit());
    });
    const seen = look(n * 20, { objects });
    const next = new Weapons(rule, undefined);
    next.restore(structuredClone(moved.save()));
    moved = next;
    expect(moved.look(seen)).toEqual(whole.look(seen));
    const { weapons } = whole.save();
    expect(weapons.length).toBeLessThanOrEqual(8);
    for (const { pictures } of weapons) expect(pictures.length).toBeLessThanOrEqual(257);
  }
});
