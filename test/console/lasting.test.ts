/** What ends while somebody works: a session, with its streams, and a server behind it, which comes back. */
import { afterEach, describe, expect, it } from 'vitest';
import { PATHS } from '../../pipeline/console/api.ts';
import { serveConsole } from '../../pipeline/console/server.ts';
import { Attempts } from '../../pipeline/identity/attempts.ts';
import type { CandidateReview } from '../../pipeline/model.ts';
import { identities, quietSite, type RunningConsole, startConsole, startServer } from '../support/console.ts';
import { type Browser, type Heard, openBrowser } from './browser.ts';

let running: RunningConsole | undefined;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await running?.stop();
  running = undefined;
});

const MINUTE_MS = 60_000;
const ready = ({ kind }: Heard) => kind === 'ready';
const over = ({ kind }: Heard) => kind === 'over';

async function clocked(wish: Parameters<typeof startConsole>[0] = {}) {
  const clock = { nowMs: Date.now() };
  running = await startConsole({
    ...wish,
    console: { now: () => clock.nowMs, sweepMs: 10, ...wish.console },
  });
  const browser = openBrowser(running.url);
  return { clock, browser, running };
}

async function queueOf(browser: Browser) {
  const line = browser.listen(PATHS.queue);
  await line.until(ready);
  return line;
}

describe('a session', () => {
  it('is over after half an hour without a request, streams that go on being none', async () => {
    const { clock, browser } = await clocked();
    await browser.logIn({ name: 'A. Martin', role: 'agent' });
    const line = await queueOf(browser);
    clock.nowMs += 29 * MINUTE_MS;
    expect(await browser.get(PATHS.session)).toMatchObject({ status: 200 });
    clock.nowMs += 29 * MINUTE_MS;
    (await queueOf(browser)).leave();
    clock.nowMs += MINUTE_MS;
    expect(await line.until(over)).toMatchObject({ data: { code: 'session_idle' } });
    await line.ended;
    expect(await browser.get(PATHS.session)).toMatchObject({ status: 401, body: { code: 'session_over' } });
  });

  it('is over after twelve hours, whatever is done', async () => {
    const { clock, browser, running } = await clocked();
    const { body } = await browser.logIn({ name: 'A. Martin', role: 'agent' });
    expect(body.untilMs).toBe(clock.nowMs + 12 * 60 * MINUTE_MS);
    for (let n = 0; n < 35; n++) {
      clock.nowMs += 20 * MINUTE_MS;
      expect((await browser.get(PATHS.session)).status).toBe(200);
    }
    clock.nowMs = body.untilMs - 1;
    expect((await browser.get(PATHS.session)).status).toBe(200);
    clock.nowMs = body.untilMs;
    expect((await browser.get(PATHS.session)).status).toBe(401);
    expect(running.console.sessions.count).toBe(0);
  });

  it('lasts no longer than its token', async () => {
    const { browser, running } = await clocked({ identities: true });
    const token = await running.token({ role: 'agent', goodMs: 90_000 });
    const { body } = await browser.logIn({ token });
    expect(body.untilMs - Date.now()).toBeLessThanOrEqual(90_000);
    expect(body.untilMs - Date.now()).toBeGreaterThan(60_000);
  });

  it('that is logged out ends its streams and its cookie, and no other session', async () => {
    const { browser, running } = await clocked();
    await browser.logIn({ name: 'A. Martin', role: 'agent' });
    const other = openBrowser(running.url);
    await other.logIn({ name: 'A. Martin', role: 'agent' });
    const [line, others] = [await queueOf(browser), await queueOf(other)];
    const kept = browser.cookie;
    const answer = await browser.post(PATHS.logout);
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^vigie_session=; Max-Age=0; Path=\//);
    expect(await line.until(over)).toMatchObject({ data: { code: 'logged_out' } });
    await line.ended;
    browser.cookie = kept;
    expect((await browser.get(PATHS.session)).status).toBe(401);
    expect((await other.get(PATHS.session)).status).toBe(200);
    others.leave();
  });

  it('is another one after each login, whatever cookie came along', async () => {
    const { browser } = await clocked();
    browser.cookie = `vigie_session=${'A'.repeat(43)}`;
    await browser.logIn({ name: 'A. Martin', role: 'agent' });
    const first = browser.cookie;
    expect(first).not.toContain('AAAA');
    const line = await queueOf(browser);
    await browser.logIn({ name: 'B. Petit', role: 'agent' });
    expect(browser.cookie).not.toBe(first);
    expect(await line.until(over)).toMatchObject({ data: { code: 'logged_in_again' } });
    expect((await browser.get(PATHS.session)).body).toMatchObject({ name: 'B. Petit' });
  });

  it('that is one too many ends the one that was idle for longest', async () => {
    const { running } = await clocked({ console: { limits: { sessionsMax: 2 } } });
    const [a, b, c] = [openBrowser(running.url), openBrowser(running.url), openBrowser(running.url)];
    await a.logIn({ name: 'A', role: 'agent' });
    await b.logIn({ name: 'B', role: 'agent' });
    await a.get(PATHS.session);
    await c.logIn({ name: 'C', role: 'agent' });
    const alive = await Promise.all([a, b, c].map(async (one) => (await one.get(PATHS.session)).status));
    expect(alive).toEqual([200, 401, 200]);
  });

  it('whose token is revoked ends, and its streams say so', async () => {
    const { browser, running } = await clocked({ identities: true });
    await browser.logIn({ token: await running.token({ role: 'agent', id: 'martin' }) });
    const other = openBrowser(running.url);
    await other.logIn({ token: await running.token({ role: 'agent', id: 'petit', name: 'B. Petit' }) });
    const [line, others] = [await queueOf(browser), await queueOf(other)];
    await running.revoke('martin');
    expect(await line.until(over)).toMatchObject({ data: { code: 'credentials_revoked' } });
    expect((await browser.get(PATHS.session)).status).toBe(401);
    expect((await other.get(PATHS.session)).status).toBe(200);
    others.leave();
  });

  it('whose token is revoked ends at the next call, too', async () => {
    const { browser, running } = await clocked({ identities: true });
    await browser.logIn({ token: await running.token({ role: 'agent', id: 'martin' }) });
    await running.revoke('martin');
    const act = { kind: 'reject', reason: 'false' };
    const answer = await browser.post(PATHS.decide, { id: 'v', candidate: 'gare/a/1/r/1', act });
    expect(answer).toMatchObject({ status: 401, body: { code: 'session_over' } });
    expect(running.console.sessions.count).toBe(0);
  });
});

it('whoever fails to log in too often is not listened to for a while', async () => {
  const { clock, browser, running } = await clocked({
    identities: true,
    console: { attempts: new Attempts({ burst: 3, perMinute: 1 }) },
  });
  const codes = [];
  for (let n = 0; n < 4; n++) codes.push((await browser.logIn({ token: 'a.b.c' })).status);
  expect(codes).toEqual([401, 401, 401, 429]);
  const token = await running.token({ role: 'agent' });
  expect((await browser.logIn({ token })).status).toBe(429);
  clock.nowMs += MINUTE_MS;
  expect((await browser.logIn({ token })).status).toBe(200);
});

describe('a server', () => {
  it('that goes away is said, and when it is back the queue is told anew', async () => {
    const { browser, running } = await clocked();
    await browser.logIn({ name: 'A. Martin', role: 'agent' });
    const [candidate] = await running.raise({});
    const line = await queueOf(browser);
    await running.goAway();
    const away = await line.until(({ kind, data }) => kind === 'site' && data.why !== undefined);
    expect(away.data.site).toBe('gare');
    const act = { kind: 'reject', reason: 'false' };
    const decided = await browser.post(PATHS.decide, { id: 'v', candidate: candidate!.id, act });
    expect(decided).toMatchObject({ status: 503, body: { code: 'server_away' } });
    await running.comeBack();
    await line.ended;
    const next = await queueOf(browser);
    const told = next.heard.flatMap(({ data }) => (data.reviews ?? []) as CandidateReview[]);
    expect(told.map(({ candidate: { id } }) => id)).toEqual([candidate!.id]);
    next.leave();
    expect((await browser.post(PATHS.decide, { id: 'v', candidate: candidate!.id, act })).status).toBe(200);
  });

  it('of another site goes on while one is away, and each is asked for its own', async () => {
    const who = await identities();
    const [one, other] = await Promise.all([
      startServer(quietSite('gare-a'), who.gatekeeper),
      startServer(quietSite('gare-b'), who.gatekeeper),
    ]);
    const console = await serveConsole({
      servers: [one!, other!].map(({ address }) => ({ address, access: {} })),
      port: 0,
    });
    closing.push(
      () => who.close(),
      () => one!.stop(),
      () => other!.stop(),
      () => console.close(50),
    );
    await other!.goAway();
    const browser = openBrowser(console.url);
    const { body } = await browser.logIn({ token: await who.token({ role: 'agent' }) });
    expect(body.sites.map(({ id }) => id)).toEqual(['gare-a']);
    const [here, there] = [(await one!.raise({}))[0]!, (await other!.raise({}))[0]!];
    const line = browser.listen(PATHS.queue);
    await line.until(ready);
    expect(line.heard.some(({ kind, data }) => kind === 'site' && data.why !== undefined)).toBe(true);
    await other!.comeBack();
    await line.until(({ data }) =>
      data.reviews?.some((two: CandidateReview) => two.candidate.id === there.id),
    );
    const act = { kind: 'reject', reason: 'test' };
    for (const { id } of [here, there])
      expect(await browser.post(PATHS.decide, { id: `v-${id}`, candidate: id, act })).toMatchObject({
        status: 200,
        body: { candidate: { id }, state: { kind: 'rejected', verdict: { by: { name: 'a agent' } } } },
      });
    expect((await browser.get<typeof body>(PATHS.session)).body.sites.map(({ id }) => id)).toEqual([
      'gare-a',
      'gare-b',
    ]);
    line.leave();
  });

  it('that nobody answers for lets nobody in, and says why', async () => {
    const console = await serveConsole({ servers: [{ address: '127.0.0.1:1', access: {} }], port: 0 });
    closing.push(() => console.close(50));
    const answer = await openBrowser(console.url).logIn({ name: 'A', role: 'agent' });
    expect(answer).toMatchObject({ status: 503, body: { code: 'server_away' } });
  });
});
