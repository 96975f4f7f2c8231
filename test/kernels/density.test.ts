import { describe, expect, it } from 'vitest';
import { type DensityZone, density } from '../../pipeline/measure/density.ts';
import { gridOf } from '../../pipeline/measure/grid.ts';
import type { Cells } from '../../pipeline/model.ts';
import { type Chance, random, SEED } from '../support/random.ts';
import * as twin from '../support/twins/density.ts';

interface Cell {
  /** 0..255; 0 where something else than occupancy is known of the cell. */
  readonly occupancy: number;
  /** 1/8 pixel a picture. */
  readonly x?: number;
  readonly y?: number;
}

/** What `at` says of every cell of a grid, undefined for an empty one. */
function cellsOf(
  columns: number,
  rows: number,
  at: (column: number, row: number) => Cell | undefined,
): Cells {
  const bitmap = new Uint8Array((columns * rows + 7) >> 3);
  const found: Cell[] = [];
  for (let cell = 0; cell < columns * rows; cell++) {
    const here = at(cell % columns, Math.floor(cell / columns));
    if (here === undefined) continue;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
    found.push(here);
  }
  return {
    columns,
    rows,
    bitmap,
    occupancy: Uint8Array.from(found, (cell) => cell.occupancy),
    flowX: Uint8Array.from(found, (cell) => (cell.x ?? 0) & 255),
    flowY: Uint8Array.from(found, (cell) => (cell.y ?? 0) & 255),
  };
}

const full = (columns: number, rows: number, id = 'all'): DensityZone => ({
  id,
  mask: new Uint8Array(columns * rows).fill(255),
});
const level = (rows: number, value: number) => new Float64Array(rows).fill(value);

/** Exactly what the twin says. */
function compare(...of: Parameters<typeof twin.density>) {
  const [cells, zones, ...rest] = of;
  const found = density(gridOf(cells, zones.length), zones, ...rest);
  expect(found).toStrictEqual(twin.density(...of));
  return found;
}

describe(`density and its twin (seed ${SEED})`, () => {
  const GRIDS = [
    [1, 1],
    [2, 3],
    [3, 3],
    [24, 14],
    [40, 23],
    [35, 26],
    [23, 40],
    [17, 11],
    [18, 5],
    [33, 9],
    [80, 45],
  ] as const;
  const FILLS: [string, (chance: Chance) => number][] = [
    ['hardly anybody', (chance) => (chance.below(12) === 0 ? 1 + chance.below(255) : 0)],
    ['half', (chance) => (chance.below(2) === 0 ? 1 + chance.below(255) : 0)],
    ['nearly full', (chance) => (chance.below(12) === 0 ? 0 : 1 + chance.below(255))],
    ['at the threshold of solid', (chance) => (chance.below(3) === 0 ? 0 : 95 + chance.below(2))],
    ['nobody', () => 0],
    ['full', () => 255],
  ];
  it.each(FILLS)('%s: agree to the last bit on all grids', (name, fill) => {
    const chance = random(SEED + name.length);
    for (let round = 0; round < 12; round++) {
      for (const [columns, rows] of GRIDS) {
        const cells = cellsOf(columns, rows, () => {
          const occupancy = fill(chance);
          if (occupancy === 0 && chance.below(8) > 0) return undefined;
          return { occupancy, x: chance.below(256) - 128, y: chance.below(256) - 128 };
        });
        const masks = [() => 255, () => 0, () => chance.below(256), () => (chance.below(2) === 0 ? 255 : 0)];
        const zones = masks.slice(0, chance.below(5)).map((mask, z) => ({
          id: `z${z}`,
          mask: Uint8Array.from({ length: columns * rows }, mask),
          ...(z === 2 ? { areaM2: 37.5 } : {}),
        }));
        const height = 0.3 + chance.unit() * 12;
        const heights = Float64Array.from({ length: rows }, (_, row) => height * (0.4 + row / rows));
        const covers = heights.map((tall) => Math.max(0.5, tall * tall * 0.25));
        const found = compare(cells, zones, covers, heights, rows * 4, [0, 40, 200, 1000][chance.below(4)]!);
        expect(found.map(({ zone }) => zone)).toEqual(zones.map(({ id }) => id));
      }
    }
  });

  it('tell every displacement that an i8 pair can hold its direction alike', () => {
    // One row and one direction at a time: had a single cell gone to another bin, two of them would differ.
    for (let y = -128; y < 128; y++) {
      const cells = cellsOf(256, 1, (column) => ({ occupancy: 255, x: column - 128, y }));
      compare(cells, [full(256, 1)], level(1, 1), level(1, 1), 4, 1);
    }
  });
});

describe('people in a zone', () => {
  const COLUMNS = 40;
  const ROWS = 23;
  const all = full(COLUMNS, ROWS);
  const HEIGHT = 4 * ROWS;
  /** One person: 2 cells wide, 4 tall. */
  const measured = (at: (column: number, row: number) => Cell | undefined, intervalMs = 200, zones = [all]) =>
    compare(cellsOf(COLUMNS, ROWS, at), zones, level(ROWS, 8), level(ROWS, 4), HEIGHT, intervalMs)[0]!;
  const block =
    (x0: number, y0: number, x1: number, y1: number, cell: Cell) => (column: number, row: number) =>
      column >= x0 && column < x1 && row >= y0 && row < y1 ? cell : undefined;

  it('are none in an empty view, which is known and not absent', () => {
    expect(measured(() => undefined)).toEqual({
      zone: 'all',
      people: 0,
      covered: 0,
      crowded: 0,
      moving: 0,
      fluxX: 0,
      fluxY: 0,
      coherence: 0,
      directions: [0, 0, 0, 0, 0, 0, 0, 0],
    });
  });

  it('are one when one stands there, seen from head to foot and so not in a crowd', () => {
    const one = measured(block(10, 8, 12, 12, { occupancy: 255 }));
    expect(one.people).toBeCloseTo(1, 12);
    expect(one).toMatchObject({ crowded: 0, moving: 0, coherence: 0 });
  });

  it('count where their feet are, not their heads', () => {
    const below: DensityZone = { id: 'below', mask: all.mask.map((_, i) => (i < 11 * COLUMNS ? 0 : 255)) };
    const above: DensityZone = { id: 'above', mask: below.mask.map((share) => 255 - share) };
    const body = block(10, 8, 12, 12, { occupancy: 255 });
    expect(measured(body, 200, [below]).people).toBeCloseTo(1, 12);
    expect(measured(body, 200, [above]).people).toBe(0);
  });

  it('stay counted when a crowd stands without any flow, with those it hides', () => {
    const crowd = measured(block(0, 0, 20, ROWS, { occupancy: 255 }));
    // Half of the zone is covered by the 95 % that can be told from the floor.
    const covered = 0.5 / 0.95;
    expect(crowd.covered).toBeCloseTo(0.5, 12);
    expect(crowd.people).toBeCloseTo((((20 * ROWS) / 8) * -Math.log(1 - covered)) / covered, 9);
    expect(crowd).toMatchObject({ crowded: 1, moving: 0, fluxX: 0, fluxY: 0, coherence: 0, divergence: 0 });
  });

  it('are corrected by no more than 3.2 when the whole zone is full', () => {
    const crowd = measured(block(0, 0, COLUMNS, ROWS, { occupancy: 255 }));
    expect(crowd.covered).toBe(1);
    expect(crowd.people / ((COLUMNS * ROWS) / 8)).toBeCloseTo(-Math.log(0.05) / 0.95, 9);
  });

  it('include the part of a coat that looks like the floor', () => {
    const coat = (column: number, row: number) =>
      column === 5 && row === 10 ? undefined : block(4, 8, 7, 12, { occupancy: 200 })(column, row);
    const whole = measured(block(4, 8, 7, 12, { occupancy: 200 })).people;
    expect(measured(coat).people).toBeCloseTo(whole, 12);
  });

  it.each([
    [8, 0, 0],
    [8, 8, 1],
    [0, 8, 2],
    [-8, 8, 3],
    [-8, 0, 4],
    [-8, -8, 5],
    [0, -8, 6],
    [8, -8, 7],
    // tan(22.5 degrees) is 0.41421...; 29/70 is just above, 12/29 just below.
    [29, 12, 0],
    [70, 29, 1],
    [12, 29, 2],
    [29, 70, 1],
  ])('who all move by %i, %i eighths are moving, of one mind, in direction %i', (x, y, bin) => {
    const one = measured(block(10, 8, 12, 12, { occupancy: 255, x, y }));
    expect(one.moving).toBeCloseTo(1, 12);
    expect(one.coherence).toBeCloseTo(1, 12);
    expect(one.directions).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i === bin ? 1 : 0)));
    // x eighths of a pixel, five times a second.
    expect(one.fluxX).toBeCloseTo(((x / 8) * 5) / HEIGHT, 12);
    expect(one.fluxY).toBeCloseTo(((y / 8) * 5) / HEIGHT, 12);
  });

  it('who walk against each other are of no mind', () => {
    const both = measured((column, row) => {
      const cell = block(10, 8, 14, 12, { occupancy: 255 })(column, row);
      return cell && { ...cell, x: column < 12 ? 16 : -16 };
    });
    expect(both.coherence).toBeCloseTo(0, 12);
    expect(both.directions![0]).toBeCloseTo(0.5, 12);
    expect(both.directions![4]).toBeCloseTo(0.5, 12);
  });

  it.each([2, -2])('who spread from the middle by %i eighths a cell diverge', (per) => {
    const spreading = (column: number, row: number): Cell | undefined => {
      const cell = block(10, 5, 30, 18, { occupancy: 255 })(column, row);
      return cell && { ...cell, x: per * (column - 20), y: per * (row - 11) };
    };
    // per / 8 pixels in 4 pixels, along x and along y, five times a second.
    expect(measured(spreading).divergence).toBeCloseTo((2 * 5 * per) / 8 / 4, 12);
    expect(measured(spreading, 0)).not.toHaveProperty('divergence');
  });

  it('have no divergence when nobody has neighbours on all sides', () => {
    expect(measured(block(10, 5, 12, 18, { occupancy: 255, x: 9 }))).not.toHaveProperty('divergence');
  });
});
