/**
 * The one door to @grpc/grpc-js: what serve and its clients need of it, and the limits that hold for both.
 *
 * Requests and responses cross this door as bytes. Decoding is done inside the handlers, by the typed owner in
 * proto/messages.ts, because grpc-js answers INTERNAL to a request that its deserializer refuses, and a caller who
 * sent garbage deserves INVALID_ARGUMENT and the reason.
 */
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  type Deadline,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { MESSAGE_BYTES_MAX } from '../../proto/messages.ts';

export {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type Deadline,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
};

export type UnaryCall = ServerUnaryCall<Uint8Array, Uint8Array>;
export type StreamCall = ServerWritableStream<Uint8Array, Uint8Array>;
export type DuplexCall = ServerDuplexStream<Uint8Array, Uint8Array>;
export type AnyCall = UnaryCall | StreamCall | DuplexCall;
export type UnaryReply = sendUnaryData<Uint8Array>;

/** Requests are filters, tokens and verdicts: the largest honest one is a few KB. */
export const REQUEST_BYTES_MAX = 256 * 1024;
/** A list of reviews is the largest answer: some 6,000 of 700 bytes. */
export const RESPONSE_BYTES_MAX = MESSAGE_BYTES_MAX;
/** Request headers; a resume token travels in the message, so little is needed here. */
const METADATA_BYTES_MAX = 16 * 1024;
/** A peer that vanished without a word is noticed within 40 s. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000 };

export const SERVER_OPTIONS = {
  ...KEEPALIVE,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_receive_message_length': REQUEST_BYTES_MAX,
  'grpc.max_send_message_length': RESPONSE_BYTES_MAX,
  'grpc.max_metadata_size': METADATA_BYTES_MAX,
  'grpc.max_concurrent_streams': 1_000,
  // A connection without a call; whoever comes back connects again.
  'grpc.max_connection_idle_ms': 300_000,
  'grpc.enable_channelz': 0,
} as const;

const CLIENT_OPTIONS = {
  ...KEEPALIVE,
  'grpc.max_receive_message_length': RESPONSE_BYTES_MAX,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5_000,
  // The client above knows which call may be repeated; a second opinion below it would hide an outage.
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  // A channel of its own, so that closing one client does not leave its connection to another.
  'grpc.use_local_subchannel_pool': 1,
} as const;

/** What a client trusts and what it shows: PEM. An empty object trusts what the system trusts. */
export interface ClientTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** The name to expect in the server's certificate, where it is not that of the address. */
  readonly serverName?: string;
}

/** Plaintext without `tls`: the development identity on loopback has no secret to protect. */
export function connect(address: string, tls?: ClientTls): Client {
  if (tls === undefined) return new Client(address, credentials.createInsecure(), CLIENT_OPTIONS);
  const { ca = null, key = null, cert = null, serverName } = tls;
  const named = serverName === undefined ? {} : { 'grpc.ssl_target_name_override': serverName };
  return new Client(address, credentials.createSsl(ca, key, cert), { ...CLIENT_OPTIONS, ...named });
}

const bytes = (value: Uint8Array): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);

/** As grpc-js wants a method described; bytes in, bytes out. */
export function byteMethod(path: string, responseStream: boolean, requestStream = false) {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: bytes,
    requestDeserialize: (value: Buffer): Uint8Array => value,
    responseSerialize: bytes,
    responseDeserialize: (value: Buffer): Uint8Array => value,
  } as const;
}

/** A refusal or failure on its way to the caller: a gRPC status, words for people, a code for programs. */
export class CallError extends Error {
  readonly status: number;
  readonly code: string;
  readonly trailers: Metadata;

  constructor(statusCode: number, code: string, message: string, trailers?: Metadata) {
    super(message);
    this.name = 'CallError';
    this.status = statusCode;
    this.code = code;
    this.trailers = trailers ?? new Metadata();
    // Words change, codes do not: programs read this one.
    this.trailers.set('vigie-code', code);
  }
}

/** The shape in which grpc-js takes an error. Anything without a code of ours is INTERNAL, without its details. */
export function toStatus(error: unknown): { code: number; details: string; metadata: Metadata } {
  if (error instanceof CallError) {
    return { code: error.status, details: error.message, metadata: error.trailers };
  }
  const metadata = new Metadata();
  metadata.set('vigie-code', 'internal');
  return { code: status.INTERNAL, details: 'internal error; the server has the details', metadata };
}
