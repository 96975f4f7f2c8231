import { usePreferences } from '../preferences.ts';
import type { Change } from './diff.ts';
import { useZonesWords, type ZonesWords } from './words.ts';

const SIGNS: Readonly<Record<Change['how'], string>> = { added: '+', changed: '~', removed: '−' };

/** What was added, changed and removed, a line each. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  const words = useZonesWords();
  const { language } = usePreferences();
  if (changes.length === 0) return <p class="small quiet">{words.noChange}</p>;
  return (
    <ul class="zones-changes small">
      {changes.map((change) => (
        <li key={change.what + change.id + change.how}>
          <span class={`zones-sign ${change.how}`} aria-hidden="true">
            {SIGNS[change.how]}
          </span>
          {inWords(change, words, language)}
        </li>
      ))}
    </ul>
  );
}

function inWords({ what, how, id, keys }: Change, words: ZonesWords, language: string): string {
  const named = { zone: words.zoneNamed, line: words.lineNamed, rule: words.ruleNamed }[what](id);
  if (how !== 'changed') return words.change[how](named);
  const known: Readonly<Record<string, string>> = words.key;
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return words.change.changed(named, list.format(keys.map((key) => known[key] ?? key)));
}
