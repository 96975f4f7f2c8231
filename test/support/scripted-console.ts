/**
 * What a console's server says, said by a script: for what a station does not do on demand (thousands that wait, a clip
 * of known pictures, a line that breaks). It judges as the ledger does where that is simple, and no further.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  CandidateContext,
  ClipInfo,
  ClipPart,
  DecideBody,
  QueueMessage,
  SessionInfo,
} from '../../pipeline/console/api.ts';
import { EVENT_TYPES, type Role, type Verdict } from '../../pipeline/model.ts';
import { framed, plainClip, type Review, reviewOf } from './scripted-reviews.ts';

const PAGES = fileURLToPath(new URL('../../dist/console', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the console's own. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'";

export interface Scene {
  readonly info: Partial<SessionInfo>;
  /** Of every candidate; undefined: the server says `clip_not_here`. */
  clip: { info: Partial<ClipInfo>; parts: readonly Uint8Array[] } | undefined;
  context: CandidateContext;
}

export type ScriptedConsole = Awaited<ReturnType<typeof startScriptedConsole>>;

export async function startScriptedConsole(scene: Partial<Scene> = {}) {
  const state: Scene = { info: {}, clip: plainClip(), context: { earlier: [] }, ...scene };
  const people = new Map<string, { name: string; role: Role; seen: Set<string> }>();
  const reviews = new Map<string, Review>();
  const lines = new Set<ServerResponse>();
  const decisions: { by: string; body: DecideBody; answered: string }[] = [];
  let isAway = false;
  let raised = 0;

  const say = (line: ServerResponse, message: QueueMessage) =>
    line.write(`event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`);
  const tell = (...changed: readonly Review[]) => {
    for (const review of changed) reviews.set(review.candidate.id, review);
    for (const line of lines) say(line, { kind: 'reviews', reviews: changed });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    if (isAway) {
      return request.socket.destroy();
    }
    const url = new URL(request.url ?? '/', 'http://here');
    if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response);
    const key = /seat=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const person = people.get(key);
    if (url.pathname === '/api/login') {
      const { name, role } = (await bodyOf(request)) as { name: string; role: Role };
      const seat = randomUUID();
      people.set(seat, { name, role, seen: new Set() });
      response.setHeader('set-cookie', `seat=${seat}; Path=/`);
      return json(response, 200, sessionOf({ name, role }, state.info));
    }
    if (person === undefined) {
      return json(response, 401, { code: 'session_missing', message: 'log in', details: { way: 'name' } });
    }
    switch (url.pathname) {
      case '/api/session':
        return json(response, 200, sessionOf(person, state.info));
      case '/api/queue':
        return openLine(response);
      case '/api/context':
        return json(response, 200, state.context);
      case '/api/clip':
        return sendClip(response, url.searchParams.get('candidate')!, person.seen);
      case '/api/seen': {
        const { candidate } = (await bodyOf(request)) as { candidate: string };
        person.seen.add(candidate);
        return response.writeHead(204).end();
      }
      case '/api/decide':
        return decide(response, (await bodyOf(request)) as DecideBody, person);
      default:
        return json(response, 404, { code: 'not_found', message: url.pathname });
    }
  }

  function openLine(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    lines.add(response);
    response.on('close', () => lines.delete(response));
    say(response, { kind: 'time', nowMs: Date.now() });
    const open = [...reviews.values()].filter(
      ({ state: { kind } }) => kind === 'waiting' || kind === 'claimed',
    );
    for (let at = 0; at < open.length; at += 200)
      say(response, { kind: 'reviews', reviews: open.slice(at, at + 200) });
    say(response, { kind: 'ready' });
  }

  function sendClip(response: ServerResponse, candidate: string, seen: Set<string>): void {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const of = reviews.get(candidate)?.candidate;
    if (state.clip === undefined || of === undefined) {
      seen.add(candidate);
      response.end(framed({ part: 'end', code: 'clip_not_here', message: 'no server holds clips' }));
      return;
    }
    const { info, parts } = state.clip;
    const pictureMs = 200;
    const fromMs = of.beganAtMs - (parts.length * pictureMs) / 2;
    const header: ClipPart = {
      part: 'header',
      site: of.site,
      camera: of.camera,
      kind: 'plane',
      width: 160,
      height: 90,
      mediaType: 'video/raw',
      fromMs,
      untilMs: fromMs + parts.length * pictureMs,
      keptUntilMs: fromMs + 86_400_000,
      growing: false,
      pictures: parts.length,
      ...info,
    };
    response.write(framed(header));
    parts.forEach((picture, number) => {
      const capturedAtMs = fromMs + number * pictureMs;
      response.write(framed({ part: 'picture', number, capturedAtMs, frame: seenIn(number) }, picture));
    });
    response.end(framed({ part: 'end', code: 'ok', message: '' }));
  }

  function decide(
    response: ServerResponse,
    body: DecideBody,
    { name, role, seen }: { name: string; role: Role; seen: Set<string> },
  ): ServerResponse {
    const refuse = (code: string, message: string, status = 409) => {
      decisions.push({ by: name, body, answered: code });
      return json(response, status, { code, message });
    };
    const before = reviews.get(body.candidate);
    if (before === undefined) return refuse('unknown_candidate', 'no such candidate', 404);
    const { act } = body;
    const { site, camera } = before.candidate;
    const verdict: Verdict = {
      id: body.id,
      candidate: body.candidate,
      site,
      camera,
      by: { name, role },
      atMs: Date.now(),
      act,
    };
    const { state: was } = before;
    if (act.kind === 'confirm' && !seen.has(body.candidate)) return refuse('clip_not_seen', 'watch the clip');
    if (act.kind !== 'reverse' && was.kind !== 'waiting' && was.kind !== 'claimed')
      return refuse('already_decided', `${was.kind} by '${was.verdict.by.name}'`);
    if (was.kind === 'claimed' && was.by.name !== name && was.untilMs > Date.now())
      return refuse('claimed_by_other', `claimed by '${was.by.name}' until ${was.untilMs}`);
    const needed = before.candidate.confirmers ?? 1;
    let after: Review;
    switch (act.kind) {
      case 'claim':
        after = {
          ...before,
          state: { kind: 'claimed', by: { name, role }, untilMs: Date.now() + act.leaseMs },
        };
        break;
      case 'confirm':
        if (before.firstConfirmation?.by.name === name)
          return refuse('needs_another_agent', 'another person');
        after =
          needed > 1 && before.firstConfirmation === undefined
            ? { ...before, state: { kind: 'waiting' }, firstConfirmation: verdict }
            : { ...before, state: { kind: 'confirmed', verdict } };
        break;
      case 'reject':
        after = { ...before, state: { kind: 'rejected', verdict } };
        break;
      default:
        after = { ...before, state: { kind: 'waiting' } };
    }
    decisions.push({ by: name, body, answered: 'ok' });
    tell(after);
    return json(response, 200, after);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    scene: state,
    reviews,
    decisions,
    tell,
    /** Candidates that begin to wait; told at once. */
    raise(...wishes: readonly Parameters<typeof reviewOf>[1][]): Review[] {
      const made = wishes.map((wish) => reviewOf(++raised, wish));
      tell(...made);
      return made;
    },
    /** The line breaks, and nothing answers until `comeBack`. */
    goAway() {
      isAway = true;
      server.closeAllConnections();
    },
    comeBack() {
      isAway = false;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sessionOf({ name, role }: { name: string; role: Role }, wish: Partial<SessionInfo>): SessionInfo {
  return {
    name,
    role,
    development: true,
    csrf: `csrf-of-${name}`,
    untilMs: Date.now() + 3_600_000,
    idleMs: 3_600_000,
    nowMs: Date.now(),
    sites: [{ id: 'gare', name: 'Gare de l’Est', kind: 'station' }],
    types: EVENT_TYPES,
    may: { decide: true, seeNetwork: true, seeStatistics: role === 'supervisor', editZones: false },
    leaseMs: 120_000,
    ...wish,
  };
}

/** Somebody who walks to the right through the picture. */
function seenIn(number: number) {
  const x = 0.1 + number * 0.03;
  const columns = 40;
  const index = [0, 1, 2, 3].flatMap((row) =>
    [0, 1].map((column) => (9 + row) * columns + Math.floor(x * columns) + column),
  );
  return {
    view: 'ok' as const,
    planeWidth: 160,
    planeHeight: 90,
    blobs: [{ box: [x, 0.38, x + 0.06, 0.62] as const, stillMs: 0 }],
    objects: [],
    cells: {
      columns,
      rows: 23,
      index,
      occupancy: index.map(() => 200),
      flowX: index.map(() => 12),
      flowY: index.map(() => 2),
    },
  };
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : path.replaceAll('..', '');
  const bytes = await readFile(join(PAGES, name)).catch(() => undefined);
  response.writeHead(bytes === undefined ? 404 : 200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  response.end(bytes);
}

function json(response: ServerResponse, status: number, body: unknown): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}
