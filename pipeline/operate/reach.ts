/** How a command reaches a server: over TLS or not, and with what it proves who calls. */
import { readFileSync } from 'node:fs';
import { fault, InputError } from '../errors.ts';
import { TOKEN_LENGTH_MAX } from '../identity/jwt.ts';
import type { ClientAccess } from '../serve/client/client.ts';
import { isLoopback } from '../serve/loopback.ts';

export interface ReachWords {
  /** host:port */
  readonly server: string;
  /** TLS, trusting what the system trusts. */
  readonly tls?: boolean;
  /** PEM: who vouches for the server; TLS too. */
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** The name in the server's certificate, where it is not the one that is called. */
  readonly tlsName?: string;
  /** Holds the token; read again with every call. */
  readonly bearerFile?: string;
}

/** Whether the caller proves who they are, so that no name has to be given. */
export function provesWho({ bearerFile, tlsCert }: ReachWords): boolean {
  return bearerFile !== undefined || tlsCert !== undefined;
}

/** Throws InputError: files that cannot be read, a token that would go out in the clear. */
export function reach(words: ReachWords): ClientAccess {
  const { server, tls, tlsCa, tlsCert, tlsKey, tlsName, bearerFile } = words;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw wrong('tls_half', '--tls-cert', 'and --tls-key go together, expected both or neither');
  const overTls = tls === true || tlsCa !== undefined || tlsCert !== undefined;
  if (bearerFile !== undefined && !overTls && !isLoopback(hostOf(server))) {
    throw wrong(
      'token_in_the_clear',
      '--bearer-file',
      `the token would go to ${server} unencrypted, expected TLS`,
      'add --tls, or --tls-ca with the certificate of your own authority',
    );
  }
  const secured = overTls && {
    ...(tlsCa !== undefined && { ca: read(tlsCa) }),
    ...(tlsCert !== undefined && { cert: read(tlsCert), key: read(tlsKey!) }),
    ...(tlsName !== undefined && { serverName: tlsName }),
  };
  return {
    ...(secured && { tls: secured }),
    ...(bearerFile !== undefined && { bearer: tokenIn(bearerFile) }),
  };
}

/** A file that is replaced is read anew; one that is gone for a moment leaves the token before. */
function tokenIn(file: string): () => string {
  let token = parsed(file);
  return () => {
    try {
      token = parsed(file);
    } catch {
      // The server says what is wrong with the one before, if anything is.
    }
    return token;
  };
}

function parsed(file: string): string {
  const token = read(file).toString('latin1').trim();
  if (token.length <= TOKEN_LENGTH_MAX && /^[\x21-\x7e]+$/.test(token)) return token;
  // What it does hold is not quoted: it may be a secret for something else.
  throw wrong('not_a_token', file, 'holds no token, expected one line', 'make one with: vigie token issue');
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw wrong('file_unreadable', file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

export function hostOf(server: string): string {
  return server.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function wrong(code: string, at: string, message: string, hint?: string): InputError {
  return new InputError([fault(code, at, message, hint)]);
}
