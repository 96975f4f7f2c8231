/** The entry of the audit that says who looks at what. */
import { proofOf } from '../../identity/identity.ts';
import type { AuditEntry } from '../../model.ts';
import { callerOf } from './caller.ts';

/** With the development identity nobody can be named. */
export function viewOf(
  call: { getPeer(): string },
  of: Pick<AuditEntry, 'atMs' | 'object' | 'why'>,
): Omit<AuditEntry, 'result'> {
  const caller = callerOf(call);
  const who = caller.kind === 'known' ? { who: caller.name, role: caller.role } : { who: '' };
  return { ...of, ...who, proof: proofOf(caller), act: 'view', peer: call.getPeer(), repeats: 0 };
}
