/** OperationService: how the installation does. */
import { decodeStatusRequest, encodeStatusResponse, type StatusResponse } from '../../proto/messages.ts';
import { unary } from './calls.ts';
import { CallError, status, type UnaryCall } from './grpc.ts';
import { scopeOfCall } from './scope.ts';

export interface OperationDeskOptions {
  readonly status: () => Promise<StatusResponse>;
  readonly onFailure: (error: unknown) => void;
}

export function operationHandlers({ status, onFailure }: OperationDeskOptions) {
  const answer = async (_: Record<string, never>, call: UnaryCall) => {
    const found = await status();
    if (!scopeOfCall(call).sees(found)) throw notTheirs(found.site);
    return found;
  };
  return { status: unary(decodeStatusRequest, answer, encodeStatusResponse, onFailure) };
}

function notTheirs(site: string): CallError {
  return new CallError(
    status.PERMISSION_DENIED,
    'outside_scope',
    `site '${site}' is outside the scope of whoever calls`,
  );
}
