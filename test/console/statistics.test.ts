/** Statistics as a file that a spreadsheet reads, and does not run. */
import { expect, it } from 'vitest';
import { PATHS, type StatisticsRow } from '../../pipeline/console/api.ts';
import { cell, csvOf, spanIn } from '../../pipeline/console/statistics.ts';
import { startConsole } from '../support/console.ts';
import { openBrowser } from './browser.ts';

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

it('is told to supervisors, from what was decided, as rows and as a file', async () => {
  const running = await startConsole();
  try {
    const supervisor = openBrowser(running.url);
    await supervisor.logIn({ name: 'B. Petit', role: 'supervisor' });
    const [one, other] = await running.raise({ camera: 'hall' }, { camera: 'hall' }, { camera: 'hall' });
    await expect.poll(async () => (await running.client!.listCandidates()).length).toBe(3);
    for (const [candidate, reason] of [
      [one, 'false'],
      [other, 'true_but_irrelevant'],
    ] as const) {
      const act = { kind: 'reject', reason };
      await supervisor.post(PATHS.decide, { id: `v-${reason}`, candidate: candidate!.id, act });
    }
    const path = `?fromMs=0&untilMs=${Date.now() + 86_400_000}`;
    const { status, body } = await supervisor.get<StatisticsRow[]>(`${PATHS.statistics}${path}`);
    expect([status, body.length]).toEqual([200, 1]);
    expect(body[0]).toMatchObject({
      ...{ site: 'gare', camera: 'hall', type: 'forbidden_zone', rule: 'no-tracks' },
      ...{ raised: 3, confirmed: 0, rejectedFalse: 1, rejectedIrrelevant: 1, lapsed: 0 },
    });
    const file = await supervisor.get<string>(`${PATHS.statisticsCsv}${path}`);
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(file.headers.get('content-disposition')).toContain('attachment');
    expect(file.headers.get('cache-control')).toBe('no-store');
    expect(file.body.trimEnd().split('\r\n').at(-1)).toMatch(
      /^\d{4}-\d\d-\d\d,gare,hall,forbidden_zone,no-tracks,3,0,1,1,0,0,0,/,
    );
  } finally {
    await running.stop();
  }
});
