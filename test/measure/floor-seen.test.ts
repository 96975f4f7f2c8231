import { expect, test } from 'vitest';
import { peopleByFloor } from '../../pipeline/measure/floor-seen.ts';
import { gridOf } from '../../pipeline/measure/grid.ts';
import { Ground } from '../../pipeline/measure/ground.ts';
import { random } from '../support/random.ts';

const COLUMNS = 40;
const ROWS = 24;
const HEIGHT = 4 * ROWS;
const ASPECT = COLUMNS / ROWS;
/** The zone: the lower two thirds of the view, all columns. */
const FIRST_ROW = 8;
const mask = Uint8Array.from({ length: COLUMNS * ROWS }, (_, cell) =>
  cell >= FIRST_ROW * COLUMNS ? 255 : 0,
);

/** Occupancy where somebody is: of 95 % of them something is seen. */
const OF_SOMEBODY = 242;

/** How tall people are at 0.4 and at 0.9 of the view; the steeper, the lower the camera hangs. */
const views = {
  high: [0.2, 0.3],
  low: [0.25, 0.6],
} as const;

function groundOf([far, near]: readonly [number, number]): Ground {
  return new Ground([
    { foot: { x: 0.5, y: 0.4 }, height: far },
    { foot: { x: 0.5, y: 0.9 }, height: near },
  ]);
}

/** Floor that one cell of a row shows, m2. */
function cellM2(ground: Ground, row: number): number {
  const y = (row + 0.5) / ROWS;
  return (1.7 / (ground.height(y) * ROWS)) ** 2 * ground.depth(y, ASPECT);
}

/** People who stand at random, `perM2` of them; how many of them in the zone, and how many its floor says there are. */
function standing(ground: Ground, perM2: number, seed: number) {
  const chance = random(seed);
  const hidden = new Uint8Array(COLUMNS * ROWS);
  let inZone = 0;
  for (let foot = FIRST_ROW; foot < 4 * ROWS; foot++) {
    const tall = ground.height((foot + 0.5) / ROWS) * ROWS;
    const wide = ground.fill * tall;
    for (let column = 0; column < COLUMNS; column++) {
      // Few stand in one cell, so that a few throws do for the law of rare events.
      for (let k = 0; k < 4; k++) {
        if (chance.unit() >= (perM2 * cellM2(ground, foot)) / 4) continue;
        if (foot < ROWS) inZone++;
        const left = Math.round(column + chance.unit() - wide / 2);
        for (let row = Math.max(0, Math.ceil(foot - tall)); row <= Math.min(ROWS - 1, foot); row++)
          for (let x = Math.max(0, left); x < Math.min(COLUMNS, left + Math.round(wide)); x++)
            hidden[row * COLUMNS + x] = OF_SOMEBODY;
      }
    }
  }
  return { inZone, byFloor: peopleByFloor(gridFilled(hidden), mask, ground, HEIGHT, ASPECT) };
}

function gridFilled(filled: Uint8Array) {
  const cells = {
    columns: COLUMNS,
    rows: ROWS,
    bitmap: new Uint8Array((COLUMNS * ROWS) / 8).fill(255),
    occupancy: filled,
    flowX: new Uint8Array(COLUMNS * ROWS),
    flowY: new Uint8Array(COLUMNS * ROWS),
  };
  return gridOf(cells, 1);
}

test.each(
  Object.entries(views).flatMap(([view, heights]) =>
    [0.3, 0.8, 1.5].map((perM2) => ({ view, heights, perM2 })),
  ),
)('a crowd of $perM2 people a m2, a camera that hangs $view', ({ heights, perM2 }) => {
  const ground = groundOf(heights);
  const runs = Array.from({ length: 40 }, (_, seed) => standing(ground, perM2, seed + 1));
  const people = runs.reduce((sum, { inZone }) => sum + inZone, 0);
  const byFloor = runs.reduce((sum, run) => sum + run.byFloor, 0);
  expect(people).toBeGreaterThan(40);
  expect(byFloor / people).toBeGreaterThan(0.7);
  expect(byFloor / people).toBeLessThan(1.45);
});

test('an empty zone has nobody in it', () => {
  expect(
    peopleByFloor(gridFilled(new Uint8Array(COLUMNS * ROWS)), mask, groundOf(views.low), HEIGHT, ASPECT),
  ).toBeLessThan(0.1);
});

test('a zone of which no floor is seen is full, and the count still a number', () => {
  const full = peopleByFloor(
    gridFilled(new Uint8Array(COLUMNS * ROWS).fill(255)),
    mask,
    groundOf(views.low),
    HEIGHT,
    ASPECT,
  );
  expect(full).toBeGreaterThan(20);
  expect(Number.isFinite(full)).toBe(true);
});
