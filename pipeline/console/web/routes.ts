/** Which page is shown: the part of the address behind `#/`. Links are links, so that they can be opened and kept. */
import { useEffect, useMemo, useState } from 'preact/hooks';

export const PAGES = ['queue', 'network', 'zones', 'statistics'] as const;
export type Page = (typeof PAGES)[number];

export interface Route {
  readonly page: Page;
  /** What follows, decoded: a camera, a candidate. */
  readonly rest: readonly string[];
}

export function href(page: Page, ...rest: readonly string[]): string {
  return `#/${[page, ...rest.map(encodeURIComponent)].join('/')}`;
}

export function go(page: Page, ...rest: readonly string[]): void {
  location.hash = href(page, ...rest);
}

function routeOf(hash: string): Route {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  const page = PAGES.find((one) => one === name) ?? 'queue';
  return { page, rest: rest.map(decoded) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function useRoute(): Route {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    // What changed between drawing and listening is not missed.
    changed();
    return () => removeEventListener('hashchange', changed);
  }, []);
  return useMemo(() => routeOf(hash), [hash]);
}
