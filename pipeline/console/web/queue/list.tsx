/** The queue as rows of one height, of which only those in sight exist. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionInfo } from '../../api.ts';
import { SeverityBadge } from '../ui/badge.tsx';
import { Icon } from '../ui/icon.tsx';
import { useWords } from '../words/words.ts';
import { heldBy, isOpen, type Review, sinceMs, stageOf } from './review.ts';
import { siteName } from './site-name.ts';
import { shortDuration } from './times.ts';
import { useQueueWords } from './words.ts';

/** In the reader's own size of letters. */
const ROW_REM = 4;
const BEYOND = 6;

function rowHeightPx(): number {
  return ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

export interface ListProps {
  readonly info: SessionInfo;
  readonly ids: readonly string[];
  readonly reviewOf: (id: string) => Review | undefined;
  readonly selected: string | undefined;
  /** Undefined: one at a time. */
  readonly checked: ReadonlySet<string> | undefined;
  readonly nowMs: number;
  readonly isStale: boolean;
  /** `extend`: with the shift key. */
  readonly onPick: (id: string, extend: boolean) => void;
  /** Somebody points at it, or has the keyboard in it. */
  readonly onHold: (held: boolean) => void;
}

export function List(props: ListProps) {
  const { ids, selected, checked, onPick, onHold } = props;
  const words = useQueueWords();
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const [rowPx, setRowPx] = useState(rowHeightPx);
  const holds = useRef({ pointer: false, focus: false });
  const hold = (change: Partial<{ pointer: boolean; focus: boolean }>) => {
    Object.assign(holds.current, change);
    onHold(holds.current.pointer || holds.current.focus);
  };
  useEffect(() => {
    const list = place.current!;
    const resized = new ResizeObserver(() => {
      setHeight(list.clientHeight);
      setRowPx(rowHeightPx());
    });
    resized.observe(list);
    return () => {
      resized.disconnect();
      onHold(false);
    };
  }, []);
  const at = selected === undefined ? -1 : ids.indexOf(selected);
  useEffect(() => {
    const list = place.current;
    if (list === null || at < 0) return;
    if (at * rowPx < list.scrollTop) list.scrollTop = at * rowPx;
    else if ((at + 1) * rowPx > list.scrollTop + list.clientHeight)
      list.scrollTop = (at + 1) * rowPx - list.clientHeight;
  }, [selected]);

  const from = Math.max(0, Math.floor(top / rowPx) - BEYOND);
  const until = Math.min(ids.length, Math.ceil((top + height) / rowPx) + BEYOND);
  const inSight = ids.slice(from, until);
  return (
    <div
      ref={place}
      class={props.isStale ? 'list stale' : 'list'}
      role="listbox"
      tabIndex={0}
      aria-label={words.list}
      aria-multiselectable={checked !== undefined}
      aria-activedescendant={at >= from && at < until ? optionId(selected!) : undefined}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      onPointerEnter={() => hold({ pointer: true })}
      onPointerLeave={() => hold({ pointer: false })}
      onFocus={({ currentTarget }) => hold({ focus: currentTarget.matches(':focus-visible') })}
      onKeyDown={({ key, currentTarget }) => {
        if (key.startsWith('Arrow')) hold({ focus: currentTarget.matches(':focus-visible') });
      }}
      onBlur={() => hold({ focus: false })}
    >
      <div class="rows" role="presentation" style={{ height: `${ids.length * rowPx}px` }}>
        {inSight.map((id, index) => (
          <Row
            key={id}
            {...props}
            id={id}
            review={props.reviewOf(id)}
            index={from + index}
            rowPx={rowPx}
            onClick={(extend) => onPick(id, extend)}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps extends ListProps {
  readonly id: string;
  readonly review: Review | undefined;
  readonly index: number;
  readonly rowPx: number;
  readonly onClick: (extend: boolean) => void;
}

function Row({ id, review, index, rowPx, ids, selected, checked, info, nowMs, onClick }: RowProps) {
  const all = useWords();
  const isChecked = checked?.has(id);
  const stage = review ? stageOf(review, nowMs) : 0;
  const isGone = review === undefined || !isOpen(review);
  const classes = ['row', `stage-${stage}`, review?.candidate.severity ?? '', isGone ? 'gone' : ''];
  if (review && heldBy(review, nowMs) && heldBy(review, nowMs)?.by.name !== info.name) classes.push('others');
  return (
    // The keyboard is the list's: it moves the selection, and its keys act on what is selected.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, its option is the active descendant
    <div
      id={optionId(id)}
      class={classes.join(' ')}
      role="option"
      aria-selected={checked === undefined ? id === selected : isChecked === true}
      aria-current={id === selected}
      aria-posinset={index + 1}
      aria-setsize={ids.length}
      style={{ top: `${index * rowPx}px`, height: `${rowPx}px` }}
      onClick={(event) => onClick(event.shiftKey)}
    >
      {checked && (
        <span class="check" aria-hidden="true">
          {isChecked ? '☑' : '☐'}
        </span>
      )}
      {review && (
        <span class="lines">
          <span class="line">
            <SeverityBadge severity={review.candidate.severity} />
            <b>{all.type[review.candidate.type]}</b>
            <span class="number age">{shortDuration(nowMs - sinceMs(review))}</span>
          </span>
          <span class="line small">
            <span class="where" title={`${siteName(review.candidate, info)} · ${review.candidate.camera}`}>
              {siteName(review.candidate, info)} <span class="quiet">· {review.candidate.camera}</span>
            </span>
            <Standing review={review} nowMs={nowMs} name={info.name} />
          </span>
        </span>
      )}
    </div>
  );
}

/** What stands at the right: who has it, or how urgent it has become. */
function Standing({ review, nowMs, name }: { review: Review; nowMs: number; name: string }) {
  const words = useQueueWords();
  const all = useWords();
  if (!isOpen(review)) {
    const { kind } = review.state;
    return (
      <span class="standing quiet">
        {kind === 'waiting' || kind === 'claimed' ? words.gone : all.status[kind]}
      </span>
    );
  }
  const held = heldBy(review, nowMs);
  if (held) {
    const left = shortDuration(held.untilMs - nowMs);
    const isMine = held.by.name === name;
    return (
      <span class={isMine ? 'standing mine' : 'standing'} title={held.by.name}>
        <span aria-hidden="true">{isMine ? '◉' : '◎'}</span>
        <span class="cut">{isMine ? words.rowMine(left) : words.rowHeld(held.by.name, left)}</span>
      </span>
    );
  }
  if (review.firstConfirmation)
    return <span class="standing cut">{words.rowSecond(review.firstConfirmation.by.name)}</span>;
  const stage = stageOf(review, nowMs);
  if (stage === 0) return null;
  return (
    <span class={`standing escalated-${stage}`}>
      <Icon name={stage === 2 ? 'alarm' : 'clock'} />
      {words.escalation[stage]} · {shortDuration((review.lapsesAtMs ?? nowMs) - nowMs)}
    </span>
  );
}

function optionId(id: string): string {
  return `row-${id.replace(/[^\w-]/g, '_')}`;
}
