/** The work on one camera: what is in force, what is being changed, and what is chosen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CameraSetup, SetupFault, SetupText } from '../../api.ts';
import { isSame } from './diff.ts';
import { edited, type History, historyOf, redone, undone } from './draft.ts';

export interface Selection {
  readonly kind: 'zone' | 'line' | 'rule';
  readonly index: number;
}

export interface Desk {
  readonly setup: SetupText;
  /** Faults of the setup as it was last looked at by the server. */
  readonly faults: readonly SetupFault[];
  readonly selection: Selection | undefined;
  /** Edits with the same gesture are one step back. */
  readonly edit: (next: SetupText, gesture?: string) => void;
  readonly select: (selection: Selection | undefined) => void;
}

interface Draft {
  readonly base: CameraSetup;
  readonly history: History;
}

/** Outlive the page: by person and camera, until they are saved or dropped. */
const drafts = new Map<string, Draft>();

export function useDraft(key: string, inForce: CameraSetup) {
  const found = useRef(drafts.get(key)).current;
  const [draft, setDraft] = useState<Draft>(found ?? { base: inForce, history: historyOf(inForce.setup) });
  const { base, history } = draft;
  const isDirty = !isSame(base.setup, history.now);
  useEffect(() => {
    if (isDirty) drafts.set(key, draft);
    else drafts.delete(key);
  }, [draft, isDirty]);
  const change = (how: (history: History) => History) =>
    setDraft((before) => ({ ...before, history: how(before.history) }));
  return {
    /** The version that the draft is made from. */
    base,
    setup: history.now,
    isDirty,
    wasKept: found !== undefined,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    edit: (next: SetupText, gesture?: string) => change((before) => edited(before, next, gesture)),
    undo: () => change(undone),
    redo: () => change(redone),
    /** Anew from a version, or with what is drafted on top of it. */
    startFrom: (version: CameraSetup, kept?: SetupText) =>
      setDraft({
        base: version,
        history: kept === undefined ? historyOf(version.setup) : edited(historyOf(version.setup), kept),
      }),
    drop: () => {
      drafts.delete(key);
      setDraft({ base, history: historyOf(base.setup) });
    },
  };
}

/** Links ask before they lead away; closing the page asks in the browser's own words. Returns where a link wanted to go. */
export function useLeaving(isDirty: boolean): [string | undefined, (to: string | undefined) => void] {
  const [wanted, setWanted] = useState<string | undefined>();
  useEffect(() => {
    if (!isDirty) return;
    const onClick = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest?.('a[href]');
      const to = link?.getAttribute('href');
      if (!to?.startsWith('#/') || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      setWanted(to);
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener('click', onClick, true);
    addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('click', onClick, true);
      removeEventListener('beforeunload', onUnload);
    };
  }, [isDirty]);
  return [wanted, setWanted];
}
