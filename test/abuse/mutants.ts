/** Bytes that are almost what they should be: seeded, so that what breaks something can be made again. */
import type { Chance } from '../support/random.ts';

/** One of the honest ones with some bytes changed, cut, doubled, or the tail of another; or noise. */
export function mutant(honest: readonly Uint8Array[], chance: Chance): Uint8Array {
  const whole = honest[chance.below(honest.length)]!;
  switch (chance.below(6)) {
    case 0:
      return Uint8Array.from({ length: chance.below(64) }, () => chance.below(256));
    case 1:
      return whole.subarray(0, chance.below(whole.length + 1));
    case 2: {
      const other = honest[chance.below(honest.length)]!;
      const [head, tail] = [chance.below(whole.length + 1), chance.below(other.length + 1)];
      return Buffer.concat([whole.subarray(0, head), other.subarray(tail)]);
    }
    case 3: {
      const at = chance.below(whole.length + 1);
      return Buffer.concat([whole.subarray(0, at), whole]);
    }
    default: {
      const bytes = Uint8Array.from(whole);
      for (let changes = 1 + chance.below(4); changes > 0 && bytes.length > 0; changes--) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      return bytes;
    }
  }
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** RFC 9113 section 4.1: 24 bits length, type, flags, 31 bits of stream. */
export function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

/** What a connection begins with when whoever speaks knows HTTP/2 a little, or not at all. */
export function http2Noise(chance: Chance): Buffer {
  const noise = (most: number) =>
    Uint8Array.from({ length: chance.below(most) }, () => chance.below(256)) as Uint8Array;
  const frames = Array.from({ length: 1 + chance.below(6) }, () =>
    http2Frame(chance.below(12), chance.below(256), chance.below(8), noise(96)),
  );
  switch (chance.below(4)) {
    case 0:
      return Buffer.from(noise(256));
    case 1:
      return PREFACE.subarray(0, chance.below(PREFACE.length));
    case 2: {
      // A frame that says it is longer than it is, or than any may be.
      const lying = http2Frame(chance.below(10), 0, 1, noise(32));
      lying.writeUIntBE(chance.below(2 ** 24), 0, 3);
      return Buffer.concat([PREFACE, http2Frame(4, 0, 0, Buffer.alloc(0)), lying]);
    }
    default:
      return Buffer.concat([PREFACE, http2Frame(4, 0, 0, Buffer.alloc(0)), ...frames]);
  }
}
