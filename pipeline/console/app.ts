/** What is answered to which request, and what every request has to pass first. */
import { timingSafeEqual } from 'node:crypto';
import { type Attempts, hostOfPeer } from '../identity/attempts.ts';
import { requireRole } from './access.ts';
import { type ApiFailure, CSRF_HEADER, PATHS } from './api.ts';
import type { Server } from './connections.ts';
import { ApiError, apiError } from './errors.ts';
import { HEADERS, STRICT_TRANSPORT } from './headers.ts';
import { bodyLimit, type Context, deleteCookie, getCookie, Hono, setCookie } from './http.ts';
import { infoOf } from './info.ts';
import type { Bindings } from './listen.ts';
import { logIn, Ways } from './login.ts';
import { requireOwn } from './origins.ts';
import { formOf, type Pages } from './pages.ts';
import { ROUTES, type Route, STREAM_ROUTES } from './routes.ts';
import type { Session, Sessions } from './sessions.ts';

export interface AppOptions {
  readonly servers: readonly Server[];
  readonly sessions: Sessions;
  /** How often each address may fail to log in. */
  readonly attempts: Attempts;
  /** Absent: they were not built. */
  readonly pages?: Pages;
  readonly loopback: boolean;
  /** Names may be believed. */
  readonly names: boolean;
  /** Browsers reach it over TLS. */
  readonly secure: boolean;
  readonly origins: readonly string[];
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

const COOKIE = 'vigie_session';
/** A setup of a camera is the largest thing that is sent: some KB. */
const BODY_BYTES_MAX = 256 * 1024;
const STREAMS_MAX = 12;

type Env = { Bindings: Bindings };

export function consoleApp(options: AppOptions): Hono<Env> {
  const { sessions, attempts, secure, now, onFailure } = options;
  const ways = new Ways(options, now);
  const cookie = { path: '/', httpOnly: true, sameSite: 'Strict', secure } as const;
  const app = new Hono<Env>();

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    if (secure) for (const [name, value] of Object.entries(STRICT_TRANSPORT)) context.header(name, value);
  });
  app.use(async (context, next) => {
    const { method, url } = context.req;
    requireOwn({ method, host: new URL(url).host, header: (name) => context.req.header(name) }, options);
    await next();
  });
  app.use('/api/*', async (context, next) => {
    await next();
    if (!context.res.headers.has('cache-control')) context.header('cache-control', 'no-store');
  });
  app.use('/api/*', bodyLimit({ maxSize: BODY_BYTES_MAX, onError: tooLarge }));

  const sessionOf = async (context: Context<Env>, active: boolean): Promise<Session> => {
    const id = getCookie(context, COOKIE);
    const session = id === undefined ? undefined : sessions.find(id, { active });
    if (session !== undefined) return session;
    const [code, message] =
      id === undefined ? ['session_missing', 'nobody is logged in'] : ['session_over', 'the session is over'];
    throw new ApiError(401, code!, message!, await ways.current());
  };

  app.post(PATHS.login, async (context) => {
    const peer = hostOfPeer(context.env.incoming.socket.remoteAddress ?? '');
    if (attempts.blocked(peer, now()))
      throw new ApiError(429, 'too_many_attempts', 'too many failed logins from this address; wait a minute');
    const proved = await logIn(options, await bodyOf(context)).catch((error: unknown) => {
      if (apiError(error).status === 401) attempts.failed(peer, now());
      throw error;
    });
    const before = getCookie(context, COOKIE);
    if (before !== undefined) sessions.find(before, { active: false })?.end('logged_in_again');
    const { id, session } = sessions.open(proved);
    setCookie(context, COOKIE, id, cookie);
    return context.json(infoOf(session, sessions.limits, now()));
  });
  app.get(PATHS.session, async (context) => {
    const session = await sessionOf(context, true);
    await Promise.allSettled(session.connections.usable.map((one) => one.learn()));
    return context.json(infoOf(session, sessions.limits, now()));
  });
  app.post(PATHS.logout, async (context) => {
    const session = await sessionOf(context, true);
    requireToken(session, context.req.header(CSRF_HEADER));
    session.end('logged_out');
    deleteCookie(context, COOKIE, cookie);
    return context.body(null, 204);
  });

  for (const [path, route] of Object.entries(ROUTES)) {
    app.on(route.method, path, async (context) => {
      const session = await sessionOf(context, true);
      if (route.method === 'POST') requireToken(session, context.req.header(CSRF_HEADER));
      requireRole(session, route.call);
      requireRoom(session);
      return answer(context, session, route);
    });
  }
  for (const [path, { call, open }] of Object.entries(STREAM_ROUTES)) {
    app.get(path, async (context) => {
      const session = await sessionOf(context, false);
      requireRole(session, call);
      requireRoom(session);
      return open({ session, now });
    });
  }

  async function answer(context: Context<Env>, session: Session, route: Route): Promise<Response> {
    try {
      const body = route.method === 'POST' ? await bodyOf(context) : undefined;
      const query = (name: string) => context.req.query(name);
      const found = await route.answer({ session, body, query, left: context.req.raw.signal, now });
      if (found instanceof Response) return found;
      return found === undefined ? context.body(null, 204) : context.json(found as object);
    } catch (error) {
      if (session.failed(error)) throw new ApiError(401, 'session_over', 'the session is over');
      throw error;
    }
  }

  app.all('/api/*', () => {
    throw new ApiError(404, 'no_such_path', 'there is nothing at this path');
  });
  app.get('*', (context) => pageAt(context, options.pages));
  app.onError((error, context) => {
    const failure = apiError(error);
    if (failure.status === 500) onFailure(error);
    return context.json(failure.failure satisfies ApiFailure, failure.status);
  });
  return app;
}

function requireRoom({ streams }: Session): void {
  if (streams.size < STREAMS_MAX) return;
  throw new ApiError(429, 'too_many_streams', `more than ${STREAMS_MAX} streams in one session`);
}

function requireToken({ csrf }: Session, given: string | undefined): void {
  const [found, expected] = [Buffer.from(given ?? ''), Buffer.from(csrf)];
  if (found.length !== expected.length || !timingSafeEqual(found, expected))
    throw new ApiError(403, 'csrf_token', `expected the session's token in ${CSRF_HEADER}`);
}

async function bodyOf(context: Context<Env>): Promise<unknown> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json\b/i.test(type))
    throw new ApiError(415, 'not_json', 'expected content-type: application/json');
  try {
    return await context.req.json();
  } catch {
    throw new ApiError(400, 'bad_request', 'the body is no JSON');
  }
}

function tooLarge(): never {
  throw new ApiError(413, 'too_large', `more than ${BODY_BYTES_MAX} bytes`);
}

function pageAt(context: Context<Env>, pages: Pages | undefined): Response {
  if (pages === undefined)
    return context.text('The pages were not built: npm run build', 503, { 'cache-control': 'no-store' });
  const page = pages.find(context.req.path);
  if (page === undefined) throw new ApiError(404, 'no_such_path', 'there is nothing at this path');
  const { encoding, bytes } = formOf(page, context.req.header('accept-encoding') ?? '');
  const headers = { ...page.headers, etag: page.etag };
  if (context.req.header('if-none-match') === page.etag) return context.body(null, 304, headers);
  return context.body(bytes, 200, { ...headers, ...(encoding && { 'content-encoding': encoding }) });
}
