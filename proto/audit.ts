/** AuditEntry: who did what, or was kept from it. */
import type { AuditEntry } from '../pipeline/model.ts';
import { countOut, idIn, TEXT_LENGTH_MAX, textIn, wideIn, wideOut } from './check.ts';
import { read, v1, write } from './wire.ts';
import { roles } from './words.ts';

export function encodeAuditEntry(entry: AuditEntry): Uint8Array {
  return write(v1.AuditEntry, {
    ...entry,
    atMs: wideOut(entry.atMs, 'at_ms'),
    role: entry.role === undefined ? null : roles.out(entry.role),
    // It may quote a caller; the entry must stay readable.
    why: entry.why.slice(0, TEXT_LENGTH_MAX),
    repeats: countOut(entry.repeats, 'repeats'),
  });
}

/** Throws DecodeError. */
export function decodeAuditEntry(bytes: Uint8Array): AuditEntry {
  const wire = read(v1.AuditEntry, bytes);
  return {
    atMs: wideIn(wire.atMs, 'at_ms'),
    who: textIn(wire.who, 'who'),
    ...(wire.role ? { role: roles.in(wire.role, 'role') } : {}),
    proof: textIn(wire.proof, 'proof'),
    act: idIn(wire.act, 'act'),
    object: textIn(wire.object, 'object'),
    result: idIn(wire.result, 'result'),
    why: textIn(wire.why, 'why'),
    peer: textIn(wire.peer, 'peer'),
    repeats: wire.repeats ?? 0,
  };
}
