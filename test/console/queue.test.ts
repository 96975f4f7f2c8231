/** What the queue of a browser tells, and what one person's verdict does in another's queue. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { PATHS } from '../../pipeline/console/api.ts';
import type { Candidate, CandidateReview, VerdictAct } from '../../pipeline/model.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';
import { type Browser, type Heard, openBrowser } from './browser.ts';

let running: RunningConsole;
afterEach(() => running.stop());

async function agent(name: string): Promise<Browser> {
  const browser = openBrowser(running.url);
  expect(await browser.logIn({ name, role: 'agent' })).toMatchObject({ status: 200 });
  return browser;
}

const decide = (browser: Browser, candidate: Candidate, act: VerdictAct, id: string = randomUUID()) =>
  browser.post<CandidateReview>(PATHS.decide, { id, candidate: candidate.id, act });
const watched = async (browser: Browser, { id }: Candidate) => {
  const path = `${PATHS.clip}?candidate=${encodeURIComponent(id)}`;
  expect((await browser.get(path)).status).toBe(200);
};
const reviewsIn = ({ kind, data }: Heard): CandidateReview[] => (kind === 'reviews' ? data.reviews : []);
const tells = (candidate: Candidate, state: string) => (one: Heard) =>
  reviewsIn(one).some((review) => review.candidate.id === candidate.id && review.state.kind === state);

describe('the queue', () => {
  it('tells the time, then all that waits, then that this was all', async () => {
    running = await startConsole();
    const raised = await running.raise(...Array.from({ length: 450 }, () => ({})));
    const browser = await agent('A. Martin');
    await expect.poll(async () => (await running.client!.listCandidates()).length).toBe(450);
    const line = browser.listen(PATHS.queue);
    await line.until(({ kind }) => kind === 'ready');
    expect(line.heard[0]).toMatchObject({ kind: 'time' });
    const told = line.heard.flatMap(reviewsIn).map(({ candidate }) => candidate.id);
    expect(told.sort()).toEqual(raised.map(({ id }) => id).sort());
    expect(Math.max(...line.heard.map((one) => reviewsIn(one).length))).toBeLessThanOrEqual(200);
    expect(line.heard.filter(({ kind }) => kind === 'ready')).toHaveLength(1);
    line.leave();
  });

  it('is ready at once when nothing waits, and then tells what is raised', async () => {
    running = await startConsole();
    const line = (await agent('A. Martin')).listen(PATHS.queue);
    await line.until(({ kind }) => kind === 'ready');
    expect(line.heard.map(({ kind }) => kind).sort()).toEqual(['ready', 'site', 'time']);
    const [candidate] = await running.raise({ severity: 'critical' });
    await line.until(tells(candidate!, 'waiting'));
    line.leave();
  });

  it('shows what others claim and decide', async () => {
    running = await startConsole();
    const [candidate] = await running.raise({});
    const [one, other] = [await agent('A. Martin'), await agent('B. Petit')];
    const line = other.listen(PATHS.queue);
    await line.until(tells(candidate!, 'waiting'));
    await decide(one, candidate!, { kind: 'claim', leaseMs: 60_000 });
    const claimed = await line.until(tells(candidate!, 'claimed'));
    expect(reviewsIn(claimed)[0]?.state).toMatchObject({ by: { name: 'A. Martin', role: 'agent' } });
    await decide(one, candidate!, { kind: 'reject', reason: 'false' });
    await line.until(tells(candidate!, 'rejected'));
    line.leave();
  });
});

describe('a verdict', () => {
  it('of two who race for a claim, one gets it and the other is told who has it', async () => {
    running = await startConsole();
    const [candidate] = await running.raise({});
    await expect.poll(async () => (await running.client!.listCandidates()).length).toBe(1);
    const agents = [await agent('A. Martin'), await agent('B. Petit')];
    const answers = await Promise.all(
      agents.map((one) => decide(one, candidate!, { kind: 'claim', leaseMs: 60_000 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'claimed_by_other' });
  });

  it('confirms nothing whose clip was not seen in this session', async () => {
    running = await startConsole();
    const [candidate, other] = await running.raise({}, {});
    await expect.poll(async () => (await running.client!.listCandidates()).length).toBe(2);
    const [one, two] = [await agent('A. Martin'), await agent('B. Petit')];
    const unseen = { status: 409, body: { code: 'clip_not_seen' } };
    expect(await decide(one, candidate!, { kind: 'confirm' })).toMatchObject(unseen);
    expect(await one.post(PATHS.seen, { candidate: candidate!.id })).toMatchObject({
      status: 409,
      body: { code: 'clip_not_fetched' },
    });
    await watched(one, candidate!);
    expect(await decide(two, candidate!, { kind: 'confirm' })).toMatchObject(unseen);
    expect(await decide(one, other!, { kind: 'confirm' })).toMatchObject(unseen);
    const confirmed = await decide(one, candidate!, { kind: 'confirm', note: 'seen' }, 'v1');
    expect(confirmed).toMatchObject({
      status: 200,
      body: { state: { kind: 'confirmed', verdict: { by: { name: 'A. Martin' }, act: { note: 'seen' } } } },
    });
    const again = await openBrowser(running.url);
    again.cookie = one.cookie;
    await again.logIn({ name: 'A. Martin', role: 'agent' });
    const reversed = await decide(again, candidate!, { kind: 'reverse', of: 'v1' });
    expect(reversed).toMatchObject({ status: 200, body: { state: { kind: 'waiting' } } });
    expect(await decide(again, candidate!, { kind: 'confirm' })).toMatchObject(unseen);
  });

  it.each([
    [{ candidate: 'gare/x/1/r/1', act: { kind: 'reject', reason: 'false' } }, 400, 'bad_request'],
    [{ id: 'v', act: { kind: 'reject', reason: 'false' } }, 400, 'bad_request'],
    [{ id: 'v', candidate: 'gare/x/1/r/1' }, 400, 'bad_request'],
    [{ id: 'v', candidate: 'gare/x/1/r/1', act: {} }, 400, 'bad_act'],
    [{ id: 'v', candidate: 'gare/x/1/r/1', act: { kind: 'lapse' } }, 400, 'bad_act'],
    [{ id: 'v', candidate: 'gare/x/1/r/1', act: { kind: 'reject' } }, 400, 'bad_reason'],
    [{ id: 'v', candidate: 'gare/x/1/r/1', act: { kind: 'claim' } }, 400, 'bad_lease'],
    [{ id: 'v', candidate: 'gare/x/1/r/1', act: { kind: 'claim', leaseMs: 1e12 } }, 400, 'bad_request'],
    [{ id: 'v', candidate: ['a', 'b'], act: { kind: 'confirm' } }, 400, 'bad_request'],
    [[{ id: 'v', candidate: 'a', act: { kind: 'confirm' } }], 400, 'bad_request'],
    [{ id: 'v', candidate: 'gare/x/1/r/1', act: { kind: 'release' } }, 404, 'unknown_candidate'],
    [{ id: 'v', candidate: 'nowhere/x/1/r/1', act: { kind: 'release' } }, 404, 'unknown_site'],
  ])('%j is refused', async (body, status, code) => {
    running = await startConsole();
    await running.raise({ id: 'gare/quai-a/1/r/1' });
    const answer = await (await agent('A. Martin')).post(PATHS.decide, body);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(running.failures).toEqual([]);
  });
});
