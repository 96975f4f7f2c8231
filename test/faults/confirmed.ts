/** What an agent was told is confirmed, against what every subscriber received: each once, by its id. */
import type { Subscriber } from '../../pipeline/operate/reconcile/history.ts';
import type { Violation } from '../../pipeline/operate/reconcile/violation.ts';
import type { Answered } from './agent.ts';

export interface Received {
  readonly name: string;
  readonly deliveries: number;
  readonly distinct: number;
  /** Repeats under the same id. */
  readonly again: number;
  readonly verified: number;
}

export function confirmedFaults(
  answered: readonly Answered[],
  subscribers: readonly Subscriber[],
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { name, received } of subscribers) {
    const ids = new Map<string, Set<string>>();
    for (const { event } of received) {
      if (event.change !== 'verified') continue;
      ids.set(event.verdict.id, (ids.get(event.verdict.id) ?? new Set()).add(event.changeId));
    }
    for (const { act, verdict, candidate } of answered) {
      if (act !== 'confirm') continue;
      const found = ids.get(verdict)?.size ?? 0;
      if (found === 1) continue;
      const code = found === 0 ? 'confirmed_not_received' : 'confirmed_received_twice';
      const message = `'${candidate}', confirmed with '${verdict}' and answered OK, came under ${found} ids`;
      violations.push({ code, at: name, message });
    }
  }
  return violations;
}

export function receivedBy({ name, received }: Subscriber): Received {
  const distinct = new Set(received.map(({ event }) => event.changeId));
  const verified = new Set(
    received.filter(({ event }) => event.change === 'verified').map(({ event }) => event.changeId),
  );
  return {
    ...{ name, deliveries: received.length, distinct: distinct.size },
    ...{ again: received.length - distinct.size, verified: verified.size },
  };
}
