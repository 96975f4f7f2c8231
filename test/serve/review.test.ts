import { afterEach, describe, expect, it } from 'vitest';
import type { CandidateReview, VerdictAct } from '../../pipeline/model.ts';
import { RpcError } from '../../pipeline/serve/client/client.ts';
import { connect, Metadata } from '../../pipeline/serve/grpc.ts';
import { RefusedError } from '../../pipeline/serve/port.ts';
import { reviewService } from '../../pipeline/serve/services.ts';
import { encodeDecideRequest } from '../../proto/messages.ts';
import { candidate, confirmation, openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const waiting = (n: number, site = 'gare-exemple'): CandidateReview => ({
  candidate: candidate(n, { site }),
  state: { kind: 'waiting' },
});
const by = { name: 'A. Martin', role: 'agent' } as const;
const draft = (n: number, act: VerdictAct = { kind: 'confirm' }) => ({
  id: `v${n}`,
  candidate: candidate(n).id,
  by,
  act,
});

const refusal = async (asked: Promise<unknown>) => {
  const error = await asked.catch((thrown: unknown) => thrown);
  return error instanceof RpcError ? [error.status, error.code] : error;
};

describe('ListCandidates', () => {
  it('gives what waits and what is claimed, or the statuses and sites asked for', async () => {
    world = await openWorld();
    const claimed: CandidateReview = { candidate: candidate(2), state: { kind: 'claimed', by, untilMs: 5 } };
    const confirmed: CandidateReview = {
      candidate: candidate(3),
      state: { kind: 'confirmed', verdict: confirmation(candidate(3)) },
    };
    for (const review of [waiting(1), claimed, confirmed, waiting(4, 'b')]) world.review.put(review);
    const found = async (filter: Parameters<typeof world.client.listCandidates>[0]) =>
      (await world.client.listCandidates(filter)).map((review) => review.candidate.beganFrame);
    expect(await found({})).toEqual([1, 2, 4]);
    expect(await found({ statuses: ['confirmed'] })).toEqual([3]);
    expect(await found({ sites: ['b'] })).toEqual([4]);
    const back = await world.client.listCandidates({ statuses: ['claimed'] });
    expect(back[0]?.state).toEqual(claimed.state);
  });
});

describe('WatchCandidates', () => {
  it('gives all that waits first, then every change, of the sites asked for', async () => {
    world = await openWorld();
    world.review.put(waiting(1));
    world.review.put(waiting(9, 'b'));
    const watch = world.client.watchCandidates({ sites: ['gare-exemple'] });
    expect((await watch.next()).value?.candidate.beganFrame).toBe(1);
    world.review.put(waiting(8, 'b'));
    world.review.put(waiting(2));
    expect((await watch.next()).value?.candidate.beganFrame).toBe(2);
    world.review.put({ candidate: candidate(2), state: { kind: 'claimed', by, untilMs: 5 } });
    expect((await watch.next()).value?.state.kind).toBe('claimed');
    await watch.return();
  });

  it.each([0, 3])('says once that all of %i that wait were sent, to who asks for it', async (count) => {
    world = await openWorld();
    for (let n = 1; n <= count; n++) world.review.put(waiting(n));
    const told: (number | 'current')[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      const onCurrent = () => told.push('current');
      for await (const { candidate } of world.client.watchCandidates({ signal: stop.signal, onCurrent }))
        told.push(candidate.beganFrame);
    })();
    await expect.poll(() => told.length).toBe(count + 1);
    world.review.put(waiting(8));
    await expect.poll(() => told.length).toBe(count + 2);
    expect(told).toEqual([...[1, 2, 3].slice(0, count), 'current', 8]);
    stop.abort();
    await watching;
  });

  it('stops listening when the watcher leaves', async () => {
    world = await openWorld();
    world.review.put(waiting(1));
    const watch = world.client.watchCandidates();
    await watch.next();
    expect(world.review.listeners.size).toBe(1);
    await watch.return();
    while (world.review.listeners.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

describe('Decide', () => {
  it('fills in when and where, and answers with what the ledger then holds', async () => {
    world = await openWorld({ now: () => 1_790_000_123_456 });
    world.review.put(waiting(1));
    const review = await world.client.decide(draft(1));
    expect(review.state.kind).toBe('confirmed');
    expect(world.review.decided).toEqual([
      { ...draft(1), site: 'gare-exemple', camera: 'quai-1', atMs: 1_790_000_123_456 },
    ]);
  });

  it.each([
    ['an unknown candidate', draft(77), ['NOT_FOUND', 'unknown_candidate']],
    [
      'nobody',
      { ...draft(1), by: { name: '  ', role: 'agent' as const } },
      ['INVALID_ARGUMENT', 'no_agent_name'],
    ],
    [
      'a subscriber',
      { ...draft(1), by: { name: 'x', role: 'subscriber' as const } },
      ['PERMISSION_DENIED', 'wrong_role'],
    ],
    [
      'a producer',
      { ...draft(1), by: { name: 'x', role: 'producer' as const } },
      ['PERMISSION_DENIED', 'wrong_role'],
    ],
    ['a lapse', draft(1, { kind: 'lapse' }), ['PERMISSION_DENIED', 'wrong_role']],
  ])('refuses %s before the ledger hears of it', async (_, verdict, expected) => {
    world = await openWorld();
    world.review.put(waiting(1));
    expect(await refusal(world.client.decide(verdict))).toEqual(expected);
    expect(world.review.decided).toEqual([]);
  });

  it.each([
    ['claimed_by_other', 'ABORTED'],
    ['unknown_candidate', 'NOT_FOUND'],
    ['no_agent_name', 'INVALID_ARGUMENT'],
    ['bad_reason', 'INVALID_ARGUMENT'],
    ['id_reused', 'ALREADY_EXISTS'],
    ['wrong_role', 'PERMISSION_DENIED'],
    ['already_decided', 'FAILED_PRECONDITION'],
    ['a_code_of_a_later_release', 'FAILED_PRECONDITION'],
  ])('tells a refusal %s as %s, with code and words', async (code, status) => {
    world = await openWorld();
    world.review.put(waiting(1));
    world.review.answer = () => Promise.reject(new RefusedError(code, 'claimed by C. Petit until 12:00'));
    const error = await world.client.decide(draft(1)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status, code, message: 'claimed by C. Petit until 12:00' });
  });

  it('keeps the details of a failure of ours to itself, and reports them', async () => {
    const failures: unknown[] = [];
    world = await openWorld({ onFailure: (error) => failures.push(error) });
    world.review.put(waiting(1));
    world.review.answer = () => Promise.reject(new Error('secret path'));
    const error = await world.client.decide(draft(1)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 'INTERNAL', code: 'internal' });
    expect(String(error)).not.toContain('secret');
    expect(failures).toHaveLength(1);
  });

  it('does not say OK when the verdict does not come back from the log', async () => {
    world = await openWorld({ decideMsMax: 30 });
    world.review.put(waiting(1));
    world.review.answer = () => new Promise(() => {});
    expect(await refusal(world.client.decide(draft(1)))).toEqual(['DEADLINE_EXCEEDED', 'not_read_back']);
  });

  it("honours the caller's own deadline", async () => {
    world = await openWorld();
    world.review.put(waiting(1));
    world.review.answer = () => new Promise(() => {});
    const client = connect(world.serving.address);
    const code = await new Promise<number | undefined>((resolve) => {
      client.makeUnaryRequest(
        reviewService.definition.decide.path,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes) => bytes,
        encodeDecideRequest({ verdict: draft(1) }),
        new Metadata(),
        { deadline: Date.now() + 50 },
        (error) => resolve(error?.code),
      );
    });
    expect(code).toBe(4);
    client.close();
  });
});
