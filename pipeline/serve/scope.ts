/**
 * What whoever calls may see, asked by every service that is not the review. There is only the development identity,
 * which may see everything; whoever brings identities answers here.
 */
import type { EventType } from '../model.ts';
import type { AnyCall } from './grpc.ts';

export interface Scope {
  /** Throws CallError when something is asked for by name that lies outside: to leave it out would show it as quiet. */
  require(asked: { readonly sites?: readonly string[]; readonly types?: readonly EventType[] }): void;
  sees(of: { readonly site: string; readonly type?: EventType }): boolean;
  /** An event's bytes as this caller may read them. */
  event(bytes: Uint8Array): Uint8Array;
}

export function scopeOfCall(_call: AnyCall): Scope {
  return EVERYTHING;
}

const EVERYTHING: Scope = { require: () => {}, sees: () => true, event: (bytes) => bytes };
