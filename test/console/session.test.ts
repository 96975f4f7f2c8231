/** Logging in, both ways, and everything that ends a session. */
import { afterEach, describe, expect, it } from 'vitest';
import { PATHS } from '../../pipeline/console/api.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';
import { openBrowser } from './browser.ts';

let running: RunningConsole;
afterEach(() => running.stop());

const AGENT = { name: 'A. Martin', role: 'agent' } as const;

describe('with the development identity', () => {
  it('a name and a role are believed, and that is said', async () => {
    running = await startConsole();
    const browser = openBrowser(running.url);
    const missing = await browser.get(PATHS.session);
    expect(missing).toMatchObject({
      status: 401,
      body: { code: 'session_missing', details: { way: 'name' } },
    });
    const { status, body, headers } = await browser.logIn(AGENT);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...AGENT,
      development: true,
      sites: [{ id: 'gare', kind: 'station' }],
      may: { decide: true, seeNetwork: false },
    });
    expect(body.types).toHaveLength(8);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^vigie_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect((await browser.get(PATHS.session)).body).toMatchObject({ ...AGENT, csrf: body.csrf });
  });

  it.each([
    [{ name: ' ', role: 'agent' }, 400, 'no_name'],
    [{ name: 'x'.repeat(121), role: 'agent' }, 400, 'no_name'],
    [{ name: 'A', role: 'king' }, 400, 'bad_role'],
    [{ name: 'A', role: 'producer' }, 403, 'wrong_role'],
    [{}, 400, 'no_name'],
    [{ token: 'a.b.c' }, 401, 'names_believed'],
  ])('%j is refused', async (request, status, code) => {
    running = await startConsole();
    const answer = await openBrowser(running.url).logIn(request as typeof AGENT);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('with tokens', () => {
  it('the servers are not asked again by every browser how one logs in', async () => {
    running = await startConsole({ identities: true });
    for (let n = 0; n < 30; n++)
      expect(await openBrowser(running.url).get(PATHS.session)).toMatchObject({
        body: { details: { way: 'token' } },
      });
    // So often the server would no longer listen to the console.
    expect(
      (await openBrowser(running.url).logIn({ token: await running.token({ role: 'agent' }) })).status,
    ).toBe(200);
  });

  it('name, role and scope are those of the token', async () => {
    running = await startConsole({ identities: true });
    const browser = openBrowser(running.url);
    expect((await browser.get(PATHS.session)).body).toMatchObject({ details: { way: 'token' } });
    const token = await running.token({ role: 'supervisor', name: 'B. Petit', events: ['fire', 'density'] });
    const { body } = await browser.logIn({ token: ` ${token}\n` });
    expect(body).toMatchObject({
      name: 'B. Petit',
      role: 'supervisor',
      development: false,
      may: { decide: true, seeNetwork: true },
    });
    expect([...body.types].sort()).toEqual(['density', 'fire']);
  });

  it('a name alone is not believed, nor is a token that nobody signed, or of a machine', async () => {
    running = await startConsole({ identities: true });
    const browser = openBrowser(running.url);
    expect(await browser.logIn(AGENT)).toMatchObject({ status: 401, body: { code: 'name_not_believed' } });
    expect(await browser.logIn({ token: 'a.b.c' })).toMatchObject({
      status: 401,
      body: { code: 'credentials_invalid' },
    });
    const machine = await running.token({ role: 'subscriber' });
    expect(await browser.logIn({ token: machine })).toMatchObject({
      status: 403,
      body: { code: 'wrong_role' },
    });
    const elsewhere = await running.token({ role: 'agent', sites: ['elsewhere'] });
    expect(await browser.logIn({ token: elsewhere })).toMatchObject({
      status: 403,
      body: { code: 'outside_scope' },
    });
  });
});
