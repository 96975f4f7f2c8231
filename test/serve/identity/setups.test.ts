/** Setups and histories by identity: the sites of the scope alone, and the author is who was proved. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RefusedError, type SetupPort } from '../../../pipeline/serve/port.ts';
import { setupPort } from '../world.ts';
import { type IdentityWorld, openIdentityWorld, refusal } from './world.ts';

let port: ReturnType<typeof setupPort>;
let world: IdentityWorld;
beforeEach(async () => {
  port = setupPort();
  world = await openIdentityWorld({ setups: port });
});
afterEach(() => world.close());

const OUTSIDE = 'PERMISSION_DENIED outside_scope';
const of = (site: string) => ({ site, camera: 'quai', text: '{}' });
const author = { name: 'somebody else', role: 'supervisor' } as const;

it('nothing of a site outside the scope is told, tried or saved', async () => {
  const some = await world.as({ role: 'supervisor', sites: ['gare'] });
  expect(await refusal(some.getSetups('elsewhere'))).toBe(OUTSIDE);
  expect(await refusal(some.listSetups('elsewhere', 'quai'))).toBe(OUTSIDE);
  expect(await refusal(some.previewSetup({ ...of('elsewhere'), backMs: 1_000 }))).toBe(OUTSIDE);
  expect(await refusal(some.saveSetup({ ...of('elsewhere'), basedOn: 0, author }))).toBe(OUTSIDE);
  const zone = { site: 'elsewhere', camera: 'quai', zone: 'z' };
  expect(await refusal(some.getHistory({ ...zone, backMs: 1_000 }))).toBe(OUTSIDE);
  expect(port.asked).toEqual([]);
  expect(await some.getSetups('gare')).toHaveLength(1);
  expect(await some.getHistory({ ...zone, site: 'gare', backMs: 1_000 })).not.toHaveLength(0);
});

it('the author is who was proved, whatever the request says, in the record and in the audit', async () => {
  const supervisor = await world.as({ role: 'supervisor', name: 'C. Lefèvre', id: 'token-7' });
  const { setup } = await supervisor.saveSetup({ ...of('gare'), basedOn: 0, author, note: 'élargi' });
  expect(setup?.author).toEqual({ name: 'C. Lefèvre', role: 'supervisor' });
  expect(port.asked).toEqual(['save gare C. Lefèvre']);
  expect(world.audited.filter(({ act }) => act === 'setup')).toMatchObject([
    {
      ...{ who: 'C. Lefèvre', role: 'supervisor', proof: 'token token-7', object: 'gare/quai' },
      ...{ result: 'ok', why: 'version 1: élargi', repeats: 0 },
    },
  ]);
});

it('is not answered OK when the audit does not take it', async () => {
  const before = world;
  world = await openIdentityWorld({
    setups: port,
    audit: {
      write: async () => {
        throw new Error('away');
      },
    },
  });
  await before.close();
  const supervisor = await world.as({ role: 'supervisor' });
  expect(await refusal(supervisor.saveSetup({ ...of('gare'), basedOn: 0, author }))).toBe(
    'UNAVAILABLE not_audited',
  );
});

it('agents and auditors look, and set nothing', async () => {
  for (const role of ['agent', 'auditor'] as const) {
    const one = await world.as({ role });
    expect(await one.listSetups('gare', 'quai')).toHaveLength(1);
    expect(await refusal(one.saveSetup({ ...of('gare'), basedOn: 0, author }))).toBe(
      'PERMISSION_DENIED wrong_role',
    );
    expect(await refusal(one.previewSetup({ ...of('gare'), backMs: 1_000 }))).toBe(
      'PERMISSION_DENIED wrong_role',
    );
  }
});

it('what does not come back in time is said to be open', async () => {
  const before = world;
  const setups = { ...port, save: () => new Promise<never>(() => undefined) };
  world = await openIdentityWorld({ setups, saveMsMax: 50 });
  await before.close();
  const supervisor = await world.as({ role: 'supervisor' });
  expect(await refusal(supervisor.saveSetup({ ...of('gare'), basedOn: 0, author }))).toBe(
    'DEADLINE_EXCEEDED not_read_back',
  );
});

it('tries one draft at a time for each caller, some for all, and gives up what nobody waits for', async () => {
  const before = world;
  let running = 0;
  const preview: SetupPort['preview'] = (_, { signal }) => {
    running += 1;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        running -= 1;
        reject(new RefusedError('preview_given_up', 'nobody waits'));
      });
    });
  };
  world = await openIdentityWorld({ setups: { ...port, preview } });
  await before.close();
  const one = await world.as({ role: 'supervisor', name: 'one' });
  const draft = { ...of('gare'), backMs: 1_000 };
  const leave = new AbortController();
  const left = refusal(one.previewSetup(draft, leave.signal));
  await expect.poll(() => running, { timeout: 10_000 }).toBe(1);
  expect(await refusal(one.previewSetup(draft))).toBe('RESOURCE_EXHAUSTED preview_running');
  leave.abort();
  expect(await left).toMatch(/^CANCELLED/);
  await expect.poll(() => running, { timeout: 10_000 }).toBe(0);
  const others = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((name) => world.as({ role: 'supervisor', name })),
  );
  const ends = new AbortController();
  const asked = others.slice(0, 4).map((other) => refusal(other.previewSetup(draft, ends.signal)));
  await expect.poll(() => running, { timeout: 10_000 }).toBe(4);
  expect(await refusal(others[4]!.previewSetup(draft))).toBe('RESOURCE_EXHAUSTED too_many_previews');
  ends.abort();
  await Promise.all(asked);
  await expect.poll(() => running, { timeout: 10_000 }).toBe(0);
});
