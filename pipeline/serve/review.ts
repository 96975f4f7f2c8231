/**
 * ReviewService: the agent's side. What waits, and what is decided about it.
 *
 * A verdict is answered OK only once the ledger has read it back from the log, so an agent who saw OK can rely on
 * it. When that takes too long the answer is DEADLINE_EXCEEDED, which says nothing about the verdict: the same
 * verdict id again is the same act.
 */
import {
  type DecideRequest,
  decodeDecideRequest,
  decodeListCandidatesRequest,
  decodeWatchCandidatesRequest,
  encodeDecideResponse,
  encodeListCandidatesResponse,
  encodeWatchCandidatesResponse,
  type VerdictDraft,
} from '../../proto/messages.ts';
import { actsAs, type Identity, within as isWithin, proofOf, scopeOf, sees } from '../identity/identity.ts';
import type { AuditEntry, CandidateReview, Verdict } from '../model.ts';
import type { AuditTrail } from './audit.ts';
import { readRequest, unary } from './calls.ts';
import { CallError, Metadata, type StreamCall, status, toStatus, type UnaryCall } from './grpc.ts';
import { callerOf, requireScope } from './identity/caller.ts';
import { RefusedError, type ReviewPort } from './port.ts';
import { drained } from './window.ts';

export interface ReviewDeskOptions {
  readonly review: ReviewPort;
  readonly audit: AuditTrail;
  readonly decideMsMax: number;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** On top of what the verdict took: the log has just taken that, so it is there. */
const AUDIT_MS_MAX = 1_500;

/** Reviews that changed and were not yet sent to one watcher; one entry per candidate, the latest state wins. */
const WATCH_PENDING_MAX = 10_000;

export class ReviewDesk {
  readonly #options: ReviewDeskOptions;
  readonly #watchers = new Set<AbortController>();

  constructor(options: ReviewDeskOptions) {
    this.#options = options;
  }

  get handlers() {
    const { review, onFailure } = this.#options;
    return {
      listCandidates: unary(
        decodeListCandidatesRequest,
        (request, call) => {
          const caller = callerOf(call);
          requireScope(caller, request);
          const seen = review.list(request).filter(({ candidate }) => sees(caller, candidate));
          return { reviews: request.limit === undefined ? seen : first(seen, request.limit) };
        },
        encodeListCandidatesResponse,
        onFailure,
      ),
      watchCandidates: (call: StreamCall) => this.#watch(call),
      decide: unary(
        decodeDecideRequest,
        (request, call) => this.#decide(request, call),
        encodeDecideResponse,
        onFailure,
      ),
    };
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.abort();
  }

  /** OK only when the verdict was read back and who gave it stands in the audit. */
  async #decide(request: DecideRequest, call: UnaryCall): Promise<{ review: CandidateReview }> {
    const { now } = this.#options;
    const caller = callerOf(call);
    const asked = { ...request.verdict, by: actsAs(caller, request.verdict.by) };
    const entry = {
      atMs: now(),
      who: asked.by.name,
      role: asked.by.role,
      proof: proofOf(caller),
      act: 'verdict',
      object: asked.candidate,
      peer: call.getPeer(),
      repeats: 0,
    };
    const what = `${asked.act.kind} ${asked.id}`;
    let review: CandidateReview;
    try {
      review = await this.#judge(asked, caller);
    } catch (error) {
      const refused = error instanceof CallError ? error : undefined;
      const why = refused === undefined ? what : `${what}: ${refused.message}`;
      const result = refused?.code ?? 'failed';
      // A refusal stands, whether the audit takes it or not.
      await this.#record({ ...entry, result, why }).catch(() => {});
      throw error;
    }
    await this.#record({ ...entry, result: 'ok', why: what });
    return { review };
  }

  async #record(entry: AuditEntry): Promise<void> {
    const { audit, decideMsMax, onFailure } = this.#options;
    try {
      await within(Math.min(decideMsMax, AUDIT_MS_MAX), audit.write(entry), notAudited);
    } catch (error) {
      if (error instanceof CallError) throw error;
      onFailure(error);
      throw new CallError(
        status.UNAVAILABLE,
        'not_audited',
        'the audit does not take the verdict now; ask again with the same verdict id',
      );
    }
  }

  async #judge(asked: VerdictDraft, caller: Identity): Promise<CandidateReview> {
    const { review, now, decideMsMax } = this.#options;
    requireAgent(asked);
    // The id begins with the site: who may not see it does not learn whether there is such a candidate.
    if (!isWithin(scopeOf(caller).sites, asked.candidate.split('/')[0]!)) throw notTheirs(asked.candidate);
    const known = review.find(asked.candidate);
    if (known === undefined) {
      throw new CallError(
        status.NOT_FOUND,
        'unknown_candidate',
        `no candidate has the id '${asked.candidate}'`,
      );
    }
    if (!sees(caller, known.candidate)) throw notTheirs(asked.candidate);
    const { site, camera } = known.candidate;
    const verdict: Verdict = { ...asked, site, camera, atMs: now() };
    try {
      return await within(decideMsMax, review.decide(verdict), notReadBack);
    } catch (error) {
      if (error instanceof RefusedError)
        throw new CallError(refusalStatus(error.code), error.code, error.message);
      throw error;
    }
  }

  async #watch(call: StreamCall): Promise<void> {
    const stop = new AbortController();
    const gone = () => stop.abort();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    this.#watchers.add(stop);
    const pending = new Map<string, CandidateReview>();
    let wake = () => {};
    stop.signal.addEventListener('abort', () => wake(), { once: true });
    let leave = () => {};
    try {
      const caller = callerOf(call);
      const { sites, tellWhenCurrent = false } = readRequest(decodeWatchCandidatesRequest, call.request);
      let told = !tellWhenCurrent;
      requireScope(caller, { sites });
      leave = this.#options.review.watch((review) => {
        if (sites.length > 0 && !sites.includes(review.candidate.site)) return;
        if (!sees(caller, review.candidate)) return;
        pending.set(review.candidate.id, review);
        wake();
      });
      call.sendMetadata(new Metadata());
      // Listening began before the list was taken: what changes in between is sent twice, never missed.
      for (const review of this.#options.review.list({ statuses: [], sites })) {
        if (!sees(caller, review.candidate)) continue;
        if (!pending.has(review.candidate.id)) pending.set(review.candidate.id, review);
      }
      while (!stop.signal.aborted) {
        for (const [id, review] of pending) {
          if (pending.size > WATCH_PENDING_MAX) throw tooSlow();
          pending.delete(id);
          if (!call.write(encodeWatchCandidatesResponse({ kind: 'review', review })))
            await drained(call, stop.signal);
          if (stop.signal.aborted) break;
        }
        if (pending.size > 0 || stop.signal.aborted) continue;
        if (!told) {
          told = true;
          if (!call.write(encodeWatchCandidatesResponse({ kind: 'current' })))
            await drained(call, stop.signal);
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (!call.cancelled)
        throw new CallError(status.UNAVAILABLE, 'shutting_down', 'this server is shutting down');
    } catch (error) {
      if (!(error instanceof CallError)) this.#options.onFailure(error);
      if (!call.cancelled) call.emit('error', toStatus(error));
    } finally {
      leave();
      this.#watchers.delete(stop);
    }
  }
}

/** The most urgent of the open ones, and of the others those that were decided last; each kind in its order. */
function first(reviews: readonly CandidateReview[], limit: number): readonly CandidateReview[] {
  const open = reviews.filter(({ state }) => !('verdict' in state));
  const decided = reviews
    .filter(({ state }) => 'verdict' in state)
    .sort((a, b) => decidedAt(b) - decidedAt(a));
  return [...open, ...decided].slice(0, limit);
}

function decidedAt({ state }: CandidateReview): number {
  return 'verdict' in state ? state.verdict.atMs : 0;
}

/** The development identity believes the name; that somebody is named, and in a role that decides, is insisted on. */
function requireAgent(verdict: VerdictDraft): void {
  if (verdict.by.name.trim() === '') {
    throw new CallError(
      status.INVALID_ARGUMENT,
      'no_agent_name',
      'the verdict names no agent; nobody else decides',
    );
  }
  if (verdict.by.role !== 'agent' && verdict.by.role !== 'supervisor') {
    throw new CallError(
      status.PERMISSION_DENIED,
      'wrong_role',
      `a ${verdict.by.role} does not decide, expected an agent or a supervisor`,
    );
  }
  if (verdict.act.kind === 'lapse') {
    throw new CallError(
      status.PERMISSION_DENIED,
      'wrong_role',
      'a lapse is recorded when time runs out, by nobody',
    );
  }
}

/** Who may, whether it exists, whether the moment is right: the three ways a ledger says no. */
function refusalStatus(code: string): number {
  return REFUSAL_STATUS[code] ?? status.FAILED_PRECONDITION;
}

/** The codes of pipeline/review/judge.ts. What is not listed is a matter of the moment: FAILED_PRECONDITION. */
const REFUSAL_STATUS: Readonly<Record<string, number>> = {
  unknown_candidate: status.NOT_FOUND,
  claimed_by_other: status.ABORTED,
  needs_another_agent: status.PERMISSION_DENIED,
  no_agent_name: status.INVALID_ARGUMENT,
  bad_reason: status.INVALID_ARGUMENT,
  bad_lease: status.INVALID_ARGUMENT,
  wrong_place: status.INVALID_ARGUMENT,
  id_reused: status.ALREADY_EXISTS,
  wrong_role: status.PERMISSION_DENIED,
  too_many_held: status.RESOURCE_EXHAUSTED,
};

function within<T>(ms: number, promised: Promise<T>, late: (ms: number) => CallError): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late(ms)), ms);
    promised.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function notReadBack(ms: number): CallError {
  return new CallError(
    status.DEADLINE_EXCEEDED,
    'not_read_back',
    `the verdict did not come back from the log within ${ms} ms; ask again with the same verdict id`,
  );
}

function notAudited(ms: number): CallError {
  return new CallError(
    status.DEADLINE_EXCEEDED,
    'not_audited',
    `the audit did not take the verdict within ${ms} ms; ask again with the same verdict id`,
  );
}

function notTheirs(candidate: string): CallError {
  return new CallError(
    status.PERMISSION_DENIED,
    'outside_scope',
    `candidate '${candidate}' is outside the scope of whoever calls`,
  );
}

function tooSlow(): CallError {
  return new CallError(
    status.RESOURCE_EXHAUSTED,
    'watcher_too_slow',
    `more than ${WATCH_PENDING_MAX} changes wait to be read; watch again, the list begins anew`,
  );
}
