import { describe, expect, test } from 'vitest';
import { BODIES_MAX, Bodies, type Body } from '../../../pipeline/detect/person-on-ground/bodies.ts';
import type { Blob, Frame } from '../../../pipeline/model.ts';
import { START_MS } from './postures.ts';

const WIDTH = 160;
const HEIGHT = 90;

type Outline = readonly [x0: number, y0: number, x1: number, y1: number];
interface More {
  readonly stillMs?: number;
  readonly spread?: Blob['spread'];
}

function blob([x0, y0, x1, y1]: Outline, { stillMs = 0, spread }: More = {}): Blob {
  return {
    box: { x0: x0 / WIDTH, y0: y0 / HEIGHT, x1: x1 / WIDTH, y1: y1 / HEIGHT },
    foot: { x: (x0 + x1) / 2 / WIDTH, y: y1 / HEIGHT },
    areaPx: Math.round(0.7 * (x1 - x0) * (y1 - y0)),
    flowX: 0,
    flowY: 0,
    stillMs,
    ...(spread === undefined ? {} : { spread }),
  };
}

function frame(number: number, blobs: readonly Blob[], objects: Frame['objects'] = []): Frame {
  const capturedAtMs = START_MS + 200 * number;
  return {
    ...{ site: 'gare', camera: 'quai', epoch: START_MS, number, capturedAtMs, receivedAtMs: capturedAtMs },
    ...{ intervalMs: 200, planeWidth: WIDTH, planeHeight: HEIGHT, view: 'ok', blobs, objects, statics: [] },
  };
}

/** Bodies that are seen in the last of the pictures. */
function seenIn(...pictures: readonly (readonly Blob[])[]): readonly Body[] {
  const bodies = new Bodies();
  const steps = pictures.map((blobs, n) => bodies.step(frame(n, blobs)));
  return steps.at(-1)!.filter((body) => body.seenAtMs === START_MS + 200 * (pictures.length - 1));
}

const boxOf = ({ x0, y0, x1, y1 }: Body) => [x0, y0, x1, y1].map(Math.round);
const TRUNK: Outline = [60, 20, 78, 55];

test('somebody who walks stays who they are', () => {
  const bodies = new Bodies();
  for (let n = 0; n < 20; n++)
    expect(bodies.step(frame(n, [blob([10 + 5 * n, 20, 28 + 5 * n, 80])])).map(({ id }) => id)).toEqual([1]);
});

describe('parts of one', () => {
  test.each<[string, Outline, readonly number[]]>([
    ['legs below a gap', [62, 66, 74, 80], [60, 20, 78, 80]],
    ['a head that touches', [65, 12, 72, 18], [60, 12, 78, 55]],
    ['an arm beside', [79, 24, 86, 34], [60, 20, 86, 55]],
  ])('%s', (_, part, want) => {
    const found = seenIn([blob(TRUNK)], [blob(TRUNK), blob(part)]);
    expect(found.map(boxOf)).toEqual([want]);
  });
  test.each<[string, Outline]>([
    ['somebody beside', [80, 22, 96, 56]],
    ['legs too far below', [62, 76, 74, 88]],
    ['somebody behind, whose feet are over the head', [62, 0, 76, 13]],
  ])('but not %s', (_, other) => {
    expect(seenIn([blob(TRUNK), blob(other)], [blob(TRUNK), blob(other)])).toHaveLength(2);
  });
});

test('what stays behind still is no part of who goes on', () => {
  const joined: Outline = [50, 20, 84, 80];
  const hole = blob([50, 20, 66, 80], { stillMs: 1_000 });
  const found = seenIn([blob(joined)], [blob(joined)], [blob([70, 24, 88, 84]), hole]);
  expect(found.map(({ id, partedFrom }) => [id, partedFrom])).toEqual([
    [1, undefined],
    [2, 1],
  ]);
  expect(boxOf(found[0]!)).toEqual([70, 24, 88, 84]);
});

test('of an upright and a low part, the upright one goes on', () => {
  const both: Outline = [50, 20, 84, 80];
  const found = seenIn([blob(both)], [blob([50, 60, 74, 80]), blob([76, 22, 92, 80])]);
  expect(found.find(({ id }) => id === 1)!.x0).toBe(76);
});

test('two who were known apart are mixed while they are one', () => {
  const bodies = new Bodies();
  const at = (n: number) => [
    blob([10 + 6 * n, 20, 26 + 6 * n, 78]),
    blob([130 - 6 * n, 20, 146 - 6 * n, 78]),
  ];
  for (let n = 0; n < 8; n++) bodies.step(frame(n, at(n)));
  const met = bodies.step(frame(8, [blob([58, 20, 98, 78])]));
  expect(met.filter(({ mixedAtMs }) => mixedAtMs === START_MS + 1_600)).toHaveLength(2);
});

test('what sticks out thinly does not count, and a box alone counts in full', () => {
  const spread = { x: 3, y: 12, slant: 0 };
  const [slim] = seenIn([blob([60, 10, 90, 80], { spread })]);
  expect([slim!.head, slim!.floor, slim!.wide]).toEqual([21, 69, 12]);
  const [plain] = seenIn([blob([60, 10, 90, 80])]);
  expect([plain!.head, plain!.floor, plain!.wide]).toEqual([10, 80, 30]);
});

test('a box in which a detector sees a person stands for the blobs in it', () => {
  const object = { class: 'person', confidence: 0.9, box: { x0: 0.3, y0: 0.2, x1: 0.4, y1: 0.9 } } as const;
  const inside = [blob([50, 30, 60, 50]), blob([52, 60, 58, 75])];
  const [body] = new Bodies().step(frame(0, inside, [object]));
  expect(boxOf(body!)).toEqual([48, 18, 64, 81]);
  const doubted = new Bodies().step(frame(0, inside, [{ ...object, confidence: 0.3 }]));
  expect(boxOf(doubted[0]!)[1]).toBe(30);
});

test('who is not seen for two seconds is forgotten, and no more are known than can be', () => {
  const bodies = new Bodies();
  bodies.step(frame(0, [blob(TRUNK)]));
  expect(bodies.step(frame(10, []))).toHaveLength(1);
  expect(bodies.step(frame(11, []))).toHaveLength(0);
  const crowd = Array.from({ length: 50 }, (_, i) => {
    const x = 16 * (i % 10);
    const y = 18 * Math.floor(i / 10);
    return blob([x, y, x + 4, y + 10]);
  });
  expect(bodies.step(frame(12, crowd))).toHaveLength(BODIES_MAX);
});

describe('the hole that somebody left where they stood', () => {
  const hole: Outline = [50, 20, 64, 62];
  const lying: Outline = [66, 66, 108, 84];

  /** They sway where they began, go towards the right as one region with their hole, and fall beside it. */
  function fallen(...after: readonly (readonly Blob[])[]): readonly Body[] {
    const leaving = [0, 4, 8, 14, 20].map((far): Outline => [50, 20 + far / 4, 64 + far, 64 + far]);
    return seenIn(
      ...[hole, hole, ...leaving].map((outline) => [blob(outline)]),
      [blob([50, 20, 92, 80])],
      ...after,
    );
  }

  test('is not them', () => {
    const found = fallen([blob(hole), blob(lying)]);
    expect(found.find(({ id }) => id === 1)!.y0).toBe(66);
    expect(found).toHaveLength(2);
  });

  test('does not become one with them as long as it is there', () => {
    // Close enough above them to be their trunk.
    const near: Outline = [50, 30, 64, 63];
    const flat: Outline = [42, 66, 106, 90];
    const found = fallen([blob(hole), blob(lying)], [blob(near), blob(flat)], [blob(near), blob(flat)]);
    expect(found.map(({ id, y0 }) => [id, y0])).toEqual(expect.arrayContaining([[1, 66]]));
    expect(found).toHaveLength(2);
  });

  test('is themselves while they have not moved', () => {
    const found = seenIn(...Array.from({ length: 8 }, () => [blob(hole)]), [
      blob(hole),
      blob([66, 50, 84, 62]),
    ]);
    expect(found.find(({ id }) => id === 1)!.y0).toBe(20);
  });
});

describe('somebody who lies before a floor that their middle looks like', () => {
  const whole: Outline = [40, 62, 98, 88];
  const parts: readonly Outline[] = [
    [40, 64, 68, 88],
    [71, 63, 98, 88],
  ];
  const lying = [blob(whole), blob(whole), blob(whole)].map((one) => [one]);

  test('is one', () => {
    const found = seenIn(
      ...lying,
      parts.map((part) => blob(part)),
      parts.map((part) => blob(part)),
    );
    expect(found.map(boxOf)).toEqual([[40, 63, 98, 88]]);
  });

  test.each<[string, readonly Outline[]]>([
    [
      'who is too far away',
      [
        [40, 64, 62, 88],
        [71, 63, 98, 88],
      ],
    ],
    [
      'who is in other rows',
      [
        [40, 50, 68, 72],
        [71, 66, 98, 90],
      ],
    ],
    [
      'who stands',
      [
        [40, 64, 68, 88],
        [70, 20, 86, 88],
      ],
    ],
  ])('but not with somebody %s', (_, apart) => {
    const both = apart.map((part) => blob(part));
    expect(seenIn(...lying, both, both)).toHaveLength(2);
  });

  test('but not with somebody who was never a part of them', () => {
    const both = parts.map((part) => blob(part));
    expect(seenIn([both[0]!], [both[0]!], both, both)).toHaveLength(2);
  });
});

test('a shadow that has just come into sight does not take over whom it becomes one with', () => {
  const walking = Array.from({ length: 6 }, (_, n): Outline => [24 + 6 * n, 4, 49 + 6 * n, 58]);
  const found = seenIn(
    ...walking.map((outline) => [blob(outline)]),
    [blob([60, 4, 85, 40]), blob([30, 50, 72, 74])],
    [blob([36, 14, 86, 76])],
  );
  expect(found.map(({ id }) => id)).toEqual([1]);
});
