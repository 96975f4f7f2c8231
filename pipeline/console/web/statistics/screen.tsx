/** What became of candidates: how much of it was true, how long it took, where and when. For those who answer for it. */
import './statistics.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { PATHS, type StatisticsRow } from '../../api.ts';
import { CallFailed, get, pathWith } from '../calls.ts';
import type { PageProps } from '../pages.ts';
import { serverNowMs, sessionEnded } from '../session.ts';
import { Empty } from '../ui/empty.tsx';
import { useWords } from '../words/words.ts';
import { daysOf, lastDays, type Range } from './range.ts';
import { RangeBar } from './range-bar.tsx';
import { GroupTable } from './table.tsx';
import { Totals } from './totals.tsx';
import { Trend } from './trend-bars.tsx';
import { useStatisticsWords } from './words.ts';

type Rows =
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly rows: readonly StatisticsRow[]; readonly range: Range }
  | { readonly kind: 'failed'; readonly why: string };

const DAYS_FIRST = 30;

export function StatisticsScreen({ info }: PageProps) {
  const words = useStatisticsWords();
  const all = useWords();
  const [range, setRange] = useState<Range>(() => lastDays(DAYS_FIRST, serverNowMs()));
  const [site, setSite] = useState('');
  const [attempt, setAttempt] = useState(0);
  const state = useRows(range, attempt);
  const rows = useMemo(
    () => (state.kind === 'here' ? state.rows.filter((row) => site === '' || row.site === site) : undefined),
    [state, site],
  );
  return (
    <div class="stats">
      <header>
        <h1>{words.title}</h1>
        <RangeBar
          range={range}
          onRange={setRange}
          nowMs={serverNowMs()}
          sites={info.sites}
          site={site}
          onSite={setSite}
        />
        <a
          class="button"
          href={pathWith(PATHS.statisticsCsv, { fromMs: range.fromMs, untilMs: range.untilMs })}
          download
        >
          <span aria-hidden="true">↓</span> {words.csv}
        </a>
      </header>
      <div class="stats-body" aria-busy={state.kind === 'coming'}>
        {state.kind === 'coming' && <Empty title={all.loading} />}
        {state.kind === 'failed' && (
          <Empty title={all.failed(state.why)}>
            <button type="button" class="button" onClick={() => setAttempt(attempt + 1)}>
              {all.retry}
            </button>
          </Empty>
        )}
        {state.kind === 'here' && rows?.length === 0 && (
          <Empty title={words.empty}>
            <p>{words.emptyHint}</p>
          </Empty>
        )}
        {state.kind === 'here' && rows !== undefined && rows.length > 0 && (
          <>
            <Totals rows={rows} days={daysOf(state.range)} />
            <Trend rows={rows} range={state.range} />
            <GroupTable rows={rows} sites={info.sites} />
            <p class="small quiet">
              {words.how} {words.fewNote} {words.utc}
            </p>
          </>
        )}
      </div>
    </div>
  );
}

function useRows(range: Range, attempt: number): Rows {
  const [state, setState] = useState<Rows>({ kind: 'coming' });
  useEffect(() => {
    const ended = new AbortController();
    setState({ kind: 'coming' });
    const { fromMs, untilMs } = range;
    get<readonly StatisticsRow[]>(PATHS.statistics, { fromMs, untilMs }, ended.signal).then(
      (rows) => setState({ kind: 'here', rows, range }),
      (error) => {
        if (ended.signal.aborted || sessionEnded(error)) return;
        const why = error instanceof CallFailed ? error.message : String(error);
        setState({ kind: 'failed', why });
      },
    );
    return () => ended.abort();
  }, [range, attempt]);
  return state;
}
