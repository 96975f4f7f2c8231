import { describe, expect, test } from 'vitest';
import { Fires } from '../../../pipeline/detect/fire/fire.ts';
import type { Cells, Measured, Sensitivity } from '../../../pipeline/model.ts';
import { random, SEED } from '../../support/random.ts';
import { measured, play, ruleBase, STEP_MS, siteOf, spansOf } from '../build.ts';

const [COLUMNS, ROWS] = [40, 23];
const FROM = 2_000;

/** What a cell shows at a moment: its flame score, 0..255, and its flow in 1/8 pixel. */
interface Shown {
  readonly score: number;
  readonly x?: number;
  readonly y?: number;
}

type Story = (column: number, row: number, ms: number) => Shown | undefined;

function cellsOf(story: Story, ms: number): Cells {
  const bitmap = new Uint8Array((COLUMNS * ROWS + 7) >> 3);
  const found: Shown[] = [];
  for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
    const shown = story(cell % COLUMNS, Math.floor(cell / COLUMNS), ms);
    if (shown === undefined) continue;
    bitmap[cell >> 3]! |= 1 << (cell & 7);
    found.push(shown);
  }
  const bytes = (of: (shown: Shown) => number) => Uint8Array.from(found, (shown) => of(shown) & 255);
  return {
    columns: COLUMNS,
    rows: ROWS,
    bitmap,
    occupancy: bytes(() => 200),
    flowX: bytes(({ x = 0 }) => x),
    flowY: bytes(({ y = 0 }) => y),
    ...(found.some(({ score }) => score > 0) ? { flame: bytes(({ score }) => score) } : {}),
  };
}

function look(ms: number, story: Story): Measured {
  return measured(ms / STEP_MS, { cells: cellsOf(story, ms) });
}

const fireRule = (sensitivity: Sensitivity = 'medium') => ({
  ...ruleBase('fire'),
  sensitivity,
  forMs: 1_500,
});

/** Seconds at which claims begin and end within 25 s; those still open at the end have no end. */
function claims(story: Story, sensitivity?: Sensitivity, zone?: string): readonly number[] {
  const rule = { ...fireRule(sensitivity), ...(zone === undefined ? {} : { zone }) };
  const looks = (n: number) => ({ cells: cellsOf(story, n * STEP_MS) });
  return spansOf(play(siteOf([rule]), 125, looks)).map(
    (span) => (Number(span.split('@')[1]) * STEP_MS) / 1000,
  );
}

interface Flames {
  /** Top left cell, and cells across and down. */
  readonly at?: readonly [column: number, row: number];
  readonly size?: readonly [across: number, down: number];
  readonly score?: number;
  /** Cells of ten that burn at any moment. */
  readonly burning?: number;
  /** How long a cell stays as it is. */
  readonly everyMs?: number;
  readonly untilMs?: number;
  readonly flow?: (ms: number) => { readonly x: number; readonly y: number };
}

/** Cells of a square that take turns, drawn by chance but the same for the same moment. */
function flames(of: Flames = {}): Story {
  const { at = [20, 10], size = [6, 5], score = 120, burning = 7, everyMs = 600 } = of;
  return (column, row, ms) => {
    if (ms < FROM || ms >= (of.untilMs ?? 99_000)) return undefined;
    const [across, down] = [column - at[0], row - at[1]];
    if (across < 0 || down < 0 || across >= size[0] || down >= size[1]) return undefined;
    const chance = random(SEED + Math.floor(ms / everyMs) * 10_000 + row * 100 + column);
    if (chance.below(10) >= burning) return undefined;
    return { score, ...(of.flow?.(ms) ?? { x: chance.below(40) - 20, y: chance.below(40) - 30 }) };
  };
}

/** Moves one cell to the right in `everyMs`. */
const moving =
  (story: Story, everyMs: number): Story =>
  (column, row, ms) =>
    story(column - Math.floor((ms - FROM) / everyMs), row, ms);

test('flames are claimed soon, with where they are and why', () => {
  const [at, ...more] = claims(flames());
  expect(at).toBeGreaterThanOrEqual(FROM / 1000 + 2.1);
  expect(at).toBeLessThanOrEqual(FROM / 1000 + 4);
  expect(more).toEqual([]);
  const machine = new Fires(fireRule(), undefined);
  let last: ReturnType<Fires['look']>;
  for (let ms = 0; ms <= 8_000; ms += STEP_MS) last = machine.look(look(ms, flames()));
  expect(last).toMatchObject({ holds: true });
  expect(last!.region.x0).toBeGreaterThanOrEqual(20 / COLUMNS);
  expect(last!.region.x1).toBeLessThanOrEqual(26 / COLUMNS);
  expect(last!.region.y1).toBeLessThanOrEqual(15 / ROWS);
  expect(last!.explanation).toMatch(
    /^flames flicker on 2\.\d % of the view, in one place for \d\.\d s, limit 1\.5 s; strength \d+\.\d, limit 1\.4; \d+ % of the outline changed in a moment$/,
  );
  expect(last!.findings.map(({ name }) => name)).toEqual([
    'strength',
    'burning',
    'outline_change',
    'size',
    'growth',
  ]);
});

test('flames that fill most of the view may lean one way for long', () => {
  const wind = () => ({ x: -24, y: -16 });
  expect(claims(flames({ at: [3, 2], size: [34, 20], flow: wind }))[0]).toBeLessThanOrEqual(FROM / 1000 + 4);
});

describe('is no fire', () => {
  const none: readonly (readonly [string, Story])[] = [
    ['nothing', () => undefined],
    ['a view with people in it', () => ({ score: 0, x: 8 })],
    ['too few cells: a candle, a cigarette, a lamp far away', flames({ size: [2, 1], burning: 10 })],
    ['many that hardly look like it', flames({ score: 9, size: [12, 10] })],
    [
      'cells far apart from each other',
      (c, r, ms) =>
        c % 6 || r % 6 ? undefined : flames({ at: [0, 0], size: [40, 23], score: 200 })(c, r, ms),
    ],
    ['what keeps its outline: a sign whose letters run', flames({ burning: 10 })],
    ['what flickered while somebody moved there', flames({ size: [4, 3], score: 80, untilMs: FROM + 1_500 })],
    ['what moves on: a bag on a belt, a car', moving(flames({ size: [4, 3], burning: 9 }), 150)],
    ['what always moves one way where it is: a belt with bags', flames({ flow: () => ({ x: -24, y: 2 }) })],
    [
      'what fills most of the view and moves on: a bus that passes close by',
      flames({ at: [3, 2], size: [34, 20], flow: () => ({ x: -80, y: 2 }) }),
    ],
    [
      'what walks through the view and leaves behind what flickers on for a second: legs in warm light',
      (c, r, ms) =>
        flames({
          at: [36 - Math.floor(Math.max(0, ms - FROM) / 60), 10],
          size: [16, 4],
          untilMs: FROM + 3_000,
        })(c, r, ms),
    ],
    [
      'what moves slowly through the view',
      moving(flames({ size: [4, 3], flow: () => ({ x: 20, y: 0 }) }), 300),
    ],
  ];
  test.each(none)('%s', (_, story) => {
    expect(claims(story)).toEqual([]);
  });

  test('what burns outside the zone', () => {
    expect(claims(flames(), 'medium', 'tracks')).toEqual([]);
    expect(claims(flames(), 'medium', 'platform')).toHaveLength(1);
  });
});

describe('is a fire', () => {
  const some: readonly (readonly [string, Story])[] = [
    ['a small one', flames({ size: [4, 3], score: 80 })],
    [
      'one that licks up and to all sides',
      flames({ flow: (ms) => ({ x: 30 * Math.sin(ms / 300), y: -20 }) }),
    ],
    ['one whose flames only rise', flames({ flow: () => ({ x: 2, y: -40 }) })],
    ['one that fills a third of the view', flames({ at: [4, 2], size: [20, 16], score: 220 })],
    ['one that is carried slowly by a hand-held camera', moving(flames({ size: [10, 8] }), 900)],
    ['two', (c, r, ms) => flames({ at: [4, 4] })(c, r, ms) ?? flames({ at: [30, 12] })(c, r, ms)],
    [
      'one behind somebody who walks by',
      (c, r, ms) => (ms % 4_000 < 600 ? undefined : flames({ size: [8, 6] })(c, r, ms)),
    ],
  ];
  test.each(some)('%s', (_, story) => {
    expect(claims(story)[0]).toBeLessThanOrEqual(FROM / 1000 + 5);
  });
});

test('a strong one needs not settle', () => {
  const [weak] = claims(flames({ size: [4, 3], score: 50 }));
  const [strong] = claims(flames({ size: [8, 6], score: 160 }));
  expect(weak! - strong!).toBeGreaterThanOrEqual(0.8);
});

describe('of which two thirds change in a moment', () => {
  const restless = (score: number, untilMs?: number) =>
    flames({ burning: 5, score, everyMs: 200, ...(untilMs === undefined ? {} : { untilMs }) });
  // About 15 cells: strength 4.7 and 11.
  const [weak, strong] = [80, 190];

  test('must last: what is warm behind people who pass for three seconds is no fire', () => {
    expect(claims(restless(weak, FROM + 3_400))).toEqual([]);
    expect(claims(restless(strong, FROM + 3_400))).not.toEqual([]);
  });

  test('is claimed three seconds later than a strong one, or than one that changes less', () => {
    const [late] = claims(restless(weak));
    const [soon] = claims(restless(strong));
    const [calm] = claims(flames({ burning: 9, score: 50, everyMs: 200 }));
    expect(late! - soon!).toBeGreaterThanOrEqual(2.6);
    expect(late! - soon!).toBeLessThanOrEqual(3.4);
    expect(late! - calm!).toBeGreaterThanOrEqual(2.6);
  });
});

test('sensitivity decides how strong it must be', () => {
  // About 6 of 8 cells, .26 each.
  const medium = flames({ size: [4, 2], score: 66, burning: 8 });
  expect(claims(medium, 'low')[0] ?? 25).toBeGreaterThan(FROM / 1000 + 6);
  expect(claims(medium, 'medium')).toHaveLength(1);
  const weak = flames({ size: [4, 2], score: 43, burning: 8 });
  // About .75 of 1.4: it must burn for longer.
  const [late] = claims(weak, 'medium');
  expect(late).toBeGreaterThan(FROM / 1000 + 6);
  const faint = flames({ size: [4, 2], score: 25, burning: 8 });
  expect(claims(faint, 'medium')).toEqual([]);
  expect(claims(faint, 'high')).toHaveLength(1);
});

test('one claim, which survives a lull and ends when nothing burns any more', () => {
  const lull = (ms: number) => ms > 8_000 && ms < 11_000;
  const story: Story = (c, r, ms) => (lull(ms) ? undefined : flames({ untilMs: 15_000 })(c, r, ms));
  const found = claims(story);
  expect(found).toHaveLength(2);
  const [began, ended] = found;
  expect(began).toBeLessThanOrEqual(FROM / 1000 + 4);
  expect(ended).toBeGreaterThanOrEqual(14);
  expect(ended).toBeLessThanOrEqual(15);
});

test('a view without cells tells nothing', () => {
  const machine = new Fires(fireRule(), undefined);
  expect(machine.look(measured(0, {}))).toBeUndefined();
});

test('a machine that goes on from saved state answers the same', () => {
  const story: Story = (c, r, ms) => flames({ at: [4, 4] })(c, r, ms) ?? flames({ at: [24, 8] })(c, r, ms);
  const whole = new Fires(fireRule(), undefined);
  let moved = new Fires(fireRule(), undefined);
  let held = 0;
  for (let ms = 0; ms <= 12_000; ms += STEP_MS) {
    const next = new Fires(fireRule(), undefined);
    next.restore(structuredClone(moved.save()));
    moved = next;
    const found = whole.look(look(ms, story));
    expect(moved.look(look(ms, story))).toEqual(found);
    if (found?.holds) held++;
  }
  expect(held).toBeGreaterThan(20);
});

test('what is kept is bounded, also where everything burns', () => {
  const machine = new Fires(fireRule(), undefined);
  const everywhere = flames({ at: [0, 0], size: [COLUMNS, ROWS], burning: 5 });
  for (let ms = 0; ms <= 30_000; ms += 50) machine.look(look(ms, everywhere));
  const { fires, earlier } = machine.save();
  expect(fires.length).toBeLessThanOrEqual(8);
  expect(earlier.length).toBeLessThanOrEqual(16);
});
