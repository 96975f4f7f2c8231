/**
 * Cameras that see people walk into a forbidden zone and out again, without a picture: frames as `observe` would
 * write them, cheap enough for thousands of runs.
 */
import type { Blob, Cells, Frame } from '../../pipeline/model.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import type { Site } from '../../pipeline/site/site.ts';
import type { Chance } from '../support/random.ts';

export const FRAME_MS = 400;
/** A quarter of the usual plane: what is measured costs by its size, and nothing here depends on it. */
const WIDTH = 80;
const HEIGHT = 45;
const TALL = 0.3;
const WIDE = 0.06;
export const SITE = 'gare';
export const CAMERAS = ['quai-a', 'quai-b', 'hall', 'voie'] as const;

export const site: Site = parseSite(
  [
    `site: ${SITE}`,
    'cameras:',
    ...CAMERAS.flatMap((id) => [
      `  - id: ${id}`,
      '    ground: { person: [ { foot: [0.5, 0.4], height: 0.3 }, { foot: [0.5, 0.9], height: 0.3 } ] }',
      '    zones:',
      '      - { id: tracks, polygon: [[0, 0], [0.45, 0], [0.45, 1], [0, 1]] }',
      '      - { id: platform, polygon: [[0.45, 0], [1, 0], [1, 1], [0.45, 1]], area_m2: 20 }',
      '    rules:',
      '      - { id: no-tracks, event: forbidden_zone, zone: tracks, for: 1s }',
      '      - { id: full, event: density, zone: platform, limit: { people: 2 }, for: 2s, confirmers: 2 }',
    ]),
  ].join('\n'),
  { file: 'simulation', dev: true },
);

interface Walker {
  readonly fromMs: number;
  readonly y: number;
  /** Widths of the view a second, to the left; turns round at the end and comes back. */
  readonly speed: number;
  readonly staysMs: number;
}

/** What one camera sees over the whole run, by its own clock. */
export class Scene {
  readonly #walkers: readonly Walker[];

  constructor(chance: Chance, forMs: number) {
    this.#walkers = Array.from({ length: 2 + chance.below(3) }, (_, i) => ({
      fromMs: chance.below(Math.max(1, forMs - 4_000)),
      y: 0.5 + 0.14 * (i % 4),
      speed: 0.2 + 0.15 * chance.unit(),
      staysMs: 500 + chance.below(5_000),
    }));
  }

  at(sceneMs: number): readonly Blob[] {
    return this.#walkers.flatMap(({ fromMs, y, speed, staysMs }) => {
      const ms = sceneMs - fromMs;
      const inMs = (1_000 * 0.86) / speed;
      if (ms < 0 || ms > 2 * inMs + staysMs) return [];
      const gone = ms < inMs ? ms : ms < inMs + staysMs ? inMs : 2 * inMs + staysMs - ms;
      return [personAt(0.96 - (speed * gone) / 1_000, y)];
    });
  }
}

function personAt(x: number, y: number): Blob {
  return {
    box: { x0: x - WIDE / 2, y0: y - TALL, x1: x + WIDE / 2, y1: y },
    foot: { x, y },
    areaPx: Math.round(0.25 * (TALL * HEIGHT) ** 2),
    flowX: 0,
    flowY: 0,
    stillMs: 0,
  };
}

const COLUMNS = (WIDTH + 3) >> 2;
const ROWS = (HEIGHT + 3) >> 2;

/** Every cell whose middle is under somebody is full. */
function cellsOf(blobs: readonly Blob[]): Cells {
  const bitmap = new Uint8Array((COLUMNS * ROWS + 7) >> 3);
  let count = 0;
  for (const { box } of blobs) {
    for (
      let row = Math.max(0, Math.ceil(box.y0 * ROWS - 0.5));
      row < Math.min(ROWS, box.y1 * ROWS - 0.5);
      row++
    ) {
      const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor(((box.x0 + box.x1) / 2) * COLUMNS)));
      const cell = row * COLUMNS + column;
      if (bitmap[cell >> 3]! & (1 << (cell & 7))) continue;
      bitmap[cell >> 3]! |= 1 << (cell & 7);
      count++;
    }
  }
  const flow = new Uint8Array(count);
  return {
    columns: COLUMNS,
    rows: ROWS,
    bitmap,
    occupancy: new Uint8Array(count).fill(200),
    flowX: flow,
    flowY: flow,
  };
}

export interface Moment {
  readonly camera: string;
  readonly epoch: number;
  readonly number: number;
  readonly capturedAtMs: number;
  readonly receivedAtMs: number;
}

export function frameAt(scene: Scene, sceneMs: number, moment: Moment): Frame {
  const blobs = scene.at(sceneMs);
  return {
    site: SITE,
    ...moment,
    intervalMs: moment.number === 0 ? 0 : FRAME_MS,
    planeWidth: WIDTH,
    planeHeight: HEIGHT,
    view: 'ok',
    cells: cellsOf(blobs),
    blobs,
    objects: [],
    statics: [],
  };
}

/** The last word of a session: nothing is seen any more. */
export function lostFrame(moment: Moment): Frame {
  return {
    site: SITE,
    ...moment,
    intervalMs: FRAME_MS,
    planeWidth: WIDTH,
    planeHeight: HEIGHT,
    view: 'lost',
    blobs: [],
    objects: [],
    statics: [],
  };
}
