/**
 * What waits, folded from what the line says: a review replaces the one before, a decided one leaves, and after a
 * lost line everything is told anew before anything is believed to be gone. Pure.
 */
import type { QueueMessage } from '../../api.ts';
import { isOpen, type Review } from './review.ts';

/** As the stream says it. */
type LineState = 'connecting' | 'open' | 'broken';

export interface Waiting {
  /** Waiting or claimed, by candidate id. */
  readonly open: ReadonlyMap<string, Review>;
  /** As they were last heard of, the last PAST_MAX that left. */
  readonly past: ReadonlyMap<string, Review>;
  /** Seen lapsing here, last first. */
  readonly lapsed: readonly Review[];
  readonly line: LineState;
  /** All that waits was told on the line as it is now. */
  readonly complete: boolean;
  /** It was once: an empty queue is then an empty queue. */
  readonly known: boolean;
  /** Told since the line opened. */
  readonly told: ReadonlySet<string>;
  /** Sites whose server does not answer, and why. */
  readonly outages: ReadonlyMap<string, string>;
}

export const PAST_MAX = 500;
export const LAPSED_MAX = 200;

export const NOTHING_KNOWN: Waiting = {
  open: new Map(),
  past: new Map(),
  lapsed: [],
  line: 'connecting',
  complete: false,
  known: false,
  told: new Set(),
  outages: new Map(),
};

/** What is shown may be old. */
export function isStale({ line, complete, known }: Waiting): boolean {
  return known && (line !== 'open' || !complete);
}

export function lineIs(before: Waiting, line: LineState): Waiting {
  if (line === before.line) return before;
  return line === 'open'
    ? { ...before, line, complete: false, told: new Set(), outages: new Map() }
    : { ...before, line, complete: false };
}

export function heard(before: Waiting, messages: readonly QueueMessage[]): Waiting {
  const next = {
    ...before,
    open: new Map(before.open),
    past: new Map(before.past),
    // Of no more use once all was told.
    told: before.complete ? new Set<string>() : new Set(before.told),
    outages: new Map(before.outages),
  };
  for (const message of messages) {
    switch (message.kind) {
      case 'reviews':
        for (const review of message.reviews) take(next, review);
        break;
      case 'ready':
        // Once on each line.
        if (next.complete) break;
        for (const [id, review] of next.open) if (!next.told.has(id)) leave(next, review);
        next.complete = true;
        next.known = true;
        break;
      case 'site':
        if (message.why === undefined) next.outages.delete(message.site);
        else next.outages.set(message.site, message.why);
        break;
    }
  }
  return next;
}

interface Changing extends Omit<Waiting, 'open' | 'past' | 'told' | 'lapsed'> {
  readonly open: Map<string, Review>;
  readonly past: Map<string, Review>;
  readonly told: Set<string>;
  lapsed: readonly Review[];
}

function take(next: Changing, review: Review): void {
  const { id } = review.candidate;
  next.told.add(id);
  if (isOpen(review)) {
    next.open.set(id, review);
    next.past.delete(id);
    return;
  }
  if (review.state.kind === 'lapsed' && next.open.has(id))
    next.lapsed = [review, ...next.lapsed].slice(0, LAPSED_MAX);
  leave(next, review);
}

function leave(next: Changing, review: Review): void {
  const { id } = review.candidate;
  next.open.delete(id);
  next.past.delete(id);
  next.past.set(id, review);
  if (next.past.size <= PAST_MAX) return;
  for (const oldest of next.past.keys()) {
    next.past.delete(oldest);
    break;
  }
}

/** Wait and nobody knew of them: what a sound is for. Nothing the first time: one looks at that anyway. */
export function arrivals(before: Waiting, after: Waiting): readonly Review[] {
  if (!before.known) return [];
  return [...after.open].flatMap(([id, review]) =>
    review.state.kind === 'waiting' && !before.open.has(id) && !before.past.has(id) ? [review] : [],
  );
}
