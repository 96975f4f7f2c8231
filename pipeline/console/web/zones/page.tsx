/** The editor is fetched when somebody opens it: agents never do. */
import type { PageProps } from '../pages.ts';
import { Lazy } from '../ui/lazy.tsx';

const fetchIt = () => import('./screen.tsx').then(({ ZonesScreen }) => ZonesScreen);

export function ZonesPage(page: PageProps) {
  return <Lazy fetchIt={fetchIt} page={page} />;
}
