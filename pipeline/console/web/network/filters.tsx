import { usePreferences } from '../preferences.ts';
import {
  CAMERA_STATES,
  type CameraState,
  type Counts,
  type Filter,
  isFiltering,
  NO_FILTER,
} from './arrange.ts';
import { number } from './format.ts';
import { StateIcon } from './icon.tsx';
import { useNetworkWords } from './words.ts';

interface FiltersProps {
  readonly counts: Counts;
  readonly filter: Filter;
  readonly shown: number;
  readonly onFilter: (filter: Filter) => void;
}

/** How many of each state there are; each count is a filter too. */
export function Filters({ counts, filter, shown, onFilter }: FiltersProps) {
  const words = useNetworkWords();
  const { language } = usePreferences();
  const total = CAMERA_STATES.reduce((sum, state) => sum + counts[state], 0);
  const toggle = (state: CameraState) => {
    const states = new Set(filter.states);
    if (!states.delete(state)) states.add(state);
    onFilter({ ...filter, states });
  };
  return (
    <search class="net-filters" aria-label={words.filters}>
      <fieldset class="net-counts" aria-label={words.byState}>
        {CAMERA_STATES.map((state) => (
          <button
            key={state}
            type="button"
            class={`button net-count ${counts[state] === 0 ? 'nobody' : ''}`}
            aria-pressed={filter.states.has(state)}
            title={words.about[state]}
            onClick={() => toggle(state)}
          >
            <StateIcon state={state} />
            <span class="number net-count-number">{number(language, counts[state])}</span>
            {words.state[state]}
          </button>
        ))}
      </fieldset>
      <div class="net-find">
        <input
          class="select"
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          value={filter.text}
          onInput={({ currentTarget }) => onFilter({ ...filter, text: currentTarget.value })}
        />
        <label class="net-check">
          <input
            type="checkbox"
            checked={filter.isAttentionOnly}
            onChange={({ currentTarget }) => onFilter({ ...filter, isAttentionOnly: currentTarget.checked })}
          />
          {words.attention}
        </label>
        {isFiltering(filter) && (
          <button type="button" class="button" onClick={() => onFilter(NO_FILTER)}>
            {words.clear}
          </button>
        )}
        <span class="quiet number net-shown" role="status">
          {words.shown(number(language, shown), number(language, total))}
        </span>
      </div>
    </search>
  );
}
