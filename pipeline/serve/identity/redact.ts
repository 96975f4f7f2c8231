/**
 * An event without the name of the agent who decided, for subscribers whose scope does not allow it: the role stays.
 *
 * Done on the stored bytes, so that fields of a newer release pass through as they do in the whole event. The grammar
 * (https://protobuf.dev/programming-guides/encoding/), with the field numbers of proto/vigie/v1:
 *
 *   Event.verdict = 5, Event.first_confirmation = 6, Verdict.by = 5, Agent.name = 1, all of wire type 2 (length, then
 *   that many bytes)
 *
 * A note is a sentence that an agent wrote, and stays: agents are told who reads it.
 */
import { varintBytes, writeVarint } from '../varint.ts';

const NAMES_AT = [
  [5, 5, 1],
  [6, 5, 1],
];

/** Of an event that decodes: neither who confirmed it nor who did so first. The same bytes when it names nobody. */
export function withoutAgentName(event: Uint8Array): Uint8Array {
  return NAMES_AT.reduce((left, path) => without(left, path) ?? left, event);
}

/** Undefined when there is nothing at the path. A field that stands twice is taken out twice, or merging would restore it. */
function without(message: Uint8Array, path: readonly number[]): Uint8Array | undefined {
  const [number, ...inner] = path;
  const parts: Uint8Array[] = [];
  let kept = 0;
  let changed = false;
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at);
    const end = endOf(message, tag);
    if (tag.value === number! * 8 + 2) {
      const length = readVarint(message, tag.end);
      const body = message.subarray(length.end, end);
      const left = inner.length === 0 ? undefined : without(body, inner);
      if (inner.length === 0 || left !== undefined) {
        parts.push(message.subarray(kept, at));
        if (left !== undefined) parts.push(header(tag.value, left.length), left);
        kept = end;
        changed = true;
      }
    }
    at = end;
  }
  if (!changed) return undefined;
  parts.push(message.subarray(kept));
  return Buffer.concat(parts);
}

function header(tag: number, length: number): Uint8Array {
  const out = new Uint8Array(1 + varintBytes(length));
  out[0] = tag;
  writeVarint(out, 1, length);
  return out;
}

interface Varint {
  readonly value: number;
  /** After its last byte. */
  readonly end: number;
}

function readVarint(message: Uint8Array, start: number): Varint {
  let value = 0;
  let scale = 1;
  for (let at = start; at < message.length && at < start + 10; at++) {
    const byte = message[at]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 0x80;
  }
  throw new RangeError('a varint does not end');
}

/** The end of the field whose tag was read: by wire type 0 varint, 1 eight bytes, 2 length, 5 four bytes. */
function endOf(message: Uint8Array, tag: Varint): number {
  const end = () => {
    switch (tag.value & 7) {
      case 0:
        return readVarint(message, tag.end).end;
      case 1:
        return tag.end + 8;
      case 2: {
        const length = readVarint(message, tag.end);
        return length.end + length.value;
      }
      case 5:
        return tag.end + 4;
      default:
        throw new RangeError(`wire type ${tag.value & 7} is none of ours`);
    }
  };
  const found = end();
  if (found > message.length) throw new RangeError('a field ends after its message');
  return found;
}
