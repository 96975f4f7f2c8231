import { afterEach, describe, expect, it } from 'vitest';
import type { CandidateReview } from '../../../pipeline/model.ts';
import { withoutAgentName } from '../../../pipeline/serve/identity/redact.ts';
import { decodeEvent, encodeEvent } from '../../../proto/messages.ts';
import { candidate, current, events, takeFrom, verified } from '../world.ts';
import { type IdentityWorld, openIdentityWorld, refusal } from './world.ts';

let world: IdentityWorld;
afterEach(() => world.close());

const waiting = (n: number, wish: Parameters<typeof candidate>[1] = {}): CandidateReview => ({
  candidate: candidate(n, wish),
  state: { kind: 'waiting' },
});
const draft = (n: number, site = 'gare-exemple') => ({
  id: `v${n}`,
  candidate: candidate(n, { site }).id,
  by: { name: 'Somebody Else', role: 'supervisor' as const },
  act: { kind: 'confirm' as const },
});

describe('a subscriber', () => {
  it('sees the events of its sites and types, and progress through all others', async () => {
    world = await openIdentityWorld();
    await world.append(
      verified(1),
      verified(2, { site: 'elsewhere' }),
      verified(3, { type: 'fire' }),
      verified(4),
    );
    const client = await world.as({
      role: 'subscriber',
      sites: ['gare-exemple'],
      events: ['forbidden_zone'],
    });
    const taken = await takeFrom(client.subscribe({ fromStart: true }), current);
    expect(
      events(taken)
        .map(({ candidate: { beganFrame } }) => beganFrame)
        .sort(),
    ).toEqual([1, 4]);
  });

  it.each([
    [{ sites: ['elsewhere'] }],
    [{ sites: ['gare-exemple', 'elsewhere'] }],
    [{ types: ['fire'] as const }],
  ])('is told when it asks for %j outside its scope', async (asked) => {
    world = await openIdentityWorld();
    const client = await world.as({
      role: 'subscriber',
      sites: ['gare-exemple'],
      events: ['forbidden_zone'],
    });
    expect(await refusal(client.subscribe(asked).next())).toBe('PERMISSION_DENIED outside_scope');
  });

  it('with a token of another, even one that names any position, sees no more', async () => {
    world = await openIdentityWorld();
    await world.append(verified(1, { site: 'elsewhere' }), verified(2));
    const all = await world.as({ role: 'supervisor' });
    const [first] = await takeFrom(all.subscribe({ fromStart: true }), () => true);
    const resumeToken = first && 'token' in first ? first.token : new Uint8Array();
    await world.append(verified(3, { site: 'elsewhere' }), verified(4));
    const client = await world.as({ role: 'subscriber', sites: ['gare-exemple'] });
    const taken = await takeFrom(client.subscribe({ resumeToken }), current);
    expect(new Set(events(taken).map(({ candidate: { site } }) => site))).toEqual(new Set(['gare-exemple']));
  });

  it.each([
    [{ role: 'subscriber' } as const, ''],
    [{ role: 'subscriber', agentNames: true } as const, 'A. Martin'],
    [{ role: 'supervisor' } as const, 'A. Martin'],
    [{ role: 'auditor' } as const, 'A. Martin'],
  ])('%j reads who decided as %j', async (wish, name) => {
    world = await openIdentityWorld();
    const decided = verified(1);
    await world.append({ ...decided, firstConfirmation: { ...decided.verdict, id: 'first' } });
    const [event] = events(await takeFrom((await world.as(wish)).subscribe({ fromStart: true }), current));
    expect(event?.verdict.by).toEqual({ name, role: 'agent' });
    expect(event?.firstConfirmation?.by).toEqual({ name, role: 'agent' });
  });
});

describe('an event without a name', () => {
  it('is the event but for the name, also in fields that this release does not know', async () => {
    world = await openIdentityWorld();
    const event = verified(1);
    const bytes = encodeEvent(event);
    // Event.100 = "x", varint 7 in Event.101
    const more = Buffer.from([0xa2, 0x06, 0x01, 0x78, 0xa8, 0x06, 0x07]);
    const nameless = { ...event, verdict: { ...event.verdict, by: { name: '', role: 'agent' as const } } };
    const found = withoutAgentName(Buffer.concat([bytes, more]));
    expect(Buffer.from(found)).toEqual(Buffer.concat([encodeEvent(nameless), more]));
    expect(Buffer.from(found).includes('Martin')).toBe(false);
  });
  it('also without the name of the first of two who confirmed', async () => {
    world = await openIdentityWorld();
    const event = verified(1);
    const first = { ...event.verdict, id: 'first', by: { name: 'B. Diallo', role: 'agent' as const } };
    const bytes = encodeEvent({ ...event, firstConfirmation: first });
    expect(Buffer.from(bytes).includes('Diallo')).toBe(true);
    const found = withoutAgentName(bytes);
    expect(Buffer.from(found).includes('Diallo')).toBe(false);
    expect(Buffer.from(found).includes('Martin')).toBe(false);
    expect(decodeEvent(found).firstConfirmation).toEqual({ ...first, by: { name: '', role: 'agent' } });
  });
  it('also when the verdict stands twice, which a reader merges', async () => {
    world = await openIdentityWorld();
    const bytes = encodeEvent(verified(1));
    const twice = withoutAgentName(Buffer.concat([bytes, bytes]));
    expect(Buffer.from(twice).includes('Martin')).toBe(false);
  });
});

describe('an agent', () => {
  it('lists and watches candidates of their scope only', async () => {
    world = await openIdentityWorld();
    for (const one of [waiting(1), waiting(2, { site: 'elsewhere' }), waiting(3, { type: 'fire' })]) {
      world.review.put(one);
    }
    const client = await world.as({ role: 'agent', sites: ['gare-exemple'], events: ['forbidden_zone'] });
    const listed = await client.listCandidates();
    expect(listed.map(({ candidate: { beganFrame } }) => beganFrame)).toEqual([1]);
    const watch = client.watchCandidates();
    expect((await watch.next()).value?.candidate.beganFrame).toBe(1);
    world.review.put(waiting(4, { site: 'elsewhere' }));
    world.review.put(waiting(5, { type: 'fire' }));
    world.review.put(waiting(6));
    expect((await watch.next()).value?.candidate.beganFrame).toBe(6);
    await watch.return();
    expect(await refusal(client.listCandidates({ sites: ['elsewhere'] }))).toBe(
      'PERMISSION_DENIED outside_scope',
    );
    expect(await refusal(client.watchCandidates({ sites: ['elsewhere'] }).next())).toBe(
      'PERMISSION_DENIED outside_scope',
    );
  });

  it('decides in their own name and role, whatever the request claims, and it is audited', async () => {
    world = await openIdentityWorld();
    world.review.put(waiting(1));
    const client = await world.as({ role: 'agent', name: 'B. Diallo', id: 'token-7' });
    await client.decide(draft(1));
    expect(world.review.decided.map(({ by }) => by)).toEqual([{ name: 'B. Diallo', role: 'agent' }]);
    expect(world.audited).toMatchObject([
      {
        who: 'B. Diallo',
        role: 'agent',
        proof: 'token token-7',
        act: 'verdict',
        object: candidate(1).id,
        result: 'ok',
        why: 'confirm v1',
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      },
    ]);
  });

  it('does not decide elsewhere, and does not learn what there is', async () => {
    world = await openIdentityWorld();
    world.review.put(waiting(1, { site: 'elsewhere' }));
    world.review.put(waiting(2, { type: 'fire' }));
    const client = await world.as({ role: 'agent', sites: ['gare-exemple'], events: ['density'] });
    const denied = 'PERMISSION_DENIED outside_scope';
    expect(await refusal(client.decide(draft(1, 'elsewhere')))).toBe(denied);
    expect(await refusal(client.decide(draft(99, 'elsewhere')))).toBe(denied);
    expect(await refusal(client.decide(draft(2)))).toBe(denied);
    expect(world.review.decided).toEqual([]);
    expect(world.audited.map(({ result }) => result)).toEqual(Array(3).fill('outside_scope'));
  });

  it.each([
    ['does not answer', () => new Promise<void>(() => {}), 'DEADLINE_EXCEEDED not_audited'],
    ['is full', () => Promise.reject(new Error('full')), 'UNAVAILABLE not_audited'],
  ])('is not answered OK for a verdict when the audit %s', async (_, write, expected) => {
    world = await openIdentityWorld({ decideMsMax: 100, audit: { write } });
    world.review.put(waiting(1));
    const client = await world.as({ role: 'agent' });
    expect(await refusal(client.decide(draft(1)))).toBe(expected);
    // What was refused is refused in its own words.
    expect(await refusal(client.decide(draft(7)))).toBe('NOT_FOUND unknown_candidate');
  });
});
