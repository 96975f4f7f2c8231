/** What has come to lie where somebody stood: somebody, or one of the many things that are not. */
import { describe, expect, it } from 'vitest';
import type { Body } from '../../../pipeline/detect/person-on-ground/bodies.ts';
import { Lays, THINGS_MAX } from '../../../pipeline/detect/person-on-ground/laid.ts';
import type { Low, Post } from '../../../pipeline/detect/person-on-ground/places.ts';
import type { Seen, Vacated } from '../../../pipeline/detect/person-on-ground/vacated.ts';
import type { Frame, StaticRegion } from '../../../pipeline/model.ts';
import { fromSaved, toSaved } from '../../../pipeline/saved.ts';
import type { GroundSample } from '../../../pipeline/site/site.ts';

const [WIDTH, HEIGHT] = [160, 90];
const TALL = 30;
type Corners = readonly [x0: number, y0: number, x1: number, y1: number];

/** Stood until second 10, feet at 50, 60. */
const POST: Post = { floor: 60, tall: TALL, atMs: 10_000, x: 50, id: 1, areaPx: 250, swollen: false };
const ACROSS: Corners = [48, 51, 84, 61];
const places = (posts: readonly Post[] = [POST], lows: readonly Low[] = []) => ({ posts, lows });

function region([x0, y0, x1, y1]: Corners, sinceMs: number, more: Partial<StaticRegion> = {}): StaticRegion {
  const box = { x0: x0 / WIDTH, y0: y0 / HEIGHT, x1: x1 / WIDTH, y1: y1 / HEIGHT };
  const foot = { x: (box.x0 + box.x1) / 2, y: box.y1 };
  return { box, foot, areaPx: 0.7 * (x1 - x0) * (y1 - y0), sinceMs, steady: 0.9, rim: 0.8, ...more };
}

function body([x0, y0, x1, y1]: Corners, seenAtMs: number, stillMs: number, more: Partial<Body> = {}): Body {
  return {
    ...{ id: 7, x0, y0, x1, y1, head: y0, floor: y1, wide: x1 - x0, seenAtMs, stillMs },
    ...{ areaPx: 0.7 * (x1 - x0) * (y1 - y0), bornAtMs: 0, bornX: 0, bornY: 0 },
    ...{ mixedAtMs: Number.NEGATIVE_INFINITY, partedFrom: undefined },
    ...more,
  };
}

function frame(atMs: number, statics: readonly StaticRegion[]): Frame {
  return {
    ...{ site: 's', camera: 'c', epoch: 0, number: 0, capturedAtMs: atMs, receivedAtMs: atMs },
    ...{ intervalMs: 200, planeWidth: WIDTH, planeHeight: HEIGHT, view: 'ok' },
    ...{ blobs: [], objects: [], statics },
  };
}

type Cells = Pick<Vacated, 'seen' | 'judges'>;
/** Nobody can say who stood there before. */
const UNSEEN: Cells = { judges: () => false, seen: () => ({ known: false }) };
const saying = (seen: Seen): Cells => ({ judges: () => true, seen: () => seen });

interface Case {
  readonly cells?: Cells;
  readonly statics?: readonly StaticRegion[];
  readonly bodies?: readonly Body[];
  readonly posts?: readonly Post[];
  readonly lows?: readonly Low[];
  readonly ground?: readonly GroundSample[];
  readonly atMs?: number;
}

function found({ statics = [], bodies = [], posts, lows, cells = UNSEEN, ground = [], atMs = 15_000 }: Case) {
  return new Lays().step(frame(atMs, statics), bodies, places(posts, lows), cells, ground, 5_000);
}

describe('who stood there lies there', () => {
  it.each<[string, Case]>([
    ['across, as a region that came when they were last seen', { statics: [region(ACROSS, 4_500)] }],
    ['across, as what lies still by itself', { bodies: [body(ACROSS, 15_000, 800)] }],
    ['across, while others passed before them', { statics: [region(ACROSS, 4_500)], atMs: 19_000 }],
    [
      'over whom somebody was seen to stand, and nobody is now',
      {
        statics: [region(ACROSS, 4_500)],
        cells: saying({ known: true, stoodAtMs: 10_000, taken: 0.7, before: 0.1 }),
      },
    ],
    [
      'whose height others had made more of, where the site file knows better',
      {
        statics: [region(ACROSS, 4_500)],
        posts: [{ ...POST, tall: 2 * TALL }],
        ground: [{ foot: { x: 0.5, y: 60 / HEIGHT }, height: TALL / HEIGHT }],
      },
    ],
  ])('%s', (_, seen) => {
    expect(found(seen)).toMatchObject([{ floor: 60, tall: TALL, atMs: 10_000 }]);
  });
});

describe('nobody has fallen', () => {
  it.each<[string, Case]>([
    ['a suitcase', { statics: [region([48, 48, 58, 61], 4_500)] }],
    [
      'what came longer after they stood than a fall takes',
      { statics: [region(ACROSS, 4_500)], atMs: 20_000 },
    ],
    ['a bag', { statics: [region([48, 54, 60, 61], 4_500)] }],
    ['who sits on the floor', { statics: [region([44, 43, 60, 61], 4_500)] }],
    ['a bench or a door', { statics: [region([40, 50, 98, 61], 4_500)] }],
    ['what is as long and as flat as a strip of light', { statics: [region([48, 58, 84, 61], 4_500)] }],
    ['what was taken away there', { statics: [region(ACROSS, 4_500, { rim: -0.8 })] }],
    ['what changes all the time', { statics: [region(ACROSS, 4_500, { steady: 0.4 })] }],
    ['farther off', { statics: [region([48, 40, 84, 50], 4_500)] }],
    ['elsewhere in that row', { statics: [region([68, 51, 104, 61], 4_500)] }],
    [
      'where cells show that nobody stood or somebody still does',
      {
        statics: [region(ACROSS, 4_500)],
        cells: saying({ known: true, stoodAtMs: undefined, taken: 0.7, before: 0.1 }),
      },
    ],
    [
      'where cells show that nothing lies',
      {
        statics: [region(ACROSS, 4_500)],
        cells: saying({ known: true, stoodAtMs: 10_000, taken: 0.1, before: 0 }),
      },
    ],
    [
      'where cells show that something lay all along',
      {
        statics: [region(ACROSS, 4_500)],
        cells: saying({ known: true, stoodAtMs: 10_000, taken: 0.7, before: 0.6 }),
      },
    ],
    [
      'while cells have shown too little',
      { statics: [region(ACROSS, 4_500)], cells: saying({ known: false }) },
    ],
    ['what lay there before they came', { statics: [region(ACROSS, 9_000)] }],
    ['what came long after they stood', { statics: [region(ACROSS, 4_500)], atMs: 24_000 }],
    [
      'who sat there for a while, and lay down',
      {
        statics: [region(ACROSS, 4_500)],
        lows: [{ box: { x0: 48, y0: 44, x1: 62, y1: 61 }, fromMs: 6_000, lastMs: 10_000 }],
      },
    ],
    ['part of somebody who stands nearer', { statics: [region([43, 52, 57, 72], 4_500)] }],
  ])('%s', (_, seen) => {
    expect(found(seen)).toEqual([]);
  });
});

it('still lies there while others are before them, and is gone when nobody is', () => {
  const lays = new Lays();
  const step = (atMs: number, statics: readonly StaticRegion[], bodies: readonly Body[] = []) =>
    lays.step(frame(atMs, statics), bodies, places(), UNSEEN, [], 5_000).length;
  expect(step(15_000, [region(ACROSS, 4_500)])).toBe(1);
  expect(step(20_000, [], [body([40, 20, 90, 80], 20_000, 0)])).toBe(1);
  expect(step(20_200, [])).toBe(0);
});

it.each([
  ['while it hardly changes', [50, 51, 82, 60], 1],
  ['not when it shrinks', [48, 51, 66, 61], 0],
  ['not when it grows longer than anybody', [36, 51, 84, 61], 0],
  ['not when it rises', [48, 45, 84, 61], 0],
  ['not when it leaves the row of the feet', [48, 51, 84, 55.4], 0],
] as const)('is somebody, %s', (_, later, people) => {
  const lays = new Lays();
  const step = (atMs: number, corners: Corners) =>
    lays.step(frame(atMs, [region(corners, 4_500)]), [], places(), UNSEEN, [], 5_000).length;
  expect(step(15_000, ACROSS)).toBe(1);
  expect(step(15_200, later)).toBe(people);
});

it('is bounded, and goes on the same after it was saved', () => {
  const lays = new Lays();
  const many = Array.from({ length: 3 * THINGS_MAX }, (_, n) =>
    body([20 * n, 0, 20 * n + 12, 9], 15_000, 900),
  );
  lays.step(frame(15_000, [region(ACROSS, 4_500)]), many, places(), UNSEEN, [], 5_000);
  const saved = lays.save();
  expect(saved.length).toBe(THINGS_MAX);
  const restored = new Lays();
  restored.restore(fromSaved(1, toSaved(1, saved))!.state as typeof saved);
  expect(restored.save()).toEqual(saved);
});
