/** Frames of a 160x90 view on which everybody is 27 pixels tall: what the tests of `measure` share. */
import type { Blob, Cells, Frame, ViewState } from '../../pipeline/model.ts';
import type { Camera, GroundSample, Site } from '../../pipeline/site/site.ts';

export const WIDTH = 160;
export const HEIGHT = 90;
export const STEP_MS = 200;
export const START_MS = 1_790_000_000_000;
/** Height of everybody, and the pixels one person fills when a silhouette is a quarter of the height squared. */
export const TALL_PX = 27;
export const AREA_PX = Math.round(0.25 * TALL_PX ** 2);
const WIDE_PX = 10;

/** The same height near and far: a view from above. */
export const fromAbove: readonly GroundSample[] = [
  { foot: { x: 0.5, y: 0.4 }, height: 0.3 },
  { foot: { x: 0.5, y: 0.9 }, height: 0.3 },
];

export interface Region {
  readonly foot: readonly [x: number, y: number];
  readonly wide?: number;
  readonly tall?: number;
  readonly area?: number;
  readonly flowX?: number;
  readonly stillMs?: number;
}

/** Pixels in, shares of the view out. */
export function blobOf({ foot, wide = WIDE_PX, tall = TALL_PX, area = AREA_PX, ...rest }: Region): Blob {
  const [x, y] = foot;
  return {
    box: {
      x0: (x - wide / 2) / WIDTH,
      y0: (y - tall) / HEIGHT,
      x1: (x + wide / 2) / WIDTH,
      y1: y / HEIGHT,
    },
    foot: { x: x / WIDTH, y: y / HEIGHT },
    areaPx: area,
    flowX: rest.flowX ?? 0,
    flowY: 0,
    stillMs: rest.stillMs ?? 0,
  };
}

/** Every cell under a box is as full as the region fills its box. */
export function cellsOf(blobs: readonly Blob[]): Cells {
  const columns = (WIDTH + 3) >> 2;
  const rows = (HEIGHT + 3) >> 2;
  const bitmap = new Uint8Array((columns * rows + 7) >> 3);
  const occupancy: number[] = [];
  for (let cell = 0; cell < columns * rows; cell++) {
    const x = 4 * (cell % columns) + 2;
    const y = 4 * Math.floor(cell / columns) + 2;
    const over = blobs.find(
      ({ box }) => x >= box.x0 * WIDTH && x < box.x1 * WIDTH && y >= box.y0 * HEIGHT && y < box.y1 * HEIGHT,
    );
    if (over === undefined) continue;
    const boxPx = (over.box.x1 - over.box.x0) * WIDTH * (over.box.y1 - over.box.y0) * HEIGHT;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
    occupancy.push(Math.min(255, Math.round((255 * over.areaPx) / boxPx)));
  }
  const flow = new Uint8Array(occupancy.length);
  return { columns, rows, bitmap, occupancy: Uint8Array.from(occupancy), flowX: flow, flowY: flow };
}

export interface Shown {
  readonly view?: ViewState;
  readonly epoch?: number;
  readonly camera?: string;
}

export function frameOf(n: number, regions: readonly Region[], shown: Shown = {}): Frame {
  const { view = 'ok', epoch = START_MS, camera = 'hall' } = shown;
  const blobs = regions.map(blobOf);
  return {
    site: 'gare',
    camera,
    epoch,
    number: n,
    capturedAtMs: START_MS + n * STEP_MS,
    receivedAtMs: START_MS + n * STEP_MS,
    intervalMs: n === 0 ? 0 : STEP_MS,
    planeWidth: WIDTH,
    planeHeight: HEIGHT,
    view,
    ...(view === 'ok' || view === 'warming' ? { cells: cellsOf(blobs) } : {}),
    blobs,
    objects: [],
    statics: [],
  };
}

/** Two halves that share the line x = 0.5, and a gate on it, drawn downwards: its left is the picture's right. */
export function hallOf(patch: Partial<Camera> = {}): Site {
  const half = (x0: number, x1: number) => [
    { x: x0, y: 0 },
    { x: x1, y: 0 },
    { x: x1, y: 1 },
    { x: x0, y: 1 },
  ];
  const camera: Camera = {
    id: 'hall',
    analysis: {},
    ground: fromAbove,
    zones: [
      { id: 'west', polygon: half(0, 0.5), areaM2: 20 },
      { id: 'east', polygon: half(0.5, 1) },
    ],
    lines: [
      {
        id: 'gate',
        points: [
          { x: 0.5, y: 0.1 },
          { x: 0.5, y: 1 },
        ],
      },
    ],
    rules: [],
    ...patch,
  };
  return { id: 'gare', kind: 'station', cameras: [camera] };
}
