/** Who came to lie, by cells alone: somebody, or one of the many things that are not. */
import { describe, expect, it } from 'vitest';
import { SPRAWLED_MAX, Sprawls } from '../../../pipeline/detect/person-on-ground/sprawled.ts';
import { Vacated } from '../../../pipeline/detect/person-on-ground/vacated.ts';
import type { Blob, Box, Frame, StaticRegion } from '../../../pipeline/model.ts';
import { fromSaved, toSaved } from '../../../pipeline/saved.ts';
import type { GroundSample } from '../../../pipeline/site/site.ts';
import { takenCells } from '../../support/taken-cells.ts';

const [WIDTH, HEIGHT] = [160, 92];
const STEP_MS = 200;
const TALL = 40;
const CAME_MS = 27_000;
const FELL_MS = 30_000;
const tallBy = (pixels: number): readonly GroundSample[] => [
  { foot: { x: 0.5, y: 80 / HEIGHT }, height: pixels / HEIGHT },
];
const box = (x0: number, y0: number, x1: number, y1: number): Box => ({ x0, y0, x1, y1 });
/** Feet at 74, 80; then across the view. */
const UPRIGHT = box(68, 40, 80, 80);
const LYING = box(68, 68, 104, 80);
const SHORTER = box(68, 68, 100, 80);
/** Feet at 80, 60; then towards the lens. */
const FARTHER = box(72, 20, 88, 60);
const BELOW = box(72, 56, 88, 80);

const shareOf = ({ x0, y0, x1, y1 }: Box): Box => box(x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, y1 / HEIGHT);

function region(of: Box, stillMs: number): Blob {
  const areaPx = (of.x1 - of.x0) * (of.y1 - of.y0);
  return { box: shareOf(of), foot: { x: 0, y: 0 }, areaPx, flowX: 0, flowY: 0, stillMs };
}

function standing(of: Box, sinceMs: number): StaticRegion {
  return { box: shareOf(of), foot: { x: 0, y: 0 }, areaPx: 400, sinceMs, steady: 1, rim: 1 };
}

interface Scene {
  readonly shown?: (atMs: number) => readonly Box[];
  readonly blobs?: (atMs: number) => readonly Blob[];
  readonly statics?: (atMs: number) => readonly StaticRegion[];
  readonly ground?: readonly GroundSample[];
  readonly fromMs?: number;
  readonly untilMs?: number;
}

const isThere = (atMs: number) => atMs >= CAME_MS && atMs < FELL_MS;
const falls =
  (to = LYING, from = UPRIGHT) =>
  (atMs: number): readonly Box[] => {
    if (atMs >= FELL_MS) return [to];
    return isThere(atMs) ? [from] : [];
  };
const with_ =
  (more: readonly Box[], shown = falls()) =>
  (atMs: number) => [...shown(atMs), ...more];
const rests =
  (of = BELOW, afterMs = 400) =>
  (atMs: number) =>
    atMs < FELL_MS ? [] : [region(of, Math.max(0, atMs - FELL_MS - afterMs))];

function frame(atMs: number, { shown = falls(), blobs = () => [], statics = () => [] }: Scene): Frame {
  return {
    ...{ site: 's', camera: 'c', epoch: 0, number: 0, capturedAtMs: atMs, receivedAtMs: atMs },
    ...{ intervalMs: STEP_MS, planeWidth: WIDTH, planeHeight: HEIGHT, view: 'ok', objects: [] },
    ...{ cells: takenCells(shown(atMs)), blobs: blobs(atMs), statics: statics(atMs) },
  };
}

function found(scene: Scene) {
  const [vacated, sprawls] = [new Vacated(), new Sprawls()];
  const ever = new Map<number, ReturnType<Sprawls['step']>[number]>();
  let last: ReturnType<Sprawls['step']> = [];
  for (let atMs = scene.fromMs ?? 0; atMs <= (scene.untilMs ?? FELL_MS + 5_000); atMs += STEP_MS) {
    const now = frame(atMs, scene);
    vacated.step(now);
    last = sprawls.step(now, vacated, scene.ground ?? tallBy(TALL), 5_000);
    for (const one of last) ever.set(one.sinceMs, one);
  }
  return { ever: [...ever.values()], last };
}

/** They lie as far as these columns, the last of them only so much later. */
const comesBy =
  ([first, last]: readonly [number, number], afterMs: number) =>
  (atMs: number) =>
    atMs < FELL_MS ? falls()(atMs) : [{ ...LYING, x1: atMs < FELL_MS + afterMs ? first : last }];

const ALONG: Scene = { shown: falls(BELOW, FARTHER), blobs: rests() };

describe('who came to lie', () => {
  it.each<[string, Scene, { along: boolean; box: Box }]>([
    ['across the view', {}, { along: false, box: LYING }],
    [
      'across the view, beside who stands there all along',
      { shown: with_([box(116, 40, 128, 80)]) },
      { along: false, box: LYING },
    ],
    ['across the view, as a region as low', { blobs: rests(LYING) }, { along: false, box: LYING }],
    [
      'across the view, before whom somebody passed later',
      {
        shown: (atMs) => [
          ...falls()(atMs),
          ...(atMs > FELL_MS + 3_500 && atMs < FELL_MS + 4_500 ? [box(80, 40, 92, 88)] : []),
        ],
      },
      { along: false, box: LYING },
    ],
    [
      'across the view, before whom others stood for the first seconds',
      {
        shown: (atMs) => [
          ...falls()(atMs),
          ...(atMs > FELL_MS + 600 && atMs < FELL_MS + 3_400 ? [box(84, 44, 100, 68)] : []),
        ],
      },
      { along: false, box: LYING },
    ],
    [
      'across the view, soon after the camera began',
      { fromMs: FELL_MS - 12_000 },
      { along: false, box: LYING },
    ],
    [
      'across the view, at whose end somebody came to stand',
      { shown: falls(LYING, box(60, 40, 68, 80)) },
      { along: false, box: LYING },
    ],
    [
      'across the view, shorter than others, within a look',
      { shown: comesBy([88, 100], 200) },
      { along: false, box: SHORTER },
    ],
    [
      'across the view, whose last quarter came to lie half a second later',
      { shown: comesBy([92, 104], 600) },
      { along: false, box: LYING },
    ],
    ['towards the lens', ALONG, { along: true, box: BELOW }],
  ])('%s', (_, scene, expected) => {
    const { ever, last } = found(scene);
    expect(ever).toHaveLength(1);
    expect(ever[0]).toMatchObject(expected);
    expect(FELL_MS - ever[0]!.atMs).toBeLessThanOrEqual(STEP_MS);
    expect(last).toHaveLength(1);
  });
});

describe('nobody', () => {
  it.each<[string, Scene]>([
    ['where nobody stood', { shown: (atMs) => (atMs < FELL_MS ? [] : [LYING]) }],
    ['over whom nobody stood, but beside them', { shown: falls(LYING, box(40, 40, 52, 80)) }],
    [
      'who sat upright there, and lies down',
      { ground: tallBy(60), shown: falls(box(68, 64, 128, 80), box(66, 40, 82, 80)) },
    ],
    ['over whose middle somebody stood', { shown: falls(LYING, box(80, 40, 92, 80)) }],
    [
      'while who stood there still does',
      { shown: (atMs) => [...falls()(atMs), ...(atMs >= FELL_MS ? [UPRIGHT] : [])] },
    ],
    [
      'at whose end somebody had stood for all that is remembered',
      { shown: (atMs) => (atMs < FELL_MS ? [box(60, 40, 68, 80)] : [LYING]) },
    ],
    [
      'who went two seconds before',
      { shown: (atMs) => (atMs >= FELL_MS - 2_000 && atMs < FELL_MS ? [] : falls()(atMs)) },
    ],
    [
      'who went nearly a second before',
      { shown: (atMs) => (atMs >= FELL_MS - 800 && atMs < FELL_MS ? [] : falls()(atMs)) },
    ],
    [
      'under light that is as broad as a crowd',
      {
        shown: (atMs) => [
          ...falls()(atMs),
          ...(isThere(atMs) ? [box(28, 16, 68, 68), box(80, 16, 124, 68)] : []),
        ],
      },
    ],
    ['shorter than somebody', { shown: falls(box(68, 68, 92, 80)) }],
    ['longer than somebody', { shown: falls(box(68, 68, 148, 80)) }],
    [
      'as high as who sits with their legs stretched',
      { shown: (atMs) => [...falls()(atMs), ...(atMs >= FELL_MS ? [box(92, 56, 104, 68)] : [])] },
    ],
    [
      'cut by the lower edge of the view, below which there may be more of them',
      { shown: falls(box(68, 80, 104, 92), box(68, 52, 80, 92)) },
    ],
    ['high for its length', { shown: falls(box(68, 64, 96, 80), box(64, 40, 72, 80)) }],
    ['nearly as high as long', { shown: falls(box(68, 60, 96, 80)) }],
    [
      'who is part of something larger',
      { shown: with_([box(40, 82, 130, 92), box(106, 60, 130, 84), box(40, 60, 66, 84)]) },
    ],
    [
      'below something that stays',
      { shown: (atMs) => [...falls()(atMs), ...(atMs >= FELL_MS ? [box(72, 52, 104, 64)] : [])] },
    ],
    [
      'that came by and by',
      {
        shown: (atMs) =>
          atMs < FELL_MS ? falls()(atMs) : [{ ...LYING, x1: Math.min(104, 68 + (atMs - FELL_MS) / 120) }],
      },
    ],
    [
      'of whom a part came to lie later, as of who sits first',
      {
        shown: (atMs) =>
          atMs < FELL_MS ? falls()(atMs) : [{ ...LYING, x1: atMs < FELL_MS + 1_600 ? 92 : 104 }],
      },
    ],
    [
      'shorter than others, of whom a part came to lie half a second later: the upper half of who sat there',
      { shown: comesBy([88, 100], 600) },
    ],
    ['that is the foot of a higher region', { blobs: rests(box(68, 52, 104, 80)) }],
    ['that has been still for longer', { blobs: (atMs) => [region(LYING, atMs - 20_000)] }],
    ['that was a thing before', { statics: (atMs) => [standing(LYING, atMs - 20_000)] }],
    ['before there was time to remember who stood where', { fromMs: FELL_MS - 9_000 }],
    ['where nobody knows how tall people are', { ground: [] }],
    ['of too few cells', { ground: tallBy(19), shown: falls(box(68, 72, 84, 80), box(64, 60, 72, 80)) }],
    ['below whom no region is', { ...ALONG, blobs: () => [] }],
    ['who goes on moving, as who sits down does', { ...ALONG, blobs: rests(BELOW, 2_000) }],
    ['below, as high as who sits on a chair', { ...ALONG, blobs: rests(box(72, 48, 88, 80)) }],
    ['below, not under whom somebody stood', { shown: falls(BELOW, box(88, 20, 104, 60)), blobs: rests() }],
    [
      'as small as luggage',
      { shown: falls(box(72, 68, 84, 80), FARTHER), blobs: rests(box(72, 68, 84, 80)) },
    ],
    [
      'at whose side somebody stood, in their row',
      { shown: falls(BELOW, box(72, 40, 88, 80)), blobs: rests() },
    ],
  ])('%s', (_, scene) => {
    expect(found(scene).ever).toEqual([]);
  });
});

it('is over soon after they get up', () => {
  const gets = (atMs: number) => (atMs < FELL_MS + 8_000 ? falls()(atMs) : [UPRIGHT]);
  expect(found({ shown: gets, untilMs: FELL_MS + 8_000 }).last).toHaveLength(1);
  expect(found({ shown: gets, untilMs: FELL_MS + 12_000 }).last).toEqual([]);
});

it('goes on after a restart, and keeps few', () => {
  const saved = { ...found({}).last[0]! };
  const sprawls = new Sprawls();
  const read = fromSaved(1, toSaved(1, [saved]))! as { readonly state: ReturnType<Sprawls['save']> };
  sprawls.restore(read.state);
  expect(sprawls.save()).toEqual([saved]);
  const vacated = new Vacated();
  vacated.step(frame(FELL_MS, { shown: () => [LYING] }));
  sprawls.restore(Array.from({ length: 3 * SPRAWLED_MAX }, (_, n) => ({ ...saved, sinceMs: FELL_MS + n })));
  sprawls.step(frame(FELL_MS, { shown: () => [LYING] }), vacated, tallBy(TALL), 5_000);
  expect(sprawls.save()).toHaveLength(SPRAWLED_MAX);
});
