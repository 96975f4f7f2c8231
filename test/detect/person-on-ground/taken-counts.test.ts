/** Looks that come and go are counted as if all were counted anew. */
import { expect, test } from 'vitest';
import { type Grid, isTaken } from '../../../pipeline/detect/person-on-ground/taken-cells.ts';
import { TakenCounts } from '../../../pipeline/detect/person-on-ground/taken-counts.ts';

const [COLUMNS, ROWS] = [11, 7];
const CELLS = COLUMNS * ROWS;

/** A third of the cells, others at every moment; the first and the last of a word and of all among them. */
function look(atMs: number): Grid {
  const words = new Float64Array((CELLS + 31) >> 5);
  for (let cell = 0; cell < CELLS; cell++)
    if ((cell * 7 + atMs / 200) % 3 === 0) words[cell >> 5]! += 2 ** (cell & 31);
  return { atMs, columns: COLUMNS, rows: ROWS, words };
}

const LOOKS = Array.from({ length: 60 }, (_, k) => look(200 * k));

function anew(looks: readonly Grid[]): number[] {
  return Array.from({ length: CELLS }, (_, cell) => looks.filter(({ words }) => isTaken(words, cell)).length);
}

test.each<[string, readonly (readonly [from: number, until: number])[]]>([
  [
    'one comes',
    [
      [0, 5],
      [0, 6],
    ],
  ],
  [
    'one comes and one goes',
    [
      [0, 5],
      [1, 6],
      [2, 7],
    ],
  ],
  [
    'some come and some go',
    [
      [0, 12],
      [4, 15],
      [9, 30],
    ],
  ],
  [
    'nothing changes',
    [
      [3, 20],
      [3, 20],
    ],
  ],
  [
    'all have gone, as after ten dark seconds',
    [
      [0, 20],
      [30, 40],
    ],
  ],
  [
    'it is earlier again',
    [
      [5, 20],
      [5, 12],
      [0, 12],
    ],
  ],
])('%s', (_, runs) => {
  const counts = new TakenCounts();
  for (const [from, until] of runs) {
    const looks = LOOKS.slice(from, until);
    expect([...counts.of(looks)]).toEqual(anew(looks));
  }
});

test('equal looks that are others, as after a worker has died, are counted anew', () => {
  const counts = new TakenCounts();
  counts.of(LOOKS.slice(0, 20));
  const restored = LOOKS.slice(1, 21).map((grid) => ({ ...grid }));
  expect([...counts.of(restored)]).toEqual(anew(restored));
});
