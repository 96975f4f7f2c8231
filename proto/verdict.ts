/** Verdict: who did what about a candidate. Like a candidate it is written again inside events. */
import type { Agent, Verdict, VerdictAct } from '../pipeline/model.ts';
import { countOut, idIn, presentIn, refuse, textIn, wideIn, wideOut } from './check.ts';
import { carriedBy, carry, read, v1, write } from './wire.ts';
import { rejectReasons, roles } from './words.ts';

export type WireVerdict = NonNullable<Parameters<typeof v1.Verdict.encode>[0]>;
export type WireAgent = NonNullable<Parameters<typeof v1.Agent.encode>[0]>;

/** A verdict as a caller sends it: the server fills in when and where. */
export type VerdictDraft = Pick<Verdict, 'id' | 'candidate' | 'by' | 'act'>;

export function encodeVerdict(verdict: Verdict): Uint8Array {
  return write(v1.Verdict, verdictOut(verdict));
}

/** Throws DecodeError. An agent without a name passes: to refuse that by name is the ledger's office. */
export function decodeVerdict(bytes: Uint8Array): Verdict {
  return verdictIn(read(v1.Verdict, bytes, { keepUnknown: true }));
}

export function verdictOut(verdict: Verdict): WireVerdict {
  return {
    ...draftOut(verdict),
    site: verdict.site,
    camera: verdict.camera,
    atMs: wideOut(verdict.atMs, 'at_ms'),
  };
}

export function draftOut(draft: VerdictDraft): WireVerdict {
  return {
    id: draft.id,
    candidate: draft.candidate,
    by: agentOut(draft.by),
    ...actOut(draft.act),
    ...carriedBy(draft),
  };
}

export function verdictIn(wire: WireVerdict | null | undefined): Verdict {
  const found = presentIn(wire, 'verdict');
  return carry(found, {
    ...draftIn(found),
    site: idIn(found.site, 'site'),
    camera: idIn(found.camera, 'camera'),
    atMs: wideIn(found.atMs, 'at_ms'),
  });
}

export function draftIn(wire: WireVerdict | null | undefined): VerdictDraft {
  const found = presentIn(wire, 'verdict');
  return carry(found, {
    id: idIn(found.id, 'id'),
    candidate: idIn(found.candidate, 'candidate'),
    by: agentIn(found.by),
    act: actIn(found),
  });
}

export function agentOut(agent: Agent): WireAgent {
  return { name: agent.name, role: roles.out(agent.role) };
}

export function agentIn(wire: WireAgent | null | undefined): Agent {
  const found = presentIn(wire, 'by');
  return { name: textIn(found.name, 'name'), role: roles.in(found.role, 'role') };
}

function actOut(act: VerdictAct): WireVerdict {
  switch (act.kind) {
    case 'claim':
      return { claim: { leaseMs: countOut(act.leaseMs, 'lease_ms') } };
    case 'release':
      return { release: { note: act.note ?? null } };
    case 'confirm':
      return { confirm: { note: act.note ?? null } };
    case 'reject':
      return { reject: { reason: rejectReasons.out(act.reason), note: act.note ?? null } };
    case 'reverse':
      return { reverse: { of: act.of, note: act.note ?? null } };
    case 'lapse':
      return { lapse: {} };
  }
}

function actIn(wire: WireVerdict): VerdictAct {
  if (wire.claim) return { kind: 'claim', leaseMs: wire.claim.leaseMs ?? 0 };
  if (wire.release) return { kind: 'release', ...noteIn(wire.release.note) };
  if (wire.confirm) return { kind: 'confirm', ...noteIn(wire.confirm.note) };
  if (wire.reject) {
    return {
      kind: 'reject',
      reason: rejectReasons.in(wire.reject.reason, 'reason'),
      ...noteIn(wire.reject.note),
    };
  }
  if (wire.reverse) return { kind: 'reverse', of: idIn(wire.reverse.of, 'of'), ...noteIn(wire.reverse.note) };
  if (wire.lapse) return { kind: 'lapse' };
  refuse('missing_field', 'act is absent');
}

function noteIn(note: string | null | undefined): { note?: string } {
  return note === null || note === undefined ? {} : { note: textIn(note, 'note') };
}
