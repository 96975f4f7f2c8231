/** What ends, and what is changed, while a server runs and streams are open. */
import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { makeKeyPair } from '../../../pipeline/identity/jwt.ts';
import { openClient, RpcError } from '../../../pipeline/serve/client/client.ts';
import { events, verified } from '../world.ts';
import { type IdentityWorld, openIdentityWorld, pause, refusal, type Wish } from './world.ts';

let world: IdentityWorld;
afterEach(() => world.close());

/** Resolves with how the subscription ends. */
async function lasting(wish: Wish): Promise<unknown> {
  const client = await world.as(wish);
  try {
    for await (const delivery of client.subscribe()) {
      if (delivery.kind === 'reconnecting') return delivery.why;
    }
    return 'ended';
  } catch (error) {
    return error instanceof RpcError ? `${error.status} ${error.code}` : error;
  }
}

async function untilOpen(count: number): Promise<void> {
  while (world.serving.subscribers().length < count) await pause(5);
}

async function untilEvent(stream: ReturnType<IdentityWorld['client']['subscribe']>): Promise<number> {
  for (;;) {
    const next = await stream.next();
    if (next.done) throw new Error('the stream ended');
    const [event] = events([next.value]);
    if (event !== undefined) return event.candidate.beganFrame;
  }
}

describe('a stream', () => {
  it('ends with UNAUTHENTICATED when its token expires', async () => {
    world = await openIdentityWorld();
    const end = lasting({ role: 'subscriber', untilMs: world.clock.nowMs + 10_000 });
    await untilOpen(1);
    world.clock.nowMs += 10_000;
    expect(await end).toBe('UNAUTHENTICATED credentials_expired');
  });

  it('ends with PERMISSION_DENIED when the habilitation is over', async () => {
    world = await openIdentityWorld();
    const day = new Date(world.clock.nowMs).toISOString().slice(0, 10);
    const untilMs = world.clock.nowMs + 1e9;
    const end = lasting({ role: 'supervisor', habilitation: { from: day, to: day }, untilMs });
    await untilOpen(1);
    world.clock.nowMs += 86_400_000;
    expect(await end).toBe('PERMISSION_DENIED habilitation_over');
  });

  it('ends when its token is revoked, and the token does not come back', async () => {
    world = await openIdentityWorld();
    const [kept, ended] = [
      lasting({ role: 'supervisor', id: 'a' }),
      lasting({ role: 'supervisor', id: 'b' }),
    ];
    await untilOpen(2);
    await world.changed(() => world.putRegister('revoked: ["b"]'));
    expect(await ended).toBe('UNAUTHENTICATED credentials_revoked');
    const replayed = (await world.as({ role: 'supervisor', id: 'b' })).listCandidates();
    expect(await refusal(replayed)).toBe('UNAUTHENTICATED credentials_revoked');
    expect(await Promise.race([kept, pause(100)])).toBeUndefined();
    expect(world.audited.map(({ who, proof, result }) => [who, proof, result])).toEqual([
      ['a supervisor', 'token b', 'credentials_revoked'],
      ['a supervisor', 'token b', 'credentials_revoked'],
    ]);
  });

  it('ends when the key that signed its token is taken out', async () => {
    world = await openIdentityWorld();
    const ended = lasting({ role: 'supervisor' });
    await untilOpen(1);
    const other = await makeKeyPair('es256');
    await world.changed(() => world.putKeys(other));
    expect(await ended).toBe('UNAUTHENTICATED credentials_revoked');
  });

  it('goes on with the next token of its file, without a gap, when the one before expires', async () => {
    world = await openIdentityWorld();
    let bearer = await world.token({ role: 'supervisor', untilMs: world.clock.nowMs + 10_000 });
    const client = openClient(world.serving.address, { bearer: () => bearer });
    const stream = client.subscribe({ fromStart: true, backoffMs: 5 });
    await world.append(verified(1));
    const first = await untilEvent(stream);
    bearer = await world.token({ role: 'supervisor', id: 'next', untilMs: world.clock.nowMs + 1e6 });
    world.clock.nowMs += 10_000;
    await world.append(verified(2));
    expect([first, await untilEvent(stream)]).toEqual([1, 2]);
    await stream.return();
    client.close();
  });
});

describe('the register', () => {
  it('takes a second key beside the first, and both sign', async () => {
    world = await openIdentityWorld();
    const next = await makeKeyPair('es256');
    const wish = { role: 'supervisor', by: next, id: 'n' } as const;
    expect(await refusal((await world.as(wish)).listCandidates())).toBe(
      'UNAUTHENTICATED credentials_invalid',
    );
    await world.changed(() => world.putKeys(world.pair, next));
    expect(await (await world.as(wish)).listCandidates()).toEqual([]);
    expect(await (await world.as({ role: 'supervisor' })).listCandidates()).toEqual([]);
  });

  it('that expects another audience believes no token for the one before, also one it had taken', async () => {
    world = await openIdentityWorld();
    const client = await world.as({ role: 'agent' });
    expect(await client.listCandidates()).toEqual([]);
    await world.changed(() => world.putRegister('audience: elsewhere'));
    expect(await refusal(client.listCandidates())).toBe('UNAUTHENTICATED credentials_invalid');
  });

  it('that is wrong changes nothing, and says so once', async () => {
    world = await openIdentityWorld();
    await writeFile(world.file('identities.yaml'), 'keys: tokens.jwks\nrevoked: oops: no\n');
    while (world.faults.length === 0) await pause(5);
    await pause(100);
    expect(world.faults).toHaveLength(1);
    expect(await (await world.as({ role: 'agent' })).listCandidates()).toEqual([]);
    await world.changed(() => world.putRegister('revoked: ["id-of-agent"]'));
    expect(await refusal((await world.as({ role: 'agent' })).listCandidates())).toBe(
      'UNAUTHENTICATED credentials_revoked',
    );
  });
});

describe('a habilitation', () => {
  it.each([
    [{ from: '2020-01-01', to: '2020-12-31' }, 'PERMISSION_DENIED habilitation_over'],
    [{ from: '2037-01-01', to: '2037-12-31' }, 'PERMISSION_DENIED habilitation_not_yet'],
  ])('of %j keeps an agent out', async (habilitation, expected) => {
    world = await openIdentityWorld();
    expect(await refusal((await world.as({ role: 'agent', habilitation })).listCandidates())).toBe(expected);
  });
});
