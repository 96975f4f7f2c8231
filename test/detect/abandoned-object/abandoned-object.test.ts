import { describe, expect, test } from 'vitest';
import { AbandonedObject } from '../../../pipeline/detect/abandoned-object/abandoned-object.ts';
import type { DetectedObject } from '../../../pipeline/model.ts';
import { person, ruleBase, START_MS, STEP_MS } from '../build.ts';
import {
  bag,
  behind,
  changes,
  coat,
  FOR_MS,
  inside,
  LEAVES,
  lay,
  lies,
  look,
  nowAndThen,
  owner,
  PUT,
  passing,
  type Story,
  sitting,
  stands,
  waiter,
  walker,
} from './bag-story.ts';

test('a bag with a rim of its own is claimed though it is seen steady now and then', () => {
  expect(changes({ steady: nowAndThen })).toHaveLength(1);
});

test('a bag is claimed when its owner has been away for long enough, and says why', () => {
  const [at] = changes({});
  // Away is 1.8 heights of .2: with 16:9 that is .2 of the width, two seconds of walking.
  expect(at).toBeGreaterThanOrEqual(LEAVES / 1000 + FOR_MS / 1000 + 1.5);
  expect(at).toBeLessThanOrEqual(LEAVES / 1000 + FOR_MS / 1000 + 3);
  const machine = new AbandonedObject({ ...ruleBase('abandoned_object'), forMs: FOR_MS }, undefined, true);
  let last: ReturnType<AbandonedObject['look']>;
  for (let ms = 0; ms <= 32_000; ms += STEP_MS) last = machine.look(look(ms, {}));
  expect(last?.region).toEqual(bag.box);
  expect(last?.explanation).toMatch(
    /^an object of 0\.4 person heights has stood alone for 2\d\.\d s, limit 20\.0 s; whoever brought it left 2\d\.\d s ago, limit 20\.0 s$/,
  );
});

test.each<[string, Story]>([
  [
    'somebody waits for their train a height away from it',
    { others: () => [person({ id: 9, x: 0.63, y: 0.8 })] },
  ],
  ['it is two regions that together are no wider than luggage', { part: 0.03 }],
  ['it has hardly a rim of its own, when it is seen all the time', { region: { rim: 0.2 } }],
  ['somebody stands before it, when they do not have it on', { others: stands(0.56) }],
  ['something low is beside it that is no wider than luggage', { others: lies(0.08, 20_000) }],
  ['something lies beside it that has hardly been followed', { others: lies(0.1, 7_000) }],
])('a bag is claimed though %s', (_, story) => {
  expect(changes(story)).toEqual(changes({}));
});

describe('of a thing that is seen as large as 7 by 7 pixels', () => {
  /** For two of the seconds since it was left it is not seen, which takes as much off the clock. */
  const unseen: Story = { hidden: [16_000, 18_000] };
  const large = { region: { areaPx: 49 } };

  test('a quarter of the wait may be lost, but the wait is over', () => {
    const [at] = changes({});
    expect(changes({ ...unseen, ...large })).toEqual([at]);
    expect(changes(unseen)[0]).toBeGreaterThan(at! + 1);
    expect(changes({ ...large, hidden: [14_000, 24_000] })).toEqual([]);
  });

  test('none of it is lost when it was alone for less than half of the time since', () => {
    const sways = (untilMs: number) => (ms: number) => (ms >= 12_000 && ms < untilMs ? 0.5 : 0.97);
    const [soon, late] = [{ steady: sways(20_000) }, { steady: sways(38_000) }];
    expect(changes({ ...soon, ...large })[0]).toBeLessThan(changes(soon)[0]! - 3);
    expect(changes({ ...late, ...large })).toEqual(changes(late));
    expect(changes(late)).toHaveLength(1);
  });

  test('it says how long it had to be alone, and how long ago it was left', () => {
    const machine = new AbandonedObject({ ...ruleBase('abandoned_object'), forMs: FOR_MS }, undefined, true);
    let last: ReturnType<AbandonedObject['look']>;
    for (let ms = 0; ms <= 31_000; ms += STEP_MS) last = machine.look(look(ms, { ...unseen, ...large }));
    expect(last?.explanation).toMatch(
      /alone for 1\d\.\d s, limit 15\.0 s; .* left 2\d\.\d s ago, limit 20\.0 s$/,
    );
    expect(last?.findings.map(({ name, limit }) => [name, limit])).toEqual([
      ['alone', 15],
      ['owner_gone', 20],
      ['height', 0.6],
      ['steady', 0.8],
    ]);
  });

  test('some of its pixels come and go', () => {
    // For six of sixty seconds it sways.
    const sways = (ms: number) => (ms >= 20_000 && ms < 26_000 ? 0.5 : 0.97);
    const story = { steady: sways, forMs: 60_000 };
    const [at] = changes({ ...story, ...large }, 100_000);
    expect(at).toBeLessThan(75);
    const inTurns = (less: number, more: number) => (ms: number) => (ms % 2_000 < 1_000 ? less : more);
    expect(changes({ ...story, areaPx: inTurns(35, 65) }, 100_000)).toEqual([at]);
    expect(changes({ ...story, areaPx: inTurns(33, 63) }, 100_000)[0]).toBeGreaterThan(80);
  });
});

test('whoever is right behind it has not left it', () => {
  const [at] = changes({});
  expect(changes({ owner: behind(14_000) })[0]).toBeCloseTo(at! + 6, 0);
});

test('light that falls on a bag and around it, as long as who lies, takes only its time', () => {
  expect(changes({ others: lay(24_000, 12_000), region: coat })).toHaveLength(1);
});

describe('when the track of whoever brought it ends at it', () => {
  const ends = (ms: number) => (ms < LEAVES ? owner(ms) : undefined);
  const near = (fromMs: number, id = (_: number) => 9, x = (_: number) => 0.6): Story => ({
    fromMs: -4_000,
    owner: ends,
    others: (ms) => (ms < fromMs ? [] : [person({ id: id(ms), x: x(ms), y: 0.8 })]),
  });

  test('who came with them may be they', () => {
    expect(changes({ owner: ends })[0]).toBeLessThan((LEAVES + FOR_MS) / 1000 + 6);
    expect(changes(near(PUT - 1_000))).toEqual([]);
  });

  test('who waited there before is not, whatever number they have', () => {
    expect(changes(near(-4_000))).toEqual(changes({ owner: ends }));
    const renumbered = (ms: number) => (ms < 11_000 ? 9 : 19);
    expect(changes(near(-4_000, renumbered))).toEqual(changes({ owner: ends }));
    const comesBack = (ms: number) =>
      ms < 20_000 ? owner(ms) : ms < 30_000 ? person({ id: 7, x: 0.48, y: 0.8 }) : undefined;
    expect(changes({ fromMs: -4_000, owner: comesBack }, 80_000)).toHaveLength(1);
    expect(changes({ ...near(-4_000), owner: comesBack }, 80_000)).toEqual([]);
    const steps = (ms: number) => (ms < 9_500 ? 0.6 : 0.66);
    expect(changes(near(-4_000, renumbered, steps))).toEqual(changes({ owner: ends }));
  });
});

test('how tall people are in its row is learned while it stands', () => {
  const small = (ms: number) => {
    const track = owner(ms);
    return track && { ...track, personHeight: 0.12 };
  };
  const story = { owner: small, calibrated: false, region: { box: { ...bag.box, y0: 0.725 } } };
  expect(changes(story)).toEqual([]);
  expect(changes({ ...story, others: (ms) => (ms < 20_000 ? [] : passing(ms)) })[0]).toBeGreaterThan(30);
  const elsewhere = (ms: number) =>
    passing(ms).map((track) => ({ ...track, foot: { ...track.foot, y: 0.84 } }));
  expect(changes({ ...story, others: (ms) => (ms < 20_000 ? [] : elsewhere(ms)) })).toEqual([]);
  // What has been claimed is not measured anew: it has not changed.
  const lower = (ms: number) => (ms < 35_000 ? [] : [person({ id: 9, x: 0.1, y: 0.8, personHeight: 0.1 })]);
  expect(changes({ calibrated: false, others: lower })).toHaveLength(1);
  expect(changes({ calibrated: false, others: (ms) => lower(ms + 20_000) })).toEqual([]);
  // Where the site file says it, it is known from the first.
  const known = { ...story, calibrated: true };
  expect(changes({ ...known, others: (ms) => (ms < 20_000 ? [] : passing(ms)) })).toEqual([]);
});

describe('is no abandoned object', () => {
  const none: readonly (readonly [string, Story])[] = [
    ['what nobody brought: a patch of light, a puddle', { owner: () => undefined }],
    [
      'what came when somebody merely walked by far away',
      { owner: (ms) => person({ x: ms / 60_000, y: 0.2 }) },
    ],
    ['what was taken away', { region: { rim: -0.4 } }],
    ['what sways or breathes', { region: { steady: 0.6 } }],
    ['who kept still for a moment only', { steady: (ms) => (ms >= 14_000 && ms < 17_000 ? 0.97 : 0.7) }],
    ['what is as tall as somebody who sits', { region: { box: { x0: 0.48, y0: 0.66, x1: 0.53, y1: 0.8 } } }],
    ['what is as wide as somebody who lies', { region: { box: { x0: 0.44, y0: 0.75, x1: 0.56, y1: 0.8 } } }],
    ['what is as flat as wet floor', { region: { box: { x0: 0.475, y0: 0.765, x1: 0.53, y1: 0.8 } } }],
    ['what has fewer pixels than a thing', { region: { areaPx: 27 } }],
    ['what has as few on average', { areaPx: (ms) => (ms % 2_000 < 1_000 ? 24 : 31) }],
    ['what is hardly seen', { areaPx: (ms) => (ms % 2_000 < 1_000 ? 23 : 65) }],
    [
      'what spread where something else had stood: it is younger',
      { shrinks: { atMs: PUT + 14_000, sinceMs: 0 } },
    ],
    ['what people walked over when it came, one second each', { owner: () => undefined, others: passing }],
    ['a sliver: the edge of a sign', { region: { box: { x0: 0.5, y0: 0.73, x1: 0.514, y1: 0.8 } } }],
    ['a speck', { region: { box: { x0: 0.5, y0: 0.785, x1: 0.51, y1: 0.8 } } }],
    ['what its owner stands by', { owner: (ms) => owner(Math.min(ms, LEAVES)) }],
    ['what its owner watches from 1.5 heights', { owner: (ms) => owner(Math.min(ms, LEAVES + 1_500)) }],
    ['what somebody else stays by', { others: () => [person({ id: 9, x: 0.575, y: 0.8 })] }],
    ['what came where somebody walked by without stopping', { owner: (ms) => walker(ms) }],
    ['what came out of reach of somebody who waited there and then went', { owner: (ms) => waiter(ms) }],
    ['a part of somebody who lies there: what came with it and lies against it is too wide', { part: 0.1 }],
    ['the last that is seen of somebody who lay there', { others: lay(16_000), region: coat }],
    ['the last part of somebody that is seen', { part: 0.06, partUntilMs: 16_000 }],
    ['what is a little wider with that than luggage', { part: 0.035 }],
    ['what has hardly a rim, and is seen now and then', { region: { rim: 0.3 }, steady: nowAndThen }],
    ['what somebody who keeps still has on', { others: stands(0.505) }],
    ['what belongs to somebody who lies there', { others: lies(0.1, 20_000) }],
    ['one of many that came at once: the light has changed', { more: 9 }],
    ['what stands outside the zone', { zone: [0, 0.4] }],
    ['what was taken in time', { takenMs: 28_000 }],
    ...[0.94, 0.97].map((steady): readonly [string, Story] => [
      `who sat down and never went away: they are taller than a thing, and nod or turn (steady ${steady})`,
      {
        owner: (ms) => (ms < PUT + 2_000 ? owner(ms) : undefined),
        region: { box: sitting },
        steady: (ms) => (ms % 18_000 < 1_000 ? 0.94 : steady),
      },
    ]),
    [
      'what its keeper steps away from and comes back to',
      { others: (ms) => [person({ id: 9, x: ms % 10_000 < 6_000 ? 0.575 : 0.605, y: 0.8 })] },
    ],
    ['what came where a train stood farther off', { owner: () => undefined, others: inside({ x1: 0.48 }) }],
    [
      'what came at the moment at which a train went by',
      { owner: () => undefined, others: inside({ fromMs: PUT, untilMs: PUT + 1_200 }) },
    ],
    [
      'what came in front of a train, and fits its surroundings',
      { owner: () => undefined, others: inside({}), region: { rim: 0.3 } },
    ],
    [
      'who sat down very low and never went away, and sways',
      { owner: (ms) => (ms < PUT + 2_000 ? owner(ms) : undefined), region: { steady: 0.82 } },
    ],
    [
      'what came with somebody who never went away, and fits its surroundings',
      { owner: (ms) => (ms < PUT + 2_000 ? owner(ms) : undefined), region: { rim: 0.3 } },
    ],
  ];
  test.each(none)('%s', (_, story) => {
    expect(changes(story)).toEqual([]);
  });
});

describe('the owner has left, whatever became of their track', () => {
  /** As tall as the thing, and where it is. */
  const onTheBag = (id: number) => person({ id, x: 0.505, y: 0.8, box: bag.box });

  test('their track stays with the thing and they go on under another number', () => {
    const story: Story = {
      owner: (ms) => (ms < LEAVES ? owner(ms) : onTheBag(7)),
      others: (ms) => (ms < LEAVES ? [] : [owner(ms)].flatMap((one) => (one ? [{ ...one, id: 8 }] : []))),
    };
    expect(changes(story)).toHaveLength(1);
  });

  test('their track is lost beside the thing, and then nobody is near', () => {
    const [at] = changes({ owner: (ms) => (ms < LEAVES ? owner(ms) : undefined) });
    expect(at).toBeCloseTo((LEAVES + 5_000 + FOR_MS) / 1000, 0);
  });

  test('their track ends in the thing, which is smaller and stiller than anybody', () => {
    const [at] = changes({ owner: (ms) => (ms < PUT + 2_000 ? owner(ms) : undefined) });
    // Ten seconds after it came it is known to be no person.
    expect(at).toBeGreaterThan((PUT + 9_000 + FOR_MS) / 1000);
    expect(at).toBeLessThan((PUT + 13_000 + FOR_MS) / 1000);
  });

  test('their track ends in the thing, which is as high as who sits but stiller', () => {
    const gone = (ms: number) => (ms < PUT + 2_000 ? owner(ms) : undefined);
    const [at] = changes({ owner: gone, region: { box: sitting } });
    // It is seen from 4 s after it came, and has kept still for 20 s then.
    expect(at).toBeCloseTo((PUT + 4_000 + 20_000 + FOR_MS) / 1000, 0);
  });

  test('they were part of a region that is more than a person, of which the thing came out', () => {
    const [at] = changes({ owner: () => undefined, others: inside({}) });
    // Ten seconds after it came it is known to be no person.
    expect(at).toBeCloseTo((PUT + 10_000 + FOR_MS) / 1000, 0);
  });

  test('and others pass all the time: whoever comes from afar is not who stayed', () => {
    // Somebody is within 1.8 heights nearly always, and crosses the view in 6 s.
    const passersBy = (ms: number) =>
      [0, 1, 2].slice(ms < LEAVES + 2_000 ? 3 : 0).map((k) => {
        const at = ms + 2_000 * k;
        return person({ id: 20 + 3 * Math.floor(at / 6_000) + k, x: (at / 6_000) % 1, y: 0.84 });
      });
    const [at] = changes({ owner: (ms) => (ms < LEAVES ? owner(ms) : undefined), others: passersBy });
    expect(at).toBeLessThan((LEAVES + 12_000 + FOR_MS) / 1000);
  });

  test('but not while they lie there and the thing is a part of them', () => {
    const lies = (ms: number) =>
      ms < LEAVES ? owner(ms) : person({ id: 7, x: 0.47, y: 0.8, wide: 0.11, tall: 0.07 });
    expect(changes({ owner: lies })).toEqual([]);
  });

  test('but not while somebody is near who may be they', () => {
    const stays = (ms: number) => (ms < LEAVES ? [] : [person({ id: 9, x: 0.66, y: 0.8 })]);
    expect(changes({ owner: (ms) => (ms < LEAVES ? owner(ms) : undefined), others: stays })).toEqual([]);
  });
});

test('people who brush past it when its time comes do not make it a person', () => {
  const [at] = changes({ steady: (ms) => (ms < 24_000 ? 0.97 : 0.65) });
  expect(at).toBe(changes({})[0]);
});

test('who waits a little farther off than beside it does not stop the clock', () => {
  const waiting = (ms: number) => (ms > LEAVES ? [person({ id: 30, x: 0.6, y: 0.8 })] : []);
  expect(changes({ others: waiting })).toEqual(changes({}));
});

test('who walks by does not stop the clock', () => {
  const walking = (ms: number) => [person({ id: 20 + Math.floor(ms / 8_000), x: (ms / 8_000) % 1, y: 0.84 })];
  expect(changes({ others: walking })).toEqual(changes({}));
});

describe('people who pass before it', () => {
  /** Their feet are a height and a half nearer to the camera, so that they cover it but are not beside it. */
  const before = (ms: number) =>
    ms >= 16_000 && ms < 24_000
      ? [person({ id: 40 + Math.floor(ms / 4_000), x: 0.505, y: 0.8, tall: 0.2, foot: { x: 0.505, y: 1.1 } })]
      : [];

  test('do not stop the clock, and it is the same thing when they have gone', () => {
    expect(changes({ hidden: [16_000, 24_000], others: before })).toEqual(changes({}));
  });

  test('nor do those of whom the view cuts off more than half', () => {
    const cutOff = (ms: number) =>
      before(ms).map((one) => ({ ...one, box: { x0: 0.44, y0: 0.7, x1: 0.57, y1: 0.8 } }));
    expect(changes({ hidden: [16_000, 24_000], others: cutOff })).toEqual(changes({}));
  });

  test('nor is it claimed while they cover it', () => {
    const long = (ms: number) => (ms >= 16_000 ? before(16_000) : []);
    expect(changes({ hidden: [20_000, 50_000], others: long })[0]).toBeCloseTo(50, 0);
  });

  test.each([
    [110, 1],
    [130, 0],
  ])('may stand there for %i s, and the thing is known again', (seconds, claims) => {
    const to = 20_000 + 1_000 * seconds;
    const crowd = (ms: number) => (ms >= 16_000 && ms < to ? before(16_000) : []);
    const found = changes({ hidden: [20_000, to], others: crowd }, to + 5_000);
    expect(found).toHaveLength(claims);
  });

  test('but what nobody covers has no clock that runs', () => {
    expect(changes({ hidden: [16_000, 24_000] })).not.toEqual(changes({}));
  });
});

test('a number that went over to the thing, and from there to somebody who waits near, is not its owner', () => {
  const story: Story = {
    owner: (ms) => {
      if (ms < LEAVES) return owner(ms);
      return ms < LEAVES + 4_000
        ? person({ id: 7, x: 0.505, y: 0.8, box: bag.box })
        : person({ id: 7, x: 0.66, y: 0.8 });
    },
    others: (ms) => (ms < LEAVES ? [] : [owner(ms)].flatMap((one) => (one ? [{ ...one, id: 8 }] : []))),
  };
  expect(changes(story)).toHaveLength(1);
});

describe('what is followed as somebody where the thing stands, and never goes,', () => {
  const whole = { x0: 0.465, y0: 0.715, x1: 0.52, y1: 0.85 };
  const there = (steady?: (ms: number) => number): Story => ({
    ...(steady && { steady }),
    // As tall as a person: the thing, and its reflection in the floor before it.
    others: (ms) => (ms >= PUT + 1_000 ? [person({ id: 30, x: 0.488, y: 0.85, box: whole })] : []),
  });

  test('is the thing, when nothing hides it and nothing moves along its outline', () => {
    expect(changes(there())[0]).toBeGreaterThan(LEAVES / 1000 + FOR_MS / 1000);
    expect(changes(there())[0]).toBeLessThan(LEAVES / 1000 + FOR_MS / 1000 + 8);
  });

  test('is somebody, when they are higher than the thing by more than it changes around it', () => {
    expect(changes({ others: () => [person({ id: 30, x: 0.505, y: 0.8 })] })).toEqual([]);
  });

  test('is somebody, when its outline moves as it does before somebody who stands', () => {
    expect(changes(there(() => 0.81))).toEqual([]);
  });

  test('is somebody, when they stand beside it', () => {
    expect(changes({ others: (ms) => (ms >= PUT ? [person({ id: 30, x: 0.56, y: 0.8 })] : []) })).toEqual([]);
  });
});

test('the claim ends when it is picked up, and when somebody stays by it', () => {
  expect(changes({ takenMs: 40_000 })[1]).toBeCloseTo(42.6, 0);
  const back = (ms: number) => (ms > 40_000 ? [person({ id: 30, x: 0.45, y: 0.8 })] : []);
  expect(changes({ others: back })[1]).toBeCloseTo(56, 0);
});

test.each<[string, Story]>([
  [
    'somebody stops by it and goes on',
    { others: (ms) => (ms > 38_000 && ms < 50_000 ? [person({ id: 30, x: 0.46, y: 0.8 })] : []) },
  ],
  [
    'it does not look like a thing for a moment',
    { steady: (ms) => (ms > 38_000 && ms < 43_000 ? 0.4 : bag.steady) },
  ],
])('what is claimed stays claimed while %s', (_, story) => {
  expect(changes(story)).toHaveLength(1);
});

test('somebody who stops by it for a while takes as long off the clock', () => {
  const STOPS = 20_000;
  const LASTS = 14_000;
  const stops = (ms: number) =>
    ms >= STOPS && ms < STOPS + LASTS ? [person({ id: 30, x: 0.45, y: 0.8 })] : [];
  const [alone] = changes({});
  const [at] = changes({ others: stops });
  // For the first eight seconds they may be passing; from then on the clock runs back.
  const longer = at! - alone!;
  expect(longer).toBeGreaterThan((2 * (LASTS - 8_000)) / 1000 - 1);
  expect(longer).toBeLessThan((2 * (LASTS - 8_000)) / 1000 + 1);
});

test.each([
  ['low', 41, 42],
  ['medium', 34, 35],
  ['high', 23, 24],
] as const)('at %s of %i pixels it is too small, of %i not', (sensitivity, small, large) => {
  expect(changes({ region: { areaPx: small }, sensitivity })).toEqual([]);
  expect(changes({ region: { areaPx: large }, sensitivity })).toHaveLength(1);
});

test.each([
  ['low', 0.058, 0.059],
  ['medium', 0.065, 0.066],
  ['high', 0.078, 0.079],
] as const)('at %s it may be %f of the view wide, not %f', (sensitivity, narrow, wide) => {
  const of = (width: number) => ({ region: { box: { ...bag.box, x1: bag.box.x0 + width } }, sensitivity });
  expect(changes(of(narrow))).toHaveLength(1);
  expect(changes(of(wide))).toEqual([]);
});

test('sensitivity decides what is steady enough', () => {
  const story = { region: { steady: 0.85 } };
  expect(changes({ ...story, sensitivity: 'low' })).toEqual([]);
  expect(changes({ ...story, sensitivity: 'medium' })).toHaveLength(1);
  expect(changes({ region: { steady: 0.72 }, sensitivity: 'high' })).toHaveLength(1);
});

describe('what a detector calls a bag', () => {
  const named = (patch: Partial<DetectedObject> = {}): readonly DetectedObject[] => [
    { class: 'bag', confidence: 0.8, box: bag.box, ...patch },
  ];
  const doubtful = { region: { steady: 0.7, rim: 0.02 } };

  test('need not be as steady, nor have a rim', () => {
    expect(changes(doubtful)).toEqual([]);
    expect(changes({ ...doubtful, objects: named() })).toHaveLength(1);
  });

  test.each<[string, readonly DetectedObject[]]>([
    ['is elsewhere', named({ box: { x0: 0.7, y0: 0.7, x1: 0.74, y1: 0.8 } })],
    ['is called something else', named({ class: 'other' })],
    ['is hardly believed', named({ confidence: 0.3 })],
  ])('that %s changes nothing', (_, objects) => {
    expect(changes({ ...doubtful, objects })).toEqual([]);
  });

  test('is not left as long as nobody brought it, or somebody stays', () => {
    expect(changes({ owner: () => undefined, objects: named() })).toEqual([]);
    expect(changes({ owner: (ms) => owner(Math.min(ms, LEAVES)), objects: named() })).toEqual([]);
  });
});

test('a blind view tells nothing', () => {
  const machine = new AbandonedObject({ ...ruleBase('abandoned_object'), forMs: FOR_MS }, undefined, true);
  const seen = look(0, {});
  expect(machine.look({ ...seen, frame: { ...seen.frame, view: 'dark' } })).toBeUndefined();
  expect(seen.frame.capturedAtMs).toBe(START_MS);
});

test.each<[string, Story]>([
  ['a bag', {}],
  ['what is left of somebody who lay there', { others: lay(16_000), region: coat }],
])('a machine that goes on from saved state answers the same of %s', (_, story) => {
  const rule = { ...ruleBase('abandoned_object'), forMs: FOR_MS };
  const whole = new AbandonedObject(rule, undefined, true);
  let moved = new AbandonedObject(rule, undefined, true);
  for (let ms = 0; ms <= 40_000; ms += STEP_MS) {
    const next = new AbandonedObject(rule, undefined, true);
    next.restore(structuredClone(moved.save()));
    moved = next;
    const seen = look(ms, story);
    expect(moved.look(seen)).toEqual(whole.look(seen));
  }
});
