/** Who set what, when and why; any of it is brought back in one action. */
import type { CameraSetup } from '../../api.ts';
import { usePreferences } from '../preferences.ts';
import { Changes } from './changes.tsx';
import { changesBetween } from './diff.ts';
import { count, moment } from './format.ts';
import { useZonesWords } from './words.ts';

interface VersionsProps {
  /** Newest first; the first is in force. */
  readonly versions: readonly CameraSetup[];
  readonly onRevert: (version: CameraSetup) => void;
}

export function Versions({ versions, onRevert }: VersionsProps) {
  const words = useZonesWords();
  const { language } = usePreferences();
  return (
    <section class="zones-part" aria-label={words.versions}>
      <header>
        <h2>{words.versions}</h2>
      </header>
      <ol class="zones-versions" reversed>
        {versions.map((one, at) => {
          const before = versions[at + 1];
          const number = count(language, one.version);
          return (
            <li key={one.version}>
              <div class="zones-version-head">
                <strong>{words.version(number)}</strong>
                {at === 0 && <span class="badge good">✓ {words.inForce}</span>}
                <span class="small quiet">
                  {one.author === undefined || one.savedAtMs === undefined
                    ? words.nobody
                    : words.by(one.author.name, moment(language, one.savedAtMs))}
                </span>
              </div>
              {one.revertsTo !== undefined && (
                <p class="small">{words.bringsBack(count(language, one.revertsTo))}</p>
              )}
              {one.note !== undefined && one.note !== '' && <p class="zones-note">{one.note}</p>}
              {before !== undefined && <Changes changes={changesBetween(before.setup, one.setup)} />}
              {at > 0 && (
                <button type="button" class="button" onClick={() => onRevert(one)}>
                  <span aria-hidden="true">↺</span> {words.revert(number)}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
