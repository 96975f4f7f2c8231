import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CameraSetup, SessionInfo } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useWords } from '../words/words.ts';
import { Changes } from './changes.tsx';
import type { Change } from './diff.ts';
import { count, moment } from './format.ts';
import { useZonesWords } from './words.ts';

interface SaveDialogProps {
  readonly info: SessionInfo;
  readonly version: number;
  readonly changes: readonly Change[];
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  readonly onSave: (note: string) => void;
  readonly onClose: () => void;
}

const NOTE_LENGTH_MAX = 500;

export function SaveDialog({ info, version, changes, isBusy, problem, onSave, onClose }: SaveDialogProps) {
  const words = useZonesWords();
  const all = useWords();
  const { language } = usePreferences();
  const [note, setNote] = useState('');
  return (
    <Dialog title={words.saveTitle(count(language, version))} onClose={onClose}>
      <form
        class="zones-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) onSave(note.trim());
        }}
      >
        <p>{words.saveAs(info.name)}</p>
        <div>
          <h3>{words.changes}</h3>
          <Changes changes={changes} />
        </div>
        <label class="field">
          <span>{words.note}</span>
          <textarea
            rows={2}
            maxLength={NOTE_LENGTH_MAX}
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        </label>
        {problem !== undefined && (
          <p class="zones-fault" role="alert">
            ⚠ {problem}
          </p>
        )}
        <Buttons>
          <button type="button" class="button" onClick={onClose}>
            {all.cancel}
          </button>
          <button type="submit" class="button main" aria-disabled={isBusy}>
            {isBusy ? words.saving : words.saveNow}
          </button>
        </Buttons>
      </form>
    </Dialog>
  );
}

interface RevertDialogProps {
  readonly version: CameraSetup;
  readonly isDirty: boolean;
  readonly changes: readonly Change[];
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  readonly onRevert: () => void;
  readonly onClose: () => void;
}

export function RevertDialog(props: RevertDialogProps) {
  const { version, isDirty, changes, isBusy, problem, onRevert, onClose } = props;
  const words = useZonesWords();
  const all = useWords();
  const { language } = usePreferences();
  return (
    <Dialog title={words.revertTitle(count(language, version.version))} onClose={onClose}>
      <div class="zones-dialog">
        <p>{words.revertText}</p>
        {isDirty && <p class="zones-fault">⚠ {words.revertDraft}</p>}
        <div>
          <h3>{words.changes}</h3>
          <Changes changes={changes} />
        </div>
        {problem !== undefined && (
          <p class="zones-fault" role="alert">
            ⚠ {problem}
          </p>
        )}
        <Buttons>
          <button type="button" class="button" onClick={onClose}>
            {all.cancel}
          </button>
          <button
            type="button"
            class="button main"
            aria-disabled={isBusy}
            onClick={() => isBusy || onRevert()}
          >
            {isBusy ? words.saving : words.revertNow}
          </button>
        </Buttons>
      </div>
    </Dialog>
  );
}

interface OvertakenDialogProps {
  readonly theirs: CameraSetup;
  /** Of theirs against the version that one began with. */
  readonly changes: readonly Change[];
  readonly onLoad: () => void;
  readonly onKeep: () => void;
}

export function OvertakenDialog({ theirs, changes, onLoad, onKeep }: OvertakenDialogProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  const { author, savedAtMs, version, note } = theirs;
  return (
    <Dialog title={words.overtakenTitle} onClose={onKeep}>
      <div class="zones-dialog">
        <p>
          {words.overtaken(
            author?.name ?? words.nobody,
            savedAtMs === undefined ? '?' : moment(language, savedAtMs),
            count(language, version),
          )}
        </p>
        {note !== undefined && note !== '' && <p>{words.overtakenNote(note)}</p>}
        <div>
          <h3>{words.changes}</h3>
          <Changes changes={changes} />
        </div>
        <Buttons>
          <button type="button" class="button" onClick={onLoad}>
            {words.loadTheirs}
          </button>
          <button type="button" class="button main" onClick={onKeep}>
            {words.keepMine}
          </button>
        </Buttons>
      </div>
    </Dialog>
  );
}

export function LeaveDialog({
  onLeave,
  onStay,
}: {
  readonly onLeave: () => void;
  readonly onStay: () => void;
}) {
  const words = useZonesWords();
  return (
    <Dialog title={words.leaveTitle} onClose={onStay}>
      <div class="zones-dialog">
        <p>{words.leaveText}</p>
        <Buttons>
          <button type="button" class="button" onClick={onLeave}>
            {words.leave}
          </button>
          <button type="button" class="button main" onClick={onStay}>
            {words.stay}
          </button>
        </Buttons>
      </div>
    </Dialog>
  );
}

function Buttons({ children }: { readonly children: ComponentChildren }) {
  return <div class="zones-dialog-buttons">{children}</div>;
}
