/** One camera's zones, lines and rules: drawn, tried on the last minutes, saved as a new version. */
import { useEffect, useState } from 'preact/hooks';
import type { Box } from '../../../model.ts';
import type { CameraSetup, SessionInfo, SetupFault } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { href } from '../routes.ts';
import { sessionEnded } from '../session.ts';
import { tell } from '../ui/toast.tsx';
import { type Desk, type Selection, useDraft, useLeaving } from './desk.ts';
import { LeaveDialog, OvertakenDialog, RevertDialog, SaveDialog } from './dialogs.tsx';
import { changesBetween } from './diff.ts';
import { useFailure } from './failure.ts';
import { FaultList } from './fault-list.tsx';
import { clock, count } from './format.ts';
import type { ViewPicture } from './picture.ts';
import { Places } from './places.tsx';
import { PreviewPanel } from './preview.tsx';
import { Rules } from './rules.tsx';
import { type Outcome, save } from './saving.ts';
import { Stage } from './stage.tsx';
import { useTryOut } from './try-out.ts';
import { Versions } from './versions.tsx';
import { ViewBar } from './view-bar.tsx';
import { useZonesWords } from './words.ts';

interface EditorProps {
  readonly info: SessionInfo;
  readonly site: string;
  readonly camera: string;
  /** Newest first, at least one. */
  readonly first: readonly CameraSetup[];
}

type Asked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'save' }
  | { readonly kind: 'revert'; readonly version: CameraSetup }
  | { readonly kind: 'overtaken'; readonly theirs: CameraSetup };

const BACK_MS = 3_600_000;
const NO_FAULTS: readonly SetupFault[] = [];

export function Editor({ info, site, camera, first }: EditorProps) {
  const words = useZonesWords();
  const failure = useFailure();
  const { language } = usePreferences();
  const [versions, setVersions] = useState(first);
  const inForce = versions[0]!;
  const draft = useDraft(`${info.name}/${site}/${camera}`, inForce);
  const [selection, select] = useState<Selection | undefined>();
  const [backMs, setBackMs] = useState(BACK_MS);
  const [picture, setPicture] = useState<ViewPicture | undefined>();
  const [region, setRegion] = useState<Box | undefined>();
  const [asked, setAsked] = useState<Asked>({ kind: 'nothing' });
  const [work, setWork] = useState<{ readonly isBusy: boolean; readonly problem?: string }>({
    isBusy: false,
  });
  const [wanted, setWanted] = useLeaving(draft.isDirty);
  const tryOut = useTryOut(site, camera, draft.setup, backMs);
  const faults = tryOut.preview?.faults ?? NO_FAULTS;
  const desk: Desk = { setup: draft.setup, faults, selection, edit: draft.edit, select };
  const canSave = draft.isDirty && faults.length === 0;
  useUndoKeys(draft);
  useEffect(() => {
    if (draft.wasKept && draft.isDirty) tell(words.kept);
  }, []);

  const close = () => {
    setAsked({ kind: 'nothing' });
    setWork({ isBusy: false });
  };
  const settle = (outcome: Outcome) => {
    if (outcome.kind === 'faulty') {
      const [fault] = outcome.faults;
      return setWork({ isBusy: false, ...(fault && { problem: `${fault.at} ${fault.message}` }) });
    }
    setVersions(outcome.versions);
    setWork({ isBusy: false });
    if (outcome.kind === 'overtaken') return setAsked({ kind: 'overtaken', theirs: outcome.versions[0]! });
    const { saved } = outcome;
    setAsked({ kind: 'nothing' });
    draft.startFrom(saved);
    const version = count(language, saved.version);
    tell(
      saved.holdsFromMs === undefined
        ? words.saved(version)
        : words.savedFrom(version, clock(language, saved.holdsFromMs)),
    );
  };
  const send = async (body: Partial<Parameters<typeof save>[0]>) => {
    setWork({ isBusy: true });
    try {
      settle(await save({ site, camera, setup: draft.setup, basedOn: draft.base.version, ...body }));
    } catch (error) {
      if (!sessionEnded(error)) setWork({ isBusy: false, problem: failure(error) });
    }
  };

  return (
    <div class="zones">
      <header class="zones-bar">
        <h1 title={`${site} / ${camera}`}>
          <span class="quiet">{info.sites.find(({ id }) => id === site)?.name ?? site}</span>
          <span>{camera}</span>
        </h1>
        <a class="button" href={href('zones')}>
          {words.other}
        </a>
        <span class="small" role="status">
          {words.version(count(language, draft.base.version))} ·{' '}
          {draft.isDirty ? <strong>● {words.changed}</strong> : words.unchanged}
        </span>
        <div class="zones-acts">
          {draft.isDirty && (
            <button type="button" class="button plain" onClick={draft.drop}>
              {words.drop}
            </button>
          )}
          <button type="button" class="button" disabled={!draft.canUndo} title="Ctrl Z" onClick={draft.undo}>
            <span aria-hidden="true">↶</span> {words.undo}
          </button>
          <button type="button" class="button" disabled={!draft.canRedo} title="Ctrl Y" onClick={draft.redo}>
            <span aria-hidden="true">↷</span> {words.redo}
          </button>
          <button
            type="button"
            class="button main"
            disabled={!canSave}
            onClick={() => setAsked({ kind: 'save' })}
          >
            {words.save}
          </button>
        </div>
      </header>
      <div class="zones-left">
        <ViewBar site={site} camera={camera} onPicture={setPicture} />
        <Stage desk={desk} picture={picture} region={region} />
        <p class="small quiet zones-help">{words.help}</p>
        <PreviewPanel
          tryOut={tryOut}
          backMs={backMs}
          onBack={setBackMs}
          onLook={(candidate) => setRegion(candidate?.region)}
        />
      </div>
      <div class="zones-right">
        <FaultList desk={desk} />
        <Places desk={desk} />
        <Rules desk={desk} info={info} />
        <Versions versions={versions} onRevert={(version) => setAsked({ kind: 'revert', version })} />
      </div>
      {asked.kind === 'save' && (
        <SaveDialog
          info={info}
          version={inForce.version + 1}
          changes={changesBetween(draft.base.setup, draft.setup)}
          {...{ isBusy: work.isBusy, problem: work.problem }}
          onSave={(note) => void send(note === '' ? {} : { note })}
          onClose={close}
        />
      )}
      {asked.kind === 'revert' && (
        <RevertDialog
          version={asked.version}
          isDirty={draft.isDirty}
          changes={changesBetween(inForce.setup, asked.version.setup)}
          {...{ isBusy: work.isBusy, problem: work.problem }}
          onRevert={() =>
            void send({
              setup: asked.version.setup,
              basedOn: inForce.version,
              revertsTo: asked.version.version,
            })
          }
          onClose={close}
        />
      )}
      {asked.kind === 'overtaken' && (
        <OvertakenDialog
          theirs={asked.theirs}
          changes={changesBetween(draft.base.setup, asked.theirs.setup)}
          onLoad={() => {
            draft.startFrom(asked.theirs);
            close();
          }}
          onKeep={() => {
            draft.startFrom(asked.theirs, draft.setup);
            close();
          }}
        />
      )}
      {wanted !== undefined && (
        <LeaveDialog
          onLeave={() => {
            draft.drop();
            setWanted(undefined);
            location.hash = wanted;
          }}
          onStay={() => setWanted(undefined)}
        />
      )}
    </div>
  );
}

/** Where letters are typed, the keys are the field's own. */
function useUndoKeys({ undo, redo }: { readonly undo: () => void; readonly redo: () => void }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if ((event.target as Element | null)?.closest?.('input, textarea, dialog')) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) undo();
      else if (key === 'y' || (key === 'z' && event.shiftKey)) redo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}
