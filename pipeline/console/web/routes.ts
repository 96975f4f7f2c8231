/** Which page is shown: the part of the address behind `#/`. Links are links, so that they can be opened and kept. */
import { useEffect, useState } from 'preact/hooks';

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

function current(): Route {
  const [name = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/');
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
  const [route, setRoute] = useState(current);
  useEffect(() => {
    const changed = () => setRoute(current());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}
