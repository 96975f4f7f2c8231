import { useState } from 'preact/hooks';
import type { SiteInfo } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { count } from './format.ts';
import { between, DAY_MS, dateOf, daysOf, lastDays, RANGES, type Range } from './range.ts';
import { useStatisticsWords } from './words.ts';

interface RangeBarProps {
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  readonly nowMs: number;
  readonly sites: readonly SiteInfo[];
  /** Empty: all. */
  readonly site: string;
  readonly onSite: (site: string) => void;
}

export function RangeBar({ range, onRange, nowMs, sites, site, onSite }: RangeBarProps) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  const [isOwn, setOwn] = useState(false);
  return (
    <div class="stats-range">
      <fieldset aria-label={words.range}>
        {RANGES.map((days) => (
          <button
            key={days}
            type="button"
            class="button"
            aria-pressed={!isOwn && daysOf(range) === days}
            onClick={() => {
              setOwn(false);
              onRange(lastDays(days, nowMs));
            }}
          >
            {words.last(count(language, days))}
          </button>
        ))}
        <button type="button" class="button" aria-pressed={isOwn} onClick={() => setOwn(true)}>
          {words.own}
        </button>
      </fieldset>
      {isOwn && <OwnRange range={range} onRange={onRange} />}
      {sites.length > 1 && (
        <select
          class="select"
          aria-label={words.site}
          value={site}
          onChange={({ currentTarget }) => onSite(currentTarget.value)}
        >
          <option value="">{words.allSites}</option>
          {sites.map(({ id, name }) => (
            <option key={id} value={id}>
              {name ?? id}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function OwnRange({ range, onRange }: Pick<RangeBarProps, 'range' | 'onRange'>) {
  const words = useStatisticsWords();
  const [dates, setDates] = useState({
    from: dateOf(range.fromMs),
    until: dateOf(range.untilMs - DAY_MS),
  });
  const found = between(dates.from, dates.until);
  const set = (change: Partial<typeof dates>) => {
    const next = { ...dates, ...change };
    setDates(next);
    const made = between(next.from, next.until);
    if (made !== undefined) onRange(made);
  };
  return (
    <>
      {(['from', 'until'] as const).map((key) => (
        <label key={key} class="stats-date">
          <span class="small">{words[key]}</span>
          <input
            class="select"
            type="date"
            value={dates[key]}
            aria-invalid={found === undefined}
            onInput={({ currentTarget }) => set({ [key]: currentTarget.value })}
          />
        </label>
      ))}
      <span class="stats-wrong small" role="alert">
        {found === undefined && <>⚠ {words.badRange}</>}
      </span>
    </>
  );
}
