import { describe, expect, test } from 'vitest';
import { Claim, type ClaimRecord, type ClaimTiming, type Condition } from '../../pipeline/detect/claim.ts';

const STEP_MS = 200;

function condition(holds: boolean, score = 0.5): Condition {
  return { holds, region: { x0: 0, y0: 0, x1: 1, y1: 1 }, score, explanation: 'because', findings: [] };
}

/** One letter a frame, 200 ms apart: `h` holds, `.` does not, `?` unknown, `x` ended from outside. */
function run(letters: string, timing: ClaimTiming): readonly ClaimRecord[] {
  const claim = new Claim(timing);
  return [...letters].flatMap((letter, frame) => {
    const now = { frame, atMs: 5_000 + frame * STEP_MS };
    const record =
      letter === 'x' ? claim.end() : claim.step(letter === '?' ? undefined : condition(letter === 'h'), now);
    return record === undefined ? [] : [record];
  });
}

const said = (records: readonly ClaimRecord[]) =>
  records.map(({ phase, began, at, revision }) => `${phase} ${began.frame}-${at.frame} #${revision}`);

const h = (count: number) => 'h'.repeat(count);
const off = (count: number) => '.'.repeat(count);
const unknown = (count: number) => '?'.repeat(count);

describe('hold 1 s, grace 0.4 s, release 1 s', () => {
  const timing = { holdMs: 1_000, graceMs: 400, releaseMs: 1_000 };
  const rows: readonly [string, string, readonly string[]][] = [
    ['nothing holds', off(30), []],
    ['one frame short of the hold', h(5) + off(20), []],
    ['exactly the hold', h(6), ['begin 0-5 #0']],
    ['it begins where the holding began, not where it matured', off(3) + h(6), ['begin 3-8 #0']],
    ['a pause of the grace does not interrupt', `${h(3)}.${h(2)}`, ['begin 0-5 #0']],
    ['a pause longer than the grace starts again', h(4) + off(3) + h(5), []],
    ['and begins anew after it', h(4) + off(3) + h(6), ['begin 7-12 #0']],
    ['it does not begin on a frame on which it does not hold', `${h(5)}.h`, ['begin 0-6 #0']],
    ['a pause of the release is gone on', h(6) + off(5) + h(1), ['begin 0-5 #0']],
    ['a longer pause ends it where it last held', h(8) + off(6), ['begin 0-5 #0', 'end 0-7 #1']],
    [
      'what comes after an end is another claim',
      h(6) + off(6) + h(6),
      ['begin 0-5 #0', 'end 0-5 #1', 'begin 12-17 #0'],
    ],
    ['an update every 2 s, counted', h(30), ['begin 0-5 #0', 'update 0-15 #1', 'update 0-25 #2']],
    ['the end counts on', h(18) + off(6), ['begin 0-5 #0', 'update 0-15 #1', 'end 0-17 #2']],
    [
      'an update that falls into a pause waits for the condition',
      `${h(13)}....${h(2)}`,
      ['begin 0-5 #0', 'update 0-17 #1'],
    ],
    ['unknown never begins', unknown(40), []],
    ['unknown never ends', h(6) + unknown(40), ['begin 0-5 #0']],
    ['unknown is neither updated', `${h(6)}${unknown(10)}h`, ['begin 0-5 #0', 'update 0-16 #1']],
    ['ended from outside while quiet', '..x', []],
    ['ended from outside while it matures', `${h(5)}x${h(5)}`, []],
    ['ended from outside while open', `${h(7)}..x..`, ['begin 0-5 #0', 'end 0-6 #1']],
    ['ended once only', `${h(6)}xx${off(9)}`, ['begin 0-5 #0', 'end 0-5 #1']],
  ];
  test.each(rows)('%s: %s', (_name, letters, expected) => {
    expect(said(run(letters, timing))).toEqual(expected);
  });
});

test('without hold it begins with the first frame, without release it ends with the first that does not hold', () => {
  expect(said(run('.h..h', { holdMs: 0, graceMs: 0, releaseMs: 0 }))).toEqual([
    'begin 1-1 #0',
    'end 1-1 #1',
    'begin 4-4 #0',
  ]);
});

test('an end carries the condition as it last held, with its time', () => {
  const claim = new Claim({ holdMs: 0, graceMs: 0, releaseMs: 0 });
  claim.step(condition(true, 0.1), { frame: 0, atMs: 1_000 });
  claim.step(condition(true, 0.7), { frame: 1, atMs: 1_200 });
  const end = claim.step(condition(false, 0.9), { frame: 2, atMs: 1_400 });
  expect(end).toMatchObject({ phase: 'end', at: { frame: 1, atMs: 1_200 }, condition: { score: 0.7 } });
  expect(claim.open).toBe(false);
});

test('ten minutes in which nothing came count as two seconds, for a beginning and for an end', () => {
  const claim = new Claim({ holdMs: 5_000, graceMs: 0, releaseMs: 3_000 });
  const at = (frame: number, atMs: number, holds: boolean) =>
    claim.step(condition(holds), { frame, atMs })?.phase ?? 'nothing';
  expect([
    at(0, 0, true),
    at(1, 600_000, true),
    at(2, 602_000, true),
    at(3, 603_000, true),
    at(4, 1_200_000, false),
    at(5, 1_201_000, false),
    at(6, 1_201_200, false),
  ]).toEqual(['nothing', 'nothing', 'nothing', 'begin', 'nothing', 'nothing', 'end']);
});
