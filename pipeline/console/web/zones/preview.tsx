/** What the draft would have raised on the last minutes, or why that is not known. */
import type { Candidate } from '../../../model.ts';
import type { Preview } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { explained } from '../queue/explain.ts';
import { SeverityBadge } from '../ui/badge.tsx';
import { useWords } from '../words/words.ts';
import { useFailure } from './failure.ts';
import { clock, count } from './format.ts';
import type { TryOut } from './try-out.ts';
import { useZonesWords } from './words.ts';

const BACK_MINUTES = [10, 30, 60] as const;

interface PreviewPanelProps {
  readonly tryOut: TryOut;
  readonly backMs: number;
  readonly onBack: (ms: number) => void;
  /** Looked at: its place is shown on the view. */
  readonly onLook: (candidate: Candidate | undefined) => void;
}

export function PreviewPanel({ tryOut, backMs, onBack, onLook }: PreviewPanelProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  return (
    <section class="zones-preview panel" aria-label={words.preview}>
      <header>
        <h2 class="hidden-but-read">{words.preview}</h2>
        <p role="status" class={tryOut.isBusy ? 'zones-busy' : ''}>
          <Said {...tryOut} backMs={backMs} />
        </p>
        <select
          class="select"
          aria-label={words.back}
          value={String(backMs)}
          onChange={({ currentTarget }) => onBack(Number(currentTarget.value))}
        >
          {BACK_MINUTES.map((minutes) => (
            <option key={minutes} value={String(minutes * 60_000)}>
              {words.minutes(count(language, minutes))}
            </option>
          ))}
        </select>
      </header>
      {tryOut.preview !== undefined && tryOut.preview.candidates.length > 0 && (
        <Raised preview={tryOut.preview} isOld={tryOut.isBusy} onLook={onLook} />
      )}
    </section>
  );
}

function Said({ isBusy, preview, error, backMs }: TryOut & { readonly backMs: number }) {
  const words = useZonesWords();
  const failure = useFailure();
  const { language } = usePreferences();
  if (isBusy)
    return (
      <>
        <span class="zones-spinner" aria-hidden="true" /> {words.previewBusy}
      </>
    );
  if (error !== undefined) return <>{words.previewFailed(failure(error))}</>;
  if (preview === undefined) return null;
  if (preview.faults.length > 0) return <>{words.previewFaults}</>;
  const { fromMs, untilMs, frames, candidates } = preview;
  if (frames === 0 || fromMs === undefined || untilMs === undefined) return <>{words.noFrames}</>;
  // Fewer minutes may be kept than were asked for.
  const minutes = Math.max(1, Math.round(Math.min(backMs, untilMs - fromMs) / 60_000));
  return (
    <>
      <strong>
        {words.would(candidates.length, count(language, candidates.length), count(language, minutes))}
      </strong>{' '}
      <span class="quiet small">
        {words.covered(count(language, frames), clock(language, fromMs), clock(language, untilMs))}
      </span>
    </>
  );
}

function What({ candidate }: { readonly candidate: Candidate }) {
  const { text, language } = explained(candidate, usePreferences().language);
  return <td lang={language}>{text}</td>;
}

interface RaisedProps {
  readonly preview: Preview;
  readonly isOld: boolean;
  readonly onLook: (candidate: Candidate | undefined) => void;
}

function Raised({ preview, isOld, onLook }: RaisedProps) {
  const words = useZonesWords();
  const all = useWords();
  const { language } = usePreferences();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class={`zones-raised ${isOld ? 'old' : ''}`} tabIndex={0} aria-label={words.raisedWhat}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.raisedAt}</th>
            <th scope="col">{words.raisedBy}</th>
            <th scope="col">{words.severity}</th>
            <th scope="col">{words.raisedWhat}</th>
          </tr>
        </thead>
        <tbody>
          {preview.candidates.map((one) => (
            <tr key={one.id} onPointerEnter={() => onLook(one)} onPointerLeave={() => onLook(undefined)}>
              <td class="number">
                <button
                  type="button"
                  class="zones-look"
                  aria-label={words.lookAt(clock(language, one.beganAtMs))}
                  onFocus={() => onLook(one)}
                  onBlur={() => onLook(undefined)}
                >
                  {clock(language, one.beganAtMs)}
                </button>
              </td>
              <td>
                {one.rule} <span class="small quiet">{all.type[one.type]}</span>
              </td>
              <td>
                <SeverityBadge severity={one.severity} />
              </td>
              <What candidate={one} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
