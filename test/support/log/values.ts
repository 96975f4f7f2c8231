/** Values that tell on their own which append call they came from and whether a byte of them is wrong. */

/** Mulberry32: small, seeded, good enough to vary sizes and times. 0..1. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface CallValue {
  readonly seed: number;
  readonly call: number;
  readonly index: number;
  readonly size: number;
}

/** seed, call, index, size as u32, then 0 to 20,000 bytes that follow from them: small and multi-page records alike. */
export function callValue(seed: number, call: number, index: number, size: number): Uint8Array {
  const random = randomOf(seed ^ Math.imul(call + 1, 2654435761) ^ index);
  const bytes = Buffer.alloc(16 + Math.floor(random() ** 3 * 20_000));
  bytes.writeUInt32LE(seed, 0);
  bytes.writeUInt32LE(call, 4);
  bytes.writeUInt32LE(index, 8);
  bytes.writeUInt32LE(size, 12);
  for (let i = 16; i < bytes.length; i++) bytes[i] = random() * 256;
  return bytes;
}

/** Throws when a byte differs from what callValue made. */
export function readCallValue(value: Uint8Array): CallValue {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const [seed, call, index, size] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  if (Buffer.compare(bytes, callValue(seed, call, index, size)) !== 0) {
    throw new Error(`record ${index} of call ${call} (seed ${seed}) is torn`);
  }
  return { seed, call, index, size };
}
