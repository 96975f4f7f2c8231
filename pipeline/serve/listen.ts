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
  /** Plaintext on loopback, where it was asked for. */
  readonly insidePort?: number;
  /** Takes no more, lets calls end for at most `graceMs`, then hangs up. */
  close(graceMs: number): Promise<void>;
}

/** From the connection to the first byte; the longest way around the earth takes a fraction of it. */
const FIRST_WORD_MS_MAX = 10_000;

/**
 * `inside`: beside TLS, a port on loopback without it, for a part of the same process that has nobody's certificate to
 * check. Throws InputError: `port_in_use`, `bind_failed`.
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  connectionsMax: number,
  tls?: ServerTls,
  inside = false,
): Promise<Listening> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const take = (socket: Socket) => injector.injectConnection(socket);
  const acceptor = tls === undefined ? createServer({ noDelay: true }, take) : createTlsAcceptor(tls, take);
  const acceptors = [acceptor];
  const open = async (one: typeof acceptor, at: { readonly host: string; readonly port: number }) => {
    // The raw socket also where TLS is spoken: one that never ends its handshake counts too.
    one.on('connection', (socket: Socket) => {
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
    one.maxConnections = connectionsMax;
    await new Promise<void>((resolve, reject) => {
      one.once('error', (error: NodeJS.ErrnoException) => reject(bindFault(at.host, at.port, error)));
      one.listen(at.port, at.host, resolve);
    });
    const bound = one.address();
    return typeof bound === 'object' && bound !== null ? bound.port : at.port;
  };
  const bound = await open(acceptor, { host, port });
  let insidePort: number | undefined;
  if (inside && tls !== undefined) {
    const plain = createServer({ noDelay: true }, take);
    acceptors.push(plain);
    insidePort = await open(plain, { host: '127.0.0.1', port: 0 });
  }
  return {
    port: bound,
    ...(insidePort !== undefined && { insidePort }),
    async close(graceMs) {
      const deaf = Promise.all(
        acceptors.map((one) => new Promise<void>((resolve) => one.close(() => resolve()))),
      );
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

function bindFault(host: string, port: number, error: NodeJS.ErrnoException): InputError {
  return new InputError([
    error.code === 'EADDRINUSE'
      ? fault(
          'port_in_use',
          '--grpc',
          `port ${port} of ${host} is taken`,
          'choose another with --grpc 127.0.0.1:50052, or 0 for a free one',
        )
      : fault('bind_failed', '--grpc', `cannot listen on ${authority(host, port)}: ${error.message}`),
  ]);
}
