/** Every record that a stage cannot read has its line on the topic of refused ones, and that line speaks of it. */
import { TOPICS } from '../../topics.ts';
import type { History, Place } from './history.ts';
import type { Violation } from './violation.ts';

/** What stages read. A bad event is withheld by serve, which says so in its status. */
const READ: readonly string[] = [TOPICS.frames, TOPICS.candidates, TOPICS.verdicts];

export function refusalFaults({ rejected, unread }: History, settled: boolean): readonly Violation[] {
  const violations: Violation[] = [];
  const lengths = new Map<string, number>();
  for (const { value } of rejected) lengths.set(placeKey(value), value.length);
  for (const { code, length, ...place } of unread) {
    if (!READ.includes(place.topic)) continue;
    const at = placeKey(place);
    const found = lengths.get(at);
    if (found === undefined) {
      if (settled) violations.push({ code: 'refusal_missing', at, message: `${code}, and nobody said so` });
    } else if (found !== length) {
      const message = `its refusal speaks of ${found} bytes, it has ${length}`;
      violations.push({ code: 'refusal_differs', at, message });
    }
  }
  return violations;
}

function placeKey({ topic, partition, offset }: Place): string {
  return `${topic}/${partition}/${offset}`;
}
