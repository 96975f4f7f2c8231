/** The left of the page: counters, filters, what is wrong with the line, and the list. */

import './list.css';
import { SEVERITIES } from '../../../model.ts';
import type { SessionInfo } from '../../api.ts';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Key } from '../ui/key.tsx';
import { useWords } from '../words/words.ts';
import { isFiltered } from './filter.ts';
import { Filters } from './filters.tsx';
import type { Command } from './keys.ts';
import { List } from './list.tsx';
import type { Queue } from './use-queue.ts';
import { isStale } from './waiting.ts';
import { useQueueWords } from './words.ts';

interface SideProps {
  readonly info: SessionInfo;
  readonly queue: Queue;
  readonly selected: string | undefined;
  readonly checked: ReadonlySet<string> | undefined;
  /** How many of those can be rejected. */
  readonly ticked: number;
  readonly onPick: (id: string, extend: boolean) => void;
  readonly onCommand: (command: Command) => void;
  readonly onLapsed: () => void;
  readonly onBulk: () => void;
}

export function Side(props: SideProps) {
  const { info, queue, selected, checked, ticked, onPick, onCommand, onLapsed, onBulk } = props;
  const { state, arranged, counts, filter, nowMs } = queue;
  const words = useQueueWords();
  const stale = isStale(state);
  return (
    <section class="side-list" aria-label={words.list}>
      <div class="top">
        <h1>
          <span class="number">{counts.total}</span> {words.waiting}
        </h1>
        <span class="tools">
          <button
            type="button"
            class="button"
            aria-pressed={checked !== undefined}
            title={checked === undefined ? words.selectSeveral : words.stopSelecting}
            onClick={() => onCommand('several')}
          >
            <span aria-hidden="true">☑</span>
            <span class="hidden-but-read">{words.selectSeveral}</span>
          </button>
          <button
            type="button"
            class="button"
            title={words.acts.handOver}
            disabled={counts.mine === 0}
            onClick={() => onCommand('hand_over')}
          >
            <span aria-hidden="true">⇄</span>
            <span class="hidden-but-read">{words.acts.handOver}</span>
          </button>
          <button type="button" class="button" title={words.acts.help} onClick={() => onCommand('help')}>
            <span aria-hidden="true">?</span>
            <span class="hidden-but-read">{words.acts.help}</span>
          </button>
        </span>
      </div>
      <Filters info={info} filter={filter} counts={counts} onFilter={queue.setFilter} />
      <Wrong info={info} queue={queue} />
      {/* Always as high, so that what comes and goes in it moves no row. */}
      <div class="strip">
        {isFiltered(filter) && (
          <span class="number quiet">{words.shown(queue.ordered.length, counts.total)}</span>
        )}
        {state.lapsed.length > 0 && (
          <button type="button" class="button plain lapsed-count" onClick={onLapsed}>
            <Badge tone="medium">{words.lapsedHere(state.lapsed.length)}</Badge>
          </button>
        )}
        <NewOnes queue={queue} />
      </div>
      {checked !== undefined && (
        <div class="several">
          <span class="number">{words.bulk.selected(checked.size)}</span>
          <button type="button" class="button" disabled={ticked === 0} onClick={onBulk}>
            {words.bulk.reject}
          </button>
          <button
            type="button"
            class="button plain stop"
            title={words.stopSelecting}
            onClick={() => onCommand('several')}
          >
            <span aria-hidden="true">✕</span>
            <span class="hidden-but-read">{words.stopSelecting}</span>
          </button>
        </div>
      )}
      <div class="list-place">
        {arranged.ids.length === 0 ? (
          <Nothing queue={queue} />
        ) : (
          <List
            info={info}
            ids={arranged.ids}
            reviewOf={queue.reviewOf}
            selected={selected}
            checked={checked}
            nowMs={nowMs}
            isStale={stale}
            onPick={onPick}
            onHold={queue.hold}
          />
        )}
      </div>
    </section>
  );
}

function Wrong({ info, queue: { state } }: { readonly info: SessionInfo; readonly queue: Queue }) {
  const words = useQueueWords();
  const all = useWords();
  const isLost = state.line === 'broken';
  return (
    <div role="status">
      {isLost && <p class="wrong bad">{words.stale}</p>}
      {!isLost && isStale(state) && <p class="wrong">{words.catching}</p>}
      {[...state.outages].map(([site, why]) => (
        <p key={site} class="wrong">
          {all.waitsOutage(info.sites.find(({ id }) => id === site)?.name ?? site, why)}
        </p>
      ))}
    </div>
  );
}

/** What came while the order stood still; as severe as the worst of them. */
function NewOnes({ queue }: { readonly queue: Queue }) {
  const words = useQueueWords();
  const { heldBack } = queue.arranged;
  if (heldBack.length === 0) return null;
  const worst = SEVERITIES.findLast((one) =>
    heldBack.some((id) => queue.reviewOf(id)?.candidate.severity === one),
  );
  return (
    <button type="button" class={`new-ones ${worst ?? ''}`} onClick={queue.showNew}>
      <span aria-hidden="true">↑</span> {words.newOnes(heldBack.length)} <Key>L</Key>
      <span class="hidden-but-read">{words.newOnesHint}</span>
    </button>
  );
}

function Nothing({ queue: { state, filter } }: { readonly queue: Queue }) {
  const words = useQueueWords();
  const all = useWords();
  if (!state.known) return <Empty title={state.line === 'broken' ? words.stale : all.loading} />;
  if (isFiltered(filter)) return <Empty title={words.nothingFits} />;
  return (
    <Empty title={words.nothing}>
      <p>{words.nothingNote}</p>
    </Empty>
  );
}
