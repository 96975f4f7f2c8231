/** How a call failed, as its caller sees it. */
export class RpcError extends Error {
  /** A gRPC status by name: `UNAVAILABLE`. */
  readonly status: string;
  /** Vigie's own code (`claimed_by_other`), or the status in lower case when the other side is not Vigie. */
  readonly code: string;
  readonly oldestToken: Uint8Array | undefined;

  constructor(statusName: string, code: string, message: string, oldestToken?: Uint8Array) {
    super(message);
    this.name = 'RpcError';
    this.status = statusName;
    this.code = code;
    this.oldestToken = oldestToken;
  }
}
