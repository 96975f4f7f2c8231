/** A review as the pages read it: how long it waits, how near it is to lapsing, who holds it. Pure. */
import { type Agent, type CandidateReview, SEVERITIES } from '../../../model.ts';

export type Review = CandidateReview;

/** How much of its time has gone: less than a third, less than two, or more. */
export type Stage = 0 | 1 | 2;
const STAGES_MAX = 2;

export function isOpen({ state }: Review): boolean {
  return state.kind === 'waiting' || state.kind === 'claimed';
}

export function sinceMs(review: Review): number {
  return review.sinceMs ?? review.candidate.beganAtMs;
}

/** 0 where nobody says when it lapses: what is not known does not press. */
export function stageOf(review: Review, nowMs: number): Stage {
  if (review.lapsesAtMs === undefined || !isOpen(review)) return 0;
  const waitMs = review.lapsesAtMs - sinceMs(review);
  const gone = waitMs > 0 ? (nowMs - sinceMs(review)) / waitMs : 1;
  return gone >= 2 / 3 ? 2 : gone >= 1 / 3 ? 1 : 0;
}

/** Absent when nobody holds it, or the lease has run out: the server says so a moment later. */
export function heldBy({ state }: Review, nowMs: number): { by: Agent; untilMs: number } | undefined {
  return state.kind === 'claimed' && nowMs < state.untilMs ? state : undefined;
}

export function isMine(review: Review, name: string, nowMs: number): boolean {
  return heldBy(review, nowMs)?.by.name === name;
}

/** How many people must confirm it. */
export function confirmers({ candidate }: Review): number {
  return candidate.confirmers ?? 1;
}

/** One number to sort by, least first: escalation, then severity, then age. Times have 13 digits, each rank its own. */
export function urgency(review: Review, nowMs: number): number {
  const calm = STAGES_MAX - stageOf(review, nowMs);
  const mild = SEVERITIES.length - 1 - SEVERITIES.indexOf(review.candidate.severity);
  return (calm * SEVERITIES.length + mild) * 1e13 + sinceMs(review);
}

export function byUrgency(reviews: readonly Review[], nowMs: number): readonly Review[] {
  const ranked = reviews.map((review) => ({ review, rank: urgency(review, nowMs) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.review.candidate.id < b.review.candidate.id ? -1 : 1));
  return ranked.map(({ review }) => review);
}
