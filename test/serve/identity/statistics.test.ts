/** Statistics by identity: rows of the scope alone, and who may ask. */
import { afterEach, expect, it } from 'vitest';
import type { EventType, StatisticsRow } from '../../../pipeline/model.ts';
import { type IdentityWorld, openIdentityWorld, refusal } from './world.ts';

let world: IdentityWorld;
afterEach(() => world.close());

const row = (site: string, type: EventType, dayMs = 0): StatisticsRow => ({
  ...{ site, camera: 'quai', type, rule: 'r', dayMs, raised: 1, confirmed: 1 },
  ...{ rejectedFalse: 0, rejectedIrrelevant: 0, rejectedTest: 0, lapsed: 0, reversed: 0, decidedWithin: [1] },
});
const ALL = { sites: [], fromMs: 0, untilMs: 0 };

it('sites and types outside the scope are left out, and refused when asked for by name', async () => {
  const rows = [row('gare', 'fire'), row('gare', 'density'), row('elsewhere', 'fire')];
  world = await openIdentityWorld({ statistics: { rows: () => rows } });
  const some = await world.as({ role: 'auditor', sites: ['gare'], events: ['fire'] });
  expect(await some.getStatistics(ALL)).toEqual([row('gare', 'fire')]);
  expect(await refusal(some.getStatistics({ ...ALL, sites: ['elsewhere'] }))).toBe(
    'PERMISSION_DENIED outside_scope',
  );
  const all = await world.as({ role: 'supervisor' });
  expect(await all.getStatistics(ALL)).toEqual(rows);
  expect(await all.getStatistics({ ...ALL, sites: ['elsewhere'] })).toEqual([rows[2]]);
});

it('the days asked for are those that are looked up', async () => {
  const asked: unknown[] = [];
  const rows = (span: unknown) => {
    asked.push(span);
    return [];
  };
  world = await openIdentityWorld({ statistics: { rows } });
  const auditor = await world.as({ role: 'auditor' });
  await auditor.getStatistics({ ...ALL, fromMs: 5, untilMs: 9 });
  await auditor.getStatistics(ALL);
  expect(asked).toEqual([{ fromMs: 5, untilMs: 9 }, { fromMs: 0 }]);
});

it('agents are not told how they do', async () => {
  world = await openIdentityWorld({ statistics: { rows: () => [] } });
  for (const role of ['agent', 'subscriber', 'producer'] as const) {
    const one = await world.as({ role });
    expect(await refusal(one.getStatistics(ALL))).toBe('PERMISSION_DENIED wrong_role');
  }
});
