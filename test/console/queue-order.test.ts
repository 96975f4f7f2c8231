/** What an agent sees first, what is held still, and what is left after a lost line. */
import { describe, expect, it } from 'vitest';
import { arrange, NOTHING } from '../../pipeline/console/web/queue/arrange.ts';
import { countsOf, fits, NO_FILTER, nextFor } from '../../pipeline/console/web/queue/filter.ts';
import { byUrgency, type Review, stageOf, urgency } from '../../pipeline/console/web/queue/review.ts';
import {
  arrivals,
  heard,
  isStale,
  LAPSED_MAX,
  lineIs,
  NOTHING_KNOWN,
  PAST_MAX,
  type Waiting,
} from '../../pipeline/console/web/queue/waiting.ts';
import type { ReviewState, Severity, Verdict } from '../../pipeline/model.ts';
import { random as chance } from '../support/random.ts';
import { reviewOf } from '../support/scripted-reviews.ts';

const NOW = 1_790_000_000_000;
const WAIT = 900_000;

function waitingFor(number: number, waitedMs: number, severity: Severity = 'high'): Review {
  const review = reviewOf(number, { severity });
  return { ...review, sinceMs: NOW - waitedMs, lapsesAtMs: NOW - waitedMs + WAIT };
}

const claimed = (name: string, untilMs: number): ReviewState => ({
  kind: 'claimed',
  by: { name, role: 'agent' },
  untilMs,
});

function verdictOf(review: Review, act: Verdict['act'] = { kind: 'lapse' }): Verdict {
  const { id, site, camera } = review.candidate;
  return { id: `${id}#v`, candidate: id, site, camera, by: { name: 'A', role: 'agent' }, atMs: NOW, act };
}

const lapsed = (review: Review): Review => ({
  ...review,
  state: { kind: 'lapsed', verdict: verdictOf(review) },
});

describe('escalation', () => {
  it.each([
    [0, 0],
    [WAIT / 3 - 1, 0],
    [WAIT / 3, 1],
    [(WAIT * 2) / 3 - 1, 1],
    [(WAIT * 2) / 3, 2],
    [WAIT + 5_000, 2],
  ])('after %i ms it is at stage %i', (waitedMs, stage) => {
    expect(stageOf(waitingFor(1, waitedMs), NOW)).toBe(stage);
  });
  it('presses nobody where the end is not known, or it is decided', () => {
    const { lapsesAtMs: _, ...endless } = waitingFor(1, WAIT);
    expect(stageOf(endless, NOW)).toBe(0);
    expect(stageOf(lapsed(waitingFor(1, WAIT)), NOW)).toBe(0);
  });
});

describe('order', () => {
  it('goes by escalation, then severity, then age', () => {
    const late = waitingFor(1, 700_000, 'low');
    const oldCritical = waitingFor(2, 200_000, 'critical');
    const newCritical = waitingFor(3, 1_000, 'critical');
    const high = waitingFor(4, 250_000, 'high');
    const inOrder = [late, oldCritical, newCritical, high];
    expect(byUrgency([high, newCritical, late, oldCritical], NOW)).toEqual(inOrder);
  });
  it('agrees with comparing one rank after the other', () => {
    const { unit: random } = chance(7);
    const severities = ['low', 'medium', 'high', 'critical'] as const;
    const some = Array.from({ length: 300 }, (_, number) =>
      waitingFor(number, Math.floor(random() * WAIT), severities[Math.floor(random() * 4)]!),
    );
    const naive = [...some].sort(
      (a, b) =>
        stageOf(b, NOW) - stageOf(a, NOW) ||
        severities.indexOf(b.candidate.severity) - severities.indexOf(a.candidate.severity) ||
        a.sinceMs! - b.sinceMs! ||
        (a.candidate.id < b.candidate.id ? -1 : 1),
    );
    expect(byUrgency(some, NOW)).toEqual(naive);
    expect(Number.isSafeInteger(urgency(some[0]!, NOW))).toBe(true);
  });
  it('the next one is nobody’s, and no second confirmation of one’s own', () => {
    const others = { ...waitingFor(1, 700_000), state: claimed('B', NOW + 1_000) };
    const first = verdictOf(waitingFor(2, 600_000), { kind: 'confirm' });
    const own = {
      ...waitingFor(2, 600_000),
      firstConfirmation: { ...first, by: { name: 'A', role: 'agent' as const } },
    };
    const free = waitingFor(3, 1_000);
    const ordered = byUrgency([free, own, others], NOW);
    expect(nextFor(ordered, 'A', NOW)).toBe(free);
    expect(nextFor(ordered, 'C', NOW)).toBe(own);
    // The lease has run out.
    expect(nextFor(ordered, 'A', NOW + 2_000)).toBe(others);
    expect(nextFor([], 'A', NOW)).toBeUndefined();
  });
});

describe('filters', () => {
  const mine = { ...waitingFor(1, 700_000, 'critical'), state: claimed('A', NOW + 1_000) };
  const others = { ...waitingFor(2, 1_000, 'low'), state: claimed('B', NOW + 1_000) };
  const free = waitingFor(3, 1_000, 'low');
  it.each([
    [{}, [mine, others, free]],
    [{ whose: 'mine' }, [mine]],
    [{ whose: 'free' }, [free]],
    [{ whose: 'overdue' }, [mine]],
    [{ severity: 'low' }, [others, free]],
    [{ severity: 'low', whose: 'free' }, [free]],
    [{ site: 'elsewhere' }, []],
    [{ type: free.candidate.type }, [free]],
  ] as const)('%j', (filter, want) => {
    const all = [mine, others, free];
    expect(all.filter((one) => fits(one, { ...NO_FILTER, ...filter }, 'A', NOW))).toEqual(want);
  });
  it('counts by severity, and what is mine and overdue', () => {
    expect(countsOf([mine, others, free], 'A', NOW)).toEqual({
      total: 3,
      severity: { critical: 1, high: 0, medium: 0, low: 2 },
      mine: 1,
      overdue: 1,
    });
  });
});

describe('under the pointer', () => {
  const shown = { ids: ['a', 'b', 'c'], heldBack: [] };
  it('nothing moves: what comes is held back, what leaves stays in its place', () => {
    expect(arrange(shown, ['x', 'c', 'a', 'y'], true)).toEqual({
      ids: ['a', 'b', 'c'],
      heldBack: ['x', 'y'],
    });
  });
  it('the order is the wanted one when nobody points', () => {
    expect(arrange(shown, ['x', 'c', 'a'], false)).toEqual({ ids: ['x', 'c', 'a'], heldBack: [] });
  });
  it('an empty list has nothing to hold still', () => {
    expect(arrange(NOTHING, ['x'], true)).toEqual({ ids: ['x'], heldBack: [] });
  });
});

describe('what waits', () => {
  const [a, b, c] = [waitingFor(1, 1_000), waitingFor(2, 2_000), waitingFor(3, 3_000)] as const;
  const told = (before: Waiting, ...reviews: Review[]) => heard(before, [{ kind: 'reviews', reviews }]);
  const ready = (before: Waiting) => heard(before, [{ kind: 'ready' }]);
  const known = ready(told(lineIs(NOTHING_KNOWN, 'open'), a, b));
  const idsOf = (of: Waiting) => [...of.open.values()].map(({ candidate }) => candidate.id);

  it('is not known before it was told whole', () => {
    expect(NOTHING_KNOWN.known).toBe(false);
    expect(told(lineIs(NOTHING_KNOWN, 'open'), a).known).toBe(false);
    expect(known.known).toBe(true);
    expect(isStale(known)).toBe(false);
  });
  it('replaces by id, and lets the decided go', () => {
    const state = claimed('B', NOW);
    const after = told(known, { ...a, state }, lapsed(b));
    expect(after.open.get(a.candidate.id)?.state).toEqual(state);
    expect(idsOf(after)).toEqual([a.candidate.id]);
    expect(after.past.has(b.candidate.id)).toBe(true);
  });
  it('stays, marked, while the line is lost', () => {
    const lost = lineIs(known, 'broken');
    expect(idsOf(lost)).toEqual(idsOf(known));
    expect(isStale(lost)).toBe(true);
    const back = lineIs(lost, 'open');
    expect(isStale(back)).toBe(true);
    expect(isStale(ready(told(back, a, b)))).toBe(false);
  });
  it('begins anew after a lost line: what was not told again is gone, what came is there', () => {
    const back = ready(told(lineIs(lineIs(known, 'broken'), 'open'), b, c));
    expect(idsOf(back)).toEqual([b.candidate.id, c.candidate.id]);
    expect(back.past.get(a.candidate.id)).toEqual(a);
  });
  it('nothing goes when all is told twice on one line', () => {
    expect(idsOf(ready(known))).toEqual(idsOf(known));
  });
  it('what was told before `ready` of a line that broke off counts for nothing after it', () => {
    const half = told(lineIs(lineIs(known, 'broken'), 'open'), a);
    const back = ready(told(lineIs(lineIs(half, 'broken'), 'open'), b));
    expect(idsOf(back)).toEqual([b.candidate.id]);
  });
  it('shows what lapsed while one looked, and nothing that one never saw', () => {
    expect(told(known, lapsed(a)).lapsed.map(({ candidate }) => candidate.id)).toEqual([a.candidate.id]);
    expect(told(known, lapsed(c)).lapsed).toEqual([]);
    expect(told(told(known, lapsed(a)), lapsed(a)).lapsed).toHaveLength(1);
  });
  it('opens again what is reversed', () => {
    expect(told(told(known, lapsed(a)), a).open.has(a.candidate.id)).toBe(true);
  });
  it('keeps as many that left as it says', () => {
    let state = known;
    for (let number = 10; number < 10 + PAST_MAX + 50; number++) {
      const one = waitingFor(number, 1);
      state = told(told(state, one), lapsed(one));
    }
    expect(state.past.size).toBe(PAST_MAX);
    expect(state.lapsed).toHaveLength(LAPSED_MAX);
  });
  it('sounds for what is new and waits, not for what one opens the page on', () => {
    expect(arrivals(NOTHING_KNOWN, known)).toEqual([]);
    expect(arrivals(known, told(known, c))).toEqual([c]);
    expect(arrivals(known, told(known, { ...c, state: claimed('B', NOW) }))).toEqual([]);
    expect(arrivals(known, told(known, { ...a, sinceMs: 1 }))).toEqual([]);
    const past = told(known, lapsed(a));
    expect(arrivals(past, told(past, a))).toEqual([]);
  });
});
