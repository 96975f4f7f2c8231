import type { PageProps } from '../pages.ts';
import { Empty } from '../ui/empty.tsx';
import { useWords } from '../words/words.ts';

export function StatisticsPage(_: PageProps) {
  const words = useWords();
  return <Empty title={words.pages.statistics} />;
}
