/** The rules as a list; the chosen one with the form of its event type. */
import { EVENT_TYPES, type EventType, SENSITIVITIES, SEVERITIES } from '../../../model.ts';
import type { RuleText, SessionInfo } from '../../api.ts';
import { useWords } from '../words/words.ts';
import type { Desk } from './desk.ts';
import { withNewRule, withoutRule, withRule } from './draft.ts';
import { FaultLines, Item } from './item.tsx';
import type { RuleFieldProps } from './rule-field.ts';
import {
  CONFIRMERS_DEFAULT,
  CONFIRMERS_MAX,
  durationText,
  FIELDS,
  type Field,
  FOR_MS_DEFAULT,
  ofEvent,
  SEVERITY_DEFAULT,
  withKey,
} from './rule-form.ts';
import { LimitField, PlaceField, WayFields } from './rule-place.tsx';
import { useZonesWords } from './words.ts';

interface RulesProps {
  readonly desk: Desk;
  readonly info: SessionInfo;
}

export function Rules({ desk, info }: RulesProps) {
  const words = useZonesWords();
  const { rules } = desk.setup;
  const add = () => {
    const type = info.types[0] ?? 'forbidden_zone';
    const { id: _, ...rule } = ofEvent({ id: '', event: type }, type, desk.setup);
    desk.edit(withNewRule(desk.setup, rule as RuleText));
    desk.select({ kind: 'rule', index: rules.length });
  };
  return (
    <section class="zones-part" aria-label={words.rules}>
      <header>
        <h2>{words.rules}</h2>
        <button type="button" class="button" onClick={add}>
          + {words.addRule}
        </button>
      </header>
      {rules.length === 0 && <p class="quiet small">{words.noRules}</p>}
      <ul class="zones-list">
        {rules.map((rule, index) => (
          <RuleItem key={index} desk={desk} rule={rule} index={index} />
        ))}
      </ul>
    </section>
  );
}

interface RuleItemProps {
  readonly desk: Desk;
  readonly rule: RuleText;
  readonly index: number;
}

function RuleItem({ desk, rule, index }: RuleItemProps) {
  const words = useZonesWords();
  const all = useWords();
  const at = { kind: 'rule', index } as const;
  const replace = (next: RuleText, gesture?: string) => desk.edit(withRule(desk.setup, index, next), gesture);
  const props: RuleFieldProps = {
    desk,
    rule,
    index,
    set: (key, value) => replace(withKey(rule, key, value), `rule ${index} ${key}`),
    replace,
  };
  const place = String(rule.zone ?? rule.line ?? words.wholeView);
  return (
    <Item
      desk={desk}
      at={at}
      title={rule.id}
      subtitle={`${all.type[rule.event]} · ${place}`}
      removeLabel={words.remove(words.ruleNamed(rule.id))}
      onRemove={() => {
        desk.edit(withoutRule(desk.setup, index));
        desk.select(undefined);
      }}
    >
      <div class="zones-fields">
        <label class="field">
          <span>{words.name}</span>
          <input
            value={rule.id}
            maxLength={64}
            spellcheck={false}
            onInput={({ currentTarget }) =>
              replace({ ...rule, id: currentTarget.value }, `rule ${index} name`)
            }
          />
          <FaultLines desk={desk} at={at} field="id" />
        </label>
        <label class="field">
          <span>{words.event}</span>
          <select
            value={rule.event}
            onChange={({ currentTarget }) =>
              replace(ofEvent(rule, currentTarget.value as EventType, desk.setup))
            }
          >
            {EVENT_TYPES.map((type) => (
              <option key={type} value={type}>
                {all.type[type]}
              </option>
            ))}
          </select>
          <FaultLines desk={desk} at={at} field="event" />
        </label>
        {FIELDS[rule.event].map((field) => (
          <RuleField key={field} field={field} {...props} />
        ))}
      </div>
    </Item>
  );
}

function RuleField({ field, ...props }: RuleFieldProps & { readonly field: Field }) {
  switch (field) {
    case 'zone':
    case 'optional_zone':
      return <PlaceField kind="zone" isOptional={field === 'optional_zone'} {...props} />;
    case 'way':
      return (
        <>
          <WayFields {...props} />
          {props.rule.line === undefined && <ForField {...props} />}
        </>
      );
    case 'for':
      return <ForField {...props} />;
    case 'limit':
      return <LimitField {...props} />;
    case 'people':
      return <PeopleField {...props} />;
    case 'severity':
      return <SeverityField {...props} />;
    case 'sensitivity':
      return <SensitivityField {...props} />;
    case 'confirmers':
      return <ConfirmersField {...props} />;
  }
}

function ForField({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  const normal = durationText(FOR_MS_DEFAULT[rule.event]);
  return (
    <label class="field">
      <span>{words.for}</span>
      <input
        value={String(rule.for ?? '')}
        placeholder={normal}
        title={words.forHint(normal)}
        spellcheck={false}
        onInput={({ currentTarget }) => set('for', currentTarget.value.trim())}
      />
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="for" />
    </label>
  );
}

function PeopleField({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  return (
    <label class="field">
      <span>{words.people}</span>
      <input
        type="number"
        min={1}
        step={1}
        value={typeof rule.people === 'number' ? rule.people : ''}
        onInput={({ currentTarget }) =>
          set('people', currentTarget.value === '' ? undefined : currentTarget.valueAsNumber)
        }
      />
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="people" />
    </label>
  );
}

function SeverityField({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  const all = useWords();
  const normal = SEVERITY_DEFAULT[rule.event];
  return (
    <label class="field">
      <span>{words.severity}</span>
      <select
        value={String(rule.severity ?? normal)}
        onChange={({ currentTarget }) => set('severity', currentTarget.value)}
      >
        {SEVERITIES.map((one) => (
          <option key={one} value={one}>
            {one === normal ? words.normally(all.severity[one]) : all.severity[one]}
          </option>
        ))}
      </select>
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="severity" />
    </label>
  );
}

function SensitivityField({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  return (
    <label class="field">
      <span>{words.sensitivity}</span>
      <select
        value={String(rule.sensitivity ?? 'medium')}
        onChange={({ currentTarget }) => set('sensitivity', currentTarget.value)}
      >
        {SENSITIVITIES.map((one) => (
          <option key={one} value={one}>
            {one === 'medium' ? words.normally(words.sensitivities[one]) : words.sensitivities[one]}
          </option>
        ))}
      </select>
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="sensitivity" />
    </label>
  );
}

function ConfirmersField({ desk, rule, index, set }: RuleFieldProps) {
  const words = useZonesWords();
  const normal = CONFIRMERS_DEFAULT[rule.event] ?? 1;
  const named = (value: number) => (value === 1 ? words.confirmersOf.one : words.confirmersOf.two);
  return (
    <label class="field">
      <span>{words.confirmers}</span>
      <select
        value={String(rule.confirmers ?? normal)}
        onChange={({ currentTarget }) => {
          const value = Number(currentTarget.value);
          set('confirmers', value === normal ? undefined : value);
        }}
      >
        {Array.from({ length: CONFIRMERS_MAX }, (_, at) => at + 1).map((value) => (
          <option key={value} value={String(value)}>
            {value === normal ? words.normally(named(value)) : named(value)}
          </option>
        ))}
      </select>
      <FaultLines desk={desk} at={{ kind: 'rule', index }} field="confirmers" />
    </label>
  );
}
