import { expect, test } from 'vitest';
import { TrainCells } from '../../pipeline/detect/train-cells.ts';

const PLANE = { columns: 10, rows: 2 };
const SIZE = 20;

/** '3..12': people in the first row of ten cells, the second is empty. */
function row(text: string): Float64Array {
  return Float64Array.from({ length: SIZE }, (_, k) => Number(text[k] ?? 0) || 0);
}

function filled(text: string): Uint8Array {
  return Uint8Array.from(row(text), (people) => (people > 0 ? 1 : 0));
}

function trainAt(cells: TrainCells, now: number): string {
  return Array.from({ length: 10 }, (_, k) => (cells.was(k, now, 1_000) ? '#' : '.')).join('');
}

test.each([
  ['comes at once', '.....33...', '..........', '.....##...'],
  ['comes at once behind people, who go on counting', '..1133....', '..11......', '....##....'],
  ['is by a third people who were there, as of some who run', '..333.....', '..3.......', '..........'],
  ['is too small', '.....32...', '..........', '..........'],
  ['was there a second ago', '.....33...', '.....33...', '..........'],
  ['is mostly people who were there', '.444433...', '.4444.....', '..........'],
  ['is several who come apart from each other', '.2..2..2..', '..........', '..........'],
])('what %s', (_, now, before, its) => {
  const cells = new TrainCells();
  cells.step(5_000, row(now), filled(before), PLANE);
  expect(trainAt(cells, 5_000)).toBe(its);
});

test('what stands stays a train, what grows is its own, and it is over a second after it has gone', () => {
  const cells = new TrainCells();
  cells.step(5_000, row('.....33...'), filled(''), PLANE);
  for (let now = 5_200; now <= 60_000; now += 200)
    cells.step(now, row('.....33...'), filled('.....33...'), PLANE);
  expect(trainAt(cells, 60_000)).toBe('.....##...');
  cells.step(60_200, row('....133...'), filled('.....33...'), PLANE);
  expect(trainAt(cells, 60_200)).toBe('....###...');
  cells.step(60_400, row('..........'), filled('....133...'), PLANE);
  expect(trainAt(cells, 61_000)).toBe('....###...');
  expect(trainAt(cells, 61_400)).toBe('..........');
  expect(cells.was(5, 65_200, 5_000)).toBe(true);
  cells.forget();
  expect(trainAt(cells, 61_000)).toBe('..........');
});
