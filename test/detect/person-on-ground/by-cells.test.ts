/** Who came to lie, by cells alone, is claimed while their place is seen to be taken. */
import { expect, it } from 'vitest';
import { PersonOnGround } from '../../../pipeline/detect/person-on-ground/person-on-ground.ts';
import type { Box, Frame, Measured } from '../../../pipeline/model.ts';
import type { WatchRule } from '../../../pipeline/site/site.ts';
import { takenCells } from '../../support/taken-cells.ts';

const [WIDTH, HEIGHT, STEP_MS] = [160, 92, 200];
const CAME_MS = 27_000;
const FELL_MS = 30_000;
const UPRIGHT: Box = { x0: 68, y0: 40, x1: 80, y1: 80 };
const LYING: Box = { x0: 68, y0: 68, x1: 104, y1: 80 };
const GROUND = [{ foot: { x: 0.5, y: 80 / HEIGHT }, height: 40 / HEIGHT }];

/** When it holds first, seconds after the fall, for who lies there for so long. */
function claimedS(lyingMs: number): number | undefined {
  const rule = { id: 'falls', event: 'person_on_ground', forMs: 5_000, sensitivity: 'medium' };
  const machine = new PersonOnGround(rule as WatchRule, undefined, GROUND);
  for (let atMs = 0; atMs <= FELL_MS + 20_000; atMs += STEP_MS) {
    const lies = atMs >= FELL_MS && atMs < FELL_MS + lyingMs;
    const shown = lies ? [LYING] : atMs >= CAME_MS && atMs < FELL_MS ? [UPRIGHT] : [];
    const frame: Frame = {
      ...{ site: 's', camera: 'c', epoch: 0, number: 0, capturedAtMs: atMs, receivedAtMs: atMs },
      ...{ intervalMs: STEP_MS, planeWidth: WIDTH, planeHeight: HEIGHT, view: 'ok', objects: [] },
      ...{ cells: takenCells(shown), blobs: [], statics: [] },
    };
    if (machine.look({ frame } as unknown as Measured)?.holds === true) return (atMs - FELL_MS) / 1000;
  }
  return undefined;
}

it('is claimed after `for`', () => {
  expect(claimedS(20_000)).toBeCloseTo(5, 0);
});

it('is nobody who has gone before', () => {
  expect(claimedS(4_400)).toBeUndefined();
});
