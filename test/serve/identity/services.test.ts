/** What lies outside a caller's scope is not in what the services beside Subscribe and the review answer. */
import { afterEach, expect, it } from 'vitest';
import { candidate, observed, STATUS, verified } from '../world.ts';
import { type IdentityWorld, openIdentityWorld, refusal } from './world.ts';

let world: IdentityWorld;
afterEach(() => world.close());

const SOON = { timeout: 10_000, interval: 20 };

it('events are listed and got by site, type and name of the agent', async () => {
  world = await openIdentityWorld();
  await world.append(verified(1), verified(2, { site: 'elsewhere' }), verified(3, { type: 'fire' }));
  const all = await world.as({ role: 'auditor', agentNames: true });
  const some = await world.as({ role: 'subscriber', sites: ['gare-exemple'], events: ['forbidden_zone'] });
  await expect.poll(async () => (await all.listEvents()).events.length, SOON).toBe(3);
  const { events } = await some.listEvents();
  expect(events.map(({ event }) => event.candidate.beganFrame)).toEqual([1]);
  expect(events[0]?.event.verdict.by).toEqual({ name: '', role: 'agent' });
  expect((await all.getEvent(candidate(1).id)).event.verdict.by.name).toBe('A. Martin');
  expect(await refusal(some.getEvent(candidate(3).id))).toBe('NOT_FOUND unknown_event');
  expect(await refusal(some.listEvents({ sites: ['elsewhere'] }))).toBe('PERMISSION_DENIED outside_scope');
  expect(await refusal(some.listEvents({ types: ['fire'] }))).toBe('PERMISSION_DENIED outside_scope');
});

it('whoever calls is told whom they are taken for, and what is served where they may see it', async () => {
  const place = { site: 'gare', siteName: 'Gare', siteKind: 'station' } as const;
  world = await openIdentityWorld({ status: { status: async () => STATUS, place } });
  const untilMs = world.clock.nowMs + 60_000;
  const agent = await world.as({
    role: 'agent',
    sites: ['gare'],
    events: ['fire'],
    untilMs,
    name: 'A. Martin',
  });
  const seconds = Math.floor(untilMs / 1_000) * 1_000;
  expect(await agent.whoAmI()).toEqual({
    kind: 'known',
    name: 'A. Martin',
    role: 'agent',
    sites: ['gare'],
    types: ['fire'],
    agentNames: true,
    untilMs: seconds,
    served: place,
  });
  const producer = await (await world.as({ role: 'producer', sites: ['elsewhere'] })).whoAmI();
  expect(producer).toMatchObject({ kind: 'known', role: 'producer', types: 'all', agentNames: false });
  expect(producer.served).toBeUndefined();
  expect(await refusal(world.clientWith(undefined).whoAmI())).toBe('UNAUTHENTICATED credentials_missing');
});

it('a habilitation that ends before its token ends what it is good for', async () => {
  world = await openIdentityWorld({ status: { status: async () => STATUS } });
  const day = new Date(world.clock.nowMs).toISOString().slice(0, 10);
  const agent = await world.as({
    role: 'agent',
    untilMs: world.clock.nowMs + 1e9,
    habilitation: { from: day, to: day },
  });
  expect(await agent.whoAmI()).toMatchObject({ untilMs: Date.parse(day) + 86_400_000 });
});

it('neither a watch nor the status leaves the sites', async () => {
  world = await openIdentityWorld();
  const other = await world.as({ role: 'supervisor', sites: ['elsewhere'] });
  expect(await refusal(other.status())).toBe('PERMISSION_DENIED outside_scope');
  expect((await (await world.as({ role: 'supervisor', sites: [STATUS.site] })).status()).site).toBe(
    STATUS.site,
  );
  const watch = other.watchObservations({ sites: ['gare-exemple'] });
  expect(await refusal(watch.next())).toBe('PERMISSION_DENIED outside_scope');
});

it('who asks for no site by name watches those of their scope alone', async () => {
  world = await openIdentityWorld();
  const some = await world.as({ role: 'subscriber', sites: ['gare-exemple'] });
  const watched: string[] = [];
  const watching = new AbortController();
  const reading = (async () => {
    for await (const { observation } of some.watchObservations({ signal: watching.signal }))
      watched.push(`${observation.site} ${observation.frame}`);
  })();
  const states: string[] = [];
  const listening = new AbortController();
  const hearing = (async () => {
    for await (const delivery of some.subscribe({ cameraStates: true, signal: listening.signal }))
      if (delivery.kind === 'camera_state') states.push(delivery.state.site);
  })();
  // Told again until both have begun to listen; the other site comes first each time.
  let n = 0;
  const tell = () => world.observe(observed(++n, { site: 'elsewhere' }), observed(n));
  await expect
    .poll(async () => {
      await tell();
      return watched.length > 1 && states.length > 0;
    }, SOON)
    .toBe(true);
  watching.abort();
  listening.abort();
  await Promise.all([reading, hearing]);
  expect(new Set(watched.map((one) => one.split(' ')[0]))).toEqual(new Set(['gare-exemple']));
  expect(states).toEqual(['gare-exemple']);
});
