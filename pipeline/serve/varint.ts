/**
 * Base-128 varints of the protobuf wire format, for non-negative safe integers: seven bits to a byte, lowest
 * first, the top bit set on all but the last. Division instead of shifts, because times in ms exceed 32 bits.
 */

/** 2^53 - 1 takes eight groups of seven bits. */
export const VARINT_BYTES_MAX = 8;

/** Returns the position after what was written. */
export function writeVarint(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    out[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  out[at++] = rest;
  return at;
}

export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
