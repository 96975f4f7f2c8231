/** A failure of grpc-js as this client's callers see it. */
import { type Metadata, status } from '../grpc.ts';
import { RpcError } from './rpc-error.ts';

/** Anything that is not a gRPC failure (a DecodeError, a mistake of ours) is handed back as it is. */
export function asRpcError(error: unknown): unknown {
  if (!isServiceError(error)) return error;
  const name = status[error.code] ?? 'UNKNOWN';
  const code = error.metadata.get('vigie-code')[0];
  const oldest = error.metadata.get('vigie-oldest-token-bin')[0];
  return new RpcError(
    name,
    typeof code === 'string' ? code : name.toLowerCase(),
    wordsOf(error.details),
    Buffer.isBuffer(oldest) ? oldest : undefined,
  );
}

/** grpc-js wraps the cause of a failed connection in remarks on its own resolver. */
function wordsOf(details: string): string {
  const cause = /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note:/.exec(
    details,
  )?.[1];
  return cause ?? details;
}

function isServiceError(error: unknown): error is { code: number; details: string; metadata: Metadata } {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}
