/** The person at a terminal, as the development identity takes them: by the name they give. */
import type { Agent } from '../model.ts';

/** Longer than a look at a screen, shorter than the patience of a colleague. */
export const LEASE_MS = 60_000;

/** Left to the server, which knows. */
export const PROVED: Agent = { name: '', role: 'agent' };

/** Undefined when nobody is named. */
export function agentFrom(name: string | undefined): Agent | undefined {
  const trimmed = (name ?? '').trim();
  return trimmed === '' ? undefined : { name: trimmed, role: 'agent' };
}
