/** Statistics as a file that a spreadsheet reads, and does not run. */
import { expect, it } from 'vitest';
import type { StatisticsRow } from '../../pipeline/console/api.ts';
import { cell, csvOf, spanIn } from '../../pipeline/console/statistics.ts';

it.each([
  ['quai-a-01', 'quai-a-01'],
  ['=1+1', "'=1+1"],
  ['+33', "'+33"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['a,b', '"a,b"'],
  ['say "hé"', '"say ""hé"""'],
  ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ['two\nlines', '"two\nlines"'],
  [-3, '-3'],
  [0, '0'],
])('%j is %j in a cell', (value, expected) => {
  expect(cell(value)).toBe(expected);
});

it('has a byte order mark, a line of names, and one per row', () => {
  const row: StatisticsRow = {
    ...{ site: 'gare', camera: 'quai', type: 'density', rule: 'trop-plein', dayMs: Date.UTC(2026, 10, 24) },
    ...{ raised: 9, confirmed: 3, rejectedFalse: 2, rejectedIrrelevant: 1, rejectedTest: 0, lapsed: 3 },
    ...{ reversed: 1, decidedWithin: [1, 2, 0, 0, 0, 0, 0, 0, 3] },
  };
  expect(csvOf([row])).toBe(
    '\uFEFFday,site,camera,type,rule,raised,confirmed,rejected_false,rejected_irrelevant,rejected_test,lapsed,reversed,' +
      'decided_within_5_s,decided_within_10_s,decided_within_20_s,decided_within_30_s,decided_within_60_s,' +
      'decided_within_120_s,decided_within_300_s,decided_within_600_s,decided_later\r\n' +
      '2026-11-24,gare,quai,density,trop-plein,9,3,2,1,0,3,1,1,2,0,0,0,0,0,0,3\r\n',
  );
});

it('takes times in ms, and nothing else for one', () => {
  expect(spanIn((name) => (name === 'fromMs' ? '1794000000000' : undefined))).toEqual({
    fromMs: 1_794_000_000_000,
    untilMs: 0,
  });
  for (const text of ['', '-1', '1e3', '1.5', 'yesterday'])
    expect(() => spanIn(() => text), text).toThrow('no time');
});
