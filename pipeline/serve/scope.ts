/** What whoever calls may see, asked by every service. */
import { scopeOf, within } from '../identity/identity.ts';
import type { EventType } from '../model.ts';
import { callerOf } from './identity/caller.ts';
import { withoutAgentName } from './identity/redact.ts';

export interface Scope {
  /** Whether something of this site lies in the scope, and of this event type where it has one. */
  sees(of: { readonly site: string; readonly type?: EventType }): boolean;
  /** An event's bytes as this caller may read them. */
  event(bytes: Uint8Array): Uint8Array;
  /** The same as a function that all who may read the same share; absent for those who may read all of it. */
  readonly form?: (bytes: Uint8Array) => Uint8Array;
}

export function scopeOfCall(call: object): Scope {
  const { sites, types, agentNames } = scopeOf(callerOf(call));
  return {
    sees: ({ site, type }) => within(sites, site) && (type === undefined || within(types, type)),
    event: agentNames ? (bytes) => bytes : withoutAgentName,
    ...(agentNames ? {} : { form: withoutAgentName }),
  };
}
