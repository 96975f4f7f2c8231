/**
 * What subscribers know of each event, and what would be news to them.
 *
 * Fed by every event that goes out, and on start by those that the log of events holds. A rebuilt ledger passes
 * through standings that subscribers have left behind; this is what keeps it silent on the way.
 *
 * Memory: confirmed candidates only, some 0.5 KB each, forgotten with the candidate.
 */
import type { Candidate, EventChange, Verdict, VerifiedEvent } from '../model.ts';
import type { Decided, Standing } from './judge.ts';

interface Knowledge {
  /** Confirming verdicts that were told. */
  readonly verifiedBy: Set<string>;
  /** Confirming verdicts that were taken back. */
  readonly takenBack: Set<string>;
  /** Highest revision of the candidate that was told. */
  revision: number;
  ended: boolean;
  /** Append time of the last change. */
  atMs: number;
}

export class Told {
  readonly #events = new Map<string, Knowledge>();

  get size(): number {
    return this.#events.size;
  }

  /** Whatever subscribers of a confirmed candidate do not know yet, in order; counts as told from now on. */
  news(candidate: Candidate, standing: Standing, nowMs: number): readonly VerifiedEvent[] {
    if (standing.kind !== 'confirmed') return [];
    const { verdict, first } = standing;
    const known = this.#of(candidate.id, nowMs);
    if (known.takenBack.has(verdict.id)) return [];
    const events: VerifiedEvent[] = [];
    const tell = (change: EventChange, cause: string | number) => {
      const event = {
        ...changed(candidate, change, cause, verdict),
        ...(first !== undefined && { firstConfirmation: first }),
      };
      this.remember(event, nowMs);
      events.push(event);
    };
    if (!known.verifiedBy.has(verdict.id)) tell('verified', verdict.id);
    if (candidate.phase === 'end') {
      if (!known.ended) tell('ended', candidate.revision);
    } else if (candidate.revision > known.revision) {
      tell('updated', candidate.revision);
    }
    return events;
  }

  /** The retraction that follows from reversing `was`, unless it was told. */
  retraction(candidate: Candidate, was: Decided, reversal: Verdict, nowMs: number): readonly VerifiedEvent[] {
    if (was.kind !== 'confirmed' || this.#of(candidate.id, nowMs).takenBack.has(was.verdict.id)) return [];
    const event = changed(candidate, 'retracted', reversal.id, reversal);
    this.remember(event, nowMs);
    return [event];
  }

  remember(event: VerifiedEvent, atMs: number): void {
    const known = this.#of(event.id, atMs);
    known.atMs = Math.max(known.atMs, atMs);
    if (event.change === 'retracted') {
      if (event.verdict.act.kind === 'reverse') known.takenBack.add(event.verdict.act.of);
      return;
    }
    known.revision = Math.max(known.revision, event.candidate.revision);
    if (event.change === 'verified') known.verifiedBy.add(event.verdict.id);
    if (event.change === 'ended') known.ended = true;
  }

  forget(candidateId: string): void {
    this.#events.delete(candidateId);
  }

  /** Forgets events whose candidate is not under review (any more) and that last changed before `goneMs`. */
  forgetOrphans(goneMs: number, underReview: (candidateId: string) => boolean): void {
    for (const [id, known] of this.#events) {
      if (known.atMs < goneMs && !underReview(id)) this.#events.delete(id);
    }
  }

  #of(id: string, atMs: number): Knowledge {
    const known = this.#events.get(id);
    if (known) return known;
    const fresh = {
      verifiedBy: new Set<string>(),
      takenBack: new Set<string>(),
      revision: -1,
      ended: false,
      atMs,
    };
    this.#events.set(id, fresh);
    return fresh;
  }
}

/** The change id is derived from what caused the change: a verdict, or a revision of the candidate. */
function changed(
  candidate: Candidate,
  change: EventChange,
  cause: string | number,
  verdict: Verdict,
): VerifiedEvent {
  return { id: candidate.id, changeId: `${candidate.id}#${change}#${cause}`, change, candidate, verdict };
}
