/** The entry of the audit that says who looks at what. */
import { actsAs, proofOf } from '../../identity/identity.ts';
import type { Agent, AuditEntry } from '../../model.ts';
import { callerOf } from './caller.ts';

/** `said`: who asks to look, which is believed of the development identity alone; without it that names nobody. */
export function viewOf(
  call: { getPeer(): string },
  of: Pick<AuditEntry, 'atMs' | 'object' | 'why'>,
  said: Agent | undefined,
): Omit<AuditEntry, 'result'> {
  const caller = callerOf(call);
  const named = caller.kind === 'known' || said !== undefined;
  const by = actsAs(caller, said ?? { name: '', role: 'agent' });
  return {
    ...of,
    who: by.name,
    ...(named && { role: by.role }),
    proof: proofOf(caller),
    act: 'view',
    peer: call.getPeer(),
    repeats: 0,
  };
}
