/** What is shown of the queue: filtered, ordered, and held still while somebody points at it. */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { SessionInfo } from '../../api.ts';
import { useStore } from '../store.ts';
import { type Arranged, arrange, NOTHING } from './arrange.ts';
import { type Counts, countsOf, type Filter, fits, NO_FILTER } from './filter.ts';
import { waiting } from './line.ts';
import { useNow } from './now.ts';
import { byUrgency, type Review } from './review.ts';
import type { Waiting } from './waiting.ts';

export interface Queue {
  readonly state: Waiting;
  readonly nowMs: number;
  readonly filter: Filter;
  readonly counts: Counts;
  /** Those that fit, most urgent first, as they stand now. */
  readonly ordered: readonly Review[];
  readonly arranged: Arranged;
  readonly reviewOf: (id: string) => Review | undefined;
  readonly setFilter: (filter: Filter) => void;
  readonly hold: (held: boolean) => void;
  /** Shows what was held back, once. */
  readonly showNew: () => void;
}

export function useQueue({ name }: SessionInfo): Queue {
  const state = useStore(waiting, (all) => all);
  const nowMs = useNow();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [held, setHeld] = useState(false);
  const arranged = useRef<Arranged>(NOTHING);
  const [, redraw] = useState(0);
  const counts = useMemo(() => countsOf(state.open.values(), name, nowMs), [state.open, name, nowMs]);
  const ordered = useMemo(
    () =>
      byUrgency(
        [...state.open.values()].filter((one) => fits(one, filter, name, nowMs)),
        nowMs,
      ),
    [state.open, filter, name, nowMs],
  );
  arranged.current = useMemo(
    () =>
      arrange(
        arranged.current,
        ordered.map(({ candidate }) => candidate.id),
        held,
      ),
    [ordered, held, arranged.current],
  );
  return {
    state,
    nowMs,
    filter,
    counts,
    ordered,
    arranged: arranged.current,
    reviewOf: (id) => state.open.get(id) ?? state.past.get(id),
    setFilter: (next) => {
      arranged.current = NOTHING;
      setFilter(next);
    },
    hold: setHeld,
    showNew: () => {
      arranged.current = NOTHING;
      redraw((count) => count + 1);
    },
  };
}
