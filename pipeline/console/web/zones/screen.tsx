/** `#/zones`: which camera? `#/zones/SITE/CAMERA`: its zones, lines and rules. */
import './zones.css';
import { useEffect, useState } from 'preact/hooks';
import { type CameraSetup, PATHS } from '../../api.ts';
import { CallFailed, get } from '../calls.ts';
import type { PageProps } from '../pages.ts';
import { sessionEnded } from '../session.ts';
import { Empty } from '../ui/empty.tsx';
import { useWords } from '../words/words.ts';
import { Chooser } from './chooser.tsx';
import { Editor } from './editor.tsx';
import { useFailure } from './failure.ts';

export function ZonesScreen({ info, rest: [site, camera] }: PageProps) {
  if (site === undefined || site === '' || camera === undefined || camera === '')
    return <Chooser info={info} site={site || undefined} />;
  return <Loaded key={`${site}/${camera}`} info={info} site={site} camera={camera} />;
}

type Versions =
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly versions: readonly CameraSetup[] }
  | { readonly kind: 'failed'; readonly error: unknown };

interface LoadedProps extends Pick<PageProps, 'info'> {
  readonly site: string;
  readonly camera: string;
}

function Loaded({ info, site, camera }: LoadedProps) {
  const words = useWords();
  const failure = useFailure();
  const [state, setState] = useState<Versions>({ kind: 'coming' });
  const load = () => {
    const ended = new AbortController();
    setState({ kind: 'coming' });
    get<readonly CameraSetup[]>(PATHS.setupVersions, { site, camera }, ended.signal).then(
      (versions) => setState({ kind: 'here', versions }),
      (error) => {
        if (ended.signal.aborted || sessionEnded(error)) return;
        setState({ kind: 'failed', error });
      },
    );
    return () => ended.abort();
  };
  useEffect(load, [site, camera]);
  if (state.kind === 'coming') return <Empty title={words.loading} />;
  const [first] = state.kind === 'here' ? state.versions : [];
  if (state.kind === 'failed' || first === undefined) {
    const error =
      state.kind === 'failed'
        ? state.error
        : new CallFailed(404, { code: 'not_found', message: `${site}/${camera}` });
    return (
      <Empty title={words.failed(failure(error))}>
        <button type="button" class="button" onClick={load}>
          {words.retry}
        </button>
      </Empty>
    );
  }
  const { versions } = state as Extract<Versions, { kind: 'here' }>;
  return <Editor info={info} site={site} camera={camera} first={versions} />;
}
