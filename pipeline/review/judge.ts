/**
 * The rules of review for one candidate: how it stands, and what a verdict does to that.
 *
 *            claim/release              confirm reject lapse
 *          +---------------+          +---------------------+
 *          v               |          |                     v
 *        open ------------ open ------+          confirmed | rejected | lapsed
 *          ^                                                |
 *          +------------------- reverse --------------------+
 *
 * Where a confirmation takes two people, the first one leaves the candidate open, unclaimed, and is remembered; that of
 * another person confirms it. One person's rejection rejects it, and the first confirmation can be reversed.
 *
 * Pure: a function of the standing, the verdict and the verdict's append time. So the standing of a candidate follows
 * from the order of its verdicts on the log alone, and every process that reads them agrees.
 */
import { type Agent, REJECT_REASONS, type Verdict } from '../model.ts';

/** A claim is a lease on the log's append time. It counts at t while t < untilMs; nothing has to end it. */
export interface Claim {
  readonly by: Agent;
  readonly untilMs: number;
}

export type Standing = Open | Decided;

export interface Open {
  readonly kind: 'open';
  /** Append time of its first record, or of the reversal that opened it again. */
  readonly sinceMs: number;
  readonly claim?: Claim;
  /** Where a confirmation takes two people: that of the first. It confirms nothing. */
  readonly first?: Verdict;
}

export interface Decided {
  readonly kind: 'confirmed' | 'rejected' | 'lapsed';
  readonly verdict: Verdict;
  /** Of the first of two who confirmed. */
  readonly first?: Verdict;
  readonly decidedAtMs: number;
}

export type RefusalCode =
  | 'unknown_candidate'
  | 'already_decided'
  | 'claimed_by_other'
  /** A release by somebody who holds no claim. */
  | 'not_claimed'
  /** The second confirmation by whoever gave the first. */
  | 'needs_another_agent'
  /** A reversal of a verdict that does not decide the candidate (any more). */
  | 'not_in_force'
  /** A reversal after the retention, when the candidate may have been forgotten. */
  | 'too_late'
  /** A lapse while agents still have time: whoever asked for it has a clock that is ahead of the log's. */
  | 'too_early'
  | 'no_agent_name'
  | 'wrong_role'
  | 'bad_reason'
  | 'bad_lease'
  /** The verdict names another site or camera than its candidate. */
  | 'wrong_place'
  /** The id was used for another act on the same candidate, or by another agent. */
  | 'id_reused'
  /** Too many verdicts wait for candidates that nobody has seen. */
  | 'too_many_held';

export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
}

/** Longer than any look at a screen; a lease that is forgotten must not keep the others from deciding. */
export const LEASE_MS_MAX = 15 * 60_000;

export type Judgement = { readonly next: Standing } | { readonly refusal: Refusal };

export interface Terms {
  /** How long after it a decision can be reversed. */
  readonly retentionMs: number;
  /** How long a candidate waits for an agent, of the severity with which it began. */
  readonly lapseAfterMs: number;
  /** How many people a confirmation takes, each named and none twice: 1 or 2. */
  readonly confirmers: number;
}

/** `atMs`: the verdict's append time. */
export function judge(standing: Standing, verdict: Verdict, atMs: number, terms: Terms): Judgement {
  const unfit = unfitAgent(verdict);
  if (unfit) return { refusal: unfit };
  if (verdict.act.kind === 'reverse') return reverse(standing, verdict.act.of, atMs, terms);
  if (standing.kind !== 'open') {
    const { by, id } = standing.verdict;
    return refuse(
      'already_decided',
      `${standing.kind} by '${by.name}' with verdict '${id}'; only a reversal of it changes that`,
    );
  }
  const claim = liveClaim(standing, atMs);
  if (claim && claim.by.name !== verdict.by.name) {
    return refuse(
      'claimed_by_other',
      `claimed by '${claim.by.name}' until ${claim.untilMs}, and it is ${atMs}`,
    );
  }
  return decide(standing, verdict, atMs, claim, terms);
}

export function liveClaim(standing: Standing, atMs: number): Claim | undefined {
  if (standing.kind !== 'open' || standing.claim === undefined) return undefined;
  return atMs < standing.claim.untilMs ? standing.claim : undefined;
}

/** Nothing is decided but by a named agent or supervisor. Letting time pass is no decision, and not theirs. */
function unfitAgent({ act, by }: Verdict): Refusal | undefined {
  if (by.name.trim() === '') return { code: 'no_agent_name', detail: 'the verdict names nobody' };
  const fit = act.kind === 'lapse' ? by.role === 'producer' : by.role === 'agent' || by.role === 'supervisor';
  if (fit) return undefined;
  const expected = act.kind === 'lapse' ? 'the review service (producer)' : 'an agent or a supervisor';
  return { code: 'wrong_role', detail: `'${by.name}' is ${by.role}, but ${act.kind} takes ${expected}` };
}

function reverse(standing: Standing, of: string, atMs: number, { retentionMs }: Terms): Judgement {
  if (standing.kind === 'open' && standing.first?.id === of) {
    const { first: _, ...without } = standing;
    return { next: without };
  }
  if (standing.kind === 'open')
    return refuse('not_in_force', `nothing is decided, so '${of}' cannot be reversed`);
  if (standing.verdict.id !== of) {
    return refuse('not_in_force', `the verdict in force is '${standing.verdict.id}', not '${of}'`);
  }
  const ageMs = atMs - standing.decidedAtMs;
  if (ageMs > retentionMs)
    return refuse('too_late', `decided ${ageMs} ms ago, reversible for ${retentionMs} ms`);
  return { next: { kind: 'open', sinceMs: atMs } };
}

function decide(
  standing: Open,
  verdict: Verdict,
  atMs: number,
  claim: Claim | undefined,
  { lapseAfterMs, confirmers }: Terms,
): Judgement {
  const { act } = verdict;
  switch (act.kind) {
    case 'claim':
      if (!(act.leaseMs > 0 && act.leaseMs <= LEASE_MS_MAX)) {
        return refuse(
          'bad_lease',
          `a lease of ${act.leaseMs} ms, expected more than 0 and at most ${LEASE_MS_MAX}`,
        );
      }
      return { next: { ...standing, claim: { by: verdict.by, untilMs: atMs + act.leaseMs } } };
    case 'release':
      if (!claim) return refuse('not_claimed', `'${verdict.by.name}' holds no claim`);
      return { next: unclaimed(standing) };
    case 'confirm':
      return confirm(standing, verdict, atMs, confirmers);
    case 'reject':
      if (!REJECT_REASONS.includes(act.reason)) {
        return refuse('bad_reason', `'${act.reason}', expected one of ${REJECT_REASONS.join(', ')}`);
      }
      return { next: { kind: 'rejected', verdict, decidedAtMs: atMs } };
    case 'lapse':
      if (claim)
        return refuse('claimed_by_other', `'${claim.by.name}' is looking at it until ${claim.untilMs}`);
      if (atMs < standing.sinceMs + lapseAfterMs) {
        const waitedMs = atMs - standing.sinceMs;
        return refuse(
          'too_early',
          `waited ${waitedMs} ms by the log's time, lapses after ${lapseAfterMs} ms`,
        );
      }
      return { next: { kind: 'lapsed', verdict, decidedAtMs: atMs } };
    case 'reverse':
      throw new Error('assertion failed: reversals are judged before');
  }
}

function confirm(standing: Open, verdict: Verdict, atMs: number, confirmers: number): Judgement {
  const { first } = standing;
  if (confirmers < 2) return { next: { kind: 'confirmed', verdict, decidedAtMs: atMs } };
  if (first === undefined) return { next: { ...unclaimed(standing), first: verdict } };
  if (first.by.name !== verdict.by.name) {
    return { next: { kind: 'confirmed', verdict, decidedAtMs: atMs, first } };
  }
  return refuse(
    'needs_another_agent',
    `confirmed by '${first.by.name}' already; a confirmation here takes a second person, found '${verdict.by.name}' again`,
  );
}

function unclaimed({ claim: _, ...standing }: Open): Open {
  return standing;
}

function refuse(code: RefusalCode, detail: string): Judgement {
  return { refusal: { code, detail } };
}
