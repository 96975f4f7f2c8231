/** A page whose script is fetched when somebody opens it. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PageProps } from '../pages.ts';
import { useWords } from '../words/words.ts';
import { Empty } from './empty.tsx';

type Fetched =
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly Screen: ComponentType<PageProps> }
  | { readonly kind: 'failed' };

interface LazyProps {
  readonly fetchIt: () => Promise<ComponentType<PageProps>>;
  readonly page: PageProps;
}

export function Lazy({ fetchIt, page }: LazyProps) {
  const words = useWords();
  const [fetched, setFetched] = useState<Fetched>({ kind: 'coming' });
  useEffect(() => {
    fetchIt().then(
      (Screen) => setFetched({ kind: 'here', Screen }),
      () => setFetched({ kind: 'failed' }),
    );
  }, []);
  if (fetched.kind === 'here') return <fetched.Screen {...page} />;
  if (fetched.kind === 'coming') return <Empty title={words.loading} />;
  // A script that a browser could not fetch is not asked for again but by a new page.
  return (
    <Empty title={words.failed(words.away)}>
      <button type="button" class="button" onClick={() => location.reload()}>
        {words.retry}
      </button>
    </Empty>
  );
}
