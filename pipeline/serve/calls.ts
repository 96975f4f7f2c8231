/** What all handlers share: reading a request, and answering a unary call once. */
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

export function unary<Request, Response>(
  decode: (bytes: Uint8Array) => Request,
  handle: (request: Request, call: UnaryCall) => Promise<Response> | Response,
  encode: (response: Response) => Uint8Array,
  onFailure: (error: unknown) => void,
) {
  return async (call: UnaryCall, reply: UnaryReply): Promise<void> => {
    try {
      reply(null, encode(await handle(readRequest(decode, call.request), call)));
    } catch (error) {
      if (!(error instanceof CallError)) onFailure(error);
      reply(toStatus(error));
    }
  };
}
