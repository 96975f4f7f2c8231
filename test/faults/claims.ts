/**
 * Claims through the kills of workers. The set checker sees a claim that goes on under two ids at once; here is what it
 * cannot see: a claim that was dropped, after which the same happening is claimed anew.
 */
import type { Candidate } from '../../pipeline/model.ts';
import type { History, Said } from '../../pipeline/operate/reconcile/history.ts';
import type { Violation } from '../../pipeline/operate/reconcile/violation.ts';
import type { Kill } from './killer.ts';

export interface ClaimsThroughKills {
  /** Claims that were open when their worker was killed, a claim once for every such kill. */
  readonly openAtKill: number;
  /** Of those, how many were told of again under their id. */
  readonly wentOn: number;
  readonly violations: readonly Violation[];
}

export function claimsThroughKills({ candidates }: History, kills: readonly Kill[]): ClaimsThroughKills {
  const byId = new Map<string, Said<Candidate>[]>();
  for (const said of candidates) byId.set(said.value.id, [...(byId.get(said.value.id) ?? []), said]);
  const claims = [...byId.values()];
  let openAtKill = 0;
  let wentOn = 0;
  for (const kill of kills) {
    if (kill.kind !== 'worker') continue;
    const cameras = new Set(kill.cameras);
    for (const records of claims) {
      const first = records[0]!;
      if (first.atMs > kill.atMs || !cameras.has(first.value.camera)) continue;
      if (records.some(({ value, atMs }) => value.phase === 'end' && atMs <= kill.atMs)) continue;
      openAtKill += 1;
      if (records.some(({ atMs, value }) => atMs > kill.atMs && !isInterrupted(value))) wentOn += 1;
    }
  }
  return { openAtKill, wentOn, violations: [...interrupted(candidates), ...leftOpen(claims)] };
}

/** A successor that could not go on with a claim ends it with these words. */
function isInterrupted({ explanation }: Candidate): boolean {
  return explanation.includes('watching was interrupted');
}

function interrupted(candidates: readonly Said<Candidate>[]): readonly Violation[] {
  return candidates
    .filter(({ value }) => isInterrupted(value))
    .map(({ value, offset }) => ({
      code: 'claim_interrupted',
      at: value.id,
      message: `offset ${offset}: ${value.explanation}`,
    }));
}

/** A rule has one claim at a time: the one before was ended, or it was forgotten. */
function leftOpen(claims: readonly (readonly Said<Candidate>[])[]): readonly Violation[] {
  const byRule = new Map<string, (readonly Said<Candidate>[])[]>();
  for (const records of claims) {
    const { site, camera, rule } = records[0]!.value;
    const key = JSON.stringify([site, camera, rule]);
    byRule.set(key, [...(byRule.get(key) ?? []), records]);
  }
  const violations: Violation[] = [];
  for (const ofRule of byRule.values()) {
    const ordered = ofRule.toSorted(([a], [b]) => {
      return a!.value.epoch - b!.value.epoch || a!.value.beganFrame - b!.value.beganFrame;
    });
    ordered.slice(0, -1).forEach((records, index) => {
      if (records.some(({ value }) => value.phase === 'end')) return;
      const { value } = records.at(-1)!;
      const message = `last told of at frame ${value.frame}, never ended, and then came '${ordered[index + 1]![0]!.value.id}'`;
      violations.push({ code: 'claim_left_open', at: value.id, message });
    });
  }
  return violations;
}
