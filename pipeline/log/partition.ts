/**
 * Which partition a camera lives in: toPositive(murmur2(utf8 key)) mod count, as the Java client's default
 * partitioner has it (org.apache.kafka.common.utils.Utils; MurmurHash2 by Austin Appleby, 32 bit, seed 0x9747b28c).
 *
 * Computed here and nowhere else: librdkafka hashes with CRC32 by default, kafkajs with murmur2, and one camera must
 * not live in two partitions because two clients were at work.
 */
export function partitionFor(key: string, count: number): number {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} partitions, expected at least 1`);
  return (murmur2(utf8.encode(key)) & 0x7fffffff) % count;
}

const utf8 = new TextEncoder();
const M = 0x5bd1e995;
const SEED = 0x9747b28c;

/** Signed 32-bit, as Java gives it. */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  const whole = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < whole; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length - whole;
  if (rest >= 3) h ^= data[whole + 2]! << 16;
  if (rest >= 2) h ^= data[whole + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ data[whole]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}
