import { expect, test } from 'vitest';
import { density } from '../../pipeline/measure/density.ts';
import { peopleByFloor } from '../../pipeline/measure/floor-seen.ts';
import { gridOf } from '../../pipeline/measure/grid.ts';
import { Ground } from '../../pipeline/measure/ground.ts';
import { ZoneCounts } from '../../pipeline/measure/zone-counts.ts';
import type { Frame } from '../../pipeline/model.ts';
import type { Zone } from '../../pipeline/site/site.ts';
import { STEP_MS } from './build.ts';

const COLUMNS = 40;
const ROWS = 24;
const WIDTH = 4 * COLUMNS;
const HEIGHT = 4 * ROWS;
const zone: Zone = {
  id: 'z',
  polygon: [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ],
};

/** Nine tenths of every row are hidden. */
const cells = {
  columns: COLUMNS,
  rows: ROWS,
  bitmap: new Uint8Array((COLUMNS * ROWS) / 8).fill(255),
  occupancy: Uint8Array.from({ length: COLUMNS * ROWS }, (_, cell) => (cell % 10 === 0 ? 0 : 255)),
  flowX: new Uint8Array(COLUMNS * ROWS),
  flowY: new Uint8Array(COLUMNS * ROWS),
};

test.each([
  ['a high camera', 4, 0.5],
  ['two heights', 2, 0.5],
  ['halfway', 1.825, 0.75],
  ['1.65 heights', 1.65, 1],
  ['the ceiling of a coach', 1.4, 1],
])('a full zone under %s, %f heights up: the floor counts for %f', (_where, hangs, share) => {
  const ground = new Ground([
    { foot: { x: 0.5, y: 0.4 }, height: 0.15 },
    { foot: { x: 0.5, y: 0.9 }, height: 0.15 + 0.5 / hangs },
  ]);
  const counts = new ZoneCounts([zone], ground, WIDTH, HEIGHT);
  const frame = { intervalMs: STEP_MS, planeWidth: WIDTH, planeHeight: HEIGHT } as Frame;
  const counted = counts.step(frame, gridOf(cells, 1), [])[0]!.people!;

  const tall = Float64Array.from({ length: ROWS }, (_, row) => ground.height((row + 0.5) / ROWS) * HEIGHT);
  const grid = gridOf(cells, 1);
  const mask = new Uint8Array(COLUMNS * ROWS).fill(255);
  const cellsOf = tall.map((px) => Math.max(0.5, (ground.fill * px ** 2) / 16));
  const rowsOf = tall.map((px) => px / 4);
  const [seen] = density(grid, [{ id: 'z', mask }], cellsOf, rowsOf, HEIGHT, STEP_MS);
  const floor = peopleByFloor(grid, mask, ground, HEIGHT, WIDTH / HEIGHT);
  expect(Math.abs(floor - seen!.people)).toBeGreaterThan(1);
  // No tracks: who stands apart counts for half.
  const people = counted / ((1 + seen!.crowded) / 2);
  expect((people - seen!.people) / (floor - seen!.people)).toBeCloseTo(share, 3);
});
