import { expect, test } from 'vitest';
import { packed } from '../../../pipeline/detect/crowd-movement/packed-cell.ts';
import { TrainCells } from '../../../pipeline/detect/crowd-movement/train-cells.ts';
import { TrainPaths } from '../../../pipeline/detect/crowd-movement/train-paths.ts';

const PLANE = { columns: 10, rows: 1 };
const HOUR_MS = 3_600_000;
/** No train does. */
const NONE_STANDS = new Uint8Array(10);

/** People by area in a cell, who run. */
function runs(cell: number, people = 1): number {
  return packed(cell, { x: 0, y: 0, footY: 0, people, speed: 3, vx: 3, vy: 0 });
}

/** '3..8': people in a row of ten cells. */
function row(text: string): Float64Array {
  return Float64Array.from({ length: 10 }, (_, k) => Number(text[k] ?? 0) || 0);
}

/** A train is in the cells that are filled from `from` on for so many pictures, of which those of `moves` move. */
function passing(paths: TrainPaths, people: string, { pictures = 6, moves = people, from = 5_000 } = {}) {
  const trains = new TrainCells();
  paths.step(from - 200, trains, row('..........'));
  for (let n = 0; n < pictures; n++) {
    const now = from + 200 * n;
    trains.step(now, row(people), row(moves), new Uint8Array(10), PLANE);
    paths.step(now, trains, row(moves));
  }
}

/** Share of people, one in each of these cells, that is where trains pass. */
function shareIn(paths: TrainPaths, ...cells: readonly number[]): number {
  return paths.share(
    cells.map((cell) => runs(cell)),
    NONE_STANDS,
  );
}

test.each([
  ['has moved for a second', {}, 1],
  ['has moved for less', { pictures: 4 }, 0],
  ['is there for a second, and half of it moves', { moves: '5.........' }, 0.5],
  ['is there and does not move, as light that changes', { moves: '..........' }, 0],
])('where a train %s', (_, what, share) => {
  const paths = new TrainPaths();
  passing(paths, '55........', what);
  expect(shareIn(paths, 0, 1)).toBe(share);
});

test('people are where trains pass by how many of them are', () => {
  const paths = new TrainPaths();
  expect(shareIn(paths, 0, 1)).toBe(0);
  passing(paths, '55........');
  expect(shareIn(paths, 0, 7, 8, 9)).toBe(0.25);
  const three = runs(0, 3);
  const one = runs(7);
  expect(paths.share([three, one], NONE_STANDS)).toBe(0.75);
  // A train stands there, and they run before it.
  expect(paths.share([three, one], Uint8Array.of(1))).toBe(0);
  expect(paths.share([], NONE_STANDS)).toBe(0);
});

test('nobody who moves where no train is counts, and what is counted is time', () => {
  const paths = new TrainPaths();
  const trains = new TrainCells();
  for (let now = 5_000; now < 9_000; now += 200) paths.step(now, trains, row('1111111111'));
  expect(shareIn(paths, 0, 1)).toBe(0);
  passing(paths, '55........', { pictures: 3, from: 20_000 });
  expect(shareIn(paths, 0, 1)).toBe(0);
  passing(paths, '55........', { pictures: 3, from: 80_000 });
  expect(shareIn(paths, 0, 1)).toBe(1);
  expect(shareIn(paths, 2, 3)).toBe(0);
});

test('what is a tenth of what the most is was no train that passes', () => {
  const paths = new TrainPaths();
  passing(paths, '55........');
  expect(shareIn(paths, 0)).toBe(1);
  passing(paths, '.......55.', { pictures: 45, from: 20_000 });
  expect(shareIn(paths, 0)).toBe(1);
  passing(paths, '.......55.', { pictures: 45, from: 50_000 });
  expect(shareIn(paths, 0)).toBe(0);
  expect(shareIn(paths, 7)).toBe(1);
});

test('a line on which trains passed all the time, and none does any more, is forgotten within a week, and not overnight', () => {
  const paths = new TrainPaths();
  const trains = new TrainCells();
  const nobody = row('..........');
  passing(paths, '55........', { pictures: 3_000 });
  const after = (hours: number) => {
    for (let h = 1; h <= hours; h++) paths.step(605_000 + h * HOUR_MS, trains, nobody);
    return shareIn(paths, 0);
  };
  expect(after(12)).toBe(1);
  expect(after(7 * 24)).toBe(0);
});

test('it goes on from saved state the same', () => {
  const paths = new TrainPaths();
  passing(paths, '55........', { pictures: 4 });
  const copy = new TrainPaths();
  copy.restore(structuredClone(paths.save()));
  for (const one of [paths, copy]) {
    expect(shareIn(one, 0)).toBe(0);
    passing(one, '55........', { pictures: 2, from: 6_000 });
    expect(shareIn(one, 0)).toBe(1);
  }
});
