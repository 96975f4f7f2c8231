/** The agent's page: at the left what waits, at the right the one that is decided. */
import { Key } from '../ui/key.tsx';
import './queue.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RejectReason } from '../../../model.ts';
import type { PageProps } from '../pages.ts';
import { href } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { Empty } from '../ui/empty.tsx';
import { tell } from '../ui/toast.tsx';
import { useWords } from '../words/words.ts';
import { confirmHurdle } from './act-bar.tsx';
import { Decision, standingOf } from './decision.tsx';
import { BulkReject, HandOver, Help, Lapsed } from './dialogs.tsx';
import { isFiltered, nextFor } from './filter.ts';
import type { Command } from './keys.ts';
import { useLine } from './line.ts';
import type { PlayerControls } from './player.tsx';
import { heldBy, isMine, isOpen, type Review } from './review.ts';
import type { Seen } from './seen.ts';
import { Side } from './side.tsx';
import { useActs } from './use-acts.ts';
import { letters, useKeys } from './use-keys.ts';
import { useQueue } from './use-queue.ts';
import { useRenewal } from './use-renewal.ts';
import { isStale } from './waiting.ts';
import { useQueueWords } from './words.ts';

type Asked = 'none' | 'help' | 'hand_over' | 'bulk' | 'lapsed';

/** Outlives a look at another page. */
const opened = new Store<string | undefined>(undefined);

export function QueuePage({ info, rest }: PageProps) {
  useLine();
  const words = useQueueWords();
  const all = useWords();
  const queue = useQueue(info);
  const { state, nowMs, arranged, ordered, counts } = queue;
  const selected = useStore(opened, (id) => id);
  const lettersOn = useStore(letters, (on) => on);
  const [asked, setAsked] = useState<Asked>('none');
  // A dialog says that it has closed a moment later, when another may be open.
  const close = (which: Asked) => () => setAsked((now) => (now === which ? 'none' : now));
  const [isRejecting, setRejecting] = useState(false);
  const [checked, setChecked] = useState<ReadonlySet<string>>();
  const [bulkDone, setBulkDone] = useState<number>();
  const lastChecked = useRef<string>(undefined);
  const player = useRef<PlayerControls>(null);
  const seen = useRef<Seen>({ kind: 'loading' });
  const acts = useActs(info, (candidate) => open(candidate));
  // What is shown stays shown when it has left: an agent reads how it ended.
  const lastKnown = useRef<Review>(undefined);
  const known = selected === undefined ? undefined : queue.reviewOf(selected);
  if (known) lastKnown.current = known;
  const review = known ?? (lastKnown.current?.candidate.id === selected ? lastKnown.current : undefined);
  useRenewal(review, info.name, info.leaseMs, nowMs, acts.renew);
  useTitle(counts.total, words.title(counts.total, `${all.pages.queue} · Vigie`));
  useEffect(() => {
    if (rest[0] !== undefined) open(rest[0]);
  }, [rest[0]]);

  function open(id: string | undefined): void {
    setRejecting(false);
    opened.set(id);
    history.replaceState(null, '', id === undefined ? href('queue') : href('queue', id));
  }
  const mine = () => [...state.open.values()].filter((one) => isMine(one, info.name, nowMs));
  const takeNext = async () => {
    queue.showNew();
    const next = nextFor(ordered, info.name, nowMs);
    if (next === undefined) return tell(words.nothingNext);
    open(next.candidate.id);
    await acts.claim(next.candidate.id);
  };
  const move = (by: number) => {
    const { ids } = arranged;
    if (ids.length === 0) return;
    const at = selected === undefined ? -1 : ids.indexOf(selected);
    const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + by));
    open(ids[next]);
  };
  const check = (id: string, extend: boolean) => {
    const { ids } = arranged;
    const from = extend && lastChecked.current !== undefined ? ids.indexOf(lastChecked.current) : -1;
    const to = ids.indexOf(id);
    const range = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
    setChecked((before) => {
      const next = new Set(before);
      if (range.length === 1 && next.has(id)) next.delete(id);
      else for (const one of range) next.add(one);
      return next;
    });
    lastChecked.current = id;
  };
  const pick = (id: string, extend: boolean) => {
    if (checked !== undefined) check(id, extend);
    else if (extend) {
      lastChecked.current = selected ?? id;
      setChecked(new Set());
      check(id, true);
    } else open(id);
  };
  const reject = (reason: RejectReason, note = '') => {
    if (review === undefined) return;
    setRejecting(false);
    void acts.reject(review.candidate.id, reason, note);
  };

  const isMineNow = review !== undefined && standingOf(review, info.name, nowMs) === 'mine';
  const does: Readonly<Record<Command, () => unknown>> = {
    down: () => move(1),
    up: () => move(-1),
    next: takeNext,
    claim() {
      if (checked !== undefined && selected !== undefined) check(selected, false);
      else if (review !== undefined && standingOf(review, info.name, nowMs) === 'free')
        void acts.claim(review.candidate.id);
    },
    confirm() {
      if (!isMineNow) return;
      const hurdle = confirmHurdle(review, seen.current, info.name, words);
      if (hurdle !== undefined) tell(hurdle, { bad: true });
      else void acts.confirm(review.candidate.id);
    },
    reject: () => isMineNow && setRejecting(true),
    reject_false: () => isRejecting && reject('false'),
    reject_irrelevant: () => isRejecting && reject('true_but_irrelevant'),
    reject_test: () => isRejecting && reject('test'),
    release: () => isMineNow && acts.release(review.candidate.id),
    undo: acts.undo,
    hand_over() {
      if (mine().length === 0) tell(words.nothingMine);
      else setAsked('hand_over');
    },
    play: () => player.current?.toggle(),
    step_back: () => player.current?.step(-1),
    step_on: () => player.current?.step(1),
    speed: () => player.current?.speedUp(),
    bare: () => player.current?.bare(),
    several: () => setChecked((before) => (before === undefined ? new Set() : undefined)),
    show_new: queue.showNew,
    help: () => setAsked('help'),
    away() {
      if (isRejecting) setRejecting(false);
      else setChecked(undefined);
    },
  };
  useKeys((command) => does[command]());

  const stale = isStale(state);
  // What can still be rejected among those that are ticked.
  const ticked = [...(checked ?? [])].filter((id) => {
    const one = state.open.get(id);
    const held = one && heldBy(one, nowMs);
    return one !== undefined && (held === undefined || held.by.name === info.name);
  });
  return (
    <div class="queue">
      <Side
        info={info}
        queue={queue}
        selected={selected}
        checked={checked}
        ticked={ticked.length}
        onPick={pick}
        onCommand={(command) => does[command]()}
        onLapsed={() => setAsked('lapsed')}
        onBulk={() => setAsked('bulk')}
      />
      {review === undefined ? (
        <Empty title={selected === undefined ? words.choose : state.complete ? words.unknown : all.loading}>
          <p>{words.chooseNote('N')}</p>
          <p>
            <button type="button" class="button" onClick={() => void takeNext()}>
              {words.acts.next} <Key>N</Key>
            </button>
          </p>
        </Empty>
      ) : (
        <Decision
          key={review.candidate.id}
          info={info}
          review={review}
          nowMs={nowMs}
          isStale={stale}
          isGone={isOpen(review) && !state.open.has(review.candidate.id)}
          isBusy={acts.isBusy}
          isRejecting={isRejecting}
          player={player}
          seen={seen}
          onCommand={(command) => does[command]()}
          onReject={reject}
        />
      )}
      {asked === 'help' && (
        <Help letters={lettersOn} onLetters={(on) => letters.set(on)} onClose={close('help')} />
      )}
      {asked === 'lapsed' && <Lapsed info={info} lapsed={state.lapsed} onClose={close('lapsed')} />}
      {asked === 'hand_over' && (
        <HandOver
          count={mine().length}
          onClose={close('hand_over')}
          onDo={(note) => {
            setAsked('none');
            void acts.handOver(
              mine().map(({ candidate }) => candidate.id),
              note,
            );
          }}
        />
      )}
      {asked === 'bulk' && (
        <BulkReject
          count={ticked.length}
          done={bulkDone}
          onClose={close('bulk')}
          onDo={(reason, note) => {
            setBulkDone(0);
            void acts.rejectAll(ticked, reason, note, setBulkDone).finally(() => {
              setBulkDone(undefined);
              setChecked(undefined);
              close('bulk')();
            });
          }}
        />
      )}
      <p class="hidden-but-read" aria-live="polite">
        {isFiltered(queue.filter) ? `${ordered.length}` : ''}
      </p>
    </div>
  );
}

/** After the frame has written its own. */
function useTitle(count: number, title: string): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      if (count > 0) document.title = title;
      else document.title = title.replace(/^\(0\) /, '');
    });
    return () => clearTimeout(timer);
  }, [count, title]);
}
