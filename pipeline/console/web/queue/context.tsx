/** What helps to decide: the zone's last hour, and what was decided here before. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Candidate } from '../../../model.ts';
import { type CandidateContext, PATHS } from '../../api.ts';
import { get } from '../calls.ts';
import { usePreferences } from '../preferences.ts';
import { serverNowMs, sessionEnded } from '../session.ts';
import { Badge } from '../ui/badge.tsx';
import { Plot } from '../ui/plot.tsx';
import { useWords } from '../words/words.ts';
import type { Review } from './review.ts';
import { dayTime, figure } from './times.ts';
import { useQueueWords } from './words.ts';

export type Context =
  | { readonly kind: 'loading' | 'failed' }
  | ({ readonly kind: 'here' } & CandidateContext);

export function useContextOf(candidate: string): Context {
  const [context, setContext] = useState<Context>({ kind: 'loading' });
  useEffect(() => {
    const enough = new AbortController();
    get<CandidateContext>(PATHS.context, { candidate }, enough.signal).then(
      (answer) => setContext({ kind: 'here', ...answer }),
      (error) => {
        if (!enough.signal.aborted && !sessionEnded(error)) setContext({ kind: 'failed' });
      },
    );
    return () => enough.abort();
  }, [candidate]);
  return context;
}

export function History({
  context,
  candidate,
}: {
  readonly context: Context;
  readonly candidate: Candidate;
}) {
  const words = useQueueWords();
  const { language } = usePreferences();
  const history = context.kind === 'here' ? context.history : undefined;
  const [atMs, values] = useMemo(
    () => [history?.points.map((one) => one.atMs) ?? [], history?.points.map((one) => one.people) ?? []],
    [history],
  );
  const known = values.filter((one) => one !== undefined);
  const title = history ? words.historyIn(history.zone) : words.history;
  const limit = candidate.findings.find(({ unit, name }) => unit === 'people' && name === 'people')?.limit;
  return (
    <div class="side-part">
      <h3>{title}</h3>
      {context.kind === 'failed' && <p class="quiet small">{words.contextFailed}</p>}
      {context.kind === 'here' && known.length === 0 && <p class="quiet small">{words.noHistory}</p>}
      {known.length > 0 && (
        <Plot
          label={`${title}: ${figure(Math.min(...known), language)}–${figure(Math.max(...known), language)}`}
          atMs={atMs}
          values={values}
          height={110}
          markMs={candidate.beganAtMs}
          limit={limit === undefined || limit === 0 ? undefined : limit}
        />
      )}
    </div>
  );
}

export function Earlier({ context }: { readonly context: Context }) {
  const words = useQueueWords();
  return (
    <div class="side-part">
      <h3>{words.earlier}</h3>
      {context.kind === 'failed' && <p class="quiet small">{words.contextFailed}</p>}
      {context.kind === 'here' && context.earlier.length === 0 && (
        <p class="quiet small">{words.noEarlier}</p>
      )}
      {context.kind === 'here' && context.earlier.length > 0 && (
        <ul class="earlier small">
          {context.earlier.map((review) => (
            <Decided key={review.candidate.id} review={review} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Decided({ review: { state, candidate } }: { readonly review: Review }) {
  const all = useWords();
  const { language } = usePreferences();
  if (state.kind === 'waiting' || state.kind === 'claimed') return null;
  const { act, by, atMs } = state.verdict;
  const why = act.kind === 'reject' ? all.reason[act.reason] : all.status[state.kind];
  const note = 'note' in act ? act.note : undefined;
  return (
    <li>
      <span class="number quiet">{dayTime(atMs || candidate.atMs, serverNowMs(), language)}</span>
      <Badge tone={state.kind === 'confirmed' ? 'good' : 'low'}>{why}</Badge>
      <span class="cut">
        {state.kind !== 'lapsed' && by.name}
        {note && <span class="quiet"> “{note}”</span>}
      </span>
    </li>
  );
}
