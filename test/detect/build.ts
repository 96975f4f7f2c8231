/** A site, people on it and looks at them, said briefly: what the tests of `detect` share. */
import { detect } from '../../pipeline/detect/detect.ts';
import type {
  Blob,
  Box,
  Candidate,
  Cells,
  EventType,
  Frame,
  LineCrossing,
  Measured,
  Track,
  ViewState,
  ZoneObservation,
} from '../../pipeline/model.ts';
import type { Authorisation, Rule, Site } from '../../pipeline/site/site.ts';

export const START_MS = 1_790_000_000_000;
export const STEP_MS = 200;
export const EPOCH = START_MS;

const common = { version: 3, severity: 'high', sensitivity: 'medium' } as const;
export const noTracks: Rule = {
  ...common,
  id: 'no-tracks',
  event: 'forbidden_zone',
  zone: 'tracks',
  dwellMs: 1_000,
};

/** The common part of every rule of these tests. */
export function ruleBase<Event extends EventType>(event: Event) {
  return { ...common, id: `r-${event}`, event };
}

export function siteOf(rules: readonly Rule[], authorisation?: Authorisation): Site {
  const half = (x0: number, x1: number) => [
    { x: x0, y: 0 },
    { x: x1, y: 0 },
    { x: x1, y: 1 },
    { x: x0, y: 1 },
  ];
  return {
    id: 'gare',
    kind: 'station',
    ...(authorisation === undefined ? {} : { authorisation }),
    cameras: [
      {
        id: 'quai',
        analysis: {},
        ground: [],
        zones: [
          { id: 'tracks', polygon: half(0, 0.5) },
          { id: 'platform', polygon: half(0.5, 1), areaM2: 40 },
        ],
        lines: [
          {
            id: 'gate',
            points: [
              { x: 0.5, y: 0 },
              { x: 0.5, y: 1 },
            ],
          },
        ],
        rules,
      },
    ],
  };
}

export interface Seen {
  readonly tracks?: readonly Track[];
  readonly zones?: readonly ZoneObservation[];
  readonly crossings?: readonly LineCrossing[];
  readonly view?: ViewState;
  readonly cells?: Cells;
  readonly blobs?: readonly Blob[];
  readonly camera?: string;
  readonly epoch?: number;
}

export function measured(n: number, seen: Seen): Measured {
  const frame: Frame = {
    site: 'gare',
    camera: seen.camera ?? 'quai',
    epoch: seen.epoch ?? EPOCH,
    number: n,
    capturedAtMs: START_MS + n * STEP_MS,
    receivedAtMs: START_MS + n * STEP_MS,
    intervalMs: n === 0 ? 0 : STEP_MS,
    planeWidth: 160,
    planeHeight: 90,
    view: seen.view ?? 'ok',
    ...(seen.cells === undefined ? {} : { cells: seen.cells }),
    blobs: seen.blobs ?? [],
    objects: [],
    statics: [],
  };
  return { frame, zones: seen.zones ?? [], crossings: seen.crossings ?? [], tracks: seen.tracks ?? [] };
}

/** Somebody on the tracks, a fifth of the view tall, whose foot is at `x`, `y`. */
export function person(
  patch: Partial<Track> & { x?: number; y?: number; wide?: number; tall?: number } = {},
) {
  const { x = 0.2, y = 0.8, wide = 0.04, tall = 0.2, ...rest } = patch;
  const track: Track = {
    id: 1,
    box: { x0: x - wide / 2, y0: y - tall, x1: x + wide / 2, y1: y },
    foot: { x, y },
    zones: ['tracks'],
    velocity: { x: 0, y: 0 },
    flow: patch.flow ?? patch.velocity ?? { x: 0, y: 0 },
    personHeight: 0.2,
    depth: 1,
    ageMs: 2_000,
    stillMs: 0,
    people: 1,
    seen: true,
    surprise: 0.02,
    ...rest,
  };
  return track;
}

/** A region that fills a box, and moves no more than it was said to. */
export function regionIn(box: Box, patch: Partial<Blob> = {}): Blob {
  const foot = { x: (box.x0 + box.x1) / 2, y: box.y1 };
  return { box, foot, areaPx: 240, flowX: 0, flowY: 0, stillMs: 0, ...patch };
}

/** Plays `frames` looks and returns all candidates. */
export function play(
  site: Site,
  frames: number,
  look: (n: number) => Seen | undefined,
): readonly Candidate[] {
  const stage = detect(site, 'build-1');
  const candidates: Candidate[] = [];
  for (let n = 0; n < frames; n++) {
    const seen = look(n);
    if (seen !== undefined) candidates.push(...stage.step(measured(n, seen)));
  }
  return candidates;
}

/** `begin@5`, `update@15`, `end@20`: the phase and the frame that the record speaks of. */
export function phasesOf(candidates: readonly Candidate[]): readonly string[] {
  return candidates.map(({ phase, frame }) => `${phase}@${frame}`);
}

/** The same, without updates. */
export function spansOf(candidates: readonly Candidate[]): readonly string[] {
  return phasesOf(candidates.filter(({ phase }) => phase !== 'update'));
}
