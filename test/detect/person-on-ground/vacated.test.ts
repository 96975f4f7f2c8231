/** Where somebody stood and does not any more, by cells alone. */
import { describe, expect, it } from 'vitest';
import { GRIDS_MAX, Vacated } from '../../../pipeline/detect/person-on-ground/vacated.ts';
import type { Box, Frame } from '../../../pipeline/model.ts';
import { fromSaved, toSaved } from '../../../pipeline/saved.ts';
import { takenCells } from '../../support/taken-cells.ts';

const STEP_MS = 200;
/** Somebody 40 pixels tall with their feet at 80, 80, who comes to lie at second 30. */
const STOOD = { floor: 80, tall: 40 };
const UPRIGHT: Box = { x0: 74, y0: 40, x1: 86, y1: 80 };
const LYING: Box = { x0: 68, y0: 68, x1: 104, y1: 80 };
const FELL_MS = 30_000;
const EVERYWHERE: Box = { x0: 0, y0: 0, x1: 160, y1: 92 };

function frame(atMs: number, boxes: readonly Box[]): Frame {
  return {
    ...{ site: 's', camera: 'c', epoch: 0, number: 0, capturedAtMs: atMs, receivedAtMs: atMs },
    ...{ intervalMs: STEP_MS, planeWidth: 160, planeHeight: 90, view: 'ok' },
    ...{ cells: takenCells(boxes), blobs: [], objects: [], statics: [] },
  };
}

type Shown = (atMs: number) => readonly Box[];
const falls: Shown = (atMs) => (atMs < FELL_MS ? [UPRIGHT] : [LYING]);

function seen(shown: Shown, looks = 2, untilMs = FELL_MS + 2_000) {
  const vacated = new Vacated();
  for (let atMs = 0; atMs <= untilMs; atMs += STEP_MS) vacated.step(frame(atMs, shown(atMs)));
  return vacated.seen(LYING, STOOD, FELL_MS, 5_000, looks);
}

describe('somebody stood there and does not any more', () => {
  it.each<[string, Shown]>([
    ['who stood and lies', falls],
    ['who was seen upright for half a second', (atMs) => (atMs < FELL_MS - 500 ? [] : falls(atMs))],
    ['who is beside others all along', (atMs) => [...falls(atMs), { x0: 110, y0: 40, x1: 122, y1: 80 }]],
    [
      'who fell slowly, by way of sitting',
      (atMs) => (atMs > FELL_MS - 3_000 && atMs < FELL_MS ? [LYING] : falls(atMs)),
    ],
  ])('%s', (_, shown) => {
    const said = seen(shown);
    expect(said).toMatchObject({ known: true, taken: 1 });
    expect(said.known && said.stoodAtMs).toBeGreaterThan(FELL_MS - 4_000);
  });
});

describe('nobody is seen to have fallen', () => {
  it.each<[string, Shown]>([
    ['what came where nobody was, as a patch of light', (atMs) => (atMs < FELL_MS ? [] : [LYING])],
    ['who stands on behind what lies there', (atMs) => (atMs < FELL_MS ? [UPRIGHT] : [UPRIGHT, LYING])],
    [
      'what lay there already while somebody stood behind it',
      (atMs) => (atMs < FELL_MS ? [UPRIGHT, LYING] : [LYING]),
    ],
    ['who sat and lies down', (atMs) => (atMs < FELL_MS ? [{ ...UPRIGHT, y0: 58 }] : [LYING])],
    [
      'who stood there long before',
      (atMs) => (atMs < FELL_MS - 6_000 ? [UPRIGHT] : atMs < FELL_MS ? [] : [LYING]),
    ],
    [
      'who was there for one look only',
      (atMs) => (atMs === FELL_MS - 1_000 ? [UPRIGHT] : atMs < FELL_MS ? [] : [LYING]),
    ],
    ['while all of the view is lit', () => [EVERYWHERE]],
  ])('%s', (_, shown) => {
    expect(seen(shown)).toMatchObject({ known: true, stoodAtMs: undefined });
  });

  it('as long as too few looks followed', () => {
    expect(seen(falls, 2, FELL_MS + 400)).toEqual({ known: false });
  });
});

it('where they lie was free before when it was for two looks, for one it was not seen', () => {
  const lostFor = (looks: number) =>
    seen((atMs) => (atMs < FELL_MS && atMs >= FELL_MS - looks * STEP_MS ? [] : [LYING]));
  expect(lostFor(0)).toMatchObject({ before: 1 });
  expect(lostFor(1)).toMatchObject({ before: 1 });
  expect(lostFor(2)).toMatchObject({ before: 0 });
});

it('judges nobody who came to lie while the view was being learned', () => {
  const vacated = new Vacated();
  expect(vacated.judges(FELL_MS)).toBe(false);
  vacated.step(frame(10_000, []));
  expect(vacated.judges(29_800)).toBe(false);
  expect(vacated.judges(30_000)).toBe(true);
});

it('is bounded at any rate of pictures, and says the same after it was saved', () => {
  const vacated = new Vacated();
  for (let atMs = 0; atMs <= 60_000; atMs += 20) vacated.step(frame(atMs, falls(atMs)));
  const saved = vacated.save();
  expect(saved.grids.length).toBeLessThanOrEqual(GRIDS_MAX);
  expect(saved.grids.length).toBeGreaterThan(GRIDS_MAX - 10);
  const restored = new Vacated();
  restored.restore(fromSaved(1, toSaved(1, saved))!.state as typeof saved);
  expect(restored.save()).toEqual(saved);
  expect(restored.takenNow(LYING)).toBe(1);
  restored.step(frame(60_200, [LYING]));
  vacated.step(frame(60_200, [LYING]));
  expect(restored.save()).toEqual(vacated.save());
});
