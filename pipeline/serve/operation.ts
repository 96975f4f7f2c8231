/** OperationService: how the installation does, and whom it takes its caller for. */
import {
  decodeStatusRequest,
  decodeWhoAmIRequest,
  encodeStatusResponse,
  encodeWhoAmIResponse,
  type ServedSite,
  type StatusResponse,
  type WhoAmIResponse,
} from '../../proto/messages.ts';
import type { Identity } from '../identity/identity.ts';
import { unary } from './calls.ts';
import { CallError, status, type UnaryCall } from './grpc.ts';
import { callerOf } from './identity/caller.ts';
import { scopeOfCall } from './scope.ts';

export interface OperationDeskOptions {
  readonly status: () => Promise<StatusResponse>;
  readonly place?: ServedSite;
  readonly onFailure: (error: unknown) => void;
}

export function operationHandlers({ status, place, onFailure }: OperationDeskOptions) {
  const answer = async (_: Record<string, never>, call: UnaryCall) => {
    const found = await status();
    if (!scopeOfCall(call).sees(found)) throw notTheirs(found.site);
    return found;
  };
  const who = (_: Record<string, never>, call: UnaryCall): WhoAmIResponse => {
    const served = place !== undefined && scopeOfCall(call).sees(place) ? { served: place } : {};
    return { ...takenFor(callerOf(call)), ...served };
  };
  return {
    status: unary(decodeStatusRequest, answer, encodeStatusResponse, onFailure),
    whoAmI: unary(decodeWhoAmIRequest, who, encodeWhoAmIResponse, onFailure),
  };
}

function takenFor(identity: Identity): WhoAmIResponse {
  if (identity.kind === 'development') return identity;
  const { name, role, scope, untilMs, habilitation } = identity;
  return {
    kind: 'known',
    name,
    role,
    ...scope,
    // A habilitation holds to its end, included.
    untilMs: Math.floor(Math.min(untilMs, habilitation === undefined ? untilMs : habilitation.toMs + 1)),
  };
}

function notTheirs(site: string): CallError {
  return new CallError(
    status.PERMISSION_DENIED,
    'outside_scope',
    `site '${site}' is outside the scope of whoever calls`,
  );
}
