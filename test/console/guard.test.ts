/** What every request has to pass before anything is done for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CSRF_HEADER, PATHS } from '../../pipeline/console/api.ts';
import { ROUTES, STREAM_ROUTES } from '../../pipeline/console/routes.ts';
import { rowOf } from '../../pipeline/identity/access.ts';
import type { Role } from '../../pipeline/model.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';
import { type Browser, openBrowser } from './browser.ts';

let running: RunningConsole;
let agent: Browser;
beforeAll(async () => {
  running = await startConsole();
  agent = openBrowser(running.url);
  await agent.logIn({ name: 'A. Martin', role: 'agent' });
});
afterAll(() => running.stop());

const ALL = [...Object.keys(ROUTES), ...Object.keys(STREAM_ROUTES)];
const POSTS = [
  PATHS.logout,
  ...Object.entries(ROUTES)
    .filter(([, { method }]) => method === 'POST')
    .map(([path]) => path),
];

describe('a request', () => {
  it.each(ALL)('for %s is refused to who is not logged in', async (path) => {
    const nobody = openBrowser(running.url);
    const post = POSTS.includes(path);
    const answer = await (post ? nobody.post(path) : nobody.get(path));
    expect(answer).toMatchObject({
      status: 401,
      body: { code: 'session_missing', details: { way: 'name' } },
    });
  });

  it('with the cookie of a session that is over is told so', async () => {
    const late = openBrowser(running.url);
    late.cookie = 'vigie_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    expect(await late.get(PATHS.session)).toMatchObject({ status: 401, body: { code: 'session_over' } });
  });

  it.each(POSTS)('to %s needs the token of its session', async (path) => {
    for (const token of ['', 'wrong', agent.info.csrf.toUpperCase()]) {
      const answer = await agent.post(path, {}, { [CSRF_HEADER]: token });
      expect(answer).toMatchObject({ status: 403, body: { code: 'csrf_token' } });
    }
  });

  it.each([...POSTS, PATHS.login])('to %s must come from a page of ours', async (path) => {
    const cases: Record<string, string>[] = [
      { origin: '' },
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: running.url.replace('http:', 'http://evil.') },
      { origin: 'http://localhost:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of cases) {
      const answer = await agent.post(path, { name: 'A', role: 'agent' }, headers);
      expect(answer, JSON.stringify(headers)).toMatchObject({ status: 403, body: { code: 'cross_site' } });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  it('from a page of another site reads nothing', async () => {
    const answer = await agent.get(PATHS.session, { 'sec-fetch-site': 'cross-site' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'cross_site' } });
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    '10.0.0.1',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
  ])('for a name that was made to point here (%s) is refused', async (host) => {
    const { status } = await rawGet(running.url, '/', host);
    expect(status).toBe(421);
  });

  it.each(['localhost:1', '127.0.0.1', '[::1]:8080'])('for %s is answered', async (host) => {
    expect((await rawGet(running.url, '/api/session', host)).status).toBe(401);
  });
});

describe('a role', () => {
  it.each<Role>(['agent', 'supervisor', 'auditor'])(
    '%s gets what the table says, and no more',
    async (role) => {
      const browser = openBrowser(running.url);
      await browser.logIn({ name: 'A', role });
      for (const [path, { method, call }] of Object.entries(ROUTES)) {
        const answer = await (method === 'POST' ? browser.post(path) : browser.get(path));
        const may = rowOf(call)?.may ?? [];
        const refused = answer.status === 403 && (answer.body as { code: string }).code === 'wrong_role';
        expect(refused, path).toBe(!may.includes(role));
      }
      for (const [path, { call }] of Object.entries(STREAM_ROUTES)) {
        const line = browser.listen(path);
        const may = rowOf(call)?.may ?? [];
        expect(await line.status, path).toBe(may.includes(role) ? 200 : 403);
        line.leave();
      }
    },
  );
});

describe('every answer', () => {
  it.each(['/', PATHS.session, '/nothing', '/api/nothing'])(
    '%s tells browsers what is allowed',
    async (path) => {
      const { headers } = await openBrowser(running.url).get(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      if (path.startsWith('/api')) expect(headers.get('cache-control')).toBe('no-store');
    },
  );
});

// Last: the connection is closed with what is left of the body unread.
it('a body that is no JSON, or too large, is refused', async () => {
  const plain = await agent.post(PATHS.decide, {}, { 'content-type': 'text/plain' });
  expect(plain).toMatchObject({ status: 415, body: { code: 'not_json' } });
  const large = await agent.post(PATHS.decide, { id: 'x'.repeat(300_000) });
  expect(large).toMatchObject({ status: 413, body: { code: 'too_large' } });
  expect(await agent.get('/api/nothing')).toMatchObject({ status: 404, body: { code: 'no_such_path' } });
  expect(running.failures).toEqual([]);
});

/** fetch does not let a page choose its host. */
async function rawGet(url: string, path: string, host: string): Promise<{ status: number }> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0 });
    });
    asked.on('error', reject).end();
  });
}
