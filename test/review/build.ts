/** Short ways to say candidates and verdicts, and to read what a ledger answered. */
import type { Agent, Candidate, Verdict, VerdictAct, VerifiedEvent } from '../../pipeline/model.ts';
import { candidateId } from '../../pipeline/model.ts';
import {
  Ledger,
  type LedgerInput,
  type LedgerOptions,
  type LedgerOutput,
} from '../../pipeline/review/ledger.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const ana: Agent = { name: 'Ana', role: 'agent' };
export const bob: Agent = { name: 'Bob', role: 'agent' };
export const chief: Agent = { name: 'Chief', role: 'supervisor' };
export const service: Agent = { name: 'review', role: 'producer' };

const place = { site: 'gare', camera: 'quai' };

/** The n-th claim of one camera. */
export function candidate(n: number, patch: Partial<Candidate> = {}): Candidate {
  return {
    ...place,
    id: idOf(n),
    siteKind: 'station',
    epoch: 1,
    type: 'forbidden_zone',
    rule: 'no-tracks',
    ruleVersion: 1,
    severity: 'high',
    place: 'tracks',
    phase: 'begin',
    revision: 0,
    beganFrame: n,
    beganAtMs: 1000 + n,
    frame: n,
    atMs: 1000 + n,
    region: { x0: 0, y0: 0, x1: 1, y1: 1 },
    score: 0.5,
    explanation: 'somebody is on the tracks',
    findings: [],
    build: 'test',
    ...patch,
  };
}

export function idOf(n: number): string {
  return candidateId({ ...place, epoch: 1 }, 'no-tracks', n);
}

export function verdict(id: string, by: Agent, act: VerdictAct, n = 0): Verdict {
  return { ...place, id, candidate: idOf(n), by, atMs: 0, act };
}

export const heard = (of: Candidate, atMs: number): LedgerInput => ({
  kind: 'candidate',
  candidate: of,
  atMs,
});
export const given = (of: Verdict, atMs: number): LedgerInput => ({ kind: 'verdict', verdict: of, atMs });
export const tick = (nowMs: number): LedgerInput => ({ kind: 'tick', nowMs });

export const confirm: VerdictAct = { kind: 'confirm' };
export const reject: VerdictAct = { kind: 'reject', reason: 'false' };
export const release: VerdictAct = { kind: 'release' };
export const lapse: VerdictAct = { kind: 'lapse' };
export const claim = (leaseMs: number): VerdictAct => ({ kind: 'claim', leaseMs });
export const reverse = (of: string): VerdictAct => ({ kind: 'reverse', of });

export function eventsOf(outputs: readonly LedgerOutput[]): VerifiedEvent[] {
  return outputs.flatMap((output) => (output.kind === 'event' ? [output.event] : []));
}

/** `verified v1`, `updated 3` ... : the change and what caused it. */
export function changesOf(outputs: readonly LedgerOutput[]): string[] {
  return eventsOf(outputs).map(({ changeId }) => changeId.split('#').slice(1).join(' '));
}

/** `taken`, or the code of the refusal, of the last verdict that was settled. */
export function answerOf(outputs: readonly LedgerOutput[]): string | undefined {
  const settled = outputs.findLast((output) => output.kind === 'settled');
  return settled && (settled.refusal?.code ?? 'taken');
}

/** A ledger that has heard all this. */
export function ledgerOf(inputs: readonly LedgerInput[], options?: LedgerOptions): Ledger {
  const ledger = new Ledger(options);
  for (const input of inputs) ledger.step(input);
  return ledger;
}
