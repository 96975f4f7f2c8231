/** What is said of somebody who is down: in a sentence, and in the numbers that decided, each beside its limit. */
import type { Box, Finding } from '../../model.ts';
import type { Condition } from '../claim.ts';
import { seconds } from '../rule.ts';
import { HIGH_MAX } from './laid.ts';
import type { Stretched } from './lying.ts';
import type { Stood } from './stances.ts';

export interface Fallen extends Stood {
  /** When they came down, and for how long they have been seen to lie. */
  readonly sinceMs: number;
  readonly lyingMs: number;
  /** How far above the old floor their top is, heights of the person; and how far it may be instead, for who tipped over. */
  readonly head: number;
  readonly topMax?: number;
  /** Told by how long they lie, when last seen: their top may be higher than the limit. */
  readonly stretched?: Stretched | undefined;
  /** Plane pixels. */
  readonly box: Box;
  /**
   * They came to lie unseen: as a region (laid.ts), or as cells that are newly taken (sprawled.ts), both across the view
   * and known by how long and low they are; or as such cells below where they stood, known by their top.
   */
  readonly unseen?: 'region' | 'cells' | 'cells below';
}

interface Limits {
  readonly forMs: number;
  readonly head: number;
  readonly fallMs: number;
}

/** Of the first of so many; `region` is that of all. */
export function claimOf(
  first: Fallen,
  count: number,
  region: Box,
  limits: Limits,
  planeHeight: number,
): Condition {
  const { lyingMs, tall } = first;
  const { forMs } = limits;
  const fallMs = first.sinceMs - first.atMs;
  const posture = postureOf(first, limits.head);
  const others = count > 1 ? ` (${count} people)` : '';
  return {
    holds: true,
    region,
    score: Math.min(1, 0.5 + (0.1 * lyingMs) / Math.max(1_000, forMs) + Math.max(0, posture.below) / 2),
    explanation:
      `somebody who stood has been lying for ${seconds(lyingMs)}, limit ${seconds(forMs)}: ` +
      `${posture.says}, ${seconds(fallMs)} after they last stood${others}`,
    findings: [
      { name: 'lying', value: lyingMs / 1000, limit: forMs / 1000, unit: 's' },
      ...posture.findings,
      { name: 'fall', value: fallMs / 1000, limit: limits.fallMs / 1000, unit: 's' },
      { name: 'stood', value: tall / planeHeight, unit: 'view heights' },
    ],
  };
}

interface Posture {
  readonly says: string;
  readonly findings: readonly Finding[];
  /** How far under the limit, heights of the person. */
  readonly below: number;
}

const UNIT = 'heights of the person';
/** Found by cells: nobody was followed. */
const NEWLY = 'a place newly taken,';

function postureOf(fallen: Fallen, headMax: number): Posture {
  const { box, tall, head, topMax, stretched, unseen } = fallen;
  if (unseen === 'region' || unseen === 'cells') {
    const shape = { long: (box.x1 - box.x0) / tall, high: (box.y1 - box.y0) / tall, highMax: HIGH_MAX };
    return lengthOf(shape, unseen === 'cells');
  }
  // Where the top says it, nothing else has to.
  if (stretched !== undefined && topMax === undefined && head > headMax) return lengthOf(stretched, false);
  return topOf(fallen, topMax ?? headMax);
}

function topOf({ head, unseen }: Fallen, limit: number): Posture {
  return {
    says: `${unseen === undefined ? '' : `${NEWLY} `}top at ${head.toFixed(2)} of their height, limit ${limit.toFixed(2)}`,
    findings: [{ name: 'top', value: head, limit, unit: UNIT }],
    below: limit - head,
  };
}

function lengthOf({ long, high, highMax }: Stretched, newly: boolean): Posture {
  return {
    says: `${newly ? `${NEWLY} ` : ''}${long.toFixed(2)} of their height long and ${high.toFixed(2)} high, limit ${highMax.toFixed(2)}`,
    findings: [
      { name: 'long', value: long, unit: UNIT },
      { name: 'high', value: high, limit: highMax, unit: UNIT },
    ],
    below: highMax - high,
  };
}
