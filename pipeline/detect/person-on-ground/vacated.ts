/**
 * Where somebody upright was seen a moment ago and is not any more: what speaks for a fall without any name or outline
 * of a body, past others, and against patches of light, sleepers, luggage and legs of those who walk.
 *
 *      before            after
 *       | |               . .      the trunk above who lies: full of somebody, now free
 *       | |             ______
 *       | |             |    |     where they lie: hardly taken but by their feet, now taken
 *
 * Kept are the cells that are mostly foreground, of the last ten seconds: a bit each, 56 grids at most.
 * Plane pixels, y down. Plain data.
 */
import type { Box, Frame } from '../../model.ts';
import { once } from '../once.ts';
import type { Stood } from './stances.ts';
import { type Grid, meanOf, shareOf } from './taken-cells.ts';
import { lastUpright } from './trunk.ts';

/** What was seen of a place: `known` is false while too little was. */
export type Seen =
  | { readonly known: false }
  | {
      readonly known: true;
      /** The last time at which somebody stood where nobody does now. */
      readonly stoodAtMs: number | undefined;
      /** Share of where they lie that is taken, and the least that was in two looks before, 0..1. */
      readonly taken: number;
      readonly before: number;
    };

export const GRIDS_MAX = 56;
const EVERY_MS = 180;
/** A slow fall, and until what lies is known to be at rest. */
const KEPT_MS = 10_000;
/** Occupancy of a cell from which it counts: half. */
const MOSTLY = 128;
/** Beside what lies, heights, feet may have stood. */
const BESIDE = 0.05;
/** Of where they lie no more than this was taken: their feet, and others who pass. */
const BEFORE_MAX = 0.5;
const AFTER_LOOKS = 6;
/** Who stood there while the view was learned is part of it: until others have come and gone, cells speak of nobody. */
const LEARNED_MS = 20_000;
const LOOKS_MIN = 3;

interface Looks {
  /** Oldest first. */
  readonly grids: readonly Grid[];
  /** Since when cells are looked at. */
  readonly fromMs: number | undefined;
}

const NONE: Looks = { grids: [], fromMs: undefined };

export class Vacated {
  #looks = NONE;

  save(): Looks {
    return this.#looks;
  }

  restore(looks: Looks): void {
    this.#looks = looks;
  }

  /** Oldest first. */
  get grids(): readonly Grid[] {
    return this.#looks.grids;
  }

  /** Whether cells can speak of what came to lie at `atMs`. */
  judges(atMs: number): boolean {
    const { fromMs } = this.#looks;
    return fromMs !== undefined && atMs - fromMs >= LEARNED_MS;
  }

  /** Whether cells know all that they keep of the time before `atMs`. */
  remembers(atMs: number): boolean {
    const { fromMs } = this.#looks;
    return fromMs !== undefined && atMs - fromMs >= KEPT_MS;
  }

  step(frame: Frame): void {
    this.#looks = withThatOf(this.#looks, frame);
  }

  /** Of what lies in `box` since `restMs`: whether somebody stood there in the `fallMs` before, in `looks` at least. */
  seen(
    box: Box,
    { floor, tall }: Pick<Stood, 'floor' | 'tall'>,
    restMs: number,
    fallMs: number,
    looks: number,
  ): Seen {
    const before = this.grids.filter(({ atMs }) => atMs >= restMs - fallMs && atMs <= restMs + EVERY_MS);
    const after = this.grids.filter(({ atMs }) => atMs > restMs + EVERY_MS).slice(-AFTER_LOOKS);
    if (before.length < LOOKS_MIN || after.length < LOOKS_MIN) return { known: false };
    const least = leastInTwo(before.map((grid) => shareOf(grid, box)));
    const uncovered = before.filter((grid) => shareOf(grid, box) <= BEFORE_MAX);
    const across = { from: box.x0 - BESIDE * tall, to: box.x1 + BESIDE * tall };
    const stoodAtMs = lastUpright(uncovered, after, { floor, tall, top: box.y0 }, across, { looks });
    return { known: true, stoodAtMs, taken: meanOf(after, box), before: least };
  }

  /** Share of a place that is taken now; undefined when nobody looks at cells. */
  takenNow(box: Box): number | undefined {
    const last = this.grids.slice(-AFTER_LOOKS);
    return last.length === 0 ? undefined : meanOf(last, box);
  }
}

/** What lies there all along is lost from sight for a look now and then, when the light or the gain changes. */
function leastInTwo(shares: readonly number[]): number {
  return shares.toSorted((a, b) => a - b)[1]!;
}

const withThatOf = once((looks: Looks, { cells, capturedAtMs: atMs }: Frame): Looks => {
  const last = looks.grids.at(-1);
  if (cells === undefined || (last !== undefined && atMs - last.atMs < EVERY_MS)) return looks;
  const { columns, rows, bitmap, occupancy } = cells;
  const taken = new Uint32Array((columns * rows + 31) >> 5);
  let next = 0;
  for (let byte = 0; byte < bitmap.length; byte++)
    for (let rest = bitmap[byte]!; rest !== 0; rest &= rest - 1) {
      if (occupancy[next++]! < MOSTLY) continue;
      const cell = 8 * byte + 31 - Math.clz32(rest & -rest);
      taken[cell >> 5]! |= 1 << (cell & 31);
    }
  const words = new Float64Array(taken);
  const kept = looks.grids.filter((grid) => atMs - grid.atMs <= KEPT_MS && grid.columns === columns);
  return {
    grids: [...kept, { atMs, columns, rows, words }].slice(-GRIDS_MAX),
    fromMs: looks.fromMs ?? atMs,
  };
});
