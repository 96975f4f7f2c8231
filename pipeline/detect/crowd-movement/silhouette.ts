/**
 * Whether what moves also leaves where it was. People who run for a second are elsewhere: the cells that they filled are
 * free, others are filled. A train that departs, an escalator or a conveyor moves as fast within an outline that stays
 * for as long as its end is not in view.
 *
 *   then  ..####..      now  ....####    left 1/2 of what was filled, and 1/2 of what is filled is new
 */
import type { CellMotion } from '../../model.ts';
import { cellPlane, cellsAt, type Plane } from '../cell-plane.ts';

/** What is seen now is compared with what was seen this long ago. */
const AGO_MS = 1_600;
/** Outlines are kept no more often than this: five of them. */
const KEPT_EVERY_MS = 400;
/** Bits of a word that stay whole numbers in every state. */
const WORD_BITS = 30;

interface Shape {
  readonly atMs: number;
  /** A bit per cell, row by row. */
  readonly words: readonly number[];
}

export class Silhouette {
  #shapes: readonly Shape[] = [];

  save() {
    return this.#shapes;
  }

  restore(shapes: ReturnType<Silhouette['save']>): void {
    this.#shapes = shapes;
  }

  forget(): void {
    this.#shapes = [];
  }

  /**
   * Share of the filled cells of AGO_MS ago that are free now, or of those that are filled now that were free then,
   * whichever is more, 0..1. 0 as long as that is not known.
   */
  step(now: number, motion: readonly CellMotion[], plane: Plane): number {
    const words = wordsOf(motion, plane);
    const then = this.#shapes.findLast(({ atMs }) => now - atMs >= AGO_MS);
    const kept = this.#shapes.filter(({ atMs }) => now - atMs < AGO_MS + KEPT_EVERY_MS);
    const last = kept.at(-1);
    this.#shapes =
      last !== undefined && now - last.atMs < KEPT_EVERY_MS ? kept : [...kept, { atMs: now, words }];
    return then === undefined || then.words.length !== words.length ? 0 : changeOf(then.words, words);
  }
}

function wordsOf(motion: readonly CellMotion[], plane: Plane): readonly number[] {
  const { columns, rows } = cellPlane(plane);
  const words = new Array<number>(Math.ceil((columns * rows) / WORD_BITS)).fill(0);
  for (const cell of cellsAt(motion, plane)) words[Math.floor(cell / WORD_BITS)]! |= 1 << (cell % WORD_BITS);
  return words;
}

function changeOf(then: readonly number[], now: readonly number[]): number {
  let [before, after, both] = [0, 0, 0];
  for (const [i, word] of then.entries()) {
    before += bitsOf(word);
    after += bitsOf(now[i]!);
    both += bitsOf(word & now[i]!);
  }
  if (before === 0 && after === 0) return 0;
  return 1 - both / Math.max(before, after);
}

function bitsOf(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
