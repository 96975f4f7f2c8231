import { usePreferences } from '../preferences.ts';
import type { Desk } from './desk.ts';
import { placeOfFault } from './faults.ts';
import { count } from './format.ts';
import { useZonesWords } from './words.ts';

/** Everything that `check` holds against the draft, each with a way to its place. */
export function FaultList({ desk }: { readonly desk: Desk }) {
  const words = useZonesWords();
  const { language } = usePreferences();
  const { faults } = desk;
  return (
    <div role="status">
      {faults.length > 0 && (
        <div class="zones-faults">
          <h2>⚠ {words.faults(faults.length, count(language, faults.length))}</h2>
          <ul>
            {faults.map(({ at, code, message, hint }) => {
              const place = placeOfFault(at);
              return (
                <li key={at + code}>
                  <span lang="en">
                    <code>{at}</code> {message}
                    {hint !== undefined && (
                      <span class="quiet">
                        {' '}
                        {words.hint}: {hint}
                      </span>
                    )}
                  </span>
                  {place.kind !== 'whole' && (
                    <button
                      type="button"
                      class="button"
                      onClick={() => {
                        desk.select({ kind: place.kind, index: place.index });
                        document
                          .getElementById(`zones-${place.kind}-${place.index}`)
                          ?.scrollIntoView({ block: 'nearest' });
                      }}
                    >
                      {words.goThere}
                    </button>
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </div>
  );
}
