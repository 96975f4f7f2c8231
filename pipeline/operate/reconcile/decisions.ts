/** What the verdicts on the log amount to: a fold in their order, by the law of judge.ts. */
import type { Candidate, Verdict } from '../../model.ts';
import { judge, type Standing } from '../../review/judge.ts';
import { LAPSE_AFTER_MS_DEFAULT, RETENTION_MS_DEFAULT } from '../../review/ledger.ts';
import type { History, Said } from './history.ts';

export interface Decisions {
  /** Confirming verdicts that took effect, by verdict id. */
  readonly confirmed: ReadonlyMap<string, Verdict>;
  /** Reversals of a confirmation that took effect, by verdict id. */
  readonly reversed: ReadonlyMap<string, Verdict>;
  /** The confirming verdict in force, by candidate id. */
  readonly inForce: ReadonlyMap<string, Verdict>;
  readonly rejected: number;
  readonly lapsed: number;
}

const TERMS = { retentionMs: RETENTION_MS_DEFAULT, lapseAfterMs: LAPSE_AFTER_MS_DEFAULT };

export function decisionsOf(
  { candidates: heard, verdicts }: History,
  candidates: ReadonlyMap<string, Said<Candidate>>,
): Decisions {
  const confirmed = new Map<string, Verdict>();
  const reversed = new Map<string, Verdict>();
  const standings = new Map<string, Standing>();
  const seen = new Set<string>();
  // Its waiting begins with its first record, which also says how many must confirm it.
  const first = new Map<string, Said<Candidate>>();
  for (const one of heard) if (!first.has(one.value.id)) first.set(one.value.id, one);
  for (const { value: verdict, atMs } of verdicts) {
    const candidate = candidates.get(verdict.candidate)?.value;
    // The same id again is the same act.
    const act = `${verdict.candidate}\n${verdict.id}`;
    if (candidate === undefined || seen.has(act)) continue;
    seen.add(act);
    if (verdict.site !== candidate.site || verdict.camera !== candidate.camera) continue;
    const was = standings.get(candidate.id) ?? {
      kind: 'open',
      sinceMs: first.get(candidate.id)?.atMs ?? atMs,
    };
    const confirmers = first.get(candidate.id)?.value.confirmers ?? 1;
    const judgement = judge(was, verdict, atMs, { ...TERMS, confirmers });
    if ('refusal' in judgement) continue;
    standings.set(candidate.id, judgement.next);
    if (judgement.next.kind === 'confirmed') confirmed.set(verdict.id, verdict);
    if (was.kind === 'confirmed') reversed.set(verdict.id, verdict);
  }
  const inForce = new Map<string, Verdict>();
  for (const [id, standing] of standings)
    if (standing.kind === 'confirmed') inForce.set(id, standing.verdict);
  const count = (kind: Standing['kind']) => [...standings.values()].filter((one) => one.kind === kind).length;
  return { confirmed, reversed, inForce, rejected: count('rejected'), lapsed: count('lapsed') };
}
