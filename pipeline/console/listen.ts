/**
 * The console's socket, over TLS or on loopback. The one door to @hono/node-server.
 *
 * Over TLS it speaks HTTP/2, so that the streams of many pages share a connection; over plain HTTP/1.1 a browser opens
 * six to one address and lets the seventh wait.
 */
import { createServer as createPlain } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { fault, InputError } from '../errors.ts';
import { authority } from '../serve/listen.ts';

export interface ConsoleTls {
  context(): SecureContextOptions;
  /** Called with each new context. Returns the way out. */
  watch(listener: (context: SecureContextOptions) => void): () => void;
}

export interface Listening {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /** Takes no more, and hangs up after at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface Bindings {
  readonly incoming: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

const CONNECTIONS_MAX = 2_000;
/** A request's head and body are a few KB. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024 };

/** Throws InputError: `console_port_in_use`, `bind_failed`. */
export async function listen(
  fetch: (request: Request, bindings: Bindings) => Response | Promise<Response>,
  host: string,
  port: number,
  tls?: ConsoleTls,
): Promise<Listening> {
  const answer = getRequestListener((request, bindings) => fetch(request, bindings as Bindings));
  const { server, leave } = tls === undefined ? plain(answer) : secure(answer, tls);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindFault(host, port, error)));
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  const found = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${authority(host, found)}`,
    port: found,
    async close(graceMs) {
      leave();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const force = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(force);
    },
  };
}

type Answer = ReturnType<typeof getRequestListener>;

function plain(answer: Answer) {
  const server = createPlain(LIMITS, (incoming, outgoing) => void answer(incoming, outgoing));
  return { server, leave: () => {} };
}

function secure(answer: Answer, tls: ConsoleTls) {
  const options = { ...LIMITS, ...tls.context(), allowHTTP1: true };
  const server = createSecureServer(options, (incoming, outgoing) => void answer(incoming, outgoing));
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return { server, leave: tls.watch((context) => server.setSecureContext(context)) };
}

function bindFault(host: string, port: number, error: NodeJS.ErrnoException): InputError {
  return new InputError([
    error.code === 'EADDRINUSE'
      ? fault(
          'console_port_in_use',
          '--http',
          `port ${port} of ${host}, where the console would be, is taken`,
          'choose another with --http 127.0.0.1:8081, 0 for a free one, or do without: --no-console',
        )
      : fault('bind_failed', '--http', `cannot listen on ${authority(host, port)}: ${error.message}`),
  ]);
}
