import { describe, expect, test } from 'vitest';
import type { PersonOnGround } from '../../../pipeline/detect/person-on-ground/person-on-ground.ts';
import type { Sensitivity } from '../../../pipeline/model.ts';
import { fromSaved, toSaved } from '../../../pipeline/saved.ts';
import { SEED } from '../../support/random.ts';
import {
  type Actor,
  framesOf,
  held,
  type Keyframe,
  LYING,
  lookAt,
  machineFor,
  type Pose,
  type Scene,
} from './postures.ts';

/** Walks in from the left, stands until second 6. */
const COMES: readonly Keyframe[] = [
  [0, { x: 0.1, wide: 0.32 }],
  [4, { x: 0.5 }],
  [6, { wide: 0.28 }],
];
const then = (...poses: readonly Keyframe[]): Actor => ({ poses: [...COMES, ...poses] });
const alone = (...poses: readonly Keyframe[]): Scene => ({ actors: [then(...poses)], seconds: 20 });

describe('somebody who falls and stays down is claimed after `for`', () => {
  test.each<[string, readonly Keyframe[]]>([
    ['across the view', [[6.8, LYING]]],
    ['in a collapse of three seconds', [[9, LYING]]],
    [
      'by way of sitting',
      [
        [7, { top: 0.55, wide: 0.5 }],
        [8.5, { top: 0.5 }],
        [9.2, LYING],
      ],
    ],
    ['towards the lens', [[6.8, { top: 0.08, below: 0.45, wide: 0.45 }]]],
    ['towards the lens, out of the view in part', [[6.8, { foot: 0.85, top: 0.1, below: 0.6, wide: 0.5 }]]],
    [
      'towards a lens that is near, whom nearness makes as large as they stood',
      [
        [8, { foot: 0.55, size: 0.3 }],
        [8.8, { top: 0.02, below: 0.98, wide: 1.15 }],
      ],
    ],
    ['away from the lens', [[6.8, { top: 0.34, wide: 0.45 }]]],
    [
      'by way of the knees, and a rest there',
      [
        [7, { top: 0.72, wide: 0.35 }],
        [9.2, {}],
        [10, { top: 0.34, wide: 0.9 }],
      ],
    ],
    ['along the view, narrow', [[6.8, { top: 0.12, below: 0.3, wide: 0.28 }]]],
    ['curled up', [[6.8, { top: 0.25, wide: 0.5 }]]],
    ['with a knee in the air', [[6.8, { top: 0.33, wide: 0.8 }]]],
    [
      'half out of the view at its side',
      [
        [9, { x: 0.12 }],
        [9.8, { ...LYING, x: 0.04 }],
      ],
    ],
    [
      'after a stumble of a step',
      [
        [6.4, { x: 0.56, top: 0.9 }],
        [7, { ...LYING, x: 0.62 }],
      ],
    ],
  ])('%s', (_, poses) => {
    const spans = held(alone(...poses));
    const lying = poses.at(-1)![0];
    expect(spans).toHaveLength(1);
    const [from, to] = spans[0]!.split('-').map(Number) as [number, number];
    expect(from).toBeGreaterThan(lying + 0.9);
    expect(from).toBeLessThan(lying + 3.2);
    expect(to).toBe(19.8);
  });
});

describe('who is not on the ground after a fall is not claimed', () => {
  const sitsOnChair = { top: 0.74, wide: 0.45 };
  test.each<[string, Scene]>([
    ['sits down on a chair', alone([7, sitsOnChair])],
    ['sits down on a chair nearer to the lens', alone([7, { ...sitsOnChair, foot: 0.74 }])],
    ['sits down on the floor', alone([7.5, { top: 0.53, wide: 0.6 }])],
    [
      'squats, whose legs looked like the floor',
      alone([4, { below: -0.4 }], [6, {}], [6.8, { below: 0, top: 0.56, wide: 0.5 }]),
    ],
    [
      'stands below the view, head and shoulders in it',
      alone([8, { foot: 0.98, size: 0.5, wide: 0.27 }], [9.2, { foot: 1.335 }]),
    ],
    [
      'walks on, not seen upright, and sits down on the floor nearer to the lens',
      alone([6.4, { top: 0.85, wide: 0.95 }], [11, { foot: 0.9 }], [11.6, { foot: 1, top: 0.55, wide: 0.7 }]),
    ],
    ['squats for long', alone([6.8, { top: 0.56, wide: 0.45 }])],
    ['kneels', alone([7, { top: 0.72, wide: 0.4 }])],
    ['bends down for long', alone([7, { top: 0.55, wide: 0.6 }])],
    [
      'bends to the floor and is up again',
      alone([6.8, { top: 0.38, wide: 0.5 }], [7.6, {}], [8.4, { top: 1, wide: 0.3 }]),
    ],
    [
      'falls, and gets up nearer to the lens where the trunk looks like the wall',
      alone([6.8, LYING], [7.6, {}], [8.2, { top: 0.3, below: 0.45, wide: 0.3 }]),
    ],
    ['lies down on a bed', alone([8, { top: 0.5, below: -0.27, wide: 1 }])],
    ['crawls', alone([6.8, { top: 0.5, wide: 0.9 }], [10.8, { x: 0.65 }], [11.6, { top: 1, wide: 0.3 }])],
    ['lies down on a bed at once', alone([6.8, { top: 0.5, below: -0.27, wide: 1 }])],
    ['sits down on the floor, legs ahead across the view', alone([6.8, { top: 0.53, wide: 0.66 }])],
    ['falls and gets up at once', alone([6.8, LYING], [7.8, LYING], [8.8, { top: 1, wide: 0.3 }])],
    ['lies from the start', { actors: [{ poses: [[0, LYING]] }], seconds: 20 }],
    [
      'lies from the start and turns over',
      {
        actors: [
          {
            poses: [
              [0, LYING],
              [5, LYING],
              [6, { ...LYING, top: 0.3, x: 0.52 }],
              [7, LYING],
            ],
          },
        ],
        seconds: 20,
      },
    ],
    [
      'lay from the start, sits up and lies down',
      {
        actors: [
          {
            poses: [
              [0, LYING],
              [5, LYING],
              [6, { top: 0.55, wide: 0.5 }],
              [9, {}],
              [10, LYING],
            ],
          },
        ],
        seconds: 20,
      },
    ],
    ['lies down slowly, in fourteen seconds', alone([20, LYING])],
    ['crawls away', alone([7, { top: 0.38, wide: 0.8 }], [17, { x: 0.95 }])],
    ['walks away from the lens', alone([14, { foot: 0.4, size: 0.15 }])],
    [
      'walks towards the lens and out below',
      alone([9, { foot: 1.05, size: 0.6 }], [11, { foot: 1.5, size: 0.9 }], [13, { foot: 2.2 }]),
    ],
    [
      'walks towards a lens far above behind a wide trolley, and waits there',
      {
        actors: [
          {
            poses: [
              [0, { x: 0.1, foot: 0.4, size: 0.2 }],
              [4, { x: 0.5 }],
              [5, {}],
              [5.4, { wide: 0.9 }],
              [9, { foot: 0.7, size: 0.28 }],
              [20, {}],
            ],
          },
        ],
        seconds: 20,
      },
    ],
    ['walks out at the side', alone([9, { x: 0.98 }], [10, { x: 1.03 }], [14, {}], [15, { x: 1.2 }])],
    ['goes behind a low wall', alone([7, { below: -0.35 }], [8, { below: -0.7 }])],
    [
      'goes down a stair',
      alone(
        [8, { foot: 0.85, below: -0.2 }],
        [10, { foot: 1.05, below: -0.7 }],
        [11, { foot: 1.09, below: -0.95 }],
      ),
    ],
  ])('%s', (_, scene) => {
    expect(held(scene)).toEqual([]);
  });

  test('a bag that somebody puts down, and walks on', () => {
    const bag = { x: 0.55, top: 0.3, wide: 0.35 };
    const scene: Scene = {
      actors: [then([14, { x: 1.3 }]), { poses: [[0, bag]], from: 5.5 }],
      seconds: 20,
    };
    expect(held(scene)).toEqual([]);
  });

  test('a bag that somebody puts down, and stays beside', () => {
    const bag = { x: 0.55, top: 0.3, wide: 0.35 };
    expect(held({ actors: [then([8, { x: 0.4 }]), { poses: [[0, bag]], from: 5.5 }], seconds: 20 })).toEqual(
      [],
    );
  });

  test('a dog that parts from whoever brought it', () => {
    const dog: readonly Keyframe[] = [
      [0, { x: 0.15, top: 0.35, wide: 0.6 }],
      [4, { x: 0.55 }],
      [6, {}],
      [7, { x: 0.75 }],
    ];
    expect(held({ actors: [then([8, { x: 0.2 }]), { poses: dog }], seconds: 20 })).toEqual([]);
  });

  test('people who meet, are one region, and part', () => {
    const other: readonly Keyframe[] = [
      [0, { x: 0.95 }],
      [4, { x: 0.56 }],
      [9, {}],
      [13, { x: 0.9 }],
    ];
    expect(held({ actors: [then([9, {}], [13, { x: 0.1 }]), { poses: other }], seconds: 20 })).toEqual([]);
  });

  test('somebody whom others hide', () => {
    const group: readonly Keyframe[] = [
      [0, { x: 0.05, foot: 0.95, size: 0.5, wide: 1.2 }],
      [10, { x: 0.9 }],
    ];
    expect(held({ actors: [then(), { poses: group }], seconds: 20 })).toEqual([]);
  });

  test('a car that comes nearer, and stops', () => {
    const car: readonly Keyframe[] = [
      [0, { foot: 0.3, size: 0.1, top: 1, wide: 1 }],
      [6, { foot: 0.8, size: 0.4, top: 0.9, wide: 1.1 }],
    ];
    expect(held({ actors: [{ poses: car }], seconds: 20 })).toEqual([]);
  });
});

test.each<[string, Partial<Scene>]>([
  ['an upright view', { plane: [90, 160] }],
  ['12 pictures a second', { fps: 12 }],
  ['3 pictures a second', { fps: 3 }],
  ['boxes of a detector alone', { seenAs: 'objects' }],
  ['boxes of a detector over blobs', { seenAs: 'both' }],
])('a fall is seen with %s, and sitting down is not one', (_, patch) => {
  expect(held({ ...alone([6.8, LYING]), ...patch })).toHaveLength(1);
  expect(held({ ...alone([7, { top: 0.6, wide: 0.5 }]), ...patch })).toEqual([]);
});

test(`falls and look-alikes of all sizes and places are told apart (seed ${SEED})`, () => {
  for (const size of [0.2, 0.3, 0.45, 0.6])
    for (const foot of [0.62, 0.75, 0.9])
      for (const seed of [SEED, SEED + 1]) {
        const begun: Keyframe = [0, { size, foot }];
        const at = `size ${size} foot ${foot} seed ${seed}`;
        const play = (...poses: readonly Keyframe[]) =>
          held({ actors: [{ poses: [begun, ...COMES, ...poses] }], seconds: 14, seed });
        expect(play([6.8, LYING]), at).toHaveLength(1);
        expect(play([6.8, { top: 0.1, below: 0.35, wide: 0.5 }]), at).toHaveLength(1);
        expect(play([6.8, { top: 0.56, wide: 0.5 }]), at).toEqual([]);
      }
});

test('who is smaller than 14 pixels has no posture', () => {
  expect(held({ actors: [{ poses: [[0, { size: 0.13 }], ...COMES, [6.8, LYING]] }], seconds: 14 })).toEqual(
    [],
  );
});

describe('sensitivity', () => {
  const heldAt = (scene: Scene) =>
    (['low', 'medium', 'high'] as const satisfies readonly Sensitivity[]).map(
      (sensitivity) => held({ ...scene, plane: [320, 180] }, { sensitivity }).length,
    );
  test.each<[string, number, number, readonly number[]]>([
    ['flat on the floor', 0.2, 0.8, [1, 1, 1]],
    ['with the knees up', 0.37, 0.8, [0, 1, 1]],
    ['with head and knees up', 0.43, 0.8, [0, 1, 1]],
    ['with head and knees up, curled up', 0.43, 0.45, [0, 0, 1]],
    ['on the floor, sitting', 0.55, 0.66, [0, 0, 0]],
  ])('%s', (_, top, wide, want) => {
    expect(heldAt(alone([6.8, { top, wide }]))).toEqual(want);
  });
  test.each([
    [3, [1, 1, 1]],
    [6, [0, 1, 1]],
    [9, [0, 0, 1]],
    [12, [0, 0, 1]],
  ])('down in %f s, half of it between standing and lying', (seconds, want) => {
    const step = (share: number): Keyframe => [
      6 + share * seconds,
      { top: 1 - 0.8 * share, wide: 0.3 + 0.6 * share },
    ];
    expect(heldAt({ ...alone(step(0.25), step(1)), seconds: 26 })).toEqual(want);
  });
});

test('whose hole in the learned view stays upright beside them has fallen all the same', () => {
  const hole: Actor = { poses: [[0, {}]], from: 6 };
  const machine = machineFor();
  const holds = framesOf({ actors: [then([6.8, { ...LYING, x: 0.7 }]), hole], seconds: 14 }).map((frame) => {
    const still = frame.blobs.map((blob) => (blob.box.y0 < 0.4 ? { ...blob, stillMs: 1_000 } : blob));
    return machine.look(lookAt({ ...frame, blobs: frame.number < 36 ? frame.blobs : still }))?.holds;
  });
  expect(holds).toContain(true);
});

test('who lies is not forgotten when somebody comes to help', () => {
  const helper: Actor = {
    poses: [
      [0, { x: 1.1 }],
      [8, {}],
      [11, { x: 0.62 }],
      [18, {}],
      [22, { x: 1.1 }],
    ],
  };
  const spans = held({ actors: [then([6.8, LYING]), helper], seconds: 28 }, { forMs: 5_000 });
  expect(spans).toHaveLength(1);
  expect(Number(spans[0]!.split('-')[1])).toBeGreaterThan(27);
});

test('getting up ends it, falling again claims anew', () => {
  const up = { top: 1, wide: 0.3 };
  const spans = held({
    ...alone([6.8, LYING], [12, LYING], [13, up], [17, up], [17.6, LYING], [24, {}]),
    seconds: 24,
  });
  expect(spans).toHaveLength(2);
});

describe('two who are one region, one behind the other, where the site file says how tall people are', () => {
  const ground = [
    { foot: { x: 0.5, y: 0.4 }, height: 0.25 },
    { foot: { x: 0.5, y: 0.7 }, height: 0.4 },
  ];
  const behind = (x: number): Actor => ({
    poses: [
      [0, { x, foot: 0.4, size: 0.25 }],
      [4, { x: x + 0.4 }],
    ],
  });
  const front = (...poses: readonly Keyframe[]): Actor => ({
    poses: [[0, { x: 0.1 }], [4, { x: 0.5 }], [10, {}], ...poses],
  });
  const watched = (actors: readonly Actor[]) => held({ actors, seconds: 20 }, { ground });

  /** Whether it is claimed when what is low has been at rest for `stillMs` from second 12 on. */
  const claimed = (actors: readonly Actor[], stillMs: number, known = ground) => {
    const machine = machineFor({ ground: known });
    return framesOf({ actors, seconds: 20 }).some((frame) => {
      const blobs = frame.blobs.map((blob) =>
        frame.number >= 60 && blob.box.y0 > 0.5 ? { ...blob, stillMs } : blob,
      );
      return machine.look(lookAt({ ...frame, blobs }))?.holds === true;
    });
  };

  test('the one in front falls', () => {
    expect(claimed([front([10.8, { top: 0.25, wide: 0.9 }]), behind(0.12)], 600)).toBe(true);
    expect(claimed([front([10.8, { top: 0.25, wide: 0.9 }]), behind(0.12)], 600, [])).toBe(false);
  });
  test('a piece that does not come to rest is nobody who fell', () => {
    expect(claimed([front([10.8, { top: 0.25, wide: 0.9 }]), behind(0.12)], 400)).toBe(false);
  });
  test('a small or an upright piece at rest is nobody who fell', () => {
    const piece = (pose: Partial<Pose>) => claimed([front([10.8, pose]), behind(0.12)], 600);
    expect(piece({ top: 0.3, wide: 0.8 })).toBe(true);
    expect(piece({ top: 0.3, wide: 0.4 })).toBe(false);
    expect(piece({ top: 0.1, below: 0.35, wide: 0.6 })).toBe(true);
    expect(piece({ top: 0.1, below: 0.5, wide: 0.55 })).toBe(false);
  });
  test('the one in front sits down on the floor', () => {
    expect(claimed([front([11, { top: 0.53, wide: 0.6 }]), behind(0.12)], 600)).toBe(false);
  });
  test('the one in front goes on', () => {
    expect(watched([front([15, { x: 1.2 }]), behind(0.12)])).toEqual([]);
  });
  test('the one in front leaves a suitcase', () => {
    const suitcase: Actor = { poses: [[0, { x: 0.55, top: 0.36, wide: 0.3 }]], from: 8 };
    expect(claimed([front([15, { x: 1.2 }]), behind(0.12), suitcase], 600)).toBe(false);
  });
  test('what is taller than two is nobody', () => {
    const low = [{ foot: { x: 0.5, y: 0.7 }, height: 0.25 }];
    const load: Actor = {
      poses: [
        [0, { x: 0.1, size: 0.25, top: 2.5, wide: 0.5 }],
        [4, { x: 0.5 }],
        [10, {}],
        [10.8, { top: 0.25, wide: 0.9 }],
      ],
    };
    expect(claimed([load], 600, low)).toBe(false);
  });
});

test('only where the rule watches', () => {
  const half = (x0: number, x1: number) => ({
    id: 'half',
    polygon: [
      { x: x0, y: 0 },
      { x: x1, y: 0 },
      { x: x1, y: 1 },
      { x: x0, y: 1 },
    ],
  });
  const scene = alone([6.8, { ...LYING, x: 0.6 }]);
  expect(held(scene, { zone: half(0, 0.5) })).toEqual([]);
  expect(held(scene, { zone: half(0.5, 1) })).toHaveLength(1);
});

test('a place that is calibrated knows that a cart is no person, and that legs are hidden', () => {
  const scene = alone([6.8, LYING]);
  const ground = (height: number) => [{ foot: { x: 0.5, y: 0.7 }, height }];
  expect(held(scene, { ground: ground(0.4) })).toHaveLength(1);
  expect(held(scene, { ground: ground(0.2) })).toEqual([]);
});

describe('what cannot be seen', () => {
  test('a view that cannot be trusted says nothing', () => {
    const machine = machineFor();
    const [frame] = framesOf(alone());
    expect(machine.look(lookAt({ ...frame!, view: 'covered' }))).toBeUndefined();
    expect(machine.look(lookAt({ ...frame!, view: 'warming' }))).toBeUndefined();
  });

  test('who stood while the view was learned has stood', () => {
    const scene = alone([6.8, LYING]);
    expect(held({ ...scene, viewAt: (second) => (second < 6 ? 'warming' : 'ok') })).toHaveLength(1);
  });

  test('who lies so still that the background takes them is still there', () => {
    const scene = alone([6.8, LYING]);
    const machine = machineFor({ forMs: 5_000 });
    const holds = framesOf(scene).map((frame) => {
      const second = frame.number / 5;
      const still = second > 8 ? frame.blobs.map((blob) => ({ ...blob, stillMs: 800 })) : frame.blobs;
      const blobs = second > 9 ? [] : still;
      return machine.look(lookAt({ ...frame, blobs }))?.holds;
    });
    expect(holds.indexOf(true) / 5).toBeCloseTo(11.8, 0);
    expect(holds.at(-1)).toBe(true);
  });

  test('who is gone without having lain still is not', () => {
    expect(held({ actors: [{ ...then([6.8, LYING]), until: 7.6 }], seconds: 20 })).toEqual([]);
  });
});

test('the explanation has the numbers of the findings', () => {
  const machine = machineFor();
  const said = framesOf(alone([6.8, LYING])).flatMap((frame) => machine.look(lookAt(frame)) ?? []);
  const claim = said.find(({ holds }) => holds)!;
  expect(claim.explanation).toMatch(
    /^somebody who stood has been lying for 2\.\d s, limit 2\.0 s: top at 0\.\d\d of their height, limit 0\.40, 0\.\d s after they last stood$/,
  );
  expect(claim.findings.map(({ name }) => name)).toEqual(['lying', 'top', 'fall', 'stood']);
  expect(claim.findings.at(-1)!.value).toBeCloseTo(0.4, 1);
  expect(claim.region.x1 - claim.region.x0).toBeGreaterThan(claim.region.y1 - claim.region.y0);
});

test('saved at any frame and restored, it goes on as if nothing had happened', () => {
  const frames = framesOf(alone([6.8, LYING], [12, LYING], [13, { top: 1, wide: 0.3 }]));
  const whole = machineFor();
  let moved = machineFor();
  for (const frame of frames) {
    const saved = fromSaved(1, toSaved(1, moved.save()))!.state as ReturnType<PersonOnGround['save']>;
    moved = machineFor();
    moved.restore(saved);
    expect(moved.look(lookAt(frame))).toEqual(whole.look(lookAt(frame)));
  }
});

test('what is kept is bounded, whatever moves', () => {
  const crowd = Array.from(
    { length: 60 },
    (_, i): Actor => ({
      poses: [
        [0, { x: (i % 10) / 10 + 0.05, foot: 0.2 + 0.15 * Math.floor(i / 10), size: 0.1 }],
        [30, { x: 1.2 }],
      ],
    }),
  );
  const machine = machineFor();
  let bytes = 0;
  for (const frame of framesOf({ actors: crowd, seconds: 30 })) {
    machine.look(lookAt(frame));
    bytes = Math.max(bytes, toSaved(1, machine.save()).length);
  }
  expect(machine.save().bodies.bodies.length).toBeLessThanOrEqual(32);
  expect(bytes).toBeLessThan(120_000);
});
