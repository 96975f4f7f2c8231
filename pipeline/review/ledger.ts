/**
 * The ledger: what waits for an agent, what was decided, and what subscribers must hear. A fold over candidates and
 * verdicts of one partition; no clock, no I/O.
 *
 * Promises
 *  1. An event comes out only under a confirming verdict of a named agent or supervisor, and where its candidate asks for
 *     two people, of two with different names (judge.ts).
 *  2. However the two topics interleave (each in its own order), the end is the same: same standings, same refusals,
 *     same ids verified, ended under confirmation and retracted. A verdict that is read before its candidate is
 *     held until the candidate comes. Updates may merge: a later one says all that earlier ones said.
 *  3. Repeats are harmless: a candidate record whose revision is known, a verdict whose id is known, an event that
 *     was told before.
 *  4. `verified` carries the candidate as last heard of, its end included if it has ended; `ended` then follows
 *     as a change of its own: every verified event whose candidate ends gets exactly one `ended`.
 *
 * What subscribers were told is part of the state: on start the rim feeds back the events that the log holds
 * (`told`), and only what is missing there comes out again.
 *
 * Memory, per candidate: its last record and the verdict in force, some 2.5 KB. Undecided ones are kept until they
 * lapse, decided ones for `retentionMs` after their last record or decision, whichever is later. A site group with
 * 20,000 candidates a day and the default of 24 h holds 20,000 x 2.5 KB = 50 MB. A candidate remembers its last
 * SETTLED_MAX verdicts. What is held and told is bounded in held.ts and told.ts. A record of a candidate that was
 * forgotten opens it anew: an agent looks twice rather than nobody once.
 */
import {
  type Candidate,
  type CandidateReview,
  type ReviewState,
  SEVERITIES,
  type Severity,
  type Verdict,
  type VerifiedEvent,
} from '../model.ts';
import type { Stage } from '../stage.ts';
import { HELD_MAX, Held } from './held.ts';
import { judge, liveClaim, type Refusal, type Standing } from './judge.ts';
import { LogTime } from './log-time.ts';
import { Told } from './told.ts';

/** `atMs` is the record's append time on the log, never a time that its content claims. */
export type LedgerInput =
  | { readonly kind: 'candidate'; readonly candidate: Candidate; readonly atMs: number }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly atMs: number }
  /** An event that the log of events holds already. */
  | { readonly kind: 'told'; readonly event: VerifiedEvent; readonly atMs: number }
  /** Every record that was appended to either topic before `nowMs` has been stepped. */
  | { readonly kind: 'tick'; readonly nowMs: number };

export type LedgerOutput =
  /** A review that changed: new or revised candidate, claim, claim expired, decision. */
  | { readonly kind: 'review'; readonly review: CandidateReview }
  /** Append to the log of events. */
  | { readonly kind: 'event'; readonly event: VerifiedEvent }
  /** The verdict was read back from the log. Without `refusal` it took effect (now, or when first read). */
  | { readonly kind: 'settled'; readonly verdict: Verdict; readonly refusal?: Refusal }
  /** Nobody decided in time: append this to the log of verdicts. It takes effect when it is read back. */
  | { readonly kind: 'lapse'; readonly verdict: Verdict }
  /** A record that says more of a claim that has ended; for the count of oddities. */
  | { readonly kind: 'dropped'; readonly candidate: Candidate; readonly code: 'after_end' }
  /** A decided candidate is remembered no longer; should it be heard of again, it is a new one. */
  | { readonly kind: 'forgotten'; readonly candidateId: string };

export interface LedgerOptions {
  /** How long a decision can be reversed, and a decided candidate is kept. 24 h. Changing it judges old reversals anew. */
  readonly retentionMs?: number;
  /**
   * How long a candidate may wait before it lapses, by the severity with which it began and the log's append time.
   * 15 min for every severity that is not named. Changing it judges old lapses anew.
   */
  readonly lapseAfterMs?: Partial<Readonly<Record<Severity, number>>>;
}

export const RETENTION_MS_DEFAULT = 24 * 3_600_000;
export const LAPSE_AFTER_MS_DEFAULT = 15 * 60_000;
export const SETTLED_MAX = 256;

/** Signs the record that time has passed. A service, so never an agent: judge.ts lets it do nothing else. */
const LAPSED_BY = { name: 'review', role: 'producer' } as const;

export interface Settled {
  readonly verdict: Verdict;
  readonly refusal?: Refusal;
}

interface Entry {
  candidate: Candidate;
  /** Of its first record: a later one may be read before or after a verdict. */
  readonly lapseAfterMs: number;
  /** Of its first record: what comes later must not make it easier. */
  readonly confirmers: number;
  standing: Standing;
  /** Append time of the last candidate record. */
  heardAtMs: number;
  /** By verdict id, oldest first. */
  readonly settled: Map<string, Settled>;
  settledCount: number;
  lapseAsked: boolean;
  /** Watchers were last shown a claim; its expiry is news to them. */
  shownClaimed: boolean;
}

export class Ledger implements Stage<LedgerInput, LedgerOutput> {
  readonly #retentionMs: number;
  readonly #lapseAfterMs: Readonly<Record<Severity, number>>;
  readonly #entries = new Map<string, Entry>();
  readonly #held = new Held();
  readonly #told = new Told();
  /** For what is shown (claims) and what asks (lapse); verdicts are judged by their own append time. */
  readonly #time = new LogTime();

  constructor(options: LedgerOptions = {}) {
    this.#retentionMs = options.retentionMs ?? RETENTION_MS_DEFAULT;
    this.#lapseAfterMs = {
      low: LAPSE_AFTER_MS_DEFAULT,
      medium: LAPSE_AFTER_MS_DEFAULT,
      high: LAPSE_AFTER_MS_DEFAULT,
      critical: LAPSE_AFTER_MS_DEFAULT,
      ...options.lapseAfterMs,
    };
  }

  step(input: LedgerInput): readonly LedgerOutput[] {
    if (input.kind === 'tick') this.#time.tick(input.nowMs);
    else this.#time.read(input.atMs);
    const out: LedgerOutput[] = [];
    switch (input.kind) {
      case 'candidate':
        this.#hear(input.candidate, input.atMs, out);
        break;
      case 'verdict':
        this.#take(input.verdict, input.atMs, out);
        break;
      case 'told':
        this.#told.remember(input.event, input.atMs);
        break;
      case 'tick':
        this.#age(out);
        break;
    }
    return out;
  }

  /** Everything known, decided ones included: most severe first, then oldest first. */
  snapshot(): readonly CandidateReview[] {
    return [...this.#entries.values()].map((entry) => this.#review(entry)).sort(byUrgency);
  }

  get(candidateId: string): CandidateReview | undefined {
    const entry = this.#entries.get(candidateId);
    return entry && this.#review(entry);
  }

  /** How a verdict that was read back went, as long as it is remembered. */
  settled(candidateId: string, verdictId: string): Settled | undefined {
    return this.#entries.get(candidateId)?.settled.get(verdictId);
  }

  /** What the ledger would say to this verdict now. Changes nothing, and promises nothing: the log decides. */
  wouldRefuse(verdict: Verdict, nowMs: number): Refusal | undefined {
    const entry = this.#entries.get(verdict.candidate);
    if (!entry)
      return { code: 'unknown_candidate', detail: `no candidate '${verdict.candidate}' is under review` };
    const before = entry.settled.get(verdict.id);
    if (before) return before.refusal ?? reused(before.verdict, verdict);
    const judgement = this.#judge(entry, verdict, Math.max(nowMs, this.#time.nowMs));
    return 'refusal' in judgement ? judgement.refusal : undefined;
  }

  /** Counts, for the status and for tests of the bounds. */
  size(): { candidates: number; held: number; told: number } {
    return { candidates: this.#entries.size, held: this.#held.size, told: this.#told.size };
  }

  #hear(candidate: Candidate, atMs: number, out: LedgerOutput[]): void {
    const entry = this.#entries.get(candidate.id);
    if (!entry) {
      this.#open(candidate, atMs, out);
      return;
    }
    entry.heardAtMs = Math.max(entry.heardAtMs, atMs);
    if (candidate.revision <= entry.candidate.revision) return;
    if (entry.candidate.phase === 'end') {
      out.push({ kind: 'dropped', candidate, code: 'after_end' });
      return;
    }
    entry.candidate = candidate;
    this.#show(entry, out);
    this.#tell(entry, out);
  }

  /** Whatever its phase: where the begin has gone from the log, an agent still sees what goes on. */
  #open(candidate: Candidate, atMs: number, out: LedgerOutput[]): void {
    const entry: Entry = {
      candidate,
      lapseAfterMs: this.#lapseAfterMs[candidate.severity],
      confirmers: candidate.confirmers ?? 1,
      standing: { kind: 'open', sinceMs: atMs },
      heardAtMs: atMs,
      settled: new Map(),
      settledCount: 0,
      lapseAsked: false,
      shownClaimed: false,
    };
    this.#entries.set(candidate.id, entry);
    this.#show(entry, out);
    for (const early of this.#held.release(candidate.id)) this.#settle(entry, early.verdict, early.atMs, out);
  }

  #take(verdict: Verdict, atMs: number, out: LedgerOutput[]): void {
    const entry = this.#entries.get(verdict.candidate);
    if (entry) {
      this.#settle(entry, verdict, atMs, out);
      return;
    }
    if (this.#held.hold(verdict, atMs)) return;
    const detail = `${HELD_MAX} verdicts wait already for candidates that were not seen`;
    out.push({ kind: 'settled', verdict, refusal: { code: 'too_many_held', detail } });
  }

  #settle(entry: Entry, verdict: Verdict, atMs: number, out: LedgerOutput[]): void {
    const before = entry.settled.get(verdict.id);
    if (before) {
      const refusal = before.refusal ?? reused(before.verdict, verdict);
      out.push({ kind: 'settled', verdict, ...(refusal && { refusal }) });
      return;
    }
    const was = entry.standing;
    const judgement = this.#judge(entry, verdict, atMs);
    const refusal = 'refusal' in judgement ? judgement.refusal : undefined;
    if (refusal?.code === 'too_early') this.#time.wasAhead(atMs);
    this.#note(entry, { verdict, ...(refusal && { refusal }) });
    out.push({ kind: 'settled', verdict, ...(refusal && { refusal }) });
    if ('refusal' in judgement) return;
    entry.standing = judgement.next;
    this.#show(entry, out);
    if (was.kind !== 'open')
      emit(this.#told.retraction(entry.candidate, was, verdict, this.#time.nowMs), out);
    this.#tell(entry, out);
  }

  #judge(entry: Entry, verdict: Verdict, atMs: number) {
    const { site, camera } = entry.candidate;
    if (verdict.site === site && verdict.camera === camera) {
      const { standing, lapseAfterMs, confirmers } = entry;
      return judge(standing, verdict, atMs, { retentionMs: this.#retentionMs, lapseAfterMs, confirmers });
    }
    const detail = `the verdict names ${verdict.site}/${verdict.camera}, its candidate is of ${site}/${camera}`;
    return { refusal: { code: 'wrong_place', detail } as const };
  }

  #note(entry: Entry, settled: Settled): void {
    entry.settled.set(settled.verdict.id, settled);
    entry.settledCount++;
    entry.lapseAsked = false;
    if (entry.settled.size <= SETTLED_MAX) return;
    for (const oldest of entry.settled.keys()) {
      entry.settled.delete(oldest);
      break;
    }
  }

  #tell({ candidate, standing }: Entry, out: LedgerOutput[]): void {
    emit(this.#told.news(candidate, standing, this.#time.nowMs), out);
  }

  #age(out: LedgerOutput[]): void {
    for (const entry of this.#entries.values()) {
      if (entry.standing.kind === 'open') this.#wait(entry, out);
      else if (this.#time.nowMs > Math.max(entry.heardAtMs, entry.standing.decidedAtMs) + this.#retentionMs) {
        this.#entries.delete(entry.candidate.id);
        this.#told.forget(entry.candidate.id);
        out.push({ kind: 'forgotten', candidateId: entry.candidate.id });
      }
    }
    this.#forgetOrphans(out);
  }

  #wait(entry: Entry, out: LedgerOutput[]): void {
    const { standing, lapseAfterMs } = entry;
    if (standing.kind !== 'open' || liveClaim(standing, this.#time.nowMs)) return;
    if (entry.shownClaimed) this.#show(entry, out);
    if (entry.lapseAsked || this.#time.nowMs < standing.sinceMs + lapseAfterMs) return;
    entry.lapseAsked = true;
    out.push({ kind: 'lapse', verdict: this.#lapse(entry) });
  }

  /** The count makes each attempt a new act, and every process that read the same verdicts asks under one id. */
  #lapse({ candidate, settledCount }: Entry): Verdict {
    return {
      id: `${candidate.id}#lapse#${settledCount}`,
      candidate: candidate.id,
      site: candidate.site,
      camera: candidate.camera,
      by: LAPSED_BY,
      atMs: this.#time.nowMs,
      act: { kind: 'lapse' },
    };
  }

  /** Verdicts and events whose candidate never came: it has gone from the log, or never was. */
  #forgetOrphans(out: LedgerOutput[]): void {
    const goneMs = this.#time.nowMs - this.#retentionMs;
    for (const { verdict } of this.#held.expire(goneMs)) {
      const detail = `candidate '${verdict.candidate}' did not come within the retention`;
      out.push({ kind: 'settled', verdict, refusal: { code: 'unknown_candidate', detail } });
    }
    this.#told.forgetOrphans(goneMs, (id) => this.#entries.has(id));
  }

  #show(entry: Entry, out: LedgerOutput[]): void {
    const review = this.#review(entry);
    entry.shownClaimed = review.state.kind === 'claimed';
    out.push({ kind: 'review', review });
  }

  #review({ candidate, standing, lapseAfterMs }: Entry): CandidateReview {
    const { first } = standing;
    const common = {
      candidate,
      state: shown(standing, this.#time.nowMs),
      ...(first !== undefined && { firstConfirmation: first }),
    };
    if (standing.kind !== 'open') return common;
    const { sinceMs } = standing;
    return { ...common, sinceMs, lapsesAtMs: sinceMs + lapseAfterMs };
  }
}

/** Immediate answer to a caller, before anything is appended. Undefined: append it, and wait for `settled`. */
export function validateVerdict(ledger: Ledger, verdict: Verdict, nowMs: number): Refusal | undefined {
  return ledger.wouldRefuse(verdict, nowMs);
}

/** Most severe first, then oldest first. */
export function byUrgency(a: CandidateReview, b: CandidateReview): number {
  const severity = SEVERITIES.indexOf(b.candidate.severity) - SEVERITIES.indexOf(a.candidate.severity);
  if (severity !== 0) return severity;
  const age = a.candidate.beganAtMs - b.candidate.beganAtMs;
  if (age !== 0) return age;
  return a.candidate.id < b.candidate.id ? -1 : Number(a.candidate.id > b.candidate.id);
}

function emit(events: readonly VerifiedEvent[], out: LedgerOutput[]): void {
  for (const event of events) out.push({ kind: 'event', event });
}

function shown(standing: Standing, nowMs: number): ReviewState {
  if (standing.kind !== 'open') return { kind: standing.kind, verdict: standing.verdict };
  const claim = liveClaim(standing, nowMs);
  return claim ? { kind: 'claimed', ...claim } : { kind: 'waiting' };
}

function reused(before: Verdict, now: Verdict): Refusal | undefined {
  if (before.act.kind === now.act.kind && before.by.name === now.by.name) return undefined;
  const detail = `'${now.id}' is the id of a ${before.act.kind} by '${before.by.name}'; choose a new one`;
  return { code: 'id_reused', detail };
}
