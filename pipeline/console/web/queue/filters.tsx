/** How many wait, by severity, and which of them are shown. */
import { SEVERITIES } from '../../../model.ts';
import type { SessionInfo } from '../../api.ts';
import { useWords } from '../words/words.ts';
import { type Counts, type Filter, isFiltered, NO_FILTER, type Whose } from './filter.ts';
import { useQueueWords } from './words.ts';

interface FiltersProps {
  readonly info: SessionInfo;
  readonly filter: Filter;
  readonly counts: Counts;
  readonly onFilter: (filter: Filter) => void;
}

const WORST_FIRST = [...SEVERITIES].reverse();
const MARKS = { critical: '▲▲', high: '▲', medium: '◆', low: '●' } as const;

export function Filters({ info, filter, counts, onFilter }: FiltersProps) {
  const words = useQueueWords();
  const all = useWords();
  const whoses: readonly Whose[] =
    info.role === 'supervisor' ? ['all', 'free', 'mine', 'overdue'] : ['all', 'free', 'mine'];
  const change = (key: keyof Filter, value: string) => {
    const { [key]: _, ...rest } = filter;
    onFilter((value === '' ? { whose: 'all', ...rest } : { ...filter, [key]: value }) as Filter);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of buttons everywhere */}
      <div class="counts" role="group" aria-label={words.counts}>
        {WORST_FIRST.map((one) => (
          <button
            key={one}
            type="button"
            class={`count ${one}`}
            aria-pressed={filter.severity === one}
            onClick={() => change('severity', filter.severity === one ? '' : one)}
          >
            <span class="mark" aria-hidden="true">
              {MARKS[one]}
            </span>
            <b class="number">{counts.severity[one]}</b>
            <span class="name">{all.severity[one]}</span>
          </button>
        ))}
      </div>
      <div class="filters">
        <Choice
          label={words.site}
          none={words.any.site}
          value={filter.site ?? ''}
          options={info.sites.map(({ id, name }) => [id, name ?? id])}
          onChange={(value) => change('site', value)}
        />
        <Choice
          label={words.type}
          none={words.any.type}
          value={filter.type ?? ''}
          options={info.types.map((one) => [one, all.type[one]])}
          onChange={(value) => change('type', value)}
        />
        <Choice
          label={words.whose}
          value={filter.whose}
          options={whoses.map((one) => [
            one,
            one === 'mine'
              ? `${words.whoses.mine} (${counts.mine})`
              : one === 'overdue'
                ? `${words.whoses.overdue} (${counts.overdue})`
                : words.whoses[one],
          ])}
          onChange={(value) => change('whose', value)}
        />
        {isFiltered(filter) && (
          <button type="button" class="button plain clear" onClick={() => onFilter(NO_FILTER)}>
            <span aria-hidden="true">✕</span>
            <span class="hidden-but-read">{words.clear}</span>
          </button>
        )}
      </div>
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly none?: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, none, value, options, onChange }: ChoiceProps) {
  return (
    <select
      class="select"
      aria-label={label}
      value={value}
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value);
        // Chosen with the pointer: the next letter is a command again, and no choice of another filter.
        if (!currentTarget.matches(':focus-visible')) currentTarget.blur();
      }}
    >
      {none !== undefined && <option value="">{none}</option>}
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
}
