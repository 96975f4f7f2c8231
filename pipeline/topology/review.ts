/**
 * Review between the log and the agents: what serve asks of it, in any number of processes.
 *
 * Each process folds all partitions to list, to watch and to answer (review/view.ts), and does the appending of those
 * that the group gives it (review/duty.ts). An agent's verdict is appended by the process that was asked and answered
 * when its own view has read it back; what follows from it comes from whoever owns the partition.
 *
 * Memory: an owned candidate is held twice, in view and duty: twice the 2.5 KB that review/ledger.ts counts.
 */
import { encodeVerdict } from '../../proto/messages.ts';
import { persist } from '../drive.ts';
import { partitionFor } from '../log/partition.ts';
import { type CandidateReview, cameraKey, type Verdict } from '../model.ts';
import type { Settled } from '../review/ledger.ts';
import type { ReviewOutput } from '../review/review.ts';
import { Statistics } from '../review/statistics.ts';
import { RefusedError, type ReviewFilter, type ReviewPort } from '../serve/port.ts';
import { TOPICS } from '../topics.ts';
import { type Common, patienceOf } from './common.ts';
import { ReviewDuty } from './review/duty.ts';
import { recordOf } from './review/records.ts';
import { ReviewView } from './review/view.ts';

export class ReviewRoom implements ReviewPort {
  readonly #common: Common;
  readonly #view: ReviewView;
  readonly #duty: ReviewDuty;
  /** Of everything that the view has read, which is everything that is kept. */
  readonly statistics = new Statistics();
  readonly #watchers = new Set<(review: CandidateReview) => void>();
  readonly #asking = new Map<string, ((settled: Settled) => void)[]>();
  /** Resolves when everything that was on the log at the start has been folded. */
  readonly caughtUp: Promise<unknown>;

  constructor(common: Common) {
    this.#common = common;
    this.#view = new ReviewView(common, (output) => this.#tell(output));
    this.#duty = new ReviewDuty(common);
    this.caughtUp = Promise.all([this.#view.caughtUp, this.#duty.caughtUp]);
  }

  /** Until the stop. Rejects when either half failed for good; the other is then stopped by whoever runs the room. */
  async run(): Promise<void> {
    await Promise.all([this.#view.run(), this.#duty.run()]);
  }

  list(filter: ReviewFilter): readonly CandidateReview[] {
    return this.#view.ledgers.snapshot().filter(fits(filter));
  }

  watch(listener: (review: CandidateReview) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  find(candidate: string): CandidateReview | undefined {
    return this.#view.ledgers.get(candidate);
  }

  async decide(verdict: Verdict): Promise<CandidateReview> {
    const { log, nowMs, partitions } = this.#common;
    const { ledgers } = this.#view;
    const refusal = ledgers.validate(verdict, nowMs());
    if (refusal !== undefined) throw new RefusedError(refusal.code, refusal.detail);
    const before = ledgers.settled(verdict.candidate, verdict.id);
    if (before === undefined) {
      const settled = this.#settled(verdict.id);
      const partition = partitionFor(cameraKey(verdict.site, verdict.camera), partitions);
      const record = recordOf(TOPICS.verdicts, partition, verdict, encodeVerdict(verdict));
      if ((await persist(log, [record], patienceOf(this.#common, 'verdicts'))) === undefined) {
        throw new Error('stopped before the verdict was on the log');
      }
      this.#common.tally.outages.delete('verdicts');
      const { refusal } = await settled;
      if (refusal !== undefined) throw new RefusedError(refusal.code, refusal.detail);
    }
    const found = ledgers.get(verdict.candidate);
    if (found === undefined) throw new RefusedError('unknown_candidate', 'the candidate is no longer kept');
    return found;
  }

  #settled(verdictId: string): Promise<Settled> {
    return new Promise((resolve) => {
      this.#asking.set(verdictId, [...(this.#asking.get(verdictId) ?? []), resolve]);
    });
  }

  #tell(output: ReviewOutput): void {
    this.statistics.step(output);
    if (output.kind === 'review') {
      for (const watcher of this.#watchers) watcher(output.review);
    } else if (output.kind === 'settled') {
      for (const answer of this.#asking.get(output.verdict.id) ?? []) answer(output);
      this.#asking.delete(output.verdict.id);
    }
  }
}

function fits({ statuses, sites, cameras = [], rules = [] }: ReviewFilter) {
  const wanted = statuses.length > 0 ? statuses : ['waiting', 'claimed'];
  const among = (names: readonly string[], name: string) => names.length === 0 || names.includes(name);
  return ({ candidate, state }: CandidateReview) =>
    wanted.includes(state.kind) &&
    among(sites, candidate.site) &&
    among(cameras, candidate.camera) &&
    among(rules, candidate.rule);
}
