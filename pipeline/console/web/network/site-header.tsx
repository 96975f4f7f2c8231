import { usePreferences } from '../preferences.ts';
import { Badge } from '../ui/badge.tsx';
import { useWords } from '../words/words.ts';
import { number } from './format.ts';
import type { KnownSite } from './state.ts';
import { useNetworkWords } from './words.ts';

interface SiteHeaderProps {
  readonly site: KnownSite;
  readonly shown: number;
  readonly isSelected: boolean;
}

/** One line of figures; stays at the upper edge while the site's tiles pass under it. */
export function SiteHeader({ site, shown, isSelected }: SiteHeaderProps) {
  const words = useNetworkWords();
  const all = useWords();
  const { language } = usePreferences();
  const { framesPerSecond, lagRecords, waiting, claimed, outages, away } = site;
  const count = (value: number) => number(language, value);
  return (
    <header class="net-site-header">
      <h2>
        <button
          type="button"
          class="net-site-name"
          data-site={site.site}
          aria-current={isSelected ? 'true' : undefined}
          title={site.name ?? site.site}
        >
          {site.name ?? site.site}
        </button>
      </h2>
      <span class="quiet net-kind">{all.siteKind[site.kind]}</span>
      {away !== undefined && (
        <Badge tone="critical">
          <span aria-hidden="true">⚠</span> {words.away}
        </Badge>
      )}
      {outages.length > 0 && (
        <Badge tone="high">
          <span aria-hidden="true">⚠</span> {words.outages(outages.length, count(outages.length))}
        </Badge>
      )}
      <span class="net-figures number">
        {waiting > 0 && <strong>{words.waiting(count(waiting))}</strong>}
        {claimed > 0 && <span>{words.claimed(count(claimed))}</span>}
        {lagRecords !== undefined && lagRecords > 0 && (
          <span>{words.behind(lagRecords, count(lagRecords))}</span>
        )}
        {framesPerSecond !== undefined && (
          <span class="quiet">{words.framesPerSecond(number(language, framesPerSecond, 1))}</span>
        )}
        <span class="quiet">{words.cameras(shown, count(shown))}</span>
      </span>
    </header>
  );
}
