/** Under which reason the picture is seen; nothing is fetched before one is given. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { usePreferences } from '../preferences.ts';
import { sessionEnded } from '../session.ts';
import { useFailure } from './failure.ts';
import { clock } from './format.ts';
import { fetchPicture, type ViewPicture } from './picture.ts';
import { useZonesWords } from './words.ts';

type Asked =
  | { readonly kind: 'no' }
  | { readonly kind: 'coming' }
  | { readonly kind: 'here'; readonly picture: ViewPicture }
  | { readonly kind: 'failed'; readonly error: unknown };

interface ViewBarProps {
  readonly site: string;
  readonly camera: string;
  readonly onPicture: (picture: ViewPicture | undefined) => void;
}

const REASONS = ['set', 'work', 'alerts'] as const;
const WHY_LENGTH_MAX = 200;

export function ViewBar({ site, camera, onPicture }: ViewBarProps) {
  const words = useZonesWords();
  const failure = useFailure();
  const { language } = usePreferences();
  const [reason, setReason] = useState<(typeof REASONS)[number] | 'own'>('set');
  const [own, setOwn] = useState('');
  const [asked, setAsked] = useState<Asked>({ kind: 'no' });
  const asking = useRef<AbortController>(undefined);
  useEffect(() => () => asking.current?.abort(), []);
  const why = reason === 'own' ? own.trim() : words.picture.reasons[reason];

  const put = (next: Asked) => {
    setAsked(next);
    onPicture(next.kind === 'here' ? next.picture : undefined);
  };
  const show = async () => {
    if (why === '') return;
    asking.current?.abort();
    const ended = new AbortController();
    asking.current = ended;
    setAsked({ kind: 'coming' });
    try {
      put({ kind: 'here', picture: await fetchPicture(site, camera, why, ended.signal) });
    } catch (error) {
      if (!ended.signal.aborted && !sessionEnded(error)) put({ kind: 'failed', error });
    }
  };
  return (
    <form
      class="zones-view-bar"
      onSubmit={(event) => {
        event.preventDefault();
        void show();
      }}
    >
      <label>
        <span>{asked.kind === 'here' ? words.picture.ownLabel : words.picture.why}</span>
        <select
          class="select"
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value as typeof reason)}
        >
          {REASONS.map((one) => (
            <option key={one} value={one}>
              {words.picture.reasons[one]}
            </option>
          ))}
          <option value="own">{words.picture.own}</option>
        </select>
      </label>
      {reason === 'own' && (
        <input
          class="select"
          aria-label={words.picture.ownLabel}
          maxLength={WHY_LENGTH_MAX}
          value={own}
          onInput={({ currentTarget }) => setOwn(currentTarget.value)}
        />
      )}
      <button type="submit" class="button" disabled={why === '' || asked.kind === 'coming'}>
        {asked.kind === 'here' ? words.picture.again : words.picture.show}
      </button>
      {asked.kind === 'here' && (
        <button type="button" class="button plain" onClick={() => put({ kind: 'no' })}>
          {words.picture.hide}
        </button>
      )}
      <span class="small quiet" role="status">
        {asked.kind === 'coming' && words.picture.loading}
        {asked.kind === 'no' && words.picture.audited}
        {asked.kind === 'failed' && (
          <>
            {words.picture.failed(failure(asked.error))} {words.picture.without}
          </>
        )}
        {asked.kind === 'here' && (
          <>
            {words.picture.takenAt(clock(language, asked.picture.capturedAtMs))}
            {asked.picture.kind === 'plane' && ` (${words.picture.plane})`}
          </>
        )}
      </span>
    </form>
  );
}
