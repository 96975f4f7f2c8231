/**
 * Review of many partitions: one ledger each, seen as one from outside.
 *
 * The rim around it (topology) owns the topics, and keeps these rules; with them every confirmed event is appended
 * exactly once under one change id, however often the process dies:
 *
 *  On taking over a partition p (start, or the group assigns it), before anything of p is appended:
 *   1. Read the log of events of p from its first offset to its present end; step each as `told`.
 *   2. Read candidates and verdicts of p from their first offsets on, in any interleaving that keeps each topic's
 *      order; step each with the record's append time (LogRecord.timestampMs).
 *   3. Append what comes out: `event` to the log of events, `lapse` to the log of verdicts, both to partition p and
 *      under the candidate's camera key. Outputs need no filter: what 1 told does not come out again.
 *  Offsets need not be committed: state is rebuilt by reading. The group only says who owns p. Appends for p stop
 *  when it is lost; drop(p) then forgets it. Events must be kept at least as long as verdicts and candidates,
 *  or what was forgotten is told anew.
 *
 *  Ticks: step `tick` for p about once a second with the append time up to which BOTH topics of p have been read:
 *  the log's present time when both readers are at their ends, else the earlier of the two last records' times.
 *  An early tick cannot confirm or retract anything; it can forget a candidate before a late verdict is read.
 *
 *  A failed append is an outage: retry the same records, or drop the partition and rebuild. A repeated append of one
 *  event carries the same change id, which subscribers use to recognise it.
 *
 *  A caller's verdict: validate(), append to the log of verdicts, answer when `settled` with its id comes out.
 */
import type { CandidateReview, Verdict } from '../model.ts';
import type { Stage } from '../stage.ts';
import type { Refusal } from './judge.ts';
import {
  byUrgency,
  Ledger,
  type LedgerInput,
  type LedgerOptions,
  type LedgerOutput,
  type Settled,
} from './ledger.ts';

export type ReviewOptions = LedgerOptions;
export type ReviewInput = LedgerInput & { readonly partition: number };
export type ReviewOutput = LedgerOutput & { readonly partition: number };

export interface Review extends Stage<ReviewInput, ReviewOutput> {
  /** Forgets a partition that was lost. */
  drop(partition: number): void;
  /** Every candidate of every partition: most severe first, then oldest first. */
  snapshot(): readonly CandidateReview[];
  get(candidateId: string): CandidateReview | undefined;
  /** How a verdict that was read back went. */
  settled(candidateId: string, verdictId: string): Settled | undefined;
  /** Immediate coded refusal, or undefined: append it. `nowMs`: the log's present time. */
  validate(verdict: Verdict, nowMs: number): Refusal | undefined;
  /** Counts over all partitions. */
  size(): { candidates: number; held: number; told: number };
}

export function review(options: ReviewOptions = {}): Review {
  const ledgers = new Map<number, Ledger>();
  const owner = (candidateId: string) => [...ledgers.values()].find((ledger) => ledger.get(candidateId));
  return {
    step({ partition, ...input }) {
      let ledger = ledgers.get(partition);
      if (!ledger) {
        ledger = new Ledger(options);
        ledgers.set(partition, ledger);
      }
      return ledger.step(input).map((output) => ({ ...output, partition }));
    },
    drop: (partition) => void ledgers.delete(partition),
    snapshot: () => [...ledgers.values()].flatMap((ledger) => ledger.snapshot()).sort(byUrgency),
    get: (candidateId) => owner(candidateId)?.get(candidateId),
    settled: (candidateId, verdictId) => owner(candidateId)?.settled(candidateId, verdictId),
    validate(verdict, nowMs) {
      const ledger = owner(verdict.candidate) ?? new Ledger(options);
      return ledger.wouldRefuse(verdict, nowMs);
    },
    size() {
      const sizes = [...ledgers.values()].map((ledger) => ledger.size());
      const sum = (of: 'candidates' | 'held' | 'told') => sizes.reduce((total, size) => total + size[of], 0);
      return { candidates: sum('candidates'), held: sum('held'), told: sum('told') };
    },
  };
}
