/** What is asked apart from the decision: a hand-over, a reason for several, what lapsed, and the keys. */
import { useState } from 'preact/hooks';
import { REJECT_REASONS, type RejectReason } from '../../../model.ts';
import type { SessionInfo } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { SeverityBadge } from '../ui/badge.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useWords } from '../words/words.ts';
import { type Command, KEYS } from './keys.ts';
import type { Review } from './review.ts';
import { siteName } from './site-name.ts';
import { clockTime } from './times.ts';
import { useQueueWords } from './words.ts';

interface HandOverProps {
  readonly count: number;
  readonly onDo: (note: string) => void;
  readonly onClose: () => void;
}

export function HandOver({ count, onDo, onClose }: HandOverProps) {
  const words = useQueueWords();
  const all = useWords();
  const [note, setNote] = useState('');
  return (
    <Dialog title={words.handOverTitle} onClose={onClose}>
      <form
        class="ask-form"
        onSubmit={(event) => {
          event.preventDefault();
          onDo(note);
        }}
      >
        <p>{words.handOverNote(count)}</p>
        <label class="field">
          <span>{words.note}</span>
          <input value={note} maxLength={500} onInput={({ currentTarget }) => setNote(currentTarget.value)} />
        </label>
        <p class="ends">
          <button type="button" class="button" onClick={onClose}>
            {all.cancel}
          </button>
          <button type="submit" class="button">
            {words.handOverDo(count)}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

interface BulkProps {
  readonly count: number;
  /** How many are done, while it runs. */
  readonly done: number | undefined;
  readonly onDo: (reason: RejectReason, note: string) => void;
  readonly onClose: () => void;
}

export function BulkReject({ count, done, onDo, onClose }: BulkProps) {
  const words = useQueueWords();
  const all = useWords();
  const [reason, setReason] = useState<RejectReason>();
  const [note, setNote] = useState('');
  const runs = done !== undefined;
  return (
    <Dialog title={words.bulk.title(count)} onClose={onClose}>
      <form
        class="ask-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason !== undefined) onDo(reason, note);
        }}
      >
        <p>{words.bulk.note}</p>
        <fieldset>
          <legend>{words.rejectWhy}</legend>
          {REJECT_REASONS.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="reason"
                value={one}
                checked={reason === one}
                onChange={() => setReason(one)}
              />
              <b>{all.reason[one]}</b> <span class="quiet small">{words.reason[one]}</span>
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>{words.note}</span>
          <input value={note} maxLength={500} onInput={({ currentTarget }) => setNote(currentTarget.value)} />
        </label>
        <p class="ends">
          <span class="quiet small" role="status">
            {runs ? words.bulk.progress(done, count) : reason === undefined && words.bulk.pick}
          </span>
          <button type="button" class="button" onClick={onClose}>
            {all.cancel}
          </button>
          <button type="submit" class="button" disabled={runs || reason === undefined}>
            {words.bulk.do(count)}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

interface LapsedProps {
  readonly info: SessionInfo;
  readonly lapsed: readonly Review[];
  readonly onClose: () => void;
}

export function Lapsed({ info, lapsed, onClose }: LapsedProps) {
  const words = useQueueWords();
  const all = useWords();
  const { language } = usePreferences();
  return (
    <Dialog title={words.lapsedTitle} onClose={onClose}>
      <p class="quiet">{words.lapsedNote}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <ul class="lapsed" tabIndex={0}>
        {lapsed.map(({ candidate, state }) => (
          <li key={candidate.id}>
            <span class="number quiet">
              {clockTime(state.kind === 'lapsed' ? state.verdict.atMs : candidate.atMs, language)}
            </span>
            <SeverityBadge severity={candidate.severity} />
            <b>{all.type[candidate.type]}</b>
            <span>
              {siteName(candidate, info)} · {candidate.camera}
            </span>
          </li>
        ))}
      </ul>
      <p class="ends">
        <button type="button" class="button" onClick={onClose}>
          {all.close}
        </button>
      </p>
    </Dialog>
  );
}

interface HelpProps {
  readonly letters: boolean;
  readonly onLetters: (on: boolean) => void;
  readonly onClose: () => void;
}

const SHOWN: Readonly<Record<string, string>> = { ' ': '␣', ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc' };

export function Help({ letters, onLetters, onClose }: HelpProps) {
  const words = useQueueWords();
  const all = useWords();
  return (
    <Dialog title={words.help} onClose={onClose}>
      <dl class="keys" tabIndex={0}>
        {Object.entries(KEYS).map(([command, keys]) => (
          <div key={command}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
              ))}
            </dt>
            <dd>{words.command[command as Command]}</dd>
          </div>
        ))}
      </dl>
      <label class="letters">
        <input
          type="checkbox"
          checked={letters}
          onChange={({ currentTarget }) => onLetters(currentTarget.checked)}
        />
        <span>
          <b>{words.letters}</b> <span class="quiet small">{words.lettersNote}</span>
        </span>
      </label>
      <p class="ends">
        <button type="button" class="button" onClick={onClose}>
          {all.close}
        </button>
      </p>
    </Dialog>
  );
}
