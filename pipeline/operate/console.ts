/** `vigie console`: pages for agents and supervisors, a client of one or more servers. */
import { serveConsole } from '../console/server.ts';
import { fault, InputError } from '../errors.ts';
import { isLoopback } from '../serve/loopback.ts';
import { openAccess, tellErrors } from './access.ts';
import { hostOf, reach } from './reach.ts';
import { untilTold } from './until-told.ts';

export interface ConsoleCommandWords {
  readonly http: { readonly host: string; readonly port: number };
  readonly server: readonly string[];
  readonly json: boolean;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsName?: string;
  /** The console's own, for browsers. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly origin: readonly string[];
  readonly idle: number;
}

const MINUTE_MS = 60_000;
const SERVER = '127.0.0.1:50051';

/** Until told to stop; exit code 0. Throws InputError. */
export async function serveBrowsers(words: ConsoleCommandWords): Promise<number> {
  const { http, json, tlsCert, tlsKey, tls, tlsCa, tlsName, idle } = words;
  const addresses = words.server.length > 0 ? words.server : [SERVER];
  for (const origin of words.origin) requireOrigin(origin);
  const towards = { ...(tls && { tls }), ...(tlsCa && { tlsCa }), ...(tlsName && { tlsName }) };
  for (const server of addresses) requireSecret(server, tls === true || tlsCa !== undefined);
  const servers = addresses.map((server) => ({ address: server, access: reach({ server, ...towards }) }));
  const own = { ...(tlsCert && { tlsCert }), ...(tlsKey && { tlsKey }) };
  const access = await openAccess(own, tellErrors);
  const told = untilTold();
  try {
    const served = await serveConsole({
      ...http,
      servers,
      ...(access.tls && { tls: access.tls }),
      origins: words.origin,
      limits: { idleMs: idle * MINUTE_MS },
      onFailure: (error) => tellErrors(`console: ${error instanceof Error ? error.stack : String(error)}`),
    });
    process.stdout.write(
      json
        ? `${JSON.stringify({ console: served.url, servers: addresses })}\n`
        : `Vigie console on ${served.url}, for ${addresses.join(', ')}   stop: Ctrl-C\n`,
    );
    await told.once;
    await served.close();
    return 0;
  } finally {
    access.close();
  }
}

/** Tokens of everybody who works here go to the servers. */
function requireSecret(server: string, overTls: boolean): void {
  if (overTls || isLoopback(hostOf(server))) return;
  throw new InputError([
    fault(
      'token_in_the_clear',
      '--server',
      `agents' tokens would go to ${server} unencrypted, expected TLS`,
      'add --tls, or --tls-ca with the certificate of your own authority',
    ),
  ]);
}

function requireOrigin(text: string): void {
  if (URL.canParse(text) && new URL(text).origin === text) return;
  throw new InputError([
    fault('bad_origin', '--origin', `is '${text}', expected scheme and host, as in https://console.example`),
  ]);
}
