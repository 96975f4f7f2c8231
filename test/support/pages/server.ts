/**
 * A console's server that says what a test tells it to: the built pages and the paths of api.ts, nothing behind them.
 * For what a real station shows seldom (2,300 cameras, a fault at every place, every refusal) and for pictures of it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiFailure, CSRF_HEADER } from '../../../pipeline/console/api.ts';
import { HEADERS } from '../../../pipeline/console/headers.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export type Answer =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly type: string; readonly bytes: Uint8Array | string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failure'; readonly status: number; readonly failure: ApiFailure }
  /** Speaks until the browser leaves. */
  | { readonly kind: 'stream'; readonly speak: (say: (message: { readonly kind: string }) => void) => void };

export const json = (value: unknown): Answer => ({ kind: 'json', value });
export const failure = (status: number, code: string, details?: unknown): Answer => ({
  kind: 'failure',
  status,
  failure: { code, message: `in words: ${code}`, ...(details !== undefined && { details }) },
});

export type Handlers = Record<string, (asked: Asked) => Answer | Promise<Answer>>;

export class PagesServer {
  readonly url: string;
  /** By path; may be changed at any time. */
  readonly handlers: Handlers;
  /** What was asked, but for streams and files. */
  readonly asked: Asked[] = [];
  /** POSTs that came without the token. */
  withoutCsrf = 0;
  readonly #close: () => Promise<void>;

  private constructor(url: string, handlers: Handlers, close: () => Promise<void>) {
    this.url = url;
    this.handlers = handlers;
    this.#close = close;
  }

  static async open(handlers: Handlers, csrf: string): Promise<PagesServer> {
    const server = createServer((request, response) => {
      void answer(opened, csrf, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const opened = new PagesServer(`http://127.0.0.1:${address.port}/`, handlers, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return opened;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

async function answer(
  server: PagesServer,
  csrf: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', server.url);
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const handler = server.handlers[url.pathname];
  if (handler === undefined) return file(url.pathname, response);
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  const asked: Asked = {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body: text === '' ? undefined : JSON.parse(text),
  };
  server.asked.push(asked);
  if (asked.method === 'POST' && url.pathname !== '/api/login' && request.headers[CSRF_HEADER] !== csrf)
    server.withoutCsrf++;
  const given = await handler(asked);
  switch (given.kind) {
    case 'json':
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(given.value));
      return;
    case 'bytes':
      response.setHeader('content-type', given.type);
      response.end(given.bytes);
      return;
    case 'none':
      response.statusCode = 204;
      response.end();
      return;
    case 'failure':
      response.statusCode = given.status;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(given.failure));
      return;
    case 'stream':
      response.setHeader('content-type', 'text/event-stream');
      response.flushHeaders();
      given.speak((message) => {
        if (!response.destroyed)
          response.write(`event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`);
      });
  }
}

/** This file is run as it stands and compiled, from another depth. */
function root(folder = dirname(fileURLToPath(import.meta.url))): string {
  return existsSync(join(folder, 'package.json')) ? folder : root(dirname(folder));
}

const pages = join(root(), 'dist', 'console');

async function file(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? '/index.html' : normalize(path);
  try {
    const bytes = await readFile(join(pages, name));
    response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
    response.end(bytes);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}
