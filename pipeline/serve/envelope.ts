/**
 * SubscribeResponse, written by hand around the stored bytes of an Event.
 *
 * An Event goes out exactly as it lies on the log: decoding and encoding it again would lose the fields that a
 * newer release added, and would cost the same work once per subscriber. The wire grammar
 * (https://protobuf.dev/programming-guides/encoding/), with the field numbers of proto/vigie/v1/event.proto:
 *
 *   response := (0x0A length token)?  body         field 1, bytes: tag = 1 << 3 | 2
 *   body     := 0x12 length event                  field 2, message: tag = 2 << 3 | 2
 *             | 0x1A length progress               field 3, message: tag = 3 << 3 | 2
 *   progress := 0x08 varint at_ms                  field 1, uint64: tag = 1 << 3 | 0
 *             | 0x10 0x01                          field 2, bool, catching_up: tag = 2 << 3 | 0
 *   length   := varint                             of what follows it, in bytes
 */
import { varintBytes, writeVarint } from './varint.ts';

const TOKEN = 0x0a;
const EVENT = 0x12;
const PROGRESS = 0x1a;
const AT_MS = 0x08;
const CATCHING_UP = Uint8Array.of(0x10, 0x01);

export function eventResponse(token: Uint8Array, event: Uint8Array): Buffer {
  return envelope(token, EVENT, event);
}

export function progressResponse(token: Uint8Array, atMs: number): Buffer {
  const size = varintBytes(atMs);
  const progress = Buffer.allocUnsafe(1 + size);
  progress[0] = AT_MS;
  writeVarint(progress, 1, atMs);
  return envelope(token, PROGRESS, progress);
}

/** The event and the token of what eventResponse() made, as views of it. */
export function partsOf(response: Buffer): { readonly token: Uint8Array; readonly event: Uint8Array } {
  const token = partAt(response, 0);
  return { token, event: partAt(response, token.byteOffset - response.byteOffset + token.length) };
}

/** Of a tag, a length and what follows. */
function partAt(response: Buffer, tagAt: number): Uint8Array {
  let length = 0;
  let scale = 1;
  let at = tagAt + 1;
  for (; response[at]! >= 0x80; at++, scale *= 0x80) length += (response[at]! & 0x7f) * scale;
  length += response[at]! * scale;
  return response.subarray(at + 1, at + 1 + length);
}

/** The token moves on; nothing is said of being current. */
export function catchingUpResponse(token: Uint8Array): Buffer {
  return envelope(token, PROGRESS, CATCHING_UP);
}

function envelope(token: Uint8Array, tag: number, body: Uint8Array): Buffer {
  const size = 1 + varintBytes(token.length) + token.length + 1 + varintBytes(body.length) + body.length;
  const out = Buffer.allocUnsafe(size);
  let at = field(out, 0, TOKEN, token);
  at = field(out, at, tag, body);
  return out;
}

function field(out: Buffer, start: number, tag: number, value: Uint8Array): number {
  out[start] = tag;
  const at = writeVarint(out, start + 1, value.length);
  out.set(value, at);
  return at + value.length;
}

/** WatchResponse: the observation as it lies on the log (field 1), and how many were skipped (field 2, uint32). */
export function observationResponse(observation: Uint8Array, skipped: number): Buffer {
  const length = 1 + varintBytes(observation.length) + observation.length;
  const out = Buffer.allocUnsafe(length + (skipped === 0 ? 0 : 1 + varintBytes(skipped)));
  const at = field(out, 0, OBSERVATION, observation);
  if (skipped === 0) return out;
  out[at] = SKIPPED;
  writeVarint(out, at + 1, skipped);
  return out;
}

const OBSERVATION = 0x0a;
const SKIPPED = 0x10;
