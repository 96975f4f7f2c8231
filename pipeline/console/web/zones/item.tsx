import type { ComponentChildren } from 'preact';
import type { Desk, Selection } from './desk.ts';
import { faultsAt } from './faults.ts';
import { useZonesWords } from './words.ts';

interface ItemProps {
  readonly desk: Desk;
  readonly at: Selection;
  readonly title: string;
  readonly subtitle: string;
  readonly onRemove: () => void;
  readonly removeLabel: string;
  /** Drawn while it is chosen. */
  readonly children: ComponentChildren;
}

/** A zone, line or rule in its list; opens when it is chosen, and says when something is wrong with it. */
export function Item({ desk, at, title, subtitle, onRemove, removeLabel, children }: ItemProps) {
  const isChosen = desk.selection?.kind === at.kind && desk.selection.index === at.index;
  const faults = faultsAt(desk.faults, at.kind, at.index);
  const said = isChosen ? faults.filter(({ at: where }) => !/\]\.\w/.test(where)) : [];
  return (
    <li class={`zones-item ${isChosen ? 'chosen' : ''}`} id={`zones-${at.kind}-${at.index}`}>
      <div class="zones-item-head">
        <button
          type="button"
          class="zones-item-name"
          aria-expanded={isChosen}
          onClick={() => desk.select(isChosen ? undefined : at)}
        >
          <span class={`zones-mark ${at.kind}`} aria-hidden="true" />
          <strong title={title}>{title === '' ? '—' : title}</strong>
          <span class="small quiet">{subtitle}</span>
          {faults.length > 0 && (
            <span class="badge critical">
              <span aria-hidden="true">⚠ {faults.length}</span>
              <Faults count={faults.length} />
            </span>
          )}
        </button>
        {isChosen && (
          <button type="button" class="button plain" aria-label={removeLabel} onClick={onRemove}>
            <span aria-hidden="true">✕</span>
          </button>
        )}
      </div>
      {isChosen && (
        <div class="zones-item-body">
          {said.map((fault) => (
            <FaultLine key={fault.at + fault.code} message={fault.message} hint={fault.hint} />
          ))}
          {children}
        </div>
      )}
    </li>
  );
}

function Faults({ count }: { readonly count: number }) {
  const words = useZonesWords();
  return <span class="hidden-but-read">{words.faults(count, String(count))}</span>;
}

interface FaultLinesProps {
  readonly desk: Desk;
  readonly at: Selection;
  readonly field: string;
}

/** What is wrong with one field, beside it. */
export function FaultLines({ desk, at, field }: FaultLinesProps) {
  return (
    <>
      {faultsAt(desk.faults, at.kind, at.index, field).map((fault) => (
        <FaultLine key={fault.at + fault.code} message={fault.message} hint={fault.hint} />
      ))}
    </>
  );
}

function FaultLine({ message, hint }: { readonly message: string; readonly hint: string | undefined }) {
  const words = useZonesWords();
  return (
    <p class="zones-fault" lang="en">
      <span aria-hidden="true">⚠ </span>
      {message}
      {hint !== undefined && (
        <span class="quiet">
          {' '}
          {words.hint}: {hint}
        </span>
      )}
    </p>
  );
}
