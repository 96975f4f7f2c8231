/**
 * TLS at the server's socket: its certificate, and whose client certificates it believes. The files are read again
 * when they change; connections that stand keep what they began with, new ones get the new.
 *
 * A client without a certificate, or with one that nobody vouches for, is connected and then has to bring a token:
 * so it is told UNAUTHENTICATED and why, where a broken handshake would look like an outage.
 */
import { constants, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

import { createSecureContext, createServer, type SecureContextOptions, type Server } from 'node:tls';
import { fault, InputError } from '../../errors.ts';
import { type KeptOptions, keepLoaded } from '../../identity/kept.ts';

export interface TlsFiles {
  /** PEM: the server's certificate, with those between it and the CA. */
  readonly cert: string;
  readonly key: string;
  /** PEM: who vouches for clients. Absent: client certificates are not asked for. */
  readonly clientCa?: string;
}

export interface ServerTls {
  readonly asksClients: boolean;
  context(): SecureContextOptions;
  /** Called with each new context. Returns the way out. */
  watch(listener: (context: SecureContextOptions) => void): () => void;
  close(): void;
}

/** Half a handshake is held for so long and no longer. */
const HANDSHAKE_MS_MAX = 10_000;

/** Throws InputError when the files cannot be used. */
export async function openServerTls(files: TlsFiles, options: KeptOptions = {}): Promise<ServerTls> {
  const listeners = new Set<(context: SecureContextOptions) => void>();
  const kept = await keepLoaded(() => load(files), {
    ...options,
    onChange() {
      for (const listener of listeners) listener(kept.current());
      options.onChange?.();
    },
  });
  return {
    asksClients: files.clientCa !== undefined,
    context: () => kept.current(),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => kept.close(),
  };
}

export function createTlsAcceptor(tls: ServerTls, take: (socket: Socket) => void): Server {
  const acceptor = createServer(
    {
      ...tls.context(),
      ALPNProtocols: ['h2'],
      requestCert: tls.asksClients,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_MS_MAX,
      noDelay: true,
    },
    take,
  );
  acceptor.on('tlsClientError', (_, socket) => socket.destroy());
  const leave = tls.watch((context) => acceptor.setSecureContext(context));
  acceptor.once('close', leave);
  return acceptor;
}

async function load({ cert, key, clientCa }: TlsFiles) {
  const paths = [cert, key, ...(clientCa === undefined ? [] : [clientCa])];
  const [certPem, keyPem, caPem] = await Promise.all(paths.map(read));
  const context: SecureContextOptions = {
    cert: certPem!,
    key: keyPem!,
    ...(caPem === undefined ? {} : { ca: caPem }),
    minVersion: 'TLSv1.2',
    // No resumption: a client certificate is looked at anew with every connection.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    createSecureContext(context);
    if (caPem !== undefined) new X509Certificate(caPem);
  } catch {
    // OpenSSL's words are about its own insides, and the key is not to be quoted.
    throw wrong('tls_files', cert, `and ${key} are no certificate with its private key`);
  }
  return { value: context, paths };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw wrong('file_unreadable', path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function wrong(code: string, at: string, message: string): InputError {
  return new InputError([fault(code, at, message)]);
}
