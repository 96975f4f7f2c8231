/**
 * Scores alerts, people counts and crossings against ground truth. Pure; the same numbers can be had from the JSON
 * file and the ground truth by anyone.
 *
 * A truth is hit when an alert of its type (and zone, where both name one; and place, where the truth has a region:
 * the alert's box touches the region's bounds) overlaps it widened by 1 s before and 2 s after. An alert is false
 * when it overlaps no truth so widened. Time shares use the truth as written, not widened. Truths of one type that
 * overlap and carry `phase` or `by` date one physical event in several ways: they count once, and an alert inside
 * any of them is a hit.
 */
import type { EventType } from '../../model.ts';
import type { Alert, Crossing, Evaluation, Truth, TruthCrossing, TruthEvent } from './result.ts';

const WIDEN_BEFORE_S = 1;
const WIDEN_AFTER_S = 2;
const CROSSING_WITHIN_S = 2;

export interface TypeScore {
  readonly type: EventType;
  readonly truths: number;
  readonly hit: number;
  readonly alerts: number;
  readonly falseAlerts: number;
  /** Alert frames inside a truth / alert frames; undefined without alerts. */
  readonly alertTimeInside: number | undefined;
  /** Truth frames under an alert / truth frames; undefined without truths. */
  readonly truthTimeCovered: number | undefined;
  /** Alerts that are not false / truths that were hit; undefined when none was. */
  readonly alertsPerTruth: number | undefined;
  /** Mean over truths that were hit of (first alert's start - truth's start), s; negative when early. */
  readonly delayS: number | undefined;
}

export interface CrossingScore {
  readonly truths: number;
  readonly matched: number;
  readonly spurious: number;
}

export interface CountScore {
  readonly clip: string;
  readonly zone: string;
  readonly frames: number;
  /** Over frames whose count is known; undefined when none is. */
  readonly meanAbsoluteError: number | undefined;
  /** Spearman's, ties by mean rank; undefined when either side is constant. */
  readonly rankCorrelation: number | undefined;
  readonly unknownFrames: number;
  /** Unknown frames after the first known one: warming should be over by then. */
  readonly unknownLater: number;
  /** Seconds until the first known count; undefined when none is. */
  readonly knownFromS: number | undefined;
}

/** Scores one event type over any number of clips. Alerts of clips without truth are ignored. */
export function scoreType(type: EventType, alerts: readonly Alert[], truths: readonly Truth[]): TypeScore {
  const sum = {
    truths: 0,
    hit: 0,
    alerts: 0,
    falseAlerts: 0,
    inside: 0,
    alertTime: 0,
    covered: 0,
    truthTime: 0,
  };
  const delaysS: number[] = [];
  for (const truth of truths) {
    const own = alerts.filter((alert) => alert.clip === truth.name && alert.type === type);
    const events = mergePhases(truth.events.filter((event) => event.type === type));
    sum.truths += events.length;
    sum.alerts += own.length;
    sum.falseAlerts += own.filter((alert) => !events.some((parts) => hits(alert, parts, truth.fps))).length;
    for (const parts of events) {
      const hitting = own.filter((alert) => hits(alert, parts, truth.fps));
      if (hitting.length === 0) continue;
      sum.hit += 1;
      const start = Math.min(...parts.map((part) => part.start_frame));
      delaysS.push((Math.min(...hitting.map((alert) => alert.start_frame)) - start) / truth.fps);
    }
    for (const alert of own) {
      const places = events.flat().filter((part) => samePlace(alert, part));
      sum.alertTime += framesOf(alert);
      sum.inside += framesWithin(alert, places);
    }
    for (const parts of events) {
      const claims = own.filter((alert) => parts.some((part) => samePlace(alert, part)));
      for (const piece of union(parts)) {
        sum.truthTime += framesOf(piece);
        sum.covered += framesWithin(piece, claims);
      }
    }
  }
  return {
    type,
    truths: sum.truths,
    hit: sum.hit,
    alerts: sum.alerts,
    falseAlerts: sum.falseAlerts,
    alertTimeInside: ratio(sum.inside, sum.alertTime),
    truthTimeCovered: ratio(sum.covered, sum.truthTime),
    alertsPerTruth: ratio(sum.alerts - sum.falseAlerts, sum.hit),
    delayS: mean(delaysS),
  };
}

/** Groups truths that are one physical event: overlapping, of one type, carrying `phase` or `by`. */
export function mergePhases(events: readonly TruthEvent[]): readonly (readonly TruthEvent[])[] {
  const groups: TruthEvent[][] = [];
  for (const event of [...events].sort((a, b) => a.start_frame - b.start_frame)) {
    const dated = event.phase !== undefined || event.by !== undefined;
    const group = dated
      ? groups.find((parts) =>
          parts.some((part) => (part.phase !== undefined || part.by !== undefined) && overlap(part, event)),
        )
      : undefined;
    if (group) group.push(event);
    else groups.push([event]);
  }
  return groups;
}

/** Matches crossings one to one by direction (and line, where both name one) within 2 s. */
export function scoreCrossings(crossings: readonly Crossing[], truths: readonly Truth[]): CrossingScore {
  const sum = { truths: 0, matched: 0, spurious: 0 };
  for (const truth of truths) {
    if (truth.line_crossings === undefined) continue;
    const found = crossings.filter((crossing) => crossing.clip === truth.name);
    const matched = matchCrossings(found, truth.line_crossings, CROSSING_WITHIN_S * truth.fps);
    sum.truths += truth.line_crossings.length;
    sum.matched += matched;
    sum.spurious += found.length - matched;
  }
  return sum;
}

/**
 * Size of the largest one-to-one matching. With both sides in order of time and one window for all, taking the
 * earliest free crossing that is not too early is optimal.
 */
function matchCrossings(found: readonly Crossing[], truth: readonly TruthCrossing[], within: number): number {
  const free = [...found].sort((a, b) => a.frame - b.frame);
  let matched = 0;
  for (const wanted of [...truth].sort((a, b) => a.frame - b.frame)) {
    const at = free.findIndex(
      (crossing) =>
        crossing.direction === wanted.direction &&
        (wanted.line === undefined || wanted.line === crossing.line) &&
        Math.abs(crossing.frame - wanted.frame) <= within,
    );
    if (at < 0) continue;
    free.splice(at, 1);
    matched += 1;
  }
  return matched;
}

/** Compares people per source frame with `counts_per_zone`, for every zone that has both. */
export function scoreCounts(counts: Evaluation['zone_counts'], truths: readonly Truth[]): CountScore[] {
  return truths.flatMap((truth) =>
    Object.entries(truth.counts_per_zone ?? {}).flatMap(([zone, wanted]) => {
      const found = counts[truth.name]?.[zone];
      return found ? [compareCounts(truth, zone, found, wanted)] : [];
    }),
  );
}

function compareCounts(
  truth: Truth,
  zone: string,
  found: readonly (number | null)[],
  wanted: readonly number[],
): CountScore {
  const known = wanted.flatMap((value, frame) => {
    const count = found[frame];
    return count === null || count === undefined ? [] : [{ count, value, frame }];
  });
  const first = known[0]?.frame;
  const errors = known.map(({ count, value }) => Math.abs(count - value));
  return {
    clip: truth.name,
    zone,
    frames: wanted.length,
    meanAbsoluteError: mean(errors),
    rankCorrelation: spearman(
      known.map(({ count }) => count),
      known.map(({ value }) => value),
    ),
    unknownFrames: wanted.length - known.length,
    unknownLater: first === undefined ? 0 : wanted.length - first - known.length,
    knownFromS: first === undefined ? undefined : first / truth.fps,
  };
}

/** Spearman's rank correlation with mean ranks for ties: Pearson's correlation of the ranks. */
export function spearman(a: readonly number[], b: readonly number[]): number | undefined {
  const ra = ranks(a);
  const rb = ranks(b);
  const ma = mean(ra);
  const mb = mean(rb);
  if (ma === undefined || mb === undefined) return undefined;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [i, x] of ra.entries()) {
    const dx = x - ma;
    const dy = rb[i]! - mb;
    ab += dx * dy;
    aa += dx * dx;
    bb += dy * dy;
  }
  return aa === 0 || bb === 0 ? undefined : ab / Math.sqrt(aa * bb);
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const out = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to += 1;
    for (let k = from; k <= to; k++) out[order[k]!] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return out;
}

interface Interval {
  readonly start_frame: number;
  readonly end_frame: number;
}

function hits(alert: Alert, parts: readonly TruthEvent[], fps: number): boolean {
  return parts.some((part) => samePlace(alert, part) && overlap(alert, widened(part, fps)));
}

function widened(part: Interval, fps: number): Interval {
  return {
    start_frame: part.start_frame - WIDEN_BEFORE_S * fps,
    end_frame: part.end_frame + WIDEN_AFTER_S * fps,
  };
}

function samePlace(alert: Alert, part: TruthEvent): boolean {
  if (part.zone !== undefined && alert.zone !== null && part.zone !== alert.zone) return false;
  if (part.region === undefined) return true;
  const xs = part.region.map(([x]) => x);
  const ys = part.region.map(([, y]) => y);
  const [x0, y0, x1, y1] = alert.region;
  return x0 <= Math.max(...xs) && x1 >= Math.min(...xs) && y0 <= Math.max(...ys) && y1 >= Math.min(...ys);
}

function overlap(a: Interval, b: Interval): boolean {
  return a.start_frame <= b.end_frame && b.start_frame <= a.end_frame;
}

function framesOf(interval: Interval): number {
  return interval.end_frame - interval.start_frame + 1;
}

/** Frames of `interval` that lie in at least one of `others`. */
function framesWithin(interval: Interval, others: readonly Interval[]): number {
  return union(others)
    .map(
      (other) =>
        Math.min(interval.end_frame, other.end_frame) - Math.max(interval.start_frame, other.start_frame),
    )
    .reduce((total, last) => total + Math.max(0, last + 1), 0);
}

function union(intervals: readonly Interval[]): Interval[] {
  const out: { start_frame: number; end_frame: number }[] = [];
  for (const next of [...intervals].sort((a, b) => a.start_frame - b.start_frame)) {
    const last = out.at(-1);
    if (last && next.start_frame <= last.end_frame + 1)
      last.end_frame = Math.max(last.end_frame, next.end_frame);
    else out.push({ start_frame: next.start_frame, end_frame: next.end_frame });
  }
  return out;
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
