/** What an agent wants to see of the queue, and how many of each there are. Pure. */
import { type EventType, SEVERITIES, type Severity } from '../../../model.ts';
import { heldBy, isMine, type Review, stageOf } from './review.ts';

export type Whose = 'all' | 'mine' | 'free' | 'overdue';

export interface Filter {
  readonly site?: string;
  readonly type?: EventType;
  readonly severity?: Severity;
  readonly whose: Whose;
}

export const NO_FILTER: Filter = { whose: 'all' };

export function isFiltered({ site, type, severity, whose }: Filter): boolean {
  return site !== undefined || type !== undefined || severity !== undefined || whose !== 'all';
}

export function fits(review: Review, filter: Filter, name: string, nowMs: number): boolean {
  const { candidate } = review;
  if (filter.site !== undefined && candidate.site !== filter.site) return false;
  if (filter.type !== undefined && candidate.type !== filter.type) return false;
  if (filter.severity !== undefined && candidate.severity !== filter.severity) return false;
  switch (filter.whose) {
    case 'all':
      return true;
    case 'mine':
      return isMine(review, name, nowMs);
    case 'free':
      return heldBy(review, nowMs) === undefined;
    case 'overdue':
      return stageOf(review, nowMs) === 2;
  }
}

/** The most urgent that nobody holds and that this person may decide: not the second confirmation of their own. */
export function nextFor(ordered: readonly Review[], name: string, nowMs: number): Review | undefined {
  return ordered.find(
    (review) =>
      review.state.kind !== 'confirmed' &&
      heldBy(review, nowMs) === undefined &&
      review.firstConfirmation?.by.name !== name,
  );
}

export interface Counts {
  readonly total: number;
  readonly severity: Readonly<Record<Severity, number>>;
  readonly mine: number;
  readonly overdue: number;
}

export function countsOf(reviews: Iterable<Review>, name: string, nowMs: number): Counts {
  const severity = Object.fromEntries(SEVERITIES.map((one) => [one, 0])) as Record<Severity, number>;
  let [total, mine, overdue] = [0, 0, 0];
  for (const review of reviews) {
    total++;
    severity[review.candidate.severity]++;
    if (isMine(review, name, nowMs)) mine++;
    if (stageOf(review, nowMs) === 2) overdue++;
  }
  return { total, severity, mine, overdue };
}
