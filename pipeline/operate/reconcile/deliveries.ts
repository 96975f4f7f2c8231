/** What subscribers received against the log of events: all of it, in a camera's order, and nothing else. */
import type { VerifiedEvent } from '../../model.ts';
import { canonical, type History, type Said, type Subscriber } from './history.ts';
import type { Violation } from './violation.ts';

export interface Deliveries {
  readonly again: number;
  readonly violations: readonly Violation[];
}

export function deliveryFaults({ events, subscribers }: History): Deliveries {
  const logged = new Map<string, Said<VerifiedEvent>[]>();
  for (const said of events) {
    const { changeId } = said.value;
    logged.set(changeId, [...(logged.get(changeId) ?? []), said]);
  }
  const violations: Violation[] = [];
  let again = 0;
  for (const subscriber of subscribers) {
    const had = takeIn(subscriber, logged, violations);
    again += subscriber.received.length - had.size;
    missing(subscriber, had, events, violations);
  }
  return { again, violations };
}

/** Returns the change ids that it has. */
function takeIn(
  { name, received }: Subscriber,
  log: ReadonlyMap<string, readonly Said<VerifiedEvent>[]>,
  violations: Violation[],
): ReadonlySet<string> {
  const had = new Set<string>();
  const reached = new Map<number, number>();
  for (const { event } of received) {
    const { changeId } = event;
    const fail = (code: string, message: string) =>
      violations.push({ code, at: name, message: `'${changeId}' ${message}` });
    const records = log.get(changeId) ?? [];
    const [logged] = records;
    if (logged === undefined) {
      if (!had.has(changeId)) fail('delivery_unknown', 'is not on the log of events');
      had.add(changeId);
      continue;
    }
    const verdict = canonical(event.verdict);
    if (!records.some(({ value }) => value.id === event.id && canonical(value.verdict) === verdict))
      fail('delivery_differs', 'says something else than the log of events');
    if (had.has(changeId)) continue;
    had.add(changeId);
    if (logged.offset < (reached.get(logged.partition) ?? -1))
      fail('delivery_out_of_order', 'came first after younger ones of its partition');
    reached.set(logged.partition, Math.max(logged.offset, reached.get(logged.partition) ?? -1));
  }
  return had;
}

function missing(
  { name, received, from, until, wanted }: Subscriber,
  had: ReadonlySet<string>,
  events: readonly Said<VerifiedEvent>[],
  violations: Violation[],
): void {
  const start = from ?? received.find(({ next }) => next !== undefined)?.next;
  const end = until ?? received.findLast(({ next }) => next !== undefined)?.next;
  if (start === undefined || end === undefined) return;
  for (const { value, partition, offset } of events) {
    if (offset < (start[partition] ?? 0) || offset >= (end[partition] ?? 0)) continue;
    if (had.has(value.changeId) || wanted?.(value) === false) continue;
    const message = `'${value.changeId}', offset ${offset} of partition ${partition}, was never received`;
    violations.push({ code: 'delivery_missing', at: name, message });
  }
}
