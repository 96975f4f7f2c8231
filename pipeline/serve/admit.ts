/**
 * The last gate before a subscriber: only what a named agent confirmed goes out.
 *
 * The ledger upstream already promises this. It is held to it here again, because a record on the log of events
 * can come from a fault, an older release or another program, and whoever acts on an event cannot take it back.
 */
import type { VerifiedEvent } from '../model.ts';

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
