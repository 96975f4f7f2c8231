/** Where the console may listen, and what browsers get over TLS. */
import { connect } from 'node:http2';
import { afterEach, expect, it } from 'vitest';
import { PATHS } from '../../pipeline/console/api.ts';
import { serveConsole } from '../../pipeline/console/server.ts';
import { InputError } from '../../pipeline/errors.ts';
import { certify, makeAuthority } from '../../pipeline/identity/authority.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';

let running: RunningConsole | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const span = { fromMs: Date.now(), days: 1 };
const authority = await makeAuthority('test', span);
const made = await certify(authority, {
  ...span,
  kind: 'server',
  name: 'localhost',
  hosts: ['localhost', '127.0.0.1'],
});
const tls = { context: () => ({ cert: made.certificate, key: made.key }), watch: () => () => {} };

const refused = (options: Parameters<typeof serveConsole>[0]) =>
  serveConsole(options).then(
    () => 'served',
    (error: unknown) => (error instanceof InputError ? error.code : error),
  );

it('is loopback, unless there is TLS and a server that wants tokens', async () => {
  running = await startConsole();
  const servers = [{ address: running.address, access: {} }];
  expect(await refused({ servers, host: '0.0.0.0', port: 0 })).toBe('bind_without_tls');
  expect(await refused({ servers, host: '0.0.0.0', port: 0, tls })).toBe('bind_not_loopback');
  const port = Number(new URL(running.url).port);
  expect(await refused({ servers, port })).toBe('console_port_in_use');
});

it('believes no names where others can reach it, even of a server that does', async () => {
  running = await startConsole({ identities: true });
  const servers = [{ address: '127.0.0.1:1', access: {} }];
  const served = await serveConsole({ servers, host: '0.0.0.0', port: 0, tls });
  const session = await over(served.url.replace('0.0.0.0', '127.0.0.1'), { ':path': PATHS.session });
  expect(JSON.parse(session.body)).toMatchObject({ code: 'session_missing', details: { way: 'token' } });
  const login = await over(
    served.url.replace('0.0.0.0', '127.0.0.1'),
    { ':path': PATHS.login, ':method': 'POST', 'content-type': 'application/json' },
    JSON.stringify({ name: 'A', role: 'agent' }),
  );
  expect(JSON.parse(login.body)).toMatchObject({ code: 'name_not_believed' });
  await served.close(50);
});

it('speaks HTTP/2 over TLS: streams, and cookies that go nowhere else', async () => {
  running = await startConsole({ identities: true, console: { tls } });
  const token = await running.token({ role: 'agent' });
  const login = await over(
    running.url,
    { ':path': PATHS.login, ':method': 'POST', 'content-type': 'application/json' },
    JSON.stringify({ token }),
  );
  expect(login.headers[':status']).toBe(200);
  const [cookie] = login.headers['set-cookie'] as string[];
  expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  expect(login.headers['strict-transport-security']).toBe('max-age=31536000');
  const queue = await over(
    running.url,
    { ':path': PATHS.queue, cookie: cookie!.split(';')[0]! },
    undefined,
    (body) => body.includes('event: ready'),
  );
  expect(queue.body).toContain('event: time');
});

/** One request over HTTP/2, from a page of the same origin; `enough` ends a stream. */
function over(
  url: string,
  headers: Record<string, string>,
  body?: string,
  enough?: (body: string) => boolean,
): Promise<{ headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const client = connect(url, { ca: authority.certificate });
    client.on('error', reject);
    const asked = client.request({ origin: url, ...headers });
    let found: Record<string, unknown> = {};
    let text = '';
    const done = () => {
      client.destroy();
      resolve({ headers: found, body: text });
    };
    asked.on('response', (answer) => {
      found = answer;
    });
    asked.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (enough?.(text)) done();
    });
    asked.on('end', done).on('error', reject);
    asked.end(body);
  });
}
