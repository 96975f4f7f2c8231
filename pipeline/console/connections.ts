/**
 * The servers behind the console, each of which serves one site, and one person's connections to them. Every call is made
 * with that person's own token, so the server's guard is the one place that decides who may what.
 */
import type { ServedSite, WhoAmIResponse } from '../../proto/messages.ts';
import { type ClientAccess, openClient, RpcError, type VigieClient } from '../serve/client/client.ts';
import { ApiError } from './errors.ts';

export interface Server {
  /** host:port */
  readonly address: string;
  readonly access: Pick<ClientAccess, 'tls'>;
}

/** What a server said to this person: it is unknown while it never answered. */
export type Standing =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'welcome'; readonly who: WhoAmIResponse; readonly served: ServedSite }
  /** It does not know them, or its site is outside their scope. */
  | { readonly kind: 'closed'; readonly code: string };

export class Connection {
  readonly client: VigieClient;
  readonly address: string;
  standing: Standing = { kind: 'unknown' };

  constructor({ address, access }: Server, token: string | undefined) {
    this.address = address;
    this.client = openClient(address, {
      ...access,
      ...(token !== undefined && { bearer: () => token }),
    });
  }

  /** What it is called as long as nothing better is known. */
  get site(): string {
    return this.standing.kind === 'welcome' ? this.standing.served.site : this.address;
  }

  /** Asks once, until it has answered. Throws RpcError when it does not. */
  async learn(): Promise<Standing> {
    if (this.standing.kind !== 'unknown') return this.standing;
    try {
      const who = await this.client.whoAmI();
      const { served } = who;
      this.standing =
        served === undefined ? { kind: 'closed', code: 'outside_scope' } : { kind: 'welcome', who, served };
    } catch (error) {
      if (!(error instanceof RpcError) || !REFUSALS.has(error.status)) throw error;
      this.standing = { kind: 'closed', code: error.code };
    }
    return this.standing;
  }
}

/** These do not pass with time. */
const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED']);

export class Connections {
  readonly all: readonly Connection[];

  constructor(servers: readonly Server[], token: string | undefined) {
    this.all = servers.map((server) => new Connection(server, token));
  }

  /** Those that may answer this person. */
  get usable(): readonly Connection[] {
    return this.all.filter(({ standing }) => standing.kind !== 'closed');
  }

  get sites(): readonly ServedSite[] {
    const served = this.all.flatMap(({ standing }) => (standing.kind === 'welcome' ? [standing.served] : []));
    // Several servers may serve one site.
    return [...new Map(served.map((one) => [one.site, one])).values()];
  }

  /** Throws ApiError when no server of that site is known. */
  async of(site: string): Promise<Connection> {
    const find = () =>
      this.all.find(({ standing }) => standing.kind === 'welcome' && standing.served.site === site);
    const known = find();
    if (known !== undefined) return known;
    const unknown = this.all.filter(({ standing }) => standing.kind === 'unknown');
    await Promise.allSettled(unknown.map((one) => one.learn()));
    const found = find();
    if (found !== undefined) return found;
    if (this.all.some(({ standing }) => standing.kind === 'unknown'))
      throw new ApiError(503, 'server_away', `no server of site '${site}' answers`);
    throw new ApiError(404, 'unknown_site', `no server of site '${site}' is open to you`);
  }

  close(): void {
    for (const { client } of this.all) client.close();
  }
}
