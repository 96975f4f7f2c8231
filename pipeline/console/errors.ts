/** What goes wrong for a browser: a status, a code for the pages, words for people; and how a server's refusal reads so. */
import { RpcError } from '../serve/client/client.ts';
import type { ApiFailure } from './api.ts';

export type FailureStatus = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 429 | 500 | 501 | 503 | 504;

export class ApiError extends Error {
  readonly status: FailureStatus;
  readonly code: string;
  readonly details: unknown;

  constructor(status: FailureStatus, code: string, message: string, details?: unknown) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }

  get failure(): ApiFailure {
    const { code, message, details } = this;
    return { code, message, ...(details !== undefined && { details }) };
  }
}

const STATUS: Readonly<Record<string, FailureStatus>> = {
  INVALID_ARGUMENT: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  // The browser left while a server worked for it, or that server stops: nobody made a mistake.
  CANCELLED: 503,
};

/** Anything that is neither ours nor a server's refusal is a mistake of ours, and its words stay here. */
export function apiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof RpcError)
    return new ApiError(STATUS[error.status] ?? 500, codeOf(error), error.message);
  // The encoders' own words: which field holds what no message may hold.
  if (error instanceof RangeError) return new ApiError(400, 'bad_request', error.message);
  return new ApiError(500, 'internal', 'internal error; the console has the details');
}

/** A server that does not answer is what the word for it says, whatever grpc-js calls it. */
function codeOf({ status, code }: RpcError): string {
  return status === 'UNAVAILABLE' && code === 'unavailable' ? 'server_away' : code;
}
