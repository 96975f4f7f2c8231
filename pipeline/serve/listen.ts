/**
 * The listening socket, held here and not by grpc-js, for three reasons: the number of connections has a bound,
 * closing has one too, and so has a TLS handshake, whose certificate can change while the socket listens. Node ends a session that was told to close gently by waiting for its peer to hang up, even
 * when it is destroyed afterwards; a peer that stays would hold the process until its keepalive gives up.
 */
import { createServer, isIP, type Socket } from 'node:net';
import { fault, InputError } from '../errors.ts';
import { type Server, ServerCredentials } from './grpc.ts';
import { createTlsAcceptor, type ServerTls } from './identity/tls.ts';

export interface Listening {
  readonly port: number;
  /** Takes no more, lets calls end for at most `graceMs`, then hangs up. */
  close(graceMs: number): Promise<void>;
}

/** From the connection to the first byte; the longest way around the earth takes a fraction of it. */
const FIRST_WORD_MS_MAX = 10_000;

/** Throws InputError: `port_in_use`, `bind_failed`. */
export async function listen(
  server: Server,
  host: string,
  port: number,
  connectionsMax: number,
  tls?: ServerTls,
): Promise<Listening> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const take = (socket: Socket) => injector.injectConnection(socket);
  const acceptor = tls === undefined ? createServer({ noDelay: true }, take) : createTlsAcceptor(tls, take);
  // The raw socket also where TLS is spoken: one that never ends its handshake counts too.
  acceptor.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // Whoever connects and says nothing takes the place of somebody who would.
    const silent = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, FIRST_WORD_MS_MAX).unref();
    socket.once('close', () => {
      clearTimeout(silent);
      sockets.delete(socket);
    });
  });
  acceptor.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    acceptor.once('error', (error: NodeJS.ErrnoException) => reject(bindFault(host, port, error)));
    acceptor.listen(port, host, resolve);
  });
  const bound = acceptor.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    async close(graceMs) {
      const deaf = new Promise<void>((resolve) => acceptor.close(() => resolve()));
      const done = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      const force = setTimeout(() => {
        server.forceShutdown();
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await Promise.all([deaf, done]);
      clearTimeout(force);
    },
  };
}

/** `host:port` as clients want it. */
export function authority(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach the address. Names other than localhost can point anywhere. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function bindFault(host: string, port: number, error: NodeJS.ErrnoException): InputError {
  return new InputError([
    error.code === 'EADDRINUSE'
      ? fault(
          'port_in_use',
          'port',
          `port ${port} of ${host} is taken`,
          'choose another port, or 0 for a free one',
        )
      : fault('bind_failed', 'host', `cannot listen on ${authority(host, port)}: ${error.message}`),
  ]);
}
