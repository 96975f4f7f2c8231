import type { PageProps } from '../pages.ts';
import { Lazy } from '../ui/lazy.tsx';

const fetchIt = () => import('./screen.tsx').then(({ StatisticsScreen }) => StatisticsScreen);

export function StatisticsPage(page: PageProps) {
  return <Lazy fetchIt={fetchIt} page={page} />;
}
