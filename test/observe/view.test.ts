import { describe, expect, test } from 'vitest';
import type { Frame } from '../../pipeline/model.ts';
import { ViewHealth } from '../../pipeline/observe/view.ts';
import { type Texture, waves } from '../support/textures.ts';
import { HEIGHT, lumaOf, view, WIDTH, watch } from './pictures.ts';

/** `warming 14, ok 6, dark 10`: the states in their order, with how many pictures each lasted. */
function statesOf(frames: readonly Frame[]): string {
  const runs: { view: string; count: number }[] = [];
  for (const { view: state } of frames) {
    const last = runs.at(-1);
    if (last?.view === state) last.count++;
    else runs.push({ view: state, count: 1 });
  }
  return runs.map((run) => `${run.view} ${run.count}`).join(', ');
}

const still = lumaOf(19, view);
const other = waves(99);
const elsewhere: Texture = (x, y) => 255 - other(x, y);

const rows: readonly [string, (n: number) => Uint8Array, string][] = [
  ['sees', (n) => lumaOf(n, view), 'warming 14, ok 46'],
  // The last new picture is 19; 5 s later is 44.
  ['repeats one picture', (n) => (n < 20 ? lumaOf(n, view) : still), 'warming 14, ok 30, frozen 16'],
  [
    'repeats one picture and goes on',
    (n) => (n < 20 || n >= 50 ? lumaOf(n, view) : still),
    'warming 14, ok 30, frozen 6, ok 10',
  ],
  ['is dark from the start', (n) => lumaOf(n, () => 17), 'dark 60'],
  ['is blinded from the start', (n) => lumaOf(n, () => 235), 'bright 60'],
  [
    'is burnt out, though somebody dark stands out of it',
    (n) => lumaOf(n, n < 20 ? view : (x) => (x < 16 ? 60 : 250)),
    'warming 14, ok 6, bright 40',
  ],
  ['looks at what is white and grey', (n) => lumaOf(n, (x) => (x < 80 ? 218 : 244)), 'warming 14, ok 46'],
  ['has a window in the sun', (n) => lumaOf(n, (x) => (x < 64 ? 60 : 250)), 'warming 14, ok 46'],
  [
    'had its lens covered when it began, and sees bit by bit',
    (n) => lumaOf(n, (x, y) => (x < 40 * (n - 19) ? view(x, y) : 30)),
    'warming 14, ok 30, warming 13, ok 3',
  ],
  ['looks at a lamp in the dark', (n) => lumaOf(n, (x) => (x < 40 ? 120 : 17)), 'warming 14, ok 46'],
  [
    'is turned to look elsewhere',
    (n) => lumaOf(n, n < 20 ? view : elsewhere),
    'warming 14, ok 6, moved 2, warming 13, ok 25',
  ],
  [
    'is turned in the dark',
    (n) => lumaOf(n, n < 20 ? view : n < 32 ? () => 17 : elsewhere),
    'warming 14, ok 6, dark 12, moved 2, warming 13, ok 13',
  ],
  [
    'goes dark while it turns',
    (n) => lumaOf(n, n < 20 ? view : n < 21 ? elsewhere : n < 32 ? () => 17 : elsewhere),
    'warming 14, ok 6, moved 1, dark 11, moved 1, warming 13, ok 14',
  ],
  [
    'freezes, and looks elsewhere when it goes on',
    (n) => (n >= 20 && n < 50 ? still : lumaOf(n, n < 20 ? view : elsewhere)),
    'warming 14, ok 30, frozen 6, moved 2, warming 8',
  ],
  [
    'is dark for a while and looks as before',
    (n) => lumaOf(n, n >= 20 && n < 32 ? () => 17 : view),
    'warming 14, ok 6, dark 12, ok 28',
  ],
];
test.each(rows)('a camera that %s', (_name, luma, expected) => {
  expect(statesOf(watch(60, luma))).toBe(expected);
});

describe('nearly everything differs from the background at once', () => {
  const textured = lumaOf(19, view);
  const judge = (now: Texture) => {
    const health = new ViewHealth();
    const look = { width: WIDTH, height: HEIGHT, previous: textured, first: false, warming: false };
    health.judge({ ...look, luma: textured, foregroundShare: 0.3, atMs: 0 });
    return health.judge({ ...look, luma: lumaOf(20, now), foregroundShare: 0.9, atMs: 200 });
  };
  test.each<[string, Texture, string]>([
    ['another scene', (x, y) => other(x, y), 'moved'],
    ['the same scene, shifted by a dozen pixels', (x, y) => view(x + 12, y + 7), 'moved'],
    ['the same scene in headlights', (x, y) => 0.6 * view(x, y) + 90 * Math.sin(x / 25) ** 2, 'ok'],
    ['a train before half of it', (x, y) => (x < 80 ? 60 : view(x, y) + 40), 'ok'],
  ])('%s', (_name, now, expected) => {
    expect(judge(now).view).toBe(expected);
  });
});

describe('a camera that goes blind later', () => {
  test.each([
    ['dark', 17],
    ['bright', 235],
  ] as const)('%s: it is not a quiet one', (state, grey) => {
    const frames = watch(60, (n) => lumaOf(n, n < 20 ? view : () => grey));
    for (const frame of frames.slice(20)) expect(frame.view, `picture ${frame.number}`).toBe(state);
  });
});

test('what cannot be trusted has neither cells nor blobs, and what can has cells even when empty', () => {
  const blind = watch(60, (n) => (n < 20 ? lumaOf(n, view) : n < 50 ? still : lumaOf(n, () => 17)));
  for (const frame of blind) {
    const usable = frame.view === 'ok' || frame.view === 'warming';
    expect(frame.cells !== undefined, `${frame.view} at ${frame.number}`).toBe(usable);
    if (!usable) expect(frame.blobs).toEqual([]);
  }
  expect(new Set(blind.map((frame) => frame.view))).toEqual(new Set(['warming', 'ok', 'frozen', 'dark']));
});
