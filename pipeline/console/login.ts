/**
 * Who logs in is whom the servers take them for. With a token the server says name, role and scope; a server with the
 * development identity believes every name, and then so does the console, on loopback and nowhere else.
 */
import { NAME_LENGTH_MAX, printable } from '../identity/claims.ts';
import { PEOPLE } from '../identity/decide.ts';
import { TOKEN_LENGTH_MAX } from '../identity/jwt.ts';
import { EVENT_TYPES, type EventType, ROLES, type Role } from '../model.ts';
import { RpcError } from '../serve/client/client.ts';
import type { LoginWays } from './api.ts';
import { Connections, type Server, type Standing } from './connections.ts';
import { ApiError } from './errors.ts';
import type { Proved } from './sessions.ts';

export interface LoginOptions {
  readonly servers: readonly Server[];
  /** Whether a name may be believed at all: not where other machines can reach the console. */
  readonly names: boolean;
}

/** Throws ApiError: what is wrong with the request, that nobody answers, or why the token is none. */
export async function logIn({ servers, names }: LoginOptions, body: unknown): Promise<Proved> {
  const wish = wishIn(body);
  if (wish.kind === 'name' && !names) throw notBelieved();
  const connections = new Connections(servers, wish.kind === 'token' ? wish.token : undefined);
  try {
    const standings = await standingsOf(connections);
    if (wish.kind === 'token') return withToken(standings, connections);
    if (!standings.some((one) => one.kind === 'welcome' && one.who.kind === 'development'))
      throw notBelieved();
    const { name, role } = wish;
    const untilMs = Number.POSITIVE_INFINITY;
    return { name, role, development: true, types: EVENT_TYPES, untilMs, connections };
  } catch (error) {
    connections.close();
    throw error;
  }
}

/**
 * How one can log in. Asked of the servers without a token: those that want one say so, and count it as a failure to
 * prove who calls. So it is asked seldom, however many browsers ask here.
 */
export class Ways {
  readonly #options: LoginOptions;
  readonly #now: () => number;
  #last: { readonly untilMs: number; readonly ways: LoginWays } | undefined;
  #asking: Promise<LoginWays> | undefined;

  constructor(options: LoginOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  async current(): Promise<LoginWays> {
    if (!this.#options.names) return { way: 'token' };
    if (this.#last !== undefined && this.#now() < this.#last.untilMs) return this.#last.ways;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<LoginWays> {
    const connections = new Connections(this.#options.servers, undefined);
    const asked = await Promise.allSettled(connections.all.map((one) => one.learn()));
    connections.close();
    const standings = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.kind] : []));
    const ways: LoginWays = { way: standings.includes('welcome') ? 'name' : 'token' };
    const heldMs = standings.length === 0 ? AWAY_MS : ways.way === 'token' ? TOKEN_MS : NAME_MS;
    this.#last = { untilMs: this.#now() + heldMs, ways };
    return ways;
  }
}

/** A server that is away may be back soon; one that wants tokens seldom changes its mind. */
const AWAY_MS = 2_000;
const NAME_MS = 10_000;
const TOKEN_MS = 10 * 60_000;

type Wish =
  | { readonly kind: 'name'; readonly name: string; readonly role: Role }
  | { readonly kind: 'token'; readonly token: string };

function wishIn(body: unknown): Wish {
  const { name, role, token } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  if (typeof token === 'string') {
    const trimmed = token.trim();
    if (trimmed.length > TOKEN_LENGTH_MAX || !/^[\x21-\x7e]+$/.test(trimmed))
      throw new ApiError(401, 'credentials_invalid', 'this is no token, expected one line of it');
    return { kind: 'token', token: trimmed };
  }
  if (typeof name !== 'string' || name.trim() === '' || name.length > NAME_LENGTH_MAX || !printable(name))
    throw new ApiError(400, 'no_name', `expected a name of 1 to ${NAME_LENGTH_MAX} printable characters`);
  const found = ROLES.find((one) => one === role);
  if (found === undefined) throw new ApiError(400, 'bad_role', `expected a role: ${ROLES.join(', ')}`);
  requirePerson(found);
  return { kind: 'name', name: name.trim(), role: found };
}

/** A server that is away for the moment does not keep anybody out, as long as one answers. */
async function standingsOf(connections: Connections): Promise<readonly Standing[]> {
  const asked = await Promise.allSettled(connections.all.map((one) => one.learn()));
  const standings = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (standings.length > 0) return standings;
  const why = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))[0];
  if (why instanceof RpcError && why.status === 'RESOURCE_EXHAUSTED') throw why;
  const words = why instanceof Error ? why.message : String(why);
  throw new ApiError(503, 'server_away', `no server answers: ${words}`);
}

function withToken(standings: readonly Standing[], connections: Connections): Proved {
  const welcome = standings.flatMap((one) => (one.kind === 'welcome' ? [one.who] : []));
  const [first] = welcome.filter((one) => one.kind === 'known');
  if (first === undefined) throw refusedBy(standings, welcome.length > 0);
  requirePerson(first.role);
  const types = new Set<EventType>();
  for (const who of welcome) {
    if (who.kind !== 'known') continue;
    for (const type of who.types === 'all' ? EVENT_TYPES : who.types) types.add(type);
  }
  return {
    name: first.name,
    role: first.role,
    development: false,
    types: EVENT_TYPES.filter((type) => types.has(type)),
    untilMs: Math.min(...welcome.flatMap((who) => (who.kind === 'known' ? [who.untilMs] : []))),
    connections,
  };
}

function refusedBy(standings: readonly Standing[], believed: boolean): ApiError {
  // A server that believes names looks at no token: to log in with one would prove nothing.
  if (believed) return new ApiError(401, 'names_believed', 'the server knows no tokens; log in with a name');
  const code = standings.flatMap((one) => (one.kind === 'closed' ? [one.code] : []))[0] ?? 'refused';
  return new ApiError(code === 'outside_scope' ? 403 : 401, code, `the server refuses the token: ${code}`);
}

function requirePerson(role: Role): void {
  if (PEOPLE.has(role)) return;
  throw new ApiError(
    403,
    'wrong_role',
    `a ${role} is no person; the console is for ${[...PEOPLE].join(', ')}`,
  );
}

function notBelieved(): ApiError {
  return new ApiError(401, 'name_not_believed', 'a name alone is not believed here, expected a token');
}
