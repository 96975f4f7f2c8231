/** What all handlers share: reading a request, and answering a unary call once and in time. */
import { CallError, status, toStatus, type UnaryCall, type UnaryReply } from './grpc.ts';

/** INVALID_ARGUMENT with the decoder's own words: they say which field, what was found, what was expected. */
export function readRequest<T>(decode: (bytes: Uint8Array) => T, bytes: Uint8Array): T {
  try {
    return decode(bytes);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CallError(status.INVALID_ARGUMENT, 'request_undecodable', detail);
  }
}

/**
 * However long its caller would wait. Longer than a verdict may take to come back (10 s), whose own answer says more;
 * shorter than our client waits (15 s), so that this answer is seen.
 */
export const UNARY_MS_MAX = 12_000;

export function unary<Request, Response>(
  decode: (bytes: Uint8Array) => Request,
  handle: (request: Request, call: UnaryCall) => Promise<Response> | Response,
  encode: (response: Response) => Uint8Array,
  onFailure: (error: unknown) => void,
  msMax = UNARY_MS_MAX,
) {
  return async (call: UnaryCall, reply: UnaryReply): Promise<void> => {
    try {
      const request = readRequest(decode, call.request);
      reply(null, encode(await inTime(msMax, async () => handle(request, call))));
    } catch (error) {
      if (!(error instanceof CallError)) onFailure(error);
      reply(toStatus(error));
    }
  };
}

function inTime<T>(msMax: number, answer: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(new CallError(status.DEADLINE_EXCEEDED, 'too_late', `no answer within ${msMax} ms; try again`));
    const timer = setTimeout(late, msMax);
    answer()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
