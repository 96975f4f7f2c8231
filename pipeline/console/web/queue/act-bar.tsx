/**
 * Where it is decided. Confirm and Reject are of one size and weight, and neither is chosen beforehand: what an agent
 * presses is what they mean.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { REJECT_REASONS, type RejectReason } from '../../../model.ts';
import { Key } from '../ui/key.tsx';
import { useWords } from '../words/words.ts';
import type { Command } from './keys.ts';
import { confirmers, type Review } from './review.ts';
import type { Seen } from './seen.ts';
import { type QueueWords, useQueueWords } from './words.ts';

/** Why it cannot be confirmed now; undefined: it can. */
export function confirmHurdle(
  review: Review,
  seen: Seen,
  name: string,
  words: QueueWords,
): string | undefined {
  if (review.firstConfirmation?.by.name === name) return words.why.first;
  switch (seen.kind) {
    case 'loading':
      return words.why.loading;
    case 'playing':
      return words.why.clip;
    case 'seen':
    case 'absent':
      return undefined;
  }
}

export type Standing = 'mine' | 'free' | 'others' | 'decided';

interface ActBarProps {
  readonly review: Review;
  readonly standing: Standing;
  readonly seen: Seen;
  readonly name: string;
  readonly isBusy: boolean;
  readonly isRejecting: boolean;
  readonly onCommand: (command: Command) => void;
  readonly onReject: (reason: RejectReason, note: string) => void;
}

export function ActBar(props: ActBarProps) {
  const { review, standing, seen, name, isBusy, isRejecting, onCommand, onReject } = props;
  const words = useQueueWords();
  const hurdle = confirmHurdle(review, seen, name, words);
  const needed = confirmers(review);
  const confirm =
    needed < 2
      ? words.acts.confirm
      : review.firstConfirmation
        ? words.acts.confirmSecond
        : words.acts.confirmFirst;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons everywhere
    <div class="acts" role="group" aria-label={words.actsLabel}>
      {standing === 'free' && (
        <Act command="claim" letter="C" className="wide" disabled={isBusy} onCommand={onCommand}>
          {words.acts.claim}
        </Act>
      )}
      {standing === 'mine' && !isRejecting && (
        <>
          <Act
            command="confirm"
            letter="V"
            className="verdict"
            disabled={isBusy || hurdle !== undefined}
            describedBy="confirm-hurdle"
            onCommand={onCommand}
          >
            {seen.kind === 'playing' && <Ring share={seen.share} />}
            {confirm}
          </Act>
          <Act command="reject" letter="R" className="verdict" disabled={isBusy} onCommand={onCommand}>
            {words.acts.reject}
          </Act>
          <p class="hurdle small" id="confirm-hurdle">
            {hurdle ?? (seen.kind === 'absent' ? words.why.noClip : words.why.seen)}
          </p>
        </>
      )}
      {standing === 'mine' && isRejecting && (
        <Reasons isBusy={isBusy} onReject={onReject} onAway={() => onCommand('away')} />
      )}
      {!isRejecting && (
        <span class="others-acts">
          {standing === 'mine' && (
            <Act command="release" letter="X" disabled={isBusy} onCommand={onCommand}>
              {words.acts.release}
            </Act>
          )}
          <Act command="next" letter="N" onCommand={onCommand}>
            {words.acts.next}
          </Act>
        </span>
      )}
    </div>
  );
}

interface ActProps {
  readonly command: Command;
  readonly letter: string;
  readonly className?: string;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  readonly onCommand: (command: Command) => void;
  readonly children: ComponentChildren;
}

export function Act({
  command,
  letter,
  className = '',
  disabled,
  describedBy,
  onCommand,
  children,
}: ActProps) {
  return (
    <button
      type="button"
      class={`button act ${className}`}
      disabled={disabled === true}
      aria-describedby={describedBy}
      aria-keyshortcuts={letter}
      data-act={command}
      onClick={() => onCommand(command)}
    >
      {children}
      <Key>{letter}</Key>
    </button>
  );
}

function Ring({ share }: { readonly share: number }) {
  const words = useQueueWords();
  const around = 2 * Math.PI * 8;
  return (
    <svg
      class="ring"
      viewBox="0 0 20 20"
      role="img"
      aria-label={words.why.seenShare(Math.round(share * 100))}
    >
      <circle cx="10" cy="10" r="8" class="whole" />
      <circle cx="10" cy="10" r="8" class="part" stroke-dasharray={`${around * share} ${around}`} />
    </svg>
  );
}

interface ReasonsProps {
  readonly isBusy: boolean;
  readonly onReject: (reason: RejectReason, note: string) => void;
  readonly onAway: () => void;
}

function Reasons({ isBusy, onReject, onAway }: ReasonsProps) {
  const words = useQueueWords();
  const all = useWords();
  const [note, setNote] = useState('');
  const place = useRef<HTMLDivElement>(null);
  // Not on a reason: Enter must choose none.
  useEffect(() => place.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons everywhere
    <div class="reasons" role="group" aria-label={words.rejectWhy} tabIndex={-1} ref={place}>
      <b class="ask">{words.rejectWhy}</b>
      {REJECT_REASONS.map((one, index) => (
        <button
          key={one}
          type="button"
          class="button act"
          disabled={isBusy}
          aria-keyshortcuts={String(index + 1)}
          title={words.reason[one]}
          data-reason={one}
          onClick={() => onReject(one, note)}
        >
          <Key>{index + 1}</Key> {all.reason[one]}
        </button>
      ))}
      <label class="field note">
        <span class="hidden-but-read">{words.note}</span>
        <input
          value={note}
          maxLength={500}
          placeholder={words.note}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
      </label>
      <button type="button" class="button plain" onClick={onAway}>
        {all.cancel} <Key>Esc</Key>
      </button>
    </div>
  );
}
