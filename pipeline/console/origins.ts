/**
 * Whether a request comes from a page of this console.
 *
 * On loopback the host that is asked for must be loopback too, or an origin that was named: a page elsewhere whose name
 * was made to point at 127.0.0.1 would otherwise pass for ours. A POST must say its origin, and that must be where it is
 * sent; every browser does. What a browser says of other sites' requests is believed.
 */
import { isLoopback } from '../serve/loopback.ts';
import { ApiError } from './errors.ts';

export interface OriginOptions {
  /** Bound to loopback. */
  readonly loopback: boolean;
  /** How browsers call it through a proxy: `https://console.example`. */
  readonly origins: readonly string[];
}

export interface Asked {
  readonly method: string;
  /** Host and port that were asked for. */
  readonly host: string;
  header(name: string): string | undefined;
}

/** Throws ApiError `host_not_ours`, `cross_site`. */
export function requireOwn({ method, host, header }: Asked, { loopback, origins }: OriginOptions): void {
  const named = origins.map((origin) => new URL(origin).host);
  if (loopback && !isLoopback(hostname(host)) && !named.includes(host))
    throw new ApiError(421, 'host_not_ours', 'this address is not one of the console; see --origin');
  const site = header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSite();
  if (method === 'GET' || method === 'HEAD') return;
  const origin = header('origin');
  if (origin === undefined || !(origins.includes(origin) || hostOf(origin) === host)) throw crossSite();
}

function crossSite(): ApiError {
  return new ApiError(403, 'cross_site', 'this request comes from a page of another site');
}

function hostname(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
