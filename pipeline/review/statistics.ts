/**
 * What became of the candidates that each rule of each camera raised on each day: a fold over what ledgers say, so that it
 * counts what they hold and nothing else. No clock, no I/O.
 *
 * Candidates are counted on the day (UTC) of their first record's append time, whenever they are decided; a decision that
 * is taken back moves its count. However the topics interleave, the end is the same.
 *
 * Memory: a candidate that the ledger keeps, some 300 bytes each, and a row for each rule of a camera that raised anything
 * on a day, some 250 bytes, for DAYS_MAX days: 2,300 cameras with one alert a day each are 2,300 x 100 x 250 B = 58 MB.
 */
import {
  type CandidateReview,
  DECIDED_WITHIN_S,
  type ReviewStatus,
  type StatisticsRow,
  type Verdict,
} from '../model.ts';
import type { LedgerOutput } from './ledger.ts';

export const DAYS_MAX = 100;
const DAY_MS = 86_400_000;

type Count = keyof Pick<
  StatisticsRow,
  'confirmed' | 'rejectedFalse' | 'rejectedIrrelevant' | 'rejectedTest' | 'lapsed'
>;

interface Row extends Omit<StatisticsRow, Count | 'raised' | 'reversed' | 'decidedWithin'> {
  raised: number;
  confirmed: number;
  rejectedFalse: number;
  rejectedIrrelevant: number;
  rejectedTest: number;
  lapsed: number;
  reversed: number;
  readonly decidedWithin: number[];
}

interface Counted {
  readonly row: Row;
  readonly raisedAtMs: number;
  /** As it is counted now. */
  decided?: { readonly count: Count; readonly within?: number; readonly by: string };
}

export interface StatisticsSpan {
  /** At or after, and before; absent: no limit. */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

export class Statistics {
  readonly #rows = new Map<string, Row>();
  readonly #candidates = new Map<string, Counted>();
  #newestDayMs = 0;

  step(output: LedgerOutput): void {
    if (output.kind === 'review') this.#look(output.review);
    else if (output.kind === 'settled' && output.refusal === undefined) this.#settle(output.verdict);
    else if (output.kind === 'forgotten') this.#candidates.delete(output.candidateId);
  }

  rows({ fromMs = 0, untilMs = Number.POSITIVE_INFINITY }: StatisticsSpan = {}): readonly StatisticsRow[] {
    return [...this.#rows.values()]
      .filter(({ dayMs }) => dayMs >= dayOf(fromMs) && dayMs < untilMs)
      .map((row) => ({ ...row, decidedWithin: [...row.decidedWithin] }));
  }

  size(): { rows: number; candidates: number } {
    return { rows: this.#rows.size, candidates: this.#candidates.size };
  }

  #look(review: CandidateReview): void {
    const counted = this.#candidates.get(review.candidate.id) ?? this.#raise(review);
    if (counted === undefined) return;
    const verdict = 'verdict' in review.state ? review.state.verdict : undefined;
    if (counted.decided?.by === verdict?.id) return;
    if (counted.decided !== undefined) this.#count(counted, -1);
    delete counted.decided;
    if (verdict === undefined) return;
    counted.decided = decisionOf(review.state.kind, verdict, counted.raisedAtMs);
    this.#count(counted, 1);
  }

  /** A candidate is first seen open, with the time since when; one that is not has been forgotten since. */
  #raise({ candidate, sinceMs }: CandidateReview): Counted | undefined {
    if (sinceMs === undefined) return undefined;
    const { id, site, camera, type, rule } = candidate;
    const dayMs = dayOf(sinceMs);
    if (dayMs > this.#newestDayMs) this.#begin(dayMs);
    const key = `${dayMs}/${site}/${camera}/${type}/${rule}`;
    const row = this.#rows.get(key) ?? emptyRow({ site, camera, type, rule, dayMs });
    if (dayMs > this.#newestDayMs - DAYS_MAX * DAY_MS) this.#rows.set(key, row);
    row.raised += 1;
    const counted = { row, raisedAtMs: sinceMs };
    this.#candidates.set(id, counted);
    return counted;
  }

  /** Said before the review that follows from it: what is taken back is still counted. */
  #settle({ candidate, act }: Verdict): void {
    const counted = this.#candidates.get(candidate);
    if (act.kind === 'reverse' && counted?.decided?.by === act.of) counted.row.reversed += 1;
  }

  #count({ row, decided }: Counted, by: 1 | -1): void {
    row[decided!.count] += by;
    if (decided!.within !== undefined) row.decidedWithin[decided!.within]! += by;
  }

  /** A new day: what is too old goes. */
  #begin(dayMs: number): void {
    this.#newestDayMs = dayMs;
    for (const [key, row] of this.#rows) if (row.dayMs <= dayMs - DAYS_MAX * DAY_MS) this.#rows.delete(key);
  }
}

function decisionOf(
  kind: ReviewStatus,
  verdict: Verdict,
  raisedAtMs: number,
): NonNullable<Counted['decided']> {
  if (kind === 'lapsed') return { by: verdict.id, count: 'lapsed' };
  const tookS = Math.max(0, verdict.atMs - raisedAtMs) / 1000;
  const found = DECIDED_WITHIN_S.findIndex((seconds) => tookS <= seconds);
  const within = found < 0 ? DECIDED_WITHIN_S.length : found;
  return { by: verdict.id, count: countOf(verdict), within };
}

function countOf({ act }: Verdict): Count {
  if (act.kind !== 'reject') return 'confirmed';
  switch (act.reason) {
    case 'false':
      return 'rejectedFalse';
    case 'true_but_irrelevant':
      return 'rejectedIrrelevant';
    case 'test':
      return 'rejectedTest';
  }
}

function emptyRow(of: Pick<Row, 'site' | 'camera' | 'type' | 'rule' | 'dayMs'>): Row {
  const decidedWithin = new Array<number>(DECIDED_WITHIN_S.length + 1).fill(0);
  const rejected = { rejectedFalse: 0, rejectedIrrelevant: 0, rejectedTest: 0 };
  return { ...of, raised: 0, confirmed: 0, ...rejected, lapsed: 0, reversed: 0, decidedWithin };
}

function dayOf(ms: number): number {
  return ms - (ms % DAY_MS);
}
