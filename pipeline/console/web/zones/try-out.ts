/** What the server says of a draft: its faults, or what it would have raised. Asked for when nobody types any more. */
import { useEffect, useState } from 'preact/hooks';
import { PATHS, type Preview, type PreviewBody, type SetupText } from '../../api.ts';
import { post } from '../calls.ts';
import { sessionEnded } from '../session.ts';

const QUIET_MS = 500;

export interface TryOut {
  readonly isBusy: boolean;
  /** Of the last draft that was looked at. */
  readonly preview: Preview | undefined;
  readonly error: unknown;
}

export function useTryOut(site: string, camera: string, setup: SetupText, backMs: number): TryOut {
  const [state, setState] = useState<TryOut>({ isBusy: true, preview: undefined, error: undefined });
  useEffect(() => {
    const ended = new AbortController();
    setState((before) => ({ ...before, isBusy: true }));
    const timer = setTimeout(() => {
      const body: PreviewBody = { site, camera, setup, backMs };
      post<Preview>(PATHS.setupPreview, body, ended.signal).then(
        (preview) => setState({ isBusy: false, preview, error: undefined }),
        (error) => {
          if (ended.signal.aborted || sessionEnded(error)) return;
          setState((before) => ({ isBusy: false, preview: before.preview && noTime(before.preview), error }));
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [site, camera, setup, backMs]);
  return state;
}

/** Its faults may still stand; what it would have raised is of another draft. */
function noTime({ faults }: Preview): Preview {
  return { faults, candidates: [], frames: 0 };
}
