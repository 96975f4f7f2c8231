/** The numbers of a claim, each against its limit. */
import type { Finding } from '../../../model.ts';
import { usePreferences } from '../preferences.ts';
import { figure } from './times.ts';
import { useQueueWords } from './words.ts';

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const words = useQueueWords();
  const { language } = usePreferences();
  return (
    <dl class="findings">
      {findings.map(({ name, value, limit, unit }) => {
        const written = (of: number) => {
          const isShare = unit.startsWith('share');
          const text = figure(isShare ? of * 100 : of, language);
          const shownUnit = words.unit[unit] ?? unit;
          return shownUnit === '' ? text : `${text} ${shownUnit}`;
        };
        return (
          <div key={name}>
            <dt>{words.finding[name] ?? name.replaceAll('_', ' ')}</dt>
            <dd>
              <b class="number">{written(value)}</b>
              {limit !== undefined && <span class="quiet small"> {words.limit(written(limit))}</span>}
            </dd>
            {limit !== undefined && limit > 0 && <Bar value={value} limit={limit} />}
          </div>
        );
      })}
    </dl>
  );
}

/** The limit stands at the middle mark; what is far beyond fills the bar. */
function Bar({ value, limit }: { readonly value: number; readonly limit: number }) {
  const whole = Math.max(value, limit * 2, 1e-9);
  return (
    <span class="bar-of" aria-hidden="true">
      <i style={{ width: `${Math.min(100, (100 * value) / whole)}%` }} />
      <u style={{ left: `${(100 * limit) / whole}%` }} />
    </span>
  );
}
