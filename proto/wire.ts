/**
 * The one place that touches protobufjs and the code it generated (`npm run build:proto`).
 *
 * Readers discard unknown fields unless told to keep them: a frame is never written again by whoever read it, and
 * keeping them costs a property definition each. Records that are written again inside others (candidate, verdict)
 * keep them, see carry().
 */
import protobuf from 'protobufjs/minimal.js';
import { DecodeError, refuse, wideIn } from './check.ts';
import { vigie } from './generated/vigie.js';

export const v1 = vigie.v1;

export type WireReader = protobuf.Reader;
type WireWriter = protobuf.Writer;

interface Codec<Wire, Input> {
  encode(message: Input, writer?: WireWriter): WireWriter;
  decode(reader: WireReader | Uint8Array, length?: number): Wire;
}

/** Most bytes of one record (frame, candidate, verdict, event ...): some 20 times the largest honest frame. */
export const RECORD_BYTES_MAX = 256 * 1024;
/** Most bytes of a batch or list; as much as gRPC takes by default. */
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

export function write<Wire, Input>(codec: Codec<Wire, Input>, message: Input): Uint8Array {
  return codec.encode(message).finish();
}

export interface ReadOptions {
  readonly bytesMax?: number;
  readonly keepUnknown?: boolean;
}

/** Structure only; meaning is checked by the caller. Throws DecodeError and nothing else. */
export function read<Wire, Input>(
  codec: Codec<Wire, Input>,
  bytes: Uint8Array,
  options: ReadOptions = {},
): Wire {
  const bytesMax = options.bytesMax ?? RECORD_BYTES_MAX;
  if (bytes.length > bytesMax) refuse('too_large', `${bytes.length} bytes, at most ${bytesMax}`);
  const reader = readerOf(bytes);
  reader.discardUnknown = options.keepUnknown !== true;
  return orGarbage(() => codec.decode(reader));
}

/** A Buffer is read as the Uint8Array that it is, so that decoded bytes have one type whatever the log gave. */
export function readerOf(bytes: Uint8Array): WireReader {
  const plain =
    bytes.constructor === Uint8Array
      ? bytes
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new protobuf.Reader(plain);
}

/** A uint64 as a number, without the object of two halves that the reader makes of it; not exact above 2^53. */
export function wideOf(reader: WireReader): number {
  const { buf, len } = reader;
  let value = 0;
  let scale = 1;
  for (let pos = reader.pos, last = Math.min(len, pos + WIDE_BYTES_MAX); pos < last; pos++) {
    const byte = buf[pos]!;
    // Of the tenth byte, one bit is left of 64.
    value += (byte & (scale === WIDE_LAST ? 1 : 0x7f)) * scale;
    scale *= 0x80;
    if (byte < 0x80) {
      reader.pos = pos + 1;
      return value;
    }
  }
  // Cut off or too long: the reader knows how to say it.
  return wideIn(reader.uint64(), 'uint64');
}

const WIDE_BYTES_MAX = 10;
const WIDE_LAST = 2 ** 63;

export function orGarbage<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    refuse('garbage', error instanceof Error ? error.message : String(error));
  }
}

/**
 * Fields of a newer release, kept beside the value that was decoded without them, and written again with it: a
 * candidate passes through an older review stage into an event unharmed. Copied, because a view would keep the
 * whole record that it came from alive for as long as the candidate is under review.
 */
const carried = new WeakMap<object, Uint8Array[]>();

interface WithUnknown {
  $unknowns?: Uint8Array[];
}

export function carry<Model extends object>(wire: WithUnknown, model: Model): Model {
  if (wire.$unknowns)
    carried.set(
      model,
      wire.$unknowns.map((field) => field.slice()),
    );
  return model;
}

export function carriedBy(model: object): WithUnknown {
  const fields = carried.get(model);
  return fields ? { $unknowns: fields } : {};
}
