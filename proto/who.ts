/** OperationService.WhoAmI: whom a server takes its caller for. */
import type { EventType, Role, SiteKind } from '../pipeline/model.ts';
import { FILTERS_MAX, idIn, listIn, namesIn, presentIn, textIn, wideIn, wideOut } from './check.ts';
import { read, v1, write } from './wire.ts';
import { eventTypes, roles, siteKinds } from './words.ts';

/** What a server serves. */
export interface ServedSite {
  readonly site: string;
  readonly siteName?: string;
  readonly siteKind: SiteKind;
}

export type WhoAmIResponse = (
  | /** Every name is believed. */ { readonly kind: 'development' }
  | {
      readonly kind: 'known';
      readonly name: string;
      readonly role: Role;
      readonly sites: 'all' | readonly string[];
      readonly types: 'all' | readonly EventType[];
      readonly agentNames: boolean;
      /** The proof holds before that, and so does the habilitation. */
      readonly untilMs: number;
    }
) & { /** Absent when it lies outside the scope. */ readonly served?: ServedSite };

export function encodeWhoAmIRequest(): Uint8Array {
  return write(v1.WhoAmIRequest, {});
}

/** Throws DecodeError, as all of these do. */
export function decodeWhoAmIRequest(bytes: Uint8Array): Record<string, never> {
  read(v1.WhoAmIRequest, bytes);
  return {};
}

export function encodeWhoAmIResponse(response: WhoAmIResponse): Uint8Array {
  const served = response.served === undefined ? {} : { served: servedOut(response.served) };
  if (response.kind === 'development') return write(v1.WhoAmIResponse, { development: true, ...served });
  const { name, role, sites, types, agentNames, untilMs } = response;
  return write(v1.WhoAmIResponse, {
    name,
    role: roles.out(role),
    ...(sites === 'all' ? { allSites: true } : { sites: [...sites] }),
    ...(types === 'all' ? { allTypes: true } : { types: types.map(eventTypes.out) }),
    agentNames,
    untilMs: wideOut(untilMs, 'until_ms'),
    ...served,
  });
}

export function decodeWhoAmIResponse(bytes: Uint8Array): WhoAmIResponse {
  const wire = read(v1.WhoAmIResponse, bytes);
  const served = wire.served ? { served: servedIn(wire.served) } : {};
  if (wire.development) return { kind: 'development', ...served };
  const types = listIn(wire.types, FILTERS_MAX, 'types').map((type) => eventTypes.in(type, 'types'));
  return {
    kind: 'known',
    name: idIn(wire.name, 'name'),
    role: roles.in(wire.role, 'role'),
    sites: wire.allSites ? 'all' : namesIn(wire.sites, 'sites'),
    types: wire.allTypes ? 'all' : types,
    agentNames: wire.agentNames,
    untilMs: wideIn(wire.untilMs, 'until_ms'),
    ...served,
  };
}

type WireServed = NonNullable<Parameters<typeof v1.ServedSite.encode>[0]>;

function servedOut({ site, siteName, siteKind }: ServedSite): WireServed {
  return { site, siteName: siteName ?? '', siteKind: siteKinds.out(siteKind) };
}

function servedIn(wire: WireServed): ServedSite {
  const { site, siteName, siteKind } = presentIn(wire, 'served');
  return {
    site: idIn(site, 'site'),
    ...(siteName && { siteName: textIn(siteName, 'site_name') }),
    siteKind: siteKinds.in(siteKind, 'site_kind'),
  };
}
