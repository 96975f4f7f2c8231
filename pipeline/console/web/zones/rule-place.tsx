/** Where a rule watches, and beyond which limit. */
import type { Pair } from '../../api.ts';
import { FaultLines } from './item.tsx';
import type { RuleFieldProps } from './rule-field.ts';
import { onTheWay, type Way } from './rule-form.ts';
import { useZonesWords } from './words.ts';

interface PlaceFieldProps extends RuleFieldProps {
  readonly kind: Way;
  readonly isOptional: boolean;
}

export function PlaceField({ desk, rule, index, set, kind, isOptional }: PlaceFieldProps) {
  const words = useZonesWords();
  const ids = (kind === 'zone' ? desk.setup.zones : desk.setup.lines).map(({ id }) => id);
  const chosen = typeof rule[kind] === 'string' ? rule[kind] : '';
  return (
    <label class="field">
      <span>{words.place}</span>
      <select value={chosen} onChange={({ currentTarget }) => set(kind, currentTarget.value)}>
        {(isOptional || chosen === '') && (
          <option value="">{isOptional ? words.wholeView : words.pickPlace}</option>
        )}
        {chosen !== '' && !ids.includes(chosen) && (
          <option value={chosen}>{words.missingPlace(chosen)}</option>
        )}
        {ids.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field={kind} />
    </label>
  );
}

/** Against a direction in a zone, or over a line the wrong way. */
export function WayFields(props: RuleFieldProps) {
  const { desk, rule, index, set, replace } = props;
  const words = useZonesWords();
  const way: Way = rule.line === undefined ? 'zone' : 'line';
  return (
    <>
      <fieldset class="zones-ways">
        <legend class="hidden-but-read">{words.place}</legend>
        {(['zone', 'line'] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={`way-${index}`}
              checked={way === one}
              onChange={() => replace(onTheWay(rule, one, desk.setup))}
            />
            {one === 'zone' ? words.onZone : words.onLine}
          </label>
        ))}
      </fieldset>
      <PlaceField {...props} kind={way} isOptional={false} />
      {way === 'line' ? (
        <label class="field">
          <span>{words.allowed}</span>
          <select
            value={String(rule.allowed ?? '')}
            onChange={({ currentTarget }) => set('allowed', currentTarget.value)}
          >
            <option value="left_to_right">{words.leftToRight}</option>
            <option value="right_to_left">{words.rightToLeft}</option>
          </select>
          <FaultLines desk={desk} at={{ kind: 'rule', index }} field="allowed" />
        </label>
      ) : (
        <DirectionFields {...props} />
      )}
    </>
  );
}

function DirectionFields({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  const direction = (Array.isArray(rule.direction) ? rule.direction : [1, 0]) as unknown as Pair;
  const put = (at: 0 | 1, value: number) => {
    if (!Number.isNaN(value)) set('direction', at === 0 ? [value, direction[1]] : [direction[0], value]);
  };
  return (
    <div class="field">
      <span>{words.direction}</span>
      <div class="zones-pair">
        {([0, 1] as const).map((at) => (
          <input
            key={at}
            type="number"
            step={0.1}
            aria-label={`${words.direction}: ${at === 0 ? 'x' : 'y'}`}
            value={direction[at]}
            onInput={({ currentTarget }) => put(at, currentTarget.valueAsNumber)}
          />
        ))}
      </div>
      <label class="zones-check">
        <input
          type="checkbox"
          checked={rule.either_sign === true}
          onChange={({ currentTarget }) => set('either_sign', currentTarget.checked || undefined)}
        />
        {words.eitherSign}
      </label>
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="direction" />
    </div>
  );
}

export function LimitField({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  const limit = (rule.limit ?? {}) as Readonly<Partial<Record<'people' | 'per_m2', number>>>;
  const kind = limit.per_m2 === undefined ? 'people' : 'per_m2';
  const value = limit[kind];
  return (
    <div class="field zones-limit">
      <span>{words.limit}</span>
      <div class="zones-pair">
        <input
          type="number"
          min={0}
          step="any"
          aria-label={words.limit}
          value={value ?? ''}
          onInput={({ currentTarget }) => set('limit', { [kind]: currentTarget.valueAsNumber || 0 })}
        />
        <select
          aria-label={`${words.limit}: ${words.limitKind[kind]}`}
          value={kind}
          onChange={({ currentTarget }) => set('limit', { [currentTarget.value]: value ?? 1 })}
        >
          <option value="people">{words.limitKind.people}</option>
          <option value="per_m2">{words.limitKind.per_m2}</option>
        </select>
      </div>
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="limit" />
    </div>
  );
}
