/** What `vigie statistics` and `vigie review` print. */
import { describe, expect, it } from 'vitest';
import type { CandidateReview, StatisticsRow, Verdict } from '../../pipeline/model.ts';
import { outcome, reviewTable } from '../../pipeline/operate/review-table.ts';
import { statisticsTable } from '../../pipeline/operate/statistics.ts';
import { ana, bob, candidate, confirm, verdict } from '../review/build.ts';

const DAY_MS = 86_400_000;
const row = (wish: Partial<StatisticsRow>): StatisticsRow => ({
  ...{ site: 'gare', camera: 'quai', type: 'fire', rule: 'fire', dayMs: 0, raised: 4, confirmed: 1 },
  ...{ rejectedFalse: 2, rejectedIrrelevant: 1, rejectedTest: 3, lapsed: 5, reversed: 0 },
  decidedWithin: [0, 0, 2, 0, 0, 0, 0, 0, 0],
  ...wish,
});
const cells = (text: string) => text.split('\n').map((line) => line.trim().split(/\s{2,}/));

describe('statistics', () => {
  it('say what was true of what somebody judged, and how long half of it took', () => {
    const [, , line, all] = cells(statisticsTable([row({})]));
    expect(line).toEqual(['gare/quai', 'fire', 'fire', '4', '4.0', '1', '2', '1', '3', '5', '0.25', '20 s']);
    expect(all!.slice(1)).toEqual(line!.slice(3));
  });
  it('count quiet days too, and keep rules apart', () => {
    const rows = [row({}), row({ dayMs: 3 * DAY_MS }), row({ rule: 'other', raised: 2 })];
    const lines = cells(statisticsTable(rows)).slice(2);
    expect(lines.map((line) => line.at(0))).toEqual(['gare/quai', 'gare/quai', 'all']);
    // Eight in four days, two in four days.
    expect(lines.slice(0, 2).map((line) => [line[1], line[4]])).toEqual([
      ['fire', '2.0'],
      ['other', '0.5'],
    ]);
  });
  it('say nothing of what nobody judged', () => {
    const none = { confirmed: 0, rejectedFalse: 0, rejectedIrrelevant: 0, decidedWithin: [0] };
    expect(cells(statisticsTable([row(none)]))[2]!.slice(-2)).toEqual(['-', '-']);
  });
  it('say more than the longest, when half took longer', () => {
    const late = { decidedWithin: [1, 0, 0, 0, 0, 0, 0, 0, 2] };
    expect(cells(statisticsTable([row(late)]))[2]!.at(-1)).toBe('more than 600 s');
  });
});

describe('a candidate that takes two people', () => {
  const first: Verdict = verdict('a', ana, confirm);
  const open: CandidateReview = {
    candidate: candidate(0),
    state: { kind: 'waiting' },
    firstConfirmation: first,
  };
  it('says who was first, and that a second is needed', () => {
    expect(outcome(open)).toMatch(/^confirmed by one .* by Ana; a second person must confirm it$/);
    expect(reviewTable([open], 0).at(-1)).toContain('[confirmed by Ana, takes a second person]');
  });
  it('says nothing of that once it is decided', () => {
    const decided: CandidateReview = {
      ...open,
      state: { kind: 'confirmed', verdict: verdict('b', bob, confirm) },
    };
    expect(outcome(decided)).toMatch(/^confirmed .* by Bob$/);
    expect(reviewTable([decided], 0).at(-1)).not.toContain('second');
  });
});
