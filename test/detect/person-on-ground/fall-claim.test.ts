import { describe, expect, it } from 'vitest';
import { claimOf, type Fallen } from '../../../pipeline/detect/person-on-ground/fall-claim.ts';

const LIMITS = { forMs: 5_000, head: 0.4, fallMs: 5_000 };
const REGION = { x0: 0.1, y0: 0.5, x1: 0.4, y1: 0.6 };
/** 40 plane pixels tall with feet in row 60, of 90. */
const FALLEN: Fallen = {
  floor: 60,
  tall: 40,
  atMs: 10_000,
  sinceMs: 11_200,
  lyingMs: 6_000,
  head: 0.3,
  box: { x0: 20, y0: 48, x1: 64, y1: 62 },
};

describe('what is said of who is down', () => {
  it.each([
    [
      'whose top came down to the floor',
      FALLEN,
      'top at 0.30 of their height, limit 0.40, 1.2 s after they last stood',
      [['top', 0.3, 0.4]],
      0.67,
    ],
    [
      'who tipped over, by their own limit',
      { ...FALLEN, head: 0.62, topMax: 0.68 },
      'top at 0.62 of their height, limit 0.68, 1.2 s after they last stood',
      [['top', 0.62, 0.68]],
      0.65,
    ],
    [
      'who is stretched out, by that: their top is higher than its limit',
      { ...FALLEN, head: 0.52, stretched: { long: 0.83, high: 0.5, highMax: 0.58 } },
      '0.83 of their height long and 0.50 high, limit 0.58, 1.2 s after they last stood',
      [
        ['long', 0.83, undefined],
        ['high', 0.5, 0.58],
      ],
      0.66,
    ],
    [
      'who is stretched out, by their top where it says enough',
      { ...FALLEN, stretched: { long: 0.9, high: 0.3, highMax: 0.58 } },
      'top at 0.30 of their height, limit 0.40, 1.2 s after they last stood',
      [['top', 0.3, 0.4]],
      0.67,
    ],
    [
      'who came to lie unseen, by how long and low they are: their top is not what was judged',
      { ...FALLEN, head: 0.43, unseen: 'region' },
      '1.10 of their height long and 0.35 high, limit 0.50, 1.2 s after they last stood',
      [
        ['long', 1.1, undefined],
        ['high', 0.35, 0.5],
      ],
      0.695,
    ],
    [
      'who came to lie by cells, which is said',
      { ...FALLEN, head: 0.43, unseen: 'cells' },
      'a place newly taken, 1.10 of their height long and 0.35 high, limit 0.50, 1.2 s after they last stood',
      [
        ['long', 1.1, undefined],
        ['high', 0.35, 0.5],
      ],
      0.695,
    ],
    [
      'who came to lie below where they stood, by their top',
      { ...FALLEN, unseen: 'cells below' },
      'a place newly taken, top at 0.30 of their height, limit 0.40, 1.2 s after they last stood',
      [['top', 0.3, 0.4]],
      0.67,
    ],
  ] as const)('%s', (_, fallen, says, judged, score) => {
    const claim = claimOf(fallen, 1, REGION, LIMITS, 90);
    expect(claim.explanation).toBe(`somebody who stood has been lying for 6.0 s, limit 5.0 s: ${says}`);
    const { findings } = claim;
    expect(findings.slice(1, -2).map(({ name, value, limit }) => [name, value, limit])).toEqual(judged);
    expect(findings.map(({ name }) => name)).toEqual([
      'lying',
      ...judged.map(([name]) => name),
      'fall',
      'stood',
    ]);
    expect(claim.score).toBeCloseTo(score, 5);
    expect(claim.region).toBe(REGION);
  });

  it('names how many they are', () => {
    expect(claimOf(FALLEN, 3, REGION, LIMITS, 90).explanation).toMatch(
      / after they last stood \(3 people\)$/,
    );
  });

  it('never has a score beyond 1, nor less for a top above its limit', () => {
    expect(claimOf({ ...FALLEN, lyingMs: 99_000 }, 1, REGION, LIMITS, 90).score).toBe(1);
    expect(claimOf({ ...FALLEN, head: 0.46 }, 1, REGION, LIMITS, 90).score).toBeCloseTo(0.62, 5);
  });
});
