/** One verdict of one person about one candidate. There is no way to send two, and none to confirm unseen. */
import {
  type CandidateReview,
  REJECT_REASONS,
  type RejectReason,
  type Verdict,
  type VerdictAct,
} from '../model.ts';
import { ApiError } from './errors.ts';
import { objectIn, optionalTextIn, textIn } from './reading.ts';
import type { Session } from './sessions.ts';

/** Throws ApiError, RpcError: the server's refusals are passed on with their codes. */
export async function decide(session: Session, body: unknown): Promise<CandidateReview> {
  const { id, candidate, act } = objectIn(body, 'the verdict');
  const verdict = {
    id: textIn(id, 'id', ID_LENGTH_MAX),
    candidate: textIn(candidate, 'candidate', ID_LENGTH_MAX),
    by: { name: session.name, role: session.role },
    act: actIn(act),
  } satisfies Partial<Verdict>;
  if (verdict.act.kind === 'confirm' && !session.seen.has(verdict.candidate)) {
    throw new ApiError(
      409,
      'clip_not_seen',
      'a candidate is confirmed by who has watched its clip to the end, in this session',
    );
  }
  const connection = await session.connections.of(siteOf(verdict.candidate));
  return connection.client.decide(verdict);
}

/** A candidate's id begins with its site. */
export function siteOf(candidate: string): string {
  return candidate.split('/')[0]!;
}

export const ID_LENGTH_MAX = 512;
const NOTE_LENGTH_MAX = 4_096;

/** Nothing is filled in for whoever left it out. */
function actIn(value: unknown): VerdictAct {
  const { kind, leaseMs, reason, of, note: noted } = objectIn(value, 'act');
  const text = optionalTextIn(noted, 'act.note', NOTE_LENGTH_MAX);
  const note = text === undefined ? {} : { note: text };
  switch (kind) {
    case 'claim':
      if (typeof leaseMs !== 'number' || !(leaseMs > 0))
        throw new ApiError(400, 'bad_lease', 'act.leaseMs is no number of ms above 0');
      return { kind, leaseMs };
    case 'release':
    case 'confirm':
      return { kind, ...note };
    case 'reject':
      return { kind, reason: reasonIn(reason), ...note };
    case 'reverse':
      return { kind, of: textIn(of, 'act.of', ID_LENGTH_MAX), ...note };
    default:
      throw new ApiError(
        400,
        'bad_act',
        'act.kind is none of claim, release, confirm, reject, reverse: nothing is decided by default',
      );
  }
}

function reasonIn(value: unknown): RejectReason {
  const reason = REJECT_REASONS.find((one) => one === value);
  if (reason !== undefined) return reason;
  throw new ApiError(400, 'bad_reason', `act.reason is none of ${REJECT_REASONS.join(', ')}`);
}
