/** What whoever calls may see, asked by every service that is not the review. */
import { type Identity, scopeOf, within } from '../identity/identity.ts';
import type { EventType } from '../model.ts';
import { callerOf } from './identity/caller.ts';
import { withoutAgentName } from './identity/redact.ts';

export interface Scope {
  sees(of: { readonly site: string; readonly type?: EventType }): boolean;
  /** An event's bytes as this caller may read them. */
  event(bytes: Uint8Array): Uint8Array;
}

export function scopeOfCall(call: object): Scope {
  return scopeOfCaller(callerOf(call));
}

function scopeOfCaller(caller: Identity): Scope {
  const { sites, types, agentNames } = scopeOf(caller);
  return {
    sees: ({ site, type }) => within(sites, site) && (type === undefined || within(types, type)),
    event: agentNames ? (bytes) => bytes : withoutAgentName,
  };
}
