import { expect, test } from 'vitest';
import { TrainCells } from '../../../pipeline/detect/crowd-movement/train-cells.ts';

const PLANE = { columns: 10, rows: 2 };
const SIZE = 20;

/** '3..12': people in the first row of ten cells, the second is empty. */
function row(text: string): Float64Array {
  return Float64Array.from({ length: SIZE }, (_, k) => Number(text[k] ?? 0) || 0);
}

function filled(text: string): Uint8Array {
  return Uint8Array.from(row(text), (people) => (people > 0 ? 1 : 0));
}

const STILL = new Float64Array(SIZE);

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
  cells.step(5_000, row(now), STILL, filled(before), PLANE);
  expect(trainAt(cells, 5_000)).toBe(its);
});

test('what is filled stays a train, what grows is its own, and it is over a second after it has gone', () => {
  const cells = new TrainCells();
  cells.step(5_000, row('.....33...'), STILL, filled(''), PLANE);
  const moves = row('.....33...');
  for (let now = 5_200; now <= 60_000; now += 200)
    cells.step(now, row('.....33...'), moves, filled('.....33...'), PLANE);
  expect(trainAt(cells, 60_000)).toBe('.....##...');
  cells.step(60_200, row('....133...'), moves, filled('.....33...'), PLANE);
  expect(trainAt(cells, 60_200)).toBe('....###...');
  cells.step(60_400, row('..........'), STILL, filled('....133...'), PLANE);
  expect(trainAt(cells, 61_000)).toBe('....###...');
  expect(trainAt(cells, 61_400)).toBe('..........');
  expect(cells.was(5, 65_200, 5_000)).toBe(true);
  cells.forget();
  expect(trainAt(cells, 61_000)).toBe('..........');
});

test.each([
  ['nothing of it moves', '..........', true],
  ['a twelfth of it moves: somebody walks before it', '....1.....', true],
  ['a sixth moves: it shakes, and is not told to stand', '....2.....', false],
])('a train stands after three seconds in which %s', (_, moves, stands) => {
  const cells = new TrainCells();
  cells.step(5_000, row('....444...'), STILL, filled(''), PLANE);
  for (let now = 5_200; now <= 8_000; now += 200)
    cells.step(now, row('....444...'), row(moves), filled('....444...'), PLANE);
  expect(cells.stands(5, 8_000)).toBe(false);
  for (let now = 8_200; now <= 8_400; now += 200)
    cells.step(now, row('....444...'), row(moves), filled('....444...'), PLANE);
  expect(cells.stands(5, 8_400)).toBe(stands);
  expect(cells.stands(2, 8_400)).toBe(false);
});

test('what stands goes on standing while people run before it, does not grow by them, and stands no more as it departs', () => {
  const cells = new TrainCells();
  cells.step(5_000, row('....444...'), STILL, filled(''), PLANE);
  for (let now = 5_200; now <= 10_000; now += 200)
    cells.step(now, row('....444...'), STILL, filled('....444...'), PLANE);
  cells.step(10_200, row('..12444...'), row('..1204....'), filled('....444...'), PLANE);
  expect(cells.stands(5, 10_200)).toBe(true);
  expect(trainAt(cells, 10_200)).toBe('....###...');
  cells.step(10_400, row('....444...'), row('....44....'), filled('....444...'), PLANE);
  expect(cells.stands(5, 10_400)).toBe(false);
  expect(trainAt(cells, 10_400)).toBe('....###...');
  cells.step(10_600, row('..12444...'), row('....444...'), filled('....444...'), PLANE);
  expect(trainAt(cells, 10_600)).toBe('..#####...');
});
