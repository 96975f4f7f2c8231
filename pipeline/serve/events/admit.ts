/**
 * The last gate before a subscriber: only what a named agent confirmed goes out.
 *
 * The ledger upstream already promises this. It is held to it here again, because a record on the log of events
 * can come from a fault, an older release or another program, and whoever acts on an event cannot take it back.
 */
import { decodeEvent } from '../../../proto/messages.ts';
import type { LogRecord } from '../../log/port.ts';
import type { VerifiedEvent } from '../../model.ts';

/** A record on the log of events that must not, or cannot, go out. */
export interface Withheld {
  readonly record: LogRecord;
  readonly code: 'event_undecodable' | 'event_unverified';
  readonly detail: string;
}

/** Places remembered so that they are not reported twice; some 40 bytes each. */
const WITHHELD_MAX = 1_000;

export class Gate {
  readonly #onWithheld: (withheld: Withheld) => void;
  readonly #withheld = new Set<string>();

  constructor(onWithheld: (withheld: Withheld) => void) {
    this.#onWithheld = onWithheld;
  }

  /** Undefined: it stays here, and was reported. */
  admit(record: LogRecord): VerifiedEvent | undefined {
    try {
      const event = decodeEvent(record.value);
      const why = whyNotVerified(event);
      if (why === undefined) return event;
      this.#withhold({ record, code: 'event_unverified', detail: why });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#withhold({ record, code: 'event_undecodable', detail });
    }
    return undefined;
  }

  /** Every subscriber that reads history meets the same bad record; it is reported once. */
  #withhold(withheld: Withheld): void {
    const { partition, offset } = withheld.record;
    const place = `${partition}/${offset}`;
    if (this.#withheld.has(place)) return;
    if (this.#withheld.size >= WITHHELD_MAX) this.#withheld.clear();
    this.#withheld.add(place);
    this.#onWithheld(withheld);
  }
}

/** Why the event must not leave, in words; undefined when it may. */
export function whyNotVerified(event: VerifiedEvent): string | undefined {
  const { verdict, candidate, change, id } = event;
  const act = change === 'retracted' ? 'reverse' : 'confirm';
  if (verdict.act.kind !== act)
    return `a change '${change}' carries a verdict '${verdict.act.kind}', not '${act}'`;
  if (verdict.by.name.trim() === '') return 'its verdict names nobody';
  if (verdict.by.role !== 'agent' && verdict.by.role !== 'supervisor') {
    return `its verdict is by a ${verdict.by.role}, not by an agent`;
  }
  if (candidate.id !== id) return `event '${id}' carries candidate '${candidate.id}'`;
  if (verdict.candidate !== id) return `event '${id}' carries a verdict on '${verdict.candidate}'`;
  return undefined;
}
