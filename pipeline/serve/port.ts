/**
 * What serve asks of review. The wiring implements it with the ledger and the log of verdicts, because stages do
 * not import each other.
 */
import type { CandidateReview, ReviewStatus, Verdict } from '../model.ts';

export interface ReviewFilter {
  /** Empty: waiting and claimed. */
  readonly statuses: readonly ReviewStatus[];
  /** Empty: all. */
  readonly sites: readonly string[];
}

export interface ReviewPort {
  /** Most severe first, then oldest first. */
  list(filter: ReviewFilter): readonly CandidateReview[];
  /** Called with every change of any review from now on, in order. Returns the way out. */
  watch(listener: (review: CandidateReview) => void): () => void;
  find(candidate: string): CandidateReview | undefined;
  /**
   * Resolves once the ledger has read the verdict back from the log: what it then holds. The same verdict id again
   * is the same act and answers the same. Throws RefusedError when the ledger does not accept it.
   */
  decide(verdict: Verdict): Promise<CandidateReview>;
}

/** The ledger does not accept a verdict: why, as a code and in words. */
export class RefusedError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
  }
}
