/**
 * A site with every kind of rule on three cameras, and frames on which everything happens: for tests that need every
 * part of the stages' state to be in use.
 */
import { buildScene, sceneSite, sceneSpec } from '../../pipeline/ingest/scenes/index.ts';
import type { Blob, Cells, Frame } from '../../pipeline/model.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import type { Camera, Rule, Site } from '../../pipeline/site/site.ts';
import { type Chance, random } from './random.ts';

const START_MS = 1_790_000_000_000;
const WIDTH = 160;
const HEIGHT = 90;

const base = { version: 1, severity: 'high', sensitivity: 'medium' } as const;
const half = (x0: number, x1: number) => [
  { x: x0, y: 0 },
  { x: x1, y: 0 },
  { x: x1, y: 1 },
  { x: x0, y: 1 },
];

export const BUSY_RULES: readonly Rule[] = [
  { ...base, id: 'no-entry', event: 'forbidden_zone', zone: 'west', dwellMs: 600 },
  { ...base, id: 'crowd', event: 'density', zone: 'west', limit: { people: 3 }, forMs: 600 },
  { ...base, id: 'packed', event: 'density', zone: 'west', limit: { perM2: 0.12 }, forMs: 400 },
  {
    ...base,
    id: 'one-way',
    event: 'wrong_way',
    zone: 'east',
    direction: { x: 1, y: 0 },
    eitherSign: false,
    holdMs: 400,
  },
  { ...base, id: 'gate-in', event: 'wrong_way', line: 'gate', allowed: 'left_to_right' },
  { ...base, id: 'gate-out', event: 'wrong_way', line: 'gate', allowed: 'right_to_left' },
];

/** The gate is between west and east. `calibrated` cameras know how tall people are, others learn it. */
export function busySite(patch: Partial<Camera> = {}): Site {
  const camera = (id: string, calibrated: boolean): Camera => ({
    id,
    analysis: {},
    ground: calibrated ? [{ foot: { x: 0.5, y: 0.4 }, height: 0.3 }] : [],
    zones: [
      { id: 'west', polygon: half(0, 0.5), areaM2: 20 },
      { id: 'east', polygon: half(0.3, 1) },
    ],
    lines: [
      {
        id: 'gate',
        points: [
          { x: 0.5, y: 0.1 },
          { x: 0.5, y: 1 },
        ],
      },
      {
        id: 'door',
        points: [
          { x: 0.3, y: 0.5 },
          { x: 0.7, y: 0.9 },
        ],
      },
    ],
    rules: BUSY_RULES,
    ...patch,
  });
  return {
    id: 'gare',
    kind: 'station',
    cameras: [camera('a', true), camera('b', false), camera('c', false)],
  };
}

interface Walker {
  x: number;
  y: number;
  vx: number;
  vy: number;
  tall: number;
}

/** `count` frames of each camera of `busySite`, in turns: walkers, trains, dark moments, pauses, new epochs and planes. */
export function busyFrames(seed: number, count: number): readonly Frame[] {
  const cameras = ['a', 'b', 'c'].map((camera, i) => busyCamera(camera, random(seed + i), count));
  return Array.from({ length: count }, (_, n) => cameras.map((frames) => frames[n]!)).flat();
}

function busyCamera(camera: string, chance: Chance, count: number): readonly Frame[] {
  let walkers: Walker[] = [];
  let epoch = START_MS;
  let atMs = START_MS;
  let scale = 1;
  let dark = 0;
  let train = 0;
  return Array.from({ length: count }, (_, number): Frame => {
    const often = (share: number) => chance.unit() < share;
    const pause = often(0.01) ? 5_000 : 0;
    const intervalMs = number === 0 ? 0 : 200 + pause;
    atMs += intervalMs;
    if (often(0.004)) epoch = atMs;
    if (often(0.003)) scale = scale === 1 ? 1.5 : 1;
    if (often(0.01)) dark = 1 + chance.below(70);
    if (often(0.008)) train = 10;
    if (walkers.length < 9 && often(0.2)) walkers.push(newWalker(chance));
    walkers = walkers.filter(({ x }) => x > -10 && x < WIDTH + 10 && !often(0.004));
    for (const walker of walkers) step(walker, chance, 0.2);
    const view = dark-- > 0 ? (number % 90 < 5 ? 'lost' : 'dark') : often(0.01) ? 'warming' : 'ok';
    const seen = walkers.filter(() => !often(0.05)).map((walker) => blobOf(walker));
    if (train-- > 0) seen.push(box(2, 20, 70, 88, 4_000, 12));
    return {
      site: 'gare',
      camera,
      epoch,
      number,
      capturedAtMs: atMs,
      receivedAtMs: atMs,
      intervalMs,
      planeWidth: WIDTH * scale,
      planeHeight: HEIGHT * scale,
      view,
      ...(view === 'ok' || view === 'warming' ? { cells: cellsUnder(seen, scale, chance) } : {}),
      blobs: seen,
      objects: [],
      statics: [],
    };
  });
}

/** In pixels of a plane of 160x90. */
function newWalker(chance: Chance): Walker {
  const right = chance.below(2) === 0;
  const y = 45 + chance.below(44);
  const speed = chance.below(4) === 0 ? 0 : 8 + chance.below(30);
  return {
    x: right ? 0 : WIDTH,
    y,
    vx: right ? speed + 4 : -speed - 4,
    vy: chance.below(9) - 4,
    tall: 12 + 0.2 * y,
  };
}

function step(walker: Walker, chance: Chance, seconds: number): void {
  if (chance.unit() < 0.03) walker.vx = -walker.vx;
  if (chance.unit() < 0.03) walker.vx *= 0.1;
  walker.x += walker.vx * seconds;
  walker.y = Math.min(89, Math.max(30, walker.y + walker.vy * seconds));
}

function blobOf({ x, y, vx, tall }: Walker): Blob {
  const wide = tall * 0.36;
  return box(x - wide / 2, y - tall, x + wide / 2, y, Math.round(0.25 * tall * tall), vx / 5);
}

function box(x0: number, y0: number, x1: number, y1: number, areaPx: number, flowX: number): Blob {
  const share = (value: number, of: number) => Math.min(1, Math.max(0, value / of));
  return {
    box: { x0: share(x0, WIDTH), y0: share(y0, HEIGHT), x1: share(x1, WIDTH), y1: share(y1, HEIGHT) },
    foot: { x: share((x0 + x1) / 2, WIDTH), y: share(y1, HEIGHT) },
    areaPx,
    flowX,
    flowY: 0,
    stillMs: Math.abs(flowX) < 1 ? 400 : 0,
  };
}

function cellsUnder(blobs: readonly Blob[], scale: number, chance: Chance): Cells {
  const columns = Math.ceil((WIDTH * scale) / 4);
  const rows = Math.ceil((HEIGHT * scale) / 4);
  const bitmap = new Uint8Array((columns * rows + 7) >> 3);
  const occupancy: number[] = [];
  const flowX: number[] = [];
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = ((cell % columns) + 0.5) / columns;
    const y = (Math.floor(cell / columns) + 0.5) / rows;
    const over = blobs.find(
      (blob) => x >= blob.box.x0 && x < blob.box.x1 && y >= blob.box.y0 && y < blob.box.y1,
    );
    if (over === undefined) continue;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
    occupancy.push(100 + chance.below(156));
    flowX.push(Math.round(8 * over.flowX) & 255);
  }
  return {
    columns,
    rows,
    bitmap,
    occupancy: Uint8Array.from(occupancy),
    flowX: Uint8Array.from(flowX),
    flowY: Uint8Array.from(flowX, (value) => value >> 2),
  };
}

/** A platform that fills far beyond its limit, rendered and observed, on a camera that nobody calibrated. */
export function packedPlatform(count: number): { readonly site: Site; readonly frames: readonly Frame[] } {
  const scene = buildScene(
    sceneSpec({
      scene: 'platform',
      seed: 3,
      durationS: count / 5,
      people: 1,
      events: [{ type: 'density', atS: 8, durationS: count / 5 - 10, share: 2.2 }],
    }),
  );
  const site = parseSite(sceneSite(scene, 'quai', false), { file: 'packed', dev: true });
  const { width, height } = scene;
  const observer = new Observer({ site: site.id, camera: 'quai', epoch: START_MS, width, height });
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  try {
    const frames = Array.from({ length: count }, (_, number) => {
      const planes = {
        luma: new Uint8Array(width * height),
        u: new Uint8Array(chroma),
        v: new Uint8Array(chroma),
      };
      scene.render(number, planes);
      const capturedAtMs = START_MS + number * 200;
      return observer.observe({ number, capturedAtMs, ...planes }, capturedAtMs);
    });
    return { site, frames };
  } finally {
    observer.close();
  }
}
