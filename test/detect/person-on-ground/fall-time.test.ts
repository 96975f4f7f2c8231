/** How long a fall may take: who stood behind and who is short must have fallen quickly. */
import { describe, expect, it } from 'vitest';
import { fallMsMax } from '../../../pipeline/detect/person-on-ground/fall-time.ts';
import type { Stood } from '../../../pipeline/detect/person-on-ground/stances.ts';
import { type Actor, held } from './postures.ts';

const HEIGHT = 90;
const TALL = 40;
const GROUND = [{ foot: { x: 0.5, y: 0.7 }, height: TALL / HEIGHT }];
const STOOD: Stood = { floor: 63, tall: TALL, atMs: 0 };

describe('a fall of 4 s at most', () => {
  it.each<[string, Partial<Stood>, boolean, typeof GROUND, number]>([
    ['of somebody', {}, false, GROUND, 4_000],
    ['of somebody stretched out', {}, true, GROUND, 2_400],
    ['of somebody who was one region with others behind', { before: true }, false, GROUND, 2_000],
    ['of one of two, stretched out', { before: true }, true, GROUND, 2_000],
    ['of somebody of 0.86 of how tall people are there', { tall: 0.86 * TALL }, false, GROUND, 4_000],
    ['of somebody of 0.84 of it', { tall: 0.84 * TALL }, false, GROUND, 1_000],
    ['of a child who is stretched out', { tall: 0.7 * TALL }, true, GROUND, 1_000],
    ['where nobody knows how tall people are', { tall: 0.7 * TALL }, false, [], 4_000],
  ])('%s', (_, stood, stretched, ground, expected) => {
    expect(fallMsMax(4_000, { ...STOOD, ...stood }, stretched, ground, HEIGHT)).toBeCloseTo(expected, 6);
  });
});

describe('who is 0.7 as tall as people are there', () => {
  const ground = [{ foot: { x: 0.5, y: 0.7 }, height: 0.4 }];
  const lying = { top: 0.25, wide: 0.95 };
  const liesAfter = (seconds: number): Actor => ({
    poses: [
      [0, { size: 0.28 }],
      [6, {}],
      [6 + seconds, lying],
    ],
  });

  it('is a child, who falls in a moment', () => {
    expect(held({ actors: [liesAfter(0.8)], seconds: 20 }, { ground })).toHaveLength(1);
  });

  it('or sits on the floor, and is seen to lie there later, under another name', () => {
    const sits: Actor = { poses: [[0, { size: 0.28 }]], until: 6 };
    const seenAt = (second: number, watching = { ground }) => {
      const lies: Actor = { poses: [[0, { size: 0.28, ...lying }]], from: second };
      return held({ actors: [sits, lies], seconds: 20, stillFromS: second }, watching).length;
    };
    expect([seenAt(6.2), seenAt(8)]).toEqual([1, 0]);
    expect(seenAt(8, { ground: [] })).toBe(1);
  });

  it('or sits on the floor, and lies down by and by', () => {
    expect(held({ actors: [liesAfter(3)], seconds: 20 }, { ground })).toEqual([]);
    expect(held({ actors: [liesAfter(3)], seconds: 20 })).toHaveLength(1);
  });
});
