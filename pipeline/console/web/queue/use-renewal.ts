/** A claim goes on while its holder is at work on it, and runs out openly when they are not. */
import { useEffect, useRef } from 'preact/hooks';
import { heldBy, type Review } from './review.ts';

/** Renewed when less than this share of the lease is left. */
const LEFT = 1 / 2;

export function useRenewal(
  review: Review | undefined,
  name: string,
  leaseMs: number,
  nowMs: number,
  renew: (candidate: string) => Promise<unknown>,
): void {
  const activeAtMs = useRef(0);
  const asking = useRef(false);
  useEffect(() => {
    const active = () => {
      activeAtMs.current = performance.now();
    };
    const kinds = ['keydown', 'pointermove', 'pointerdown', 'wheel'] as const;
    for (const kind of kinds) addEventListener(kind, active, { passive: true });
    return () => {
      for (const kind of kinds) removeEventListener(kind, active);
    };
  }, []);
  useEffect(() => {
    const held = review && heldBy(review, nowMs);
    if (review === undefined || held?.by.name !== name || asking.current) return;
    const wasActive = performance.now() - activeAtMs.current < leaseMs * LEFT;
    if (!wasActive || held.untilMs - nowMs > leaseMs * LEFT) return;
    asking.current = true;
    void renew(review.candidate.id).finally(() => {
      asking.current = false;
    });
  }, [review, nowMs]);
}
