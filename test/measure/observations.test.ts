import { expect, test } from 'vitest';
import { observations } from '../../pipeline/measure/observations.ts';
import type { LineCrossing, Measured } from '../../pipeline/model.ts';
import { frameOf, type Shown, START_MS } from './build.ts';

const crossing: LineCrossing = {
  line: 'gate',
  track: 1,
  frame: 7,
  atMs: START_MS,
  direction: 'left_to_right',
  velocity: { x: 0.1, y: 0 },
};

const look = (n: number, crossings: readonly LineCrossing[] = [], shown: Shown = {}): Measured => ({
  frame: frameOf(n, [], shown),
  zones: [{ zone: 'west', people: n }],
  crossings,
  tracks: [],
});

/** Frame numbers at which an observation went out. */
function sentOf(looks: readonly Measured[]): readonly number[] {
  const stage = observations();
  return looks.flatMap((measured) => stage.step(measured)).map(({ frame }) => frame);
}

const frames = (count: number, of: (n: number) => Measured) => Array.from({ length: count }, (_, n) => of(n));

const rows: readonly [string, readonly Measured[], readonly number[]][] = [
  ['once a second at 5 frames a second', frames(16, (n) => look(n)), [0, 5, 10, 15]],
  [
    'at once on a crossing, which does not move the beat',
    frames(16, (n) => look(n, n === 7 ? [crossing] : [])),
    [0, 5, 7, 10, 15],
  ],
  ['once where a crossing meets the beat', frames(11, (n) => look(n, n === 5 ? [crossing] : [])), [0, 5, 10]],
  [
    'at once on a change of view, both ways',
    frames(11, (n) => look(n, [], { view: n >= 3 && n < 5 ? 'dark' : 'ok' })),
    [0, 3, 5, 10],
  ],
  [
    'at once on a new epoch',
    frames(9, (n) => look(n, [], { epoch: n < 3 ? START_MS : START_MS + 600 })),
    [0, 3, 8],
  ],
  [
    'each camera keeps its own second',
    frames(8, (n) => look(n, [], { camera: n % 2 === 0 ? 'hall' : 'door' })),
    [0, 1, 6, 7],
  ],
];
test.each(rows)('%s', (_name, looks, expected) => {
  expect(sentOf(looks)).toEqual(expected);
});

test('an observation carries what was measured on its frame', () => {
  const [said] = observations().step(look(7, [crossing], { view: 'dark' }));
  expect(said).toEqual({
    site: 'gare',
    camera: 'hall',
    epoch: START_MS,
    frame: 7,
    atMs: START_MS + 1_400,
    view: 'dark',
    zones: [{ zone: 'west', people: 7 }],
    crossings: [crossing],
    frames: 1,
  });
});

test('it says how many frames were measured since the one before, also after a save between them', () => {
  let stage = observations();
  const said = frames(14, (n) => look(n, n === 7 ? [crossing] : [])).flatMap((measured) => {
    const out = stage.step(measured);
    const saved = stage.save('gare/hall')!;
    stage = observations();
    expect(stage.restore('gare/hall', saved)).toBe(true);
    return out;
  });
  expect(said.map((one) => [one.frame, one.frames])).toEqual([
    [0, 1],
    [5, 5],
    [7, 2],
    [10, 3],
  ]);
});
