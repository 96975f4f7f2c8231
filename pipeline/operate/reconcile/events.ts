/** Events against claims and decisions: each follows from a named agent's verdict, and each that follows is there. */
import type { Candidate, Verdict, VerifiedEvent } from '../../model.ts';
import type { Decisions } from './decisions.ts';
import { canonical, type History, type Said } from './history.ts';
import type { Violation } from './violation.ts';

export interface ToldEvents {
  /** By change id. */
  readonly distinct: number;
  readonly violations: readonly Violation[];
}

type Fail = (code: string, at: string, message: string) => void;

export function eventFaults(
  { events, verdicts }: History,
  claims: ReadonlyMap<string, Said<Candidate>>,
  decisions: Decisions,
  settled: boolean,
): ToldEvents {
  const violations: Violation[] = [];
  const fail: Fail = (code, at, message) => violations.push({ code, at, message });
  // The same act may lie there twice, with two times: its agent asked again elsewhere.
  const acts = new Set(verdicts.map(({ value }) => canonical(value)));
  const byChange = new Map<string, VerifiedEvent>();
  const verifiedBy = new Map<string, string>();
  const ends = new Map<string, number>();
  const ordered = [...events].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  for (const { value: event } of ordered) {
    const before = byChange.get(event.changeId);
    if (before !== undefined) {
      // An owner that was taken for dead may tell an update under the confirmation that it knew, after another owner
      // told it under the next one. Its receiver drops the repeat; each must be lawful by itself.
      const named = event.change === 'verified' || event.change === 'retracted';
      const otherVerdict = canonical(before.verdict) !== canonical(event.verdict);
      if ((named && otherVerdict) || before.id !== event.id || before.change !== event.change)
        fail('event_says_two_things', event.changeId, 'two records of one change differ');
      else if (otherVerdict) unfounded(event, claims, acts, decisions, fail);
      continue;
    }
    byChange.set(event.changeId, event);
    unfounded(event, claims, acts, decisions, fail);
    if (event.change === 'verified') {
      const other = verifiedBy.get(event.verdict.id);
      if (other !== undefined)
        fail('event_doubled', event.changeId, `one verdict, and '${other}' was told already`);
      verifiedBy.set(event.verdict.id, event.changeId);
    }
    if (event.change === 'ended') ends.set(event.id, (ends.get(event.id) ?? 0) + 1);
    const cause = event.verdict.act.kind === 'reverse' ? event.verdict.act.of : event.verdict.id;
    if (event.change !== 'verified' && !verifiedBy.has(cause))
      fail('event_before_verified', event.changeId, `'${event.change}' came before its event was told`);
  }
  for (const [id, times] of ends)
    if (times > 1) fail('event_doubled', id, `it was told ${times} times, under ${times} ids, that it ended`);
  if (settled) missing(byChange, claims, decisions, ends, fail);
  return { distinct: byChange.size, violations };
}

/** What must never leave: no agent, no name, another candidate's verdict, an id that was not derived. */
function unfounded(
  event: VerifiedEvent,
  claims: ReadonlyMap<string, Said<Candidate>>,
  acts: ReadonlySet<string>,
  decisions: Decisions,
  fail: Fail,
): void {
  const { id, changeId, change, verdict, candidate } = event;
  const claim = claims.get(id);
  if (claim === undefined) fail('event_without_claim', changeId, `nothing claims '${id}'`);
  else if (candidate.revision > claim.value.revision)
    fail('event_without_claim', changeId, `revision ${candidate.revision} of '${id}' was never claimed`);
  if (!acts.has(canonical(verdict)))
    fail('event_unconfirmed', changeId, `its verdict '${verdict.id}' is not on the log of verdicts`);
  if (verdict.by.name.trim() === '' || (verdict.by.role !== 'agent' && verdict.by.role !== 'supervisor'))
    fail('event_unconfirmed', changeId, `decided by '${verdict.by.name}', a ${verdict.by.role}`);
  const lawful = change === 'retracted' ? decisions.reversed : decisions.confirmed;
  if (lawful.get(verdict.id)?.candidate !== id)
    fail('event_unconfirmed', changeId, `'${verdict.id}' does not ${lawfulAct(change)} '${id}'`);
  if (change !== 'retracted' && (candidate.confirmers ?? 1) > 1) seconded(event, acts, fail);
  const byVerdict = change === 'verified' || change === 'retracted';
  const cause = byVerdict ? verdict.id : candidate.revision;
  if (changeId !== `${id}#${change}#${cause}`)
    fail('event_id_not_derived', changeId, `expected '${id}#${change}#${cause}'`);
}

/** Where two people must confirm: two verdicts on the log, for this candidate, of two names. */
function seconded(
  { id, changeId, verdict, firstConfirmation: first }: VerifiedEvent,
  acts: ReadonlySet<string>,
  fail: Fail,
): void {
  if (first === undefined)
    fail('event_by_one_person', changeId, `confirmed by '${verdict.by.name}' alone, expected two people`);
  else if (first.by.name === verdict.by.name)
    fail('event_by_one_person', changeId, `confirmed twice by '${first.by.name}', expected two people`);
  else if (!acts.has(canonical(first)) || first.candidate !== id || first.act.kind !== 'confirm')
    fail('event_unconfirmed', changeId, `its first confirmation '${first.id}' is not on the log of verdicts`);
}

function lawfulAct(change: VerifiedEvent['change']): string {
  return change === 'retracted' ? 'take back a confirmation of' : 'confirm';
}

function missing(
  byChange: ReadonlyMap<string, VerifiedEvent>,
  claims: ReadonlyMap<string, Said<Candidate>>,
  { confirmed, reversed, inForce }: Decisions,
  ends: ReadonlyMap<string, number>,
  fail: Fail,
): void {
  const expect = (change: string, verdict: Verdict) => {
    const changeId = `${verdict.candidate}#${change}#${verdict.id}`;
    if (!byChange.has(changeId))
      fail('event_missing', changeId, `'${verdict.by.name}' decided, and subscribers were not told`);
  };
  for (const verdict of confirmed.values()) expect('verified', verdict);
  for (const verdict of reversed.values()) expect('retracted', verdict);
  for (const id of inForce.keys()) {
    if (claims.get(id)?.value.phase === 'end' && !ends.has(id))
      fail('event_missing', id, 'it was confirmed and ended, and subscribers were not told that it ended');
  }
}
