/** What tracks, density and zones cost, each beside its naive twin, on seeded walkers in a 160x90 view. */
import { isDeepStrictEqual } from 'node:util';
import { instantiate } from '../pipeline/kernels.ts';
import { density } from '../pipeline/measure/density.ts';
import { gridOf } from '../pipeline/measure/grid.ts';
import type { Sighting } from '../pipeline/measure/sightings.ts';
import { Tracker } from '../pipeline/measure/tracker.ts';
import type { Cells } from '../pipeline/model.ts';
import { random } from '../test/support/random.ts';
import * as twinDensity from '../test/support/twins/density.ts';
import { TrackerTwin } from '../test/support/twins/tracks.ts';
import * as twinZones from '../test/support/twins/zones.ts';
import type { Case } from './harness.ts';

const SEED = 90_210;
const [WALKERS, PICTURES, STEP_MS] = [20, 60, 200];
const [COLUMNS, ROWS] = [40, 23];
const POINTS = 200;
const GROUP = 'kernels of measuring, with what calls them, one thread';

export function measuringCases(): readonly Case[] {
  return [tracks(), densities(), inside()];
}

function tracks(): Case {
  const chance = random(SEED);
  const starts = Array.from({ length: WALKERS }, () => ({
    x: chance.unit() * 160,
    y: 20 + chance.unit() * 70,
    vx: (chance.unit() - 0.5) * 4,
    size: 8 + chance.unit() * 22,
  }));
  const pictures = Array.from({ length: PICTURES }, (_, n) =>
    starts.map(({ x, y, vx, size }): Sighting => {
      const footX = x + vx * n + chance.unit();
      const box = { x0: footX - size / 6, x1: footX + size / 6, y0: y - size, y1: y };
      const rest = { areaPx: size * size * 0.25, flowX: 0, flowY: 0, stillMs: 0, divided: false };
      return { ...box, footX, footY: y, size, people: 1, ...rest };
    }),
  );
  const follow = (tracker: Tracker | TrackerTwin) =>
    pictures.map((found, n) => tracker.step(found, n * STEP_MS).map((track) => ({ ...track })));
  return {
    group: GROUP,
    name: `tracks of ${WALKERS} people`,
    items: [PICTURES, 'frames'],
    check: () => same(follow(new Tracker()), follow(new TrackerTwin())),
    run: () => void follow(new Tracker()),
    twin: () => void follow(new TrackerTwin()),
  };
}

function densities(): Case {
  const chance = random(SEED);
  const bitmap = new Uint8Array((COLUMNS * ROWS + 7) >> 3);
  let count = 0;
  for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
    if (chance.below(3) > 0) continue;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
    count++;
  }
  const bytes = (value: () => number) => Uint8Array.from({ length: count }, value);
  const cells: Cells = {
    columns: COLUMNS,
    rows: ROWS,
    bitmap,
    occupancy: bytes(() => 1 + chance.below(255)),
    flowX: bytes(() => chance.below(256)),
    flowY: bytes(() => chance.below(256)),
  };
  const zones = ['all', 'part'].map((id) => ({
    id,
    mask: Uint8Array.from({ length: COLUMNS * ROWS }, () => (id === 'all' ? 255 : chance.below(256))),
  }));
  const heights = Float64Array.from({ length: ROWS }, (_, row) => 2 + row / 6);
  const of = [zones, heights.map((tall) => tall * 2), heights, 90, STEP_MS] as const;
  const measured = () => density(gridOf(cells, zones.length), ...of);
  return {
    group: GROUP,
    name: 'density in two zones, a third of the cells occupied',
    items: [1, 'frames'],
    check: () => same(measured(), twinDensity.density(cells, ...of)),
    run: () => void measured(),
    twin: () => void twinDensity.density(cells, ...of),
  };
}

function inside(): Case {
  const { exports: wasm, memory, base } = instantiate(1 << 16);
  const chance = random(SEED);
  const point = (): twinZones.P => [chance.below(65_536), chance.below(65_536)];
  const polygon = Array.from({ length: 8 }, point);
  const points = Array.from({ length: POINTS }, point);
  new Int32Array(memory.buffer, base, 16).set(polygon.flat());
  const ours = () => points.map(([x, y]) => wasm.insidePolygon(x, y, base, polygon.length));
  const twins = () => points.map((p) => twinZones.insidePolygon(p, polygon));
  return {
    group: GROUP,
    name: 'a point in a zone of eight corners',
    items: [POINTS, 'points'],
    check: () => same(ours(), twins()),
    run: () => void ours(),
    twin: () => void twins(),
  };
}

/** The order of an object's fields is nobody's answer. */
function same(found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  throw new Error(`found ${a?.slice(0, 400)}, expected ${b?.slice(0, 400)}`);
}
