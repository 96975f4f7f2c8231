import { useMemo, useState } from 'preact/hooks';
import type { SiteInfo, StatisticsRow } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { useWords, type Words } from '../words/words.ts';
import { count, percent } from './format.ts';
import {
  type Column,
  DIMENSIONS,
  type Dimension,
  FEW,
  type Group,
  groupsBy,
  judged,
  type Order,
  ordered,
  precision,
  quantile,
  type Sum,
  sumOf,
} from './summary.ts';
import { WithinTime } from './within.tsx';
import { useStatisticsWords } from './words.ts';

const COLUMNS: readonly Column[] = [
  'name',
  'raised',
  'confirmed',
  'rejectedFalse',
  'rejectedIrrelevant',
  'rejectedTest',
  'lapsed',
  'precision',
  'median',
  'p90',
];

interface GroupTableProps {
  readonly rows: readonly StatisticsRow[];
  readonly sites: readonly SiteInfo[];
}

export function GroupTable({ rows, sites }: GroupTableProps) {
  const words = useStatisticsWords();
  const all = useWords();
  const [dimension, setDimension] = useState<Dimension>('camera');
  const [order, setOrder] = useState<Order>({ column: 'raised', isDescending: true });
  const groups = useMemo(() => groupsBy(rows, dimension), [rows, dimension]);
  const sum = useMemo(() => sumOf(rows), [rows]);
  const sortBy = (column: Column) =>
    setOrder((before) => ({
      column,
      // Numbers from the largest, names from the first.
      isDescending: before.column === column ? !before.isDescending : column !== 'name',
    }));
  const siteName = (id: string) => sites.find((one) => one.id === id)?.name ?? id;
  return (
    <section class="panel stats-table" aria-label={words.table}>
      <div class="stats-by">
        <h2>{words.table}</h2>
        <fieldset aria-label={words.by}>
          {DIMENSIONS.map((one) => (
            <button
              key={one}
              type="button"
              class="button"
              aria-pressed={dimension === one}
              onClick={() => setDimension(one)}
            >
              {words.dimension[one]}
            </button>
          ))}
        </fieldset>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="stats-scroll" tabIndex={0} aria-label={`${words.by} ${words.dimension[dimension]}`}>
        <table>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" aria-sort={sortOf(order, column)}>
                  <button type="button" onClick={() => sortBy(column)}>
                    {column === 'name' ? words.dimension[dimension] : words.column[column]}
                    <span aria-hidden="true">{arrowOf(order, column)}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ordered(groups, order).map((group) => (
              <tr key={group.key}>
                <Name group={group} dimension={dimension} all={all} siteName={siteName} />
                <Figures sum={group} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{words.sum}</th>
              <Figures sum={sum} />
            </tr>
          </tfoot>
        </table>
      </section>
    </section>
  );
}

function sortOf({ column, isDescending }: Order, of: Column): 'ascending' | 'descending' | undefined {
  if (column !== of) return undefined;
  return isDescending ? 'descending' : 'ascending';
}

function arrowOf({ column, isDescending }: Order, of: Column): string {
  if (column !== of) return '';
  return isDescending ? ' ↓' : ' ↑';
}

interface NameProps {
  readonly group: Group;
  readonly dimension: Dimension;
  readonly all: Words;
  readonly siteName: (id: string) => string;
}

function Name({ group: { row }, dimension, all, siteName }: NameProps) {
  switch (dimension) {
    case 'site':
      return <th scope="row">{siteName(row.site)}</th>;
    case 'type':
      return <th scope="row">{all.type[row.type]}</th>;
    case 'camera':
      return (
        <th scope="row">
          {row.camera} <span class="small quiet">{siteName(row.site)}</span>
        </th>
      );
    case 'rule':
      return (
        <th scope="row">
          {row.rule}{' '}
          <span class="small quiet">
            {all.type[row.type]} · {row.camera} · {siteName(row.site)}
          </span>
        </th>
      );
  }
}

function Figures({ sum }: { readonly sum: Sum }) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  const share = precision(sum);
  const decided = sum.decidedWithin.reduce((total, one) => total + one, 0);
  return (
    <>
      {(
        ['raised', 'confirmed', 'rejectedFalse', 'rejectedIrrelevant', 'rejectedTest', 'lapsed'] as const
      ).map((key) => (
        <td key={key}>{count(language, sum[key])}</td>
      ))}
      <td>
        <span class="stats-share">
          {share !== undefined && (
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={100 * share} height={8} />
            </svg>
          )}
          <span>{share === undefined ? words.none : percent(language, share)}</span>
        </span>
        {share !== undefined && <Few of={judged(sum)} />}
      </td>
      <td>
        <WithinTime within={quantile(sum.decidedWithin, 0.5)} />
        {decided > 0 && <Few of={decided} />}
      </td>
      <td>
        <WithinTime within={quantile(sum.decidedWithin, 0.9)} />
        {decided > 0 && <Few of={decided} />}
      </td>
    </>
  );
}

/** Said where a figure rests on less than FEW. */
function Few({ of }: { readonly of: number }) {
  const words = useStatisticsWords();
  const { language } = usePreferences();
  if (of >= FEW) return null;
  return (
    <span class="stats-few" title={words.fewLong(count(language, of))}>
      {words.few}, n = {count(language, of)}
    </span>
  );
}
