/** Every site and camera, live: how each does, and which of them needs somebody. */
import './network.css';
import { useMemo, useState } from 'preact/hooks';
import type { PageProps } from '../pages.ts';
import { usePreferences } from '../preferences.ts';
import { go } from '../routes.ts';
import { Empty } from '../ui/empty.tsx';
import { countStates, type Filter, NO_FILTER, shownSites } from './arrange.ts';
import { Details } from './details.tsx';
import { useNetwork } from './feed.ts';
import { Filters } from './filters.tsx';
import { type Selection, Tiles } from './tiles.tsx';
import { useNetworkWords } from './words.ts';

/** `#/network`, `#/network/SITE`, `#/network/SITE/CAMERA`. */
export function NetworkPage({ info, rest: [site, camera] }: PageProps) {
  const words = useNetworkWords();
  const { language } = usePreferences();
  const { network, line } = useNetwork();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const sites = network.sites;
  const shown = useMemo(() => shownSites(sites ?? [], filter), [sites, filter]);
  const counts = useMemo(() => countStates(sites ?? []), [sites]);
  const cameras = shown.reduce((sum, one) => sum + one.cameras.length, 0);
  const selection: Selection | undefined =
    site === undefined || site === '' ? undefined : { site, ...(camera && { camera }) };

  if (sites === undefined) return <Empty title={line === 'broken' ? words.broken : words.connecting} />;
  if (sites.length === 0) return <Empty title={words.none} />;
  return (
    <div class="net">
      <h1 class="hidden-but-read">{words.title}</h1>
      <div role="status">{line === 'broken' && <p class="notice bad">{words.broken}</p>}</div>
      <Filters counts={counts} filter={filter} shown={cameras} onFilter={setFilter} />
      <div class={line === 'broken' ? 'net-body stale' : 'net-body'}>
        {shown.length === 0 ? (
          <Empty title={words.noMatch}>
            <button type="button" class="button" onClick={() => setFilter(NO_FILTER)}>
              {words.clear}
            </button>
          </Empty>
        ) : (
          <Tiles
            shown={shown}
            language={language}
            selection={selection}
            onSelect={(to) => go('network', to.site, ...(to.camera === undefined ? [] : [to.camera]))}
          />
        )}
        <Details info={info} sites={sites} selection={selection} onClose={() => go('network')} />
      </div>
    </div>
  );
}
