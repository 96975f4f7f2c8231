/** The editor is fetched when somebody opens it: agents never do. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PageProps } from '../pages.ts';
import { Empty } from '../ui/empty.tsx';
import { useWords } from '../words/words.ts';

type Fetched =
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly Screen: ComponentType<PageProps> }
  | { readonly kind: 'failed' };

export function ZonesPage(props: PageProps) {
  const words = useWords();
  const [fetched, setFetched] = useState<Fetched>({ kind: 'coming' });
  const fetchIt = () => {
    setFetched({ kind: 'coming' });
    import('./screen.tsx').then(
      ({ ZonesScreen: Screen }) => setFetched({ kind: 'here', Screen }),
      () => setFetched({ kind: 'failed' }),
    );
  };
  useEffect(fetchIt, []);
  if (fetched.kind === 'here') return <fetched.Screen {...props} />;
  if (fetched.kind === 'coming') return <Empty title={words.loading} />;
  return (
    <Empty title={words.away}>
      <button type="button" class="button" onClick={() => location.reload()}>
        {words.retry}
      </button>
    </Empty>
  );
}
