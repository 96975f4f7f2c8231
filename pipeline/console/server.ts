/**
 * The console: pages for agents and supervisors, and between them and the servers an HTTP server that is nothing but a
 * gRPC client. What it knows of a person is their session; what it may do is what the servers let that person do.
 */
import { fault, InputError } from '../errors.ts';
import { Attempts } from '../identity/attempts.ts';
import { isLoopback } from '../serve/loopback.ts';
import { consoleApp } from './app.ts';
import type { Server } from './connections.ts';
import { type ConsoleTls, listen } from './listen.ts';
import { Ways } from './login.ts';
import { loadPages } from './pages.ts';
import { SESSION_LIMITS, type SessionLimits, Sessions } from './sessions.ts';

export interface ConsoleOptions {
  readonly servers: readonly Server[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8080; 0 takes a free one. */
  readonly port?: number;
  /** Absent: plaintext, on loopback only. Closed by whoever opened it. */
  readonly tls?: ConsoleTls;
  /** How browsers call it through a proxy: `https://console.example`. */
  readonly origins?: readonly string[];
  readonly limits?: Partial<SessionLimits>;
  readonly attempts?: Attempts;
  readonly now?: () => number;
  readonly sweepMs?: number;
  /** What browsers are not told: the cause behind `internal`. */
  readonly onFailure?: (error: unknown) => void;
}

export interface Console {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly sessions: { readonly count: number };
  close(graceMs?: number): Promise<void>;
}

const SWEEP_MS = 1_000;
const GRACE_MS = 1_000;
/** Fewer than a server grants an address: to a server, all who log in here have the console's. */
const LOGIN_LIMITS = { burst: 8, perMinute: 6 };

/** Throws InputError: `bind_not_loopback`, `bind_without_tls`, `console_port_in_use`, `bind_failed`. */
export async function serveConsole(options: ConsoleOptions): Promise<Console> {
  const { servers, host = '127.0.0.1', port = 8_080, tls, origins = [], now = Date.now } = options;
  const loopback = isLoopback(host);
  if (!loopback) await requireSafe(servers, host, tls);
  const sessions = new Sessions({ ...SESSION_LIMITS, ...options.limits }, now);
  const pages = loadPages();
  const app = consoleApp({
    servers,
    sessions,
    attempts: options.attempts ?? new Attempts(LOGIN_LIMITS),
    ...(pages && { pages }),
    loopback,
    names: loopback,
    secure: tls !== undefined || origins.some((origin) => origin.startsWith('https:')),
    origins,
    now,
    onFailure: options.onFailure ?? (() => {}),
  });
  const listening = await listen((request, bindings) => app.fetch(request, bindings), host, port, tls);
  const sweeper = setInterval(() => sessions.sweep(), options.sweepMs ?? SWEEP_MS).unref();
  let closed: Promise<void> | undefined;
  return {
    url: listening.url,
    sessions,
    close(graceMs = GRACE_MS) {
      closed ??= (async () => {
        clearInterval(sweeper);
        sessions.close();
        await listening.close(graceMs);
      })();
      return closed;
    },
  };
}

/** Where other machines can reach it: TLS, and servers that want tokens. */
async function requireSafe(
  servers: readonly Server[],
  host: string,
  tls: ConsoleTls | undefined,
): Promise<void> {
  if (tls === undefined) {
    throw new InputError([
      fault(
        'bind_without_tls',
        '--http',
        `'${host}' can be reached from other machines, expected a certificate: without TLS, sessions can be read on ` +
          'the way',
        'give --tls-cert and --tls-key (vigie certs makes them), or bind to 127.0.0.1 behind a proxy',
      ),
    ]);
  }
  if ((await new Ways({ servers, names: true }, () => 0).current()).way === 'token') return;
  throw new InputError([
    fault(
      'bind_not_loopback',
      '--http',
      `'${host}' can be reached from other machines, expected 127.0.0.1, ::1 or localhost: the server has only the ` +
        'development identity, which believes every name it is given',
      'serve with --identities (docs/identity.md), or bind to 127.0.0.1',
    ),
  ]);
}
