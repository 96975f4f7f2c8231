/** The network as its messages tell it, folded. Pure: what did not change keeps its identity, so that it is not drawn anew. */
import type { NetworkCamera, NetworkChange, NetworkMessage, NetworkSite } from '../../api.ts';

export interface KnownSite extends NetworkSite {
  /** Why its server does not answer; what is shown is then what it said last. */
  readonly away?: string;
  /** Where each camera stands in `cameras`. */
  readonly places: ReadonlyMap<string, number>;
}

export interface Network {
  /** Undefined: not heard of yet. */
  readonly sites: readonly KnownSite[] | undefined;
  readonly away: ReadonlyMap<string, string>;
}

export const NOTHING_HEARD: Network = { sites: undefined, away: new Map() };

export function heard(network: Network, message: NetworkMessage): Network {
  switch (message.kind) {
    case 'network':
      return { ...network, sites: message.sites.map((one) => known(one, network.away.get(one.site))) };
    case 'changes':
      return changed(network, message.sites);
    case 'site':
      return answers(network, message.site, message.why);
    case 'over':
      return network;
  }
}

function known(site: NetworkSite, away: string | undefined): KnownSite {
  const places = new Map(site.cameras.map(({ camera }, index) => [camera, index]));
  return { ...site, places, ...(away !== undefined && { away }) };
}

function changed(network: Network, changes: readonly NetworkChange[]): Network {
  if (network.sites === undefined || changes.length === 0) return network;
  const bySite = new Map(changes.map((one) => [one.site, one]));
  const sites = network.sites.map((site) => {
    const change = bySite.get(site.site);
    return change === undefined ? site : withChange(site, change);
  });
  return { ...network, sites };
}

function withChange(site: KnownSite, { cameras: changes, ...figures }: NetworkChange): KnownSite {
  if (changes.length === 0) return { ...site, ...figures };
  const cameras: NetworkCamera[] = [...site.cameras];
  let places = site.places;
  for (const camera of changes) {
    const place = places.get(camera.camera);
    if (place !== undefined) cameras[place] = camera;
    else places = new Map(places).set(camera.camera, cameras.push(camera) - 1);
  }
  return { ...site, ...figures, cameras, places };
}

function answers({ sites, away: before }: Network, site: string, why: string | undefined): Network {
  const away = new Map(before);
  if (why === undefined) away.delete(site);
  else away.set(site, why);
  const told = sites?.map((one) => {
    if (one.site !== site) return one;
    const { away: _, ...rest } = one;
    return why === undefined ? rest : { ...rest, away: why };
  });
  return { sites: told, away };
}
